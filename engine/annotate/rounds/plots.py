"""Plots of rounds: accuracy and people's answers from round to round, and how each attribute stands.

matplotlib is imported when a plot is drawn; it knows marks on paper, not what they mean for the next round.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.annotate.ledger.entries import Decision
from engine.annotate.people.verdicts import BAR
from engine.annotate.rounds.summary import RoundSummary
from engine.files.whole import whole_file

_FROZEN, _QUEUED, _LINE = "#2c6cd6", "#f07e26", "#94344a"


def draw_rounds(rounds: Sequence[RoundSummary], path: Path) -> None:
    """One PNG: left accuracy by people's measure and their answers, right every attribute after the last round."""
    from matplotlib.figure import Figure

    last = sorted(rounds[-1].after.values(), key=lambda one: one.low)
    figure = Figure(figsize=(11, max(4.5, 1.2 + 0.17 * len(last))), dpi=90, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.2))
    numbers = [one.number for one in rounds]
    bars = left.twinx()
    bars.bar(numbers, [one.num_answers for one in rounds], color="#d8d4c8", width=0.5)
    bars.set_ylabel("answers of people")
    left.set_zorder(bars.get_zorder() + 1)
    left.patch.set_visible(False)
    left.plot(numbers, [one.accuracy_before for one in rounds], "o--", color=_LINE, label="machine before the round")
    left.plot(numbers, [one.accuracy_after for one in rounds], "o-", color=_FROZEN, label="machine after it")
    left.set(xlabel="round", ylabel="accuracy, by people's answers", xticks=numbers, ylim=(0, 1))
    left.legend(loc="lower right", fontsize=8)
    for at, one in enumerate(last):
        colour = _FROZEN if one.decision is Decision.FROZEN else _QUEUED
        right.plot((one.low, one.high), (at, at), color=colour, linewidth=3, solid_capstyle="butt")
        right.plot(one.accuracy, at, "o", color=colour, markersize=4)
    right.axvline(BAR, color="grey", linewidth=1, linestyle=":")
    right.set_yticks(range(len(last)), [one.attribute for one in last], fontsize=7)
    right.set(xlabel=f"right, with 95 % interval (blue: left to the machine, from {BAR:.0%})", xlim=(0, 1.01))
    right.set_ylim(-1, len(last))
    with whole_file(path) as temporary:
        figure.savefig(temporary, format="png")
