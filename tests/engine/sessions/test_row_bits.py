"""A row's bits do not depend on the rows beside it, on any runtime of the processor: company changes no picture."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from engine.bundle.manifest import UNET_FILE, load_bundle
from engine.sessions import Array, Session
from engine.sessions.auto import sessions_for
from engine.sessions.openvino.library import installed
from engine.sessions.openvino.session import OpenVinoSession
from engine.settings import EngineSettings, SessionSettings

FIGURINE = Path(__file__).resolve().parents[3] / "models" / "figurine-bundle"
MOST_ROWS = 8
#: Rounding alone, over all layers of figurine's UNet, whose outputs are about 1.
ATOL = 5e-5


def rows_of(bundle: Path, num_rows: int, *, windows: int = 1) -> dict[str, Array]:
    manifest = load_bundle(bundle).manifest
    random = np.random.default_rng(7)
    width, height = manifest.default_width // manifest.vae_factor, manifest.default_height // manifest.vae_factor
    context = (num_rows, windows * manifest.tokenizer_length, manifest.context_width)
    return {
        "sample": random.normal(size=(num_rows, manifest.latent_channels, height, width)).astype(np.float32),
        "timesteps": np.linspace(999, 1, num_rows, dtype=np.float32),
        "encoder_hidden_states": random.normal(size=context).astype(np.float32),
    }


def some(inputs: Mapping[str, Array], rows: slice) -> dict[str, Array]:
    return {name: array[rows] for name, array in inputs.items()}


def loaded(bundle: Path, provider: str) -> Session:
    sessions = SessionSettings(provider=provider, cpu_precision="float32")
    settings = EngineSettings(num_threads=1, max_rows=MOST_ROWS, sessions=sessions)
    return sessions_for(load_bundle(bundle), settings).load(UNET_FILE)


@pytest.fixture(params=["tiny", "figurine"])
def model(request: pytest.FixtureRequest, bundle: Path) -> Path:
    return bundle if request.param == "tiny" else FIGURINE


@pytest.mark.parametrize("provider", ["cpu", "openvino"])
@pytest.mark.parametrize("windows", [1, 2])
def test_a_row_beside_seven_others_equals_the_row_alone(model: Path, provider: str, windows: int) -> None:
    if provider == "openvino" and not installed():
        pytest.skip("the openvino extra is not installed")
    unet = loaded(model, provider)
    rows = rows_of(model, MOST_ROWS, windows=windows)
    alone = [unet.run(some(rows, slice(row, row + 1)))[0] for row in range(MOST_ROWS)]
    for count in (2, 3, MOST_ROWS):
        if isinstance(unet, OpenVinoSession):
            unet.compile_rows(some(rows, slice(count)))
        together = unet.run(some(rows, slice(count)))
        assert together.shape == (count, *alone[0].shape)
        for row in range(count):
            assert np.array_equal(together[row], alone[row]), f"row {row} of {count}"


def test_both_runtimes_compute_what_float32_gives(model: Path) -> None:
    """Weights are stored as integers in figurine's UNet; neither runtime may round what they are multiplied with."""
    if not installed():
        pytest.skip("the openvino extra is not installed")
    rows = rows_of(model, 2)
    answers = [loaded(model, provider).run(rows) for provider in ("cpu", "openvino")]
    np.testing.assert_allclose(answers[1], answers[0], atol=ATOL)
