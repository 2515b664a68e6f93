"""Which hidden state each family reads, and which precision its VAE gets."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from engine.bundle.manifest import load_bundle
from engine.pipeline_folder.graphs import TextEncoder, parts_of, vae_precision
from engine.pipeline_folder.source import open_source

IDS = torch.tensor([[90, 1, 2, 3, 91, 91]])


def config() -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=92,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        max_position_embeddings=6,
        projection_dim=8,
        bos_token_id=90,
        eos_token_id=91,
        pad_token_id=91,
    )


@pytest.mark.parametrize("clip_skip", [0, 1, 2])
def test_sd_reads_a_normalised_state(clip_skip: int) -> None:
    torch.manual_seed(0)
    model = CLIPTextModel(config()).eval()
    with torch.no_grad():
        outputs = model(input_ids=IDS, output_hidden_states=True)
        # As StableDiffusionPipeline.encode_prompt does it.
        expected = getattr(model, "text_model", model).final_layer_norm(outputs.hidden_states[-(clip_skip + 1)])
        found = TextEncoder(model, family="sd", clip_skip=clip_skip)(IDS)
    torch.testing.assert_close(found, expected)
    assert clip_skip or torch.equal(found, outputs.last_hidden_state)


@pytest.mark.parametrize("clip_skip", [0, 1])
def test_sdxl_reads_the_state_before_the_last_layer_and_projects_the_last(clip_skip: int) -> None:
    torch.manual_seed(0)
    model: Any = CLIPTextModelWithProjection(config()).eval()
    with torch.no_grad():
        outputs = model(input_ids=IDS, output_hidden_states=True)
        found = TextEncoder(model, family="sdxl", clip_skip=clip_skip)(IDS)
    torch.testing.assert_close(found[..., :16], outputs.hidden_states[-(clip_skip + 2)])
    torch.testing.assert_close(found[:, 4, 16:], outputs.text_embeds)


def test_the_vae_of_sdxl_never_computes_in_halves_unless_it_says_that_it_can(sdxl_bundle: Path, bundle: Path) -> None:
    sdxl, sd = (load_bundle(path).manifest for path in (sdxl_bundle, bundle))
    half, small = replace(sdxl, precision="fp16"), replace(sdxl, precision="int8")
    assert vae_precision(half, {}) == vae_precision(half, {"force_upcast": True}) == "fp16_weights"
    assert vae_precision(half, {"force_upcast": False}) == "fp16"
    assert vae_precision(replace(sd, precision="fp16"), {}) == "fp16"
    assert vae_precision(small, {}) == "fp16_weights"
    assert vae_precision(sdxl, {}) == "fp32"


def test_every_part_of_a_bundle_is_a_graph_of_its_own(sdxl_checkpoint: Path, sdxl_bundle: Path) -> None:
    manifest = replace(load_bundle(sdxl_bundle).manifest, precision="fp16")
    graphs = [load() for load in parts_of(open_source(sdxl_checkpoint), manifest, variant=None).values()]
    files = {graph.file for graph in graphs}
    assert files | {"tokenizer.json", "preview_map.npy"} == set(manifest.files)
    dtypes = {graph.file: next(graph.module.parameters()).dtype for graph in graphs}
    assert {name for name, dtype in dtypes.items() if dtype == torch.float32} == {
        "vae_decoder.onnx",
        "vae_encoder.onnx",
    }
