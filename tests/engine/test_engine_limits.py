"""An engine's own limits, on the tiny model: what it says of itself, and a bundle that has no size left."""

from pathlib import Path

import pytest

from engine.description import Description
from engine.engine import Engine, EngineSettings, GenerationRequest
from engine.errors import BundleError, RequestError


def test_an_engine_says_what_it_is_allowed(bundle: Path) -> None:
    engine = Engine.load(bundle, EngineSettings(num_threads=1, max_steps=3, max_pixels=1550))
    assert (engine.model.max_steps, engine.model.default_steps) == (3, 3)
    assert engine.model.sizes == ((32, 48), (48, 32))
    with pytest.raises(RequestError, match=r"steps must be from 1 to 3; got 4"):
        engine.prepare(GenerationRequest(description=Description(text="a red hat", spans=()), steps=4))


def test_a_limit_that_leaves_no_size_stops_the_load(bundle: Path) -> None:
    with pytest.raises(BundleError, match="max_pixels must be at least 1536, which tiny draws at least; got 9"):
        Engine.load(bundle, EngineSettings(num_threads=1, max_pixels=9))


def test_limits_are_whole_numbers_above_zero() -> None:
    for name in ("max_steps", "max_pixels"):
        with pytest.raises(ValueError, match=f"{name} must be at least 1; got 0"):
            EngineSettings(**{name: 0})
