"""One HTML page of a run, or of two side by side: numbers, what was promised and kept, and plots of latency.

It needs no script and no other site; plots are SVG.
"""

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clients.loadtest import plots
from clients.loadtest.samples import Numbers, Run
from clients.loadtest.scenarios import SCENARIOS, Slo

STYLE = """
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 22%,transparent)}
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:0 auto;padding:1.5rem}
h1{line-height:1.2;margin-bottom:.25rem} .lead{opacity:.75;margin-top:0}
table{border-collapse:collapse;width:100%;margin:1rem 0} th,td{text-align:left;padding:.4rem .6rem;
border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums} td:not(:first-child),th:not(:first-child)
{text-align:right} .kept{color:#2f6f4f;font-weight:600} .broken{color:#b3261e;font-weight:600}
@media(prefers-color-scheme:dark){.kept{color:#7fc8a2}.broken{color:#ff8a80}}
figure{margin:1.5rem 0;overflow-x:auto} figcaption{font-weight:600;margin-bottom:.5rem}
svg text{font:12px system-ui,sans-serif;fill:currentColor} .axis{stroke:currentColor;opacity:.35}
.key span{display:inline-block;margin-right:1rem}.key i{display:inline-block;width:.7rem;height:.7rem;
border-radius:50%;margin-right:.35rem}
"""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One promise: its words, what was measured, and whether it was kept."""

    words: str
    measured: str
    kept: bool


def verdicts(found: Numbers, slo: Slo) -> list[Verdict]:
    """Every promise of a scenario, held against the numbers; without a drawn picture none is kept."""
    total = max(1, found.drawn + found.shed + found.left + found.failed)
    rows = [
        Verdict(
            words=f"95 of 100 pictures within {slo.p95_seconds:g} s",
            measured=f"{found.p95:.2f} s",
            kept=found.p95 <= slo.p95_seconds,
        ),
        Verdict(
            words=f"at most {slo.most_shed:.0%} refused",
            measured=f"{found.shed / total:.1%}",
            kept=found.shed / total <= slo.most_shed,
        ),
        Verdict(
            words="every refusal says when to come back",
            measured=f"{found.shed_told} of {found.shed}",
            kept=found.shed_told == found.shed,
        ),
        Verdict(
            words=f"at most {slo.most_failed:.0%} failed",
            measured=f"{found.failed / total:.1%}",
            kept=found.failed / total <= slo.most_failed,
        ),
    ]
    if slo.first_p95_seconds is not None:
        rows.insert(
            1,
            Verdict(
                words=f"95 of 100 first events within {slo.first_p95_seconds:g} s",
                measured=f"{found.first_p95:.2f} s",
                kept=found.first_p95 <= slo.first_p95_seconds,
            ),
        )
    return rows


ROWS: tuple[tuple[str, Callable[[Numbers], str]], ...] = (
    ("requests a second, asked for", lambda n: f"{n.requested_rate:.2f}"),
    ("requests a second, sent", lambda n: f"{n.sent_rate:.2f}"),
    ("sent late, p99", lambda n: f"{1000 * n.delay_p99:.0f} ms"),
    ("answered with pictures a second (goodput)", lambda n: f"{n.goodput:.2f}"),
    ("drawn", lambda n: str(n.drawn)),
    ("refused (429, 503)", lambda n: str(n.shed)),
    ("left", lambda n: str(n.left)),
    ("failed", lambda n: str(n.failed)),
    ("latency p50", lambda n: f"{n.p50:.2f} s"),
    ("latency p95", lambda n: f"{n.p95:.2f} s"),
    ("latency p99", lambda n: f"{n.p99:.2f} s"),
    ("refused within, p99", lambda n: "-" if math.isnan(n.shed_p99) else f"{1000 * n.shed_p99:.0f} ms"),
)


def page(run: Run, other: Run | None = None) -> str:
    """The page of a run; with another one, both side by side."""
    runs = [run] if other is None else [other, run]
    scenario = SCENARIOS[run.scenario]
    title = f"Load test: {run.scenario}" if other is None else f"Load tests compared: {run.scenario}"
    parts = [
        f"<h1>{html.escape(title)}</h1><p class=lead>{html.escape(scenario.meaning)}</p>",
        _facts(runs),
        *(_promises(each) for each in runs[-1:]),
        *(_plots(each) for each in runs),
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style><body>{''.join(parts)}</body></html>"
    )


def _facts(runs: Sequence[Run]) -> str:
    heads = "".join(f"<th>{html.escape(each.started_at)}<br>{html.escape(each.model)}</th>" for each in runs)
    change = "<th>change</th>" if len(runs) == 2 else ""
    rows = []
    for words, shown in ROWS:
        cells = [shown(each.numbers) for each in runs]
        if len(runs) == 2:
            cells.append(_change(*(cell.split()[0] for cell in cells)))
        rows.append(f"<tr><td>{words}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    return f"<table><tr><th></th>{heads}{change}</tr>{''.join(rows)}</table>"


def _change(before: str, after: str) -> str:
    try:
        return f"{float(after) / float(before) - 1:+.0%}"
    except (ValueError, ZeroDivisionError):
        return "-"


def _promises(run: Run) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(each.words)}</td><td>{each.measured}</td>"
        f"<td class={'kept' if each.kept else 'broken'}>{'kept' if each.kept else 'broken'}</td></tr>"
        for each in verdicts(run.numbers, SCENARIOS[run.scenario].slo)
    )
    return f"<table><tr><th>promise</th><th>measured</th><th></th></tr>{rows}</table>"


def _plots(run: Run) -> str:
    key = "".join(f'<span><i style="background:{colour}"></i>{name}</span>' for name, colour in plots.COLOURS.items())
    dots, curve = plots.scatter(run.samples), plots.spread(run.samples)
    return (
        f'<h2>{html.escape(run.started_at)}</h2><p class="key">{key}</p>'
        f"<figure><figcaption>Latency of each request, by when it was due</figcaption>{dots}</figure>"
        f"<figure><figcaption>Share of pictures that came within a time</figcaption>{curve}</figure>"
    )
