"""A bundle appears whole, loads only if every file is what the manifest says, and says in one line what is wrong."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundle.manifest import MANIFEST_FILE, REQUIRED_FILES, Manifest, file_entry, load_bundle, seal
from engine.errors import BundleError

MANIFEST = Manifest(
    name="tiny",
    family="sd",
    source="nowhere",
    licence="Apache-2.0",
    precision="fp32",
    noise_schedule={"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "beta_start": 0.001},
    scaling_factor=0.5,
    shift_factor=0.0,
    latent_channels=4,
    vae_factor=8,
    context_width=32,
    sizes=((64, 96), (96, 64)),
    side_limits=(64, 96, 16),
    tokenizer_length=77,
    start_token=1,
    end_token=2,
    padding_token=2,
    default_width=64,
    default_height=96,
    default_steps=20,
    max_steps=50,
    default_guidance_scale=3.0,
    default_sampler="ddim",
)


def write(out: Path, manifest: Manifest = MANIFEST) -> Path:
    work = out.parent / "work"
    work.mkdir()
    for name in REQUIRED_FILES:
        (work / name).write_bytes(name.encode() * 100)
    seal(work, out, replace(manifest, files={path.name: file_entry(path) for path in work.iterdir()}))
    return out


def edit_manifest(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    data = json.loads((path / MANIFEST_FILE).read_text())
    change(data)
    (path / MANIFEST_FILE).write_text(json.dumps(data))


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    loaded = load_bundle(write(tmp_path / "bundle"))
    assert replace(loaded.manifest, files={}) == MANIFEST
    assert set(loaded.manifest.files) == set(REQUIRED_FILES)
    assert loaded.file("unet.onnx").read_bytes().startswith(b"unet")
    assert len(loaded.sha256) == 64
    assert os.listdir(tmp_path) == ["bundle"]


def test_a_new_bundle_replaces_the_old_one_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    out = write(tmp_path / "bundle")
    (out / "leftover").touch()
    write(out, replace(MANIFEST, name="other"))
    assert load_bundle(out).manifest.name == "other"
    assert set(os.listdir(out)) == {MANIFEST_FILE, *REQUIRED_FILES}
    assert os.listdir(tmp_path) == ["bundle"]


def flip_a_byte(path: Path) -> None:
    data = bytearray((path / "unet.onnx").read_bytes())
    data[7] ^= 1
    (path / "unet.onnx").write_bytes(bytes(data))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda p: (p / MANIFEST_FILE).unlink(), r"manifest\.json: missing; is .* a bundle"),
    "a flipped byte": (flip_a_byte, r"unet\.onnx: damaged: its sha256 is \w{12}, the manifest says \w{12}"),
    "a short file": (
        lambda p: (p / "unet.onnx").write_bytes(b"x"),
        r"unet\.onnx: damaged: 900 bytes expected, found 1",
    ),
    "a missing file": (lambda p: (p / "tokenizer.json").unlink(), r"tokenizer\.json: missing; the manifest lists it"),
    "no JSON": (lambda p: (p / MANIFEST_FILE).write_text("{"), r"manifest\.json: damaged: it is not JSON"),
    "deep JSON": (lambda p: (p / MANIFEST_FILE).write_text("[" * 100_000), r"manifest\.json: damaged: it is not JSON"),
    "a list": (lambda p: (p / MANIFEST_FILE).write_text("[]"), r"manifest\.json: damaged: it is not a JSON object"),
    "bytes": (lambda p: (p / MANIFEST_FILE).write_bytes(b"\xff\xfe"), r"manifest\.json: damaged: it is not JSON"),
    "a long manifest": (lambda p: (p / MANIFEST_FILE).write_text(" " * 2_000_000), r"damaged: longer than 1000000"),
}


@pytest.mark.parametrize("name", list(DAMAGES))
def test_damage_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    damage, message = DAMAGES[name]
    out = write(tmp_path / "bundle")
    damage(out)
    with pytest.raises(BundleError, match=message) as caught:
        load_bundle(out)
    assert "\n" not in str(caught.value)


EDITS: dict[str, tuple[str, object, str]] = {
    "newer": ("format_version", 2, r"format 2 is newer than 1"),
    "no version": ("format_version", None, r"format_version must be 1; got None"),
    "true is no version": ("format_version", "1", r"format_version must be 1"),
    "other family": ("family", "flux", r"family must be one of sd, sdxl; got 'flux'"),
    "sdxl of sd's fields": ("family", "sdxl", r"pooled_width must be at least 1; got 0"),
    "a word for a number": ("scaling_factor", "big", r"scaling_factor must be a number; got 'big'"),
    "infinity": ("scaling_factor", float("inf"), r"scaling_factor must be a number; got inf"),
    "a boolean for a count": ("vae_factor", True, r"vae_factor must be of type int; got True"),
    "zero": ("vae_factor", 0, r"vae_factor must be at least 1; got 0"),
    "sizes": ("sizes", [[1, 2, 3]], r"sizes\[0\] must be a list of 2; got \[1, 2, 3\]"),
    "limits": ("side_limits", [1, 2], r"side_limits must be a list of 3; got \[1, 2\]"),
    "schedule": (
        "noise_schedule",
        {"beta_start": []},
        r"noise_schedule.beta_start must be of type str or int or .*; got \[\]",
    ),
    "a path": (
        "files",
        {"../unet.onnx": {"sha256": "", "size_bytes": 0}},
        r"files must be an object of plain file names",
    ),
    "missing from files": ("files", {}, r"it does not list tokenizer\.json"),
    "a nameless model": ("name", 3, r"name must be of type str; got 3"),
}


@pytest.mark.parametrize("name", list(EDITS))
def test_a_wrong_field_is_named(name: str, tmp_path: Path) -> None:
    field, value, message = EDITS[name]
    out = write(tmp_path / "bundle")
    edit_manifest(out, lambda data: data.update({field: value}))
    with pytest.raises(BundleError, match=message) as caught:
        load_bundle(out)
    assert str(out / MANIFEST_FILE) in str(caught.value)
    assert not re.search(r"\n", str(caught.value))


def test_sdxl_has_a_second_text_encoder(tmp_path: Path) -> None:
    out = write(tmp_path / "bundle", replace(MANIFEST, family="sdxl", pooled_width=16, second_padding_token=0))
    with pytest.raises(BundleError, match=r"manifest\.json: damaged: it does not list text_encoder_2\.onnx"):
        load_bundle(out)


def test_a_bundle_from_before_sdxl_is_read(tmp_path: Path) -> None:
    out = write(tmp_path / "bundle")
    later = ("clip_skip", "pooled_width", "second_padding_token")
    edit_manifest(out, lambda data: [data.pop(name) for name in later])
    assert replace(load_bundle(out).manifest, files={}) == MANIFEST


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    out = write(tmp_path / "bundle")
    edit_manifest(out, lambda data: data.pop("latent_channels"))
    with pytest.raises(BundleError, match="Manifest is incomplete: it lacks latent_channels"):
        load_bundle(out)
