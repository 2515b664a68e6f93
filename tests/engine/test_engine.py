"""The engine over a tiny random bundle: events, refusals, cancelling, metadata."""

import asyncio
import hashlib
import io
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.bundle.manifest import UNET_FILE, VAE_DECODER_FILE
from engine.description import Description, Group, Span, parse
from engine.engine import (
    Engine,
    EngineSettings,
    Event,
    Finished,
    GenerationRequest,
    ImageReady,
    Queued,
    Started,
    Step,
)
from engine.errors import BundleError, BusyError, EngineStoppedError, NotFiniteError, RequestError
from engine.pictures.encode import read_provenance
from engine.prompt.planner import PromptPlan
from engine.scheduler import CostTable
from engine.scheduler.picture import Bucket

TEXT = "a woman in a red plaid shirt, long brown hair, hat and boots on a street"


def request(text: str = TEXT, **changes: Any) -> GenerationRequest:
    defaults: dict[str, Any] = {"seed": 11, "steps": 3}
    return GenerationRequest(description=Description(text=text, spans=()), **{**defaults, **changes})


async def collect(engine: Engine, wanted: GenerationRequest) -> list[Event]:
    return [event async for event in engine.generate(wanted)]


def pixels(event: ImageReady) -> np.ndarray:
    with Image.open(io.BytesIO(event.data)) as image:
        return np.asarray(image.convert("RGB"))


async def images(engine: Engine, wanted: GenerationRequest) -> list[np.ndarray]:
    ready = [event for event in await collect(engine, wanted) if isinstance(event, ImageReady)]
    return [pixels(event) for event in sorted(ready, key=lambda event: event.index)]


@pytest.fixture
def fixture_value(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue


@pytest.fixture
async def engine(bundle: Path) -> AsyncIterator[Engine]:
    async with Engine.load(bundle, EngineSettings(num_threads=1, warm_up=False)) as engine:
        yield engine


def psnr(left: np.ndarray, right: np.ndarray) -> float:
    error = np.mean((left.astype(np.float64) - right.astype(np.float64)) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255.0**2 / error))


async def test_events_come_in_order_and_tell_the_truth(engine: Engine) -> None:
    events = await collect(engine, request(num_images=2, guidance_scale=2.0))
    assert events[0] == Queued(position=0)
    planned = engine.prepare(request()).plan
    assert isinstance(planned, PromptPlan) and planned.num_tokens > 3
    assert events[1] == Started(
        seed=11, width=32, height=48, steps=3, guidance_scale=2.0, sampler="ddim", text_tokens=planned.num_tokens
    )
    assert [event for event in events if isinstance(event, Step)] == [Step(completed=n, total=6) for n in range(1, 7)]
    assert sorted(event.index for event in events if isinstance(event, ImageReady)) == [0, 1]
    assert isinstance(events[-1], Finished)
    timings = events[-1].timings
    assert timings.total_seconds >= timings.denoise_seconds > 0
    assert timings.decode_seconds > 0
    stats = engine.stats()
    assert (stats.finished_total, stats.images_total, stats.steps_total) == (1, 2, 6)
    assert (stats.running, stats.failed_total, stats.cancelled_total) == (0, 0, 0)


async def test_steps_and_the_end_say_when_everything_was(engine: Engine) -> None:
    events = await collect(engine, request(num_images=2, guidance_scale=2.0))
    steps = [event for event in events if isinstance(event, Step)]
    assert {step.bucket for step in steps} == {"8x12x77"}
    assert all(step.rows >= 2 and step.seconds > 0 for step in steps)
    ends = [step.ended_seconds for step in steps]
    assert ends == sorted(ends) and ends[0] >= steps[0].seconds
    end = events[-1]
    assert isinstance(end, Finished)
    assert [stage.name for stage in end.stages] == ["queue", "text", *["decode", "encode"] * 2]
    queue, text = end.stages[:2]
    assert queue.began_seconds == 0 and text.began_seconds == queue.seconds
    for stage in end.stages:
        assert 0 <= stage.began_seconds <= stage.began_seconds + stage.seconds <= end.timings.total_seconds


class RowsAreFree(CostTable):
    """Every forward costs the same, so that forwards are as large as they may be whatever this machine's clock says."""

    known = True

    def seconds(self, bucket: Bucket, rows: int) -> float:
        return 0.1


@pytest.mark.parametrize("max_rows", [1, 3, 8])
async def test_the_same_seed_gives_the_same_picture_alone_and_in_any_batch(max_rows: int, bundle: Path) -> None:
    """Sizes, samplers, steps, guidance, windows, priorities and numbers of pictures share forwards as they come."""
    requests = [
        request(sampler="euler_a", steps=6, guidance_scale=3.0, priority="low"),
        request("a man in a green coat", seed=5, steps=9, num_images=3, priority="high"),
        request(seed=6, sampler="euler", width=48, height=32, steps=4),
        request("black trousers " * 60, seed=7, guidance_scale=4.0, num_images=2),
        request("a woman in a blue dress", seed=5, steps=7, guidance_scale=1.0, deadline_seconds=3600),
    ]
    settings = EngineSettings(num_threads=1, warm_up=False, max_rows=max_rows)
    async with Engine.load(bundle, settings, costs=RowsAreFree()) as engine:
        alone = [await images(engine, wanted) for wanted in requests]
        before = engine.stats()
        together = await asyncio.gather(*(images(engine, wanted) for wanted in requests))
        stats = engine.stats()
    for one, other in zip(alone, together, strict=True):
        for left, right in zip(one, other, strict=True):
            assert np.abs(left.astype(int) - right.astype(int)).max() <= 1
    rows, forwards = stats.rows_total - before.rows_total, stats.forwards_total - before.forwards_total
    assert before.rows_total == rows, "the same work both times"
    assert forwards < before.forwards_total or max_rows == 1, "nothing was batched"


async def test_pictures_of_one_request_differ_and_do_not_depend_on_their_number(engine: Engine) -> None:
    three, [first] = await images(engine, request(num_images=3)), await images(engine, request())
    assert np.abs(three[0].astype(int) - first.astype(int)).max() <= 1
    assert psnr(three[0], three[1]) < 40
    assert psnr(three[1], three[2]) < 40


async def test_no_seed_draws_one_that_makes_the_picture_again(engine: Engine) -> None:
    events = await collect(engine, request(seed=None))
    [ready] = [event for event in events if isinstance(event, ImageReady)]
    [again] = await images(engine, request(seed=ready.seed))
    np.testing.assert_array_equal(pixels(ready), again)


@pytest.mark.parametrize("family", ["bundle", "sdxl_bundle"])
async def test_the_last_phrase_of_200_words_changes_the_picture(family: str, fixture_value: Any) -> None:
    words = ("a woman in a long brown coat over a blue shirt, " * 19).split()[:198]
    async with Engine.load(fixture_value(family), EngineSettings(num_threads=1, warm_up=False)) as engine:
        [one], [other] = [
            await images(engine, request(" ".join([*words, *last]), width=40, height=40))
            for last in (("red", "hat"), ("green", "boots"))
        ]
    assert np.abs(one.astype(int) - other.astype(int)).max() > 0


async def test_an_absence_acts_as_a_negative_description(engine: Engine) -> None:
    text = "a man with no hat, smiling"
    absent = Description(text=text, spans=(Span(start=11, end=17, group=Group.NEGATED),))
    [moved] = await images(engine, replace(request(guidance_scale=5.0), description=absent))
    [written] = await images(engine, request("a man, smiling", negative_description="hat", guidance_scale=5.0))
    np.testing.assert_array_equal(moved, written)


async def test_weights_change_the_picture(engine: Engine) -> None:
    text = "a red hat"
    pictures = []
    for weight in (1.0, 2.0):
        spans = (Span(start=2, end=9, group=Group.HEADWEAR, weight=weight),)
        [picture] = await images(engine, replace(request(), description=Description(text=text, spans=spans)))
        pictures.append(picture)
    assert np.abs(pictures[0].astype(int) - pictures[1].astype(int)).max() > 0


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
async def test_a_picture_holds_what_is_needed_to_make_it_again(image_format: str, engine: Engine) -> None:
    text = 'a woman in a "red" dress — 帽子'
    events = await collect(engine, request(text, image_format=image_format, num_images=2, negative_description="coat"))
    ready = next(event for event in events if isinstance(event, ImageReady) and event.index == 1)
    assert ready.media_type == f"image/{image_format}"
    with Image.open(io.BytesIO(ready.data)) as image:
        assert (image.format or "").lower() == image_format
        assert image.size == (ready.width, ready.height) == (32, 48)
    kept = read_provenance(ready.data)
    assert kept["description"] == text
    assert kept["bundle_sha256"][:12] == engine.model.version  # type: ignore[index]
    wanted = {
        "seed": 11,
        "image_index": 1,
        "image_format": image_format,
        "width": 32,
        "height": 48,
        "steps": 3,
        "guidance_scale": 3.0,
    }
    assert {name: kept[name] for name in wanted} == wanted
    assert (kept["sampler"], kept["model"], kept["negative_description"]) == ("ddim", "tiny", "coat")
    assert kept["ai_generated"] is True
    assert kept["software_version"]


@pytest.mark.parametrize("image_format", ["jpeg", "webp"])
async def test_quality_changes_the_size_of_the_file_and_is_kept(image_format: str, engine: Engine) -> None:
    async def drawn(quality: int | None) -> bytes:
        events = await collect(engine, request(image_format=image_format, image_quality=quality))
        (ready,) = [event for event in events if isinstance(event, ImageReady)]
        return ready.data

    files = {quality: await drawn(quality) for quality in (1, 50, 95, 100)}
    assert [len(files[quality]) for quality in files] == sorted({len(data) for data in files.values()})
    assert [read_provenance(data)["image_quality"] for data in files.values()] == list(files)
    assert await drawn(None) == files[95]


async def test_groups_and_weights_change_the_picture_and_are_kept_to_make_it_again(engine: Engine) -> None:
    asked: dict[str, Any] = {"groups": {"hair": "long brown hair", "negated": "no hat"}, "weights": {"hair": 2.0}}
    wanted = replace(request(**asked), description=parse("a woman in a red shirt"))
    [ready] = [event for event in await collect(engine, wanted) if isinstance(event, ImageReady)]
    kept = read_provenance(ready.data)
    assert {name: kept[name] for name in asked} == asked
    drawn: Any = kept["drawn"]
    assert drawn["text"] == "a woman in a red shirt, long brown hair, no hat"
    assert drawn["spans"][2:] == [[24, 39, "hair", 2.0], [41, 47, "negated", 1.0]]
    [again] = await images(engine, replace(request(**asked), description=parse(str(kept["description"]))))
    np.testing.assert_array_equal(pixels(ready), again)
    spans = tuple(Span(start=start, end=end, group=Group(group), weight=w) for start, end, group, w in drawn["spans"])
    [drawn_again] = await images(engine, replace(request(), description=Description(text=drawn["text"], spans=spans)))
    np.testing.assert_array_equal(pixels(ready), drawn_again)
    [plain] = await images(engine, replace(request(), description=parse("a woman in a red shirt")))
    assert np.abs(pixels(ready).astype(int) - plain.astype(int)).max() > 0


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        (("a woman in a ((red shirt:1.0):1)", ""), ("a woman in a red shirt", "")),
        (("a woman in a red shirt, (boots:0)", ""), ("a woman in a red shirt", "")),
        (("a woman", "(blurry:1)"), ("a woman", "blurry")),
        (("a woman, no (hat:1.4)", ""), ("a woman, no hat", "")),
    ],
)
async def test_marks_that_weigh_nothing_change_no_pixel(
    engine: Engine, marked: tuple[str, str], plain: tuple[str, str]
) -> None:
    wanted = request(guidance_scale=3.0, seed=5)
    one, two = [
        await images(engine, replace(wanted, description=parse(text), negative_description=negative))
        for text, negative in (marked, plain)
    ]
    np.testing.assert_array_equal(one, two)


async def test_weights_of_the_negative_description_act(engine: Engine) -> None:
    [one] = await images(engine, request(negative_description="(blurry:3)", guidance_scale=3.0, seed=5))
    [two] = await images(engine, request(negative_description="blurry", guidance_scale=3.0, seed=5))
    assert not np.array_equal(one, two)


@pytest.mark.parametrize(("negative", "field"), [("", "description"), ("blurry", "negative_description")])
async def test_too_many_absences_are_told_from_a_long_description(engine: Engine, negative: str, field: str) -> None:
    absent = (f"no {chr(0x5E3D + n)}帽帽帽帽帽" for n in range(75))  # each thing is said once, so all are different
    description = parse(", ".join(["boots", *absent]))
    wanted = replace(request(guidance_scale=3.0, negative_description=negative), description=description)
    with pytest.raises(RequestError, match="what description says is absent may fill at most 16 windows") as caught:
        engine.prepare(wanted)
    assert caught.value.field == field


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("description", {"text": " \n"}, "it is empty"),
    ("description", {"text": "a" * 8001}, "characters; got 8001"),
    ("description", {"text": "a\0b"}, "must not contain NUL; found one at character 1"),
    ("description", {"text": "ab\ud800"}, "character 2 is a lone surrogate"),
    ("description", {"text": "帽" * 450}, "description may fill at most 16 windows of 75 tokens; it fills 18"),
    ("negative_description", {"negative_description": "帽" * 450}, "it fills 18"),
    ("description", {"text": "a (red dress:-1)"}, "a weight must be a number such as 1.2; got '-1'"),
    ("negative_description", {"negative_description": "(blurry:1,5)"}, "number such as 1.2; got '1,5'"),
    ("negative_description", {"negative_description": "(blurry:5)"}, "from 0 to 4; got 5 for '(blurry:5)'"),
    ("negative_description", {"negative_description": "\ud800"}, "lone surrogate"),
    ("width", {"width": 33}, "must be one of 32x48, 40x40, 48x32; got width 33"),
    ("height", {"width": 32, "height": 32}, "must be one of 32x48, 40x40, 48x32; got 32x32"),
    ("steps", {"steps": 0}, "from 1 to 30; got 0"),
    ("steps", {"steps": 31}, "from 1 to 30; got 31"),
    ("guidance_scale", {"guidance_scale": float("nan")}, "from 0 to 30; got nan"),
    ("guidance_scale", {"guidance_scale": float("inf")}, "from 0 to 30; got inf"),
    ("guidance_scale", {"guidance_scale": -1.0}, "from 0 to 30; got -1"),
    ("sampler", {"sampler": "plms"}, "one of ddim, euler, euler_a, dpmpp_2m, dpmpp_2m_karras, pndm, lcm; got 'plms'"),
    ("seed", {"seed": -2}, "from 0 to 4294967295, or -1 to draw one; got -2"),
    ("seed", {"seed": 2**32}, "got 4294967296"),
    ("num_images", {"num_images": 0}, "from 1 to 8; got 0"),
    ("num_images", {"num_images": 9}, "from 1 to 8; got 9"),
    ("image_format", {"image_format": "gif"}, "one of png, jpeg, webp; got 'gif'"),
    ("image_quality", {"image_quality": 80}, "is for jpeg and webp; image_format png loses nothing"),
    ("image_quality", {"image_format": "jpeg", "image_quality": 0}, "from 1 to 100; got 0"),
    ("image_quality", {"image_format": "webp", "image_quality": 101}, "from 1 to 100; got 101"),
]


async def test_every_refusal_names_the_field_and_what_is_allowed(engine: Engine) -> None:
    for field, changes, message in REFUSALS:
        wanted = request(**changes)
        with pytest.raises(RequestError) as caught:
            engine.prepare(wanted)
        assert caught.value.field == field
        assert message in str(caught.value)
        assert field in str(caught.value) or field in ("width", "height")
        with pytest.raises(RequestError):
            await anext(engine.generate(wanted))
    assert engine.stats().forwards_total == 0


async def test_more_steps_than_a_sampler_has_are_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "model", replace(engine.model, max_steps=100, sampler_steps={"lcm": 50}))
    engine.prepare(request(steps=51))
    with pytest.raises(RequestError, match="steps must be from 1 to 50 with lcm; got 51") as caught:
        engine.prepare(request(steps=51, sampler="lcm"))
    assert caught.value.field == "steps"


async def test_an_absurd_weight_is_refused(engine: Engine) -> None:
    spans = (Span(start=0, end=7, group=Group.HEADWEAR, weight=1e9),)
    with pytest.raises(RequestError, match="from 0 to 4; got 1e\\+09 for 'red hat'"):
        engine.prepare(GenerationRequest(description=Description(text="red hat", spans=spans)))


async def test_closing_the_iterator_cancels_before_the_next_forward(engine: Engine) -> None:
    async with aclosing(engine.generate(request(steps=30, num_images=8))) as events:
        async for event in events:
            if isinstance(event, Step):
                break
    before = engine.stats()
    assert (before.running, before.cancelled_total) == (0, 1)
    await images(engine, request(steps=1, num_images=1))
    assert engine.stats().forwards_total - before.forwards_total <= 2
    assert engine.stats().cancelled_total == 1


async def test_a_full_line_is_refused(bundle: Path) -> None:
    settings = EngineSettings(num_threads=1, warm_up=False, max_running=1, max_waiting=0)
    async with Engine.load(bundle, settings) as engine, aclosing(engine.generate(request(steps=30))) as events:
        await anext(events)
        with pytest.raises(BusyError) as caught:
            await anext(engine.generate(request()))
        assert caught.value.retry_after_seconds > 0
        assert engine.stats().refused_total == 1
        assert engine.stats().failed_total == 0


async def test_nan_is_an_error_and_never_a_black_picture(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # The decoder's own arithmetic overflows: latents divided by a scaling factor of nearly nothing.
    manifest = replace(engine._diffusion.manifest, scaling_factor=1e-38)
    monkeypatch.setattr(engine._diffusion, "manifest", manifest)
    with pytest.raises(NotFiniteError, match="NaN or infinity"):
        await collect(engine, request())
    monkeypatch.undo()
    assert engine.stats().failed_total == 1
    assert engine.ready
    assert len(await images(engine, request())) == 1
    assert "red plaid" not in caplog.text


async def test_an_engine_that_is_closed_says_so(bundle: Path) -> None:
    engine = Engine.load(bundle, EngineSettings(num_threads=1))
    assert not engine.ready
    with pytest.raises(EngineStoppedError):
        await anext(engine.generate(request()))
    async with engine:
        assert engine.ready
        events = engine.generate(request(steps=30, num_images=8))
        assert await anext(events) == Queued(position=0)
    assert not engine.ready
    with pytest.raises(EngineStoppedError):
        async for _ in events:
            pass


async def test_no_word_of_a_description_is_logged(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await images(engine, request("zebrawood umbrella", negative_description="quagmire"))
        with pytest.raises(RequestError):
            await anext(engine.generate(request("zebrawood", steps=0)))
    assert not any(word in caplog.text for word in ("zebrawood", "umbrella", "quagmire"))


async def test_weights_beside_a_graph_are_read_and_verified(bundle: Path, engine: Engine, tmp_path: Path) -> None:
    import onnx_ir

    copy = tmp_path / "bundle"
    shutil.copytree(bundle, copy)
    onnx_ir.save(onnx_ir.load(copy / UNET_FILE), copy / UNET_FILE, external_data=f"{UNET_FILE}.data")
    manifest = json.loads((copy / "manifest.json").read_text())
    for name in (UNET_FILE, f"{UNET_FILE}.data"):
        data = (copy / name).read_bytes()
        manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
    (copy / "manifest.json").write_text(json.dumps(manifest))
    async with Engine.load(copy, EngineSettings(num_threads=1, warm_up=False)) as other:
        [beside], [inside] = await images(other, request()), await images(engine, request())
    np.testing.assert_array_equal(beside, inside)
    with (copy / f"{UNET_FILE}.data").open("r+b") as file:
        file.write(b"damage")
    with pytest.raises(BundleError, match=r"unet\.onnx\.data: damaged: its sha256 is"):
        Engine.load(copy)


def test_a_bundle_with_the_unet_of_another_family_is_refused(sdxl_bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "bundle"
    shutil.copytree(sdxl_bundle, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps({**manifest, "family": "sd"}))
    message = r"unet\.onnx: the manifest says sd, whose UNet reads .*; this one reads .*text_embeds, time_ids"
    with pytest.raises(BundleError, match=message):
        Engine.load(copy)


def test_a_graph_that_is_none_is_named(bundle: Path, tmp_path: Path) -> None:
    for name in (UNET_FILE, VAE_DECODER_FILE):
        copy = tmp_path / name
        copy.mkdir()
        manifest = json.loads((bundle / "manifest.json").read_text())
        for file in bundle.iterdir():
            data = b"not a graph" if file.name == name else file.read_bytes()
            (copy / file.name).write_bytes(data)
            if file.name != "manifest.json":
                manifest["files"][file.name] = {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
        (copy / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(BundleError, match=f"{name}: ONNX Runtime cannot load it"):
            Engine.load(copy)


NO_TORCH = """
import asyncio, sys
from pathlib import Path

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"torch", "diffusers", "transformers", "accelerate", "onnx", "safetensors"}:
            raise ImportError(f"{name} must not be imported to serve")

sys.meta_path.insert(0, Refuse())
from engine.description import Description
from engine.engine import Engine, EngineSettings, GenerationRequest

async def main():
    async with Engine.load(Path(sys.argv[1]), EngineSettings(num_threads=1)) as engine:
        request = GenerationRequest(description=Description(text="a woman", spans=()), seed=1, steps=2)
        print([type(event).__name__ async for event in engine.generate(request)][-2:])

asyncio.run(main())
"""


def test_serving_a_picture_imports_no_training_library(bundle: Path) -> None:
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", NO_TORCH, str(bundle)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['ImageReady', 'Finished']"
