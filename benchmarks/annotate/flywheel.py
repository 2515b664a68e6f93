"""Turns the flywheel on drawn figures as wild pictures, whose truth the machine does not know.

Run from the repository root: `python benchmarks/annotate/flywheel.py --pictures 10000 --rounds 4`. The machine begins
weak: it has read alt texts of a few other figures, which say little and are often wrong. People are simulated; three
in a hundred of their answers are mistakes. What they answer is bounded by a share of full manual labelling. The table
says how often the machine's labels of the whole pool are right by the truth, and what people's answers say of it.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402

from benchmarks.annotate.wild_figures import ALT_TEXT_SEED, FIRST_SEED, WildPool, wild_figures  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.annotate.ledger.ledger import Ledger  # noqa: E402
from engine.annotate.machine.annotator import Shown  # noqa: E402
from engine.annotate.machine.features import Vector  # noqa: E402
from engine.annotate.machine.small import SmallAnnotator, SmallLearner  # noqa: E402
from engine.annotate.people.sampling import Amounts  # noqa: E402
from engine.annotate.people.simulated import SimulatedPeople  # noqa: E402
from engine.annotate.protocol.attributes import BY_NAME  # noqa: E402
from engine.annotate.protocol.figures import FIGURES  # noqa: E402
from engine.annotate.records import Answer  # noqa: E402
from engine.annotate.rounds.flywheel import PEOPLE, Flywheel  # noqa: E402
from engine.annotate.rounds.report import write_report  # noqa: E402
from engine.annotate.rounds.settings import RoundSettings  # noqa: E402
from engine.annotate.rounds.summary import RoundSummary, summaries  # noqa: E402
from engine.files.whole import write_json  # noqa: E402

LOOKS = 800  # pictures without answers, from which it is learnt how regions look
ALT_TEXTS, SAID, WRONG = 60, 0.3, 0.4  # figures with alt text, share that it says, share of that which is wrong
MISTAKES = 0.03
EXTRA = 1.15  # of answers: some are given twice, and some are that one cannot tell


@dataclass(frozen=True, kw_only=True)
class True_:
    """How often a machine's labels are right, by the truth: over all of them, and by attribute."""

    overall: float
    attributes: Mapping[str, float]


def main() -> None:
    options = arguments()
    torch.set_num_threads(1)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    began = time.monotonic()
    pool = WildPool(wild_figures(FIRST_SEED, options.pictures, options.bundle, options.cache))
    others = WildPool(wild_figures(ALT_TEXT_SEED, ALT_TEXTS, options.bundle, options.cache))
    logging.info("%d figures after %.0f s", len(pool.figures), time.monotonic() - began)
    full = sum(1 for _ in pool.decidable())
    learner = learner_of(pool, others)
    weak = learner.learn([], [])
    each = options.budget * full / options.rounds / len(FIGURES) / EXTRA
    amounts = Amounts(evaluation=max(1, round(0.8 * each)), training=round(0.2 * each))
    settings = RoundSettings(attributes=tuple(one.name for one in FIGURES), amounts=amounts, folds=options.folds)
    people = SimulatedPeople(truth=pool.truth, mistakes=MISTAKES)
    rows: list[True_] = []
    with Ledger(options.out / "ledger.sqlite3") as ledger:
        for _ in range(options.rounds):
            wheel = Flywheel(
                ledger,
                pool,
                weak,
                learner=learner,
                load=lambda path: SmallAnnotator.load(path, pool.read),
                settings=settings,
            )
            if not rows:
                rows.append(by_truth(pool, labelled(pool, wheel)))
                logging.info("weak machine: %.1f %% right", 100 * rows[0].overall)
            wheel.turn(people)
            rows.append(by_truth(pool, {(a.picture, a.attribute): a for a in ledger.labels()}))
            logging.info("after a round: %.1f %% right", 100 * rows[-1].overall)
        done = summaries(ledger)
        write_report(ledger, options.out)
    text = tables(rows, done, full)
    sys.stdout.write(f"{describe()}\n{options.pictures} figures, {full} answers by hand\n\n{text}\n")
    write_json(options.out / "flywheel.json", tree(rows, done, full))
    draw(rows, done, full, options.plot or options.out / "flywheel.png")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=10_000, help="figures in the pool")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--budget", type=float, default=0.019, help="people's answers, as a share of all answers")
    parser.add_argument("--bundle", type=Path, default=ROOT / "models" / "figurine-bundle")
    parser.add_argument("--cache", type=Path, default=Path("/tmp/cosmicman-wild-figures"))
    parser.add_argument("--out", type=Path, required=True, help="folder of the ledger; a run goes on where it was")
    parser.add_argument("--plot", type=Path, help="PNG to draw (flywheel.png in --out)")
    return parser.parse_args()


def learner_of(pool: WildPool, others: WildPool) -> SmallLearner:
    """It has read alt texts of other figures: few words, many of them wrong. People's answers come to these."""

    def read(picture: Shown) -> Mapping[str, Vector]:
        return (others if picture.id in others.figures else pool).read(picture)

    shown = [others.shown(each) for each in others.ids()]
    unlabelled = [pool.shown(each) for each in pool.ids()[:LOOKS]]
    return SmallLearner(unlabelled, read=read, before=(shown, alt_texts(others)))


def alt_texts(others: WildPool) -> list[Answer]:
    rng = random.Random("alt text")
    found = []
    for picture, attribute, right in others.decidable():
        if rng.random() >= SAID:
            continue
        values = [value for value in BY_NAME[attribute].values if value != right]
        value = rng.choice(values) if rng.random() < WRONG else right
        found.append(Answer(picture=picture, attribute=attribute, value=value, annotator="alt text"))
    return found


def labelled(pool: WildPool, wheel: Flywheel) -> dict[tuple[str, str], Answer]:
    """What the machine says before any round."""
    from engine.annotate.rounds.pool import annotated

    shown = [pool.shown(picture) for picture in pool.ids()]
    replies = annotated(wheel.machine, shown, [BY_NAME[name] for name in wheel.settings.attributes])
    return {(answer.picture, answer.attribute): answer for answer in replies.answers}


def by_truth(pool: WildPool, labels: Mapping[tuple[str, str], Answer]) -> True_:
    """Labels by people are left out: this is about the machine."""
    right: dict[str, list[bool]] = {}
    for picture, attribute, value in pool.decidable():
        told = labels.get((picture, attribute))
        if told is None or told.annotator != PEOPLE:
            right.setdefault(attribute, []).append(told is not None and told.value == value)
    flat = [each for some in right.values() for each in some]
    shares = {name: sum(some) / len(some) for name, some in right.items()}
    return True_(overall=sum(flat) / len(flat), attributes=shares)


def tables(rows: Sequence[True_], done: Sequence[RoundSummary], full: int) -> str:
    lines = ["| machine | right by the truth | right by people | answers of people so far | share of all | queued |"]
    lines += ["|---|---|---|---|---|---|"]
    lines += [f"| weak, from alt text | {rows[0].overall:.1%} | {done[0].accuracy_before:.1%} | 0 | 0 % | 39 |"]
    total = 0
    for row, one in zip(rows[1:], done, strict=True):
        total += one.num_answers
        lines.append(
            f"| after round {one.number} | {row.overall:.1%} | {one.accuracy_after:.1%} | {total} "
            f"| {total / full:.2%} | {len(one.queued)} |"
        )
    names = sorted(rows[-1].attributes, key=lambda name: -rows[-1].attributes[name])
    last = done[-1]
    lines += ["", "| attribute | weak | now | people's interval | decision |", "|---|---|---|---|---|"]
    for name in names:
        each = last.after[name]
        lines.append(
            f"| {name} | {rows[0].attributes[name]:.1%} | {rows[-1].attributes[name]:.1%} "
            f"| {each.low:.1%} .. {each.high:.1%} | {each.decision.value} |"
        )
    gain = rows[-1].overall / rows[0].overall - 1
    lines += ["", f"Overall accuracy is up by {gain:.1%} of its start value with {total / full:.2%} of the answers."]
    return "\n".join(lines)


def tree(rows: Sequence[True_], done: Sequence[RoundSummary], full: int) -> dict[str, object]:
    return {
        "machine": describe(),
        "full_manual_answers": full,
        "by_truth": [{"overall": row.overall, "attributes": dict(row.attributes)} for row in rows],
        "answers_of_people": [one.num_answers for one in done],
        "queued": [len(one.queued) for one in done],
    }


def draw(rows: Sequence[True_], done: Sequence[RoundSummary], full: int, path: Path) -> None:
    """Left: accuracy by the truth against people's answers; right: each attribute before and after."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 7), dpi=80, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    spent = [0.0]
    for one in done:
        spent.append(spent[-1] + 100 * one.num_answers / full)
    left.plot(spent, [100 * row.overall for row in rows], "o-", color="#2c6cd6", label="by the truth")
    left.plot(
        spent,
        [100 * done[0].accuracy_before, *(100 * one.accuracy_after for one in done)],
        "o--",
        color="#94344a",
        label="by people's answers",
    )
    left.axhline(130 * rows[0].overall, color="grey", linestyle=":", linewidth=1)
    left.annotate("30 % above the start", (0, 130 * rows[0].overall + 0.6), fontsize=8, color="grey")
    left.set(xlabel="answers of people, % of labelling all by hand", ylabel="labels that are right, %")
    left.set_ylim(min(50, 95 * rows[0].overall), 100)
    left.legend(loc="lower right")
    names = sorted(rows[-1].attributes, key=lambda name: rows[-1].attributes[name])
    for at, name in enumerate(names):
        frozen = done[-1].after[name].decision.value == "frozen"
        ends = (100 * rows[0].attributes[name], 100 * rows[-1].attributes[name])
        right.plot(ends, (at, at), color="#d8d4c8", linewidth=3, zorder=1)
        right.plot(ends[0], at, "o", color="#94344a", markersize=4)
        right.plot(ends[1], at, "o", color="#2c6cd6" if frozen else "#f07e26", markersize=5)
    right.axvline(85, color="grey", linestyle=":", linewidth=1)
    right.set_yticks(range(len(names)), names, fontsize=7)
    right.set(xlabel="right by the truth, % (red: weak; blue: frozen; orange: queued)")
    right.set_xlim(0, 101)
    right.set_ylim(-1, len(names))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


if __name__ == "__main__":
    main()
