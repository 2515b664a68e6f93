"""`cosmicman annotate round`: one turn of the flywheel, or the rest of one that waited or was killed."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.annotate.apparent import add_apparent, apparent
from server.cli.annotate.ledger_options import add_ledger, add_pictures, pictures
from server.cli.arguments import add_command, whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.annotate.ledger.ledger import Ledger
    from engine.annotate.machine.annotator import Annotator, Learner
    from engine.annotate.rounds.folder import FolderPool
    from engine.annotate.rounds.settings import RoundSettings
    from engine.annotate.rounds.stored import StoredPool

EXAMPLES = """\
  cosmicman annotate round --ledger flywheel/ledger.sqlite3 --pictures data/wild
  cosmicman annotate round --ledger flywheel/ledger.sqlite3 --pictures data/wild --evaluation 60 --training 30
  cosmicman annotate round --ledger flywheel/ledger.sqlite3 --pictures data/pool --grown 1000
  cosmicman annotate round --ledger flywheel/ledger.sqlite3 --pictures data/wild --vlm http://host:8000/v1
  cosmicman annotate round --ledger flywheel/ledger.sqlite3 --pictures data/wild --local-vlm models/vilt
  cosmicman annotate round --ledger flywheel/ledger.sqlite3 --pictures data/wild --local-vlm models/llava --tune

The machine answers, and people are asked where it is weak: exit status 3 says that the round waits for them. They
answer with `cosmicman annotate label` or in Label Studio; the same command then goes on, makes a better machine of
their answers, and ends the round. The next one asks about what is not good enough yet. With --grown, exit status 4
says that too few pictures came for another round.
COSMICMAN_VLM_BASE_URL, COSMICMAN_VLM_MODEL and COSMICMAN_VLM_API_KEY stand for the server's address, model and key."""

WAITING = 3
NOT_DUE = 4
LOOKS = 1000  # pictures from which the small annotator learns how regions look


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(parts, "round", "turn the flywheel once", EXAMPLES)
    add_ledger(parser)
    add_pictures(parser)
    machine = parser.add_mutually_exclusive_group()
    machine.add_argument("--vlm", nargs="?", const="", metavar="URL", help="an OpenAI-compatible server annotates")
    machine.add_argument("--local-vlm", metavar="MODEL", help="a transformers model annotates: folder or hub name")
    parser.add_argument("--tune", action="store_true", help="with --local-vlm: tune it on people's answers, by LoRA")
    parser.add_argument("--vlm-model", metavar="NAME", help="the model's name at that server")
    parser.add_argument("--vlm-concurrency", type=whole_number(1, 256), default=8, help="requests at once (8)")
    add_apparent(parser)
    parser.add_argument("--attribute", action="append", metavar="NAME", help="ask about this alone; may be repeated")
    parser.add_argument(
        "--evaluation", type=whole_number(1), default=40, help="answers of people for each attribute, to measure (40)"
    )
    parser.add_argument(
        "--training", type=whole_number(0), default=20, help="and where the machine is least sure, to teach (20)"
    )
    parser.add_argument("--twice", type=float, default=0.1, help="share of the questions for two people (0.1)")
    parser.add_argument("--bar", type=float, default=0.85, help="lower bound that is good enough (0.85)")
    parser.add_argument(
        "--folds",
        type=whole_number(2),
        default=5,
        help="parts of the answers, each measured by the others' machine (5)",
    )
    parser.add_argument(
        "--grown", type=whole_number(1), metavar="N", help="begin a round only when N pictures came since the last one"
    )
    parser.add_argument("--price", type=float, default=0.0, help="of a person's answer, for the report (0)")
    parser.add_argument("--seed", type=whole_number(0), default=0, help="of the sample (0)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with needs_extra("train"):
        from engine.annotate.ledger.ledger import Ledger
        from engine.annotate.rounds.flywheel import Flywheel
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if options.tune and options.local_vlm is None:
        raise UsageError("--tune needs --local-vlm: it is that model's weights that learn")
    pool = pictures(options.pictures)
    try:
        suggester = apparent(options)
        settings = _settings(options, () if suggester is None else suggester.attributes)
        with Ledger(options.ledger) as ledger:
            if not _is_due(options, ledger, pool):
                return NOT_DUE
            with _machine(options, pool) as (machine, learner, load):
                wheel = Flywheel(
                    ledger, pool, machine, learner=learner, load=load, settings=settings, suggester=suggester
                )
                turned = wheel.turn()
    except ValueError as error:
        raise UsageError(str(error)) from error
    if turned.waiting:
        told = f"round {turned.round} waits for people: {turned.waiting} questions are open"
        second = f", {turned.second} of them for a second person" if turned.second else ""
        sys.stdout.write(f"{told}{second}; `cosmicman annotate label` asks them\n")
        return WAITING
    sys.stdout.write(f"round {turned.round} is over\n")
    return 0


def _is_due(options: argparse.Namespace, ledger: "Ledger", pool: "FolderPool | StoredPool") -> bool:
    """Whether the pool has grown enough for a new round; one that has begun goes on in any case."""
    if options.grown is None or ledger.running() is not None:
        return True
    new, wanted = len(set(pool.ids()) - ledger.pictures()), int(options.grown)
    if new < wanted:
        sys.stdout.write(f"no round begins: {new} new pictures, and --grown waits for {wanted}\n")
    return new >= wanted


def _settings(options: argparse.Namespace, reviewed: tuple[str, ...]) -> "RoundSettings":
    from engine.annotate.people.sampling import Amounts
    from engine.annotate.protocol.attributes import BY_NAME
    from engine.annotate.rounds.settings import RoundSettings

    return RoundSettings(
        attributes=tuple(options.attribute or BY_NAME),
        amounts=Amounts(evaluation=options.evaluation, training=options.training, twice=options.twice),
        bar=options.bar,
        folds=options.folds,
        price=options.price,
        seed=options.seed,
        reviewed=reviewed,
    )


_Machine = tuple["Annotator", "Learner | None", "Callable[[Path], Annotator] | None"]


@contextmanager
def _machine(options: argparse.Namespace, pool: "FolderPool | StoredPool") -> Iterator[_Machine]:
    """The annotator, what makes a better one, and what reads that from its file."""
    if options.local_vlm is not None:
        with needs_extra("train"):
            from engine.annotate.machine.local_vlm import LocalVlm

        if options.tune:
            from engine.annotate.machine.lora import LoraLearner, LoraSettings

            tuner = LoraLearner(options.local_vlm, LoraSettings(seed=options.seed))
            yield LocalVlm(options.local_vlm), tuner, tuner.load
        else:
            yield LocalVlm(options.local_vlm), None, None
    elif options.vlm is not None:
        with needs_extra("train"):
            from server.cli.annotate.chat import vision_chat

        with vision_chat(options.vlm or None, options.vlm_model, options.vlm_concurrency) as chat:
            yield chat, None, None
    else:
        with needs_extra("train"):
            from engine.annotate.machine.small import SmallAnnotator, SmallLearner

        ids = pool.ids()
        step = max(1, len(ids) // LOOKS)
        learner = SmallLearner([pool.shown(picture) for picture in ids[::step][:LOOKS]])
        yield learner.learn([], []), learner, partial(SmallAnnotator.load, read=learner.read)
