"""Reads an event stream across broken connections, without any input or output of its own."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from cosmicman_client._exchange import retry as retrying
from cosmicman_client._exchange.conversation import Call, Deadline, not_ours
from cosmicman_client._exchange.options import Options
from cosmicman_client._exchange.retry import RetryBudget
from cosmicman_client._exchange.sse import Decoder, RawEvent
from cosmicman_client.errors import APIConnectionError, CosmicManError, GenerationFailedError
from cosmicman_client.events import LAST, Event, event_of
from cosmicman_client.models import NotThisError

EVENT_STREAM = "text/event-stream"


class Reading:
    """The state of one stream: what came last, whether it is over, how often it was taken up again."""

    def __init__(self, call: Call, options: Options, budget: RetryBudget) -> None:
        self._call = call
        self._options = options
        self._budget = budget
        self._decoder = Decoder()
        self._resumed = 0
        self._response: httpx.Response | None = None
        self.deadline = Deadline(options.deadline)
        self.last_id = ""
        self.done = False

    def next_call(self) -> Call:
        """The call that begins the stream, or goes on after the last event that came."""
        self._decoder = Decoder()
        if not self.last_id:
            return self._call
        headers: Mapping[str, str] = {**self._call.headers, "Last-Event-ID": self.last_id}
        return Call(
            method=self._call.method,
            path=self._call.path,
            body=self._call.body,
            query=self._call.query,
            headers=headers,
            stream=True,
        )

    def begin(self, response: httpx.Response) -> None:
        """Takes the head of an answer.

        Raises:
            APIResponseError: It is no event stream.
        """
        self._response = response
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != EVENT_STREAM:
            raise not_ours(response, f"expected {EVENT_STREAM}, got {kind or 'no type'}")

    def feed(self, piece: bytes) -> Iterator[Event]:
        """The events that a piece completes.

        Raises:
            GenerationFailedError: The server told that it failed.
            APIResponseError: An event's data is not what its name says.
            DeadlineExceededError: The call's deadline came.
        """
        self.deadline.remaining()
        for raw in self._decoder.feed(piece):
            event = self._event(raw)
            self.last_id = raw.id or self.last_id
            self.done |= raw.name in LAST
            yield event

    def broken(self, error: httpx.RequestError | None) -> float:
        """The connection ended early; gives the pause before it is taken up again.

        Raises:
            APIConnectionError: It was taken up often enough, or cannot be: nothing had come, or events carry no ids.
        """
        why = f": {error}" if error is not None and str(error) else ""
        name = None if self._response is None else self._response.headers.get("x-request-id")
        lost: CosmicManError = APIConnectionError(f"the stream ended before its last event{why}", request_id=name)
        pause = retrying.pause(self._resumed, {})
        allowed = self._resumed < self._options.max_retries and self.last_id != "" and pause is not None
        if not allowed or not self._budget.spend():
            raise lost from error
        assert pause is not None
        self.deadline.allows(pause, lost)
        self._resumed += 1
        return pause

    def _event(self, raw: RawEvent) -> Event:
        assert self._response is not None
        try:
            document: Any = json.loads(raw.data)
        except ValueError:
            raise not_ours(self._response, f"the data of the event {raw.name[:40]!r} is no JSON") from None
        if raw.name == "error":
            problem = document if isinstance(document, dict) else {}
            name = problem.get("request_id") or self._response.headers.get("x-request-id")
            status = problem.get("status")
            raise GenerationFailedError(
                problem, status_code=status if isinstance(status, int) else 500, request_id=name
            )
        try:
            return event_of(raw.name, document)
        except (NotThisError, TypeError) as error:
            raise not_ours(self._response, str(error)) from error
