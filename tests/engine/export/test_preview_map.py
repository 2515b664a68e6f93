"""The preview map of a bundle: the least-squares one of its own autoencoder, added without other changes."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.bundle.manifest import MANIFEST_FILE, PREVIEW_MAP_FILE, VAE_ENCODER_FILE, load_bundle
from engine.errors import BundleError
from engine.export.preview_map import FIRST_SEED, add_preview_map, patches, write_preview_map
from engine.model.diffusion import DiffusionModel
from engine.previews.linear_map import load_preview_map
from engine.sessions.onnx.session import OnnxSessions
from engine.settings import EngineSettings
from engine.train.figures import draw_figure, sample_figure


def model(bundle: Path) -> DiffusionModel:
    verified = load_bundle(bundle)
    return DiffusionModel(verified, OnnxSessions(verified, EngineSettings(num_threads=1)))


def examples(diffusion: DiffusionModel, first_seed: int, number: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Latents and decoded pictures, by the functions that serve them."""
    found = []
    width, height = diffusion.manifest.default_width, diffusion.manifest.default_height
    for seed in range(first_seed, first_seed + number):
        image = draw_figure(replace(sample_figure(seed), width=width, height=height)).image
        mean, _ = diffusion.encode_picture((image.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None])
        found.append((mean, diffusion.decode(mean)))
    return found


def slow_patch(picture: np.ndarray, factor: int, patch: int, row: int, column: int) -> np.ndarray:
    """Mean colours of the areas of one cell, area by area."""
    pixels, colours = factor // patch, []
    for number in range(patch * patch):
        down, across = divmod(number, patch)
        top, left = row * factor + down * pixels, column * factor + across * pixels
        area = picture.clip(-1, 1)[:, top : top + pixels, left : left + pixels]
        colours += [area[colour].mean() for colour in range(3)]
    return np.array(colours)


@pytest.mark.parametrize(("factor", "patch"), [(4, 1), (8, 2), (16, 4)])
def test_areas_of_a_cell_are_its_own(factor: int, patch: int) -> None:
    picture = np.random.default_rng(0).normal(size=(3, 3 * factor, 2 * factor)).astype(np.float32)
    cells = patches(picture, factor, patch)
    for number in range(6):
        expected = slow_patch(picture, factor, patch, *divmod(number, 2))
        np.testing.assert_allclose(cells[number], expected, atol=1e-6)


def test_map_is_the_least_squares_one(bundle: Path) -> None:
    """Against a fit of all equations at once, with neighbours and areas found cell by cell."""
    found = load_preview_map(load_bundle(bundle))
    assert found is not None
    diffusion = model(bundle)
    equations, answers = [], []
    for latents, picture in examples(diffusion, FIRST_SEED, 16):
        _, _, height, width = latents.shape
        for row in range(height):
            for column in range(width):
                rows = np.clip(np.arange(row - 1, row + 2), 0, height - 1)
                columns = np.clip(np.arange(column - 1, column + 2), 0, width - 1)
                near = [latents[0, :, y, x] for y in rows for x in columns]
                equations.append(np.concatenate([*near, [1.0]]))
                answers.append(slow_patch(picture, diffusion.manifest.vae_factor, found.patch, row, column))
    read, wanted = np.array(equations, np.float64), np.array(answers)
    best = np.linalg.lstsq(read, wanted, rcond=None)[0]
    error, least = (np.square(read @ matrix - wanted).mean() for matrix in (found.matrix, best))
    assert least <= error <= least * 1.001 + 1e-6


def test_bundled_model_shows_what_it_will_draw() -> None:
    """On figures that the map was not fitted to, beside their mean: what a map that knows nothing would say."""
    shipped = Path(__file__).parents[3] / "models" / "figurine-bundle"
    found = load_preview_map(load_bundle(shipped))
    assert found is not None
    assert (found.channels, found.patch) == (16, 4)
    unseen = examples(model(shipped), FIRST_SEED + 1000, 6)
    wanted = np.stack([patches(picture, 16, 4) for _, picture in unseen])
    said = np.stack([patches(found.colours(latents).transpose(2, 0, 1), 4, 4) for latents, _ in unseen])
    explained = 1 - np.square(said - wanted).mean() / np.square(wanted - wanted.mean((0, 1))).mean()
    assert explained > 0.9


def test_older_bundle_gets_a_map_and_keeps_the_rest(bundle: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(bundle, old)
    manifest = json.loads((old / MANIFEST_FILE).read_text())
    entry = manifest["files"].pop(PREVIEW_MAP_FILE)
    (old / MANIFEST_FILE).write_text(json.dumps(manifest))
    (old / PREVIEW_MAP_FILE).unlink()
    before = load_bundle(old)
    add_preview_map(old, tmp_path / "new")
    after = load_bundle(tmp_path / "new")
    assert after.sha256 != before.sha256
    assert {name: each for name, each in after.manifest.files.items() if name != PREVIEW_MAP_FILE} == dict(
        before.manifest.files
    )
    assert replace(after.manifest, files={}) == replace(before.manifest, files={})
    assert after.manifest.files[PREVIEW_MAP_FILE].size_bytes == entry["size_bytes"]
    add_preview_map(tmp_path / "new", tmp_path / "new")  # in its own place, the map it has replaced
    assert load_bundle(tmp_path / "new").manifest.files.keys() == after.manifest.files.keys()


def test_bundle_without_an_encoder_is_refused_and_stays(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "bundle"
    shutil.copytree(bundle, copy)
    manifest = json.loads((copy / MANIFEST_FILE).read_text())
    del manifest["files"][VAE_ENCODER_FILE]
    (copy / MANIFEST_FILE).write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match=r"a preview map is fitted with vae_encoder\.onnx; it lists none"):
        add_preview_map(copy, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    (copy / VAE_ENCODER_FILE).unlink()
    with pytest.raises(BundleError, match="missing"):
        add_preview_map(tmp_path, tmp_path / "new")


def test_autoencoder_that_gives_nan_is_named(bundle: Path, tmp_path: Path) -> None:
    import onnx_ir

    copy = tmp_path / "bundle"
    shutil.copytree(bundle, copy)
    graph = onnx_ir.load(copy / VAE_ENCODER_FILE)
    for value in graph.graph.initializers.values():
        if value.const_value is not None and value.const_value.dtype == onnx_ir.DataType.FLOAT:
            broken = np.full(tuple(value.const_value.shape), np.nan, np.float32)  # type: ignore[arg-type]
            value.const_value = onnx_ir.tensor(broken, name=value.name)
    onnx_ir.save(graph, copy / VAE_ENCODER_FILE)
    with pytest.raises(ValueError, match="the autoencoder gives NaN or infinity"):
        write_preview_map(copy, load_bundle(bundle).manifest, tmp_path / "map.npy")
