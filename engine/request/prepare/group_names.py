"""The body group that was probably meant by a name that is none."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache

from engine.description import Parser

_LONGEST = 64  # characters of a name that are looked at


def meant_group(name: str, known: Sequence[str]) -> str:
    """A question to put behind a refusal, ", did you mean headwear?" for a hat; "" where nobody can tell.

    What the words are about comes first, then what is spelt alike.
    """
    text = name[:_LONGEST].strip().casefold()
    about = [span.group.value for span in parser().parse(text).spans]
    near = [group for group in about if group in known][:1] or get_close_matches(text, known, n=1)
    return f", did you mean {near[0]}?" if near else ""


@cache
def parser() -> Parser:
    """One parser for all requests."""
    return Parser()
