"""Long captions take windows as they do when served, no phrase is cut, and fixed captions stay fixed."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from transformers import CLIPTokenizer

from engine.description import Description, Group, Span
from engine.description.wording.caption import Phrase
from engine.prompt.planner import PromptPlanner
from engine.train.captions.discretise import Discretised
from engine.train.captions.draw import Captions
from engine.train.captions.tokenizer import token_windows, train_tokenizer
from engine.train.data.byte_ranges import ByteRange
from engine.train.data.framing import frame
from engine.train.data.samples import Sample
from engine.train.recipe.caption import CaptionConfig

LENGTH = 77
CONFIG = CaptionConfig(list_fraction=1.0, phrase_dropout=0.0, caption_dropout=0.0, windows=3)
COLOURS = ("crimson", "ivory", "turquoise", "black")


def _phrase(number: int) -> Phrase:
    colour = COLOURS[number % 4]
    attributes = (("color", colour), ("material", "heavy woven cotton"), ("pattern", f"pattern {number}"))
    return Phrase(group=Group.TOP, attributes=attributes, noun="blouse", regions=(4,), slot=6)


def _sample(*phrases: Phrase, where: str = "rows_0.parquet row 3") -> Sample:
    nowhere = ByteRange(file=Path("nowhere.png"))
    size = (16, 24)
    return Sample(
        picture=nowhere, labels=nowhere, frame=frame(size, [size]), mirrored=False, phrases=phrases, where=where
    )


@pytest.fixture(scope="module")
def tokenizer() -> CLIPTokenizer:
    return train_tokenizer(["crimson ivory turquoise black heavy woven cotton pattern blouse"] * 3, 800, LENGTH)


def _captions(tokenizer: CLIPTokenizer, config: CaptionConfig, *samples: Sample) -> Captions:
    return Captions(samples, token_windows(tokenizer), config, 0)


def _tokens(tokenizer: CLIPTokenizer, caption: Discretised, place: int) -> str:
    span = caption.spans[place]
    return str(tokenizer.decode(list(caption.ids[span.start : span.end]))).strip()


@pytest.mark.parametrize("list_fraction", [0.0, 1.0])
def test_no_phrase_is_cut_by_the_end_of_a_window(tokenizer: CLIPTokenizer, list_fraction: float) -> None:
    config = replace(CONFIG, list_fraction=list_fraction)
    captions = _captions(tokenizer, config, _sample(*map(_phrase, range(14))))
    for seed in range(20):
        caption = captions.draw(0, random.Random(seed))
        assert len(caption.ids) in (2 * LENGTH, 3 * LENGTH) and len(caption.spans) == 14  # nothing is left out
        for window in torch.tensor(caption.ids).view(-1, LENGTH).tolist():
            assert window[0] == tokenizer.bos_token_id and tokenizer.eos_token_id in window
        for place, span in enumerate(caption.spans):
            assert span.start // LENGTH == (span.end - 1) // LENGTH
            said = _tokens(tokenizer, caption, place)
            assert all(word in said for word in (*span.phrase.words[0].split(), "blouse")), said


def test_captions_to_look_at_say_everything(tokenizer: CLIPTokenizer) -> None:
    thinned = replace(
        CONFIG, phrase_dropout=0.5, attribute_dropout=0.5, short_fraction=1.0, short_dropout=0.9,
        caption_dropout=0.5, everyday_fraction=1.0,
    )  # fmt: skip
    captions = _captions(tokenizer, thinned, *(_sample(*map(_phrase, range(3))) for _ in range(8)))
    for number in range(8):
        shown = captions.whole(number, number)
        assert [len(span.phrase.attributes) for span in shown.spans] == [3, 3, 3]
        assert ("." in shown.text) == (number % 2 == 0)  # prose, or a list


def test_phrases_beyond_the_last_window_leave_whole(tokenizer: CLIPTokenizer) -> None:
    phrases = tuple(map(_phrase, range(30)))
    caption = _captions(tokenizer, replace(CONFIG, windows=2), _sample(*phrases)).draw(0, random.Random(1))
    assert len(caption.ids) == 2 * LENGTH and 5 < len(caption.spans) < 30
    assert len({span.start for span in caption.spans}) == len(caption.spans)


def test_training_divides_a_text_as_serving_does(tokenizer: CLIPTokenizer) -> None:
    captions = _captions(tokenizer, CONFIG, _sample(*map(_phrase, range(14))))
    start, end = int(tokenizer.bos_token_id), int(tokenizer.eos_token_id)
    planner = PromptPlanner(
        Tokenizer.from_str(tokenizer.backend_tokenizer.to_str()),
        window_length=LENGTH,
        start_token=start,
        end_token=end,
        padding_token=int(tokenizer.pad_token_id),
    )
    for seed in range(10):
        caption = captions.draw(0, random.Random(seed))
        bounds, at = [], 0
        for piece in caption.text.split(", "):
            bounds.append(Span(start=at, end=at + len(piece), group=Group.TOP))
            at += len(piece) + 2
        plan = planner.plan(Description(text=caption.text, spans=tuple(bounds)))
        assert plan.windows.ravel().tolist() == list(caption.ids)
        assert [(one.positions[0], one.positions[-1] + 1) for one in plan.spans] == [
            (span.start, span.end) for span in caption.spans
        ]


def test_a_batch_has_as_many_windows_as_its_longest_caption(tokenizer: CLIPTokenizer) -> None:
    captions = _captions(tokenizer, CONFIG, _sample(_phrase(0)), _sample(*map(_phrase, range(14))))
    short, long = (captions.draw(index, random.Random(0)) for index in range(2))
    ids = captions.ids([short, long])
    assert ids.shape == (2, 2, LENGTH)
    empty = [tokenizer.bos_token_id, *[tokenizer.eos_token_id] * (LENGTH - 1)]
    assert ids[0, 1].tolist() == empty and ids[1].flatten().tolist() == list(long.ids)


def test_a_sample_has_only_so_many_fixed_captions(tokenizer: CLIPTokenizer) -> None:
    config = replace(CONFIG, variants=3, caption_dropout=0.25, phrase_dropout=0.3)
    sample = _sample(*map(_phrase, range(5)))
    captions, again = (_captions(tokenizer, config, sample) for _ in range(2))
    drawn = [captions.draw(0, random.Random(seed)) for seed in range(200)]
    assert {caption.text for caption in drawn} == {caption.text for caption in again.variants()}
    assert 0.15 < sum(caption.text == "" for caption in drawn) / 200 < 0.35  # dropped at the step, not for good
    assert captions.fingerprint == again.fingerprint
    for other in (replace(config, variants=2), replace(config, windows=2)):
        assert _captions(tokenizer, other, sample).fingerprint != captions.fingerprint
    assert _captions(tokenizer, config, _sample(_phrase(0))).fingerprint != captions.fingerprint
    assert _captions(tokenizer, replace(config, caption_dropout=0.0), sample).fingerprint == captions.fingerprint


def test_a_row_of_which_no_phrase_fits_is_refused_before_training(tokenizer: CLIPTokenizer) -> None:
    endless = Phrase(group=Group.TOP, attributes=(("color", "x" * 300),), noun="blouse", regions=(4,))
    with pytest.raises(ValueError, match=r"rows_0\.parquet row 3: no phrase fits 77 tokens; the shortest has 3\d\d"):
        _captions(tokenizer, CONFIG, _sample(endless))
    both = _captions(tokenizer, replace(CONFIG, phrase_dropout=0.9), _sample(endless, _phrase(0)))
    for seed in range(20):  # also where the phrase that fits was dropped at first
        assert [span.phrase for span in both.draw(0, random.Random(seed)).spans] == [_phrase(0)]
