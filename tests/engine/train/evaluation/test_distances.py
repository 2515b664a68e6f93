"""Fréchet distance against its closed form, features from folders, names that say whose features they are."""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import CLIPImageProcessorPil, CLIPModel, CLIPTextConfig, CLIPTextModel

from engine.train.evaluation.command import Options, run
from engine.train.evaluation.distances import (
    Features,
    clip_score,
    frechet_distance,
    inception_features,
    load_clip,
    preference_scores,
    transformers_features,
)
from engine.train.evaluation.sources import FigurePainter, Pixels
from engine.train.judge.judge import Judge
from engine.train.judge.network import JudgeNetwork


class Mean(torch.nn.Module):
    """2,048 features of a picture, as Inception has them."""

    def forward(self, pictures: torch.Tensor, return_features: bool = True) -> torch.Tensor:
        return pictures.float().mean((2, 3)).repeat(1, 683)[:, :2048]


class Narrow(torch.nn.Module):
    """Too few features."""

    def forward(self, pictures: torch.Tensor, return_features: bool = True) -> torch.Tensor:
        return pictures.float().mean((2, 3))


def vectors(rows: np.ndarray) -> tuple[list[Pixels], Features]:
    """Pictures that stand for given vectors, and the features that give them back."""
    table = {id(row): row for row in rows}
    pictures = list(table.values())
    features = Features(
        distance_name="given", compute=lambda some: torch.from_numpy(np.stack([table[id(one)] for one in some]))
    )
    return pictures, features


def test_it_is_the_closed_form_of_two_normal_distributions() -> None:
    rng = np.random.default_rng(0)
    base = rng.standard_normal((500, 4))
    base -= base.mean(0)
    base @= np.linalg.inv(np.linalg.cholesky(np.cov(base.T))).T  # exactly the unit covariance
    shift, scale = np.array([1.0, -2.0, 0.5, 0.0]), np.array([1.0, 2.0, 3.0, 0.5])
    rows = np.concatenate([base, base * scale + shift])
    pictures, features = vectors(rows)
    expected = float((shift**2).sum() + ((scale - 1) ** 2).sum())
    assert frechet_distance(pictures[:500], pictures[500:], features) == pytest.approx(expected, rel=1e-6)
    assert frechet_distance(pictures[:500], pictures[:500], features) == pytest.approx(0, abs=1e-6)


def test_correlated_features_take_the_matrix_root() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.standard_normal((300, 3)), rng.standard_normal((300, 3)) @ rng.standard_normal((3, 3))
    covariances = np.cov(one.T), np.cov(two.T)
    eigenvalues = np.linalg.eigvals(covariances[0] @ covariances[1]).real
    expected = ((one.mean(0) - two.mean(0)) ** 2).sum() + sum(np.trace(c) for c in covariances)
    expected -= 2 * np.sqrt(eigenvalues).sum()
    pictures, features = vectors(np.concatenate([one, two]))
    assert frechet_distance(pictures[:300], pictures[300:], features) == pytest.approx(float(expected), rel=1e-6)


def test_a_distance_needs_pictures_on_both_sides() -> None:
    pictures, features = vectors(np.zeros((3, 2)))
    with pytest.raises(ValueError, match="at least two pictures on each side, got 2 and 1"):
        frechet_distance(pictures[:2], pictures[2:], features)
    with pytest.raises(ValueError, match="got 0 and 0"):
        frechet_distance([], [], features)


def test_features_of_a_clip_folder(clip: Path) -> None:
    features = transformers_features(str(clip))
    assert features.distance_name == f"Frechet distance, CLIPModel features ({clip})"
    pictures = list(np.random.default_rng(0).integers(0, 256, (5, 20, 24, 3), np.uint8))
    found = features.compute(pictures)
    assert found.shape == (5, 6)
    model = CLIPModel.from_pretrained(clip).eval()
    pixels = CLIPImageProcessorPil.from_pretrained(clip)(images=pictures, return_tensors="pt")
    with torch.no_grad():
        embeds = model(input_ids=torch.zeros(1, 4, dtype=torch.long), **pixels).image_embeds
    torch.testing.assert_close(torch.nn.functional.normalize(found, dim=-1), embeds, atol=1e-5, rtol=1e-4)
    assert frechet_distance(pictures, pictures[::-1], features) == pytest.approx(0, abs=1e-6)


def test_clip_score_is_the_mean_of_cosines(clip: Path) -> None:
    pictures = list(np.random.default_rng(2).integers(0, 256, (3, 20, 24, 3), np.uint8))
    captions = ["a red sweater", "long hair", "a sweater " * 60]  # one longer than the text encoder reads
    model = load_clip(str(clip))
    score = clip_score(pictures, captions, model)
    alone = [clip_score([picture], [caption], model) for picture, caption in zip(pictures, captions, strict=True)]
    assert score == pytest.approx(sum(alone) / 3, abs=1e-3)
    assert 0 <= score <= 100 and math.isfinite(score)
    with pytest.raises(ValueError, match="at least one picture"):
        clip_score([], [], model)


def test_a_preference_score_is_each_pictures_own_in_the_models_scale(clip: Path) -> None:
    pictures = list(np.random.default_rng(3).integers(0, 256, (3, 20, 24, 3), np.uint8))
    captions = ["a red sweater", "long hair", "trousers"]
    model = load_clip(str(clip))
    scores = preference_scores(pictures, captions, model)
    inputs = model.processor(
        images=[Image.fromarray(picture) for picture in pictures], text=captions, return_tensors="pt", padding=True
    )
    with torch.no_grad():
        expected = model.model(**inputs).logits_per_image.diagonal()  # what PickScore's own example computes
    assert scores == pytest.approx(expected.tolist(), abs=1e-3)
    with pytest.raises(ValueError, match="at least one picture"):
        preference_scores([], [], model)


def test_the_command_tells_the_mean_preference_with_its_interval(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    Judge(JudgeNetwork((8, 8, 12)), {"widths": [8, 8, 12]}).save(tmp_path / "judge")
    told = {"judge": tmp_path / "judge", "out": tmp_path / "out"}
    assert run(Options(figures=True, num=4, preference=str(clip), **told)) == 0
    (found,) = json.loads((tmp_path / "out" / "evaluation.json").read_text())["distances"]
    low, high = found["interval_over_pictures"]
    assert low <= found["value"] <= high and found["value"] == pytest.approx(sum(found["scores"]) / 4)
    line = f"preference score ({clip}): {found['value']:.2f} ({low:.2f} .. {high:.2f}) over 4 pictures"
    assert line in capsys.readouterr().out


def test_the_command_names_every_number(clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    Judge(JudgeNetwork((8, 8, 12)), {"widths": [8, 8, 12]}).save(tmp_path / "judge")
    measured = {"features": str(clip), "clip": str(clip), "out": tmp_path / "out"}
    assert run(Options(figures=True, num=3, judge=tmp_path / "judge", **measured)) == 0
    out = capsys.readouterr().out
    assert f"Frechet distance, CLIPModel features ({clip}): 0.00 over 3 pictures and 3 of the reference" in out
    assert f"CLIP score ({clip}): " in out and "FID" not in out
    distances = json.loads((tmp_path / "out" / "evaluation.json").read_text())["distances"]
    assert [each["pictures"] for each in distances] == [3, 3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clip": "NOWHERE"}, "nowhere cannot be loaded"),
        ({"preference": "NOWHERE"}, "nowhere cannot be loaded"),
        ({"preference": "EMPTY"}, "empty cannot be loaded"),
        ({"features": "NOWHERE"}, "nowhere cannot be loaded"),
        ({"inception": "NOWHERE"}, "nowhere is no TorchScript file"),
        ({"features": "CLIP", "reference": "EMPTY"}, "empty holds no picture ("),
        ({"reference": "EMPTY"}, "--reference is what --features or --inception compare with: name one of them"),
        ({"autoencoder": "NOWHERE"}, "nowhere holds no AutoencoderKL"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_a_picture_is_made(
    clip: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, str],
    message: str,
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"NOWHERE": tmp_path / "nowhere", "CLIP": clip, "EMPTY": tmp_path / "empty"}
    monkeypatch.setattr(FigurePainter, "paint", lambda *_: pytest.fail("a picture was made"))
    told = {name: Path(places[value]) for name, value in options.items()}
    texts = {name: str(told[name]) for name in ("clip", "features", "preference") if name in told}
    assert run(Options(figures=True, num=3, **{**told, **texts})) == 2
    assert message in caplog.text


def test_fid_is_said_of_inception_alone(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(Mean()).save(str(tmp_path / "inception.pt"))
        torch.jit.script(Narrow()).save(str(tmp_path / "narrow.pt"))
    features = inception_features(tmp_path / "inception.pt")
    assert features.distance_name.startswith("FID (inception.pt, sha256 ")
    assert features.compute([np.full((8, 8, 3), 7, np.uint8)]).tolist() == [[7.0] * 2048]
    with pytest.raises(ValueError, match=r"must give 2048 features, got \[3\]"):
        inception_features(tmp_path / "narrow.pt").compute([np.zeros((8, 8, 3), np.uint8)])


def test_wrong_models_are_named(finished: Path, tmp_path: Path) -> None:
    text = CLIPTextModel(
        CLIPTextConfig(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2, vocab_size=9)
    )
    text.save_pretrained(tmp_path)
    (tmp_path / "damaged.pt").write_bytes(b"damaged")
    for call, message in (
        (lambda: transformers_features(str(tmp_path)), "cannot be loaded|must be a vision model"),
        (lambda: transformers_features(str(finished / "nowhere")), "nowhere cannot be loaded"),
        (lambda: load_clip(str(tmp_path)), "must be a CLIP model, got CLIPT"),
        (lambda: inception_features(tmp_path / "damaged.pt"), "damaged.pt is no TorchScript file"),
        (lambda: inception_features(tmp_path / "missing.pt"), "missing.pt is no TorchScript file"),
    ):
        with pytest.raises(ValueError, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)
