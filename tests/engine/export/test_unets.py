"""What a bundle's UNet is exported anew from must fit it; tests/engine/train/test_base.py exports one."""

from pathlib import Path

import pytest

from engine.export.unets import write_unets


def test_another_familys_checkpoint_is_refused(adapted_bundle: Path, sdxl_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is of family sdxl; the bundle is sd"):
        write_unets(adapted_bundle, sdxl_checkpoint, tmp_path / "out")
    assert not (tmp_path / "out").exists()
