"""The map from latents to colours: as its definition, one number at a time; its file, whole or refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.bundle.manifest import MANIFEST_FILE, PREVIEW_MAP_FILE, file_entry, load_bundle
from engine.errors import BundleError
from engine.previews.linear_map import PreviewMap, features, load_preview_map, save_preview_map


def latents(channels: int, height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(1, channels, height, width)).astype(np.float32)


def slow(preview_map: PreviewMap, given: np.ndarray) -> np.ndarray:
    """The same, cell by cell."""
    _, channels, height, width = given.shape
    patch = preview_map.patch
    picture = np.zeros((height * patch, width * patch, 3))
    for row in range(height):
        for column in range(width):
            read = []
            for down in (-1, 0, 1):
                for across in (-1, 0, 1):
                    y, x = min(max(row + down, 0), height - 1), min(max(column + across, 0), width - 1)
                    read += [given[0, channel, y, x] for channel in range(channels)]
            said = np.array([*read, 1.0]) @ preview_map.matrix.astype(np.float64)
            for number, value in enumerate(said):
                inside, colour = divmod(number, 3)
                picture[row * patch + inside // patch, column * patch + inside % patch, colour] = value
    return picture


@pytest.mark.parametrize(
    ("channels", "patch", "height", "width"), [(4, 1, 5, 7), (4, 2, 6, 3), (16, 4, 12, 8), (1, 1, 1, 1)]
)
def test_colours_are_those_of_every_cell_by_itself(channels: int, patch: int, height: int, width: int) -> None:
    matrix = np.random.default_rng(1).normal(size=(9 * channels + 1, patch * patch * 3)).astype(np.float32)
    preview_map, given = PreviewMap(matrix=matrix), latents(channels, height, width)
    assert (preview_map.channels, preview_map.patch) == (channels, patch)
    colours = preview_map.colours(given)
    assert colours.shape == (height * patch, width * patch, 3)
    np.testing.assert_allclose(colours, slow(preview_map, given), atol=1e-4)
    assert features(given).shape == (height * width, 9 * channels + 1)


@pytest.mark.parametrize("shape", [(37,), (36, 3), (38, 3), (37, 4), (37, 6), (37, 0)])
def test_what_is_no_map_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="must be of 9 C"):
        PreviewMap(matrix=np.zeros(shape, np.float32))
    with pytest.raises(ValueError, match="NaN"):
        PreviewMap(matrix=np.full((37, 3), np.nan, np.float32))


def changed(bundle: Path, copy: Path, data: bytes | None) -> Path:
    """A bundle with another map, or none, that says of it what is true."""
    shutil.copytree(bundle, copy)
    manifest = json.loads((copy / MANIFEST_FILE).read_text())
    del manifest["files"][PREVIEW_MAP_FILE]
    (copy / PREVIEW_MAP_FILE).unlink()
    if data is not None:
        (copy / PREVIEW_MAP_FILE).write_bytes(data)
        entry = file_entry(copy / PREVIEW_MAP_FILE)
        manifest["files"][PREVIEW_MAP_FILE] = {"sha256": entry.sha256, "size_bytes": entry.size_bytes}
    (copy / MANIFEST_FILE).write_text(json.dumps(manifest))
    return copy


def test_bundle_without_a_map_is_whole(bundle: Path, tmp_path: Path) -> None:
    assert load_preview_map(load_bundle(changed(bundle, tmp_path / "bundle", None))) is None


def test_map_is_read_as_it_was_written_to_half_precision(bundle: Path, tmp_path: Path) -> None:
    written = PreviewMap(matrix=np.random.default_rng(2).normal(size=(37, 12)).astype(np.float32))
    save_preview_map(tmp_path / "map", written)
    found = load_preview_map(load_bundle(changed(bundle, tmp_path / "bundle", (tmp_path / "map").read_bytes())))
    assert found is not None
    np.testing.assert_allclose(found.matrix, written.matrix, rtol=1e-3)


def saved(matrix: np.ndarray, path: Path) -> bytes:
    np.save(path, matrix)
    return path.read_bytes()


def test_file_that_is_no_map_of_these_latents_is_named(bundle: Path, tmp_path: Path) -> None:
    other = saved(np.zeros((9 * 16 + 1, 3), np.float16), tmp_path / "other.npy")
    text = saved(np.array([["a", "b"]]), tmp_path / "text.npy")
    cases = {
        b"": "damaged",
        b"not an array": "damaged",
        text: "damaged",
        saved(np.zeros((3, 3)), tmp_path / "square.npy"): "must be of 9 C",
        other: "reads 16 channels, and latents here have 4",
    }
    for number, (data, words) in enumerate(cases.items()):
        with pytest.raises(BundleError, match=rf"preview_map\.npy: .*{words}"):
            load_preview_map(load_bundle(changed(bundle, tmp_path / str(number), data)))


def test_damaged_map_is_found_with_every_other_file(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "bundle"
    shutil.copytree(bundle, copy)
    with (copy / PREVIEW_MAP_FILE).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\xff")
    with pytest.raises(BundleError, match=r"preview_map\.npy: damaged: its sha256 is"):
        load_bundle(copy)
