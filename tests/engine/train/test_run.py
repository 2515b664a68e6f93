"""A recipe runs from captions to a stock pipeline folder, and each stage says what it misses."""

import json
import logging
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline, StableDiffusionPipeline
from PIL import Image
from safetensors.torch import load_file

from engine.train import main
from engine.train.__main__ import run
from engine.train.captions.text_states import TextStates
from engine.train.recipe.recipe import Recipe
from engine.train.run import STAGES
from engine.train.stages.samples import sample_latents


@pytest.fixture(scope="module")
def pipeline(finished: Path) -> StableDiffusionPipeline:
    loaded = DiffusionPipeline.from_pretrained(finished / "package", local_files_only=True)
    loaded.set_progress_bar_config(disable=True)
    return loaded


def test_every_stage_leaves_its_part_and_its_cost(finished: Path, recipe: Recipe) -> None:
    costs = json.loads((finished / "training.json").read_text(encoding="utf-8"))
    assert costs["recipe"]["name"] == "tiny" and tuple(costs["stages"]) == tuple(
        name for name in STAGES if name not in ("perceptual", "parser", "probe", "fast_decoder", "few_steps", "control")
    )
    assert costs["stages"]["unet"]["steps"] == recipe.unet.fit.steps
    assert costs["stages"]["unet"]["samples"] == recipe.unet.fit.steps * recipe.unet.fit.batch_size
    assert costs["stages"]["vae"]["parameters"] > 0 and costs["stages"]["unet"]["hola"] > 0
    assert (finished / "samples" / f"step_{recipe.unet.fit.steps:06d}.png").is_file()
    assert not list(finished.rglob("*.pt")) + list(finished.rglob("*.bin"))


def test_the_package_is_a_stock_pipeline_and_makes_a_picture(pipeline: StableDiffusionPipeline, finished: Path) -> None:
    assert type(pipeline) is StableDiffusionPipeline and type(pipeline.scheduler).__name__ == "DDIMScheduler"
    assert pipeline.scheduler.config.prediction_type == "v_prediction"
    assert pipeline.scheduler.config.steps_offset == 1
    assert pipeline.scheduler.config.rescale_betas_zero_snr and pipeline.vae.config.scaling_factor != 1
    picture = pipeline("a young woman in a red sweater", width=24, height=16, num_inference_steps=2).images[0]
    assert isinstance(picture, Image.Image) and picture.size == (24, 16)
    facts = json.loads((finished / "package" / "cosmicman.json").read_text(encoding="utf-8"))
    assert facts["sizes"] == [[16, 24], [24, 16]] and facts["training"]["rows"] == 32


def test_the_package_holds_the_averaged_weights(pipeline: StableDiffusionPipeline, finished: Path) -> None:
    from engine.train.loop import checkpoint

    average = checkpoint.load(finished / "checkpoints" / "unet").average
    for name, value in pipeline.unet.named_parameters():
        torch.testing.assert_close(value.float(), average[f"unet.{name}"], atol=1e-3, rtol=1e-3)


def test_samples_are_drawn_as_the_pipeline_draws(pipeline: StableDiffusionPipeline, recipe: Recipe) -> None:
    texts = ["a red sweater", "a man with long black hair"]
    pipeline.to(torch.float32)
    states = [
        TextStates(
            context=pipeline.text_encoder(
                pipeline.tokenizer(part, padding="max_length", return_tensors="pt")["input_ids"]
            )[0]
        )
        for part in (texts, [""])
    ]
    latents = sample_latents(
        pipeline.unet, pipeline.scheduler, states[0], states[1], (6, 4), steps=3, guidance_scale=4.0, seed=5
    )
    noise = torch.randn((2, recipe.vae.latent_channels, 6, 4), generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        expected = pipeline(
            texts, latents=noise, num_inference_steps=3, guidance_scale=4.0, output_type="latent", width=16, height=24
        ).images
    torch.testing.assert_close(latents, torch.as_tensor(np.asarray(expected)), atol=1e-4, rtol=1e-4)


def test_resume_leaves_finished_stages_alone(recipe_file: Path, finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    shutil.rmtree(out / "package")
    before = {file: file.stat().st_mtime_ns for file in out.rglob("*.safetensors")}
    assert main(recipe_file, resume=True, out=out) == 0
    after = {file: file.stat().st_mtime_ns for file in out.rglob("*.safetensors")}
    assert before.items() <= after.items() and (out / "package" / "model_index.json").is_file()


@pytest.mark.parametrize(
    ("stage", "missing"),
    [
        ("text", "tokenizer"),
        ("unet", "vae"),
        ("package", "checkpoint"),
        ("paint", "stage must be"),
        ("probe", "section"),
        ("perceptual", "section"),
    ],
)
def test_a_stage_out_of_order_says_what_it_misses(recipe_file: Path, tmp_path: Path, stage: str, missing: str) -> None:
    with pytest.raises((ValueError, FileNotFoundError), match=missing):
        main(recipe_file, stage=stage, out=tmp_path)


def test_the_command_says_a_mistake_in_one_line(
    recipe_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    command = ["train", str(recipe_file), "--out", str(tmp_path), "--set", "unet.heads=two"]
    monkeypatch.setattr(sys, "argv", command)
    with caplog.at_level(logging.ERROR):
        assert run() == 2
    assert caplog.messages == ["unet.heads must be int, got 'two'"]
    assert not list(tmp_path.iterdir())


def test_a_run_goes_on_from_given_parts(finished: Path, recipe_file: Path, tmp_path: Path) -> None:
    parts = finished / "package"
    sources = {"tokenizer": "tokenizer", "vae": "vae", "text": "text_encoder", "unet": "unet"}
    overrides = [f"{section}.initial={parts / folder}" for section, folder in sources.items()]
    overrides += ["vae.freeze_encoder=true", "text.fit=null"]
    assert main(recipe_file, overrides, out=tmp_path / "out") == 0
    before = DiffusionPipeline.from_pretrained(parts, local_files_only=True)
    after = DiffusionPipeline.from_pretrained(tmp_path / "out" / "package", local_files_only=True)
    for name, value in before.vae.state_dict().items():
        same = torch.equal(value, after.vae.state_dict()[name])
        assert same == name.startswith(("encoder.", "quant_conv.")), name
    assert after.vae.config.scaling_factor == before.vae.config.scaling_factor
    for name, value in before.text_encoder.state_dict().items():
        assert torch.equal(value, after.text_encoder.state_dict()[name]), name
    assert after.tokenizer.get_vocab() == before.tokenizer.get_vocab()
    moved = [
        float((value - after.unet.state_dict()[name]).abs().max()) for name, value in before.unet.state_dict().items()
    ]
    assert 0 < max(moved) < 0.1  # a few steps from where it was, not from somewhere else


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["tokenizer.initial=NOWHERE"], r"tokenizer\.initial: .*nowhere holds no CLIP tokenizer"),
        (["vae.initial=NOWHERE"], "nowhere.*safetensors: no readable weights to start from"),
        (
            ["vae.initial=FINISHED/vae", "vae.latent_channels=8"],
            r"decoder\.conv_in\.weight should be \(8, 8, 3, 3\), is \(8, 4, 3, 3\)",
        ),
        (["text.initial=NOWHERE"], r"text\.initial: .*nowhere holds no CLIPTextModel"),
        (["text.initial=FINISHED/text_encoder", "text.width=32"], r"must be of text\.width 32, got 16 from"),
        (["text.initial=FINISHED/text_encoder", "text.heads=4"], r"must be of text\.heads 4, got \d from"),
        (["probe.initial=NOWHERE", 'probe.fit={"steps": 1, "batch_size": 1, "learning_rate": 1}'], "no readable probe"),
        (["unet.initial=NOWHERE"], "nowhere.*safetensors: no readable weights to start from"),
        (["unet.initial=FINISHED/unet", "unet.heads=1", "unet.layers_per_block=2"], "should be .*, is nothing"),
    ],
)
def test_parts_that_do_not_fit_are_refused_before_the_first_stage(
    finished: Path, recipe_file: Path, tmp_path: Path, overrides: list[str], message: str
) -> None:
    places = {"NOWHERE": str(tmp_path / "nowhere"), "FINISHED": str(finished)}
    for name, place in places.items():
        overrides = [override.replace(name, place) for override in overrides]
    with pytest.raises(ValueError, match=message):
        main(recipe_file, overrides, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_finished_stages_do_not_ask_for_what_they_began_with(recipe_file: Path, finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    nowhere = f"tokenizer.initial={tmp_path / 'nowhere'}"
    assert main(recipe_file, [nowhere], resume=True, out=out) == 0


def test_a_text_encoder_goes_on_from_given_weights(finished: Path, recipe_file: Path, tmp_path: Path) -> None:
    out, initial = tmp_path / "out", finished / "text_encoder"
    shutil.copytree(finished / "tokenizer", out / "tokenizer")
    overrides = [f"text.initial={initial}", "text.keep_weight=2"]
    assert main(recipe_file, overrides, stage="text", out=out) == 0
    before, after = (load_file(folder / "model.safetensors") for folder in (initial, out / "text_encoder"))
    assert before.keys() == after.keys()
    moved = max(float((value - after[name]).abs().max()) for name, value in before.items())
    assert 0 < moved < 0.1
    assert json.loads((out / "training.json").read_text())["stages"]["text"]["moved"] > 0
