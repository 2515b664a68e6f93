"""The networks of control of a loaded bundle: what a picture is held to, to what is added to the UNet's features.

They run on the CPU in ONNX Runtime, whatever runs the other graphs: once a request, for a fraction of a step. Each is
loaded when it is first needed; `features` may be called from any thread.

Letters: C channels of a feature, h w its sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import numpy as np

from engine.bundle.manifest import CONTROL_INPUT, Bundle, control_file
from engine.control.kinds import LAYOUT
from engine.control.layout import ItemSets, sets_of_items
from engine.control.maps import layout_map, pose_map
from engine.control.read import read_labels, read_masks
from engine.errors import BundleError, GenerationError, NotFiniteError, RequestError
from engine.model.start_picture import Label
from engine.pictures.decode import load_colours
from engine.pictures.encode import Pixels
from engine.pictures.header import PixelLimits
from engine.request.control import PreparedControl
from engine.samplers import FloatArray
from engine.sessions import Session
from engine.sessions.onnx import OnnxSession
from engine.sessions.profiles import feature_shape
from engine.settings import EngineSettings, SessionSettings

#: What is added to each feature of a row, [1, C, h, w], by the name of the UNet's input.
Features: TypeAlias = Mapping[str, FloatArray]


@dataclass(frozen=True, kw_only=True)
class HeldTo:
    """What a request's pictures are held to, read.

    Attributes:
        asked: As it was judged.
        sets: Of a layout, the items that each pixel may show.
    """

    asked: PreparedControl
    sets: ItemSets | None


def read_control(control: PreparedControl, limits: PixelLimits, size: tuple[int, int], label: Label | None) -> HeldTo:
    """Decodes a layout's files, or the picture that has it; a pose has none.

    Args:
        control: What is asked.
        limits: Of its pixels.
        size: Width and height of what is drawn, at which a picture is parsed.
        label: Says which item each pixel shows; needed for a picture.

    Raises:
        RequestError: One is damaged, or holds what is no label.
    """
    asked = control.asked
    if control.kind != LAYOUT:
        return HeldTo(asked=control, sets=None)
    if asked.picture is not None:
        assert label is not None, "a request that has a picture to keep to is refused where nothing parses it"
        return HeldTo(asked=control, sets=sets_of_items(label(_colours(asked.picture, size, limits))))
    try:
        sets = read_masks(asked.masks, limits) if asked.layout is None else read_labels(asked.layout, limits)
    except ValueError as error:
        raise RequestError("control", f"control.layout {error}") from error
    return HeldTo(asked=control, sets=sets)


def _colours(data: bytes, size: tuple[int, int], limits: PixelLimits) -> Pixels:
    try:
        return load_colours(data, *size, limits)
    except ValueError as error:
        raise RequestError("control", f"control.picture: {error}") from error


class Controls:
    """The networks of a bundle."""

    def __init__(self, bundle: Bundle, settings: EngineSettings) -> None:
        """Loads nothing yet.

        Args:
            bundle: Where the graphs are.
            settings: Threads and memory.
        """
        self._bundle, self._settings = bundle, settings
        self._sessions: dict[str, Session] = {}
        self._lock = Lock()

    def features(self, held: HeldTo, width: int, height: int) -> Features:
        """What is added for a picture of a size in pixels.

        Raises:
            GenerationError: The network failed, or gives other features than the UNet has.
            NotFiniteError: What it gives holds NaN or infinity.
        """
        kind, asked = held.asked.kind, held.asked.asked
        if held.sets is not None:
            in_colours = not self._bundle.manifest.controls[kind].classes
            read = layout_map(held.sets, width, height, in_colours=in_colours)
        else:
            assert asked.pose is not None, "a control holds a layout or a pose"
            read = pose_map(asked.pose, width, height)
        given = self._session(kind).run({"map": read})[0]
        if not np.isfinite(given).all():
            raise NotFiniteError(f"the features of control {kind} hold NaN or infinity")
        return self._split(kind, given * np.float32(asked.scale), width, height)

    def _split(self, kind: str, given: FloatArray, width: int, height: int) -> Features:
        """The features in one row, told apart by their sizes; a network may give fewer than the UNet takes."""
        manifest, found, start = self._bundle.manifest, {}, 0
        assert manifest.adapted is not None, "a bundle with networks of control has a UNet that takes them"
        for place in range(len(manifest.adapted.features)):
            shape = feature_shape(manifest, place, (width, height))
            end = start + int(np.prod(shape))
            if start == given.size:
                break
            found[f"{CONTROL_INPUT}{place}"] = given[start:end].reshape(1, *shape) if end <= given.size else given
            start = end
        if start != given.size:
            raise GenerationError(f"control {kind} gives {given.size} numbers, which are no features of this UNet")
        return found

    def _session(self, kind: str) -> Session:
        with self._lock:
            if kind not in self._sessions:
                settings = self._settings
                plain = SessionSettings(
                    arena=settings.sessions.arena, spin_microseconds=settings.sessions.spin_microseconds
                )
                path = self._bundle.file(control_file(kind))
                try:
                    self._sessions[kind] = OnnxSession(path, plain, num_threads=settings.num_threads)
                except BundleError as error:
                    raise GenerationError(str(error)) from error
            return self._sessions[kind]
