"""What the UNet reads of a text: the frozen text encoders of either family, run on windows of token ids.

It knows encoders and which of their states each family takes; it does not know captions or pictures.
B texts, K windows of L tokens, D hidden width of all encoders together, P width of the pooled embedding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from engine.prompt.windows import TokenWindows, with_padding
from engine.train.captions.tokenizer import token_windows


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStates:
    """Texts as the UNet reads them, in float32."""

    context: Tensor  # [B, K * L, D]
    pooled: Tensor | None = None  # [B, P] of SDXL's second encoder

    def expand(self, count: int) -> TextStates:
        """One text repeated `count` times."""
        pooled = None if self.pooled is None else self.pooled.expand(count, -1)
        return TextStates(context=self.context.expand(count, -1, -1), pooled=pooled)


class Reader(Protocol):
    """Reads windows."""

    windows: TokenWindows

    def read(self, ids: Tensor) -> TextStates:
        """States of token ids [B, K, L]."""
        ...


class TextReader:
    """One text encoder (SD), or SDXL's two.

    SD reads the last state after the final norm. SDXL reads both encoders' states before the last layer, side by side,
    and the second encoder's projection at the end mark of the first window, which holds framing and person.
    """

    def __init__(
        self,
        tokenizers: Sequence[CLIPTokenizer],
        encoders: Sequence[CLIPTextModel | CLIPTextModelWithProjection],
        *,
        second_padding: int | None = None,
        bf16: bool = False,
    ) -> None:
        """Freeze the encoders; `second_padding` is what the second one is used to after the end mark."""
        self.tokenizers, self.encoders = tuple(tokenizers), tuple(encoders)
        for encoder in self.encoders:
            encoder.requires_grad_(False).train(False)
        self.windows = token_windows(self.tokenizers[0])
        self._second_padding, self._bf16 = second_padding, bf16

    @property
    def fingerprint(self) -> str:
        """Changes with the encoders' weights, the tokenizer and the precision."""
        digest = hashlib.sha256(f"{self._second_padding} {self._bf16} ".encode())
        digest.update(self.tokenizers[0].backend_tokenizer.to_str().encode())
        for encoder in self.encoders:
            for name, tensor in sorted(encoder.state_dict().items()):
                digest.update(name.encode() + tensor.detach().float().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    @torch.no_grad()
    def read(self, ids: Tensor) -> TextStates:
        """States of token ids [B, K, L]."""
        count, num_windows, length = ids.shape
        flat = ids.flatten(0, 1)  # [B K, L]
        device = self.encoders[0].device
        with torch.autocast(device.type, torch.bfloat16, enabled=self._bf16):
            if self._second_padding is None:
                states: Tensor = self.encoders[0](flat.to(device))[0]
                return TextStates(context=states.float().view(count, num_windows * length, -1))
            first = self.encoders[0](flat.to(device), output_hidden_states=True).hidden_states[-2]
            second = self.encoders[1](self._for_second(flat).to(device), output_hidden_states=True)
        context = torch.cat([first, second.hidden_states[-2]], dim=-1).float()
        return TextStates(
            context=context.view(count, num_windows * length, -1),
            pooled=second.text_embeds.float().view(count, num_windows, -1)[:, 0],
        )

    def _for_second(self, ids: Tensor) -> Tensor:
        assert self._second_padding is not None
        padded = with_padding(
            np.asarray(ids.cpu()), end_token=self.windows.end_token, padding_token=self._second_padding
        )
        return torch.from_numpy(padded)
