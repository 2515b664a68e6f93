"""What a picture carries: all that is needed to make it again, and that a machine made it.

It knows requests; how the words get into a file is `pictures.encode`'s to know.
"""

import hashlib
from dataclasses import dataclass, fields

from engine import __version__
from engine.errors import RequestError
from engine.pictures.encode import MAX_EXIF_BYTES, exif_bytes
from engine.request.control import PreparedControl
from engine.request.edit import PreparedEdit
from engine.request.request import MAX_SEED, PreparedRequest
from engine.request.second_pass import PreparedSecondPass, SecondPass

# The most that each part takes as JSON in ASCII: an emoji is twelve characters there.
_BYTES_OF_CHARACTER, _BYTES_OF_SPAN, _BYTES_OF_REST = 12, 80, 8000


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What made a picture.

    Attributes:
        model: The bundle's name for itself.
        bundle_sha256: Its digest.
    """

    model: str
    bundle_sha256: str


def provenance(
    request: PreparedRequest, seed: int, index: int, origin: Origin, changed: bytes | None = None
) -> dict[str, object]:
    """Of picture `index` of a request; `changed` is the mask of what an edit changed.

    What has the name of a request's field may be asked for as it stands here; of a picture to start from and a mask
    there is only the digest.
    """
    start: dict[str, object] = {}
    if request.init_image is not None:
        digest = hashlib.sha256(request.init_image).hexdigest()
        start = {"init_image_sha256": digest, "strength": request.strength}
    if (edit := request.edit) is not None:
        start |= _of_edit(edit) | ({} if changed is None else {"changed_sha256": hashlib.sha256(changed).hexdigest()})
    cutout: dict[str, object] = {"cutout": True} if request.cutout else {}
    loras = _of_adapters(request)
    second = {} if request.second_pass is None else {"second_pass": _asked_again(request.second_pass)}
    return {
        "generator": "cosmicman-serve",
        "software_version": __version__,
        "ai_generated": True,
        "model": origin.model,
        "bundle_sha256": origin.bundle_sha256,
        "description": request.asked.description.text,
        "groups": dict(request.asked.groups),
        "weights": {name: float(weight) for name, weight in request.asked.weights.items()},
        "drawn": {
            "text": request.description.text,
            "spans": [[span.start, span.end, span.group, span.weight] for span in request.description.spans],
        },
        "negative_description": request.negative_description,
        "seed": seed,
        "image_index": request.image_index + index,
        "image_format": request.image_format,
        "image_quality": request.image_quality,
        "width": request.width,
        "height": request.height,
        "steps": request.steps,
        "guidance_scale": request.guidance_scale,
        "guidance_interval": list(request.guidance_interval),
        "sampler": request.sampler,
        "variant": request.variant,
        "decoder": request.decoder,
        **loras,
        **({} if request.control is None else _of_control(request.control)),
        **start,
        **cutout,
        **second,
    }


def _of_adapters(request: PreparedRequest) -> dict[str, object]:
    """Those that did something; digests say which files they were."""
    if not request.loras:
        return {}
    digests = {info.name: info.sha256 for info in request.model.adapters}
    return {
        "loras": {name: float(scale) for name, scale in request.loras.items()},
        "loras_sha256": {name: digests[name] for name in request.loras},
    }


def _of_control(control: PreparedControl) -> dict[str, object]:
    """A pose as it may be asked for; of a layout's files the digests, so that it must be sent again."""
    asked = control.asked
    acted = {"scale": float(asked.scale), "until": float(asked.until)}
    if asked.pose is not None:
        return {"control": {"pose": [None if point is None else list(point) for point in asked.pose], **acted}}
    if asked.layout is not None:
        return {"control_layout": acted, "control_layout_sha256": hashlib.sha256(asked.layout).hexdigest()}
    if asked.picture is not None:
        return {"control_layout": acted, "control_picture_sha256": hashlib.sha256(asked.picture).hexdigest()}
    digests = {name: hashlib.sha256(mask).hexdigest() for name, mask in sorted(asked.masks.items())}
    return {"control_layout": acted, "control_layout_sha256": digests}


def _of_edit(edit: PreparedEdit) -> dict[str, object]:
    fields = {"grow": edit.grow, "feather": edit.feather}
    if edit.mask is None:
        return {"change": list(edit.change), **fields}
    said = {"mask_by_alpha": True} if edit.mask_by_alpha else {}
    return {"mask_sha256": hashlib.sha256(edit.mask).hexdigest(), **said, **fields}


def check_room(request: PreparedRequest, origin: Origin) -> None:
    """Sees that the picture's file can hold its provenance; PNG and WebP hold any.

    Raises:
        RequestError: A JPEG could not.
    """
    asked, drawn = request.asked, request.description
    texts = (asked.description.text, drawn.text, request.negative_description, *asked.groups.values())
    at_most = _BYTES_OF_REST + _BYTES_OF_SPAN * len(drawn.spans) + _BYTES_OF_CHARACTER * sum(map(len, texts))
    if request.image_format != "jpeg" or at_most <= MAX_EXIF_BYTES:
        return
    needed = len(exif_bytes(provenance(request, MAX_SEED, request.num_images - 1, origin)))
    if needed > MAX_EXIF_BYTES:
        raise RequestError(
            "image_format",
            f"image_format jpeg holds {MAX_EXIF_BYTES} bytes of what makes a picture again, and this request takes "
            f"{needed}; ask for png or webp, or say less",
        )


def _asked_again(second: PreparedSecondPass) -> dict[str, object]:
    """The second pass as a request asks for it; the size follows from it."""
    return {field.name: getattr(second, field.name) for field in fields(SecondPass)}
