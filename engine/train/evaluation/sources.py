"""Who makes the pictures that are judged: an engine, a diffusers folder, files made before, or the figures themselves.

It knows how each takes an order; it does not know what is asked about the result.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from engine.description import Description, plain
from engine.request.events import Event, ImageReady
from engine.request.request import FULL, GenerationRequest
from engine.train.figures import draw_figure, sample_figure

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, DiffusionPipeline

Pixels = NDArray[np.uint8]  # [H, W, 3]
_SUFFIXES = (".png", ".webp", ".jpg", ".jpeg")
_AT_ONCE = 16  # requests an engine holds, below its waiting line


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One picture to make; ``seed`` is the figure's and serves as that of the noise too."""

    seed: int
    text: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How to sample; None means what the model says of itself."""

    steps: int | None = None
    guidance_scale: float | None = None
    sampler: str | None = None
    guidance_interval: tuple[float, float] | None = None  # of the serving engine alone, as what follows
    variant: str | None = None
    decoder: str | None = None


class Painter(Protocol):
    """Makes the picture of each order, in order."""

    def paint(self, orders: Sequence[Order]) -> list[Pixels]:
        """Pictures uint8 [height, width, 3]."""
        ...


class RunningEngine(Protocol):
    """What is needed of the serving engine once it runs."""

    def generate(self, request: GenerationRequest) -> AsyncGenerator[Event, None]:
        """Events of one request."""
        ...


@dataclass(frozen=True, kw_only=True)
class EnginePainter:
    """The serving engine: every order is a request like any client's, many at a time.

    Attributes:
        open: Gives an engine that runs inside ``async with``.
        parse: Finds the groups of a description, as the gateway does.
        style: Sampling settings.
    """

    open: Callable[[], AbstractAsyncContextManager[RunningEngine]]
    parse: Callable[[str], Description]
    style: Style = field(default_factory=Style)

    def paint(self, orders: Sequence[Order]) -> list[Pixels]:
        """See ``Painter``; raises the engine's errors."""
        return asyncio.run(self._all(orders))

    async def _all(self, orders: Sequence[Order]) -> list[Pixels]:
        room = asyncio.Semaphore(_AT_ONCE)
        with tqdm(total=len(orders), desc="pictures", mininterval=2) as bar:
            async with self.open() as engine:

                async def one(order: Order) -> Pixels:
                    async with room:
                        picture = await self._one(engine, order)
                    bar.update()
                    return picture

                return await asyncio.gather(*(one(order) for order in orders))

    async def _one(self, engine: RunningEngine, order: Order) -> Pixels:
        request = GenerationRequest(
            description=self.parse(order.text),
            width=order.width,
            height=order.height,
            steps=self.style.steps,
            guidance_scale=self.style.guidance_scale,
            sampler=self.style.sampler,
            guidance_interval=self.style.guidance_interval,
            variant=self.style.variant or FULL,
            decoder=self.style.decoder or FULL,
            seed=order.seed,
        )
        picture = None
        async with aclosing(engine.generate(request)) as events:
            async for event in events:  # to the end: who leaves early cancels
                picture = event if isinstance(event, ImageReady) else picture
        if picture is None:
            raise ValueError(f"the engine ended the request of seed {order.seed} without a picture")
        return _pixels(Image.open(io.BytesIO(picture.data)))


@dataclass(frozen=True, kw_only=True)
class PipelinePainter:
    """A diffusers folder (Stable Diffusion, SDXL) run by PyTorch, many pictures of one size at a time.

    Attributes:
        folder: As ``cosmicman train`` packages it; ``cosmicman.json`` in it gives the default steps and guidance.
        style: Sampling settings; the sampler is the folder's own.
        batch_size: Pictures at once.
    """

    folder: Path
    style: Style = field(default_factory=Style)
    batch_size: int = 16

    def paint(self, orders: Sequence[Order]) -> list[Pixels]:
        """See ``Painter``; raises ValueError where the folder is none."""
        import torch

        if self.style.sampler is not None:
            raise ValueError(f"a pipeline folder brings its own sampler; got {self.style.sampler!r}")
        if self.style.guidance_interval is not None:
            raise ValueError("a pipeline folder guides every step; a guidance interval needs a bundle")
        if self.style.variant or self.style.decoder:
            raise ValueError("a pipeline folder draws with its full UNet and decoder; others need a bundle")
        pipeline = load_pipeline(self.folder)
        steps, guidance_scale = self._settings()
        pictures: dict[int, Pixels] = {}
        with tqdm(total=len(orders), desc="pictures", mininterval=2) as bar:
            for indices in by_size(orders, self.batch_size):
                made = pipeline(
                    [plain(orders[index].text) for index in indices],
                    width=orders[indices[0]].width,
                    height=orders[indices[0]].height,
                    num_inference_steps=steps,
                    guidance_scale=guidance_scale,
                    generator=[torch.Generator().manual_seed(orders[index].seed) for index in indices],
                )
                pictures |= dict(zip(indices, map(_pixels, made.images), strict=True))
                bar.update(len(indices))
        return [pictures[index] for index in range(len(orders))]

    def _settings(self) -> tuple[int, float]:
        path = self.folder / "cosmicman.json"
        told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        steps = self.style.steps if self.style.steps is not None else told.get("steps", 20)
        scale = self.style.guidance_scale if self.style.guidance_scale is not None else told.get("guidance_scale", 4.0)
        return int(steps), float(scale)


@dataclass(frozen=True, kw_only=True)
class FolderPainter:
    """Pictures that are there already, named by the figure's seed: ``1000000.png``, ``01000000.png``, webp or jpeg."""

    folder: Path

    def paint(self, orders: Sequence[Order]) -> list[Pixels]:
        """See ``Painter``; raises ValueError naming a picture that is missing, damaged or of another size."""
        return [self._one(order) for order in orders]

    def _one(self, order: Order) -> Pixels:
        names = [f"{order.seed:0{digits}d}{suffix}" for digits in (1, 8) for suffix in _SUFFIXES]
        path = next((self.folder / name for name in names if (self.folder / name).is_file()), None)
        if path is None:
            raise ValueError(f"{self.folder} holds no picture of seed {order.seed}, such as {names[0]}")
        picture = read_pixels(path)
        if picture.shape[:2] != (order.height, order.width):
            got = f"{picture.shape[1]}x{picture.shape[0]}"
            raise ValueError(f"{path} must be {order.width}x{order.height} as its figure is, got {got}")
        return picture


@dataclass(frozen=True, kw_only=True)
class FigurePainter:
    """The figures themselves: what a perfect generator would score with this judge.

    Attributes:
        autoencoder: Its reconstructions take the figures' place: what a generator of perfect latents would score.
    """

    autoencoder: AutoencoderKL | None = None

    def paint(self, orders: Sequence[Order]) -> list[Pixels]:
        """See ``Painter``."""
        if self.autoencoder is None:
            return [draw_figure(sample_figure(order.seed)).image for order in orders]
        import torch

        from engine.train.judge.data import through

        vae, found = self.autoencoder, dict[int, Pixels]()
        for indices in tqdm(by_size(orders, 16), desc="decoding", mininterval=2):
            figures = np.stack([draw_figure(sample_figure(orders[index].seed)).image for index in indices])
            found |= dict(zip(indices, through(vae, torch.from_numpy(figures)).numpy(), strict=True))
        return [found[index] for index in range(len(orders))]


def read_pixels(path: Path) -> Pixels:
    """A picture file; raises ValueError naming one that is missing or damaged."""
    try:
        with Image.open(path) as image:
            return _pixels(image)
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error


def load_pipeline(folder: Path) -> DiffusionPipeline:
    """A diffusers folder in float32, on the GPU where there is one; nothing is downloaded.

    Raises:
        ValueError: The folder holds no pipeline.
    """
    import torch
    from diffusers import DiffusionPipeline
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    if not folder.is_dir():
        raise ValueError(f"{folder} is no pipeline folder: there is no such folder")
    try:
        pipeline = DiffusionPipeline.from_pretrained(str(folder), local_files_only=True, use_safetensors=True)
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} is no pipeline folder: {str(error).splitlines()[0]}") from error
    diffusers_logging.get_logger("diffusers.models.modeling_utils").setLevel("ERROR")  # it names modules to keep: none
    pipeline.set_progress_bar_config(disable=True)
    pipeline.to("cuda" if torch.cuda.is_available() else "cpu", torch.float32)
    return pipeline


def by_size(orders: Sequence[Order], batch_size: int) -> list[list[int]]:
    """Indices of orders in batches of one size."""
    sizes: dict[tuple[int, int], list[int]] = {}
    for index, order in enumerate(orders):
        sizes.setdefault((order.width, order.height), []).append(index)
    return [group[at : at + batch_size] for group in sizes.values() for at in range(0, len(group), batch_size)]


def _pixels(image: Image.Image) -> Pixels:
    return cast(Pixels, np.asarray(image.convert("RGB")))
