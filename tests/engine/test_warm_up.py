"""Ready means ready: what is warmed, and what a graph that fails there does to the start."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.bundle.manifest import UNET_FILE, VAE_DECODER_FILE, Bundle
from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady
from engine.errors import GenerationError, NotFiniteError, OutOfMemoryError
from engine.sessions import Array, Session
from engine.sessions.onnx.session import OnnxSession, OnnxSessions
from engine.warm_up import row_counts
from tests.engine.test_engine import RowsAreFree

SETTINGS = EngineSettings(num_threads=1, max_rows=6)


class Spoilt:
    """A real session whose answer, or whose memory, is spoilt from a number of rows on."""

    def __init__(self, session: OnnxSession, *, rows: int, memory: bool) -> None:
        self.session, self.rows, self.memory = session, rows, memory
        self.input_names = session.input_names
        self.seen: list[int] = []

    def run(self, inputs: Mapping[str, Array]) -> np.ndarray:
        count = len(next(iter(inputs.values())))
        self.seen.append(count)
        if self.memory and count >= self.rows:
            raise OutOfMemoryError(f"{count} rows do not fit")
        output = self.session.run(inputs)
        return output * np.float32(np.nan) if count >= self.rows else output


class Sessions(OnnxSessions):
    """Compiles, so it says, and spoils one graph."""

    compiles_shapes = True  # type: ignore[assignment]

    def __init__(self, bundle: Bundle, settings: EngineSettings, *, file: str, rows: int, memory: bool) -> None:
        super().__init__(bundle, settings)
        self.file, self.rows, self.memory = file, rows, memory
        self.spoilt: Spoilt | None = None

    def load(self, file: str) -> Session:  # type: ignore[override]
        session = super().load(file)
        if file != self.file:
            return session
        self.spoilt = Spoilt(session, rows=self.rows, memory=self.memory)
        return self.spoilt


def test_rows_that_are_warmed() -> None:
    assert [row_counts(most) for most in (1, 2, 6, 8)] == [(1,), (1, 2), (1, 2, 4, 6), (1, 2, 4, 8)]


async def test_every_graph_is_warm_before_the_engine_is_ready(bundle: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    engine = Engine.load(bundle, SETTINGS)
    assert not engine.ready
    async with engine:
        assert engine.ready
    assert "tiny is warm on cpu after" in caplog.text
    assert re.search(r"forwards of 1(, 2)?(, 4)?(, 6)? rows at 32x48", caplog.text)


async def test_an_engine_of_one_step_is_warm_too(bundle: Path) -> None:
    settings = replace(SETTINGS, max_steps=1)
    async with Engine.load(bundle, settings) as engine:
        assert (engine.ready, engine.model.default_steps) == (True, 1)
        request = GenerationRequest(description=parse("a woman"), seed=1)
        assert [type(event) for event in [each async for each in engine.generate(request)]].count(ImageReady) == 1


async def test_rows_that_do_not_fit_do_not_stop_the_start(bundle: Path, caplog: pytest.LogCaptureFixture) -> None:
    make = partial(Sessions, file=UNET_FILE, rows=4, memory=True)
    async with Engine.load(bundle, SETTINGS, make) as engine:
        assert engine.ready
    assert "forwards of 4 rows do not fit and will be run in parts" in caplog.text


async def test_forwards_that_do_not_fit_are_run_in_parts(bundle: Path) -> None:
    made: list[Sessions] = []

    def make(verified: Bundle, settings: EngineSettings) -> Sessions:
        made.append(Sessions(verified, settings, file=UNET_FILE, rows=3, memory=True))
        return made[0]

    settings = EngineSettings(num_threads=1, max_rows=6, warm_up=False)
    async with Engine.load(bundle, settings, make, costs=RowsAreFree()) as engine:
        request = GenerationRequest(description=parse("a woman"), seed=1, steps=3, guidance_scale=2.0, num_images=3)
        events = [event async for event in engine.generate(request)]
        assert [type(event) for event in events].count(ImageReady) == 3
        assert engine.stats().failed_total == 0
    assert made[0].spoilt is not None
    assert max(made[0].spoilt.seen) > 2, "no forward was too large"


@pytest.mark.parametrize(
    ("file", "memory", "error"),
    [
        (UNET_FILE, True, OutOfMemoryError),
        (UNET_FILE, False, NotFiniteError),
        (VAE_DECODER_FILE, False, NotFiniteError),
    ],
)
async def test_a_graph_that_would_fail_every_request_stops_the_start(
    bundle: Path, file: str, memory: bool, error: type[GenerationError]
) -> None:
    engine = Engine.load(bundle, SETTINGS, partial(Sessions, file=file, rows=1, memory=memory))
    with pytest.raises(error):
        async with engine:
            pass
    assert not engine.ready
