"""What the UNet is told of a text is what stock pipelines tell it, window by window, and the same from the cache."""

import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline

from engine.train.captions.draw import Captions
from engine.train.captions.text_cache import CachedReader
from engine.train.data.samples import Folder
from engine.train.recipe.caption import CaptionConfig
from engine.train.recipe.data import DataConfig
from engine.train.recipe.fit import FitConfig as Fit
from engine.train.recipe.losses import HolaConfig
from engine.train.recipe.model import BaseConfig, UnetConfig
from engine.train.recipe.recipe import Recipe
from engine.train.stages.base import Parts, base_parts, open_base
from tests.engine.train.conftest import SIZES

TEXTS = ("a woman in a red dress", "a man")


def parts_of(base: Path, data: Path) -> Parts:
    recipe = Recipe(
        name="read",
        data=DataConfig(folder=data, sizes=SIZES),
        base=BaseConfig(pipeline=str(base)),
        unet=UnetConfig(fit=Fit(steps=1, batch_size=1, learning_rate=1.0)),
        hola=HolaConfig(strides=(8,)),
    )
    assert recipe.base is not None
    return base_parts(recipe, open_base(recipe.base))


@pytest.fixture(scope="module")
def sd(checkpoint: Path, data: Path) -> Parts:
    return parts_of(checkpoint, data)


@pytest.fixture(scope="module")
def sdxl(sdxl_checkpoint: Path, data: Path) -> Parts:
    return parts_of(sdxl_checkpoint, data)


def _ids(parts: Parts, *texts: str) -> torch.Tensor:
    windows = [parts.reader.windows.split(text, [None] * len(text)) for text in texts]
    return torch.from_numpy(np.stack([parts.reader.windows.ids(each, 2) for each in windows]))


def test_sd_reads_the_last_state_of_each_window(sd: Parts, checkpoint: Path) -> None:
    pipeline = DiffusionPipeline.from_pretrained(checkpoint, local_files_only=True)
    first = pipeline.encode_prompt(list(TEXTS), "cpu", 1, False)[0]
    empty = pipeline.encode_prompt("", "cpu", 1, False)[0]
    states = sd.reader.read(_ids(sd, *TEXTS))
    assert states.pooled is None and states.context.shape == (2, 2 * 77, 32)
    torch.testing.assert_close(states.context[:, :77], first)
    torch.testing.assert_close(states.context[:, 77:], empty.expand(2, -1, -1))


def test_sdxl_reads_both_encoders_and_pools_the_first_window(sdxl: Parts, sdxl_checkpoint: Path) -> None:
    pipeline = DiffusionPipeline.from_pretrained(sdxl_checkpoint, local_files_only=True)
    first, _, pooled, _ = pipeline.encode_prompt(list(TEXTS), device="cpu", do_classifier_free_guidance=False)
    states = sdxl.reader.read(_ids(sdxl, *TEXTS))
    assert states.context.shape == (2, 2 * 77, 16 + 32) and states.context.dtype == torch.float32
    torch.testing.assert_close(states.context[:, :77], first)
    assert states.pooled is not None and states.pooled.dtype == torch.float32
    torch.testing.assert_close(states.pooled, pooled)
    assert all(not value.requires_grad for encoder in sdxl.reader.encoders for value in encoder.parameters())


@pytest.mark.parametrize("family", ["sd", "sdxl"])
def test_cached_states_are_those_of_the_encoders(
    family: str, data: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    parts: Parts = request.getfixturevalue(family)
    config = CaptionConfig(variants=2, windows=3)
    samples = Folder(DataConfig(folder=data, sizes=SIZES, limit=5)).samples
    captions = Captions(samples, parts.reader.windows, config, 0)
    cached = CachedReader(parts.reader, captions, tmp_path)
    ids = captions.ids(list(captions.variants()))
    live, stored = parts.reader.read(ids), cached.read(ids)
    torch.testing.assert_close(stored.context, live.context, atol=2e-3, rtol=2e-3)
    if live.pooled is None:
        assert stored.pooled is None
    else:
        torch.testing.assert_close(stored.pooled, live.pooled, atol=1e-6, rtol=1e-5)
    written = {file: file.stat().st_mtime_ns for file in cached.folder.iterdir()}
    assert CachedReader(parts.reader, captions, tmp_path).folder == cached.folder  # made once
    assert {file: file.stat().st_mtime_ns for file in cached.folder.iterdir()} == written
    other = Captions(samples, parts.reader.windows, config, 1)
    with pytest.raises(ValueError, match="lacks a caption that this run draws: delete it"):
        cached.read(other.ids(list(other.variants())))


def test_only_the_main_process_writes_and_others_wait(sd: Parts, data: Path, tmp_path: Path) -> None:
    samples = Folder(DataConfig(folder=data, sizes=SIZES, limit=2)).samples
    captions = Captions(samples, sd.reader.windows, CaptionConfig(variants=1, windows=3), 0)
    found: list[Path] = []
    other = threading.Thread(
        target=lambda: found.append(CachedReader(sd.reader, captions, tmp_path, is_main=False).folder)
    )
    other.start()
    other.join(timeout=0.5)
    assert other.is_alive() and not list(tmp_path.iterdir())
    made = CachedReader(sd.reader, captions, tmp_path)
    other.join()
    assert found == [made.folder]
