"""NaN from a graph ends the request whose rows it is in, by name, and no other in the same forward."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.bundle.manifest import TEXT_ENCODER_FILE, UNET_FILE, VAE_DECODER_FILE, Bundle
from engine.description import parse
from engine.engine import Engine, EngineSettings, Event, GenerationRequest, ImageReady
from engine.errors import NotFiniteError
from engine.sessions import Array, Session
from engine.sessions.onnx.session import OnnxSessions

SETTINGS = EngineSettings(num_threads=1, warm_up=False)
# A side of the poisoned request's latents or tokens that no other one's has at this place.
POISON_SEED, SOUND_SEED = 5, 6


class Poisoned:
    """A real session that answers NaN for rows whose first number is the poisoned request's."""

    def __init__(self, session: Session, name: str) -> None:
        self.session, self.name = session, name
        self.input_names = session.input_names
        self.first: float | None = None
        self.most_rows = 0

    def run(self, inputs: Mapping[str, Array]) -> np.ndarray:
        output = self.session.run(inputs).copy()
        given = np.asarray(inputs[self.name]).reshape(len(output), -1)
        self.most_rows = max(self.most_rows, len(output))
        if self.first is None:
            self.first = given[0].sum()
        output[given.sum(axis=1) == self.first] = np.nan
        return output


class Sessions(OnnxSessions):
    """Poisons one graph by one of its inputs: the first value ever seen there."""

    def __init__(self, bundle: Bundle, settings: EngineSettings, *, file: str, name: str, kept: list[Poisoned]) -> None:
        super().__init__(bundle, settings)
        self.file, self.name, self.kept = file, name, kept

    def load(self, file: str) -> Session:  # type: ignore[override]
        session = super().load(file)
        if file != self.file:
            return session
        self.kept.append(Poisoned(session, self.name))
        return self.kept[-1]


async def collect(engine: Engine, text: str, seed: int) -> list[Event]:
    request = GenerationRequest(description=parse(text), seed=seed, steps=4, guidance_scale=1.0)
    return [event async for event in engine.generate(request)]


@pytest.mark.parametrize(
    ("file", "name", "message"),
    [
        (TEXT_ENCODER_FILE, "input_ids", "the text encoder's output holds NaN or infinity"),
        (UNET_FILE, "encoder_hidden_states", "the model's output is not finite at step 1 of 4"),
        (VAE_DECODER_FILE, "latents", "the decoded picture holds NaN or infinity"),
    ],
)
async def test_nan_ends_its_own_request_alone(bundle: Path, file: str, name: str, message: str) -> None:
    kept: list[Poisoned] = []
    async with Engine.load(bundle, SETTINGS, partial(Sessions, file=file, name=name, kept=kept)) as engine:
        results = await asyncio.gather(
            collect(engine, "a woman in a red dress", POISON_SEED),
            *(collect(engine, "a man in a green coat", SOUND_SEED + number) for number in range(3)),
            return_exceptions=True,
        )
        failed = [result for result in results if isinstance(result, BaseException)]
        assert [type(error) for error in failed] == [NotFiniteError]
        assert message in str(failed[0])
        for result in results:
            if not isinstance(result, BaseException):
                assert [type(event) for event in result].count(ImageReady) == 1
        assert engine.ready
        assert engine.stats().failed_total == 1
    if file == UNET_FILE:
        assert kept[0].most_rows > 1, "nothing shared a forward"
