"""What every body and answer is made of: strict reading, every mistake by field, text and files in JSON.

They know names and types; what the loaded model can do (sizes, steps, samplers) is the engine's to check.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, WithJsonSchema
from pydantic.json_schema import models_json_schema

#: Characters of a file in base64: 9 MB, a photograph of 12 megapixels at high quality.
MAX_FILE_CHARACTERS = 12_000_000


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One value of a body that its schema refuses: pydantic's name for the rule, what came, and the rule's numbers.

    `inside` names the member of an object that is at fault, where the field is one.
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
    field, *inside = (str(part) for part in error["loc"])
    return Mistake(
        field=field,
        inside=inside[0] if inside else "",
        rule=error["type"],
        came=error["input"],
        context=error.get("ctx", {}),
    )


class Answer(BaseModel):
    """Anything that goes out as JSON."""


def definitions(models: Iterable[type[Body] | type[Answer]], reference: str) -> dict[str, Any]:
    """JSON Schemas of `models` and all they contain, by name; `reference` holds {model}."""
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=reference)
    return dict(sorted(made["$defs"].items()))
