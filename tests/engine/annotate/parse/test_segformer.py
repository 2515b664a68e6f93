"""A tiny SegFormer with random weights: its labels are those of transformers' own way, and a wrong one is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import SegformerConfig, SegformerForSemanticSegmentation

from engine.annotate.parse.parser import ATR_LABELS
from engine.annotate.parse.segformer import SegformerParser

#: As mattmdjaga/segformer_b2_clothes writes them.
NAMES = [name.capitalize() for name in ATR_LABELS]


def save(folder: Path, names: list[str]) -> Path:
    config = SegformerConfig(
        num_encoder_blocks=2,
        depths=[1, 1],
        sr_ratios=[2, 1],
        hidden_sizes=[8, 16],
        patch_sizes=[7, 3],
        strides=[4, 2],
        num_attention_heads=[1, 2],
        mlp_ratios=[2, 2],
        decoder_hidden_size=16,
        num_labels=len(names),
        id2label=dict(enumerate(names)),
        label2id={name: number for number, name in enumerate(names)},
    )
    torch.manual_seed(0)
    SegformerForSemanticSegmentation(config).save_pretrained(folder)
    told = {"size": {"height": 64, "width": 64}, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]}
    (folder / "preprocessor_config.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_labels_are_those_of_the_networks_logits(tmp_path: Path, picture) -> None:
    parser = SegformerParser(str(save(tmp_path, NAMES)))
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    network = SegformerForSemanticSegmentation.from_pretrained(tmp_path).eval()
    image = torch.from_numpy((pixels.astype(np.float32) / 255 - 0.5) / 0.25).permute(2, 0, 1)[None]
    with torch.inference_mode():
        logits = network(pixel_values=image).logits
    whole = torch.nn.functional.interpolate(logits, size=(64, 64), mode="bilinear")
    labels = parser.labels(pixels)
    assert labels.dtype == np.uint8 and (labels == whole[0].argmax(0).numpy()).all()
    assert parser.labels(pixels[:50, :20]).shape == (50, 20)


def test_other_labels_are_refused(tmp_path: Path) -> None:
    names = [*NAMES[:-1], "Cape"]
    with pytest.raises(ValueError, match="labels must be background, hat.*Cape"):
        SegformerParser(str(save(tmp_path, names)))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no SegFormer can be loaded"):
        SegformerParser(str(tmp_path))
