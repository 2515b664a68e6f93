"""Signed pictures: whole by C2PA's own reader, broken by one changed byte, and the same pictures as without."""

import base64
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from c2pa import C2paError, Context, Reader, Settings
from PIL import Image

from engine.engine import Engine, EngineSettings
from engine.pictures.encode import read_provenance
from server.app import create_app
from server.credentials.development import LEAF_DAYS, ROOT, Development
from server.credentials.errors import CredentialsError
from server.credentials.identity import identity
from server.credentials.signer import SOURCE_TYPE, PictureSigner
from server.credentials.start import FOLDER, PIXEL
from server.settings import Settings as ServerSettings

BODY = {"description": "a woman in a red dress", "seed": 7, "steps": 2}
FORMATS = ("png", "jpeg", "webp")


def verdict(data: bytes, image_format: str, anchor: str = "") -> dict[str, Any]:
    """What C2PA's reader says of a picture."""
    trust = {"trust": {"trust_anchors": anchor}} if anchor else {}
    context = Context(settings=Settings.from_dict({"verify": {"verify_trust": bool(anchor)}, **trust}))
    try:
        with Reader(f"image/{image_format}", io.BytesIO(data), context=context) as reader:
            found: dict[str, Any] = json.loads(reader.json())
            return found
    except C2paError as error:
        return {"validation_state": f"none: {error}"}


@pytest.fixture
def engine(bundle: Path) -> Engine:
    """A real one: its pictures carry their provenance."""
    return Engine.load(bundle, EngineSettings(num_threads=1))


@pytest.fixture
async def signing(engine: Engine, tmp_path: Path, talk: Any) -> AsyncIterator[Any]:
    settings = ServerSettings(content_credentials="on", state=tmp_path)
    async with talk(create_app(settings, engine)) as client:
        yield client


async def drawn(client: Any, image_format: str, **more: Any) -> bytes:
    answer = await client.post("/generate", json=BODY | more, headers={"Accept": f"image/{image_format}"})
    assert answer.status_code == 200, answer.text
    data: bytes = answer.content
    return data


@pytest.mark.parametrize("image_format", FORMATS)
async def test_picture_is_whole_until_a_byte_changes(signing: Any, tmp_path: Path, image_format: str) -> None:
    data = await drawn(signing, image_format)
    found = verdict(data, image_format)
    assert found["validation_state"] == "Valid"
    anchor = (tmp_path / FOLDER / ROOT).read_text()
    anchor = anchor[anchor.index("-----BEGIN CERTIFICATE") :]
    assert verdict(data, image_format, anchor)["validation_state"] == "Trusted"
    broken = bytearray(data)
    broken[len(data) - 40 if image_format != "webp" else data.index(b"VP8 ") + 60] ^= 1
    assert verdict(bytes(broken), image_format)["validation_state"] == "Invalid"


async def test_manifest_says_a_model_made_it_and_no_word_of_the_request(signing: Any) -> None:
    found = verdict(await drawn(signing, "png"), "png")
    manifest = found["manifests"][found["active_manifest"]]
    assert manifest["claim_generator_info"][0]["name"] == "cosmicman-serve"
    (actions,) = [each["data"]["actions"] for each in manifest["assertions"] if each["label"] == "c2pa.actions.v2"]
    assert [(each["action"], each["digitalSourceType"]) for each in actions] == [("c2pa.created", SOURCE_TYPE)]
    assert "thumbnail" not in json.dumps(found)
    assert "woman" not in json.dumps(found)


@pytest.mark.parametrize("image_format", FORMATS)
async def test_pixels_and_our_own_words_are_those_of_the_unsigned_picture(
    signing: Any, bundle: Path, talk: Any, image_format: str
) -> None:
    async with talk(create_app(ServerSettings(), Engine.load(bundle, EngineSettings(num_threads=1)))) as client:
        plain, again = await drawn(client, image_format), await drawn(client, image_format)
    signed = await drawn(signing, image_format)
    assert plain == again
    assert signed != plain
    assert verdict(plain, image_format)["validation_state"].startswith("none")
    assert read_provenance(signed) == read_provenance(plain)
    assert Image.open(io.BytesIO(signed)).tobytes() == Image.open(io.BytesIO(plain)).tobytes()
    assert len(signed) - len(plain) < 5000


async def test_every_way_out_is_signed(signing: Any) -> None:
    answer = await signing.post("/generate", json=BODY | {"num_images": 2})
    pictures = [base64.b64decode(image["data"]) for image in answer.json()["images"]]
    stream = await signing.post("/generate", json=BODY, headers={"Accept": "text/event-stream"})
    (frame,) = [each for each in stream.text.split("\n\n") if "event: image" in each]
    pictures.append(base64.b64decode(json.loads(frame.partition("data: ")[2].partition("\n")[0])["data"]))
    assert [verdict(each, "png")["validation_state"] for each in pictures] == ["Valid"] * 3
    assert "cosmicman_content_credentials_seconds_count 3.0" in (await signing.get("/metrics")).text


async def test_jpeg_as_full_as_it_can_be(signing: Any) -> None:
    """What a JPEG may hold of its own words it holds beside the signature, which has segments of its own."""
    words = "photograph, smiling, " * 50
    data = await drawn(signing, "jpeg", description=f"a woman, {words}", negative_description=words)
    assert verdict(data, "jpeg")["validation_state"] == "Valid"
    assert str(read_provenance(data)["negative_description"]).strip() == words.strip()


@pytest.mark.parametrize("accept", ["application/json", "image/png", "text/event-stream"])
async def test_what_cannot_be_signed_is_a_problem_and_never_a_picture(
    app: Any, client: Any, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(data: bytes, media_type: str) -> bytes:
        raise CredentialsError("the certificate expired")

    object.__setattr__(app.state.gateway, "sign", broken)
    answer = await client.post("/generate", json=BODY, headers={"Accept": accept})
    assert "content-credentials-failed" in answer.text
    assert "event: image" not in answer.text
    assert answer.status_code == (200 if accept == "text/event-stream" else 500)
    assert "a picture could not be signed" in caplog.text
    metrics = (await client.get("/metrics")).text
    assert 'cosmicman_generations_total{outcome="failed"} 1.0' in metrics
    assert 'cosmicman_problems_total{kind="content-credentials-failed"} 1.0' in metrics


def test_expired_certificate_signs_nothing(tmp_path: Path, key_and_certificate: Any) -> None:
    key, certificate = key_and_certificate(days_ago=100)
    then = datetime.now(UTC) - timedelta(days=50)
    expired = identity(key.read_bytes(), certificate.read_bytes(), key="key", certificate="chain", now=then)
    with pytest.raises(CredentialsError, match="expired on"):
        PictureSigner(lambda: expired)(PIXEL, "image/png")


def test_certificate_of_ours_is_renewed_while_the_server_runs(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    development = Development(tmp_path, clock=lambda: now)
    first = development()
    assert development() is first
    now += timedelta(days=LEAF_DAYS - 1)
    assert development().expires > first.expires
