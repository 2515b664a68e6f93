"""The page of GET /statusz: tiles and tables of what the JSON holds, readable on a telephone, without a script."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape

from server.middleware.security_headers import policy_with
from server.schemas.status import CostStatus, StatusAnswer

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent);
  --soft: color-mix(in srgb, currentColor 65%, transparent); --card: color-mix(in srgb, currentColor 5%, transparent); }
* { box-sizing: border-box; }
body { font: 16px/1.45 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 2rem 3rem;
  margin-top: 2rem; }
section { min-width: 0; }
header p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
.state { font-weight: 600; color: #fff; background: #a3231f; border-radius: 1rem; padding: .1rem .8rem; }
.state.ready { background: #1c6b36; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1.25rem 0 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .6rem .8rem;
  display: flex; flex-direction: column-reverse; justify-content: flex-end; }
dt { color: var(--soft); font-size: .82rem; }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
dd small { font-size: .85rem; color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { text-align: right; padding: .3rem .8rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { color: var(--soft); font-weight: 500; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr 1fr; } dd { font-size: 1.25rem; }
  table { font-size: .85rem; } th, td { padding: .3rem .45rem; } }
"""
POLICY = policy_with(STYLE)


def render(status: StatusAnswer) -> str:
    body = "".join((*_head(status), *_tiles(status), *_tables(status), *_foot()))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="icon.svg" type="image/svg+xml">'
        f"<title>{escape(status.state)}: CosmicMan Serve</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )


def _head(status: StatusAnswer) -> Iterator[str]:
    name = status.state.replace(" ", "-")
    yield f'<header><h1>CosmicMan Serve</h1><span class="state {name}">{escape(status.state)}</span>'
    yield f"<p>{escape(status.model)} {escape(status.model_version)} · version {escape(status.version)} · "
    yield f"up {duration(status.uptime_seconds)}"
    yield f"{' · pictures are signed' if status.content_credentials else ''}</p></header><main>"


def _tiles(status: StatusAnswer) -> Iterator[str]:
    yield "<dl>"
    yield _tile("running", sum(status.running.values()))
    yield _tile("waiting", sum(status.waiting.values()))
    yield _tile("pictures a minute", f"{status.images_per_minute:.1f}")
    yield _tile("steps a second", f"{status.steps_per_second:.1f}")
    yield _tile("rows a forward", f"{status.mean_rows:.2f}")
    for quantile in ("0.5", "0.95", "0.99"):
        seconds = status.latency_seconds.get(quantile)
        yield _tile(f"{100 * float(quantile):g} % done within", "-" if seconds is None else f"{seconds:.2f}", "s")
    yield _tile("memory", f"{status.memory_bytes / 1e6:,.0f}", "MB")
    yield _tile("connections", status.connections)
    yield _tile("HTTP requests now", status.http_requests_running)
    yield _tile("event loop late by", f"{1000 * status.event_loop_lag_seconds:.1f}", "ms")
    yield "</dl>"


def _tile(name: str, value: str | int, unit: str = "") -> str:
    unit = f" <small>{unit}</small>" if unit and value != "-" else ""
    return f"<div><dt>{escape(name)}</dt><dd>{value}{unit}</dd></div>"


def _tables(status: StatusAnswer) -> Iterator[str]:
    priorities = [name for name in ("high", "normal", "low") if name in status.running or name in status.waiting]
    yield '<div class="tables"><section><h2>Requests by priority</h2>'
    counts = [(name, status.running.get(name, 0), status.waiting.get(name, 0)) for name in priorities]
    yield from _table(("priority", "running", "waiting"), counts)
    yield "</section><section><h2>Refusals of the last 5 minutes</h2>"
    yield from _table(("problem", "times"), status.problems.items())
    yield "</section><section><h2>Sizes being drawn</h2>"
    rows = [(b.bucket, b.requests, b.running_rows, b.waiting_rows, b.row_limit) for b in status.buckets]
    yield from _table(("bucket", "requests", "rows now", "waiting", "limit"), rows)
    yield "</section><section><h2>What a forward takes, in ms</h2>"
    yield from _costs(status.costs)
    yield "</section></div>"


def _costs(costs: list[CostStatus]) -> Iterator[str]:
    """One line a bucket, one column a number of rows."""
    numbers = sorted({cost.rows for cost in costs})
    cells = {(cost.bucket, cost.rows): f"{1000 * cost.seconds:.1f}" for cost in costs}
    buckets = sorted({cost.bucket for cost in costs}, key=lambda name: (len(name), name))
    head = ("bucket", *(f"{number} row{'s' if number > 1 else ''}" for number in numbers))
    yield from _table(head, [(name, *(cells.get((name, number), "") for number in numbers)) for name in buckets])


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    lines = ["".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows]
    if not lines:
        yield "<p>None.</p>"
        return
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    yield f'<div class="wide" tabindex="0"><table><thead><tr>{names}</tr></thead><tbody>'
    yield "".join(f"<tr>{line}</tr>" for line in lines)
    yield "</tbody></table></div>"


def _foot() -> Iterator[str]:
    yield f"</main><footer>As of {datetime.now(UTC):%d %b %Y %H:%M:%S} UTC; asks again every 5 seconds. "
    yield 'A bucket is latent width x latent height x text tokens. <a href="metrics">Metrics</a>, '
    yield '<a href="docs">API</a>, <a href="./">studio</a>.</footer>'


def duration(seconds: float) -> str:
    """The two largest units: 3 d 4 h, 5 min 6 s."""
    rest = int(seconds)
    parts: list[str] = []
    for name, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or (name == "s" and not parts):
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])
