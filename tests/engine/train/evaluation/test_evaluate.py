"""Evaluation end to end: unseen figures describe, somebody paints, a judge answers, tables and files tell."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from PIL import Image

from engine.description import Description, Group
from engine.request.events import Event, Finished, ImageReady, Queued, Timings
from engine.request.request import GenerationRequest
from engine.train.evaluation.command import Options, run
from engine.train.evaluation.evaluate import evaluate
from engine.train.evaluation.sources import EnginePainter, FigurePainter, FolderPainter, Order, Style, by_size
from engine.train.evaluation.unseen_figures import FIRST_SEED, STYLES, Wording, make_case, make_cases
from engine.train.figures import draw_figure, sample_figure
from engine.train.judge.judge import Judge
from engine.train.judge.network import JudgeNetwork
from engine.train.questions.table import ABSENT, BY_KEY

NOWHERE = Path("nowhere")


@pytest.fixture
def judge() -> Judge:
    torch.manual_seed(0)
    return Judge(JudgeNetwork((8, 8, 12)), {"widths": [8, 8, 12]})


class DrawingEngine:
    """An engine that draws figures instead of sampling a model; the seed of a request is the figure's."""

    def __init__(self, *, silent: bool = False) -> None:
        self.requests: list[GenerationRequest] = []
        self.silent = silent
        self.running = self.most_running = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.running == 0

    async def generate(self, request: GenerationRequest) -> AsyncIterator[Event]:
        self.requests.append(request)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            yield Queued(position=0)
            await asyncio.sleep(0)  # as one that computes elsewhere
            assert request.seed is not None
            picture = draw_figure(sample_figure(request.seed)).image
            file = io.BytesIO()
            Image.fromarray(picture).save(file, format="PNG")
            if not self.silent:
                yield ImageReady(
                    index=0,
                    seed=request.seed,
                    data=file.getvalue(),
                    media_type="image/png",
                    width=picture.shape[1],
                    height=picture.shape[0],
                )
            yield Finished(timings=Timings(**dict.fromkeys(Timings.__dataclass_fields__, 0.0)))
        finally:
            self.running -= 1


def unparsed(text: str) -> Description:
    return Description(text=text, spans=())


def test_descriptions_are_unseen_and_repeat() -> None:
    assert FIRST_SEED == 1_000_000
    texts: dict[str, list[str]] = {}
    for seed in range(FIRST_SEED, FIRST_SEED + 6):
        case = make_case(seed)
        assert case.order == make_case(seed).order
        texts.setdefault(STYLES[seed % 3], []).append(case.order.text)
        assert case.figure.shape == (case.order.height, case.order.width, 3)
        assert case.asked.keys() <= BY_KEY.keys()
        assert ABSENT not in case.asked.values()
        assert {"gender", "background"} <= case.asked.keys()
    assert all("." not in text and text.count(", ") > 4 for text in texts["list"])
    assert all(text.endswith(".") and ". " in text for text in texts["prose"])
    assert len(texts["everyday"]) == 2


def test_short_descriptions_say_who_and_a_few_things_and_only_those_are_asked() -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + 9):
        whole, short, shortest = (make_case(seed, Wording(phrases=count)) for count in (None, 3, 1))
        assert (short.figure == whole.figure).all()
        assert len(short.order.text) < len(whole.order.text)
        assert len(short.asked) < len(whole.asked)
        assert "gender" in short.asked
        assert shortest.asked.keys() == {"gender", "age"}
        assert make_case(seed, Wording(phrases=99)).order == whole.order


def test_brief_descriptions_say_one_thing_about_each_and_name_it_still() -> None:
    garments = ("top", "bottom", "dress", "outerwear", "neckwear")
    for seed in range(FIRST_SEED, FIRST_SEED + 30):
        whole, brief = make_case(seed), make_case(seed, Wording(attributes=1))
        assert brief.asked.keys() <= whole.asked.keys() and (brief.figure == whole.figure).all()
        for garment in garments:
            told = {key for key in brief.asked if key.startswith(f"{garment} ")} - {f"{garment} type"}
            assert len(told) <= 1, brief.order.text
            assert f"{garment} type" in brief.asked or f"{garment} type" not in whole.asked
        assert ("facial hair" in brief.asked) == ("facial hair" in whole.asked)  # a beard, not just "grey"
        assert make_case(seed, Wording(attributes=9)).order == whole.order


def test_descriptions_about_a_group_are_of_figures_that_have_it() -> None:
    wording = Wording(phrases=2, attributes=1, about=Group.DRESS)
    cases = make_cases(6, FIRST_SEED, wording)
    assert [case.order.seed for case in cases] == sorted({case.order.seed for case in cases})
    for case in cases:
        assert [phrase.group for phrase in case.phrases] == [Group.PERSON, Group.DRESS]
        assert len(case.phrases[1].attributes) == 1 and "dress" in case.order.text.lower()
    assert make_case(cases[-1].order.seed, wording).order == cases[-1].order


def test_figures_score_the_ceiling(judge: Judge) -> None:
    evaluation = evaluate(FigurePainter(), judge, make_cases(4))
    assert len(evaluation.verdicts) == 4
    for score in (*evaluation.by_question, *evaluation.by_kind, *evaluation.promised):
        assert score.right == score.ceiling
    assert "at least 80%: missed" in evaluation.text()


def test_figures_through_an_autoencoder_are_its_reconstructions() -> None:
    torch.manual_seed(0)
    # Attention among all pixels would take most of a minute.
    vae = AutoencoderKL(
        block_out_channels=(8,), norm_num_groups=4, latent_channels=2, mid_block_add_attention=False
    ).eval()
    orders = [make_case(seed).order for seed in range(FIRST_SEED, FIRST_SEED + 5)]
    made = FigurePainter(autoencoder=vae).paint(orders)
    for order, picture in zip(orders, made, strict=True):
        pixels = torch.from_numpy(draw_figure(sample_figure(order.seed)).image.copy()).permute(2, 0, 1)[None]
        with torch.no_grad():
            again = vae.decode(vae.encode(pixels.float() / 127.5 - 1).latent_dist.mean).sample[0].permute(1, 2, 0)
        wanted = ((again.clamp(-1, 1) + 1) * 127.5).numpy()
        assert picture.dtype == np.uint8 and np.abs(picture - wanted).max() < 1.01


def test_the_engine_paints_what_was_ordered(judge: Judge) -> None:
    engine = DrawingEngine()
    style = Style(steps=7, guidance_scale=2.0, sampler="ddim", guidance_interval=(0.1, 0.6))
    painter = EnginePainter(open=lambda: engine, parse=unparsed, style=style)
    evaluation = evaluate(painter, judge, make_cases(20))
    requests = sorted(engine.requests, key=lambda request: request.seed or 0)
    assert [request.seed for request in requests] == list(range(FIRST_SEED, FIRST_SEED + 20))
    for request, verdict in zip(requests, evaluation.verdicts, strict=True):
        assert request.description.text == verdict.text
        assert (request.steps, request.guidance_scale, request.sampler, request.num_images) == (7, 2.0, "ddim", 1)
        assert request.guidance_interval == (0.1, 0.6)
    assert 1 < engine.most_running <= 16
    for verdict, picture in zip(evaluation.verdicts, evaluation.pictures, strict=True):
        assert np.array_equal(picture, draw_figure(sample_figure(verdict.seed)).image)


def test_an_engine_without_a_picture_is_an_error() -> None:
    painter = EnginePainter(open=lambda: DrawingEngine(silent=True), parse=unparsed)
    with pytest.raises(ValueError, match="ended the request of seed 3 without a picture"):
        painter.paint([Order(seed=3, text="a man", width=128, height=192)])


def test_pictures_are_found_by_seed(tmp_path: Path) -> None:
    orders = [make_case(seed).order for seed in (FIRST_SEED, FIRST_SEED + 1)]
    pictures = FigurePainter().paint(orders)
    Image.fromarray(pictures[0]).save(tmp_path / f"{orders[0].seed}.png")
    Image.fromarray(pictures[1]).save(tmp_path / f"{orders[1].seed:08d}.webp", lossless=True)
    for found, picture in zip(FolderPainter(folder=tmp_path).paint(orders), pictures, strict=True):
        assert np.array_equal(found, picture)


def test_missing_damaged_and_wrong_pictures_are_named(tmp_path: Path) -> None:
    order = Order(seed=5, text="", width=16, height=24)
    painter = FolderPainter(folder=tmp_path)
    with pytest.raises(ValueError, match="no picture of seed 5, such as 5.png"):
        painter.paint([order])
    (tmp_path / "5.png").write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"5\.png cannot be read"):
        painter.paint([order])
    Image.new("RGB", (24, 16)).save(tmp_path / "5.png")
    with pytest.raises(ValueError, match=r"5\.png must be 16x24 as its figure is, got 24x16"):
        painter.paint([order])


def test_batches_are_of_one_size() -> None:
    sizes = [(128, 192), (160, 160), (128, 192), (128, 192)]
    orders = [Order(seed=0, text="", width=width, height=height) for width, height in sizes]
    assert by_size(orders, 2) == [[0, 2], [3], [1]]


def test_the_command_writes_tables_questions_and_a_sheet(
    judge: Judge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge.save(tmp_path / "judge")
    options = Options(
        bundle=Path("unused"), num=3, phrases=4, attributes=2, judge=tmp_path / "judge", out=tmp_path / "out"
    )
    assert run(options, load_engine=lambda bundle: DrawingEngine()) == 0
    assert "Acc_all" in capsys.readouterr().out
    result = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert (result["num"], result["phrases_at_most"], result["attributes_at_most"]) == (3, 4, 2)
    assert all(len(picture["asked"]) < 12 for picture in result["pictures"])
    assert [picture["seed"] for picture in result["pictures"]] == [1_000_000, 1_000_001, 1_000_002]
    assert all(picture["asked"].keys() <= picture["seen"].keys() for picture in result["pictures"])
    with Image.open(tmp_path / "out" / "contact_sheet.png") as sheet:
        assert sheet.width > 800


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"figures": True, "num": 0}, "num must be at least 1"),
        ({"figures": True, "phrases": 0}, "phrases must be at least 1, got 0"),
        ({"figures": True, "attributes": 0}, "attributes must be at least 1, got 0"),
        ({"figures": True, "about": "hat"}, "--about must be one of shot, person,"),
        ({"figures": True, "about": "dress", "phrases": 1}, "phrases must be at least 2 to tell of dress, got 1"),
        ({"figures": True, "about": "style"}, "figures that show style are too rare: 0 of 100, 1 were asked for"),
        ({}, "name the pictures: --bundle DIR, --pipeline DIR, --images DIR or --figures"),
        ({"bundle": Path("somewhere")}, "run `cosmicman evaluate --bundle"),
        ({"pipeline": NOWHERE}, "nowhere is no pipeline folder"),
        ({"pipeline": NOWHERE, "sampler": "euler"}, "brings its own sampler"),
        ({"pipeline": NOWHERE, "guidance_interval": (0, 0.5)}, "a guidance interval needs a bundle"),
        ({"figures": True, "judge": NOWHERE}, "nowhere holds no readable judge"),
        ({"pipeline": NOWHERE, "autoencoder": NOWHERE}, "--autoencoder goes with --figures"),
    ],
)
def test_mistakes_are_one_line(
    judge: Judge, tmp_path: Path, caplog: pytest.LogCaptureFixture, told: dict[str, Any], message: str
) -> None:
    judge.save(tmp_path)
    assert run(Options(**{"judge": tmp_path, "num": 1, **told})) == 2
    assert message in caplog.text
