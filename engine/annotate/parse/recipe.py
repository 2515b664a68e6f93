"""Which parser makes label maps: a value that can go to another process, which builds it there and works with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from engine.annotate.filter.decoding import pixels_of
from engine.annotate.parse.parser import Labels, Parser
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused
from engine.pictures.header import PixelLimits
from engine.spread.work import Work


@dataclass(frozen=True, kw_only=True)
class ParserRecipe:
    """A parser: that of a bundle, a SegFormer, or a graph; exactly one of them is named.

    Attributes:
        bundle: Folder of an engine bundle.
        segformer: Folder or hub id of a SegFormer.
        graph: See `engine.annotate.parse.graph.GraphParser.load`.
    """

    bundle: Path | None = None
    segformer: str | None = None
    graph: Path | None = None

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.bundle, self.segformer, self.graph)) != 1:
            raise ValueError("one of bundle, segformer and graph expected")

    def build(self) -> Parser:
        """The parser.

        Raises:
            ModuleNotFoundError: A package of the extra ``train`` is missing.
            ValueError: It is missing or wrong.
            BundleError: Its graph cannot be run.
        """
        if self.segformer is not None:
            from engine.annotate.parse.segformer import SegformerParser

            return SegformerParser(self.segformer)
        if self.graph is not None:
            from engine.annotate.parse.graph import GraphParser

            return GraphParser.load(self.graph)
        from engine.annotate.parse.bundled import BundledParser

        assert self.bundle is not None, "one of them is named"
        return BundledParser.load(self.bundle)


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """The label map of a picture, or why there is none, in a word."""

    picture: PoolPicture
    labels: Labels | None = None
    reason: str = ""


def parse_work(recipe: ParserRecipe, limits: PixelLimits) -> Work[PoolPicture, Parser, Parsed]:
    """Parsing as work that other processes can do, with a pool's limits."""
    return Work(build=recipe.build, do=partial(parsed, limits=limits))


def parsed(picture: PoolPicture, parser: Parser, limits: PixelLimits) -> Parsed:
    """A picture's label map by a parser."""
    try:
        pixels = pixels_of(picture, limits)
    except Refused as refused:
        return Parsed(picture=picture, reason=refused.reason)
    return Parsed(picture=picture, labels=parser.labels(pixels))
