"""A region's questions as a JSON schema, and a model's JSON as answers, checked value by value.

It knows JSON; it does not know who is asked or how it travels.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from engine.annotate.machine.annotator import Replies
from engine.annotate.protocol.attributes import REGION, UNSURE, Attribute

Json = dict[str, Any]


def schema_of(attributes: Sequence[Attribute]) -> Json:
    """An object with one property for each attribute, its values and `UNSURE` allowed and nothing else."""
    properties = {each.name: {"type": "string", "enum": [*each.values, UNSURE]} for each in attributes}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def instruction(region: str, attributes: Sequence[Attribute]) -> str:
    """The questions in words; the schema holds the answers, and so does the text for servers that ignore schemas."""
    lines = [f'- "{each.name}": {each.question} One of: {", ".join((*each.values, UNSURE))}.' for each in attributes]
    about = f"Look at the {REGION[region].name} in the picture." if region != "picture" else "Look at the picture."
    return "\n".join([about, "Answer as one JSON object with these fields and nothing else:", *lines])


def read_object(text: str, picture: str, attributes: Sequence[Attribute], annotator: str) -> Replies:
    """A reply as answers; a field that is missing, more than was asked, or not JSON at all is outside the schema."""
    replies = Replies()
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        for each in attributes:
            replies.refuse(picture, each.name, text, f"the reply must be a JSON object; {error}")
        return replies
    if not isinstance(told, dict):
        for each in attributes:
            replies.refuse(picture, each.name, text, f"the reply must be a JSON object; got {type(told).__name__}")
        return replies
    for each in attributes:
        if each.name in told:
            replies.take(picture, each.name, told[each.name], annotator)
        else:
            replies.refuse(picture, each.name, "", "the reply has no such field")
    for name in sorted(map(str, told.keys() - {each.name for each in attributes})):
        replies.refuse(picture, name[:60], told[name], "it was not asked")
    return replies
