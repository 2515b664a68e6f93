"""What every test may rely on: marked hardware is there or the test is skipped with its reason."""

import shutil

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    requirements = {
        "gpu": (shutil.which("nvidia-smi") is not None, "no NVIDIA GPU on this machine (nvidia-smi not found)"),
        "browser": (
            any(shutil.which(name) for name in CHROMIUM_NAMES),
            f"no browser on this machine (none of {', '.join(CHROMIUM_NAMES)} found)",
        ),
    }
    for marker, (present, reason) in requirements.items():
        if not present:
            for item in items:
                if item.get_closest_marker(marker):
                    item.add_marker(pytest.mark.skip(reason=reason))
