"""What every body and answer is made of: strict reading, every mistake by field, text and files in JSON.

They know names and types; what the loaded model can do (sizes, steps, samplers) is the engine's to check.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic.json_schema import models_json_schema

#: Characters of a file in base64: 9 MB, a photograph of 12 megapixels at high quality.
MAX_FILE_CHARACTERS = 12_000_000


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One value of a body that its schema refuses: pydantic's name for the rule, what came, and the rule's numbers.

    `inside` says what in an object or a list is at fault, where the field is one: `pose[3]`, `[0]`.
    """

    field: str
    inside: str = ""
    rule: str
    came: object
    context: Mapping[str, Any]


class MistakesError(ValueError):
    """A body that its schema refuses, with every mistake in it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


#: NUL, and code points that are no characters and cannot be written as UTF-8.
UNREADABLE = re.compile("[\0\ud800-\udfff]")


def _readable(text: str) -> str:
    if UNREADABLE.search(text):
        raise ValueError("unreadable text")
    return text


Text = Annotated[str, AfterValidator(_readable)]


def _two(value: object) -> object:
    if isinstance(value, list) and len(value) != 2:
        raise ValueError("not two numbers")
    return value


#: Neither rule of a list's length alone would say that it is two.
TwoNumbers = Annotated[list[float], Field(min_length=2, max_length=2), BeforeValidator(_two)]


_BASE64 = {"type": "string", "maxLength": MAX_FILE_CHARACTERS, "contentEncoding": "base64"}


#: Base64 in JSON; bytes by the time a schema sees it.
File = Annotated[bytes, WithJsonSchema(_BASE64)]


#: A file in a form.
Upload = Annotated[bytes, WithJsonSchema({"type": "string", "format": "binary"})]


class Body(BaseModel):
    """A request body: no coercion ("20" is no number), no unknown fields, no NaN."""

    #: Fields that hold a `File`; one of an object's members after a dot.
    FILES: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)

    @classmethod
    def read(cls, document: Mapping[str, object]) -> Self:
        """The body in a JSON object.

        Raises:
            MistakesError: With every field that is wrong.
        """
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise MistakesError([_mistake(each) for each in error.errors(include_url=False)]) from error


def _mistake(error: Mapping[str, Any]) -> Mistake:
    field, *inside = error["loc"]
    return Mistake(
        field=str(field),
        inside=_place(inside),
        rule=error["type"],
        came=error["input"],
        context=error.get("ctx", {}),
    )


def _place(inside: Sequence[int | str]) -> str:
    """A member and the numbers of items in it; what follows may be pydantic's name for a kind, which says nothing."""
    member = inside[:1] if inside and isinstance(inside[0], str) else []
    items = takewhile(lambda part: isinstance(part, int), inside[len(member) :])
    return "".join([*map(str, member), *(f"[{number}]" for number in items)])


class Answer(BaseModel):
    """Anything that goes out as JSON."""


def definitions(models: Iterable[type[Body] | type[Answer]], reference: str) -> dict[str, Any]:
    """JSON Schemas of `models` and all they contain, by name; `reference` holds {model}."""
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=reference)
    return dict(sorted(made["$defs"].items()))
