"""Attention inside regions: loops say the same, even attention gets the area, a perfect model all; by seed alone."""

import json
import math
from pathlib import Path

import pytest
import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from engine.description import Group
from engine.train.captions.tokenizer import load_tokenizer
from engine.train.evaluation.attention_mass import (
    AttentionReport,
    Look,
    attention_inside,
    measure_attention,
    strides_of,
)
from engine.train.evaluation.command import Options, run
from engine.train.evaluation.sources import load_pipeline
from engine.train.evaluation.subjects import figures_of
from engine.train.judge.judge import Judge
from engine.train.judge.network import JudgeNetwork
from engine.train.losses.hola import Supervision

SEEDS = range(1_000_000, 1_000_003)


@pytest.fixture(scope="module")
def pipeline(finished: Path) -> DiffusionPipeline:
    return load_pipeline(finished / "package")


def supervision(regions: torch.Tensor) -> Supervision:
    """Two phrases, tokens 1-2 and 3, over `regions` [2, H, W]."""
    spans = torch.zeros(1, 3, 6)
    spans[0, 0, 1:3] = spans[0, 1, 3] = 1
    padded = torch.cat([regions, torch.zeros_like(regions[:1])])
    return Supervision(spans=spans, regions=padded[None], valid=torch.tensor([[1.0, 1.0, 0.0]]))


def test_the_measures_are_those_of_explicit_loops() -> None:
    torch.manual_seed(0)
    regions = torch.rand(2, 4, 6).round(decimals=1) * (torch.rand(2, 4, 6) < 0.4)
    maps = [torch.randn(1, 2, 24, 6).softmax(-1), torch.randn(1, 2, 6, 6).softmax(-1)]
    found = attention_inside(maps, supervision(regions))
    for phrase, tokens in enumerate(((1, 2), (3,))):
        masses, areas, hits, overlaps = [], [], [], []
        for layer in maps:
            side = 1 if layer.shape[2] == 24 else 2
            share = regions[phrase].reshape(4 // side, side, 6 // side, side).mean((1, 3)).flatten().tolist()
            given = [sum(float(layer[0, :, q, t].mean()) for t in tokens) for q in range(len(share))]
            masses.append(sum(a * h for a, h in zip(given, share, strict=True)) / sum(given))
            areas.append(sum(share) / len(share))
            hits.append(share[max(range(len(share)), key=given.__getitem__)] >= max(share) / 2)
            count = max(1, round(sum(share)))
            chosen = sorted(range(len(share)), key=given.__getitem__, reverse=True)[:count]
            common = sum(share[q] for q in chosen)
            overlaps.append(common / (count + sum(share) - common))
        for name, values in (("mass", masses), ("area", areas), ("pointing", hits), ("iou", overlaps)):
            assert float(found[name][0, phrase]) == pytest.approx(sum(values) / 2, abs=1e-5), name
    assert found["mass"][0, 2].isnan()  # no phrase is there


def test_even_attention_gets_the_area_and_perfect_attention_everything() -> None:
    regions = torch.zeros(2, 4, 6)
    regions[0, :2, :3] = regions[1, 3, 5] = 1
    even = attention_inside([torch.full((1, 2, 24, 6), 1 / 6)], supervision(regions))
    assert torch.allclose(even["mass"][0, :2], torch.tensor([6 / 24, 1 / 24]))
    assert torch.allclose(even["mass"], even["area"], equal_nan=True)
    perfect = torch.zeros(1, 2, 24, 6)
    perfect[..., 1:3] = regions[0].flatten()[:, None] / 2
    perfect[..., 3] = regions[1].flatten()
    found = attention_inside([perfect], supervision(regions))
    for name in ("mass", "pointing", "iou"):
        assert found[name][0, :2].tolist() == [1, 1]


def test_numbers_depend_on_seeds_alone(pipeline: DiffusionPipeline) -> None:
    one = measure_attention(pipeline, figures_of(SEEDS), strides=(8,), batch_size=3)
    two = measure_attention(pipeline, figures_of(reversed(SEEDS)), strides=(8,), batch_size=1)
    assert [(look.seed, look.group) for look in one.looks] == [(look.seed, look.group) for look in two.looks]
    for left, right in zip(one.looks, two.looks, strict=True):
        assert left.mass == pytest.approx(right.mass, abs=1e-4) and left.area == right.area
    assert {look.seed for look in one.looks} == set(SEEDS)
    assert all(0 < look.mass <= 1 and 0 < look.area <= 1 for look in one.looks)


def test_layers_are_those_of_the_strides(pipeline: DiffusionPipeline, finished: Path) -> None:
    assert strides_of(finished / "package") == (4, 8)
    deep = measure_attention(pipeline, figures_of(SEEDS[:1]), strides=(8,)).layers
    assert all(name.startswith(("down_blocks.1", "mid_block", "up_blocks.0")) for name in deep)
    for strides, message in (((6,), "4 times powers of two"), ((64,), "levels 0 to 1")):
        with pytest.raises(ValueError, match=message):
            measure_attention(pipeline, figures_of(SEEDS[:1]), strides=strides)


def test_a_tiny_sdxl_is_measured_at_the_published_layers(finished: Path) -> None:
    torch.manual_seed(0)
    tokenizer = load_tokenizer(finished / "tokenizer")
    text = CLIPTextConfig(vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8, num_hidden_layers=2,
                          num_attention_heads=2, projection_dim=8, eos_token_id=tokenizer.eos_token_id)  # fmt: skip
    unet = UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, block_out_channels=(4, 8, 8), layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), attention_head_dim=2,
        cross_attention_dim=16, norm_num_groups=2, addition_embed_type="text_time", addition_time_embed_dim=4,
        projection_class_embeddings_input_dim=4 * 6 + 8,
    )  # fmt: skip
    vae = AutoencoderKL(block_out_channels=(4, 4, 4, 4), down_block_types=("DownEncoderBlock2D",) * 4,
                        up_block_types=("UpDecoderBlock2D",) * 4, norm_num_groups=2, latent_channels=4)  # fmt: skip
    pipeline = StableDiffusionXLPipeline(
        vae=vae, text_encoder=CLIPTextModel(text), text_encoder_2=CLIPTextModelWithProjection(text), unet=unet,
        tokenizer=tokenizer, tokenizer_2=tokenizer, scheduler=DDIMScheduler(), add_watermarker=False,
    )  # fmt: skip
    report = measure_attention(pipeline, figures_of(SEEDS[:2]))
    assert report.layers and all(name.startswith(("down_blocks.1.", "up_blocks.1.")) for name in report.layers)
    for line in report.groups():
        assert math.isfinite(line.mass.mean)
    with pytest.raises(ValueError, match=r"no cross-attention at strides \[8\]"):
        measure_attention(pipeline, figures_of(SEEDS[:1]), strides=(8,))


def test_other_pipelines_are_refused() -> None:
    class Unconditional(DiffusionPipeline):
        pass

    with pytest.raises(ValueError, match="Stable Diffusion and SDXL pipelines, got Unconditional"):
        measure_attention(Unconditional(), figures_of(SEEDS))


def test_groups_are_means_over_phrases() -> None:
    numbers = {"area": 0.1, "pointing": 1.0, "iou": 0.5}
    looks = [
        Look(seed=1, group=Group.TOP, mass=0.2, **numbers),
        Look(seed=1, group=Group.TOP, mass=0.4, **numbers),
        Look(seed=2, group=Group.TOP, mass=0.9, **numbers),
        Look(seed=2, group=Group.HAIR, mass=0.5, **numbers),
    ]
    report = AttentionReport(looks=looks, layers=["x"], timesteps=[500])
    lines = {line.name: line for line in report.groups()}
    assert list(lines) == ["hair", "top", "all"]
    assert lines["top"].mass.mean == pytest.approx(0.5) and lines["top"].phrases == 3
    assert (lines["top"].mass.low, lines["top"].mass.high) == pytest.approx((0.3, 0.9))  # one picture or the other
    assert "top                  3    50.0%    30.0% .. 90.0%   10.0%    100.0%   0.50" in report.text()


def test_the_command_prints_and_writes_it(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    Judge(JudgeNetwork((8, 8, 12)), {"widths": [8, 8, 12]}).save(tmp_path / "judge")
    told = {"num": 2, "judge": tmp_path / "judge", "steps": 1, "out": tmp_path / "out"}
    assert run(Options(pipeline=finished / "package", attention=True, **told)) == 0
    assert "attention of" in capsys.readouterr().out
    attention = json.loads((tmp_path / "out" / "evaluation.json").read_text())["attention"]
    assert [picture["seed"] for picture in attention["pictures"]] == [1_000_000, 1_000_001]
    assert attention["groups"][-1]["name"] == "all" and len(attention["timesteps"]) == 5
