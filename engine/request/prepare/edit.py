"""What an edit may change: a mask, or groups of the picture, or what the picture's own description says otherwise.

Only headers are read here; what a mask keeps, and whether a group is in the picture, is seen when its pixels are.
"""

from collections.abc import Mapping
from functools import cache

from engine.description import Description, Emphasis, Group, Parser, negatives
from engine.edits.mask import mask_header
from engine.request.edit import AUTO, MAX_FEATHER, MAX_GROW, PreparedEdit
from engine.request.own_picture import own_picture
from engine.request.prepare.group_names import meant_group
from engine.request.prepare.mistakes import Mistakes
from engine.request.prepare.size import picture_limits
from engine.request.request import GenerationRequest, ModelInfo

DEFAULT_FEATHER = 2
#: Of the side of one latent: what a parser's edge needs; a whole one draws the neighbours anew as well.
DEFAULT_GROW_SHARE = 4


def is_edit(request: GenerationRequest) -> bool:
    """Whether a part of the picture shall stay as it is."""
    return request.mask is not None or bool(request.change)


def edit_of(
    request: GenerationRequest,
    model: ModelInfo,
    picture: tuple[int, int] | None,
    size: tuple[int, int] | None,
    description: Description | None,
    wrong: Mistakes,
) -> PreparedEdit | None:
    """The edit; None where there is none, or it is wrong.

    Args:
        request: What is asked.
        model: What shall do it.
        picture: Width and height of the picture to start from, where it can be read.
        size: Of what is drawn, where that is known.
        description: What is drawn, where that is known.
        wrong: Takes every mistake.
    """
    if not is_edit(request):
        for field in ("grow", "feather"):
            if getattr(request, field) is not None and wrong.right("mask", "change"):
                wrong.add(field, f"{field} is for an edit, and there is neither mask nor change")
        return None
    _check_combinations(request, wrong)
    _check_pixels("grow", request.grow, MAX_GROW, wrong)
    _check_pixels("feather", request.feather, MAX_FEATHER, wrong)
    _check_size(request, model, picture, size, wrong)
    if request.mask is not None:
        _check_mask(request, model, picture, wrong)
    change = _change(request, model, description, wrong)
    if not wrong.right("mask", "change", "grow", "feather", "init_image"):
        return None
    cell = model.pixels_of_a_latent
    return PreparedEdit(
        mask=request.mask,
        mask_by_alpha=request.mask_by_alpha,
        change=change,
        grow=request.grow if request.grow is not None else cell // DEFAULT_GROW_SHARE if change else 0,
        feather=DEFAULT_FEATHER if request.feather is None else request.feather,
        told_apart=request.change == (AUTO,),
    )


def _check_combinations(request: GenerationRequest, wrong: Mistakes) -> None:
    """Refuses what would be ignored."""
    field = "change" if request.change else "mask"
    if request.init_image is None and wrong.right("init_image"):
        wrong.add(field, f"{field} says what of init_image may change, and there is none")
    if request.mask is not None and request.change:
        wrong.add("change", "change and mask both say what may change; give one of them")
    if request.second_pass is not None:
        wrong.add("second_pass", f"second_pass draws the whole picture again, and {field} keeps a part; leave one out")
    if request.image_format == "jpeg":
        wrong.add(
            "image_format",
            f"image_format jpeg changes every pixel, and {field} keeps some; ask for png or webp, which is written "
            "without loss then",
        )


def _check_pixels(field: str, pixels: int | None, most: int, wrong: Mistakes) -> None:
    if pixels is not None and not 0 <= pixels <= most:
        wrong.add(field, f"{field} must be from 0 to {most} pixels; got {pixels}")


def _check_size(
    request: GenerationRequest,
    model: ModelInfo,
    picture: tuple[int, int] | None,
    size: tuple[int, int] | None,
    wrong: Mistakes,
) -> None:
    """Pixels can stay as they are only where the picture keeps its size."""
    if picture is None or size is None or picture == size:
        return
    came = f"{picture[0]}x{picture[1]}"
    if request.width is not None or request.height is not None:
        field = "height" if request.width is None else "width"
        wrong.add(field, f"an edit has the size of its picture, {came}; got {size[0]}x{size[1]}")
        return
    pairs = ", ".join(f"{width}x{height}" for width, height in model.sizes)
    limits = model.widths
    sides = pairs or f"sides from {limits.minimum} to {limits.maximum} that are multiples of {limits.multiple}"
    message = f"init_image must have a size that {model.name} draws, so that its pixels can stay"
    wrong.add("init_image", f"{message}: {sides}; got {came}")


def _check_mask(request: GenerationRequest, model: ModelInfo, picture: tuple[int, int] | None, wrong: Mistakes) -> None:
    assert request.mask is not None
    try:
        header = mask_header(request.mask, picture_limits(model), by_alpha=request.mask_by_alpha)
    except ValueError as error:
        wrong.add("mask", f"mask: {error}")
        return
    size = (header.height, header.width) if header.turned else (header.width, header.height)
    if picture is not None and size != picture:
        expected = f"that of init_image, {picture[0]}x{picture[1]}"
        wrong.add("mask", f"mask must have the size of the picture, {expected}; got {size[0]}x{size[1]}")


def _change(
    request: GenerationRequest, model: ModelInfo, description: Description | None, wrong: Mistakes
) -> tuple[str, ...]:
    """The groups to change, those of AUTO told apart; empty where there are none, or they are wrong."""
    if not request.change:
        return ()
    allowed = model.change_groups
    if not allowed:
        message = f"change needs a parser of pictures, and the bundle of {model.name} has none; send a mask"
        wrong.add("change", message)
        return ()
    if request.change == (AUTO,):
        return _changed(request, allowed, description, wrong)
    for name in request.change:
        if name not in allowed:
            alone = f", or {AUTO} alone" if name != AUTO else f"; {AUTO} stands alone"
            came = f"got {name[:40]!r}{meant_group(name, allowed)}"
            wrong.add("change", f"change may name {', '.join(allowed)}{alone}; {came}")
            return ()
    if len(set(request.change)) < len(request.change):
        twice = next(name for name in request.change if request.change.count(name) > 1)
        wrong.add("change", f"change may name a group once; got {twice} more often")
    return request.change


def _changed(
    request: GenerationRequest, allowed: tuple[str, ...], description: Description | None, wrong: Mistakes
) -> tuple[str, ...]:
    """The groups of which the picture's own description says something else."""
    if request.init_image is None or description is None or not wrong.right("init_image"):
        return ()
    own = own_picture(request.init_image)
    if own is None:
        message = f"change {AUTO} needs a PNG of this engine with its metadata, and init_image is none"
        wrong.add("change", f"{message}; name the groups to change, or send a mask")
        return ()
    found = changed_groups(own.description, description)
    if not found:
        wrong.add("change", f"change {AUTO}: init_image was drawn from a description that says the same; none differs")
    without = [group for group in found if group not in allowed]
    if without:
        words = f"init_image's description says something else of {', '.join(without)}, which no part of it shows"
        wrong.add("change", f"change {AUTO}: {words}; send a mask, or in change the groups that may change")
    return found


def changed_groups(old: Description, new: Description) -> tuple[str, ...]:
    """Groups of which two descriptions say different things, in the taxonomy's order; weights do not count."""
    before, after = _phrases(old), _phrases(new)
    return tuple(group.value for group in Group if before.get(group) != after.get(group))


def _phrases(description: Description) -> Mapping[Group, list[str]]:
    """What a description says of each group; what it says is absent is said of the group that would have it."""
    phrases: dict[Group, list[str]] = {}
    emphasis = Emphasis(description.text)
    for span in description.spans:
        if span.group is not Group.NEGATED:
            words = emphasis.words(span.start, span.end).casefold().split()
            phrases.setdefault(span.group, []).append(" ".join(words).strip(" ,.;"))
    if any(span.group is Group.NEGATED for span in description.spans):
        for absent in negatives(description, _parser()):
            phrases.setdefault(absent.group, []).append(f"no {absent.text.casefold()}")
    return {group: sorted(each) for group, each in phrases.items()}


@cache
def _parser() -> Parser:
    return Parser()
