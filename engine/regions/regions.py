"""The parser of a loaded bundle, where it has one; its methods may run in any thread.

It runs on the CPU in ONNX Runtime, whatever runs the other graphs: once a picture, for milliseconds, which no engine
built for every size would repay.
"""

from collections.abc import Iterable, Sequence

from engine.bundle.manifest import PARSER_FILE, Bundle
from engine.description.groups import Group
from engine.errors import BundleError
from engine.regions.items import BACKGROUND, ITEM_CLASSES
from engine.regions.label_map import Labels, Mask, Picture, group_mask, label_map, person_alpha
from engine.sessions import Session
from engine.sessions.onnx import OnnxSession
from engine.settings import EngineSettings, SessionSettings


class Regions:
    """What shows where in a picture."""

    def __init__(self, session: Session, classes: Sequence[str]) -> None:
        """Takes the parser.

        Args:
            session: Runs its graph.
            classes: Names of the item classes it tells apart, in the order of its answer.

        Raises:
            ValueError: A class is unknown or there twice, or the background is not among them.
        """
        unknown = [name for name in classes if name not in ITEM_CLASSES]
        if unknown or len(set(classes)) < len(classes) or ITEM_CLASSES[BACKGROUND] not in classes:
            known, came = ", ".join(ITEM_CLASSES), ", ".join(classes)[:200]
            raise ValueError(f"the parser's classes must be of {known}, background among them; got {came}")
        self._session = session
        self.classes = tuple(classes)

    def label_map(self, picture: Picture) -> Labels:
        """The item class of every pixel of [H, W, 3]: numbers of ITEM_CLASSES, [H, W].

        Raises:
            GenerationError: The graph failed.
        """
        return label_map(self._session, picture, self.classes)

    def mask(self, picture: Picture, groups: Iterable[Group | str]) -> Mask:
        """Which pixels show what these body groups are about, [H, W].

        Raises:
            ValueError: A name is no group, or its group has no place in a picture.
            GenerationError: The graph failed.
        """
        return group_mask(self.label_map(picture), groups)

    def alpha(self, picture: Picture) -> Labels:
        """How surely each pixel is of the person, 0 to 255, [H, W].

        Raises:
            GenerationError: The graph failed.
        """
        return person_alpha(self._session, picture, self.classes)


def load_regions(bundle: Bundle, settings: EngineSettings) -> Regions | None:
    """The parser of a bundle; None where it has none.

    Raises:
        BundleError: The graph cannot be run, or is none of the classes that the manifest names.
    """
    if not bundle.has(PARSER_FILE):
        return None
    path = bundle.file(PARSER_FILE)
    plain = SessionSettings(arena=settings.sessions.arena, spin_microseconds=settings.sessions.spin_microseconds)
    session = OnnxSession(path, plain, num_threads=settings.num_threads)
    if session.input_names != ("image",):
        raise BundleError(f"{path}: a parser reads image; this graph reads {', '.join(session.input_names)}")
    try:
        return Regions(session, bundle.manifest.parser)
    except ValueError as error:
        raise BundleError(f"{path}: {error}") from error
