"""Processes of our own programs, forked from one that has imported everything: seconds of imports come once a run.

What a process has besides imports is its own: standard streams, environment, folder, signals, its end. A test of what
is imported, and when, starts Python itself.
"""

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
#: What it may take to end once nobody is there any more; then it is killed.
END_SECONDS = 30
MODULE = "server.cli"
ALWAYS = (
    "engine.engine",
    "engine.sessions.onnx.session",
    "server.app",
    "server.cli",
    "server.run",
    "httpx",
    "PIL.Image",
    "pytest",
    "tests.server.conftest",
)
#: Where processes of a run read the address of the one that forks for all of them.
ADDRESS = "TESTS_FORKING_ADDRESS"
#: Imported before the first of these commands, if one comes.
FOR_TRAINING = (
    "torch",
    "diffusers",
    "transformers",
    "engine.export.onnx",
    "engine.train",
    "engine.train.run",
    "engine.train.stages.unet",
    "torch._dynamo",
    "torch.distributed.tensor",
    "diffusers.models.unets.unet_2d_condition",
    "diffusers.models.autoencoders.autoencoder_kl",
    "transformers.models.clip.modeling_clip",
)
TRAINING_COMMANDS = frozenset(("train", "export", "evaluate", "ablation"))


class Popen(subprocess.Popen[Any]):
    """`subprocess.Popen` of `python -m server.cli ...` or `python -c ...`, with streams, folder and environment."""

    def _execute_child(self, command: Sequence[object], *told: Any) -> None:
        folder, environment = told[4:6]
        ours = told[9:15]
        streams = [number if given == -1 else given for number, given in enumerate((ours[0], ours[3], ours[5]))]
        self._told, ending = os.pipe()
        order = {
            "command": list(map(str, command)),
            "folder": os.fspath(folder or os.getcwd()),
            "environment": dict(os.environ if environment is None else environment),
        }
        try:
            self.pid = _speaker().fork(order, [*streams, ending])
            self._child_created = True
        finally:
            os.close(ending)
            self._close_pipe_fds(*ours)  # type: ignore[attr-defined]

    @property
    def end(self) -> int:
        """A descriptor that can be read once the process has ended; gone as soon as its status was asked for."""
        return self._told

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        return self._ended(0)

    def _wait(self, timeout: float | None) -> int:
        status = self._ended(timeout)
        if status is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return status

    def _ended(self, seconds: float | None) -> int | None:
        """The exit status, if it is there within that time."""
        if self.returncode is None and select.select([self._told], [], [], seconds)[0]:
            self.returncode = int(os.read(self._told, 100) or b"-9")
            os.close(self._told)
        status: int | None = self.returncode
        return status


class Forking:
    """The process that imports, in the hands of the one that started it; all others speak to it by its address."""

    def __init__(self) -> None:
        self.address = f"\0cosmicman-tests-{uuid.uuid4().hex}"  # a name without a file
        self.said = tempfile.TemporaryFile()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self.address)
            listener.listen(100)
            self._process = subprocess.Popen(  # noqa: S603 - this file
                [sys.executable, "-m", "tests.forking", str(listener.fileno())],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
                pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE,  # which is closed when nobody is there any more
                stderr=self.said,
            )
        atexit.register(self._end)

    def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.returncode:
            self.said.seek(0)
            sys.stderr.write(self.said.read().decode(errors="replace"))
        self.said.close()


@cache
def start() -> Forking:
    """Starts one for this process."""
    return Forking()


def start_for_all() -> None:
    """Starts one for this process and all that it starts."""
    os.environ[ADDRESS] = start().address[1:]  # a variable may not hold the zero


#: Read once: a test may change its environment.
_GIVEN = "\0" + os.environ[ADDRESS] if ADDRESS in os.environ else None


class _Speaker:
    """One process's way of speaking to it."""

    def __init__(self, address: str) -> None:
        self._lock = threading.Lock()
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.connect(address)
        atexit.register(self._control.close)

    def fork(self, order: Mapping[str, Any], streams: Sequence[int]) -> int:
        """The id of a new process; the last stream is told its exit status."""
        with self._lock:
            socket.send_fds(self._control, [json.dumps(order).encode()], streams)
            answer = self._control.recv(100)
        if not answer:
            raise RuntimeError("the process that forks has ended; what it said is printed at the end of the run")
        return int(answer)


@cache
def _speaker() -> _Speaker:
    """That of this process."""
    return _Speaker(_GIVEN or start().address)


class _Parent:
    """Forks for every order, and tells how each ended, until nobody is there any more."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._poll = select.poll()
        for descriptor in (0, listener.fileno()):
            self._poll.register(descriptor, select.POLLIN)
        self._controls: dict[int, socket.socket] = {}  # by its descriptor: who orders
        self._children: dict[int, tuple[int, int]] = {}  # by its descriptor: id, and where its end is told

    def serve(self) -> None:
        for name in ALWAYS:
            importlib.import_module(name)
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == 0:
                    return
                if descriptor == self._listener.fileno():
                    control = self._listener.accept()[0]
                    self._controls[control.fileno()] = control
                    self._poll.register(control, select.POLLIN)
                elif descriptor in self._controls:
                    self._order(self._controls[descriptor])
                else:
                    self._reap(descriptor)

    def _order(self, control: socket.socket) -> None:
        data, streams, _, _ = socket.recv_fds(control, 1 << 20, 4)
        if not data:
            self._poll.unregister(control)
            del self._controls[control.fileno()]
            control.close()
            return
        order = json.loads(data)
        if TRAINING_COMMANDS.intersection(order["command"][3:4]):
            for name in FOR_TRAINING:
                importlib.import_module(name)
        gc.freeze()
        child = os.fork()
        if child == 0:
            self._forget()
            os.close(streams.pop())
            _ends(partial(_become, order, streams))
        for stream in streams[:3]:
            os.close(stream)
        descriptor = os.pidfd_open(child)
        self._children[descriptor] = child, streams[3]
        self._poll.register(descriptor, select.POLLIN)
        control.send(str(child).encode())

    def _reap(self, descriptor: int) -> None:
        child, ending = self._children.pop(descriptor)
        self._poll.unregister(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(child, 0)
        try:
            os.write(ending, str(os.waitstatus_to_exitcode(status)).encode())
        except BrokenPipeError:
            pass  # nobody wants to know
        os.close(ending)

    def _forget(self) -> None:
        for control in (self._listener, *self._controls.values()):
            control.close()
        for descriptor, (_, ending) in self._children.items():
            os.close(descriptor)
            os.close(ending)


def _become(order: Mapping[str, Any], streams: Sequence[int]) -> int | None:
    """Runs a command line of Python as the process of it; what it returns is its exit status."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8")
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w", closefd=False)), "utf-8", "backslashreplace", line_buffering=True
    )
    os.environ.clear()
    os.environ.update(order["environment"])
    tempfile.tempdir = None  # which is asked of the environment once
    os.chdir(order["folder"])
    kind, what, *arguments = order["command"][1:]
    sys.argv = [what if kind == "-m" else kind, *arguments]
    if (kind, what) == ("-m", MODULE):
        from server.cli import main

        return main(arguments)
    assert kind == "-c", f"expected -m {MODULE} or -c; got {kind} {what}"
    exec(what, {"__name__": "__main__"})  # noqa: S102 - a program of the tests
    return None


def _ends(program: Callable[[], int | None]) -> NoReturn:
    """Ends the process as Python does, but for taking all that was imported apart, which takes longer than most."""
    try:
        status: object = program()
    except SystemExit as stopped:
        status = stopped.code
    except BaseException:  # noqa: B036 - nobody is above
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        status = status or 120  # as Python does
    os._exit(status if isinstance(status, int) else int(status is not None))


if __name__ == "__main__":
    _Parent(socket.socket(fileno=int(sys.argv[1]))).serve()
