"""A server as a user starts it: it keeps nothing in the home folder and speaks to nobody but its clients."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from engine.no_telemetry import SWITCHES

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
ROOT = Path(__file__).resolve().parents[2]
BODY = {"description": "a woman in a red dress", "steps": 2}
#: An address of the internet protocols as strace writes it.
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
LOOPBACK = re.compile(r"127\.|::1$|::ffff:127\.")


def environment(home: Path) -> dict[str, str]:
    """That of a new user: nothing in the home folder, no word about telemetry or caches."""
    left_out = (*SWITCHES, "DO_NOT_TRACK", "DISABLE_TELEMETRY")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith(("COSMICMAN_", "XDG_", "HF_"))
    }
    return {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


@contextmanager
def server(home: Path, bundle: Path, *before: str, provider: str = "auto") -> Iterator[str]:
    """URL of a server that has ended, and ended well, when the block is left."""
    command = [*before, sys.executable, "-m", "server.cli", "serve", "--port", "0", "--num-threads", "1"]
    command += ["--bundle", str(bundle), "--provider", provider]
    pipe = subprocess.PIPE
    child = subprocess.Popen(
        command, cwd=home, env=environment(home), stdout=pipe, stderr=pipe, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line.startswith("CosmicMan Serve is ready on http://127.0.0.1:"), child.communicate()
        yield line.split()[-1]
        os.killpg(child.pid, signal.SIGTERM)
        _, err = child.communicate(timeout=PATIENCE_SECONDS)
        assert child.returncode == 0, err
    finally:
        child.kill()
        child.communicate()


@pytest.fixture(params=["auto", "openvino"])
def provider(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "openvino" and find_spec("openvino") is None:
        pytest.skip("the openvino extra is not installed")
    return name


def draw(url: str) -> None:
    headers = {"Accept": "image/png"}
    answer = httpx.post(f"{url}/generate", json=BODY, headers=headers, timeout=PATIENCE_SECONDS)
    assert answer.content.startswith(b"\x89PNG"), answer.text


def tracer(trace: Path) -> tuple[str, ...] | str:
    """A command in front of another that writes its network calls to `trace`, or why there is none."""
    strace = shutil.which("strace")
    if strace is None:
        return "no strace on this machine"
    tried = subprocess.run([strace, "-qq", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        return f"strace may trace nothing here: {tried.stderr.strip()[:200]}"
    return strace, "-f", "--seccomp-bpf", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o", str(trace)


def test_home_stays_empty_and_every_socket_is_of_this_machine(tmp_path: Path, bundle: Path, provider: str) -> None:
    home, traced = tmp_path / "home", tracer(tmp_path / "trace")
    home.mkdir()
    with server(home, bundle, *(() if isinstance(traced, str) else traced), provider=provider) as url:
        draw(url)
    assert [str(path.relative_to(home)) for path in home.rglob("*")] == []
    if isinstance(traced, str):
        pytest.skip(traced)
    trace = (tmp_path / "trace").read_text(encoding="utf-8", errors="replace")
    seen = {first or second for first, second in _ADDRESS.findall(trace)}
    assert "127.0.0.1" in seen, "the trace holds not even our own socket"
    assert {address for address in seen if not LOOPBACK.match(address)} == set()
