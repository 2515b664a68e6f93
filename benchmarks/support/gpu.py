"""Where a benchmark that needs a GPU runs, or that there is none."""

from __future__ import annotations

import sys

import torch

SKIPPED = 77  # the exit status with which `make bench` goes on


def device_for(script: str, *, tiny: bool) -> torch.device:
    """The GPU, or with `tiny` the CPU; where there is no GPU the script ends here and says so."""
    return torch.device("cpu") if tiny else gpu_for(script, "; --tiny shows that it works")


def gpu_for(script: str, instead: str = "") -> torch.device:
    """The GPU; where there is none the script ends here and says so, and what can be done `instead`."""
    if not torch.cuda.is_available():
        print(f"{script} needs an NVIDIA GPU, and PyTorch finds none on this machine{instead}")
        sys.exit(SKIPPED)
    return torch.device("cuda")
