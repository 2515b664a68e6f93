"""The machine in words."""

from __future__ import annotations

import platform

import torch


def machine() -> str:
    """The machine in words, for the record of what training cost."""
    if torch.cuda.is_available():
        return f"{torch.cuda.device_count()} x {torch.cuda.get_device_name()}"
    return f"{torch.get_num_threads()} CPU threads, {platform.machine()}, torch {torch.__version__}"
