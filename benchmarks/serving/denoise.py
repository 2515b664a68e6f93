"""What POST /denoise adds to a forward: the same rows by the graph in this process, and by a server on loopback.

Run from the repository root: `python benchmarks/serving/denoise.py`. All ways take turns, call by call, in one run;
medians count, and of them the ratios. Guided, so that each row of latents is two rows of the UNet. The bundled model's
forwards are the shortest there are: with a larger one the same milliseconds are a smaller share.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import safetensors.numpy as safetensors

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "clients" / "python")]

from benchmarks.support.machine import describe  # noqa: E402
from benchmarks.support.serving import TEXT, serving  # noqa: E402
from engine.bundle.manifest import UNET_FILE, load_bundle  # noqa: E402
from engine.description import parse  # noqa: E402
from engine.model.diffusion import DiffusionModel  # noqa: E402
from engine.samplers import guided  # noqa: E402
from engine.sessions.auto import sessions_for  # noqa: E402
from engine.settings import EngineSettings, SessionSettings  # noqa: E402

BUNDLE = ROOT / "models" / "figurine-bundle"
ROWS = (1, 4, 16)
SCALE = 100.0


class Prior:
    """The graph alone, in forwards as large as the server's."""

    def __init__(self, threads: int) -> None:
        bundle = load_bundle(BUNDLE)
        self.settings = EngineSettings(num_threads=threads, sessions=SessionSettings(provider="cpu"))
        sessions = sessions_for(bundle, self.settings)
        model, self.unet = DiffusionModel(bundle, sessions), sessions.load(UNET_FILE)
        manifest = bundle.manifest
        size = {"width": manifest.default_width, "height": manifest.default_height}
        plan = model.plan(parse(TEXT), "", guided=True)
        self.shape = model.latent_shape(**size)[1:]
        self.words = [make(plan, **size) for make in (model.encode, model.encode_negative)]

    def output(self, latents: np.ndarray, timesteps: np.ndarray) -> np.ndarray:
        rows = {
            name: np.concatenate([np.repeat(each[name], len(latents), 0) for each in self.words])
            for name in self.words[0]
        }
        inputs = {"sample": np.tile(latents, (2, 1, 1, 1)), "timesteps": np.tile(timesteps, 2), **rows}
        most = self.settings.max_rows
        parts = [
            self.unet.run({name: each[start : start + most] for name, each in inputs.items()})
            for start in range(0, 2 * len(latents), most)
        ]
        whole = np.concatenate(parts)
        return guided(whole[: len(latents)], whole[len(latents) :], SCALE)


def by_tensors(http: httpx.Client, latents: np.ndarray, timesteps: np.ndarray) -> np.ndarray:
    rest = json.dumps({"descriptions": [TEXT], "guidance_scale": SCALE})
    body = safetensors.save({"latents": latents, "timesteps": timesteps}, {"request": rest})
    answer = http.post("/denoise", content=body, headers={"Content-Type": "application/vnd.safetensors"})
    return safetensors.load(answer.content)["output"]


def by_json(http: httpx.Client, latents: np.ndarray, timesteps: np.ndarray) -> np.ndarray:
    body = {
        "latents": base64.b64encode(latents.tobytes()).decode(),
        "shape": list(latents.shape),
        "timesteps": timesteps.tolist(),
        "descriptions": [TEXT],
        "guidance_scale": SCALE,
    }
    answer = http.post("/denoise", content=json.dumps(body), headers={"Content-Type": "application/json"})
    return np.frombuffer(base64.b64decode(answer.json()["output"]), np.float32).reshape(latents.shape)


def medians(ways: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Milliseconds of each way; all take turns, and the first rounds warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 2):
        for name, run in ways.items():
            began = time.perf_counter()
            run()
            if number > 1:
                seconds[name].append(time.perf_counter() - began)
    return {name: 1000 * statistics.median(each) for name, each in seconds.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    prior, random = Prior(options.threads), np.random.default_rng(0)
    arguments = ("--provider", "cpu", "--num-threads", str(options.threads))
    print(describe())
    print("| rows of latents | forward alone, ms | safetensors | JSON | times the forward |")
    print("|---|---|---|---|---|")
    with serving(*arguments) as server, httpx.Client(base_url=server.url, timeout=600.0, trust_env=False) as http:
        for rows in ROWS:
            latents = random.normal(size=(rows, *prior.shape)).astype(np.float32)
            timesteps = np.linspace(900.0, 100.0, rows, dtype=np.float32)
            expected = prior.output(latents, timesteps)
            for told in (by_tensors(http, latents, timesteps), by_json(http, latents, timesteps)):
                assert np.array_equal(told, expected), "other bits"
            ways = {
                "alone": partial(prior.output, latents, timesteps),
                "tensors": partial(by_tensors, http, latents, timesteps),
                "json": partial(by_json, http, latents, timesteps),
            }
            took = medians(ways, options.rounds)
            alone, tensors, text = took["alone"], took["tensors"], took["json"]
            ratios = f"{tensors / alone:.2f}, {text / alone:.2f}"
            print(f"| {rows} | {alone:.1f} | {tensors:.1f} | {text:.1f} | {ratios} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
