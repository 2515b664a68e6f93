"""Control, served: pictures that keep to something among others that do not; what cannot act is refused."""

import asyncio
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.bundle.manifest import ADAPTED_FILE, load_bundle
from engine.description import Description, parse
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, ModelInfo, SecondPass, Step
from engine.errors import RequestError
from engine.export.control import add_controls
from engine.request.control import Control
from engine.request.prepare import prepare
from tests.engine.adapters.random_adapters import write_adapters
from tests.engine.test_fast_paths import Seen

SETTINGS = EngineSettings(num_threads=1, warm_up=False)
POSE = tuple((0.1 + 0.04 * number, 0.9 - 0.03 * number) for number in range(18))


def png(pixels: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(buffer, "PNG", **options)
    return buffer.getvalue()


LABELS = png(np.random.default_rng(1).choice([0, 2, 4, 6, 11, 255], (12, 8)))
BAND = png(np.repeat([[255], [0], [0]], 4, 0).repeat(8, 1))
LAYOUT, OF_A_POSE, MASKS = Control(layout=LABELS), Control(pose=POSE), Control(masks={"hair": BAND, "background": BAND})


def request(control: Control | None = None, **changes: Any) -> GenerationRequest:
    description = Description(text="a woman in a red dress", spans=())
    return GenerationRequest(description=description, seed=5, control=control, **changes)


def worded(control: Control | None = None, **changes: Any) -> GenerationRequest:
    """The same with its groups, which attention is told of."""
    return replace(request(control, **changes), description=parse("a woman in a red dress"))


def events(
    bundle: Path, *requests: GenerationRequest, seen: Seen | None = None, adapters: Path | None = None
) -> tuple[list[list[Any]], Engine]:
    async def one(engine: Engine, each: GenerationRequest) -> list[Any]:
        return [event async for event in engine.generate(each)]

    async def everything() -> tuple[list[list[Any]], Engine]:
        async with Engine.load(bundle, replace(SETTINGS, adapters=adapters), seen) as engine:
            return list(await asyncio.gather(*(one(engine, each) for each in requests))), engine

    return asyncio.run(everything())


def image(told: list[Any]) -> bytes:
    [found] = [event.data for event in told if isinstance(event, ImageReady)]
    return bytes(found)


def pixels(picture: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(picture)))


def said(picture: bytes) -> Any:
    return json.loads(Image.open(io.BytesIO(picture)).text["cosmicman"])  # type: ignore[attr-defined]


def test_nothing_asked_scale_0_and_no_steps_are_the_plain_picture_and_load_no_graph(
    controlled_bundle: Path, adapted_bundle: Path
) -> None:
    seen = Seen()
    asked = [request(), request(Control(pose=POSE, scale=0.0)), request(Control(layout=LABELS, until=0.0))]
    told, _ = events(controlled_bundle, *asked, seen=seen)
    [[before], _] = events(adapted_bundle, request())
    plain = [pixels(image(each)) for each in told]
    assert all(np.array_equal(each, pixels(image(before))) for each in plain)
    assert not {"control", "control_layout"} & said(image(told[1])).keys()
    assert not seen.of(ADAPTED_FILE)


def test_pictures_among_others_are_what_they_are_alone(controlled_bundle: Path, tmp_path: Path) -> None:
    adapters = write_adapters(controlled_bundle, tmp_path / "loras")
    asked = [
        request(),
        request(LAYOUT),
        request(OF_A_POSE, guidance_scale=1.0, sampler="euler_a"),
        request(replace(LAYOUT, until=0.5)),
        request(MASKS, loras={"film": 0.8}),
        request(loras={"ink": 1.0}),
    ]
    alone = [image(events(controlled_bundle, each, adapters=adapters)[0][0]) for each in asked]
    assert len(set(alone)) == len(alone)
    seen = Seen()
    told, engine = events(controlled_bundle, *asked, seen=seen, adapters=adapters)
    assert [image(each) for each in told] == alone
    assert max(map(len, seen.of(ADAPTED_FILE))) > 2
    assert 0 < engine.stats().forwards_adapted_total <= engine.stats().forwards_total
    assert any(event.bucket.endswith("columns") for event in told[1] if isinstance(event, Step) and event.bucket)


def test_pictures_say_what_they_keep_to(controlled_bundle: Path) -> None:
    asked = [request(replace(LAYOUT, scale=0.5)), request(replace(OF_A_POSE, until=0.75)), request(MASKS)]
    layout, pose, masks = (said(image(each)) for each in events(controlled_bundle, *asked)[0])
    assert layout["control_layout"] == {"scale": 0.5, "until": 1.0} and "control" not in layout
    assert layout["control_layout_sha256"] == hashlib.sha256(LABELS).hexdigest()
    assert pose["control"] == {"pose": [list(point) for point in POSE], "scale": 1.0, "until": 0.75}
    assert masks["control_layout_sha256"] == dict.fromkeys(("background", "hair"), hashlib.sha256(BAND).hexdigest())


def attention(told: list[Any]) -> dict[str, bytes]:
    [found] = [event.attention for event in told if isinstance(event, ImageReady)]
    return dict(found)


def test_attention_is_told_with_control_and_changes_nothing(controlled_bundle: Path) -> None:
    """Alone and beside others; where control ends before the last step, the plain graph tells the rest."""
    held = [LAYOUT, replace(OF_A_POSE, until=0.5)]
    plain = [image(events(controlled_bundle, worded(each))[0][0]) for each in held]
    watched = [*(worded(each, attention=True) for each in held), worded(attention=True)]
    alone = [events(controlled_bundle, each)[0][0] for each in watched]
    assert [image(each) for each in alone[:2]] == plain
    maps = [attention(each) for each in alone]
    assert all(each.keys() == {"person", "dress"} for each in maps) and maps[0] != maps[1] != maps[2] != maps[0]
    told, engine = events(controlled_bundle, *watched, worded(MASKS), worded())
    assert [image(each) for each in told[:3]] == [image(each) for each in alone]
    assert [attention(each) for each in told] == [*maps, {}, {}]
    assert engine.model.adapted_attention


def test_a_graph_that_tells_none_is_not_asked(model: ModelInfo) -> None:
    asked, older = request(LAYOUT, attention=True), replace(model, adapted_attention=False)
    with pytest.raises(RequestError, match="attention with control needs an adapted UNet that tells it"):
        prepare(asked, older)
    assert prepare(asked, model).attention
    assert prepare(request(replace(LAYOUT, scale=0.0), attention=True), older).attention, "it does nothing"


def test_it_acts_in_both_passes_and_on_a_start_picture(controlled_bundle: Path) -> None:
    start = image(events(controlled_bundle, request())[0][0])
    asked = [request(control, init_image=start, second_pass=SecondPass(scale=1.0)) for control in (LAYOUT, None)]
    held, plain = (image(each) for each in events(controlled_bundle, *asked)[0])
    assert held != plain


def test_another_bundles_network_is_taken_as_it_is(
    controlled_bundle: Path, adapted_bundle: Path, tmp_path: Path
) -> None:
    add_controls(adapted_bundle, {"pose": controlled_bundle}, tmp_path / "bundle")
    manifest, other = load_bundle(tmp_path / "bundle").manifest, load_bundle(controlled_bundle).manifest
    assert manifest.controls == {"pose": other.controls["pose"]}
    assert manifest.files["control_pose.onnx"] == other.files["control_pose.onnx"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"in_channels": 1}, "a network of pose reads 3 channels; this one 1"),
        ({"downscale_factor": 3}, "downscale_factor must divide 8, the pixels of a feature; got 3"),
        (
            {"channels": [16, 24]},
            "features at 32x48 pixels must be 16x6x4, 32x6x4, the UNet's; they are 16x6x4, 24x6x4",
        ),
        ({"adapter_type": "full_adapter"}, "they are 16x6x4, 32x3x2"),
        ({"adapter_type": "other"}, "must be a T2IAdapter of type full_adapter, full_adapter_xl, light_adapter; got"),
        ({"_class_name": "ControlNetModel"}, "must be a T2IAdapter .*; got ControlNetModel of type full_adapter_xl"),
    ],
)
def test_networks_of_other_unets_are_refused(
    changes: dict[str, Any], message: str, controlled_bundle: Path, checkpoint: Path, tmp_path: Path
) -> None:
    config = json.loads((checkpoint.parent / "control" / "pose" / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps(config | changes), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        add_controls(controlled_bundle, {"pose": tmp_path}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_and_bundles_that_cannot_have_one_are_refused(bundle: Path, checkpoint: Path, tmp_path: Path) -> None:
    folder = checkpoint.parent / "control" / "pose"
    with pytest.raises(ValueError, match="control must be of layout, pose; got 'depth'"):
        add_controls(bundle, {"depth": folder}, tmp_path / "out")
    with pytest.raises(ValueError, match="no UNet that control can add to; write it again with --unet CHECKPOINT"):
        add_controls(bundle, {"pose": folder}, tmp_path / "out")


@pytest.fixture(scope="module")
def model(controlled_bundle: Path) -> ModelInfo:
    return Engine.load(controlled_bundle, SETTINGS).model


def moving() -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("L", (8, 12), value) for value in (0, 4)]
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


ONE_POINT = ((0.5, 0.5), *[None] * 17)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"control": Control()}, "control must hold layout, picture or pose, one of them; got none"),
        (
            {"control": replace(LAYOUT, pose=POSE)},
            "layout, picture or pose, one of them; got layout and pose",
        ),
        ({"control": replace(LAYOUT, masks={"hair": BAND})}, "a file of labels or a mask for each group; got both"),
        ({"control": replace(LAYOUT, scale=2.5)}, "control.scale must be from 0 to 2; got 2.5"),
        ({"control": replace(LAYOUT, scale=float("nan"))}, "control.scale must be from 0 to 2; got nan"),
        ({"control": replace(LAYOUT, until=-1.0)}, "control.until must be from 0 to 1; got -1"),
        (
            {"control": Control(pose=POSE[:17])},
            "must hold 18 points (nose, neck, right shoulder, ... left ear); got 17",
        ),
        ({"control": Control(pose=ONE_POINT)}, "control.pose must have at least 2 points that are seen; got 1"),
        ({"control": Control(pose=((1.5, 0.5), *POSE[1:]))}, "null for what is not seen; nose: 1.5, 0.5"),
        ({"control": LAYOUT, "width": 40, "height": 40}, "must have the aspect of the picture, 40x40; got 8x12"),
        ({"control": Control(layout=moving())}, "control.layout: "),
        ({"control": Control(layout=b"GIF89a")}, "control.layout: "),
        ({"control": Control(masks={"style!": BAND})}, "control.layout may have a mask for person, "),
        ({"control": Control(masks={"hair": BAND, "top": png([[0, 9]])})}, "masks of one size; got 8x12 and 2x1"),
    ],
)
def test_what_cannot_act_is_refused(changes: dict[str, Any], message: str, model: ModelInfo) -> None:
    with pytest.raises(RequestError) as error:
        prepare(request(**changes), model)
    told = [each for messages in error.value.mistakes.values() for each in messages]
    assert any(message in each for each in told), told


def test_a_bundle_without_networks_says_so(model: ModelInfo) -> None:
    for controls, has in (({}, "has none"), ({"pose": 8}, "has pose alone")):
        with pytest.raises(RequestError, match=f"control.layout needs a network of control, and .* {has}"):
            prepare(request(LAYOUT), replace(model, controls=controls))


def test_few_steps_and_odd_sides_are_refused(model: ModelInfo) -> None:
    with pytest.raises(RequestError, match="sides are multiples of 12; got 32x48"):
        prepare(request(LAYOUT), replace(model, controls={"layout": 12}))
    with pytest.raises(RequestError) as error:
        prepare(request(LAYOUT, variant="few_steps"), model)
    assert "control acts in variant full, whose graph takes it; got few_steps" in error.value.mistakes["control"]


@pytest.mark.parametrize(
    ("control", "message"),
    [
        (Control(layout=png(np.full((12, 8), 18))), "labels 0 to 17 of ATR-18, or 255 where anything may be; got 18"),
        (Control(layout=png(np.full((12, 8), 255))), "leaves every pixel free"),
        (Control(layout=LABELS[:-30]), "truncated or damaged"),
        (Control(masks={"hair": png(np.zeros((12, 8)))}), "leaves every pixel free"),
    ],
)
def test_a_layout_that_says_nothing_is_refused_once_it_is_read(
    control: Control, message: str, controlled_bundle: Path
) -> None:
    with pytest.raises(RequestError, match=message) as error:
        events(controlled_bundle, request(control))
    assert list(error.value.mistakes) == ["control"]
