"""Exports that are begun for a whole run end with it."""

import time
from pathlib import Path

from tests.tiny_exports import begun


def test_a_run_that_ends_early_leaves_no_process_and_nothing_half_made(tmp_path: Path) -> None:
    with begun(tmp_path) as process:
        while not any(each.is_dir() for each in tmp_path.iterdir()):
            assert process.poll() is None
            time.sleep(0.05)

    assert process.returncode == 1
    assert not [each.name for each in tmp_path.iterdir() if each.is_dir()]
