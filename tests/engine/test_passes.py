"""The engine from a picture, in two passes and with guidance for a while: totals, provenance, seeds, refusals."""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.bundle.manifest import VAE_ENCODER_FILE
from engine.description import Description
from engine.engine import Engine, EngineSettings, Event, GenerationRequest, ImageReady, SecondPass, Started, Step
from engine.errors import RequestError
from engine.pictures.encode import read_provenance
from engine.samplers import SAMPLERS
from tests.engine.test_engine import RowsAreFree

SETTINGS = EngineSettings(num_threads=1, warm_up=False)


def a_picture(width: int = 32, height: int = 48, kind: str = "PNG") -> bytes:
    coarse = np.random.default_rng(3).integers(0, 255, (6, 4, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(buffer, kind)
    return buffer.getvalue()


def request(**changes: Any) -> GenerationRequest:
    defaults: dict[str, Any] = {"seed": 11, "steps": 4, "guidance_scale": 3.0}
    return GenerationRequest(description=Description(text="a woman in a red hat", spans=()), **{**defaults, **changes})


async def collect(engine: Engine, wanted: GenerationRequest) -> list[Event]:
    return [event async for event in engine.generate(wanted)]


async def pictures(engine: Engine, wanted: GenerationRequest) -> list[np.ndarray]:
    ready = [event for event in await collect(engine, wanted) if isinstance(event, ImageReady)]
    found = []
    for event in sorted(ready, key=lambda event: event.index):
        with Image.open(io.BytesIO(event.data)) as image:
            found.append(np.asarray(image.convert("RGB")).astype(int))
    return found


@pytest.fixture
async def engine(bundle: Path) -> AsyncIterator[Engine]:
    async with Engine.load(bundle, SETTINGS) as engine:
        yield engine


@pytest.mark.parametrize(
    ("changes", "evaluations"),
    [
        ({"sampler": "ddim"}, 4),
        ({"sampler": "pndm"}, 5),
        ({"init_image": a_picture(), "strength": 0.5}, 2),
        ({"init_image": a_picture(), "strength": 0.5, "sampler": "pndm"}, 3),
        ({"second_pass": SecondPass(strength=0.5)}, 6),
        ({"second_pass": SecondPass(strength=0.3, steps=10)}, 7),
        ({"init_image": a_picture(), "strength": 0.5, "second_pass": SecondPass(strength=1.0), "num_images": 2}, 12),
    ],
)
async def test_progress_counts_every_evaluation(changes: dict[str, Any], evaluations: int, engine: Engine) -> None:
    events = await collect(engine, request(**changes))
    steps = [event for event in events if isinstance(event, Step)]
    assert steps == [Step(completed=n, total=evaluations) for n in range(1, evaluations + 1)]
    assert engine.stats().steps_total == evaluations


async def test_outside_the_guidance_interval_a_step_is_one_row(engine: Engine) -> None:
    # Four trailing steps: at 0, 25, 50 and 75 percent of the denoising.
    await collect(engine, request(guidance_interval=(0.2, 0.6)))
    assert engine.stats().rows_total == 1 + 2 + 2 + 1


async def test_no_picture_depends_on_what_runs_beside_it_whatever_its_sampler(engine: Engine) -> None:
    wanted = [request(sampler=name, guidance_interval=(0.0, 0.6)) for name in SAMPLERS]
    wanted.append(request(init_image=a_picture(), strength=0.8, sampler="euler_a"))
    wanted.append(request(second_pass=SecondPass(strength=0.6), sampler="dpmpp_2m"))
    alone = [await pictures(engine, each) for each in wanted]
    together = await asyncio.gather(*(pictures(engine, each) for each in wanted))
    for [one], [other] in zip(alone, together, strict=True):
        assert np.abs(one - other).max() <= 1


async def test_a_larger_second_pass_changes_its_company_on_the_way(bundle: Path, tmp_path: Path) -> None:
    free = copied(bundle, tmp_path / "free", sizes=[], side_limits=[32, 96, 8])
    second = SecondPass(strength=0.5, scale=1.5)
    wanted = [
        request(second_pass=second, num_images=2, sampler="pndm"),
        request(width=48, height=72, steps=9),
        request(second_pass=second, guidance_scale=1.0, seed=5, steps=7),
        request(width=32, height=48, sampler="lcm", guidance_interval=(0.5, 1.0)),
    ]
    async with Engine.load(free, SETTINGS, costs=RowsAreFree()) as engine:
        alone = [await pictures(engine, each) for each in wanted]
        before = engine.stats()
        together = await asyncio.gather(*(pictures(engine, each) for each in wanted))
        stats = engine.stats()
    assert [found[0].shape for found in together] == [(72, 48, 3), (72, 48, 3), (72, 48, 3), (48, 32, 3)]
    for one, other in zip(alone, together, strict=True):
        for left, right in zip(one, other, strict=True):
            assert np.abs(left - right).max() <= 1
    rows, forwards = stats.rows_total - before.rows_total, stats.forwards_total - before.forwards_total
    assert rows == before.rows_total
    assert forwards < before.forwards_total, "nothing was batched"


def copied(bundle: Path, copy: Path, *, without: str = "", **changes: Any) -> Path:
    """The same graphs under another manifest."""
    copy.mkdir()
    for file in bundle.iterdir():
        if file.name not in (without, "manifest.json"):
            (copy / file.name).symlink_to(file)
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"].pop(without, None)
    (copy / "manifest.json").write_text(json.dumps(manifest | changes), encoding="utf-8")
    return copy


async def test_every_picture_of_a_request_draws_its_own_noise(engine: Engine) -> None:
    wanted = request(init_image=a_picture(), strength=0.7, second_pass=SecondPass(strength=0.5))
    three, [first] = await pictures(engine, replace(wanted, num_images=3)), await pictures(engine, wanted)
    assert np.abs(three[0] - first).max() <= 1
    assert np.abs(three[0] - three[1]).max() > 1
    assert np.abs(three[1] - three[2]).max() > 1


async def test_little_strength_keeps_the_picture(engine: Engine) -> None:
    """With random weights a picture survives neither way well, but better for being touched less."""
    distances = []
    for strength in (0.25, 1.0):
        [found] = await pictures(engine, request(init_image=a_picture(), strength=strength, guidance_scale=1.0))
        [other] = await pictures(engine, request(init_image=a_picture(48, 32), strength=strength, width=32, height=48))
        distances.append(np.abs(found - other).mean())
    assert distances[0] > distances[1]


async def test_the_size_is_the_nearest_to_the_picture(engine: Engine) -> None:
    for size, expected in (((300, 200), (48, 32)), ((200, 300), (32, 48)), ((1000, 990), (40, 40))):
        [found] = await pictures(engine, request(init_image=a_picture(*size), steps=2, strength=0.5))
        assert (found.shape[1], found.shape[0]) == expected
    [given] = await pictures(engine, request(init_image=a_picture(300, 200), width=32, steps=2))
    assert given.shape == (48, 32, 3)


async def test_what_was_asked_is_told_and_kept(engine: Engine) -> None:
    data = a_picture(kind="JPEG")
    events = await collect(
        engine,
        request(init_image=data, guidance_interval=(0.25, 1.0), second_pass=SecondPass(strength=0.5, guidance_scale=2)),
    )
    [started] = [event for event in events if isinstance(event, Started)]
    assert (started.strength, started.guidance_interval) == (0.8, (0.25, 1.0))
    assert started.second_pass is not None
    assert (started.second_pass.steps, started.second_pass.guidance_scale) == (4, 2.0)
    [ready] = [event for event in events if isinstance(event, ImageReady)]
    kept = read_provenance(ready.data)
    assert kept["init_image_sha256"] == hashlib.sha256(data).hexdigest()
    assert (kept["strength"], kept["guidance_interval"]) == (0.8, [0.25, 1.0])
    expected = {"strength": 0.5, "scale": 1.0, "steps": 4, "guidance_scale": 2.0}
    assert kept["second_pass"] == expected
    [plain] = [event for event in await collect(engine, request()) if isinstance(event, ImageReady)]
    assert not {"init_image_sha256", "strength", "second_pass"} & read_provenance(plain.data).keys()


async def test_guidance_of_the_second_pass_alone_reads_the_negative_text(engine: Engine) -> None:
    second = SecondPass(strength=1.0, guidance_scale=5.0)
    [one] = await pictures(engine, request(guidance_scale=1.0, second_pass=second, negative_description="a coat"))
    [other] = await pictures(engine, request(guidance_scale=1.0, second_pass=second, negative_description="boots"))
    assert np.abs(one - other).max() > 0


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("guidance_interval", {"guidance_interval": (0.5, 0.5)}, "0 <= start < end <= 1; got 0.5 and 0.5"),
    ("guidance_interval", {"guidance_interval": (-0.1, 0.5)}, "got -0.1 and 0.5"),
    ("guidance_interval", {"guidance_interval": (0.0, float("nan"))}, "got 0 and nan"),
    ("init_image", {"init_image": b""}, "must be a PNG, JPEG or WebP file; got 0 bytes"),
    ("init_image", {"init_image": b"GIF89a"}, "must be a PNG, JPEG or WebP file"),
    ("strength", {"strength": 0.5}, "how much to change init_image, and there is none"),
    ("strength", {"init_image": a_picture(), "strength": 0.0}, "above 0 and at most 1; got 0"),
    ("strength", {"init_image": a_picture(), "strength": 1.1}, "above 0 and at most 1; got 1.1"),
    ("strength", {"init_image": a_picture(), "strength": float("nan")}, "got nan"),
    (
        "strength",
        {"init_image": a_picture(), "strength": 0.2},
        "one of 4 steps, so be at least 0.25; got 0.2",
    ),
    ("second_pass", {"second_pass": SecondPass(strength=0.1)}, "second_pass.strength must leave at least one of 4"),
    ("second_pass", {"second_pass": SecondPass(steps=31)}, "second_pass.steps must be from 1 to 30; got 31"),
    ("second_pass", {"second_pass": SecondPass(strength=1, scale=0.5)}, "second_pass.scale must be from 1 to 4"),
    ("second_pass", {"second_pass": SecondPass(strength=1, scale=2)}, "makes it 64x96: size (width x height) must be"),
    ("second_pass", {"second_pass": SecondPass(strength=1, guidance_scale=99)}, "guidance_scale must be from 0 to 30"),
    ("width", {"init_image": a_picture(), "width": 33}, "must be one of 32x48, 40x40, 48x32"),
]


async def test_what_cannot_be_done_is_refused_before_any_compute(engine: Engine) -> None:
    for field, changes, message in REFUSALS:
        with pytest.raises(RequestError) as caught:
            engine.prepare(request(**changes))
        assert caught.value.field == field
        assert message in str(caught.value)
        with pytest.raises(RequestError):
            await anext(engine.generate(request(**changes)))
    assert engine.stats().forwards_total == 0


async def test_a_truncated_picture_is_refused_in_line_and_counts_as_no_failure(engine: Engine) -> None:
    wanted = request(init_image=a_picture()[:-200])
    engine.prepare(wanted)  # its header is whole
    with pytest.raises(RequestError, match="init_image: the picture must be whole") as caught:
        await collect(engine, wanted)
    assert caught.value.field == "init_image"
    stats = engine.stats()
    assert (stats.running, stats.waiting, stats.failed_total, stats.forwards_total) == (0, 0, 0, 0)


async def test_a_bundle_without_an_encoder_says_so(bundle: Path, tmp_path: Path) -> None:
    lacking = copied(bundle, tmp_path / "lacking", without=VAE_ENCODER_FILE)
    async with Engine.load(lacking, SETTINGS) as engine:
        assert not engine.model.takes_init_image
        with pytest.raises(RequestError, match="init_image needs a VAE encoder, and the bundle of tiny has none"):
            engine.prepare(request(init_image=a_picture()))
        assert len(await pictures(engine, request(steps=1))) == 1
