"""A bundle's UNet is exported anew, to the same bytes, with adapters beside it or in its weights; the rest stays."""

from pathlib import Path

import numpy as np
import pytest

from engine.bundle.manifest import ADAPTED_FILE, UNET_FILE, load_bundle
from engine.export.unets import write_unets
from engine.sessions.onnx.session import OnnxSession
from tests.engine.adapters.random_adapters import write_adapters


def test_the_same_graphs_come_out_and_a_merged_adapter_is_in_them(
    adapted_bundle: Path, checkpoint: Path, tmp_path: Path
) -> None:
    lora = write_adapters(adapted_bundle, tmp_path / "loras") / "film.safetensors"
    write_unets(adapted_bundle, checkpoint, tmp_path / "merged", loras=[(lora, 1.0)])
    old, new = load_bundle(adapted_bundle).manifest, load_bundle(tmp_path / "merged").manifest
    changed = {name for name in new.files if new.files[name] != old.files.get(name)}
    assert UNET_FILE in changed <= {UNET_FILE, ADAPTED_FILE}  # the latter refers to the former's weights
    assert new.files.keys() == old.files.keys() and new.adapted == old.adapted
    assert new.source == f"{old.source} + film.safetensors=1"
    inputs = {
        "sample": np.ones((1, 4, 12, 8), np.float32),
        "timesteps": np.array([500], np.float32),
        "encoder_hidden_states": np.ones((1, 77, 32), np.float32),
    }
    before, after = (OnnxSession(folder / UNET_FILE).run(inputs) for folder in (adapted_bundle, tmp_path / "merged"))
    assert np.abs(before - after).max() > 0.01


def test_another_familys_checkpoint_is_refused(adapted_bundle: Path, sdxl_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is of family sdxl; the bundle is sd"):
        write_unets(adapted_bundle, sdxl_checkpoint, tmp_path / "out")
    assert not (tmp_path / "out").exists()
