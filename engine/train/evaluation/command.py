"""The command `cosmicman evaluate`: which pictures, who judges them, what else is measured, where it is written.

It knows options and files; it does not know how they are typed (server/cli/commands/evaluate.py), nor how anything
is measured.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.description import Group
from engine.train.data.rows import PICTURES
from engine.train.evaluation.answerers import Viewer
from engine.train.evaluation.attention_mass import AttentionReport, measure_attention, strides_of
from engine.train.evaluation.evaluate import ask_about_figures, evaluate
from engine.train.evaluation.photographs import judge_photographs, read_photographs
from engine.train.evaluation.sources import (
    EnginePainter,
    FigurePainter,
    FolderPainter,
    Painter,
    PipelinePainter,
    Pixels,
    RunningEngine,
    Style,
    load_pipeline,
    read_pixels,
)
from engine.train.evaluation.unseen_figures import FIRST_SEED, Case, Wording, make_cases
from engine.train.judge.judge import DEFAULT_FOLDER, Judge

logger = logging.getLogger(__name__)

LoadEngine = Callable[[Path], AbstractAsyncContextManager[RunningEngine]]
LoadEndpoint = Callable[[str | None, str | None, int], Viewer]
Distance = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is measured; one of `bundle`, `pipeline`, `images` and `figures` says of which pictures.

    Attributes:
        bundle: An engine bundle, painted by the serving engine.
        pipeline: A diffusers folder, painted by PyTorch.
        images: Pictures made before, by seed or with captions.
        figures: The figures themselves: the judge's own accuracy.
        autoencoder: `figures` as this AutoencoderKL decodes them.
        num: Descriptions.
        first_seed: Of the figures described.
        phrases: Things said of each figure at most; None is all.
        attributes: Things said about each of those at most, such as a colour; None is all.
        about: A group that every figure has and every description names, such as "dress"; None is any.
        out: Folder for the result.
        batch_size: Pictures at once of `pipeline`.
        attention: Also measure where each phrase's attention falls.
        judge: The figures' classifier.
        vqa_model: A transformers model in its place: folder or hub name.
        vlm: An OpenAI-compatible server in its place; "" is the environment's.
        vlm_model: The model's name at that server.
        vlm_concurrency: Requests at once.
        reference: Folder of real pictures to measure the distance from.
        features: Frechet distance in this transformers model's features.
        inception: FID, by this TorchScript file of Inception.
        clip: CLIP score by this CLIP model.
        steps: Of denoising; this and all below None = what the model says of itself.
        guidance_scale: Strength of guidance.
        sampler: One of the bundle's samplers.
        variant: Which of the bundle's UNets draws; None is the full one.
        decoder: Which of its decoders; None is the full one.
        guidance_interval: Shares of the denoising between which guidance acts.
    """

    bundle: Path | None = None
    pipeline: Path | None = None
    images: Path | None = None
    figures: bool = False
    autoencoder: Path | None = None
    num: int = 500
    first_seed: int = FIRST_SEED
    phrases: int | None = None
    attributes: int | None = None
    about: str | None = None
    out: Path | None = None
    batch_size: int = 16
    attention: bool = False
    judge: Path = DEFAULT_FOLDER
    vqa_model: str | None = None
    vlm: str | None = None
    vlm_model: str | None = None
    vlm_concurrency: int = 8
    reference: Path | None = None
    features: str | None = None
    inception: Path | None = None
    clip: str | None = None
    steps: int | None = None
    guidance_scale: float | None = None
    sampler: str | None = None
    variant: str | None = None
    decoder: str | None = None
    guidance_interval: Sequence[float] | None = None


def run(options: Options, load_engine: LoadEngine | None = None, load_endpoint: LoadEndpoint | None = None) -> int:
    """The command; 0 when measured, 2 for a user's mistake, which one line in the log says.

    Args:
        options: What is measured.
        load_engine: Loads the serving engine from a bundle; this package stands below the engine and cannot itself.
        load_endpoint: Makes the viewer behind a server from base URL, model and concurrency; no HTTP is known here.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for every request
    try:
        viewer = _viewer(options, load_endpoint)
        if options.images is not None and viewer is not None:
            _photographs(options.images, options, viewer)
        elif viewer is not None:
            _figures_in_words(options, viewer, load_engine)
        else:
            _figures(options, load_engine)
    except ValueError as error:
        logger.error("%s", error)
        return 2
    return 0


def _figures(options: Options, load_engine: LoadEngine | None) -> None:
    """The figures' classifier answers for each attribute which value it sees."""
    painter, about = _painter(options, load_engine)
    distances = _Distances(options, of_figures=True)
    judge = Judge.load(options.judge)
    attention = _attention(options) if options.attention else None
    cases = _cases(options)
    evaluation = evaluate(painter, judge, cases)
    evaluation = replace(evaluation, attention=attention)
    captions = [verdict.text for verdict in evaluation.verdicts]
    found = distances.of(evaluation.pictures, captions, [case.figure for case in cases])
    _show(evaluation.text(), found)
    if options.out is not None:
        evaluation.save(options.out, {**about, "distances": found})
        logger.info("wrote %s", options.out / "evaluation.json")


def _figures_in_words(options: Options, viewer: Viewer, load_engine: LoadEngine | None) -> None:
    """Another viewer answers yes or no about the same pictures."""
    painter, about = _painter(options, load_engine)
    distances = _Distances(options, of_figures=True)
    if options.attention:
        about["attention"] = _attention(options).as_json()
    cases = _cases(options)
    questionnaire, pictures = ask_about_figures(painter, viewer, cases)
    captions = [picture.description for picture in questionnaire.pictures]
    found = distances.of(pictures, captions, [case.figure for case in cases])
    _show(questionnaire.text(), found)
    if options.out is not None:
        questionnaire.save(options.out, {**about, "distances": found})
        logger.info("wrote %s", options.out / "evaluation.json")


def _cases(options: Options) -> list[Case]:
    about = None if options.about is None else _group(options.about)
    wording = Wording(phrases=options.phrases, attributes=options.attributes, about=about)
    return make_cases(options.num, options.first_seed, wording)


def _group(name: str) -> Group:
    try:
        return Group(name)
    except ValueError:
        raise ValueError(f"--about must be one of {', '.join(Group)}, got {name!r}") from None


def _photographs(folder: Path, options: Options, viewer: Viewer) -> None:
    """Pictures with captions beside them."""
    if options.attention:
        raise ValueError("--attention looks inside a model: it needs a diffusers folder, --pipeline DIR")
    distances = _Distances(options, of_figures=False)
    photographs = read_photographs(folder, options.num)
    questionnaire = judge_photographs(photographs, viewer)
    captions = [photograph.description for photograph in photographs]
    found = distances.of((photograph.read() for photograph in photographs), captions)
    _show(questionnaire.text(), found)
    if options.out is not None:
        questionnaire.save(options.out, {"source": str(folder), "num": len(photographs), "distances": found})
        logger.info("wrote %s", options.out / "evaluation.json")


def _show(text: str, distances: Sequence[Distance]) -> None:
    lines = [
        f"{each['name']}: {each['value']:.2f} over {each['pictures']} pictures"
        + (f" and {each['reference']} of the reference" if "reference" in each else "")
        for each in distances
    ]
    sys.stdout.write("\n\n".join([text, *(["\n".join(lines)] if lines else [])]) + "\n")


class _Distances:
    """Frechet distances and CLIP score, where asked for: all that they need is there before a picture is painted."""

    def __init__(self, options: Options, *, of_figures: bool) -> None:
        """Load the networks; figures bring the real pictures, unless the options name their folder.

        Raises:
            ValueError: A network cannot be loaded, or there is nothing to compare with, or nothing that compares.
        """
        self._networks, self._clip = [], None
        self._reference: Iterator[Pixels] | None = None
        if options.reference is not None:
            if not (options.features or options.inception):
                raise ValueError("--reference is what --features or --inception compare with: name one of them")
            self._reference = _folder(options.reference)
        if not (options.features or options.inception or options.clip):
            return
        from engine.train.evaluation import distances

        if options.features:
            self._networks.append(distances.transformers_features(options.features))
        if options.inception:
            self._networks.append(distances.inception_features(options.inception))
        if self._networks and self._reference is None and not of_figures:
            raise ValueError("a Frechet distance compares with real pictures: name their folder, --reference DIR")
        if options.clip:
            self._clip = distances.load_clip(options.clip)

    def of(self, pictures: Iterable[Pixels], captions: Sequence[str], figures: Sequence[Pixels] = ()) -> list[Distance]:
        """All of them, of pictures and what they were to show; `figures` are the real ones where there is no folder."""
        if not (self._networks or self._clip):
            return []
        from engine.train.evaluation.distances import clip_score, frechet_distance

        made, found = list(pictures), list[Distance]()
        real = list(self._reference or figures) if self._networks else []
        for network in self._networks:
            value = frechet_distance(real, made, network)
            found.append({"name": network.distance_name, "value": value, "pictures": len(made), "reference": len(real)})
        if self._clip:
            value = clip_score(made, captions, self._clip)
            found.append({"name": f"CLIP score ({self._clip.source})", "value": value, "pictures": len(made)})
        return found


def _folder(folder: Path) -> Iterator[Pixels]:
    """Every picture in a folder of any depth, in the order of their names; raises ValueError where there is none."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in PICTURES)
    if not files:
        raise ValueError(f"{folder} holds no picture ({', '.join(PICTURES)})")
    return (read_pixels(file) for file in files)


def _attention(options: Options) -> AttentionReport:
    if options.pipeline is None:
        raise ValueError("--attention looks inside a model: it needs a diffusers folder, --pipeline DIR")
    seeds = range(options.first_seed, options.first_seed + options.num)
    strides = strides_of(options.pipeline)
    return measure_attention(load_pipeline(options.pipeline), seeds, strides=strides, batch_size=options.batch_size)


def _viewer(options: Options, load_endpoint: LoadEndpoint | None) -> Viewer | None:
    """The judge that answers in words, or None for the figures' classifier."""
    if options.vqa_model is not None:
        from engine.train.evaluation.vqa_model import VqaModel

        return VqaModel(options.vqa_model)
    if options.vlm is None:
        return None
    if load_endpoint is None:
        raise ValueError("a server is asked over HTTP: run `cosmicman evaluate --vlm ...`")
    return load_endpoint(options.vlm or None, options.vlm_model, options.vlm_concurrency)


def _painter(options: Options, load_engine: LoadEngine | None) -> tuple[Painter, dict[str, Any]]:
    """Who makes the pictures, and what is told of it in the result."""
    names = ("steps", "guidance_scale", "sampler", "guidance_interval", "variant", "decoder")
    settings = {name: getattr(options, name) for name in names}
    interval = options.guidance_interval and tuple(options.guidance_interval)
    style = Style(**{**settings, "guidance_interval": interval})

    def told(source: str) -> dict[str, Any]:
        wording = {"phrases_at_most": options.phrases, "attributes_at_most": options.attributes, "about": options.about}
        which = {"num": options.num, "first_seed": options.first_seed, **wording}
        return {"source": source, **which, **settings}

    if options.autoencoder is not None and not options.figures:
        raise ValueError("--autoencoder goes with --figures: a model decodes by its own")
    if options.pipeline is not None:
        pipeline = PipelinePainter(folder=options.pipeline, style=style, batch_size=options.batch_size)
        return pipeline, told(str(options.pipeline))
    if options.images is not None:
        return FolderPainter(folder=options.images), told(str(options.images))
    if options.figures:
        if options.autoencoder is None:
            return FigurePainter(), told("figures")
        from engine.train.judge.data import load_autoencoder

        vae = load_autoencoder(options.autoencoder)
        return FigurePainter(autoencoder=vae), told(f"figures through {options.autoencoder}")
    if options.bundle is None:
        raise ValueError("name the pictures: --bundle DIR, --pipeline DIR, --images DIR or --figures")
    if load_engine is None:
        raise ValueError("a bundle is painted by the serving engine: run `cosmicman evaluate --bundle ...`")
    from engine.description import parse

    bundle = options.bundle
    return EnginePainter(open=lambda: load_engine(bundle), parse=parse, style=style), told(str(bundle))
