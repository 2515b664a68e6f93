"""The CLIP-format byte-pair tokenizer, learnt from composed captions.

It knows bytes, merges and CLIP's conventions (lower case, `</w>`, start and end marks, padding with the end mark); it
does not know what a caption says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from engine.files.whole import whole_folder
from engine.prompt.windows import TokenWindows

START, END, WORD_END = "<|startoftext|>", "<|endoftext|>", "</w>"
_PIECES = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def train_tokenizer(captions: Iterable[str], vocab_size: int, max_length: int) -> CLIPTokenizer:
    """Learn merges from `captions`; every byte has a token of its own, so any text encodes."""
    learner = Tokenizer(models.BPE(end_of_word_suffix=WORD_END))
    learner.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - 2 - 256,
        min_frequency=2,
        end_of_word_suffix=WORD_END,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    learner.train_from_iterator(captions, trainer)
    merges = [(left, right) for left, right in json.loads(learner.to_str())["model"]["merges"]]
    return CLIPTokenizer(
        vocab=_vocabulary(merges),
        merges=merges,  # type: ignore[arg-type]  # pairs, as the fast tokenizer takes them; the hint knows strings only
        bos_token=START,
        eos_token=END,
        unk_token=END,
        pad_token=END,
        model_max_length=max_length,
    )


def save_tokenizer(tokenizer: CLIPTokenizer, folder: Path) -> None:
    """Write tokenizer.json and the classic vocab.json and merges.txt beside it."""
    tokenizer.backend_tokenizer.no_padding()  # a state of its last call, which would be saved
    tokenizer.backend_tokenizer.no_truncation()
    model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    with whole_folder(folder) as temporary:
        tokenizer.save_pretrained(temporary)
        (temporary / "vocab.json").write_text(json.dumps(model["vocab"], ensure_ascii=False), encoding="utf-8")
        lines = ["#version: 0.2", *(" ".join(pair) for pair in model["merges"])]
        (temporary / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def load_tokenizer(folder: Path) -> CLIPTokenizer:
    """Read what `save_tokenizer` wrote, or any CLIP tokenizer."""
    tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    assert isinstance(tokenizer, CLIPTokenizer)
    tokenizer.init_kwargs.pop("local_files_only", None)  # how it was read is nothing to save with it
    return tokenizer


def take_tokenizer(folder: Path) -> CLIPTokenizer:
    """The tokenizer that a recipe names; raises ValueError where there is none."""
    if not folder.is_dir():
        raise ValueError(f"tokenizer.initial: {folder} holds no CLIP tokenizer: there is no such folder")
    try:
        return load_tokenizer(folder)
    except (OSError, ValueError) as error:
        raise ValueError(f"tokenizer.initial: {folder} holds no CLIP tokenizer: {error}") from error


def token_windows(tokenizer: CLIPTokenizer) -> TokenWindows:
    """What divides captions into windows, with a tokenizer of its own, so that nobody else's settings reach it."""
    marks = (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id)
    start, end, padding = (mark for mark in marks if isinstance(mark, int))
    return TokenWindows(
        Tokenizer.from_str(tokenizer.backend_tokenizer.to_str()),
        window_length=tokenizer.model_max_length,
        start_token=start,
        end_token=end,
        padding_token=padding,
    )


def _vocabulary(merges: list[tuple[str, str]]) -> dict[str, int]:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*alphabet, *(byte + WORD_END for byte in alphabet), *(left + right for left, right in merges), START, END]
    return {token: index for index, token in enumerate(dict.fromkeys(tokens))}
