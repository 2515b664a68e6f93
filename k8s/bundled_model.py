"""Writes the sha256 of the bundled model into the manifests that pin it, after the model has changed."""

import hashlib
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
MANIFEST = HERE.parent / "models" / "figurine-bundle" / "manifest.json"
PINS = (
    "model-import/job.yaml",
    "overlays/gpu/single-gpu-pool/model.env",
    "overlays/gpu/multi-gpu-pool/model.env",
    "overlays/gpu-canary/canary/model.env",
)


def written() -> dict[Path, str]:
    """Each file that pins the model, and its text for the present one."""
    digest = hashlib.sha256(MANIFEST.read_bytes()).hexdigest()
    return {HERE / name: re.sub(r"\b[0-9a-f]{64}\b", digest, (HERE / name).read_text("utf-8")) for name in PINS}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
