"""Has the words of a request read by the second reader, where there is one: its phrases stand in the field `groups`.

What came in `groups` wins over what the reader made of the text. Where it fails, the text stays for the rules.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server.gateway import Gateway
from server.http.json_body import BodyT, Reading
from server.reader.reader import Words

#: What is said of the reading itself, beside what the request asks.
NOTES = "notes"


async def read_again(gateway: Gateway, text: str) -> Words | None:
    """What the second reader makes of a text; None where there is no reader, or nothing for it to read."""
    most = gateway.engine.model.max_characters
    if gateway.reader is None or not text.strip() or len(text) > most:
        return None
    return await gateway.reader.read(text, most)


async def second_reading(gateway: Gateway, reading: Reading[BodyT], field: str = "description") -> Reading[BodyT]:
    """The reading of a body whose text, in `field`, was read by the second reader; one with mistakes is left alone."""
    if reading.mistakes or reading.unsaid:
        return reading
    words = await read_again(gateway, reading.values.get(field) or "")
    if words is None:
        return reading
    return replace(reading, values={**reading.values, **_said(words, reading.values, field)})


def _said(words: Words, values: Mapping[str, Any], field: str) -> dict[str, Any]:
    if words.warning is not None:
        return {NOTES: (words.warning,)}
    return {field: "", "groups": {**words.groups, **(values.get("groups") or {})}}
