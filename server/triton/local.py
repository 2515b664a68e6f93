"""A Triton of our own: started on loopback with nothing exposed, waited for, restarted when it dies, ended with us.

It knows processes and flags, and nothing of requests.
"""

import logging
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import grpc
from tritonclient.grpc import service_pb2, service_pb2_grpc

from server.triton import leash
from server.triton.address import MODEL
from server.triton.errors import TritonError
from server.triton.installation import Installation
from server.triton.ports import LOOPBACK, held_port

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
#: A server that ran this long before it died did not die of its start.
STEADY_SECONDS = 60.0
EXIT_MARGIN_SECONDS = 5
#: Starts that are tried where one failed by chance.
MAX_STARTS = 3
#: What nobody but the holder of the key may ask for; the key is made up at every start.
RESTRICTED = ("shared-memory", "model-repository", "model-config", "trace", "logging")
_KEY = "cosmicman"
#: A server that starts is asked again soon.
OPTIONS = (("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500))
#: What an instance logs when its engine is up.
_LOADED = re.compile(r" INFO cosmicman \S+ is loaded$")
_FAILED = re.compile(r"failed to load '[^']*' version \d+: [A-Za-z ]+: (.*)")


@dataclass(frozen=True, kw_only=True)
class LaunchSettings:
    """How a local Triton is started.

    Attributes:
        repository: The model repository; None for a bundle's own, made when it starts.
        host: Address to listen on; only this machine by default.
        port: gRPC port; 0 takes a free one.
        metrics_port: Port of the metrics; 0 takes a free one.
        reload: Whether the model can be reloaded, by the supervisor alone.
        start_seconds: Longest the model may take to load.
        grace_seconds: Longest the server may take to be ready when all its instances are.
        exit_seconds: Longest that requests under way may take at the end; 0 where nobody asks any more.
    """

    repository: Path | None = None
    host: str = LOOPBACK
    port: int = 0
    metrics_port: int = 0
    reload: bool = False
    start_seconds: float = 600.0
    grace_seconds: float = 20.0
    exit_seconds: int = 0


def arguments(
    settings: LaunchSettings, *, port: int, metrics_port: int, key: str, backends: Path | None, shared_memory: str
) -> list[str]:
    """The server's flags: gRPC and metrics on one address, everything else off."""
    control = ["explicit", f"--load-model={MODEL}"] if settings.reload else ["none"]
    return [
        f"--model-repository={settings.repository}",
        f"--model-control-mode={control[0]}",
        *control[1:],
        "--strict-readiness=true",
        "--disable-auto-complete-config",
        "--exit-on-error=true",
        f"--exit-timeout-secs={settings.exit_seconds}",
        "--allow-http=false",
        f"--grpc-address={settings.host}",
        f"--grpc-port={port}",
        "--grpc-keepalive-permit-without-calls=1",
        "--grpc-http2-min-recv-ping-interval-without-data=5000",
        f"--grpc-restricted-protocol={','.join(RESTRICTED)}:{_KEY}={key}",
        f"--metrics-address={settings.host}",
        f"--metrics-port={metrics_port}",
        "--allow-gpu-metrics=" + ("true" if has_gpu() else "false"),
        "--allow-sagemaker=false",
        "--allow-vertex-ai=false",
        f"--backend-config=python,shm-region-prefix-name={shared_memory}",
        *([f"--backend-directory={backends}"] if backends else []),
    ]


class _Mishap(str):
    """Why a server ended that may do better next time: on an overloaded machine some do not get through their start."""


def has_gpu() -> bool:
    """Whether this machine has an NVIDIA GPU that programs may use."""
    return Path("/dev/nvidia0").exists() or Path("/dev/dxg").exists()


class LocalTriton:
    """Use it as a context manager; it may be used by one thread."""

    def __init__(self, installation: Installation, settings: LaunchSettings) -> None:
        self.settings = settings
        self.restarts = 0
        self._installation = installation
        self._key = secrets.token_urlsafe(16)
        self._held = ExitStack()
        self._ports = (settings.port, settings.metrics_port)
        self._folder = Path(tempfile.mkdtemp(prefix="cosmicman-triton-"))
        self._lines: deque[str] = deque(maxlen=400)
        self._num_loaded = 0
        self._process: subprocess.Popen[str] | None = None
        self._instances: set[int] = set()
        self._stop = threading.Event()
        self._started = threading.Event()
        self._refusal: str | None = None
        # The kernel's leash is tied to the thread that starts the server, so that thread stays until the end.
        self._keeper = threading.Thread(target=self._keep, name="triton", daemon=True)

    def __enter__(self) -> Self:
        """Starts the server and waits for its model.

        Raises:
            TritonError: It does not start; one line says why.
        """
        port, metrics_port = (each or self._held.enter_context(held_port(self.settings.host)) for each in self._ports)
        self._ports = (port, metrics_port)
        self._keeper.start()
        self._started.wait()
        if self._refusal is not None:
            self._keeper.join()
            raise TritonError(self._refusal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._keeper.join()

    @property
    def host(self) -> str:
        """host:port of gRPC."""
        return f"{self.settings.host}:{self._ports[0]}"

    @property
    def metrics_url(self) -> str:
        return f"http://{self.settings.host}:{self._ports[1]}/metrics"

    @property
    def process_id(self) -> int | None:
        """The server's process, while there is one."""
        return self._process.pid if self._process else None

    def stubs(self) -> list[int]:
        """Processes of the model's instances that take requests; none until the server is ready."""
        return sorted(self._instances)

    def reload(self) -> None:
        """Loads the model again from the repository; requests under way end in the old instances.

        Raises:
            TritonError: The new one does not load; the old one stays.
        """
        request = service_pb2.RepositoryModelLoadRequest(model_name=MODEL)
        assert self._process is not None
        before = set(children(self._process.pid))
        with grpc.insecure_channel(self.host, options=OPTIONS) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            try:
                metadata = ((f"triton-grpc-protocol-{_KEY}", self._key),)
                stub.RepositoryModelLoad(request, metadata=metadata, timeout=self.settings.start_seconds)
            except grpc.RpcError as error:
                raise TritonError(f"the model was not reloaded: {_first_line(str(error.details()))}") from error
        self._instances = set(children(self._process.pid)) - before

    def _keep(self) -> None:
        """The keeper's life: start, wait for readiness, watch, start again."""
        pause = FIRST_PAUSE_SECONDS
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                died = self._live()
                if not self._started.is_set() and not (isinstance(died, _Mishap) and self.restarts + 1 < MAX_STARTS):
                    self._refusal = died
                    return
                if self._stop.is_set():
                    return
                if time.monotonic() - began > STEADY_SECONDS:
                    pause = FIRST_PAUSE_SECONDS
                logger.warning("Triton is started again in %.1f s: %s", pause, died)
                self._stop.wait(pause)
                pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)
                self.restarts += 1
        finally:
            self._started.set()
            self._held.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _live(self) -> str:
        """One server from start to end; says what ended it."""
        shared_memory = f"cosmicman-{os.getpid()}-{secrets.token_hex(4)}-"
        self._lines.clear()
        self._num_loaded = 0
        process = self._process = self._spawn(shared_memory)
        self._reader = threading.Thread(target=self._read, args=(process,), name="triton log", daemon=True)
        self._reader.start()
        try:
            problem = self._until_ready(process)
            if not problem:
                self._instances = set(children(process.pid))
                self._started.set()
                problem = self._until_dead(process)
            return problem
        finally:
            self._instances = set()
            self._end(process)
            self._reader.join()
            assert process.stdout is not None
            process.stdout.close()
            for left in Path("/dev/shm").glob(f"{shared_memory}*"):
                left.unlink(missing_ok=True)

    def _spawn(self, shared_memory: str) -> "subprocess.Popen[str]":
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        port, metrics_port = self._ports
        backends = self._installation.assemble(folder / "backends")
        command = [sys.executable, "-I", leash.__file__, str(os.getpid()), str(self._installation.server)]
        command += arguments(
            self.settings,
            port=port,
            metrics_port=metrics_port,
            key=self._key,
            backends=backends,
            shared_memory=shared_memory,
        )
        return subprocess.Popen(
            command,
            cwd=folder,
            env=self._installation.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.append(line.rstrip())
            self._num_loaded += _LOADED.search(line.rstrip()) is not None
            logger.debug("%s", line.rstrip())

    def _until_ready(self, process: "subprocess.Popen[str]") -> str:
        """Why the server cannot be used, or "" when the model is ready."""
        question = service_pb2.ModelReadyRequest(name=MODEL)
        busy = time.monotonic()
        deadline = busy + self.settings.start_seconds
        with grpc.insecure_channel(self.host, options=OPTIONS) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            while not self._stop.wait(POLL_SECONDS):
                if process.poll() is not None:
                    return self._why(process)
                if time.monotonic() > deadline:
                    return f"Triton's model was not ready within {self.settings.start_seconds:g} seconds"
                if not 0 < self._num_loaded >= len(children(process.pid)):
                    busy = time.monotonic()
                if time.monotonic() - busy > self.settings.grace_seconds:
                    return _Mishap("Triton waits for an instance that it gave up, though all are well")
                try:
                    # A call that waits; where each fails at once, gRPC looks after the connection every 5 s only.
                    if stub.ModelReady(question, timeout=1, wait_for_ready=True).ready:
                        return ""
                except grpc.RpcError:
                    continue
        return "stopped before it was ready"

    def _until_dead(self, process: "subprocess.Popen[str]") -> str:
        """What ended the server, or one of the model's instances, which Triton itself does not bring back."""
        while not self._stop.wait(POLL_SECONDS):
            if process.poll() is not None:
                return self._why(process)
            if not self._instances or not all(is_child(each, process.pid) for each in self._instances):
                return "an instance of the model died"
        return "stopped"

    def _end(self, process: "subprocess.Popen[str]") -> None:
        """Ends the server and everything it started: in order where we were told to stop, at once where it is sick."""
        if self._stop.is_set() and self.settings.exit_seconds:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(self.settings.exit_seconds + EXIT_MARGIN_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _why(self, process: "subprocess.Popen[str]") -> str:
        """The server's own reason, in one line."""
        if process.returncode < 0:
            number = -process.returncode
            return _Mishap(f"Triton was ended by signal {number} ({signal.strsignal(number)})")
        self._end(process)  # Its instances hold the other ends of the pipe.
        self._reader.join()
        for line in self._lines:
            if match := _FAILED.search(line):
                return _first_line(match[1])
        for line in reversed(self._lines):
            if "error:" in line or line.startswith("E"):
                return f"Triton ended: {_first_line(line)}"
        return f"Triton ended with status {process.returncode}"


def children(process_id: int) -> list[int]:
    """Live children of a process."""
    everyone = (int(path.name) for path in Path("/proc").glob("[0-9]*"))
    return [each for each in everyone if is_child(each, process_id)]


def is_child(process_id: int, parent_id: int) -> bool:
    """Whether a process is alive and has that parent; zombies are not alive."""
    try:
        state, parent = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[:2]
    except (OSError, ValueError):  # it ended while we looked
        return False
    return int(parent) == parent_id and state != "Z"


def _first_line(text: str) -> str:
    """Triton quotes messages with their line breaks written out, and appends where in Python they arose."""
    plain = text.replace('\\"', '"').split("\\n")[0].split("\n")[0].strip().rstrip('"')
    return plain.removeprefix("TritonModelException: ")[:500]
