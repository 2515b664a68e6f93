"""One channel to one Triton: questions out, answers in, and gRPC's errors as the engine's.

It knows the protocol and one address; it keeps no state of health.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any

import grpc
from tritonclient.grpc import service_pb2, service_pb2_grpc

from engine.engine import Finished
from engine.errors import BusyError, DeadlineError, EngineError, EngineStoppedError
from engine.remote import messages
from server.triton.errors import TritonError

#: The first version with all that is used here: decoupled streams, cancellation, custom metrics.
OLDEST_VERSION = (2, 51)
BUSY_RETRY_SECONDS = 1.0
#: Longest that a call may take to end after its last answer.
END_SECONDS = 1.0
#: Pings find a peer that vanished without a word; every call has a deadline besides.
OPTIONS = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # Channels to one address are not shared between the engines of one process.
    ("grpc.use_local_subchannel_pool", 1),
)
_VERSION = re.compile(r"(\d+)\.(\d+)")


class Connection:
    def __init__(self, host: str, model: str) -> None:
        """Opens nothing yet; must be called in a running event loop."""
        self.host = host
        self._model = model
        self._channel = grpc.aio.insecure_channel(host, options=OPTIONS)
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(self._channel)

    async def close(self) -> None:
        await self._channel.close(grace=None)

    async def check(self, timeout_seconds: float) -> None:
        """Looks whether this is a Triton of a known kind with the model in it.

        Raises:
            TritonError: One line that says what is wrong.
        """
        try:
            metadata = await self._stub.ServerMetadata(
                service_pb2.ServerMetadataRequest(), timeout=timeout_seconds, wait_for_ready=True
            )
            _check_version(self.host, metadata.version)
            question = service_pb2.ModelReadyRequest(name=self._model)
            answer = await self._stub.ModelReady(question, timeout=timeout_seconds)
        except grpc.aio.AioRpcError as error:
            raise TritonError(f"{self.host}: {_why_unreachable(error, timeout_seconds)}") from error
        if not answer.ready:
            raise TritonError(f"{self.host}: Triton has no model {self._model!r} that is ready")

    async def status(self, timeout_seconds: float) -> messages.Status:
        """What the engine there is, and how it is.

        Raises:
            EngineStoppedError: There is none.
            TimeoutError: It gave no answer in time.
            EngineError: It cannot be understood.
        """
        async with asyncio.timeout(timeout_seconds):
            async for answer in self.ask(messages.Describe(), timeout_seconds=timeout_seconds):
                if isinstance(answer, messages.Status):
                    return answer
        raise EngineStoppedError(f"{self.host}: the engine said nothing of itself")

    async def ask(
        self, question: messages.Question, *, timeout_seconds: float
    ) -> AsyncGenerator[messages.Answer, None]:
        """The answers to one question; closing the generator cancels it in the engine.

        The last one is told when the call has ended: Triton before 2.57 may crash when a cancel meets the
        end of a request, so nothing that is over is cancelled.

        Raises:
            EngineError: As the engine raised it, or EngineStoppedError for an engine that is gone.
        """
        call = self._stub.ModelStreamInfer(timeout=timeout_seconds)
        last: messages.Answer | EngineError | None = None
        try:
            await call.write(self._request(question))
            await call.done_writing()
            while (answer := await self._next(call, END_SECONDS if last else None)) is not grpc.aio.EOF:
                if isinstance(answer, Finished | messages.Status | EngineError):
                    last = answer
                elif answer is not None:
                    yield answer
        except grpc.aio.AioRpcError as error:
            if last is None:
                raise self._engine_error(error, timeout_seconds) from error
        except asyncio.InvalidStateError as error:  # the call ended before the question was written
            raise EngineStoppedError(f"{self.host}: the connection broke") from error
        finally:
            call.cancel()
        if isinstance(last, EngineError):
            raise last
        if last is not None:
            yield last

    async def _next(self, call: Any, patience_seconds: float | None) -> Any:
        """The next answer, or EOF."""
        try:
            async with asyncio.timeout(patience_seconds):
                response = await call.read()
        except TimeoutError:
            return grpc.aio.EOF
        return response if response is grpc.aio.EOF else self._answer(response)

    def _request(self, question: messages.Question) -> Any:
        data = messages.dumps(question).encode()
        request = service_pb2.ModelInferRequest(model_name=self._model, raw_input_contents=[data])
        request.inputs.add(name="request", datatype="UINT8", shape=[len(data)])
        return request

    def _answer(self, response: Any) -> messages.Answer | EngineError | None:
        """An event, status or error; None for the empty response that ends a stream."""
        if response.error_message:
            return self._triton_error(response.error_message)
        names = [output.name for output in response.infer_response.outputs]
        outputs = dict(zip(names, response.infer_response.raw_output_contents, strict=True))
        if "event" not in outputs:
            return None
        answer: messages.Answer | EngineError = messages.loads(
            outputs["event"], messages.ANSWERS, outputs.get("image", b"")
        )
        return answer

    def _triton_error(self, message: str) -> EngineError:
        """What Triton itself says about a request that did not reach the engine."""
        if "maximum queue size" in message:
            return BusyError(f"Triton's line is full: {message}", retry_after_seconds=BUSY_RETRY_SECONDS)
        return EngineStoppedError(f"{self.host}: {message.splitlines()[0][:300]}")

    def _engine_error(self, error: grpc.aio.AioRpcError, timeout_seconds: float) -> EngineError:
        if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
            return DeadlineError(f"{self.host}: not finished within {timeout_seconds:g} seconds")
        if error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
            return BusyError(f"{self.host}: {error.details()}", retry_after_seconds=BUSY_RETRY_SECONDS)
        return EngineStoppedError(f"{self.host}: {error.code().name}: {(error.details() or '')[:300]}")


def _check_version(host: str, version: str) -> None:
    match = _VERSION.match(version)
    if match is None or (int(match[1]), int(match[2])) < OLDEST_VERSION:
        oldest = ".".join(map(str, OLDEST_VERSION))
        raise TritonError(f"{host}: Triton {version[:20]} is too old; {oldest} or newer is needed")


def _why_unreachable(error: grpc.aio.AioRpcError, timeout_seconds: float) -> str:
    if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
        return f"no Triton answers within {timeout_seconds:g} seconds"
    if error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT):
        return (error.details() or "the model is not there").splitlines()[0][:300]
    return f"no Triton there: {(error.details() or error.code().name).splitlines()[0][:300]}"
