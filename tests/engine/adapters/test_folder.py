"""A folder is looked through once: what may be used, what may not and why, and never a file that changed since."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.adapters.folder import Adapters
from engine.errors import BundleError, GenerationError
from tests.engine.adapters.files import ADAPTED, factors, tensors, write

TOLD = tensors(factors(), "diffusers")


def look(folder: Path | None, keep_bytes: int = 10**9) -> Adapters:
    return Adapters(folder, ADAPTED, half=False, keep_bytes=keep_bytes)


def test_files_and_folders_are_found_and_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path / "film.safetensors", TOLD)
    (tmp_path / "peft").mkdir()
    write(tmp_path / "peft" / "adapter_model.safetensors", tensors(factors(seed=1), "peft"))
    (tmp_path / "peft" / "adapter_config.json").write_text(json.dumps({"lora_alpha": 16}))
    (tmp_path / "bad.safetensors").write_bytes(b"nothing")
    (tmp_path / "old.ckpt").write_bytes(b"\x80\x04.")
    write(tmp_path / "two words.safetensors", TOLD)
    (tmp_path / "README.md").write_text("not an adapter")
    found = {info.name: info for info in look(tmp_path).infos}
    assert sorted(found) == ["bad", "film", "old", "peft", "two words"]
    assert found["peft"].scaling == "alpha 16 / rank 4"
    assert "damaged" in found["bad"].refused and found["bad"].size_bytes == 7
    assert "run code when they are read" in found["old"].refused
    assert "a name is up to 64 letters" in found["two words"].refused
    assert look(tmp_path).usable == ("film", "peft")


def test_without_a_folder_or_a_graph_nothing_may_be_used(tmp_path: Path) -> None:
    assert look(None).infos == ()
    write(tmp_path / "film.safetensors", TOLD)
    [info] = Adapters(tmp_path, None, half=False, keep_bytes=0).infos
    assert "no graph for adapters" in info.refused


def test_a_folder_that_cannot_be_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BundleError, match="cannot be read as a folder of adapters"):
        look(tmp_path / "none")
    write(tmp_path / "film.safetensors", TOLD)
    (tmp_path / "film").mkdir()
    write(tmp_path / "film" / "adapter_model.safetensors", TOLD)
    with pytest.raises(BundleError, match="two adapters named film"):
        look(tmp_path)
    monkeypatch.setattr("engine.adapters.folder.MAX_ADAPTERS", 0)
    (tmp_path / "film.safetensors").unlink()
    with pytest.raises(BundleError, match="at most 0 adapters; it holds 1"):
        look(tmp_path)


def test_a_file_that_changed_since_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "film.safetensors", TOLD)
    adapters = look(tmp_path)
    write(path, tensors(factors(seed=2), "diffusers"))
    with pytest.raises(GenerationError, match="another file than when the engine started"):
        adapters.load("film")
    path.unlink()
    with pytest.raises(GenerationError, match="cannot be read any more"):
        adapters.load("film")


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"a{number}.safetensors", tensors(factors(seed=number), "diffusers"))
    size = look(tmp_path).load("a0").size_bytes
    adapters = look(tmp_path, keep_bytes=2 * size)
    assert adapters.kept_bytes == 0
    first = adapters.load("a0")
    adapters.load("a1")
    assert adapters.load("a0") is first
    adapters.load("a2")
    assert adapters.kept_bytes == 2 * size and adapters.load("a0") is first
    again = adapters.load("a1")
    assert np.array_equal(again.down, look(tmp_path).load("a1").down)
