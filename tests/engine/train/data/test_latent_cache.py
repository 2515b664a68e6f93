"""Latents are made once, under a key that changes with everything they were made from."""

import itertools
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from PIL import Image

from engine.train.data.latent_cache import Bucket, encoder_key, label_shares, load_cache
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


def test_the_key_changes_with_the_encoder(vae: AutoencoderKL) -> None:
    key = encoder_key(vae, 4, "mean")
    assert len({key, encoder_key(vae, 8, "mean"), encoder_key(vae, 4, "sample")}) == 3
    vae.register_to_config(scaling_factor=0.5)
    assert encoder_key(vae, 4, "mean") != key
    vae.register_to_config(scaling_factor=1.0)
    assert encoder_key(vae, 4, "mean") == key
    with torch.no_grad():
        vae.decoder.conv_in.weight[0, 0, 0, 0] += 1e-3
    assert encoder_key(vae, 4, "mean") == key  # latents come from the encoder alone
    with torch.no_grad():
        vae.encoder.conv_in.weight[0, 0, 0, 0] += 1e-3
    assert encoder_key(vae, 4, "mean") != key


def _written(root: Path) -> dict[str, int]:
    return {str(file.relative_to(root)): file.stat().st_mtime_ns for file in root.rglob("latents.npy")}


def _load(config: DataConfig, vae: AutoencoderKL, root: Path, **more: int) -> list[Bucket]:
    return load_cache(Folder(config), vae, root, shard_size=5, **more)


def test_shards_are_of_what_the_files_hold_and_not_of_their_folder_or_times(
    recipe: Recipe, vae: AutoencoderKL, tmp_path: Path
) -> None:
    root, moved = tmp_path / "cache", replace(recipe.data, folder=tmp_path / "moved")
    _load(recipe.data, vae, root)
    before = _written(root)
    shutil.copytree(recipe.data.folder, moved.folder, copy_function=shutil.copy)  # with times of their own
    _load(moved, vae, root)
    assert len(before) == 8 and _written(root) == before
    repainted = Folder(moved).samples[3]
    picture = Image.fromarray(read_picture(repainted)[::-1])
    picture.save(repainted.picture.file, compress_level=0)
    _load(moved, vae, root)
    assert len(_written(root).keys() - before.keys()) == 1  # the shard of that picture alone


def test_rows_that_are_added_are_all_that_is_encoded(recipe: Recipe, vae: AutoencoderKL, tmp_path: Path) -> None:
    fewer, root = replace(recipe.data, limit=20), tmp_path / "cache"
    _load(fewer, vae, root)
    before = _written(root)
    buckets = _load(recipe.data, vae, root)
    assert len(before) == 4 and len(_written(root)) == 8
    assert before.items() <= _written(root).items()
    assert sorted(np.concatenate([bucket.samples for bucket in buckets]).tolist()) == list(range(32))


def test_shards_hold_what_one_of_all_samples_holds(recipe: Recipe, vae: AutoencoderKL, tmp_path: Path) -> None:
    folder = Folder(recipe.data)
    whole, parts = load_cache(folder, vae, tmp_path / "whole"), _load(recipe.data, vae, tmp_path / "parts")
    for one, other in zip(whole, parts, strict=True):
        assert one.size == other.size and np.array_equal(one.samples, other.samples)
        np.testing.assert_allclose(one.latents[:], other.latents[:], atol=2e-3)
        assert np.array_equal(one.regions[:], other.regions[:])
        assert np.array_equal(other.latents[[9, 0, 7]], other.latents[:][[9, 0, 7]])
        assert np.array_equal(other.latents[-1], other.latents[:][-1])


def test_processes_encode_shards_in_turn(recipe: Recipe, vae: AutoencoderKL, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda rank: _load(recipe.data, vae, tmp_path, rank=rank, world_size=2), range(2)))
    assert len(_written(tmp_path)) == 8
    for one, other in zip(*found, strict=True):
        assert np.array_equal(one.latents[:], other.latents[:]) and np.array_equal(one.samples, other.samples)


def test_what_a_killed_process_left_of_a_shard_is_made_again_and_the_rest_is_kept(
    recipe: Recipe, vae: AutoencoderKL, tmp_path: Path
) -> None:
    _load(recipe.data, vae, tmp_path)
    shard = next(tmp_path.rglob("latents.npy")).parent
    shard.rename(shard.with_name(f".{shard.name}.half"))  # as `kill -9` leaves it
    before = _written(tmp_path)
    _load(recipe.data, vae, tmp_path)
    after = _written(tmp_path)
    assert shard.is_dir() and not list(tmp_path.rglob(".*")) and len(after) == len(before)
    assert len(after.items() - before.items()) == 1


@pytest.mark.parametrize("name", ["kept", "latents", "regions"])
@pytest.mark.parametrize("size", [0, 20, 200])
def test_a_shard_cut_short_is_named(recipe: Recipe, vae: AutoencoderKL, tmp_path: Path, name: str, size: int) -> None:
    _load(recipe.data, vae, tmp_path)
    file = sorted(tmp_path.rglob(f"{name}.npy"))[-1]  # not the first one, which is opened before the others
    file.write_bytes(file.read_bytes()[: min(size, file.stat().st_size - 8)])
    told = rf"{file.parent} is damaged: {file.name}: .*; delete it, so that it is made again"
    with pytest.raises(ValueError, match=told):
        _load(recipe.data, vae, tmp_path)


def test_deviations_are_kept_where_latents_are_drawn_from_the_posterior(
    recipe: Recipe, vae: AutoencoderKL, tmp_path: Path
) -> None:
    folder = Folder(replace(recipe.data, posterior="sample"))
    bucket = load_cache(folder, vae, tmp_path)[0]
    with torch.no_grad():
        posterior = vae.encode(to_tensor(read_picture(folder.samples[bucket.samples[2]])[None])).latent_dist
    assert bucket.deviations is not None
    np.testing.assert_allclose(
        bucket.deviations[2], (posterior.std[0] * vae.config.scaling_factor).numpy(), rtol=5e-3, atol=1e-4
    )
