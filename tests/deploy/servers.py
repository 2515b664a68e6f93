"""A gateway as people start it, in a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.settings import PREFIX
from tests.deploy.manifests import ROOT


@contextmanager
def serving(state: Path) -> Iterator[str]:
    """The address of a gateway with the bundled model on loopback; it ends with this block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {"PYTHONPATH": str(ROOT), f"{PREFIX}NUM_THREADS": "1"}
    command = [sys.executable, "-m", "server.cli", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=state, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        try:
            found = re.search(r"is ready on (\S+)", process.stdout.readline())
            if found is None:
                process.kill()
                raise AssertionError(process.stderr.read())
            yield found[1]
        finally:
            process.terminate()
            process.communicate(timeout=120)
