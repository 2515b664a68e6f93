"""What an interrupted export leaves, and who takes it."""

import hashlib
from pathlib import Path

import pytest

from engine.export.resume import unfinished_export


def start(out: Path, fingerprint: str, *parts: str, then: type[BaseException] | None = None) -> list[str]:
    """Runs an export of these parts; returns the names of those it found done."""
    found = []
    with unfinished_export(out, fingerprint) as unfinished:
        for part in parts:
            if unfinished.has(part):
                found.append(part)
                continue
            with unfinished.part(part) as folder:
                (folder / f"{part}.onnx").write_bytes(part.encode() * 100)
        if then is not None:
            raise then
        assert sorted(unfinished.entries) == sorted(path.name for path in unfinished.files.iterdir())
    return found


def interrupted(out: Path, fingerprint: str, *parts: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        start(out, fingerprint, *parts, then=KeyboardInterrupt)


def test_finished_parts_are_kept_after_an_interruption(tmp_path: Path) -> None:
    interrupted(tmp_path / "bundle", "one", "text", "unet")
    assert start(tmp_path / "bundle", "one", "text", "unet", "vae") == ["text", "unet"]
    assert list(tmp_path.iterdir()) == []


def test_parts_of_something_else_are_thrown_away(tmp_path: Path) -> None:
    interrupted(tmp_path / "bundle", "one", "text", "unet")
    assert start(tmp_path / "bundle", "two", "text") == []


def test_a_part_that_was_not_finished_is_made_again(tmp_path: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        unfinished_export(tmp_path / "bundle", "one") as unfinished,
    ):
        with unfinished.part("text") as folder:
            (folder / "text.onnx").write_bytes(b"whole")
        with unfinished.part("unet") as folder:
            (folder / "unet.onnx").write_bytes(b"half")
            raise KeyboardInterrupt
    with unfinished_export(tmp_path / "bundle", "one") as unfinished:
        assert unfinished.has("text") and not unfinished.has("unet")
        entry = unfinished.entries["text.onnx"]
        assert (entry.sha256, entry.size_bytes) == (hashlib.sha256(b"whole").hexdigest(), 5)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"fingerprint": "one", "parts": {"text": 3}}'])
def test_a_damaged_state_is_none(damage: str, tmp_path: Path) -> None:
    interrupted(tmp_path / "bundle", "one", "text")
    (tmp_path / ".bundle.export/state.json").write_text(damage, encoding="utf-8")
    assert start(tmp_path / "bundle", "one", "text") == []


def test_a_file_cut_short_is_made_again(tmp_path: Path) -> None:
    interrupted(tmp_path / "bundle", "one", "text", "unet")
    (tmp_path / ".bundle.export/files/unet.onnx").write_bytes(b"u")
    assert start(tmp_path / "bundle", "one", "text", "unet") == ["text"]


def test_a_source_at_fault_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        start(tmp_path / "bundle", "one", "text", then=ValueError)
    assert list(tmp_path.iterdir()) == []


def test_two_exports_to_one_place_are_refused(tmp_path: Path) -> None:
    with unfinished_export(tmp_path / "bundle", "one"):
        with pytest.raises(ValueError, match="bundle: another export is writing this bundle"):
            start(tmp_path / "bundle", "one", "text")
        assert (tmp_path / ".bundle.export").is_dir()
