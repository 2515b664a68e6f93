"""A tiny CLIP model, for all that is read off one."""

from pathlib import Path

import pytest
import torch
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPProcessor, CLIPTextConfig, CLIPVisionConfig

from engine.train.captions.tokenizer import load_tokenizer


@pytest.fixture(scope="module")
def clip(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny CLIP model with random weights, as `save_pretrained` writes it."""
    torch.manual_seed(0)
    tokenizer = load_tokenizer(finished / "tokenizer")
    sizes = {"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = CLIPTextConfig(vocab_size=len(tokenizer), eos_token_id=tokenizer.eos_token_id, **sizes)
    vision = CLIPVisionConfig(image_size=16, patch_size=8, **sizes)
    config = CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=6)
    folder = tmp_path_factory.mktemp("clip")
    CLIPModel(config).save_pretrained(folder)
    size = {"height": 16, "width": 16}
    images = CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size=size)
    CLIPProcessor(image_processor=images, tokenizer=tokenizer).save_pretrained(folder)
    return folder
