"""Who asks for what, how patiently, and what counts as good enough: one table for both drivers.

Every scenario says which statuses it allows; anything else is a failure, however fast it came.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clients.loadtest.descriptions import describe

JSON, EVENTS, PNG = "application/json", "text/event-stream", "image/png"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One POST /generate.

    Attributes:
        body: Its JSON.
        accept: What is asked for.
        patience_seconds: When the client leaves; None means it waits.
    """

    body: Mapping[str, Any]
    accept: str = JSON
    patience_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Slo:
    """What is promised.

    Attributes:
        p95_seconds: Of the requests that were answered with pictures.
        first_p95_seconds: To the first event, of streams.
        most_shed: Share that may be refused with 429 or 503.
        most_failed: Share that may end with anything else that was not allowed.
    """

    p95_seconds: float
    first_p95_seconds: float | None = None
    most_shed: float = 0.01
    most_failed: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A kind of load.

    Attributes:
        name: Of the scenario.
        meaning: Who that is.
        make: A request, from a number and the facts of GET /model.
        think_seconds: Between an answer and the next request of a user who waits for answers.
        slo: What is promised to it.
        allowed: Statuses that are no failure.
    """

    name: str
    meaning: str
    make: Callable[[int, Mapping[str, Any]], Request]
    think_seconds: float
    slo: Slo
    allowed: frozenset[int] = field(default=frozenset({200}))


def _catalogue(number: int, model: Mapping[str, Any]) -> Request:
    return Request(body={"description": describe(number), "seed": number, "num_images": 2, "priority": "low"})


def _interactive(number: int, model: Mapping[str, Any]) -> Request:
    body: dict[str, Any] = {"description": describe(number), "seed": number, "priority": "high"}
    if model.get("previews"):
        body["preview_every"] = max(1, model["default_steps"] // 4)
    return Request(body=body, accept=EVENTS)


def _mixed(number: int, model: Mapping[str, Any]) -> Request:
    chance = random.Random(number)  # noqa: S311 - choices, not secrets
    steps = chance.choice((1, 2, 3)) * model["default_steps"] // 3
    body: dict[str, Any] = {"description": describe(number), "seed": number, "steps": max(1, steps)}
    if sizes := model.get("sizes"):
        body["width"], body["height"] = chance.choice(sizes)
    body["image_format"] = chance.choice(("png", "jpeg", "webp"))
    return Request(body=body)


def _fickle(number: int, model: Mapping[str, Any]) -> Request:
    chance = random.Random(number)  # noqa: S311 - choices, not secrets
    patience = chance.uniform(0.05, 2.0) if chance.random() < 0.5 else None
    return Request(body={"description": describe(number), "seed": number}, accept=EVENTS, patience_seconds=patience)


def _plain(number: int, model: Mapping[str, Any]) -> Request:
    return Request(body={"description": describe(number), "seed": number, "steps": max(1, model["default_steps"] // 3)})


SHED = frozenset({200, 429, 503})
SCENARIOS = {
    each.name: each
    for each in (
        Scenario(
            name="catalogue",
            meaning="a shop draws its catalogue overnight: two pictures each, in no hurry",
            make=_catalogue,
            think_seconds=0.1,
            slo=Slo(p95_seconds=60.0),
        ),
        Scenario(
            name="interactive",
            meaning="people at the studio: a stream with previews, and a look at the picture before the next",
            make=_interactive,
            think_seconds=4.0,
            slo=Slo(p95_seconds=10.0, first_p95_seconds=0.5),
        ),
        Scenario(
            name="mixed",
            meaning="all sizes, numbers of steps and file formats at once",
            make=_mixed,
            think_seconds=1.0,
            slo=Slo(p95_seconds=20.0),
        ),
        Scenario(
            name="cancel-happy",
            meaning="half of the clients leave before they have their picture",
            make=_fickle,
            think_seconds=0.2,
            slo=Slo(p95_seconds=20.0),
        ),
        Scenario(
            name="overload",
            meaning="more than the server can do: what it takes must be done, what it refuses must be refused at once",
            make=_plain,
            think_seconds=0.0,
            slo=Slo(p95_seconds=60.0, most_shed=1.0),
            allowed=SHED,
        ),
    )
}
