"""Text states of every caption that a run can draw, made once: for models whose text encoders cost much.

It knows windows of token ids and the states they have; it does not know how captions come to be. Only where captions
are fixed (`caption.variants`) is there an end to them.
U different windows of L tokens, D hidden width, P pooled width.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from engine.files.whole import made_by_one, whole_folder
from engine.train.captions.discretise import Discretised
from engine.train.captions.draw import Captions
from engine.train.captions.text_states import TextReader, TextStates

logger = logging.getLogger(__name__)

_FORMAT = 1
_BATCH = 32  # windows read at once


class CachedReader:
    """Reads what a TextReader would, from the disk; states are kept in float16, the pooled embedding in float32."""

    def __init__(self, reader: TextReader, captions: Captions, root: Path, *, is_main: bool = True) -> None:
        """Find the states of all captions under `root`; the main process makes them where they are not there."""
        key = hashlib.sha256(f"{_FORMAT} {reader.fingerprint} {captions.fingerprint}".encode()).hexdigest()[:16]
        self.folder, self.windows = root / f"text-{key}", reader.windows
        made_by_one(self.folder, partial(_write, reader, captions, self.folder), is_main=is_main)
        ids, self._states, self._pooled = (
            np.load(self.folder / f"{name}.npy", mmap_mode="r") for name in ("ids", "states", "pooled")
        )
        self._places = {_key(window): place for place, window in enumerate(ids)}

    def read(self, ids: Tensor) -> TextStates:
        """States of token ids [B, K, L].

        Raises:
            ValueError: The cache was made by other captions than these.
        """
        count, num_windows, length = ids.shape
        try:
            places = np.array([self._places[_key(window)] for window in ids.flatten(0, 1).cpu().numpy()])
        except KeyError:
            raise ValueError(
                f"{self.folder} lacks a caption that this run draws: delete it, so that it is made again"
            ) from None
        states = torch.from_numpy(np.asarray(self._states[places], np.float32))
        pooled = torch.from_numpy(np.asarray(self._pooled[places.reshape(count, num_windows)[:, 0]], np.float32))
        return TextStates(
            context=states.view(count, num_windows * length, -1), pooled=pooled if pooled.shape[1] else None
        )


def _key(window: NDArray[np.integer]) -> bytes:
    return hashlib.blake2b(window.astype(np.int32).tobytes(), digest_size=16).digest()


def _write(reader: TextReader, captions: Captions, folder: Path) -> None:
    windows = _different(captions.variants(), reader.windows.window_length)
    with whole_folder(folder) as temporary:
        np.save(temporary / "ids.npy", windows)
        for start in tqdm(range(0, len(windows), _BATCH), desc="reading captions", mininterval=2):
            part = reader.read(torch.from_numpy(windows[start : start + _BATCH].astype(np.int64))[:, None])
            pooled = (
                part.pooled.cpu().numpy() if part.pooled is not None else np.empty((len(part.context), 0), np.float32)
            )
            if start == 0:
                shape = (len(windows), *part.context.shape[1:])
                states = np.lib.format.open_memmap(temporary / "states.npy", mode="w+", dtype=np.float16, shape=shape)
                pooled_all = np.empty((len(windows), pooled.shape[1]), np.float32)
            states[start : start + _BATCH] = part.context.cpu().numpy()
            pooled_all[start : start + _BATCH] = pooled
        states.flush()
        np.save(temporary / "pooled.npy", pooled_all)
    logger.info("read %d different windows of captions", len(windows))


def _different(captions: Iterable[Discretised], length: int) -> NDArray[np.int32]:
    """Every window once, [U, L]."""
    found: dict[bytes, NDArray[np.int32]] = {}
    for caption in captions:
        for window in np.array(caption.ids, np.int32).reshape(-1, length):
            found.setdefault(_key(window), window)
    return np.stack(list(found.values()))
