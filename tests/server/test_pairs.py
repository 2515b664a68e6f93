"""Every two features of a picture in one request: both act, or it is refused by its field with the true reason.

The bundled model draws, so that each feature is there: parser, adapters, control, few steps, fast decoder, previews.
"""

import asyncio
import base64
import io
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import pytest
from PIL import Image

from engine.engine import Engine, EngineSettings
from server.app import create_app
from server.openapi.examples import LABELS_PNG, POSE
from server.settings import Settings

MODELS = Path(__file__).resolve().parents[2] / "models"
BASE = {"description": "a full-body shot of a woman with long black hair, a blue dress, in a park", "seed": 3}
START = {
    "description": "a full-body shot of a woman with long red hair, a blue dress, in a park",
    "seed": 3,
    "steps": 8,
}
AT_ONCE = 6


def png(pixels: Any) -> str:
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


#: The upper half may change: white, or below /v1 transparent.
UPPER = np.arange(192)[:, None].repeat(128, 1) < 96
MASK, ALPHA_MASK = png(255 * UPPER), png(np.dstack([np.zeros((192, 128, 3)), np.where(UPPER, 0, 255)]))
#: What each feature asks for; `start` stands for a picture.
ASKS: dict[str, dict[str, Any]] = {
    "init_image": {"init_image": "start"},
    "mask": {"init_image": "start", "mask": MASK},
    "change": {"init_image": "start", "change": ["hair"]},
    "cutout": {"cutout": True},
    "loras": {"loras": {"pencil": 0.7}},
    "control": {"control": {"layout": LABELS_PNG}},
    "pose": {"control": {"pose": POSE, "until": 0.5}},
    "second_pass": {"second_pass": {"strength": 0.5}},
    "decoder": {"decoder": "fast"},
    "few_steps": {"variant": "few_steps"},
    "attention": {"attention": True},
    "previews": {"preview_every": 1},
    "job": {},
    "stream": {},
    "png": {},
    "v1": {},
}
WAYS = ("job", "stream", "png", "v1")
#: They are asked for, and change no picture.
BESIDE = ("attention", "previews", *WAYS)
#: Field and words of those that cannot act together.
REFUSED = {
    "mask change": ("change", "change and mask both say what may change; give one of them"),
    "mask second_pass": ("second_pass", "draws the whole picture again, and mask keeps a part; leave one out"),
    "change second_pass": ("second_pass", "draws the whole picture again, and change keeps a part; leave one out"),
    "loras few_steps": ("loras", "loras act in variant full, whose graph takes adapters; got few_steps"),
    "control few_steps": ("control", "control acts in variant full, whose graph takes it; got few_steps"),
    "pose few_steps": ("control", "control acts in variant full, whose graph takes it; got few_steps"),
    "control pose": ("control", "must hold layout, picture or pose, one of them; got layout and pose"),
    "attention job": ("attention", "attention is for answers of POST /generate; a job keeps its pictures alone"),
    "attention png": ("attention", "which can hold maps beside a picture; this one is image/png"),
    "attention v1": ("attention", "POST /generate takes it, whose answer has a place for the maps"),
    "previews job": ("preview_every", "previews of a job are not kept"),
    "previews png": ("preview_every", "which alone can hold previews; this one is image/png"),
}


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What a request came to."""

    pixels: Any  # [H, W, 3 or 4]
    said: Mapping[str, Any]
    attention: Mapping[str, str] = field(default_factory=dict)
    previews: int = 0

    def shows(self, feature: str) -> bool:
        """Whether the answer, or what the picture says of itself, tells of a feature."""
        marks = {
            "init_image": "init_image_sha256" in self.said,
            "mask": {"mask_sha256", "changed_sha256"} <= self.said.keys(),
            "change": self.said.get("change") == ["hair"] and "changed_sha256" in self.said,
            "cutout": self.pixels.shape[2] == 4,
            "loras": self.said.get("loras") == {"pencil": 0.7},
            "control": "control_layout_sha256" in self.said,
            "pose": "pose" in self.said.get("control", {}),
            "second_pass": "second_pass" in self.said,
            "decoder": self.said["decoder"] == "fast",
            "few_steps": self.said["variant"] == "few_steps",
            "attention": {"hair", "dress"} <= self.attention.keys(),
        }
        return bool(marks.get(feature, True))


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A refusal: messages by field."""

    errors: Mapping[str, str]


def body_of(features: tuple[str, ...], start: str) -> dict[str, Any]:
    """A request for all of them; what two of them say of one object is said together."""
    body: dict[str, Any] = dict(BASE) | ({} if "few_steps" in features else {"steps": 2})
    for feature in features:
        for name, value in ASKS[feature].items():
            both = isinstance(value, dict) and isinstance(body.get(name), dict)
            body[name] = {**body[name], **value} if both else value
    return body | ({"init_image": start} if "init_image" in body else {})


def drawn(data: bytes, **more: Any) -> Drawn:
    image = Image.open(io.BytesIO(data))
    return Drawn(pixels=np.asarray(image), said=json.loads(image.info["cosmicman"]), **more)


def events_of(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.split("\n\n") if "event: " in block]
    pairs = [{line.partition(": ")[0]: line.partition(": ")[2] for line in block} for block in blocks]
    return [(each["event"], json.loads(each["data"])) for each in pairs]


def refused(answer: Any) -> Refused:
    told = answer.json()
    if "error" in told:
        one = told["error"]
        return Refused(errors={each["param"]: each["message"] for each in one.get("errors") or [one]})
    assert "errors" in told, told
    return Refused(errors={each["field"]: each["detail"] for each in told["errors"]})


async def asked(client: Any, features: tuple[str, ...], start: str) -> Drawn | Refused:
    body = body_of(features, start)
    if "v1" in features:
        return await asked_below_v1(client, body)
    if "job" in features:
        return await asked_as_job(client, body)
    streams = "stream" in features or ("previews" in features and "png" not in features)
    accept = "image/png" if "png" in features else "text/event-stream" if streams else "application/json"
    answer = await client.post("/generate", json=body, headers={"Accept": accept})
    if answer.status_code != 200:
        return refused(answer)
    if accept == "image/png":
        return drawn(answer.content)
    if streams:
        events = events_of(answer.text)
        [image] = [data for name, data in events if name == "image"]
        previews = sum(name == "preview" for name, _ in events)
    else:
        [image], previews = answer.json()["images"], 0
    maps = image.get("attention") or {}
    return drawn(base64.b64decode(image["data"]), attention=maps, previews=previews)


async def asked_as_job(client: Any, body: dict[str, Any]) -> Drawn | Refused:
    answer = await client.post("/jobs", json=body)
    if answer.status_code != 202:
        return refused(answer)
    path = answer.headers["location"]
    async with asyncio.timeout(600):
        while (job := (await client.get(path)).json())["status"] != "finished":
            assert job["status"] in ("queued", "running"), job
            await asyncio.sleep(0.05)
    return drawn((await client.get(f"{path}/images/0")).content)


async def asked_below_v1(client: Any, body: dict[str, Any]) -> Drawn | Refused:
    """In OpenAI's words; what changes a part of a picture goes to edits, as a form."""
    names = {"description": "prompt", "steps": "num_inference_steps", "cutout": "background"}
    said = {names.get(name, name): value for name, value in body.items()}
    said |= {"background": "transparent"} if "background" in said else {}
    streams = bool(said.pop("preview_every", None))
    said |= {"stream": True, "partial_images": 1} if streams else {}
    if {"mask", "change"} & said.keys():
        answer = await client.post("/v1/images/edits", files=form_of(said))
    else:
        answer = await client.post("/v1/images/generations", json=said)
    if answer.status_code != 200:
        return refused(answer)
    if not streams:
        return drawn(base64.b64decode(answer.json()["data"][0]["b64_json"]))
    *partial, (_, last) = events_of(answer.text)
    return drawn(base64.b64decode(last["b64_json"]), previews=len(partial))


def form_of(said: dict[str, Any]) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = [("image", ("start.png", base64.b64decode(said.pop("init_image"))))]
    if said.pop("mask", None):
        parts.append(("mask", ("mask.png", base64.b64decode(ALPHA_MASK))))
    parts += [("change[]", (None, group)) for group in said.pop("change", ())]
    told = {name: json.dumps(value) if isinstance(value, dict | bool) else str(value) for name, value in said.items()}
    return parts + [(name, (None, value)) for name, value in told.items()]


def drew(came: Drawn | Refused) -> TypeGuard[Drawn]:
    return isinstance(came, Drawn)


def judge(pair: tuple[str, str], came: Drawn | Refused, alone: Mapping[str, Drawn]) -> str:
    """What is wrong with a pair's answer; "" if nothing is."""
    expected = REFUSED.get(" ".join(pair))
    if isinstance(came, Refused):
        return "" if expected and expected[1] in came.errors.get(expected[0], "") else f"refused: {dict(came.errors)}"
    if expected:
        return "drawn, where it cannot be"
    missing = [feature for feature in pair if not came.shows(feature)]
    if missing:
        return f"drawn without {missing}"
    for feature, other in (pair, pair[::-1]):
        same = np.array_equal(came.pixels[..., :3], alone[other].pixels[..., :3])
        inside = ASKS[feature].items() <= ASKS[other].items()
        if same != (feature in BESIDE or feature == "cutout" or inside):
            return f"{feature} changed {'nothing' if same else 'the picture'} beside {other}"
    return ""


@pytest.fixture
def engine() -> Engine:
    settings = EngineSettings(num_threads=1, warm_up=False, adapters=MODELS / "adapters", max_waiting=64)
    return Engine.load(MODELS / "figurine-bundle", settings)


async def test_every_pair_acts_together_or_is_refused_with_its_reason(engine: Engine, talk: Any) -> None:
    turn = asyncio.Semaphore(AT_ONCE)
    async with talk(create_app(Settings(), engine)) as client:
        first = await client.post("/generate", json=START, headers={"Accept": "image/png"})
        start = base64.b64encode(first.content).decode("ascii")

        async def one(features: tuple[str, ...]) -> Drawn | Refused:
            async with turn:
                return await asked(client, features, start)

        singles = await asyncio.gather(*(one((feature,)) for feature in ASKS))
        alone = {feature: came for feature, came in zip(ASKS, singles, strict=True) if drew(came)}
        assert alone.keys() == ASKS.keys() and all(came.shows(feature) for feature, came in alone.items()), singles
        pairs = [pair for pair in itertools.combinations(ASKS, 2) if not set(pair) <= set(WAYS)]
        answers = await asyncio.gather(*map(one, pairs))
    assert set(REFUSED) <= {" ".join(pair) for pair in pairs}
    wrong = {pair: judge(pair, came, alone) for pair, came in zip(pairs, answers, strict=True)}
    assert not {pair: why for pair, why in wrong.items() if why}
    # One that is not made in time is left out; that all are would be no matter of time.
    shown = [came.previews > 0 for pair, came in zip(pairs, answers, strict=True) if "previews" in pair and drew(came)]
    assert sum(shown) > len(shown) / 2
