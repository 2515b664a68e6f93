"""A look at every file before the first step: what is wrong with a picture or label map is found now, not in hours.

It knows what a sample's files must be; it does not know what is trained on them.
"""

from __future__ import annotations

import logging
import time

import numpy as np

from engine.train.data.samples import Folder, Sample, check_picture, read_labels
from engine.train.data.unreadable import Unreadable

logger = logging.getLogger(__name__)


def check_files(folder: Folder) -> None:
    """Read every label map, and of every picture its size.

    Raises:
        ValueError: More of them than `data.max_unreadable` are missing, damaged, of another size than their row says,
            or hold labels that there are not; the message names file and row.
    """
    started, unreadable = time.monotonic(), Unreadable(folder.config.max_unreadable)
    ours = np.flatnonzero(~folder.samples.mirrored).tolist()  # a mirror image has the same files
    for _ in unreadable.attempt_all(lambda number: _check(folder.samples[number]), ours, folder.config.workers):
        pass
    logger.info("checked the files of %d samples in %.1f s", len(folder.samples), time.monotonic() - started)


def _check(sample: Sample) -> None:
    check_picture(sample)
    read_labels(sample)
