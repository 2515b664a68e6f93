"""A gateway with the settings that the overlay cpu-dev gives it, in a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.settings import PREFIX
from tests.deploy.manifests import ROOT

FILES = ("k8s/base/gateway/runtime.env", "k8s/overlays/cpu-dev/runtime.env")


def settings_of_cpu_dev() -> dict[str, str]:
    """What kustomize makes the ConfigMap of: the base's settings, and those of the overlay over them."""
    lines = [line for name in FILES for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@contextmanager
def serving(state: Path) -> Iterator[str]:
    """The address of a gateway with the bundled model, on loopback and with its own state; it ends with this block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= settings_of_cpu_dev() | {"PYTHONPATH": str(ROOT)}
    environment |= {f"{PREFIX}STATE": str(state), f"{PREFIX}NUM_THREADS": "1", f"{PREFIX}DRAIN_SECONDS": "0"}
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
