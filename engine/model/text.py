"""Text encoders: from windows of tokens to what the UNet reads of a text.

An SD model has one encoder. SDXL has two, which read the same windows; their hidden states lie side by side, and the
second also gives a pooled embedding, one vector for the text. Nothing here knows requests, pictures or guidance.

Letters: K windows, L tokens of a window, D hidden width of all encoders together, P width of the pooled embedding.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import numpy as np

from engine.bundle.manifest import Manifest
from engine.errors import NotFiniteError
from engine.prompt.windows import TokenArray, end_positions, with_padding
from engine.samplers import FloatArray
from engine.sessions import Session

# The empty text, and texts that are asked for again, are encoded once; a window of SDXL's width is 0.6 MB.
NUM_CACHED_WINDOWS = 64

#: Named inputs of one row of the UNet: the text, and what the family has besides.
Conditioning: TypeAlias = Mapping[str, FloatArray]


@dataclass(frozen=True, kw_only=True)
class EncodedText:
    """What the encoders make of windows.

    Attributes:
        states: Hidden state of each token, [K, L, D].
        pooled: Embedding of the first window as a whole, [1, P]; P is 0 where the model has none.
    """

    states: FloatArray
    pooled: FloatArray


class TextEncoders:
    """The text encoders of one model; may be used from any thread."""

    def __init__(self, manifest: Manifest, first: Session, second: Session | None = None) -> None:
        """Takes loaded graphs.

        Args:
            manifest: Says how windows end and are filled.
            first: Token ids [1, L] to hidden states.
            second: Token ids [1, L] to hidden states and, beside each, the P numbers of its projection.
        """
        self._end_token = manifest.end_token
        self._second_padding_token = manifest.second_padding_token
        self._pooled_width = manifest.pooled_width
        self._first = first
        self._second = second
        self._windows: OrderedDict[bytes, EncodedText] = OrderedDict()
        self._windows_lock = Lock()

    def encode(self, windows: TokenArray) -> EncodedText:
        """Encodes windows, [K, L].

        One window a run, so that a window's state does not depend on what it was encoded with. The pooled embedding is
        the first window's: the model was trained with that of a single window, and the first one holds framing and
        person. A mean over windows would be shorter than any embedding seen in training.

        Raises:
            GenerationError: An encoder failed.
            NotFiniteError: Its output holds NaN or infinity.
        """
        encoded = [self._encode_window(window[None]) for window in windows]
        return EncodedText(states=np.concatenate([each.states for each in encoded]), pooled=encoded[0].pooled)

    def _encode_window(self, window: TokenArray) -> EncodedText:
        key = window.tobytes()
        with self._windows_lock:
            if key in self._windows:
                self._windows.move_to_end(key)
                return self._windows[key]
        encoded = self._run(window)
        if not (np.isfinite(encoded.states).all() and np.isfinite(encoded.pooled).all()):
            raise NotFiniteError("the text encoder's output holds NaN or infinity")
        with self._windows_lock:
            self._windows[key] = encoded
            if len(self._windows) > NUM_CACHED_WINDOWS:
                self._windows.popitem(last=False)
        return encoded

    def _run(self, window: TokenArray) -> EncodedText:
        states = self._first.run({"input_ids": window})
        if self._second is None:
            return EncodedText(states=states, pooled=np.empty((1, 0), np.float32))
        assert self._second_padding_token is not None
        padded = with_padding(window, end_token=self._end_token, padding_token=self._second_padding_token)
        second, projections = np.split(self._second.run({"input_ids": padded}), [-self._pooled_width], axis=-1)
        [end] = end_positions(window, end_token=self._end_token)
        return EncodedText(states=np.concatenate([states, second], axis=-1), pooled=projections[:, end])
