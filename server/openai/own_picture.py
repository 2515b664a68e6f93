"""What a picture of this server says of itself, put into a request that does not say it.

An edit without mask and groups changes what its prompt says otherwise than the picture does; a variation is drawn from
the picture's own description once more.
"""

from collections.abc import Mapping
from typing import Any

from engine.engine import ModelInfo
from engine.request.edit import AUTO
from engine.request.own_picture import own_picture
from engine.request.request import FULL
from server.http import json_body
from server.schemas.generate import GenerateBody

#: How a variant of the UNet draws; another variant draws in another way.
_OF_THE_VARIANT = ("steps", "guidance_scale", "guidance_interval", "sampler", "loras", "control", "second_pass")
#: Fields of a request that a picture holds and its variation keeps; the seed is another one.
KEPT = (
    "description",
    "groups",
    "weights",
    "negative_description",
    "variant",
    "decoder",
    *_OF_THE_VARIANT,
)


def edit_defaults(values: Mapping[str, Any], model: ModelInfo) -> dict[str, Any]:
    """What is added to the engine's fields of an edit: the groups that differ, where the picture can tell them."""
    picture = values.get("init_image")
    if "mask" in values or "change" in values or not model.change_groups or not isinstance(picture, bytes):
        return {}
    return {"change": [AUTO]} if own_picture(picture) is not None else {}


def variation_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's fields of a variation: those of the picture, then those that are said."""
    picture = values.get("init_image")
    own = own_picture(picture) if isinstance(picture, bytes) else None
    if own is None or "description" in values:
        return dict(values)
    kept = {name: own.asked[name] for name in (*KEPT, "width", "height") if own.asked.get(name) is not None}
    if json_body.read(dict(kept), GenerateBody).body is None:
        return dict(values)
    said = dict(values)
    own_variant = kept.get("variant", FULL)
    if said.get("variant", own_variant) != own_variant:
        kept = {name: value for name, value in kept.items() if name not in _OF_THE_VARIANT}
    if "width" in said or "height" in said:
        kept = {name: value for name, value in kept.items() if name not in ("width", "height")}
    if "strength" not in said:
        del said["init_image"]
    return kept | said
