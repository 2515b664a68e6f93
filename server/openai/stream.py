"""A generation as OpenAI's events: previews as partial images, then the picture; comments while nothing happens.

A refusal before the engine has said anything is an ordinary answer with its own status; a later one is an `error`.
"""

import asyncio
import time
from contextlib import aclosing, suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.engine import Event, ImageReady, Preview, Started
from server.gateway import Gateway
from server.generation import run as generation
from server.generation.event_stream import HEADERS, MEDIA_TYPE
from server.http import openai_errors
from server.http.heartbeat import beat, wanted_of
from server.http.problems import ClientGoneError, ProblemError
from server.openai.answer import background_of, base64_of, usage_of
from server.openai.partial_images import in_format
from server.openai.request import ImagesRequest, reworded_problem
from server.schemas.openai_answers import (
    CompletedMessage,
    EditCompletedMessage,
    EditPartialImageMessage,
    ErrorMessage,
    PartialImageMessage,
)


class ImageStream(Response):
    def __init__(self, gateway: Gateway, request: ImagesRequest) -> None:
        super().__init__(media_type=MEDIA_TYPE, headers=HEADERS)
        del self.headers["content-length"]
        self.gateway = gateway
        self.request = request
        self.begun = False
        self.settled: Started | None = None
        self.num_partial = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = wanted_of(scope)
        with suppress(ClientGoneError):
            try:
                await generation.attend(self.gateway, self.request.prepared, receive, self._pump(send, wanted))
            except ProblemError as problem:
                error = reworded_problem(problem, self.request)
                if not self.begun:
                    raise error from problem
                await self._send(send, _error(error))
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, send: Send, wanted: asyncio.Event) -> None:
        async with aclosing(generation.events(self.gateway, self.request.prepared)) as events:
            await anext(events)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            self.begun = True
            heart = asyncio.create_task(beat(send, wanted, self.gateway.settings.keep_alive_seconds))
            try:
                async for event in events:
                    if (data := await self._frame(event)) is not None:
                        await self._send(send, data)
            finally:
                heart.cancel()
                await asyncio.gather(heart, return_exceptions=True)

    async def _send(self, send: Send, data: bytes) -> None:
        await send({"type": "http.response.body", "body": data, "more_body": True})

    async def _frame(self, event: Event) -> bytes | None:
        match event:
            case Started():
                self.settled = event
            case ImageReady():
                return self._completed(event)
            case Preview():
                return await self._partial(event)
        return None

    def _completed(self, image: ImageReady) -> bytes:
        assert self.settled is not None, "a picture comes after Started"
        kind = EditCompletedMessage if self.request.edits else CompletedMessage
        message = kind.model_validate(
            self._about(base64_of(image.data), image.width, image.height)
            | {
                "background": background_of(self.request.prepared),
                "safety_identifier": self.request.safety_identifier,
                "usage": usage_of(self.request.prepared, self.settled, (image,)).model_dump(),
            }
        )
        return _frame(message.type, message.model_dump_json())

    async def _partial(self, preview: Preview) -> bytes | None:
        if self.num_partial >= self.request.partial_images:
            return None
        data = await in_format(preview.data, preview.media_type, self.request.prepared.image_format)
        kind = EditPartialImageMessage if self.request.edits else PartialImageMessage
        message = kind.model_validate(
            self._about(base64_of(data), preview.width, preview.height) | {"partial_image_index": self.num_partial}
        )
        self.num_partial += 1
        return _frame(message.type, message.model_dump_json())

    def _about(self, data: str, width: int, height: int) -> dict[str, object]:
        return {
            "b64_json": data,
            "created_at": int(time.time()),
            "output_format": self.request.prepared.image_format,
            "quality": self.request.quality or "auto",
            "size": f"{width}x{height}",
        }


def _error(error: ProblemError) -> bytes:
    said = openai_errors.error_of(error.kind.status, error.kind.slug, error.problem)
    return _frame("error", openai_errors.body_of(ErrorMessage(error=said.error)))


def _frame(name: str, message: str) -> bytes:
    """One event; JSON has no line breaks of its own, so one data line is enough."""
    return f"event: {name}\ndata: {message}\n\n".encode()
