"""Latents are made once, under a key that changes with everything they were made from."""

import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from engine.train.data.latent_cache import cache_key, label_shares, load_cache
from engine.train.data.samples import Folder, read_labels, read_picture
from engine.train.pixels import to_tensor
from engine.train.recipe.data import DataConfig
from engine.train.recipe.recipe import Recipe
from engine.train.stages.vae import build_vae


@pytest.fixture
def vae(recipe: Recipe) -> AutoencoderKL:
    torch.manual_seed(0)
    return build_vae(recipe.vae, 24).eval()


@pytest.mark.parametrize(("height", "width", "factor"), [(8, 12, 4), (6, 4, 2), (5, 3, 1)])
def test_shares_are_counted_cell_by_cell(height: int, width: int, factor: int) -> None:
    labels = np.random.default_rng(0).integers(0, 18, (height, width)).astype(np.uint8)
    shares = label_shares(labels, factor)
    assert shares.shape == (18, height // factor, width // factor) and shares.dtype == np.uint8
    for label, top, left in itertools.product(range(18), range(height // factor), range(width // factor)):
        cell = [labels[top * factor + i, left * factor + j] for i in range(factor) for j in range(factor)]
        assert shares[label, top, left] == round(cell.count(label) / len(cell) * 255)


def test_holds_every_sample_in_its_place(recipe: Recipe, vae: AutoencoderKL, tmp_path: Path) -> None:
    folder = Folder(recipe.data)
    buckets = load_cache(folder, vae, tmp_path)
    assert sorted(index for bucket in buckets for index in bucket.samples) == list(range(32))
    for bucket in buckets:
        sample = folder.samples[bucket.samples[3]]
        assert np.array_equal(bucket.regions[3], label_shares(read_labels(sample), recipe.vae.factor))
        with torch.no_grad():
            mean = (
                vae.encode(to_tensor(np.stack([read_picture(sample)]))).latent_dist.mean[0] * vae.config.scaling_factor
            )
        np.testing.assert_allclose(bucket.latents[3], mean.numpy(), atol=5e-3)


def test_is_made_once(recipe: Recipe, vae: AutoencoderKL, tmp_path: Path) -> None:
    folder = Folder(recipe.data)
    load_cache(folder, vae, tmp_path)
    written = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.npy")}
    load_cache(folder, vae, tmp_path)
    assert len(written) == 6
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.npy")} == written


def test_the_key_changes_with_data_and_autoencoder(recipe: Recipe, vae: AutoencoderKL) -> None:
    folder = Folder(recipe.data)
    key = cache_key(folder, vae, 4)
    assert cache_key(Folder(recipe.data), vae, 4) == key
    fewer = Folder(DataConfig(folder=recipe.data.folder, sizes=recipe.data.sizes, limit=8))
    assert cache_key(fewer, vae, 4) != key
    vae.register_to_config(scaling_factor=0.5)
    assert cache_key(folder, vae, 4) != key
    vae.register_to_config(scaling_factor=1.0)
    assert cache_key(folder, vae, 4) == key
    with torch.no_grad():
        vae.decoder.conv_in.weight[0, 0, 0, 0] += 1e-3
    assert cache_key(folder, vae, 4) == key  # latents come from the encoder alone
    with torch.no_grad():
        vae.encoder.conv_in.weight[0, 0, 0, 0] += 1e-3
    assert cache_key(folder, vae, 4) != key


def test_the_key_changes_with_the_files_and_not_with_their_folder(
    recipe: Recipe, vae: AutoencoderKL, tmp_path: Path
) -> None:
    key = cache_key(Folder(recipe.data), vae, 4)
    shutil.copytree(recipe.data.folder, tmp_path / "moved")
    moved = DataConfig(folder=tmp_path / "moved", sizes=recipe.data.sizes)
    assert cache_key(Folder(moved), vae, 4) == key
    labels = Folder(moved).samples[3].labels.file
    labels.write_bytes(labels.read_bytes())  # painted again
    assert cache_key(Folder(moved), vae, 4) != key
