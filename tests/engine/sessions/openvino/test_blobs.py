"""Compiled models are kept whole or not at all, and found only by what they were compiled from."""

from pathlib import Path

import pytest

from engine.errors import ProviderError
from engine.sessions.openvino import blobs as module
from engine.sessions.openvino.blobs import Blobs


def test_what_was_kept_is_found_by_the_same_facts_alone(tmp_path: Path) -> None:
    kept = Blobs(tmp_path / "new" / "cache")
    path = kept.path("unet", ("digest", "2026.4", [("sample", (1, 4))]))
    assert kept.read(path) is None
    kept.write(path, b"compiled")
    assert Blobs(kept.folder).read(path) == b"compiled"
    assert kept.path("unet", ("digest", "2026.5", [("sample", (1, 4))])) != path
    assert [each.name for each in kept.folder.iterdir()] == [path.name]


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 40])
def test_a_damaged_one_is_said_and_taken_away(tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    kept = Blobs(tmp_path)
    path = kept.path("unet", ("digest",))
    path.write_bytes(damage)
    assert kept.read(path) is None
    assert not path.exists()
    assert f"{path} is not used and is compiled again: it is damaged" in caplog.text


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ProviderError, match=r"openvino_cache '.*file/cache' cannot be written: Not a directory$"):
        Blobs(tmp_path / "file" / "cache")
    with pytest.raises(ProviderError, match="cannot be written"):
        Blobs(Path("/proc/cosmicman"))


def test_a_disk_that_takes_no_more_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = Blobs(tmp_path / "cache")
    (tmp_path / "cache").rmdir()
    (tmp_path / "cache").write_text("in the way")
    for _ in range(2):
        kept.write(kept.path("unet", ()), b"compiled")
    assert caplog.text.count("compiled models are not kept from now on") == 1


def test_the_oldest_go_where_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BLOBS", 2)
    kept = Blobs(tmp_path)
    paths = [kept.path("unet", (number,)) for number in range(3)]
    for path in paths:
        kept.write(path, b"compiled")
    assert len(list(tmp_path.iterdir())) == 2
    assert paths[-1].exists()
