"""The perceptual network: its distance is LPIPS, it comes before the autoencoder, and the decoder learns from it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.train import main
from engine.train.data.samples import Folder
from engine.train.loop import checkpoint
from engine.train.recipe.fit import FitConfig
from engine.train.recipe.reading import load_recipe
from engine.train.recipe.recipe import Recipe
from engine.train.recipe.teachers import PerceptualConfig
from engine.train.run import Run
from engine.train.stages.vae import VaeObjective, VaeStage, build_vae
from engine.train.teachers.perceptual import PerceptualNetwork, load_perceptual, perceptual_distance
from engine.train.teachers.perceptual_stage import PerceptualStage
from tests.engine.train.teachers.test_probe import resumes_exactly

PERCEPTUAL = {
    "widths": [8, 8, 16],
    "blocks": 1,
    "held_out": 0.2,
    "fit": {"steps": 3, "batch_size": 4, "learning_rate": 1e-3},
}
SETTING = f"vae.perceptual={json.dumps(PERCEPTUAL)}"
LABELS = ("top:color=blue", "top:color=red", "top:top")


def network_of(widths: tuple[int, ...] = (8, 16)) -> PerceptualNetwork:
    torch.manual_seed(0)
    return PerceptualNetwork(LABELS, widths=widths, blocks=1).eval().requires_grad_(False)


def pictures(count: int, seed: int) -> torch.Tensor:
    return torch.rand(count, 3, 16, 24, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def with_perceptual(recipe: Recipe) -> Recipe:
    assert recipe.vae is not None and recipe.vae.fit is not None
    config = PerceptualConfig(widths=(8, 8), blocks=1, held_out=0.2, fit=recipe.vae.fit)
    return replace(recipe, vae=replace(recipe.vae, perceptual=config))


def test_the_distance_is_that_of_lpips() -> None:
    network, one, two = network_of(), pictures(2, 1), pictures(2, 2)
    layers = []
    for first, second in zip(network.features(one), network.features(two), strict=True):
        count, _, height, width = first.shape
        cells = [(b, y, x) for b in range(count) for y in range(height) for x in range(width)]
        apart = 0.0
        for b, y, x in cells:
            u, v = (each[b, :, y, x].double().numpy() for each in (first, second))
            apart += float(np.sum((u / np.linalg.norm(u) - v / np.linalg.norm(v)) ** 2))
        layers.append(apart / len(cells))
    assert float(perceptual_distance(network, one, two)) == pytest.approx(np.mean(layers), rel=1e-4)
    assert [tuple(each.shape[1:]) for each in network.features(one)] == [(8, 8, 12), (16, 4, 6), (16, 4, 6)]
    assert perceptual_distance(network, one, one) == 0


def test_only_the_picture_is_moved() -> None:
    network = network_of()
    picture, target = pictures(2, 1).requires_grad_(), pictures(2, 2).requires_grad_()
    perceptual_distance(network, picture, target).backward()
    assert picture.grad is not None and picture.grad.abs().sum() > 0
    assert target.grad is None and all(value.grad is None for value in network.parameters())


def test_the_decoder_learns_from_it_and_it_not_at_all(recipe: Recipe) -> None:
    setting = with_perceptual(recipe)
    assert setting.vae is not None and setting.vae.perceptual is not None
    torch.manual_seed(0)
    vae, network = build_vae(setting.vae, 24), network_of()
    batch = {"pixels": pictures(2, 1), "noise": torch.zeros(2, 4, 4, 6)}
    objective = VaeObjective(vae, setting.vae, network)
    numbers, plain = objective(batch), VaeObjective(vae, setting.vae)(batch)
    torch.testing.assert_close(numbers["loss"], plain["loss"] + setting.vae.perceptual.weight * numbers["perceptual"])
    assert "perceptual" not in plain
    numbers["perceptual"].backward()
    assert all(value.grad is not None for value in vae.decoder.parameters())
    assert not [name for name, _ in objective.named_parameters() if "perceptual" in name]


def test_latents_are_noisy_by_the_strength_asked_for(recipe: Recipe, tmp_path: Path) -> None:
    assert recipe.vae is not None
    noisy = replace(recipe, vae=replace(recipe.vae, latent_noise=0.5))
    plain, stage = (VaeStage(each, Folder(each.data), tmp_path) for each in (recipe, noisy))
    batch = stage.batch(3, 0, 1)
    assert "strength" not in plain.batch(3, 0, 1) and torch.equal(batch["pixels"], plain.batch(3, 0, 1)["pixels"])
    assert batch["strength"].shape == (4, 1, 1, 1) and 0 <= batch["strength"].min() <= batch["strength"].max() <= 0.5
    decoded: list[torch.Tensor] = []
    stage.vae.decoder.register_forward_pre_hook(lambda module, given: decoded.append(given[0]))
    for strength in (0.0, 0.3):
        stage.objective({**batch, "strength": torch.full((4, 1, 1, 1), strength)})
    assert stage.vae.post_quant_conv is not None
    moved = decoded[1] - decoded[0]
    mean = stage.vae.encode(batch["pixels"]).latent_dist.mean
    with torch.no_grad():
        wanted = stage.vae.post_quant_conv(0.3 * mean.std() * batch["noise"]) - stage.vae.post_quant_conv.bias.view(
            1, -1, 1, 1
        )
    torch.testing.assert_close(moved, wanted, rtol=1e-4, atol=1e-4)


def test_the_stage_stands_before_the_autoencoders(recipe_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    overrides = [SETTING, "vae.latent_noise=0.1"]
    for stage in ("tokenizer", "perceptual", "vae"):
        assert main(recipe_file, overrides, stage=stage, out=out) == 0
    costs = json.loads((out / "training.json").read_text(encoding="utf-8"))["stages"]
    assert list(costs) == ["tokenizer", "perceptual", "vae"] and costs["vae"]["perceptual"] > 0
    assert {"f1", "f1_top"} <= costs["perceptual"]["held_out"].keys()
    trained = checkpoint.load(out / "checkpoints" / "perceptual").model
    for name, value in load_file(out / "perceptual" / "perceptual.safetensors").items():
        assert torch.equal(value, trained[f"network.{name}"])
    assert not [name for name in checkpoint.load(out / "checkpoints" / "vae").model if "perceptual" in name]


def test_a_missing_section_or_network_is_named(recipe_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"stage perceptual needs the section vae\.perceptual in the recipe"):
        main(recipe_file, stage="perceptual", out=tmp_path)
    run = Run(load_recipe(recipe_file, [SETTING]), tmp_path, resume=False)
    assert run.stages == ("tokenizer", "perceptual", "vae", "text", "unet", "package")
    with pytest.raises(FileNotFoundError, match="perceptual is not there: run the stage that makes it first"):
        run.stage("vae")
    PerceptualNetwork(LABELS, widths=(8,), blocks=1).save(tmp_path / "perceptual")
    again = load_perceptual(tmp_path / "perceptual")
    assert again.probe.labels == LABELS and not any(value.requires_grad for value in again.parameters())
    (tmp_path / "perceptual" / "perceptual.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match="holds no readable perceptual network"):
        load_perceptual(tmp_path / "perceptual")


def test_resumed_training_is_exact(recipe: Recipe, tmp_path: Path) -> None:
    setting = with_perceptual(recipe)
    config = FitConfig(steps=4, batch_size=4, learning_rate=1e-3)

    def build() -> PerceptualStage:
        torch.manual_seed(0)
        return PerceptualStage(setting, Folder(setting.data))

    resumes_exactly(build, config, tmp_path)


def test_held_out_pictures_are_not_learnt_from(recipe: Recipe) -> None:
    setting = with_perceptual(recipe)
    folder = Folder(replace(setting.data, mirror=True))
    stage = PerceptualStage(setting, folder)
    shown, held_out = (
        {folder.samples[n].where for part in parts for n in part} for parts in (stage.shown, stage.held_out)
    )
    assert len(held_out) == 6 and held_out.isdisjoint(shown) and len(held_out | shown) == 32
    with pytest.raises(ValueError, match="no label is frequent enough"):
        PerceptualStage(setting, Folder(replace(setting.data, limit=1)))
    assert setting.vae is not None and setting.vae.perceptual is not None
    all_of_it = replace(setting, vae=replace(setting.vae, perceptual=replace(setting.vae.perceptual, held_out=0.99)))
    with pytest.raises(ValueError, match=r"held_out 0\.99 leaves nothing to learn from or to test on"):
        PerceptualStage(all_of_it, folder)
