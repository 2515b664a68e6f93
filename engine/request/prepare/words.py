"""What a request says, made into the description that is drawn: its text, its groups and its weights together.

It knows nothing of tokens: how much of it a model can read is the engine's to say.
"""

import math
from collections.abc import Mapping
from difflib import get_close_matches

from engine.description import Description, Emphasis, Group, Span, arrange, parse, weighted
from engine.request.prepare.mistakes import Mistakes
from engine.request.request import GROUP_NAMES, MAX_WEIGHT, GenerationRequest

MAX_NAME = 40  # characters of a wrong name that are looked at


def described(request: GenerationRequest, max_characters: int, wrong: Mistakes) -> Description | None:
    """The description that a request draws; None where its text, groups or weights are wrong."""
    check_text("description", request.description.text, max_characters, wrong)
    check_marks("description", request.description.text, wrong)
    _check_weights_in(request.description, "description", wrong)
    _check_groups("groups", request.groups, wrong)
    for name, phrase in request.groups.items():
        if name in GROUP_NAMES:
            check_text("groups", phrase, max_characters, wrong, what=f"groups.{name}")
            check_marks("groups", phrase, wrong, what=f"groups.{name}")
    _check_groups("weights", request.weights, wrong)
    for name, weight in request.weights.items():
        if name in GROUP_NAMES and not _is_weight(weight):
            wrong.add("weights", f"weights.{name} must be from 0 to {MAX_WEIGHT:g}; got {weight:g}")
    if Group.NEGATED in request.weights:
        wrong.add("weights", "weights may not name negated: what must not be in the picture carries no weight")
    if not wrong.right("description", "groups"):
        return None
    return _arranged(request, max_characters, wrong)


def _arranged(request: GenerationRequest, max_characters: int, wrong: Mistakes) -> Description | None:
    groups = {Group(name): phrase for name, phrase in request.groups.items()}
    description = arrange(request.description, groups, {})
    if not description.text.strip():
        wrong.add("description", "description must say what to draw; it is empty")
    check_text("groups", description.text, max_characters, wrong, what="description and groups together")
    _check_weights_in(description, "groups", wrong)
    if not wrong.right("description", "groups", "weights"):
        return None
    description = arrange(request.description, groups, {Group(name): each for name, each in request.weights.items()})
    _check_weights_in(description, "weights", wrong)
    return description if wrong.right("weights") else None


def check_text(field: str, text: str, max_characters: int, wrong: Mistakes, *, what: str = "") -> None:
    """Whether a text is short enough and can be written."""
    what = what or field
    if len(text) > max_characters:
        wrong.add(field, f"{what} may have at most {max_characters} characters; got {len(text)}")
    if "\0" in text:
        wrong.add(field, f"{what} must not contain NUL; found one at character {text.index(chr(0))}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        wrong.add(field, f"{what} must be valid Unicode; character {error.start} is a lone surrogate")


def check_negative(
    text: str, max_characters: int, wrong: Mistakes, *, field: str = "negative_description", what: str = ""
) -> None:
    """Whether the negative words are short enough, and what weighs them is right."""
    check_text(field, text, max_characters, wrong, what=what)
    check_marks(field, text, wrong, what=what)
    _check_weights_in(weighted(text), field, wrong, what=f"{what or field}: ")


def check_words(field: str, description: Description, max_characters: int, wrong: Mistakes, *, what: str) -> None:
    """The same of words that were read into groups; there may be none."""
    check_text(field, description.text, max_characters, wrong, what=what)
    check_marks(field, description.text, wrong, what=what)
    _check_weights_in(description, field, wrong, what=f"{what}: ")


def check_marks(field: str, text: str, wrong: Mistakes, *, what: str = "") -> None:
    """Whether what looks like a weight is one; the first that is not is told."""
    for mistake in Emphasis(text).mistakes[:1]:
        came = f"{text[mistake.start : mistake.end][:40]!r} at character {mistake.start}"
        hint = r"brackets that are text are written \( and \)"
        wrong.add(field, f"{what or field}: {mistake.rule}; in {came} ({hint})")


def _check_groups(field: str, given: Mapping[str, object], wrong: Mistakes) -> None:
    unknown = [name for name in given if name not in GROUP_NAMES]
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        allowed = [name for name in GROUP_NAMES if field != "weights" or name != Group.NEGATED]
        near = nearest_group(unknown[0])
        hint = f"; did you mean {near}?" if near in allowed else ""
        wrong.add(field, f"{field} may name {', '.join(allowed)}; got {unknown[0][:MAX_NAME]!r}{more}{hint}")


def nearest_group(name: str) -> str | None:
    """The group that somebody means who names it wrong ("headware"), or by a thing of it ("shoes")."""
    words = name[:MAX_NAME].replace("_", " ").lower()
    found = [span.group for span in parse(words).spans]
    if found and found[0] is not Group.OTHER:
        return found[0]
    return next(iter(get_close_matches(words, GROUP_NAMES, n=1)), None)


def _check_weights_in(description: Description, field: str, wrong: Mistakes, *, what: str = "") -> None:
    bad = [span for span in description.spans if not _is_weight(span.weight)]
    if bad:
        wrong.add(field, what + _bad_weights(description, bad))


def _bad_weights(description: Description, spans: list[Span]) -> str:
    first = spans[0]
    more = f" (and for {len(spans) - 1} more)" if len(spans) > 1 else ""
    quoted = description.text[first.start : first.end][:40]
    return f"a weight must be from 0 to {MAX_WEIGHT:g}; got {first.weight:g} for {quoted!r}{more}"


def _is_weight(weight: float) -> bool:
    return math.isfinite(weight) and 0.0 <= weight <= MAX_WEIGHT
