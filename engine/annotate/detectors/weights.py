"""Finds the networks of MediaPipe in a wheel as it is downloaded, in a folder it was unpacked into, or installed.

It knows names of files; it does not know what is in them.
"""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Callable
from pathlib import Path

#: The last version whose package holds them.
PACKAGE = "mediapipe==0.10.21"
HOW = f"download it with: python -m pip download --no-deps --python-version 3.11 --only-binary :all: {PACKAGE}"
FACES = "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite"
BODIES = "mediapipe/modules/pose_detection/pose_detection.tflite"
PERSON_MASK = "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"

#: Gives the bytes of one of the files above; raises ValueError where it is missing.
Weights = Callable[[str], bytes]


def find_weights(place: Path | None = None) -> Weights:
    """The networks in a wheel or a folder; without either, in the installed package, which is not imported.

    Raises:
        ValueError: There are none; the message says how to get them.
    """
    if place is not None and place.is_file() and zipfile.is_zipfile(place):
        return lambda name: _member(place, name)
    if place is not None and place.is_dir():
        return lambda name: _file(place, name)
    found = importlib.util.find_spec("mediapipe") if place is None else None
    if found is not None and found.origin is not None:
        installed = Path(found.origin).parent.parent
        return lambda name: _file(installed, name)
    where = "mediapipe is not installed" if place is None else f"{place} is neither a wheel nor a folder"
    raise ValueError(f"person models come from the package {PACKAGE}, and {where}; {HOW}")


def _member(wheel: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(name)
    except (KeyError, OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{wheel} holds no readable {name}: of the versions seen {PACKAGE} does; {HOW}") from error


def _file(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ValueError(f"{folder} holds no readable {name}: of the versions seen {PACKAGE} does; {HOW}") from error
