"""The client's `denoise`: what it sends and reads, and score distillation through a server that is the model itself."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from safetensors.numpy import load, save

from cosmicman_client import AsyncClient, Client, Denoised, Tensor, UnprocessableEntityError
from cosmicman_client._exchange.tensors import MEDIA_TYPE, RawTensor, pack, unpack
from engine.bundle.manifest import UNET_FILE, load_bundle
from engine.description import parse
from engine.engine import Engine, EngineSettings
from engine.model.diffusion import DiffusionModel
from engine.samplers import alphas_cumprod, guided
from engine.sessions.auto import sessions_for
from engine.settings import SessionSettings
from server.app import create_app
from server.settings import Settings

FIGURINE = Path(__file__).resolve().parents[3] / "models" / "figurine-bundle"
SETTINGS = EngineSettings(num_threads=1, warm_up=False, sessions=SessionSettings(provider="cpu"))
TEXT = "a full-body shot of a woman with long red hair, a green coat and black boots"
SHAPE = (1, 16, 12, 8)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[AsyncClient]:
    """Of an application around figurine, in this process."""
    app = create_app(Settings(state=tmp_path / "state"), Engine.load(FIGURINE, SETTINGS))
    async with (
        app.router.lifespan_context(app),
        AsyncClient("http://localhost", transport=httpx.ASGITransport(app=app)) as client,
    ):
        yield client


class Prior:
    """The model in this process, by its graphs alone: what SDS would run without a server."""

    def __init__(self) -> None:
        bundle = load_bundle(FIGURINE)
        sessions = sessions_for(bundle, SETTINGS)
        self.model = DiffusionModel(bundle, sessions)
        self.unet = sessions.load(UNET_FILE)
        plan = self.model.plan(parse(TEXT), "", guided=True)
        self.words = [make(plan, width=128, height=192) for make in (self.model.encode, self.model.encode_negative)]

    def output(self, noised: np.ndarray, timestep: float, scale: float) -> np.ndarray:
        shared = {"sample": noised, "timesteps": np.array([timestep], np.float32)}
        return guided(*(self.unet.run({**shared, **words}) for words in self.words), scale)


def gradient(output: np.ndarray, noised: np.ndarray, noise: np.ndarray, alpha: np.float32) -> np.ndarray:
    """Of score distillation by the latents for a model of velocity; w(t) gives it the length of the latents' fault."""
    guess = np.sqrt(alpha) * output + np.sqrt(1 - alpha) * noised
    return np.sqrt((1 - alpha) / alpha) * (guess - noise)


async def test_score_distillation_is_that_of_the_model_in_process_and_draws_nearer(client: AsyncClient) -> None:
    """A figure's latents with noise on them: each step's gradient is exact, and leads back towards the figure."""
    told = await client.noise()
    assert told.prediction_type == "v_prediction" and told.channels == SHAPE[1]
    prior, random = Prior(), np.random.default_rng(1)
    np.testing.assert_array_equal(np.float32(told.alphas_cumprod), alphas_cumprod(prior.model.noise_schedule))
    drawn = await client.generate(TEXT, seed=3, steps=10)
    pixels = np.asarray(drawn.image.pil().convert("RGB"), np.float32).transpose(2, 0, 1)[None] / 127.5 - 1.0
    figure, _ = prior.model.encode_picture(pixels)
    latents = figure + 0.4 * random.normal(size=SHAPE).astype(np.float32)
    before = float(np.square(latents - figure).mean())
    for step in range(12):
        timestep = 60.0 + 20.5 * (step % 4)
        alpha = np.float32(np.interp(timestep, np.arange(told.num_train_timesteps), told.alphas_cumprod))
        noise = random.normal(size=SHAPE).astype(np.float32)
        noised = np.sqrt(alpha) * latents + np.sqrt(1 - alpha) * noise
        answer = await client.denoise(noised, timestep, TEXT, guidance_scale=1.5)
        assert answer.output is not None
        expected = prior.output(noised, timestep, 1.5)
        np.testing.assert_array_equal(answer.output.numpy(), expected)
        assert answer.alphas_cumprod.numpy()[0] == alpha
        latents = latents - np.float32(0.3) * gradient(expected, noised, noise, alpha)
    assert float(np.square(latents - figure).mean()) < 0.6 * before


async def test_halves_of_several_rows_come_back_in_their_kind(client: AsyncClient) -> None:
    random, prior = np.random.default_rng(2), Prior()
    latents = random.normal(size=(3, *SHAPE[1:])).astype(np.float16)
    told = await client.denoise(latents, [10, 400.5, 999], [TEXT, "a man", ""], negative_descriptions="blurry")
    assert told.output is None and told.conditional is not None and told.unconditional is not None
    assert told.conditional.shape == latents.shape and told.conditional.dtype == "float16"
    assert told.model == "figurine" and told.timings["total_seconds"] > 0
    alone = prior.unet.run(
        {"sample": latents[:1].astype(np.float32), "timesteps": np.array([10], np.float32), **prior.words[0]}
    )
    np.testing.assert_array_equal(told.conditional.numpy()[:1], alone.astype(np.float16))
    again = await client.denoise(told.conditional, 10, TEXT, guidance_scale=1)
    assert again.output is not None, "what comes out can go in"


async def test_what_the_server_refuses_names_the_field(client: AsyncClient) -> None:
    with pytest.raises(UnprocessableEntityError) as error:
        await client.denoise(np.zeros((1, 4, 12, 8), np.float32), 1000, TEXT, guidance_scale=0.5)
    assert [each.field for each in error.value.errors] == ["shape", "timesteps", "guidance_scale"]
    with pytest.raises(UnprocessableEntityError, match="row 0 holds NaN or infinity"):
        await client.denoise(np.full(SHAPE, np.nan, np.float32), 10, TEXT)


def test_the_synchronous_client_asks_the_same(url: str) -> None:
    with Client(url) as client:
        noise = client.noise()
        latents = np.zeros(SHAPE, np.float32)
        raw = client.with_raw_response.denoise(latents, noise.num_train_timesteps - 1, TEXT, guidance_scale=100.0)
        assert raw.headers["content-type"] == MEDIA_TYPE and isinstance(raw.parse(), Denoised)
        assert "idempotent-replayed" not in raw.headers
        assert client.with_raw_response.noise().parse() == noise


class Array:
    """No buffer."""


@pytest.mark.parametrize(
    ("latents", "timesteps", "descriptions", "more", "message"),
    [
        (Array(), 1, TEXT, {}, r"latents must be an array, of a torch tensor that is tensor.detach\(\)"),
        (np.zeros(SHAPE), 1, TEXT, {}, "must be of float32 or float16; got numbers of format 'd'"),
        (np.zeros(SHAPE[1:], np.float32), 1, TEXT, {}, r"\[rows, channels, height, width\]; got 3 sides"),
        (np.zeros(SHAPE, np.float32), "now", TEXT, {}, "timesteps must be numbers"),
        (np.zeros(SHAPE, np.float32), None, TEXT, {}, "timesteps must be numbers"),
        (np.zeros(SHAPE, np.float32), 1, 7, {}, "descriptions must be a string, or a list of strings; got int"),
        (
            np.zeros(SHAPE, np.float32),
            1,
            TEXT,
            {"negative_descriptions": [7]},
            "negative_descriptions must be a string",
        ),
        (np.zeros(SHAPE, np.float32), 1, TEXT, {"steps": 7}, "has no argument 'steps'"),
    ],
)
def test_wrong_types_fail_before_anything_is_sent(
    latents: Any, timesteps: Any, descriptions: Any, more: dict[str, Any], message: str
) -> None:
    with Client("http://127.0.0.1:9", max_retries=0) as client, pytest.raises(TypeError, match=message):
        client.denoise(latents, timesteps, descriptions, **more)


def test_numbers_and_texts_that_are_none_fail_too() -> None:
    with Client("http://127.0.0.1:9", max_retries=0) as client:
        with pytest.raises(ValueError, match="must be finite numbers"):
            client.denoise(np.zeros(SHAPE, np.float32), 1, TEXT, guidance_scale=float("nan"))
        with pytest.raises(ValueError, match="unpaired surrogate"):
            client.denoise(np.zeros(SHAPE, np.float32), 1, "\ud800")


def test_bodies_are_those_of_the_library_safetensors() -> None:
    numbers = np.arange(6, dtype=np.float32).reshape(1, 2, 3, 1)
    body = pack({"a": Tensor.of(numbers).raw()}, {"request": "é"})
    np.testing.assert_array_equal(load(body)["a"], numbers)
    tensors, metadata = unpack(save({"a": numbers, "b": numbers.astype(np.float16)}, {"request": "é"}))
    assert metadata == {"request": "é"} and tensors["b"].dtype == "F16" and tensors["a"].shape == numbers.shape
    np.testing.assert_array_equal(Tensor.of(numbers[:, ::-1]).numpy(), numbers[:, ::-1])
    for bad in (b"", b"\xff" * 9, b"\x02\0\0\0\0\0\0\0[]", b"\x07\0\0\0\0\0\0\0" + b'{"a":1}'):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
            unpack(bad)
    assert RawTensor(dtype="F32", shape=(1,), data=b"1234") == RawTensor(dtype="F32", shape=(1,), data=b"1234")
