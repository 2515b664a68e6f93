"""A lost device ends readiness, unlike any failure of a request."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from engine.bundle.manifest import UNET_FILE
from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest
from engine.errors import DeviceLostError, GenerationError
from engine.sessions import Array, Session
from engine.sessions.failures import run_error
from engine.sessions.onnx.session import OnnxSessions

LOST = "CUDA failure 700: an illegal memory access was encountered ; GPU=0"
FAILED = "Got invalid dimensions for input: sample"


class Broken:
    """A session whose runtime says the same whatever it is asked."""

    def __init__(self, session: Session, message: str) -> None:
        self.input_names, self.message = session.input_names, message

    def run(self, inputs: Mapping[str, Array]) -> np.ndarray:
        raise run_error(UNET_FILE, RuntimeError(self.message))


class Sessions(OnnxSessions):
    message = ""

    def load(self, file: str) -> Session:  # type: ignore[override]
        session = super().load(file)
        return Broken(session, self.message) if file == UNET_FILE else session


@pytest.mark.parametrize(("message", "ready"), [(LOST, False), (FAILED, True)])
async def test_only_a_lost_device_ends_readiness(bundle: Path, message: str, ready: bool) -> None:
    kind = type("Sessions", (Sessions,), {"message": message})
    async with Engine.load(bundle, EngineSettings(num_threads=1, warm_up=False), kind) as engine:
        assert engine.ready
        with pytest.raises(GenerationError) as caught:
            async for _ in engine.generate(GenerationRequest(description=parse("a woman"), seed=1, steps=2)):
                pass
        assert isinstance(caught.value, DeviceLostError) is not ready
        assert engine.ready is ready
