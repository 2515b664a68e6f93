"""The UNet's own latents: a stock sampler's to rounding, asked about by the probe, and resumed exactly."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from torch import Tensor

from engine.samplers import NoiseSchedule
from engine.train import main
from engine.train.losses.noise import build_scheduler
from engine.train.losses.rollout import roll_out, rollout_timesteps
from engine.train.recipe.reading import load_recipe
from engine.train.recipe.recipe import Recipe
from engine.train.recipe.teachers import RolloutConfig
from engine.train.stages.unet import DiffusionStage
from tests.engine.train.teachers.test_probe import PROBE, probed, resumes_exactly, stage_of
from tests.engine.train.test_base import base_tree


def rolled(recipe: Recipe, *, weight: float = 0.5, begin: float = 0.0) -> Recipe:
    setting = probed(recipe)
    assert setting.probe is not None
    rollout = RolloutConfig(weight=weight, steps=4, fraction=0.5, begin=begin)
    return replace(setting, probe=replace(setting.probe, rollout=rollout))


@pytest.mark.parametrize("kind", ["v_prediction", "epsilon"])
def test_latents_are_those_of_the_stock_sampler(kind: str) -> None:
    schedule = NoiseSchedule(
        prediction_type=kind, rescale_betas_zero_snr=kind == "v_prediction", timestep_spacing="trailing"
    )
    scheduler = build_scheduler(schedule)
    generator = torch.Generator().manual_seed(0)
    noise, slope = torch.randn(2, 3, 4, 5, 6, generator=generator)

    def predict(latents: Tensor, timesteps: Tensor) -> Tensor:
        return torch.tanh(latents * slope + timesteps.view(-1, 1, 1, 1) / 1000)

    scheduler.set_timesteps(8)
    timesteps = rollout_timesteps(schedule, 8)
    assert timesteps.tolist() == scheduler.timesteps.tolist()
    expected = noise
    for taken in range(8):
        rolled_out = roll_out(predict, noise, timesteps[: taken + 1], scheduler.alphas_cumprod, kind)
        torch.testing.assert_close(rolled_out, expected, atol=1e-5, rtol=1e-4)
        at = timesteps[taken]
        expected = scheduler.step(predict(expected, at.expand(3)), int(at), expected).prev_sample


def test_the_last_prediction_is_asked_and_learns(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    stage = stage_of(rolled(recipe), finished, tmp_path)
    batch = stage.complete(stage.batch(0, 0, 1))
    count = len(batch["rollout_noise"])
    assert count == round(0.5 * len(batch["latents"]))
    seen: list[tuple[int, bool]] = []
    stage.unet.register_forward_hook(lambda module, given, made: seen.append((len(given[0]), torch.is_grad_enabled())))
    numbers = stage.objective(batch)
    assert list(numbers) == ["loss", "noise", "hola", "probe", "rollout"]
    taken = len(batch["rollout"]) - 1
    assert seen == [(len(batch["latents"]), True), *[(2 * count, False)] * taken, (count, True)]
    weighed = numbers["noise"] + recipe.hola.weight * numbers["hola"] + 0.5 * (numbers["probe"] + numbers["rollout"])
    torch.testing.assert_close(numbers["loss"], weighed)
    numbers["rollout"].backward()
    assert all(value.grad is not None for value in stage.unet.parameters())
    batch["asked"] = torch.zeros_like(batch["asked"])
    assert stage.objective(batch)["rollout"] == 0


def test_guidance_leads_where_the_text_does(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    def numbers(guidance_scale: float) -> tuple[float, float]:
        setting = rolled(recipe)
        setting = replace(setting, package=replace(setting.package, guidance_scale=guidance_scale))
        stage = stage_of(setting, finished, tmp_path)
        batch = stage.complete(stage.batch(0, 0, 1))
        told = stage.objective(batch)["rollout"].item()
        batch["context"] = batch["empty_context"].expand_as(batch["context"])
        return told, stage.objective(batch)["rollout"].item()

    weak, strong = numbers(1.0), numbers(6.0)
    assert weak[0] != strong[0]
    assert weak[1] == pytest.approx(strong[1], rel=1e-4)  # without a text there is nothing to be led by


def test_lengths_differ_and_all_processes_take_the_same(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    stage = stage_of(rolled(recipe), finished, tmp_path)
    lengths = {step: len(stage.batch(step, 0, 2)["rollout"]) for step in range(12)}
    assert set(lengths.values()) == {2, 3, 4}
    rows = {int(row) for step in range(12) for row in stage.batch(step, 0, 2)["rollout_rows"]}
    assert rows == set(range(len(stage.batch(0, 0, 2)["latents"])))  # a batch is sorted: its first are no sample of it
    first, second = stage.batch(3, 0, 2), stage.batch(3, 1, 2)
    assert torch.equal(first["rollout"], second["rollout"])
    assert not torch.equal(first["rollout_noise"], second["rollout_noise"])


@pytest.mark.slow
def test_resumed_training_is_exact_with_rollouts(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    setting = rolled(recipe)
    resumes_exactly(lambda: stage_of(setting, finished, tmp_path), setting.unet.fit, tmp_path)


def test_rollouts_of_an_sdxl_base(sdxl_checkpoint: Path, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    probe = {**PROBE, "rollout": {"steps": 3, "fraction": 0.5}}
    path.write_text(yaml.safe_dump(base_tree(sdxl_checkpoint, data, probe=probe)), encoding="utf-8")
    assert main(path, out=tmp_path / "out") == 0
    costs = yaml.safe_load((tmp_path / "out" / "training.json").read_text(encoding="utf-8"))["stages"]
    assert costs["unet"]["rollout"] > 0


def test_rollouts_that_count_nothing_are_not_drawn(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    for setting in (rolled(recipe, weight=0.0), probed(recipe)):
        assert "rollout" not in stage_of(setting, finished, tmp_path).batch(0, 0, 1)
    late = stage_of(rolled(recipe, begin=0.5), finished, tmp_path)
    assert ["rollout" in late.batch(step, 0, 1) for step in range(6)] == [False] * 3 + [True] * 3
    without: DiffusionStage = stage_of(rolled(recipe), finished, tmp_path, with_probe=False)
    assert "rollout" not in without.batch(0, 0, 1)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("steps: 1", "probe.rollout: steps must be at least 2, got 1"),
        ("fraction: 0", "probe.rollout: fraction must lie above 0 and up to 1, got 0"),
        ("weight: -1", "probe.rollout: weight must not be negative, got -1"),
        ("begin: 1", "probe.rollout: begin must be at least 0 and less than 1, got 1"),
        ("step: 4", "unknown setting probe.rollout.step"),
    ],
)
def test_a_wrong_setting_is_named(recipe_file: Path, setting: str, message: str) -> None:
    fit = "probe.fit={steps: 1, batch_size: 1, learning_rate: 1}"
    with pytest.raises(ValueError, match=message):
        load_recipe(recipe_file, [fit, f"probe.rollout={{{setting}}}"])
