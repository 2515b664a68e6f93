"""What the server answers, as plain frozen records; fields that a newer server adds are kept in `extra`.

Offsets count Unicode code points, as Python's own strings do.
"""

import base64
import binascii
import io
import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import PIL.Image

EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


class NotThisError(ValueError):
    """JSON that is not the record it should be; becomes an APIResponseError."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """Reads itself from a JSON object; `extra` holds what it has no field for."""

    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, document: object) -> Self:
        """The record in a JSON object.

        Raises:
            NotThisError: It is none, or lacks a field.
        """
        if not isinstance(document, Mapping):
            raise NotThisError(f"expected an object with {cls.__name__}'s fields, got {type(document).__name__}")
        known: dict[str, Any] = {}
        for item in fields(cls):
            if item.name == "extra":
                continue
            if item.name in document:
                known[item.name] = cls._value(item.name, document[item.name])
            elif item.default is MISSING and item.default_factory is MISSING:
                raise NotThisError(f"{cls.__name__} lacks {item.name}")
        known["extra"] = {name: value for name, value in document.items() if name not in known}
        return cls(**known)

    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        return value


@dataclass(frozen=True, kw_only=True)
class GroupSpan(Record):
    """A phrase of a text and the body group it is about: text[start:end]."""

    group: str
    start: int
    end: int
    text: str
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Negative(Record):
    """What a negated phrase rules out."""

    group: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Ignored(Record):
    """Something that is no language, such as another tool's syntax: no encoder reads it."""

    start: int
    end: int
    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Warned(Record):
    """Something that was probably meant otherwise; it stops nothing."""

    kind: str
    message: str


@dataclass(frozen=True, kw_only=True)
class _HasGroups(Record):
    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        if name == "groups":
            return tuple(GroupSpan.read(each) for each in _list(name, value))
        if name == "negatives":
            return tuple(Negative.read(each) for each in _list(name, value))
        if name == "ignored":
            return tuple(Ignored.read(each) for each in _list(name, value))
        if name == "warnings":
            return tuple(Warned.read(each) for each in _list(name, value))
        return value


@dataclass(frozen=True, kw_only=True)
class Parsed(_HasGroups):
    """Answer of `parse`."""

    text: str
    groups: tuple[GroupSpan, ...]
    negatives: tuple[Negative, ...] = ()
    drawn: str = ""
    negative: str = ""
    ignored: tuple[Ignored, ...] = ()
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group(Record):
    """A body group of the taxonomy."""

    group: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class Model(Record):
    """The loaded model and what it can do; `extra` holds the rest of GET /model."""

    name: str
    version: str
    family: str = ""
    licence: str = ""
    default_width: int = 0
    default_height: int = 0
    default_steps: int = 0
    max_steps: int = 0
    max_images: int = 0
    samplers: list[str] = field(default_factory=list)
    variants: list[str] = field(default_factory=list)
    decoders: list[str] = field(default_factory=list)
    attention: bool = False


@dataclass(frozen=True, kw_only=True)
class Adapter(Record):
    """A file of the server's adapters folder; `refused` says why `loras` may not name it, where they may not."""

    name: str
    sha256: str = ""
    rank: int = 0
    layers: int = 0
    scaling: str = ""
    licence: str = ""
    trigger_words: str = ""
    recommended_scale: float | None = None
    refused: str | None = None


@dataclass(frozen=True, kw_only=True)
class Adapters(Record):
    """What GET /adapters lists; the ranks of one request's adapters may sum to `max_columns`."""

    max_columns: int
    adapters: tuple[Adapter, ...] = ()

    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        if name == "adapters":
            return tuple(Adapter.read(each) for each in _list(name, value))
        return super()._value(name, value)


@dataclass(frozen=True, kw_only=True)
class Settings(_HasGroups):
    """What a request runs with, every default filled in; `mask` is a PNG of what an edit changes, black stays."""

    id: str
    model: str
    seed: int
    width: int
    height: int
    steps: int
    guidance_scale: float
    sampler: str
    description: str
    image_index: int = 0
    variant: str = "full"
    decoder: str = "full"
    loras: Mapping[str, float] | None = None
    groups: tuple[GroupSpan, ...] = ()
    negatives: tuple[Negative, ...] = ()
    drawn: str = ""
    negative: str = ""
    ignored: tuple[Ignored, ...] = ()
    warnings: tuple[Warned, ...] = ()
    mask: bytes | None = field(default=None, repr=False)

    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        if name == "mask":
            return None if value is None else file_of(value)
        return super()._value(name, value)


@dataclass(frozen=True, kw_only=True)
class Image(Record):
    """A finished picture; `data` is the encoded file, with what makes it again in its metadata.

    `attention` is there where it was asked for: by body group a small grey PNG that is white where the picture heeded
    the group's words most.
    """

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    seed: int
    index: int = 0
    image_index: int = 0
    attention: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        if name == "attention":
            return {group: file_of(png) for group, png in _mapping(name, value or {}).items()}
        return file_of(value) if name == "data" else value

    @property
    def extension(self) -> str:
        """.png, .jpg or .webp."""
        return EXTENSIONS.get(self.media_type, ".bin")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the file as it came, whole or not at all, and says where; a missing ending is added.

        Raises:
            ValueError: The ending is that of another kind of file; converting is `pil().save(...)`'s to do.
            OSError: It cannot be written.
        """
        target = Path(path)
        if not target.suffix:
            target = target.with_name(target.name + self.extension)
        endings = {self.extension, ".jpeg"} if self.extension == ".jpg" else {self.extension}
        if target.suffix.lower() not in endings:
            raise ValueError(f"the picture is {self.media_type}: name it *{self.extension}, not {target.name}")
        return _written(target, self.data)

    def save_attention(self, folder: str | os.PathLike[str], stem: str) -> list[Path]:
        """Writes the maps as FOLDER/STEM-GROUP.png, and says where; none where none were asked for.

        Raises:
            OSError: They cannot be written.
        """
        Path(folder).mkdir(parents=True, exist_ok=True)
        return [_written(Path(folder) / f"{stem}-{group}.png", png) for group, png in self.attention.items()]

    def pil(self) -> "PIL.Image.Image":
        """The picture as a Pillow image, loaded; needs Pillow (`pip install cosmicman-client[pil]`)."""
        from PIL import Image as pillow

        image = pillow.open(io.BytesIO(self.data))
        image.load()
        return image


@dataclass(frozen=True, kw_only=True)
class Generation(Record):
    """Answer of `generate`: the pictures, and what they were made with."""

    images: tuple[Image, ...]
    settings: Settings
    timings: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, document: object) -> Self:
        """The record in the answer of POST /generate, where settings and pictures are one object."""
        if not isinstance(document, Mapping) or "images" not in document:
            raise NotThisError("expected an object with images")
        images = tuple(Image.read(each) for each in _list("images", document["images"]))
        rest = {name: value for name, value in document.items() if name not in ("images", "timings")}
        return cls(images=images, settings=Settings.read(rest), timings=document.get("timings") or {})

    @property
    def image(self) -> Image:
        """The only picture, or the first."""
        return self.images[0]


def file_of(text: object) -> bytes:
    """The bytes in base64.

    Raises:
        NotThisError: It is no base64.
    """
    try:
        return base64.b64decode(text if isinstance(text, str | bytes) else b"!", validate=True)
    except binascii.Error:
        raise NotThisError("a picture is no base64") from None


def _written(target: Path, data: bytes) -> Path:
    """A file with these bytes, whole or not at all."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _mapping(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotThisError(f"{name} must be an object, got {type(value).__name__}")
    return value


def _list(name: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise NotThisError(f"{name} must be a list, got {type(value).__name__}")
    return value
