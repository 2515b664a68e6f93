"""A gateway's own limits over engines elsewhere: told, kept to, and not undone by the engine's defaults."""

from typing import Any

import pytest

from engine.description import Description
from engine.engine import Finished, GenerationRequest
from engine.errors import RequestError
from engine.request.limits import RequestLimits
from server.triton.address import Addresses
from server.triton.backend import TritonEngine
from server.triton.errors import TritonError


def limited(host: str, **limits: int) -> TritonEngine:
    addresses = Addresses(hosts=(host,), model="cosmicman")
    return TritonEngine(addresses, start_seconds=60, request_timeout_seconds=60, limits=RequestLimits(**limits))


def asked(**fields: Any) -> GenerationRequest:
    return GenerationRequest(description=Description(text="a red hat", spans=()), seed=5, **fields)


async def test_limits_are_the_gateways_and_defaults_come_down_to_them(speaker: Any, engine: Any) -> None:
    async with speaker(engine) as there, limited(there.host, max_steps=3, max_images=2, max_pixels=25_000) as here:
        assert (here.model.max_steps, here.model.default_steps, here.model.max_images) == (3, 3, 2)
        assert here.model.sizes == ((128, 192), (192, 128))
        for fields in ({"steps": 4}, {"num_images": 3}, {"width": 160, "height": 160}):
            with pytest.raises(RequestError):
                here.prepare(asked(**fields))
        events = [event async for event in here.generate(here.prepare(asked()))]
        assert isinstance(events[-1], Finished)
        assert (engine.seen[-1].steps, engine.seen[-1].width, engine.seen[-1].height) == (3, 128, 192)


async def test_callers_are_told_apart_there_too(speaker: Any, engine: Any) -> None:
    async with speaker(engine) as there, limited(there.host) as here:
        async for _ in here.generate(here.prepare(asked(caller="shop"))):
            pass
        assert (engine.seen[-1].caller, engine.seen[-1].steps) == ("shop", None)


async def test_a_limit_that_leaves_no_size_stops_the_start(speaker: Any, engine: Any) -> None:
    async with speaker(engine) as there:
        with pytest.raises(
            TritonError, match="max_pixels must be at least 24576, which rectangles draws at least; got 9"
        ):
            async with limited(there.host, max_pixels=9):
                pass
