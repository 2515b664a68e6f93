"""Crops of training pictures: a pure function of the step, and with several tries mostly of what is drawn."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.train.data.samples import Folder
from engine.train.recipe.recipe import Recipe
from engine.train.stages.vae import VaeStage


def test_tries_prefer_detail(recipe: Recipe, tmp_path: Path) -> None:
    assert recipe.vae is not None
    recipe = replace(recipe, vae=replace(recipe.vae, crop=(8, 8)))
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[24:40, 24:40] = np.random.default_rng(0).integers(0, 255, (16, 16, 3))

    def share(tries: int) -> float:
        assert recipe.vae is not None
        stage = VaeStage(replace(recipe, vae=replace(recipe.vae, crop_tries=tries)), Folder(recipe.data), tmp_path)
        stage.training = [picture]
        pixels = [stage.batch(step, 0, 1)["pixels"] for step in range(20)]
        assert all(np.array_equal(one, stage.batch(step, 0, 1)["pixels"]) for step, one in enumerate(pixels))
        return float(np.mean([float(crop.std()) > 0 for batch in pixels for crop in batch]))

    assert share(8) > share(1) + 0.2
