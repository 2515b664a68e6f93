"""The Triton model `cosmicman`: each instance hands its requests to an engine of its own and sends the events back.

Only an adapter: requests and events are JSON texts that `engine.remote.messages` reads, beside a picture's bytes.
"""

import os
import sys

# Some Triton versions run their interpreter isolated, so that PYTHONPATH names folders that nobody reads.
sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))

import asyncio
import ctypes
import json
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

from engine.engine import DenoiseRequest, Engine, EngineSettings, GenerationRequest
from engine.errors import DeadlineError, EngineError
from engine.files import json_fields
from engine.remote import messages
from engine.remote.step_thinning import thinned
from engine.request.events import Finished, Step
from engine.request.stats import Histogram

logger = logging.getLogger("cosmicman")

#: How often the engine's health and gauges are looked at, and waiting requests asked whether they are still wanted.
TICK_SECONDS = 0.1
#: Metrics are read every few seconds at most; each that changed is a message to the server.
METRICS_SECONDS = 1.0
#: Steps that end sooner after the last one told of wait for the next: a message costs about a millisecond in all.
STEP_SECONDS = 0.025
#: For the errors of its last requests to be sent before an instance whose engine died ends its process.
LAST_WORDS_SECONDS = 0.5
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
EXIT_ENGINE_DIED = 70
EXIT_SERVER_DIED = 71


class TritonPythonModel:
    """Triton makes one for each instance, in a process of its own."""

    def initialize(self, args: dict[str, str]) -> None:
        logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stderr)
        parameters = json.loads(args["model_config"])["parameters"]
        self._timeout_seconds = float(parameters["request_timeout_seconds"]["string_value"])
        self._senders = ThreadPoolExecutor(1, thread_name_prefix="responses")
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="engine", daemon=True).start()
        try:
            settings = json_fields.read(json.loads(parameters["engine"]["string_value"]), EngineSettings)
            if args["model_instance_kind"] == "GPU":
                device = int(args["model_instance_device_id"])
                settings = replace(settings, sessions=replace(settings.sessions, device=device))
            version = Path(args["model_repository"]) / args["model_version"]
            if (version / "engines").is_dir():
                settings = replace(settings, sessions=replace(settings.sessions, engines=version / "engines"))
            if (version / "adapters").is_dir():
                settings = replace(settings, adapters=version / "adapters")
            self._engine = Engine.load(version / "bundle", settings)
            self._wait(self._engine.__aenter__())
        except (EngineError, ValueError) as error:
            raise pb_utils.TritonModelException(str(error)) from error
        self._name = args["model_instance_name"]
        self._metrics = _Metrics(self._name)
        self._watch = asyncio.run_coroutine_threadsafe(self._look_after(), self._loop)
        logger.info("%s is loaded", self._name)  # The supervisor reads it.

    def execute(self, requests: list[Any]) -> None:
        """Takes requests in and returns at once: a decoupled model answers through its response senders."""
        for request in requests:
            sender = request.get_response_sender()
            text = _bytes(pb_utils.get_input_tensor_by_name(request, "request"))
            asyncio.run_coroutine_threadsafe(self._answer(sender, text), self._loop)

    async def _answer(self, sender: Any, text: bytes) -> None:
        await _Answer(self._engine, self._name, sender, self._senders, self._timeout_seconds).give(text)

    def is_ready(self) -> bool:
        """Asked by the Triton versions that know this method."""
        return self._engine.ready

    def finalize(self) -> None:
        self._watch.cancel()
        self._wait(self._engine.__aexit__(None, None, None))
        self._senders.shutdown()
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _wait(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _look_after(self) -> None:
        """Publishes gauges; ends the process when the engine died, which every Triton version understands."""
        server, published = os.getppid(), 0.0
        while self._engine.ready:
            if os.getppid() != server:  # Killed: nobody would ever end this process, or read what it sends.
                os._exit(EXIT_SERVER_DIED)
            if self._loop.time() - published >= METRICS_SECONDS:
                published = self._loop.time()
                await self._loop.run_in_executor(self._senders, self._metrics.publish, self._engine)
            await asyncio.sleep(TICK_SECONDS)
        logger.critical("the engine died; this instance ends")
        await asyncio.sleep(LAST_WORDS_SECONDS)
        os._exit(EXIT_ENGINE_DIED)


class _Answer:
    """One request's way through the engine; what blocks (sending, asking about cancellation) runs in one thread."""

    def __init__(
        self, engine: Engine, instance: str, sender: Any, senders: ThreadPoolExecutor, timeout_seconds: float
    ) -> None:
        self._engine = engine
        self._instance = instance
        self._timeout_seconds = timeout_seconds
        self._sender = sender
        self._senders = senders

    async def give(self, text: bytes) -> None:
        last: Any = None
        work = asyncio.ensure_future(self._run(text))
        watch = asyncio.ensure_future(self._cancel_when_unwanted(work))
        try:
            async with asyncio.timeout(self._timeout_seconds):
                last = await work
        except asyncio.CancelledError:
            pass
        except TimeoutError:
            last = DeadlineError(f"not finished within {self._timeout_seconds:g} seconds")
        except EngineError as error:
            last = error
        except Exception:
            logger.exception("unexpected error in a request")
            last = EngineError("unexpected error in the engine; its log has the details")
        finally:
            watch.cancel()
            # The last answer and the end of the stream in one message: fewer, and no client leaves between them.
            final, response = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL, [] if last is None else [_response(last)]
            await self._in_thread(lambda: self._sender.send(*response, flags=final))

    async def _run(self, text: bytes) -> Any:
        """Sends all answers but the last one, which is returned; None if nobody wants it any more."""
        question = messages.loads(text, messages.QUESTIONS)
        if isinstance(question, messages.Describe):
            return messages.Status(
                model=self._engine.model, stats=self._engine.stats(), ready=self._engine.ready, instance=self._instance
            )
        if isinstance(question, DenoiseRequest):
            answers = self._engine.denoise(question)
        elif isinstance(question, GenerationRequest):
            answers = self._engine.generate(question)
        else:
            raise question
        last = None
        async with aclosing(answers) as events:
            async for message in thinned(events, STEP_SECONDS):
                if isinstance(message, Finished):
                    last = message
                elif not await self._send(message):
                    break
        return last

    async def _send(self, message: Any) -> bool:
        """False if nobody wants the answer any more."""
        response = _response(message)

        def send() -> bool:
            if isinstance(message, Step) and self._sender.is_cancelled():
                return False
            self._sender.send(response)
            return True

        return await self._in_thread(send)

    async def _cancel_when_unwanted(self, work: "asyncio.Future[None]") -> None:
        """Running requests notice at their next event; this is for those that wait.

        Triton 2.51 never frees what it holds for a request that was asked about, so short ones are not asked about.
        """
        await asyncio.sleep(TICK_SECONDS)
        while not await self._in_thread(self._sender.is_cancelled):
            await asyncio.sleep(TICK_SECONDS)
        work.cancel()

    async def _in_thread(self, function: Callable[[], bool]) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._senders, function)


def _response(message: Any) -> Any:
    image = bytearray()
    outputs = [_tensor("event", messages.dumps(message, image).encode())]
    if image:
        outputs.append(_tensor("image", image))
    return pb_utils.InferenceResponse(output_tensors=outputs)


def _bytes(tensor: Any) -> bytes:
    """Not by as_numpy(): in stubs built before numpy 2 that gives arrays of numpy 2 without strides."""
    return np.from_dlpack(tensor).tobytes()


def _tensor(name: str, data: bytes | bytearray) -> Any:
    """Not by Tensor(name, array), for the same reason."""
    capsule = np.frombuffer(bytearray(data), dtype=np.uint8).__dlpack__()
    tensor = pb_utils.Tensor.from_dlpack(name, capsule)
    # The tensor owns the memory now, and renamed the capsule in a way that numpy does not know.
    ctypes.pythonapi.PyCapsule_SetDestructor(ctypes.py_object(capsule), None)
    return tensor


class _Metrics:
    """The engine's gauges and counters on Triton's own metrics endpoint, whatever its stats hold.

    A histogram of theirs is its latest value, its count and its sum; a count by kind has the kind as a label.
    """

    def __init__(self, instance: str) -> None:
        self._labels = {"model": "cosmicman", "instance": instance}
        self._families: dict[str, Any] = {}
        self._metrics: dict[tuple[str, str], Any] = {}
        self._before: dict[tuple[str, str], float] = {}

    def publish(self, engine: Engine) -> None:
        for name, value in vars(engine.stats()).items():
            match value:
                case int() | float():
                    self._set(name, value)
                case Histogram():
                    self._set(name, value.last)
                    self._set(f"{name}_count_total", sum(value.counts))
                    self._set(f"{name}_sum_total", value.total)
                case Mapping():
                    for kind, number in value.items():
                        self._set(name, number, kind)

    def _set(self, name: str, value: float, kind: str = "") -> None:
        counter = name.endswith("_total")
        metric = self._metric(name, kind, counter)
        before = self._before.get((name, kind))
        if value != before:
            metric.increment(value - (before or 0)) if counter else metric.set(value)
            self._before[name, kind] = value

    def _metric(self, name: str, kind: str, counter: bool) -> Any:
        if name not in self._families:
            family = pb_utils.MetricFamily
            self._families[name] = family(
                name=f"cosmicman_engine_{name}",
                description=f"{name} of the engine's stats",
                kind=family.COUNTER if counter else family.GAUGE,
            )
        if (name, kind) not in self._metrics:
            labels = self._labels | ({"kind": kind} if kind else {})
            self._metrics[name, kind] = self._families[name].Metric(labels=labels)
        return self._metrics[name, kind]
