"""A server as a user starts it: a process with the bundled model, on a free port, with a state of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.forking import Popen

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Server:
    """One that answers at `url`; `log` is the file of its standard error."""

    child: "subprocess.Popen[str]"
    url: str
    log: Path


@contextmanager
def serving(
    folder: Path, settings: Mapping[str, object], inherited: Mapping[str, str] = os.environ
) -> Iterator[Server]:
    """Serves as long as the block runs, however that ends.

    Args:
        folder: Of its state and its log.
        settings: By the names of `server.settings.Settings`.
        inherited: Its environment beside them.
    """
    given = {f"COSMICMAN_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {**inherited, "COSMICMAN_STATE": str(folder / "state"), **given, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "server.cli", "serve", "--port", "0"]
    log = folder / "log"
    with log.open("w", encoding="utf-8") as errors:
        child = Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        assert child.stdout is not None
        found = re.search(r"is ready on (\S+)", child.stdout.readline())
        assert found is not None, log.read_text(encoding="utf-8")
        yield Server(child=child, url=found[1], log=log)
    finally:
        child.terminate()
        child.communicate(timeout=120)
