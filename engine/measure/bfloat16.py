"""What computing in bfloat16 costs a bundle's pictures: measured where a processor has it, kept in the manifest."""

import asyncio
import io
import os
import shutil
from dataclasses import replace
from math import log10
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.bundle.manifest import Manifest, load_bundle, write_manifest
from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, SessionSettings
from engine.files.whole import whole_folder
from engine.sessions.openvino.library import NAME

NUM_PICTURES = 16
#: Said of pictures that are the same: no more can be told of 8 bits.
MOST_PSNR = 99.0
TEXTS = (
    "a full-body shot, a young woman, long red hair, a blue denim jacket, black trousers, in a park",
    "an old man with a grey beard in a green coat and brown boots",
    "a headshot of a smiling woman with black hair and glasses",
    "a girl in a yellow raincoat, rubber boots, on a street, no hat",
)

FLOAT32 = SessionSettings(provider=NAME, cpu_precision="float32")
BFLOAT16 = SessionSettings(provider=NAME, cpu_precision="bfloat16")


def add_bfloat16_psnr(bundle: Path, out: Path) -> Manifest:
    """Writes a bundle again, with what bfloat16 costs in its manifest.

    Args:
        bundle: What to measure; its other files are the same afterwards.
        out: Where the new bundle goes, which appears whole or not at all; may be the old place.

    Raises:
        BundleError: The bundle is damaged.
        ProviderError: OpenVINO is not installed, or this processor does not compute bfloat16 natively.
    """
    manifest = load_bundle(bundle).manifest
    measured = replace(manifest, bfloat16_psnr=round(psnr(bundle, BFLOAT16, FLOAT32), 2))
    with whole_folder(out.resolve()) as work:
        for name in manifest.files:
            try:
                os.link((bundle / name).resolve(), work / name)
            except OSError:
                shutil.copyfile(bundle / name, work / name)
        write_manifest(work, measured)
    return measured


def psnr(bundle: Path, first: SessionSettings, second: SessionSettings, *, steps: int | None = None) -> float:
    """How near two ways to run a bundle come to each other, in dB, over 16 pictures together; at most 99.

    Args:
        bundle: Its folder.
        first: One way.
        second: The other; the first is loaded before it, so that what it refuses costs no time.
        steps: Denoising steps; None means the model's default.

    Raises:
        ProviderError: One of them does not start here.
    """
    pictures = [asyncio.run(_pictures(Engine.load(bundle, _settings(way)), steps)) for way in (first, second)]
    error = float(np.mean((pictures[0].astype(np.float64) - pictures[1].astype(np.float64)) ** 2))
    return MOST_PSNR if error == 0 else min(MOST_PSNR, 10 * log10(255.0**2 / error))


def _settings(way: SessionSettings) -> EngineSettings:
    return EngineSettings(sessions=way, warm_up=False)


async def _pictures(engine: Engine, steps: int | None) -> npt.NDArray[np.uint8]:
    found = []
    async with engine:
        for number in range(NUM_PICTURES):
            description = parse(TEXTS[number % len(TEXTS)])
            request = GenerationRequest(description=description, seed=number, steps=steps)
            async for event in engine.generate(request):
                if isinstance(event, ImageReady):
                    with Image.open(io.BytesIO(event.data)) as image:
                        found.append(np.asarray(image.convert("RGB")))
    return np.stack(found)
