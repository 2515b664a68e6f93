"""The client against the real server: every call, both ways, and what the pictures are."""

import io
from pathlib import Path

import pytest
from PIL import Image

from cosmicman_client import (
    AsyncClient,
    Client,
    ConfigurationError,
    NotFoundError,
    UnprocessableEntityError,
    batch,
)
from cosmicman_client.events import Finished, ImageReady, Queued, Started, Step

TEXT = "a woman with long red hair, a green coat over a striped top"
QUICK = {"steps": 2, "seed": 7}


def test_generate_gives_pictures_and_what_they_were_made_with(url: str, tmp_path: Path) -> None:
    with Client(url) as client:
        made = client.generate(TEXT, num_images=2, **QUICK)
        again = client.generate(TEXT, num_images=2, **QUICK)
    assert made.settings.seed == 7 and made.settings.steps == 2
    assert {span.group for span in made.settings.groups} >= {"hair", "outerwear", "top"}
    assert [image.index for image in made.images] == [0, 1]
    assert made.images[0].data == again.images[0].data != made.images[1].data
    assert made.image.pil().size == (made.image.width, made.image.height)
    path = made.image.save(tmp_path / "woman")
    assert path.name == "woman.png"
    assert Image.open(io.BytesIO(path.read_bytes())).size == made.image.pil().size
    with pytest.raises(ValueError, match=r"image/png: name it \*.png"):
        made.image.save(tmp_path / "woman.jpg")
    assert [file.name for file in tmp_path.iterdir()] == ["woman.png"]


def test_stream_tells_everything_in_order(url: str) -> None:
    with Client(url) as client:
        with client.stream(TEXT, **QUICK) as events:
            told = list(events)
        plain = client.generate(TEXT, **QUICK)
        gathered = client.stream(TEXT, **QUICK).until_done()
    kinds = [type(event) for event in told]
    assert kinds == [Queued, Started, Step, Step, ImageReady, Finished]
    assert isinstance(told[4], ImageReady) and told[4].image.data == plain.image.data == gathered.image.data


async def test_asynchronous_calls_are_the_same(url: str) -> None:
    async with AsyncClient(url) as client:
        made = await client.generate(TEXT, **QUICK)
        async with client.stream(TEXT, **QUICK) as events:
            told = [event async for event in events]
        parsed, model, groups = await client.parse(TEXT), await client.model(), await client.groups()
        assert await client.ready()
    assert isinstance(told[-2], ImageReady) and told[-2].image.data == made.image.data
    assert [TEXT[span.start : span.end] for span in parsed.groups] == [span.text for span in parsed.groups]
    assert model.max_steps > 0 and "ddim" in model.samplers and "takes_init_image" in model.extra
    assert "hair" in {group.group for group in groups}


def test_everything_about_the_model(url: str) -> None:
    with Client(url) as client:
        (model,) = client.models()
        assert model == client.model() and client.ready()
        assert {span.group for span in client.parse("a red hat").groups} == {"headwear"}


def test_adapters_are_listed_and_named_by_a_request(url: str) -> None:
    with Client(url) as client:
        listed = client.adapters()
        assert {each.name for each in listed.adapters if each.refused is None} == {"pencil", "safety-jacket"}
        assert client.with_raw_response.adapters().parse() == listed and listed.max_columns == 128
        plain = client.generate(TEXT, **QUICK)
        drawn = client.generate(TEXT, loras={"pencil": 1.0, "safety-jacket": 0}, **QUICK)
        assert drawn.settings.loras == {"pencil": 1.0} and plain.settings.loras is None
        assert drawn.image.data != plain.image.data == client.generate(TEXT, loras={"pencil": 0.0}, **QUICK).image.data
        with pytest.raises(UnprocessableEntityError, match="did you mean pencil"):
            client.generate(TEXT, loras={"pencils": 1.0}, **QUICK)
        with pytest.raises(TypeError, match="loras must hold scales by name"):
            client.generate(TEXT, loras={"pencil": "much"}, **QUICK)  # type: ignore[dict-item]


async def test_adapters_asynchronously(url: str) -> None:
    async with AsyncClient(url) as client:
        listed = await client.adapters()
        raw = await client.with_raw_response.adapters()
    assert raw.parse() == listed and listed.adapters


def test_refusals_name_every_field(url: str) -> None:
    with Client(url) as client, pytest.raises(UnprocessableEntityError) as caught:
        client.generate(TEXT, steps=5000, width=131)
    assert caught.value.field == "width" and caught.value.kind == "invalid-request"
    assert [each.field for each in caught.value.errors] == ["width", "steps"]
    assert caught.value.request_id and caught.value.request_id in str(caught.value)


def test_raw_response(url: str) -> None:
    with Client(url) as client:
        raw = client.with_raw_response.generate(TEXT, **QUICK)
        assert (raw.status_code, raw.retries) == (200, 0)
        assert raw.request_id == raw.headers["X-Request-Id"]
        assert raw.parse().image.data == client.generate(TEXT, **QUICK).image.data


def test_picture_to_start_from(url: str, tmp_path: Path) -> None:
    path = tmp_path / "start.png"
    Image.new("RGB", (128, 192), (200, 100, 50)).save(path)
    with Client(url) as client:
        by_path = client.generate(TEXT, init_image=path, strength=0.5, **QUICK)
        by_bytes = client.generate(TEXT, init_image=path.read_bytes(), strength=0.5, **QUICK)
    assert by_path.image.data == by_bytes.image.data


def test_attention_comes_with_the_picture_and_in_the_stream(url: str, tmp_path: Path) -> None:
    with Client(url) as client:
        assert client.model().attention
        image = client.generate(TEXT, attention=True, **QUICK).image
        plain = client.generate(TEXT, **QUICK).image
        with client.stream(TEXT, attention=True, **QUICK) as events:
            streamed = events.until_done().image
    assert image.data == plain.data and not plain.attention
    assert image.attention and streamed.attention == image.attention
    paths = image.save_attention(tmp_path / "maps", "red")
    assert [path.name for path in paths] == [f"red-{group}.png" for group in image.attention]
    assert [path.read_bytes() for path in paths] == list(image.attention.values())


def test_batch_gives_every_item_its_own_end(url: str) -> None:
    with Client(url) as client:
        items = [
            "a red dress",
            {"description": "x", "steps": 9999},
            {"descripton": "x"},
            {"description": "a hat", **QUICK},
        ]
        done = {item.index: item for item in batch(client, items, concurrency=2)}
    assert sorted(done) == [0, 1, 2, 3]
    assert isinstance(done[1].error, UnprocessableEntityError) and isinstance(done[2].error, TypeError)
    assert done[0].generation is not None and done[3].generation is not None


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"steps": "20"}, TypeError, "steps must be a whole number; got str"),
        ({"cutout": 1}, TypeError, "cutout must be true or false; got int"),
        ({"attention": "hair"}, TypeError, "attention must be true or false; got str"),
        ({"steps": True}, TypeError, "steps must be a whole number; got bool"),
        ({"width": 128.0}, TypeError, "width must be a whole number; got float"),
        ({"guidance_scale": float("nan")}, ValueError, "finite"),
        ({"weights": {"hair": "1"}}, TypeError, "weights must hold numbers by group; got str for 'hair'"),
        ({"groups": ["hair"]}, TypeError, "groups must be a mapping; got list"),
        ({"guidance_interval": (0.1,)}, TypeError, "two numbers; got 1 values"),
        ({"negative_description": "\ud800"}, ValueError, "unpaired surrogate"),
        ({"init_image": "/no/such/file.png"}, ValueError, "init_image cannot be read"),
        ({"mask": "/no/such/file.png"}, ValueError, "mask cannot be read"),
        ({"change": "top"}, TypeError, "change must be a list of groups; got str"),
        ({"change": [1]}, TypeError, "change must be a list of groups; got int in it"),
        ({"grow": 1.5}, TypeError, "grow must be a whole number; got float"),
        ({"stepz": 3}, TypeError, "no argument 'stepz'"),
    ],
)
def test_wrong_arguments_fail_before_the_network(
    arguments: dict[str, object], error: type[Exception], words: str
) -> None:
    with Client("http://127.0.0.1:9", max_retries=0) as client, pytest.raises(error, match=words):
        client.generate(TEXT, **arguments)  # type: ignore[arg-type]
    with Client("http://127.0.0.1:9") as client, pytest.raises(TypeError, match="description must be a string"):
        client.generate(7)  # type: ignore[arg-type]


def test_environment_says_where_and_with_which_key(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_BASE_URL", url)
    monkeypatch.setenv("COSMICMAN_API_KEY", "cms_of-the-environment")
    with Client() as client:
        assert client.ready()
        assert "cms_of-the-environment" not in repr(client._options)
        sent = client._options.request_headers()
    assert sent["Authorization"] == "Bearer cms_of-the-environment"
    for wrong in ("ftp://x", "http://", "http://user:word@host", "http://host?x=1", "localhost:8000"):
        with pytest.raises(ConfigurationError):
            Client(wrong)
    with pytest.raises(ConfigurationError, match="printable ASCII"):
        Client(api_key="two\nlines")


def test_not_found_has_its_class(url: str) -> None:
    with Client(url + "/nowhere") as client, pytest.raises(NotFoundError):
        client.model()
