"""What the UNet says of a caller's latents: a direct run's bits, alone and among pictures; refusals before any run."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.adapters.folder import Adapters
from engine.bundle.manifest import ADAPTED_FILE, UNET_FILE, load_bundle
from engine.description import parse
from engine.engine import Denoised, DenoiseRequest, Engine, EngineSettings, Finished, GenerationRequest, ImageReady
from engine.errors import DeadlineError, NotFiniteError, RequestError
from engine.model.diffusion import DiffusionModel
from engine.request.events import Queued, Step
from engine.request.prepare.denoise import prepare_denoise
from engine.rows.denoise import as_bytes
from engine.samplers import alphas_cumprod, guided
from engine.scheduler import CostTable
from engine.scheduler.picture import Bucket, Picture
from engine.scheduler.policy import Batch
from engine.scheduler.row_limits import RowLimits
from engine.sessions.auto import sessions_for
from engine.settings import SessionSettings
from tests.engine.adapters.random_adapters import write_adapters

SETTINGS = EngineSettings(num_threads=1, warm_up=False, sessions=SessionSettings(provider="cpu"))
TEXTS = "a woman in a red dress, no hat", "a man with a black coat"
TIMESTEPS = (3.0, 640.5)
#: Of the tiny bundles: 32 x 48 pixels.
SIDES = (12, 8)


def latents_of(channels: int, rows: int = 2, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, channels, *SIDES)).astype(np.float32)


def asked(numbers: np.ndarray, **changes: Any) -> DenoiseRequest:
    given: dict[str, Any] = {
        "latents": numbers.tobytes(),
        "shape": numbers.shape,
        "dtype": str(numbers.dtype),
        "timesteps": TIMESTEPS[: len(numbers)],
        "descriptions": tuple(parse(text) for text in TEXTS[: len(numbers)]),
        "negative_descriptions": ("blurry",),
    }
    return DenoiseRequest(**{**given, **changes})


async def outputs(engine: Engine, request: DenoiseRequest) -> dict[str, np.ndarray]:
    [told] = [event async for event in engine.denoise(request) if isinstance(event, Denoised)]
    assert told.shape == request.shape and told.dtype == request.dtype
    return {name: np.frombuffer(data, told.dtype).reshape(told.shape) for name, data in told.outputs.items()}


def told(bundle: Path, *requests: DenoiseRequest, adapters: Path | None = None) -> list[dict[str, np.ndarray]]:
    async def run() -> list[dict[str, np.ndarray]]:
        async with Engine.load(bundle, replace(SETTINGS, adapters=adapters)) as engine:
            return [await outputs(engine, request) for request in requests]

    return asyncio.run(run())


def halves(bundle: Path, latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both halves of every row, each by a run of the graph that nothing else shares."""
    verified = load_bundle(bundle)
    sessions = sessions_for(verified, SETTINGS)
    model, unet = DiffusionModel(verified, sessions), sessions.load(UNET_FILE)
    size = {"width": 32, "height": 48}
    found: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for row, (text, timestep) in enumerate(zip(TEXTS, TIMESTEPS, strict=True)):
        plan = model.plan(parse(text), "blurry", guided=True)
        shared = {"sample": latents[row : row + 1], "timesteps": np.array([timestep], np.float32)}
        for half, words in zip(found, (model.encode(plan, **size), model.encode_negative(plan, **size)), strict=True):
            half.append(unet.run({**shared, **words}))
    return np.concatenate(found[0]), np.concatenate(found[1])


@pytest.mark.parametrize("family", ["bundle", "sdxl_bundle"])
def test_the_bits_are_those_of_a_direct_run(family: str, request: pytest.FixtureRequest) -> None:
    bundle = request.getfixturevalue(family)
    latents = latents_of(load_bundle(bundle).manifest.latent_channels)
    conditional, unconditional = halves(bundle, latents)
    both, joined, alone = told(
        bundle,
        asked(latents),
        asked(latents, guidance_scale=100.0),
        asked(latents, guidance_scale=1.0, negative_descriptions=()),
    )
    np.testing.assert_array_equal(both["conditional"], conditional)
    np.testing.assert_array_equal(both["unconditional"], unconditional)
    assert joined.keys() == alone.keys() == {"output"}
    np.testing.assert_array_equal(joined["output"], guided(conditional, unconditional, 100.0))
    np.testing.assert_array_equal(alone["output"], conditional)


def test_latents_in_half_precision_are_read_and_told_in_it(bundle: Path) -> None:
    latents = latents_of(4).astype(np.float16)
    half, whole = told(bundle, asked(latents), asked(latents.astype(np.float32)))
    np.testing.assert_array_equal(half["conditional"], whole["conditional"].astype(np.float16))


def test_an_output_that_is_no_half_is_told_so() -> None:
    outputs = np.array([1.0, -7e4], np.float32)
    assert as_bytes(outputs, "float32") == outputs.tobytes()
    with pytest.raises(NotFiniteError, match=r"an output of 7e\+04 is no float16; send the latents in float32"):
        as_bytes(outputs, "float16")


class Together:
    """A policy that begins once so many pictures are there, and then runs all of them in one forward."""

    def __init__(self, pictures: int) -> None:
        self.needed = pictures

    def __call__(self, costs: CostTable, limits: RowLimits) -> "Together":
        return self

    def pick(self, pictures: Sequence[Picture]) -> Batch | None:
        if not pictures or len(pictures) < self.needed:
            return None
        self.needed = 1
        assert len({picture.bucket for picture in pictures}) == 1
        return Batch(bucket=pictures[0].bucket, pictures=tuple(pictures), row_limit=64)

    def deficit(self, bucket: Bucket) -> float:
        return 0.0


def test_rows_share_forwards_with_pictures_and_nobody_notices(bundle: Path) -> None:
    latents, guided_rows = latents_of(4), asked(latents_of(4, seed=1), guidance_scale=7.5)
    drawings = [GenerationRequest(description=parse(TEXTS[0]), seed=seed, steps=3) for seed in (3, 4)]

    async def everything(engine: Engine, request: Any) -> Any:
        draw = engine.generate if isinstance(request, GenerationRequest) else engine.denoise
        return [event async for event in draw(request)]

    def told_of(events: list[Any]) -> list[Any]:
        return [event for event in events if isinstance(event, ImageReady | Denoised)]

    async def run(*requests: Any, pictures: int) -> list[Any]:
        settings = replace(SETTINGS, max_rows=64)
        async with Engine.load(bundle, settings, make_policy=Together(pictures)) as engine:
            found = await asyncio.gather(*(everything(engine, each) for each in requests))
            assert engine.stats().undecoded == 0
            return found

    requests = [drawings[0], asked(latents), drawings[1], guided_rows, asked(latents)]
    alone = [asyncio.run(run(each, pictures=1))[0] for each in requests]
    mixed = asyncio.run(run(*requests, pictures=2 + 4 + 2 + 4))
    assert [told_of(each) for each in mixed] == [told_of(each) for each in alone]
    [first, *_] = [event for event in mixed[1] if isinstance(event, Step)]
    assert first.rows == 2 * 2 + 4 + 2 * 2 + 4, "one forward for all of them"


def test_rows_do_not_wait_for_the_decoder(bundle: Path) -> None:
    many = latents_of(4, rows=6)
    request = asked(many, timesteps=(10.0,) * 6, descriptions=(parse(TEXTS[0]),))

    async def run() -> dict[str, np.ndarray]:
        async with Engine.load(bundle, replace(SETTINGS, max_undecoded=1)) as engine:
            return await outputs(engine, request)

    together = asyncio.run(run())
    assert len(together["conditional"]) == 6


def test_adapters_act_on_every_row(adapted_bundle: Path, tmp_path: Path) -> None:
    latents, folder = latents_of(4), write_adapters(adapted_bundle, tmp_path / "loras")
    plain, drawn = told(adapted_bundle, asked(latents), asked(latents, loras={"ink": 0.5}), adapters=folder)
    verified = load_bundle(adapted_bundle)
    adapters = Adapters(folder, verified.manifest.adapted, half=False, keep_bytes=10**9)
    model = DiffusionModel(verified, sessions_for(verified, SETTINGS), adapters=True)
    assert ADAPTED_FILE in verified.manifest.files
    loras = ((adapters.load("ink"), 0.5),)
    for row, (text, timestep) in enumerate(zip(TEXTS, TIMESTEPS, strict=True)):
        words = model.encode(model.plan(parse(text), "blurry", guided=True), width=32, height=48)
        inputs = {"sample": latents[row : row + 1], "timesteps": np.array([timestep], np.float32), **words}
        np.testing.assert_array_equal(drawn["conditional"][row], model.forward_adapted(inputs, [loras])[0])
    assert not np.array_equal(plain["conditional"], drawn["conditional"])


def test_events_come_in_order_and_the_end_says_how_long(bundle: Path) -> None:
    async def run() -> None:
        async with Engine.load(bundle, SETTINGS) as engine:
            events = [event async for event in engine.denoise(asked(latents_of(4)))]
            assert [type(event) for event in events] == [Queued, *[Step] * 4, Denoised, Finished]
            assert isinstance(events[-1], Finished) and events[-1].timings.denoise_seconds > 0
            stats = engine.stats()
            assert (stats.finished_total, stats.images_total, stats.running) == (1, 0, 0)

    asyncio.run(run())


def test_leaving_and_deadlines_end_it(bundle: Path) -> None:
    async def run() -> None:
        async with Engine.load(bundle, SETTINGS) as engine:
            async with aclosing(engine.denoise(asked(latents_of(4)))) as events:
                async for event in events:
                    if isinstance(event, Step):
                        break
            assert (engine.stats().cancelled_total, engine.stats().running) == (1, 0)
            with pytest.raises(DeadlineError):
                await outputs(engine, asked(latents_of(4), deadline_seconds=1e-9))
            assert engine.stats().expired_total == 1

    asyncio.run(run())


def test_the_model_says_what_its_noise_is(bundle: Path) -> None:
    engine = Engine.load(bundle, SETTINGS)
    info, model = engine.model.latents, DiffusionModel(load_bundle(bundle), sessions_for(load_bundle(bundle), SETTINGS))
    assert info is not None
    expected = alphas_cumprod(model.noise_schedule)
    np.testing.assert_array_equal(np.float32(info.alphas_cumprod), expected)
    assert info.alphas_at([500])[0] == expected[500]
    assert min(expected[500:502]) < info.alphas_at([500.5])[0] < max(expected[500:502])
    assert info.last_timestep == 999 and info.channels == model.manifest.latent_channels


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "no sides": ({"shape": (2, 4, 8)}, "shape", "four numbers"),
    "no rows": ({"shape": (0, 4, *SIDES)}, "shape", "must begin with the rows, 1 to 64; got 0"),
    "too many rows": ({"shape": (65, 4, *SIDES)}, "shape", "1 to 64; got 65"),
    "other channels": ({"shape": (2, 3, *SIDES)}, "shape", "have 4 channels; shape has 3"),
    "another size": ({"shape": (2, 4, 9, 9)}, "shape", "must be one of 12 x 8, 10 x 10, 8 x 12; got 9 x 9"),
    "negative side": ({"shape": (2, 4, -12, 8)}, "shape", "got -12 x 8"),
    "bytes of another kind": ({"dtype": "float16"}, "latents", "in float16 have 1536 bytes; got 3072"),
    "unknown kind": ({"dtype": "bfloat16"}, "dtype", "must be float32 or float16; got 'bfloat16'"),
    "fewer bytes": ({"latents": b"1234"}, "latents", "3072 bytes; got 4"),
    "NaN": ({"latents": np.full((2, 4, *SIDES), np.nan, np.float32).tobytes()}, "latents", "row 0 holds NaN"),
    "infinity": (
        {"latents": np.stack([np.zeros((4, *SIDES)), np.full((4, *SIDES), np.inf)]).astype(np.float32).tobytes()},
        "latents",
        "row 1 holds NaN or infinity",
    ),
    "too few timesteps": ({"timesteps": (1.0,)}, "timesteps", "one for each of 2 rows; got 1"),
    "late timestep": ({"timesteps": (1.0, 999.5)}, "timesteps", "from 0 to 999; got 999.5 for row 1"),
    "timestep below 0": ({"timesteps": (-1.0, 1.0)}, "timesteps", "from 0 to 999; got -1 for row 0"),
    "timestep that is none": ({"timesteps": (float("nan"), 1.0)}, "timesteps", "got nan for row 0"),
    "no description": ({"descriptions": ()}, "descriptions", "one text, or one for each of 2 rows; got 0"),
    "three descriptions": ({"descriptions": (parse("a man"),) * 3}, "descriptions", "got 3"),
    "three negatives": ({"negative_descriptions": ("",) * 3}, "negative_descriptions", "got 3"),
    "long description": ({"descriptions": (parse("x" * 9000),)}, "descriptions", "descriptions[0] may have at most"),
    "too many windows": (
        {"descriptions": (parse("a man"), parse("é" * 1000))},
        "descriptions",
        "descriptions[1]: description may fill at most",
    ),
    "a weight that is none": ({"descriptions": (parse("(a man:9)"),)}, "descriptions", "descriptions[0]"),
    "NUL": ({"negative_descriptions": ("a\0",)}, "negative_descriptions", "must not contain NUL"),
    "little guidance": ({"guidance_scale": 0.5}, "guidance_scale", "or null for both outputs; got 0.5"),
    "much guidance": ({"guidance_scale": 1001.0}, "guidance_scale", "to 1000"),
    "negative that nothing reads": (
        {"guidance_scale": 1.0},
        "negative_descriptions",
        "cannot act with guidance_scale 1",
    ),
    "unknown adapter": ({"loras": {"ink": 1.0}}, "loras", "none is registered here"),
    "unknown priority": ({"priority": "urgent"}, "priority", "high, normal, low"),
    "no time": ({"deadline_seconds": 0.0}, "deadline_seconds", "more than 0"),
}


@pytest.fixture(scope="module")
def engine(bundle: Path) -> Engine:
    return Engine.load(bundle, SETTINGS)


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_run_is_refused_by_its_field(engine: Engine, name: str) -> None:
    changes, field, message = BAD[name]
    with pytest.raises(RequestError) as error:
        engine.prepare_denoise(asked(latents_of(4), **changes))
    assert list(error.value.mistakes) == [field]
    assert message in error.value.mistakes[field][0]


def test_every_mistake_is_told_at_once(engine: Engine) -> None:
    with pytest.raises(RequestError) as error:
        engine.prepare_denoise(
            asked(latents_of(4), timesteps=(1e9, 1.0), guidance_scale=0.0, priority="x", shape=(2, 9, *SIDES))
        )
    assert list(error.value.mistakes) == ["shape", "timesteps", "guidance_scale", "priority"]


def test_an_engine_that_is_older_takes_none(engine: Engine) -> None:
    with pytest.raises(RequestError, match="takes no latents: it is an older one"):
        prepare_denoise(asked(latents_of(4)), replace(engine.model, latents=None))


def test_an_empty_description_is_the_empty_text(engine: Engine) -> None:
    prepared = engine.prepare_denoise(asked(latents_of(4), descriptions=(parse(""),)))
    assert len(prepared.plans) == 2 and prepared.plans[0] is prepared.plans[1]
