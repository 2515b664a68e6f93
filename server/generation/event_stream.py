"""A generation as server-sent events: one numbered frame for each engine event, comments while nothing happens.

Errors before the first event are ordinary responses with their own status; later ones are an `error` event.
"""

import asyncio
import base64
from contextlib import aclosing, suppress
from dataclasses import asdict

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.engine import Event, Finished, ImageReady, PreparedRequest, Preview, Queued, Started, Step
from server.gateway import Gateway
from server.generation import run as generation
from server.generation.prepared import texts_of
from server.http.heartbeat import beat, wanted_of
from server.http.problems import ClientGoneError, ProblemError, note, placed
from server.schemas.base import Answer
from server.schemas.generate import (
    FinishedMessage,
    Picture,
    PreviewMessage,
    QueuedMessage,
    Settled,
    StepMessage,
    TimingsAnswer,
)

MEDIA_TYPE = "text/event-stream"
#: The last header keeps nginx from collecting frames.
HEADERS = {"Cache-Control": "no-store", "Vary": "Accept", "X-Accel-Buffering": "no"}


class EventStream(Response):
    def __init__(self, gateway: Gateway, request: PreparedRequest) -> None:
        super().__init__(media_type=MEDIA_TYPE, headers=HEADERS)
        del self.headers["content-length"]
        self.gateway = gateway
        self.request = request
        self.started = False
        self.sent = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = wanted_of(scope)
        with suppress(ClientGoneError):
            try:
                await generation.attend(self.gateway, self.request, receive, self._pump(send, wanted))
            except ProblemError as error:
                if not self.started:
                    raise
                note(scope, error)
                problem = placed(error, self.request.request_id, scope.get("root_path", ""))
                await self._send(send, "error", problem)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, send: Send, wanted: asyncio.Event) -> None:
        async with aclosing(generation.events(self.gateway, self.request)) as events:
            first = await anext(events)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            self.started = True
            heart = asyncio.create_task(beat(send, wanted, self.gateway.settings.keep_alive_seconds))
            try:
                await self._send(send, *self._message(first))
                async for event in events:
                    await self._send(send, *self._message(event))
            finally:
                heart.cancel()
                await asyncio.gather(heart, return_exceptions=True)

    async def _send(self, send: Send, name: str, message: Answer) -> None:
        self.sent += 1
        await send({"type": "http.response.body", "body": frame(self.sent, name, message), "more_body": True})

    def _message(self, event: Event) -> tuple[str, Answer]:
        match event:
            case Queued():
                return "queued", QueuedMessage(id=self.request.request_id, position=event.position)
            case Started():
                return "started", settled(self.gateway, self.request, event)
            case Step():
                return "step", StepMessage(completed=event.completed, total=event.total)
            case Preview():
                return "preview", preview(event)
            case ImageReady():
                return "image", picture(self.request, event)
            case Finished():
                timings = TimingsAnswer(**asdict(event.timings))
                return "finished", FinishedMessage(id=self.request.request_id, timings=timings)
        raise AssertionError(f"a generation has no {type(event).__name__}")


def frame(number: int, name: str, message: Answer) -> bytes:
    """Event `number` of a stream, from 1; JSON has no line breaks of its own, so one data line is enough."""
    return f"id: {number}\nevent: {name}\ndata: {message.model_dump_json(exclude_none=True)}\n\n".encode()


def settled(gateway: Gateway, request: PreparedRequest, started: Started) -> Settled:
    mask = None if started.mask is None else _base64(started.mask)
    texts = texts_of(
        gateway, request.description, request.negative_description, guided=request.guided, notes=request.asked.notes
    )
    return Settled(
        id=request.request_id,
        model=request.model.name,
        description=request.description.text,
        variant=request.variant,
        decoder=request.decoder,
        loras=dict(request.loras) or None,
        **texts.model_dump(),
        **(asdict(started) | {"mask": mask}),
    )


def picture(request: PreparedRequest, image: ImageReady) -> Picture:
    attention = {name: _base64(data) for name, data in image.attention.items()} if request.attention else None
    values = {"data": _base64(image.data), "attention": attention, "image_index": request.image_index + image.index}
    return Picture(**(asdict(image) | values))


def preview(event: Preview) -> PreviewMessage:
    return PreviewMessage(**(asdict(event) | {"data": _base64(event.data)}))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
