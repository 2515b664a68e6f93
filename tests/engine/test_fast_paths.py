"""The fast decoder and the UNet of few steps, served: what they make, who shares a forward, what is refused."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.bundle.manifest import FEW_STEPS_FILE, UNET_FILE, Bundle
from engine.description import Description
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, Preview, SecondPass, Started
from engine.errors import RequestError
from engine.request.limits import RequestLimits
from engine.samplers import few_steps_schedule, sampler_plan
from engine.sessions import Array, Session
from engine.sessions.onnx.session import OnnxSessions

SETTINGS = EngineSettings(num_threads=1, warm_up=False)


@pytest.fixture(scope="module")
def fast(tiny_fast: Path) -> Path:
    return tiny_fast / "bundle"


class Seen:
    """Real sessions that note which graph ran how many rows, at which timesteps."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, list[float]]] = []

    def __call__(self, bundle: Bundle, settings: EngineSettings) -> Any:
        runs = self.runs

        class Noted:
            def __init__(self, file: str, session: Session) -> None:
                self.input_names, self._file, self._session = session.input_names, file, session

            def run(self, inputs: Mapping[str, Array]) -> Array:
                runs.append((self._file, [float(step) for step in inputs.get("timesteps", np.empty(0))]))
                return self._session.run(inputs)

        class Sessions(OnnxSessions):
            def load(self, file: str) -> Session:  # type: ignore[override]
                return Noted(file, super().load(file))

        return Sessions(bundle, settings)

    def of(self, file: str) -> list[list[float]]:
        return [steps for name, steps in self.runs if name == file]


def request(**changes: Any) -> GenerationRequest:
    return GenerationRequest(description=Description(text="a woman in a red dress", spans=()), seed=5, **changes)


def events(bundle: Path, *requests: GenerationRequest, seen: Seen | None = None, **settings: Any) -> list[list[Any]]:
    async def one(engine: Engine, each: GenerationRequest) -> list[Any]:
        return [event async for event in engine.generate(each)]

    async def everything() -> list[list[Any]]:
        async with Engine.load(bundle, EngineSettings(num_threads=1, **settings), seen) as engine:
            return list(await asyncio.gather(*(one(engine, each) for each in requests)))

    return asyncio.run(everything())


def image(told: list[Any]) -> bytes:
    [found] = [event.data for event in told if isinstance(event, ImageReady)]
    return bytes(found)


def test_few_steps_run_on_their_own_unet_as_they_were_distilled(fast: Path) -> None:
    seen = Seen()
    [told] = events(fast, request(variant="few_steps"), seen=seen, warm_up=False)
    [started] = [event for event in told if isinstance(event, Started)]
    assert (started.steps, started.guidance_scale, started.sampler) == (4, 1.0, "ddim")
    assert seen.of(FEW_STEPS_FILE) == [[999.0], [749.0], [499.0], [249.0]]
    assert not seen.of(UNET_FILE)


def test_rows_of_different_variants_share_no_forward_and_no_picture_depends_on_it(fast: Path) -> None:
    wanted = [request(variant=variant, num_images=1, guidance_scale=1.0) for variant in ("full", "few_steps")]
    wanted = [*wanted, request(variant="few_steps", decoder="fast")]
    alone = [image(events(fast, each, warm_up=False)[0]) for each in wanted]
    seen = Seen()
    together = [image(told) for told in events(fast, *wanted, seen=seen, warm_up=False)]
    assert together == alone and len(set(alone)) == 3
    assert max(map(len, seen.of(FEW_STEPS_FILE))) == 2 and max(map(len, seen.of(UNET_FILE))) == 1


def test_the_cost_table_knows_variants_apart(fast: Path) -> None:
    async def buckets() -> set[str]:
        async with Engine.load(fast, SETTINGS) as engine:
            for variant in ("full", "few_steps"):
                async for _ in engine.generate(request(variant=variant)):
                    pass
            return {cost.bucket for cost in engine.stats().costs}

    assert asyncio.run(buckets()) == {"8x12x77", "8x12x77 few_steps"}


def test_a_second_pass_and_previews_take_the_fast_way_too(fast: Path) -> None:
    seen = Seen()
    again = request(variant="few_steps", second_pass=SecondPass(strength=0.5), preview_every=1)
    [told] = events(fast, again, seen=seen)  # warmed up, so that it knows what a preview costs
    assert len([steps for steps in seen.of(FEW_STEPS_FILE) if steps == [249.0]]) >= 2
    assert all(event.width == 16 for event in told if isinstance(event, Preview))


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"steps": 20}, "steps", "steps must be 4 with variant few_steps, which was distilled so; got 20"),
        ({"sampler": "euler"}, "sampler", "sampler must be ddim with variant few_steps"),
        ({"guidance_scale": 5.0}, "guidance_scale", "guidance_scale may be at most 1 with variant few_steps"),
        ({"guidance_interval": (0.0, 0.5)}, "guidance_interval", "guidance_interval cannot act with variant few_steps"),
        ({"negative_description": "hat"}, "negative_description", "negative_description cannot act with variant"),
        ({"second_pass": SecondPass(steps=9)}, "second_pass", "second_pass.steps must be 4 with variant few_steps"),
        ({"second_pass": SecondPass(guidance_scale=2.0)}, "second_pass", "second_pass.guidance_scale may be at most 1"),
        ({"variant": "half"}, "variant", "variant must be one of full, few_steps; got 'half'"),
        ({"decoder": "half"}, "decoder", "decoder must be one of full, fast; got 'half'"),
    ],
)
def test_what_cannot_be_honoured_is_refused(changes: dict[str, Any], field: str, message: str, fast: Path) -> None:
    engine = Engine.load(fast, SETTINGS)
    with pytest.raises(RequestError, match=message.replace(".", r"\.")) as caught:
        engine.prepare(request(**({"variant": "few_steps"} | changes)))
    assert set(caught.value.mistakes) == {field}


def test_what_says_the_same_is_taken(fast: Path) -> None:
    prepared = Engine.load(fast, SETTINGS).prepare(
        request(
            variant="few_steps",
            steps=4,
            sampler="ddim",
            guidance_scale=0.0,
            guidance_interval=(0.0, 1.0),
            second_pass=SecondPass(strength=0.5),
        )
    )
    assert (prepared.steps, prepared.guided, prepared.variant) == (4, False, "few_steps")


def test_a_bundle_without_them_says_so(bundle: Path) -> None:
    engine = Engine.load(bundle, SETTINGS)
    assert (engine.model.variants, engine.model.decoders) == (("full",), ("full",))
    with pytest.raises(RequestError) as caught:
        engine.prepare(request(variant="few_steps", decoder="fast"))
    assert caught.value.mistakes == {
        "variant": ["variant few_steps needs a UNet of few steps, and the bundle of tiny has none that may be used; "
                    "ask for full"],
        "decoder": ["decoder fast needs a fast decoder, and the bundle of tiny has none that may be used; "
                    "ask for full"],
    }  # fmt: skip


def test_an_operator_who_allows_fewer_steps_takes_the_variant_away(fast: Path) -> None:
    model = Engine.load(fast, SETTINGS).model
    assert model.few_steps is not None
    assert RequestLimits(max_steps=3).lower(model).few_steps is None
    assert RequestLimits(max_steps=4).lower(model).few_steps == model.few_steps


def test_few_steps_begin_in_noise_whatever_the_schedule(fast: Path) -> None:
    schedule = few_steps_schedule(Engine.load(fast, SETTINGS)._diffusion.noise_schedule)
    assert sampler_plan("ddim", schedule, 4).timesteps.tolist() == [999.0, 749.0, 499.0, 249.0]
