"""The UNet's second output: what PyTorch finds of the attention, a first output of the same bits, and older bundles."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx_ir
import pytest
import torch
from diffusers import UNet2DConditionModel

from engine.bundle.manifest import FEW_STEPS_FILE, GROUP_ATTENTION, TOKEN_GROUPS, UNET_FILE, load_bundle
from engine.export.group_attention.graph import (
    add_group_attention,
    cross_attentions,
    nearest_level,
    remove_group_attention,
)
from engine.export.group_attention.older_bundle import add_to_bundle, remove_from_bundle
from engine.export.tensorrt import with_first_output_alone
from engine.sessions.onnx import OnnxSession
from engine.train.losses.attention_capture import AttentionCapture

FIGURINE = Path(__file__).resolve().parents[3] / "models" / "figurine-bundle"


@pytest.fixture
def made(family: str, bundle: Path, sdxl_bundle: Path) -> Path:
    return {"sd": bundle, "sdxl": sdxl_bundle}[family]


def inputs(bundle: Path, rows: int = 3, windows: int = 2) -> dict[str, Any]:
    manifest, random = load_bundle(bundle).manifest, np.random.default_rng(5)
    tokens = windows * manifest.tokenizer_length
    told = {
        "sample": random.normal(size=(rows, manifest.latent_channels, 12, 8)),
        "timesteps": np.linspace(999, 1, rows),
        "encoder_hidden_states": random.normal(size=(rows, tokens, manifest.context_width)),
    }
    if manifest.family == "sdxl":
        told |= {"text_embeds": random.normal(size=(rows, manifest.pooled_width)), "time_ids": np.full((rows, 6), 48)}
    told[TOKEN_GROUPS] = random.integers(0, 2, (rows, tokens, 5))
    return {name: value.astype(np.float32) for name, value in told.items()}


def plain(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != TOKEN_GROUPS}


def test_maps_are_what_pytorch_finds_of_the_same_layers(made: Path, source: Path) -> None:
    told = inputs(made)
    _, maps = OnnxSession(made / UNET_FILE, num_threads=1).run_both(told)
    unet = UNet2DConditionModel.from_pretrained(source / "unet").eval()
    capture = AttentionCapture(unet, (1,))
    assert len(capture.layers) > 1
    tensors = {name: torch.from_numpy(value) for name, value in told.items()}
    added = {name: tensors[name] for name in ("text_embeds", "time_ids") if name in tensors} or None
    with torch.no_grad(), capture.opened() as seen:
        unet(tensors["sample"], tensors["timesteps"], tensors["encoder_hidden_states"], added_cond_kwargs=added)
    mean = torch.stack([each.mean(1) for each in seen]).mean(0)  # [R, L, M]
    expected = (mean @ tensors[TOKEN_GROUPS]).transpose(1, 2).unflatten(2, (6, 4)).numpy()
    assert load_bundle(made).manifest.attention_cell == 8
    np.testing.assert_allclose(maps, expected, atol=1e-5)


def test_the_first_output_has_the_bits_it_has_without_the_second(made: Path, tmp_path: Path) -> None:
    told = inputs(made)
    remove_from_bundle(made, tmp_path / "older")
    older, newer = (OnnxSession(path / UNET_FILE, num_threads=1) for path in (tmp_path / "older", made))
    assert (TOKEN_GROUPS in newer.input_names, TOKEN_GROUPS in older.input_names) == (True, False)
    expected = older.run(plain(told))
    np.testing.assert_array_equal(newer.run(plain(told)), expected)
    output, maps = newer.run_both(told)
    np.testing.assert_array_equal(output, expected)
    for row in range(3):
        _, alone = newer.run_both({name: value[row : row + 1] for name, value in told.items()})
        np.testing.assert_array_equal(alone[0], maps[row])


def test_an_older_bundle_gets_what_a_new_export_has(made: Path, tmp_path: Path) -> None:
    told, older = inputs(made), tmp_path / "older"
    before = remove_from_bundle(made, older)
    assert before.attention_cell is None and "attention_cell" not in (older / "manifest.json").read_text()
    manifest = add_to_bundle(older, older)
    assert manifest == load_bundle(older).manifest
    assert manifest.attention_cell == load_bundle(made).manifest.attention_cell
    pairs = zip(*(OnnxSession(path / UNET_FILE).run_both(told) for path in (made, older)), strict=True)
    for expected, found in pairs:
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="tells of its attention already"):
        add_to_bundle(older, tmp_path / "twice")


def test_a_unet_of_few_steps_finds_its_weights_at_their_new_places(tmp_path: Path) -> None:
    told = inputs(FIGURINE, rows=1, windows=1)
    expected = [OnnxSession(FIGURINE / name).run_both(told) for name in (UNET_FILE, FEW_STEPS_FILE)]
    remove_from_bundle(FIGURINE, tmp_path / "older")
    add_to_bundle(tmp_path / "older", tmp_path / "newer")
    for name, (output, maps) in zip((UNET_FILE, FEW_STEPS_FILE), expected, strict=True):
        np.testing.assert_array_equal(OnnxSession(tmp_path / "older" / name).run(plain(told)), output)
        found = OnnxSession(tmp_path / "newer" / name).run_both(told)
        np.testing.assert_array_equal(found[0], output)
        np.testing.assert_array_equal(found[1], maps)
        assert (tmp_path / "newer" / name).read_bytes() == (FIGURINE / name).read_bytes()
    assert not np.array_equal(expected[0][0], expected[1][0])


def test_all_tokens_together_have_all_attention() -> None:
    told = inputs(FIGURINE, rows=2, windows=1)
    told[TOKEN_GROUPS] = np.ones((2, 77, 1), np.float32)
    _, maps = OnnxSession(FIGURINE / UNET_FILE).run_both(told)
    assert maps.shape == (2, 1, 12, 8)
    np.testing.assert_allclose(maps, 1.0, atol=1e-5)


def test_the_layers_are_those_nearest_to_holas_cells() -> None:
    assert nearest_level({0, 1, 2, 3}, 8) == 1  # Stable Diffusion's and SDXL's
    assert nearest_level({1, 2}, 8) == 1
    assert nearest_level({0, 1}, 16) == 0  # figurine's
    assert nearest_level({1}, 4) == 1
    levels = cross_attentions(onnx_ir.load(FIGURINE / UNET_FILE).graph)
    assert {level: len(layers) for level, layers in levels.items()} == {0: 6, 1: 4}, "each of level 0 is there twice"


def test_a_graph_without_such_layers_is_refused(bundle: Path) -> None:
    model = onnx_ir.load(bundle / UNET_FILE)
    remove_group_attention(model)
    assert set(cross_attentions(model.graph)) == {1}
    with pytest.raises(ValueError, match="no cross-attention at level 0"):
        add_group_attention(model, 0)


def test_tensorrt_is_given_the_first_output_alone(bundle: Path) -> None:
    """An engine computes all of its outputs at every run."""
    alone = with_first_output_alone(bundle / UNET_FILE)
    assert alone is not None
    model = onnx_ir.from_proto(onnx.load_from_string(alone))
    assert [value.name for value in model.graph.outputs] == ["output"]
    assert TOKEN_GROUPS not in {value.name for value in model.graph.inputs}
    assert not any(GROUP_ATTENTION in str(node.name) for node in model.graph)
    assert with_first_output_alone(bundle / "vae_decoder.onnx") is None
