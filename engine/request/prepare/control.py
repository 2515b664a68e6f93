"""What a picture is held to, judged: only headers are read here; labels are seen when a map's pixels are."""

import math

from engine.control.kinds import LAYOUT, POSE
from engine.control.skeleton import POINTS
from engine.pictures.header import read_header
from engine.regions.items import GROUP_ITEMS
from engine.request.control import LEAST_POINTS, MAX_CONTROL_SCALE, Control, PreparedControl
from engine.request.prepare.group_names import meant_group
from engine.request.prepare.mistakes import Mistakes
from engine.request.prepare.size import picture_limits
from engine.request.request import FULL, GenerationRequest, ModelInfo
from engine.request.second_pass import PreparedSecondPass

_FIELD = "control"


def control_of(
    request: GenerationRequest,
    model: ModelInfo,
    size: tuple[int, int] | None,
    second: PreparedSecondPass | None,
    wrong: Mistakes,
) -> PreparedControl | None:
    """What a picture is held to; None where that is nothing, or anything is wrong with it.

    Args:
        request: What is asked.
        model: What shall do it.
        size: Width and height of what is drawn, where that is known.
        second: Whose size it must fit too.
        wrong: Takes every mistake.
    """
    asked = request.control
    if asked is None:
        return None
    _check_numbers(asked, wrong)
    kind = _kind(asked, model, wrong)
    if kind is None:
        return None
    for each in (size, None if second is None else (second.width, second.height)):
        _check_size(kind, each, model, wrong)
    if kind == POSE:
        _check_pose(asked, wrong)
    elif asked.picture is not None:
        _check_picture(asked.picture, model, wrong)
    else:
        _check_files(asked, size, model, wrong)
    if request.variant != FULL:
        wrong.add(_FIELD, f"{_FIELD} acts in variant {FULL}, whose graph takes it; got {request.variant}")
    if not wrong.right(_FIELD) or asked.scale == 0 or asked.until == 0:
        return None
    return PreparedControl(kind=kind, asked=asked)


def _check_numbers(asked: Control, wrong: Mistakes) -> None:
    for name, value, most in (("scale", asked.scale, MAX_CONTROL_SCALE), ("until", asked.until, 1.0)):
        if not (math.isfinite(value) and 0.0 <= value <= most):
            wrong.add(_FIELD, f"{_FIELD}.{name} must be from 0 to {most:g}; got {value:g}")


def _kind(asked: Control, model: ModelInfo, wrong: Mistakes) -> str | None:
    """Which of the two is asked for, where the model has it."""
    given = {
        LAYOUT: asked.layout is not None or bool(asked.masks),
        "picture": asked.picture is not None,
        POSE: asked.pose is not None,
    }
    came = [name for name, there in given.items() if there]
    if len(came) != 1:
        told = " and ".join(came) or "none"
        wrong.add(_FIELD, f"{_FIELD} must hold layout, picture or pose, one of them; got {told}")
        return None
    kind = POSE if came == [POSE] else LAYOUT
    if kind not in model.controls:
        has = f"has {', '.join(model.controls)} alone" if model.controls else "has none"
        wrong.add(_FIELD, f"{_FIELD}.{kind} needs a network of control, and the bundle of {model.name} {has}")
        return None
    return kind


def _check_size(kind: str, size: tuple[int, int] | None, model: ModelInfo, wrong: Mistakes) -> None:
    multiple = model.controls[kind]
    if size is not None and (size[0] % multiple or size[1] % multiple):
        came = f"{size[0]}x{size[1]}"
        wrong.add(_FIELD, f"{_FIELD}.{kind} takes pictures whose sides are multiples of {multiple}; got {came}")


def _check_picture(data: bytes, model: ModelInfo, wrong: Mistakes) -> None:
    if not model.regions:
        wrong.add(_FIELD, f"{_FIELD}.picture needs a parser, and the bundle of {model.name} has none; send a layout")
    try:
        read_header(data, picture_limits(model))
    except ValueError as error:
        wrong.add(_FIELD, f"{_FIELD}.picture: {error}")


def _check_pose(asked: Control, wrong: Mistakes) -> None:
    pose = asked.pose or ()
    if len(pose) != len(POINTS):
        order = f"{POINTS[0]}, {POINTS[1]}, {POINTS[2]}, ... {POINTS[-1]}"
        wrong.add(_FIELD, f"{_FIELD}.pose must hold {len(POINTS)} points ({order}); got {len(pose)}")
        return
    for name, point in zip(POINTS, pose, strict=True):
        if point is not None and not all(math.isfinite(share) and 0.0 <= share <= 1.0 for share in point):
            came = ", ".join(f"{share:g}" for share in point)
            wrong.add(_FIELD, f"{_FIELD}.pose must hold shares from 0 to 1, null for what is not seen; {name}: {came}")
            return
    seen = sum(point is not None for point in pose)
    if seen < LEAST_POINTS:
        wrong.add(_FIELD, f"{_FIELD}.pose must have at least {LEAST_POINTS} points that are seen; got {seen}")


def _check_files(asked: Control, size: tuple[int, int] | None, model: ModelInfo, wrong: Mistakes) -> None:
    """Headers of the layout's one file, or of its masks, which must be of one size, and of the picture's aspect."""
    if asked.layout is not None and asked.masks:
        wrong.add(_FIELD, f"{_FIELD}.layout must be a file of labels or a mask for each group; got both")
        return
    files = {"layout": asked.layout} if asked.layout is not None else _masks(asked, wrong)
    found: tuple[int, int] | None = None
    for name, data in files.items():
        assert data is not None
        came = _size_of(f"{_FIELD}.{name}", data, model, wrong)
        if came is None:
            continue
        if found is not None and came != found:
            told = f"{found[0]}x{found[1]} and {came[0]}x{came[1]}"
            wrong.add(_FIELD, f"{_FIELD}.layout must hold masks of one size; got {told}")
            return
        found = came
    if found is not None and size is not None and abs(found[0] * size[1] - found[1] * size[0]) >= found[1]:
        told = f"{size[0]}x{size[1]}; got {found[0]}x{found[1]}"
        wrong.add(_FIELD, f"{_FIELD}.layout must have the aspect of the picture, {told}")


def _masks(asked: Control, wrong: Mistakes) -> dict[str, bytes]:
    known = [str(group) for group in GROUP_ITEMS]
    for name in asked.masks:
        if name not in known:
            came = f"got {name[:40]!r}{meant_group(name, known)}"
            wrong.add(_FIELD, f"{_FIELD}.layout may have a mask for {', '.join(known)}; {came}")
    return {f"layout.{name}": data for name, data in asked.masks.items() if name in known}


def _size_of(name: str, data: bytes, model: ModelInfo, wrong: Mistakes) -> tuple[int, int] | None:
    try:
        header = read_header(data, picture_limits(model))
        if header.image_format != "PNG":
            raise ValueError(f"must be a PNG file; got a {header.image_format} file")
    except ValueError as error:
        wrong.add(_FIELD, f"{name}: {error}")
        return None
    return (header.height, header.width) if header.turned else (header.width, header.height)
