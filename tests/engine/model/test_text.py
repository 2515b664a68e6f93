"""SDXL's two text encoders against diffusers' own, and what several windows give."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from tokenizers import Tokenizer

from engine.bundle.manifest import SECOND_TEXT_ENCODER_FILE, TEXT_ENCODER_FILE, load_bundle
from engine.description import Description
from engine.errors import NotFiniteError
from engine.model.text import TextEncoders
from engine.prompt.planner import PromptPlan, PromptPlanner
from engine.sessions.runtime import onnxruntime

TEXT = "a woman in a red plaid shirt, long brown hair"


class Graph:
    """A graph of a bundle, and how often it ran."""

    input_names = ("input_ids",)

    def __init__(self, path: Path) -> None:
        self._session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self.runs = 0

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]]) -> npt.NDArray[np.float32]:
        self.runs += 1
        output: npt.NDArray[np.float32] = self._session.run(None, dict(inputs))[0]
        return output


@pytest.fixture(scope="module")
def graphs(sdxl_bundle: Path) -> tuple[Graph, Graph]:
    return Graph(sdxl_bundle / TEXT_ENCODER_FILE), Graph(sdxl_bundle / SECOND_TEXT_ENCODER_FILE)


@pytest.fixture
def encoders(sdxl_bundle: Path, graphs: tuple[Graph, Graph]) -> TextEncoders:
    return TextEncoders(load_bundle(sdxl_bundle).manifest, *graphs)


@pytest.fixture(scope="module")
def planner(tokenizer: Tokenizer) -> PromptPlanner:
    marks = {
        "start_token": tokenizer.token_to_id("<|startoftext|>"),
        "end_token": tokenizer.token_to_id("<|endoftext|>"),
    }
    return PromptPlanner(tokenizer, window_length=77, padding_token=marks["end_token"], **marks)


def plan(planner: PromptPlanner, text: str) -> PromptPlan:
    return planner.plan(Description(text=text, spans=()))


def test_one_window_equals_diffusers(encoders: TextEncoders, planner: PromptPlanner, sdxl_checkpoint: Path) -> None:
    from diffusers import StableDiffusionXLPipeline

    pipeline: Any = StableDiffusionXLPipeline.from_pretrained(sdxl_checkpoint, local_files_only=True)
    # The empty text as it is encoded: the pipeline zeroes it only where no negative prompt is given.
    with torch.no_grad():
        expected = pipeline.encode_prompt(TEXT, negative_prompt="", device=torch.device("cpu"))
    found = plan(planner, TEXT)
    words, nothing = encoders.encode(found.windows), encoders.encode(found.negative_windows)
    for mine, theirs in zip((words.states, nothing.states, words.pooled, nothing.pooled), expected, strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), atol=2e-5)
    assert np.abs(nothing.pooled).max() > 0.01


def test_windows_lie_end_to_end_and_the_first_gives_the_pooled_embedding(
    encoders: TextEncoders, planner: PromptPlanner
) -> None:
    windows = plan(planner, f"{TEXT}, " * 20).windows
    assert len(windows) > 2
    encoded = encoders.encode(windows)
    assert encoded.states.shape == (len(windows), 77, 16 + 32)
    for window, states in zip(windows, encoded.states, strict=True):
        np.testing.assert_array_equal(encoders.encode(window[None]).states[0], states)
    np.testing.assert_array_equal(encoded.pooled, encoders.encode(windows[:1]).pooled)
    assert np.abs(encoded.pooled - encoders.encode(windows[-1:]).pooled).max() > 1e-4


def test_a_window_is_encoded_once(encoders: TextEncoders, graphs: tuple[Graph, Graph], planner: PromptPlanner) -> None:
    windows = plan(planner, "a man").windows
    before = [graph.runs for graph in graphs]
    first, second = encoders.encode(windows), encoders.encode(windows)
    assert [graph.runs for graph in graphs] == [runs + 1 for runs in before]
    np.testing.assert_array_equal(first.states, second.states)


def test_a_state_that_is_no_number_is_an_error(sdxl_bundle: Path, planner: PromptPlanner) -> None:
    class Broken:
        input_names = ("input_ids",)

        def run(self, inputs: Mapping[str, npt.NDArray[np.generic]]) -> npt.NDArray[np.float32]:
            return np.full((1, 77, 56), np.nan, np.float32)

    manifest = load_bundle(sdxl_bundle).manifest
    with pytest.raises(NotFiniteError, match="text encoder"):
        TextEncoders(manifest, Graph(sdxl_bundle / TEXT_ENCODER_FILE), Broken()).encode(plan(planner, "a").windows)
