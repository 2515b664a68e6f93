"""What the labelling page sends: an answer, or the wish to take the last one back."""

from typing import Annotated

from pydantic import Field

from server.schemas.base import Body, Text

Name = Annotated[Text, Field(min_length=1, max_length=60)]
Id = Annotated[Text, Field(min_length=1, max_length=128)]


class Told(Body):
    annotator: Name
    picture: Id
    attribute: Name
    value: Name
    seconds: Annotated[float, Field(ge=0, le=86_400)] | None = None


class TakenBack(Body):
    annotator: Name
