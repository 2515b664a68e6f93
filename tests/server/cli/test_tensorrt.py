"""`cosmicman export --tensorrt`: what is refused, in one line; builds themselves are in tests/engine/export."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is for Linux x86-64 alone")


def test_unknown_target_is_one_line(cosmicman: Any, bundle: Path, tmp_path: Path) -> None:
    outcome = cosmicman("export", bundle, "--tensorrt", "--target", "sm1", "--out", tmp_path / "out")
    assert outcome.status == 2
    assert "target must be one of gpu, sm120" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_engines_of_a_bundle_are_built_and_counted(cosmicman: Any, bundle: Path, tmp_path: Path) -> None:
    arguments = ("--tensorrt", "--target", "sm89", "--max-rows", "2", "--max-windows", "1")
    outcome = cosmicman("export", bundle, *arguments, "--out", tmp_path / "out")
    assert (outcome.status, outcome.out) == (0, f"{tmp_path / 'out'}\n")
    assert "engines" in outcome.err
    assert "for sm89 by tensorrt-rtx" in outcome.err
    assert (tmp_path / "out" / "engines.json").is_file()
