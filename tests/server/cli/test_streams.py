"""Standard streams that a shell closed, that lack letters, that nobody reads: never a traceback."""

import contextlib
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cli import COMMANDS

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
NAMES = [command.__name__.rpartition(".")[2].replace("_", "-") for command in COMMANDS]
PYTHON = shlex.quote(sys.executable)


def shell(line: str, folder: Path, environment: dict[str, str], **variables: str) -> tuple[int, str, str]:
    """Status, output and errors of a line in which `cosmicman` is the command of this checkout."""
    line = line.replace("cosmicman", f"{PYTHON} -m server.cli")
    command = ["bash", "-c", f"set -o pipefail; {line}"]
    result = subprocess.run(
        command,
        cwd=folder,
        env={**environment, **variables},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return result.returncode, result.stdout.decode(), result.stderr.decode()


@pytest.mark.parametrize("line", ["cosmicman parse 'a red hat' >&-", "cosmicman parse 'a red hat' --json >&- <&-"])
def test_closed_output_is_no_error(line: str, tmp_path: Path, environment: dict[str, str]) -> None:
    assert shell(line, tmp_path, environment) == (0, "", "")


@pytest.mark.parametrize(
    ("name", "closed"),
    [*((name, ">&- <&-") for name in NAMES), *((NAMES[0], each) for each in (">&-", ">&- 2>&-", "<&-"))],
)
def test_every_command_bears_closed_streams(
    name: str, closed: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    status, _, err = shell(f"cosmicman {name} --help {closed}", tmp_path, environment)
    assert (status, err) == (0, "")


def test_letters_that_an_encoding_lacks_are_escaped(tmp_path: Path, environment: dict[str, str]) -> None:
    line = "cosmicman parse 'a woman in a rosé dress, Кепка'"
    status, out, err = shell(line, tmp_path, environment, PYTHONIOENCODING="ascii")
    assert (status, err) == (0, "")
    assert "ros\\xe9 dress" in out


def test_help_that_nobody_reads_is_no_error(tmp_path: Path, environment: dict[str, str]) -> None:
    status, _, err = shell("cosmicman --help | true", tmp_path, environment)
    assert err == "" and status in (0, 128 + signal.SIGPIPE)  # it may be read before the reader has left


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this machine")
@pytest.mark.parametrize("arguments", ["parse 'a red hat'", "parse 'a red hat' --json"])
def test_full_disk_is_one_line(arguments: str, tmp_path: Path, environment: dict[str, str]) -> None:
    status, _, err = shell(f"cosmicman {arguments} >/dev/full", tmp_path, environment)
    assert status in (1, 2)
    assert err.startswith("cosmicman") and len(err.splitlines()) == 1 and "No space left" in err


@contextlib.contextmanager
def serving(output: str, environment: dict[str, str], bundle: Path, folder: Path, port: int) -> Iterator[str]:
    """URL of a server with that output; ended with SIGTERM, and well, when the block is left."""
    line = f"{PYTHON} -m server.cli serve --port {port} --num-threads 1 --bundle {shlex.quote(str(bundle))} {output}"
    child = subprocess.Popen(["bash", "-c", f"exec {line}"], cwd=folder, env=environment, stderr=subprocess.PIPE)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(url, child)
        yield url
        child.send_signal(signal.SIGTERM)
        _, err = child.communicate(timeout=PATIENCE_SECONDS)
        assert child.returncode == 0, err.decode()
        assert b"Traceback" not in err and b"Exception ignored" not in err, err.decode()
    finally:
        child.kill()
        child.communicate()


def _wait_until_it_answers(url: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert child.poll() is None and time.monotonic() < deadline, child.communicate()
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=PATIENCE_SECONDS) as answer:
                assert answer.status == 200
            return
        except OSError:
            time.sleep(0.2)


@pytest.mark.parametrize("output", [">&-", "> >(true)", "> >(head -1 >/dev/null)"])
def test_server_serves_on_without_a_reader(
    output: str, environment: dict[str, str], bundle: Path, tmp_path: Path, port: int
) -> None:
    with serving(output, environment, bundle, tmp_path, port):
        pass
