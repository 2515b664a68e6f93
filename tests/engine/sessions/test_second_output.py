"""The second output on every runtime: the same maps, and a first output that it does not touch."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.bundle.manifest import TOKEN_GROUPS, UNET_FILE, load_bundle
from engine.description.groups import DRAWN_GROUPS
from engine.sessions import Array, SessionFactory, TellsMore
from engine.sessions.auto import sessions_for
from engine.sessions.openvino.library import installed
from engine.sessions.openvino.session import OpenVinoSession
from engine.sessions.torch.sessions import TorchSession, TorchSessions
from engine.settings import EngineSettings, SessionSettings
from tests.engine.sessions.test_row_bits import FIGURINE, rows_of, some

CPU = torch.device("cpu")
PROVIDERS = ("cpu", "openvino", "torch")


def rows_with_groups(bundle: Path, num_rows: int) -> dict[str, Array]:
    rows = rows_of(bundle, num_rows)
    groups = np.zeros((num_rows, rows["encoder_hidden_states"].shape[1], len(DRAWN_GROUPS)), np.float32)
    groups[:, 1:4, 4] = groups[:, 5:9, 7] = 1.0
    return {**rows, TOKEN_GROUPS: groups}


def factory(provider: str, bundle: Path, checkpoint: Path) -> SessionFactory:
    if provider == "openvino" and not installed():
        pytest.skip("the openvino extra is not installed")
    sessions = SessionSettings(provider=provider, cpu_precision="float32")
    settings = EngineSettings(num_threads=1, max_rows=4, sessions=sessions)
    verified = load_bundle(bundle)
    if provider.startswith("torch"):
        return TorchSessions(checkpoint, verified, settings)
    return sessions_for(verified, settings)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_maps_are_those_of_onnx_runtime_and_the_output_has_its_own_bits(
    provider: str, bundle: Path, checkpoint: Path
) -> None:
    told = rows_with_groups(bundle, 3)
    rows = {name: value for name, value in told.items() if name != TOKEN_GROUPS}
    unet, twin = (factory(each, bundle, checkpoint).load(UNET_FILE) for each in (provider, "cpu"))
    assert isinstance(unet, TellsMore) and isinstance(twin, TellsMore)
    assert TOKEN_GROUPS in unet.input_names
    expected = unet.run(rows)
    output, maps = unet.run_both(told)
    np.testing.assert_array_equal(output, expected)
    np.testing.assert_array_equal(unet.run(rows), expected)
    assert maps.shape == (3, len(DRAWN_GROUPS), 6, 4)
    np.testing.assert_allclose(maps, twin.run_both(told)[1], atol=1e-5)


def test_a_compiled_module_keeps_its_own_output() -> None:
    """`torch-compiled` compiles for minutes: what the session makes of a compiled module is seen without one."""
    told = {"x": np.ones((2, 3), np.float32), TOKEN_GROUPS: np.ones((2, 1, 1), np.float32)}

    def watched(inputs: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        return inputs["x"] + 1e-6, inputs[TOKEN_GROUPS] / 2

    eager, compiled = (
        TorchSession("unet", lambda each: each["x"], ("x",), device=CPU, watched=watched, compiled=flag)
        for flag in (False, True)
    )
    assert eager.run_both(told)[0][0, 0] != 1.0, "one run gives both"
    output, maps = compiled.run_both(told)
    np.testing.assert_array_equal(output, compiled.run({"x": told["x"]}))
    assert maps.tolist() == [[[0.5]], [[0.5]]]


def test_openvino_compiles_the_second_output_as_a_model_of_its_own() -> None:
    if not installed():
        pytest.skip("the openvino extra is not installed")
    told = rows_with_groups(FIGURINE, 4)
    unet = factory("openvino", FIGURINE, FIGURINE).load(UNET_FILE)
    assert isinstance(unet, OpenVinoSession)
    rows = {name: value for name, value in told.items() if name != TOKEN_GROUPS}
    unet.prepare({name: value.shape[1:] for name, value in rows.items()})
    assert unet.compiled_shapes == 1, "nobody has asked"
    expected = unet.run(rows)
    unet.prepare({name: value.shape[1:] for name, value in told.items()})
    alone = [unet.run_both(some(told, slice(row, row + 1))) for row in range(4)]
    unet.compile_rows(told)
    output, maps = unet.run_both(told)
    np.testing.assert_array_equal(output, expected)
    for row, (its_output, its_maps) in enumerate(alone):
        np.testing.assert_array_equal(its_output[0], expected[row])
        np.testing.assert_allclose(its_maps[0], maps[row], atol=1e-6)
    # Where the two models differ in a bit, the plain one gives the first output.
    for tail in list(unet._alike):
        unet._alike[tail] = False
    np.testing.assert_array_equal(unet.run_both(told)[0], expected)
