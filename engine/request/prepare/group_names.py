"""The body group that was probably meant by a name that is none."""

from collections.abc import Sequence
from difflib import get_close_matches

from engine.description import parse

_LONGEST = 64  # characters of a name that are looked at
_ALIKE = 0.75  # of difflib's measure: "hat" is not "hair" misspelt


def meant_group(name: str, known: Sequence[str]) -> str:
    """A question to put behind a refusal, ", did you mean headwear?" for a hat; "" where nobody can tell.

    What is spelt nearly so comes first, then what the words are about.
    """
    text = name[:_LONGEST].strip().casefold()
    if near := get_close_matches(text, known, n=1, cutoff=_ALIKE):
        return f", did you mean {near[0]}?"
    about = [span.group.value for span in parse(text).spans]
    meant = next((group for group in about if group in known), None)
    return f", did you mean {meant}?" if meant else ""
