"""The report of all rounds so far: a table to read, the same as JSON, and plots.

It knows words and pictures of numbers; it does not know how they came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.annotate.ledger.entries import Decision
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.rounds.plots import draw_rounds
from engine.annotate.rounds.summary import LabelStatistics, RoundSummary, label_statistics, summaries
from engine.files.whole import whole_file, write_json

_TITLES = ("round", "machine before", "machine after", "answers of people", "share", "queued", "outside", "cost")


def write_report(ledger: Ledger, folder: Path) -> str:
    """Write `report.md`, `report.json` and `rounds.png`; the table is given back.

    Raises:
        ValueError: No round has ended.
    """
    rounds = summaries(ledger)
    if not rounds:
        raise ValueError(f"{ledger.path}: no round has ended yet; there is nothing to report")
    statistics = label_statistics(ledger)
    text = "\n".join([rounds_table(rounds, statistics), "", attributes_table(rounds[-1]), ""])
    with whole_file(folder / "report.md") as temporary:
        temporary.write_text(text, encoding="utf-8")
    write_json(folder / "report.json", report_tree(rounds, statistics))
    draw_rounds(rounds, folder / "rounds.png")
    return text


def rounds_table(rounds: Sequence[RoundSummary], statistics: LabelStatistics) -> str:
    """A row for each round; the share is of people's answers so far among all labels."""
    lines = ["| " + " | ".join(_TITLES) + " |", "|" + "---|" * len(_TITLES)]
    total = 0
    for one in rounds:
        total += one.num_answers
        cells = (
            str(one.number),
            f"{one.accuracy_before:.1%}",
            f"{one.accuracy_after:.1%}",
            str(one.num_answers),
            f"{total / max(1, statistics.labels):.2%}",
            str(len(one.queued)),
            str(one.outside),
            f"{one.cost:g}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    told = f"{statistics.pictures} pictures with {statistics.labels} labels, {statistics.by_people} of them by people"
    return "\n".join([*lines, "", told + "."])


def attributes_table(last: RoundSummary) -> str:
    """How each attribute stands after a round, the surest first."""
    lines = ["| attribute | measured by | right | interval | people agree | decision |", "|---|---|---|---|---|---|"]
    for each in sorted(last.after.values(), key=lambda one: -one.low):
        both = last.agreement.get(each.attribute)
        agreed = f"{both.share:.0%} of {both.asked}" if both else "-"
        interval = f"{each.low:.1%} .. {each.high:.1%}"
        lines.append(
            f"| {each.attribute} | {each.asked} | {each.accuracy:.1%} | {interval} | {agreed} | {each.decision.value} |"
        )
    return "\n".join(lines)


def report_tree(rounds: Sequence[RoundSummary], statistics: LabelStatistics) -> dict[str, Any]:
    """The same for machines."""
    return {
        "rounds": [_round_tree(one) for one in rounds],
        "labels": {
            "pictures": statistics.pictures,
            "labels": statistics.labels,
            "by_people": statistics.by_people,
            "values": {name: dict(values) for name, values in sorted(statistics.values.items())},
        },
    }


def _round_tree(one: RoundSummary) -> dict[str, Any]:
    return {
        "round": one.number,
        "machine": one.machine,
        "accuracy_before": one.accuracy_before,
        "accuracy_after": one.accuracy_after,
        "answers_of_people": dict(one.answers),
        "cost": one.cost,
        "seconds_of_people": one.seconds_of_people,
        "outside": one.outside,
        "seconds": dict(one.seconds),
        "attributes": {
            name: {
                "asked": each.asked,
                "right": each.right,
                "low": each.low,
                "high": each.high,
                "frozen": each.decision is Decision.FROZEN,
            }
            for name, each in one.after.items()
        },
    }
