"""POST /parse: the body groups of a text; GET /groups: the taxonomy they come from."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from engine.description import GROUPS, Description
from server.gateway import Gateway, gateway_of
from server.generation.prepared import parse, texts_of
from server.generation.second_reading import read_again
from server.http import problems
from server.http.json_body import Reading, read_body
from server.openapi import examples
from server.openapi.describe import (
    ANYWHERE,
    BODY_REFUSALS,
    REPLAY_HEADERS,
    REPLAY_REFUSALS,
    gives,
    json_list_of,
    json_of,
    refuses,
    repeatable,
    takes,
)
from server.schemas.parse import GroupAnswer, ParseAnswer, ParseBody

router = APIRouter()


@router.post(
    "/parse",
    summary="Find the body groups of a text",
    response_class=Response,
    responses={
        200: gives(
            "The phrases of the text, in order, never overlapping.",
            json_of(ParseAnswer, examples.PARSE_ANSWER),
            REPLAY_HEADERS,
        ),
        **refuses(
            BODY_REFUSALS | REPLAY_REFUSALS | {problems.INVALID_REQUEST: ("text is required; it is missing", "text")}
        ),
    },
    openapi_extra=takes(ParseBody, text={"text": examples.DESCRIPTION}) | repeatable(),
)
async def parse_text(request: Request) -> Response:
    gateway = gateway_of(request)
    reading = await read_body(request, ParseBody, gateway.settings.max_body_bytes)
    description, notes = await _described(gateway, _text(reading, gateway.engine.model.max_characters))
    answer = ParseAnswer(text=description.text, **texts_of(gateway, description, notes=notes).model_dump())
    return Response(answer.model_dump_json(), media_type="application/json")


async def _described(gateway: Gateway, text: str) -> tuple[Description, tuple[str, ...]]:
    """What the second reader makes of a text, or else the rules; and what is to be said of that."""
    words = await read_again(gateway, text)
    if words is None or words.warning is not None:
        return parse(gateway, text), (() if words is None else (words.warning or "",))
    return words.description, ()


def _text(reading: Reading[ParseBody], max_characters: int) -> str:
    """The text to parse.

    Raises:
        ProblemError: 422 with every mistake.
    """
    text: str = reading.values.get("text", "")
    mistakes = dict(reading.mistakes)
    if len(text) > max_characters:
        mistakes["text"] = [f"text may have at most {max_characters} characters; got {len(text)}"]
    if mistakes:
        raise problems.of_mistakes(mistakes, unsaid=reading.unsaid)
    return text


@router.get(
    "/groups",
    summary="List the body groups",
    response_class=Response,
    responses={
        200: gives("Every group, in the taxonomy's order.", json_list_of(GroupAnswer, examples.GROUP_ROWS)),
        **refuses(ANYWHERE),
    },
)
async def list_groups() -> Response:
    rows = [
        GroupAnswer(group=row.group, summary=row.summary, regions=list(row.regions), slots=list(row.slots))
        for row in GROUPS.values()
    ]
    return JSONResponse([row.model_dump(mode="json") for row in rows])
