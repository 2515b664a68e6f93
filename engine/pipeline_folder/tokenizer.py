"""The tokenizers of a model, which for SDXL are two that must read the same words."""

import json

from transformers import CLIPTokenizer

from engine.pipeline_folder.source import Source


def load_tokenizer(source: Source, part: str = "tokenizer") -> CLIPTokenizer:
    """A CLIP tokenizer of a checkpoint, from tokenizer.json or from vocab.json and merges.txt.

    Raises:
        ValueError: There is none.
    """
    folder = source.folders[part]
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise ValueError(f"{folder}: holds neither tokenizer.json nor vocab.json and merges.txt")
    tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    assert isinstance(tokenizer, CLIPTokenizer)
    return tokenizer


def second_padding_token(source: Source, first: CLIPTokenizer) -> int:
    """What the second tokenizer pads with; all else must be as in the first, so that one plan of windows fits both."""
    second = load_tokenizer(source, "tokenizer_2")
    for what, one, other in (
        ("words", _words(first), _words(second)),
        ("marks", (first.bos_token_id, first.eos_token_id), (second.bos_token_id, second.eos_token_id)),
        ("length", first.model_max_length, second.model_max_length),
    ):
        if one != other:
            raise ValueError(f"{source.folders['tokenizer_2']}: its {what} must be those of the first tokenizer")
    return int(second.pad_token_id)


def _words(tokenizer: CLIPTokenizer) -> tuple[object, object]:
    model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    return model["vocab"], model["merges"]
