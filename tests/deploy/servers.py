"""A gateway with the settings that the overlay cpu-dev gives it, in a process of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.settings import PREFIX
from tests.deploy.manifests import ROOT
from tests.server_process import serving

FILES = ("k8s/base/gateway/runtime.env", "k8s/overlays/cpu-dev/runtime.env")


def settings_of_cpu_dev() -> dict[str, str]:
    """What kustomize makes the ConfigMap of: the base's settings, and those of the overlay over them."""
    lines = [line for name in FILES for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@contextmanager
def gateway_of_cpu_dev(folder: Path) -> Iterator[str]:
    """The address of a gateway with the bundled model, on loopback; it ends with this block."""
    settings = {name.removeprefix(PREFIX): value for name, value in settings_of_cpu_dev().items()}
    settings |= {"STATE": str(folder / "state"), "NUM_THREADS": "1", "DRAIN_SECONDS": "0"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    with serving(folder, settings, inherited) as server:
        yield server.url
