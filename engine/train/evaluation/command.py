"""The command `cosmicman evaluate`: which pictures, who judges them, what else is measured, where it is written.

It knows options and files; it does not know how they are typed (server/cli/commands/evaluate.py), nor how anything
is measured.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.description import Group
from engine.regions.regions import Regions
from engine.train.evaluation.answerers import Viewer
from engine.train.evaluation.attention_mass import AttentionReport, measure_attention, strides_of
from engine.train.evaluation.comparisons import Comparisons, Distance, show_distance
from engine.train.evaluation.evaluate import ask_about_figures, evaluate
from engine.train.evaluation.layout import LayoutReport, measure_layout, open_parser
from engine.train.evaluation.photographs import (
    judge_photographs,
    paint_and_ask,
    read_photographs,
    save_pictures,
    size_of_bundle,
    sizes_of_pipeline,
)
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
)
from engine.train.evaluation.subjects import figures_of, rows_of
from engine.train.evaluation.unseen_figures import FIRST_SEED, Case, Wording, make_cases
from engine.train.judge.judge import DEFAULT_FOLDER, Judge
from engine.train.parser.presence import Said

logger = logging.getLogger(__name__)

LoadEngine = Callable[[Path], AbstractAsyncContextManager[RunningEngine]]
LoadEndpoint = Callable[[str | None, str | None, int], Viewer]

_NO_MODEL = "--attention looks inside a model: it needs a diffusers folder, --pipeline DIR"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is measured; one of `bundle`, `pipeline`, `images` and `figures` says of which pictures.

    Descriptions are of figures, unless `rows` names a data folder or `images` brings its own.

    Attributes:
        bundle: An engine bundle, painted by the serving engine.
        pipeline: A diffusers folder, painted by PyTorch.
        images: Pictures made before, by seed or with captions.
        figures: The figures themselves: the judge's own accuracy.
        autoencoder: `figures` as this AutoencoderKL decodes them.
        rows: A data folder in CosmicMan-HQ's layout, or pictures with captions, whose descriptions are painted.
        num: Descriptions.
        first_seed: Of the figures described.
        phrases: Things said of each figure at most; None is all.
        attributes: Things said about each of those at most, such as a colour; None is all.
        about: A group that every figure has and every description names, such as "dress"; None is any.
        out: Folder for the result.
        batch_size: Pictures at once of `pipeline`.
        attention: Also measure where each phrase's attention falls.
        layout: Also measure, by the parser of this bundle, how well pictures keep to their figures' layout, and
            whether what the description names is there.
        judge: The figures' classifier.
        vqa_model: A transformers model in its place: folder or hub name.
        vlm: An OpenAI-compatible server in its place; "" is the environment's.
        vlm_model: The model's name at that server.
        vlm_concurrency: Requests at once.
        reference: Folder of real pictures to measure the distance from.
        features: Frechet distance in this transformers model's features.
        inception: FID, by this TorchScript file of Inception.
        clip: CLIP score by this CLIP model.
        preference: Preference score by a CLIP model that has learnt what people prefer, such as PickScore or HPSv2.
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
    rows: Path | None = None
    num: int = 500
    first_seed: int = FIRST_SEED
    phrases: int | None = None
    attributes: int | None = None
    about: str | None = None
    out: Path | None = None
    batch_size: int = 16
    attention: bool = False
    layout: Path | None = None
    judge: Path = DEFAULT_FOLDER
    vqa_model: str | None = None
    vlm: str | None = None
    vlm_model: str | None = None
    vlm_concurrency: int = 8
    reference: Path | None = None
    features: str | None = None
    inception: Path | None = None
    clip: str | None = None
    preference: str | None = None
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
        if options.rows is not None:
            _rows(options.rows, options, viewer, load_engine)
        elif options.images is not None and viewer is not None:
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
    distances = _comparisons(options, of_figures=True)
    judge = Judge.load(options.judge)
    attention = _attention(options) if options.attention else None
    parser = open_parser(options.layout) if options.layout else None
    cases = _cases(options)
    evaluation = evaluate(painter, judge, cases)
    layout = _layout(parser, cases, evaluation.pictures) if parser else None
    evaluation = replace(evaluation, attention=attention, layout=layout)
    captions = [verdict.text for verdict in evaluation.verdicts]
    found = distances.of(evaluation.pictures, captions, [case.figure for case in cases])
    _show(evaluation.text(), found)
    if options.out is not None:
        evaluation.save(options.out, {**about, "distances": found})
        logger.info("wrote %s", options.out / "evaluation.json")


def _figures_in_words(options: Options, viewer: Viewer, load_engine: LoadEngine | None) -> None:
    """Another viewer answers yes or no about the same pictures."""
    painter, about = _painter(options, load_engine)
    distances = _comparisons(options, of_figures=True)
    if options.attention:
        about["attention"] = _attention(options).as_json()
    parser = open_parser(options.layout) if options.layout else None
    cases = _cases(options)
    questionnaire, pictures = ask_about_figures(painter, viewer, cases)
    text = questionnaire.text()
    if parser:
        layout = _layout(parser, cases, pictures)
        about["layout"], text = layout.as_json(), f"{text}\n\n{layout.text()}"
    captions = [picture.description for picture in questionnaire.pictures]
    found = distances.of(pictures, captions, [case.figure for case in cases])
    _show(text, found)
    if options.out is not None:
        questionnaire.save(options.out, {**about, "distances": found})
        logger.info("wrote %s", options.out / "evaluation.json")


def _layout(parser: Regions, cases: Sequence[Case], pictures: Sequence[Pixels]) -> LayoutReport:
    seeds = [case.order.seed for case in cases]
    return measure_layout(parser, seeds, pictures, [Said.by(case.phrases) for case in cases])


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
        raise ValueError(_NO_MODEL)
    if options.layout:
        raise ValueError("--layout holds pictures against the figures they are of; photographs are of none")
    distances = _comparisons(options, of_figures=False)
    photographs = read_photographs(folder, options.num)
    questionnaire = judge_photographs(photographs, viewer)
    captions = [photograph.description for photograph in photographs]
    found = distances.of((photograph.read() for photograph in photographs), captions)
    _show(questionnaire.text(), found)
    if options.out is not None:
        questionnaire.save(options.out, {"source": str(folder), "num": len(photographs), "distances": found})
        logger.info("wrote %s", options.out / "evaluation.json")


def _rows(folder: Path, options: Options, viewer: Viewer | None, load_engine: LoadEngine | None) -> None:
    """Pictures of what a data folder says, beside its photographs where they are compared."""
    model = options.bundle or options.pipeline
    if model is None:
        raise ValueError("--rows are painted by a model: --bundle DIR or --pipeline DIR")
    told = {"--phrases": options.phrases, "--attributes": options.attributes, "--about": options.about}
    of_figures = [name for name, value in (*told.items(), ("--layout", options.layout)) if value is not None]
    if of_figures:
        raise ValueError(f"{of_figures[0]} is about figures; it does not go with --rows")
    if viewer is None:
        raise ValueError("--rows are judged by a model that answers in words: --vlm or --vqa-model")
    if options.attention and options.pipeline is None:
        raise ValueError(_NO_MODEL)
    painter, about = _painter(options, load_engine)
    distances = _comparisons(options, of_figures=True)
    size = sizes_of_pipeline(model)[0] if options.pipeline else size_of_bundle(model)
    rows = read_photographs(folder, options.num)
    attention = _attention(options) if options.attention else None
    questionnaire, pictures = paint_and_ask(painter, viewer, rows, size, options.first_seed)
    found = distances.of(pictures, [row.description for row in rows], (row.read() for row in rows))
    _show("\n\n".join([questionnaire.text(), *([attention.text()] if attention else [])]), found)
    if options.out is not None:
        facts = {**about, "rows": str(folder), "num": len(rows), "distances": found}
        questionnaire.save(options.out, {**facts, "attention": attention and attention.as_json()})
        save_pictures(pictures, [row.path.stem for row in rows], options.out / "pictures")
        logger.info("wrote %s", options.out / "evaluation.json")


def _show(text: str, distances: Sequence[Distance]) -> None:
    lines = "\n".join(show_distance(each) for each in distances)
    sys.stdout.write("\n\n".join([text, *([lines] if lines else [])]) + "\n")


def _comparisons(options: Options, *, of_figures: bool) -> Comparisons:
    """All that they need is there before a picture is painted."""
    names = ("reference", "features", "inception", "clip", "preference")
    return Comparisons(of_figures=of_figures, **{name: getattr(options, name) for name in names})


def _attention(options: Options) -> AttentionReport:
    if options.pipeline is None:
        raise ValueError(_NO_MODEL)
    strides, first, num = strides_of(options.pipeline), options.first_seed, options.num
    if options.rows is None:
        describe = figures_of(range(first, first + num))
    else:
        describe = rows_of(options.rows, sizes_of_pipeline(options.pipeline), num, first)
    return measure_attention(load_pipeline(options.pipeline), describe, strides=strides, batch_size=options.batch_size)


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
