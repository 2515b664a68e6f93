"""Reads a text by the language model that the operator named: within its time, from memory where it can.

Whatever goes wrong is told as a warning, and the built-in rules read the text. No text is ever logged.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.description import Description, Group, arrange
from server.reader.call import CallError, call
from server.reader.endpoint import CHAT, MODELS, Endpoint
from server.reader.memory import Memory
from server.reader.taxonomy import AnswerError, groups_of, question

logger = logging.getLogger(__name__)

AT_A_TIME = 8
KEPT = 1000
#: How long a service that gave no answer is not asked again.
REST_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a text says: phrases by group, or the warning that says why the rules must read it."""

    groups: Mapping[str, str] = field(default_factory=dict)
    warning: str | None = None

    @property
    def description(self) -> Description:
        """The phrases as one text, in the order of published training."""
        groups = {Group(name): phrase for name, phrase in self.groups.items()}
        return arrange(Description(text="", spans=()), groups, {})


class Reader:
    """The second reader; one serves a whole process, within one event loop."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        kept: int = KEPT,
        rest_seconds: float = REST_SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._memory = Memory(kept)
        self._places = asyncio.Semaphore(AT_A_TIME)
        self._rest_seconds = rest_seconds
        self._rests_until = 0.0
        self._model = endpoint.model
        self._trust = trust

    async def read(self, text: str, max_characters: int) -> Words:
        """The phrases of a text, of at most so many characters together."""
        known = self._memory.get(self._model, text) if self._model else None
        if known is not None:
            return Words(groups=known)
        if time.monotonic() < self._rests_until:
            return _failed("it failed a moment ago")
        try:
            async with asyncio.timeout(self._endpoint.seconds), self._places:
                groups = await self._ask(text, max_characters)
        except AnswerError as error:
            return _failed(str(error))
        except (CallError, TimeoutError) as error:
            self._rests_until = time.monotonic() + self._rest_seconds
            return _failed(str(error) or f"no answer within {self._endpoint.seconds:g} seconds")
        return Words(groups=groups)

    async def _ask(self, text: str, max_characters: int) -> Mapping[str, str]:
        model = self._model = self._model or await self._first_model()
        completion = await call(self._endpoint, CHAT, question(model, text), self._trust)
        groups = groups_of(completion, max_characters)
        self._memory.put(model, text, groups)
        return groups

    async def _first_model(self) -> str:
        listed = await call(self._endpoint, MODELS, trust=self._trust)
        try:
            name = listed["data"][0]["id"]
        except (LookupError, TypeError) as error:
            raise AnswerError("it lists no model; name one") from error
        if not isinstance(name, str) or not name:
            raise AnswerError("it lists no model; name one")
        return name


def _failed(reason: str) -> Words:
    logger.warning("the second reader failed, the rules read instead: %s", reason)
    return Words(warning=f"The second reader failed, so the built-in rules read the text: {reason}.")
