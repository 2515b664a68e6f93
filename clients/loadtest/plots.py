"""Plots of a run as SVG."""

from collections.abc import Sequence

from clients.loadtest.samples import DRAWN, FAILED, LEFT, SHED, Sample

COLOURS = {DRAWN: "#2f6f4f", SHED: "#c98a1b", LEFT: "#7a7f87", FAILED: "#b3261e"}
WIDTH, HEIGHT, LEFT_MARGIN, BOTTOM = 960, 280, 56, 32


def scatter(samples: Sequence[Sample]) -> str:
    """Latency of each request against when it was due."""
    x_most = max((each.due for each in samples), default=1.0)
    y_most = max((each.seconds for each in samples), default=1.0)
    dots = "".join(
        f'<circle cx="{_x(each.due, x_most):.1f}" cy="{_y(each.seconds, y_most):.1f}" r="3" '
        f'fill="{COLOURS[each.outcome]}" fill-opacity=".7"/>'
        for each in samples
    )
    return _frame(dots, x_most, y_most, "seconds", "seconds")


def spread(samples: Sequence[Sample]) -> str:
    """Share of the drawn pictures that came within a time."""
    drawn = sorted(each.seconds for each in samples if each.outcome == DRAWN)
    if not drawn:
        return "<p>No picture was drawn.</p>"
    points = [(0.0, 0.0), *((value, (rank + 1) / len(drawn)) for rank, value in enumerate(drawn))]
    line = " ".join(f"{_x(value, drawn[-1]):.1f},{_y(share, 1.0):.1f}" for value, share in points)
    curve = f'<polyline points="{line}" fill="none" stroke="{COLOURS[DRAWN]}" stroke-width="2"/>'
    return _frame(curve, drawn[-1], 1.0, "seconds", "share")


def _x(value: float, most: float) -> float:
    return LEFT_MARGIN + (WIDTH - LEFT_MARGIN - 12) * value / max(most, 1e-9)


def _y(value: float, most: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 12) * value / max(most, 1e-9)


def _frame(content: str, x_most: float, y_most: float, x_name: str, y_name: str) -> str:
    lines = []
    for part in range(5):
        x, y = x_most * part / 4, y_most * part / 4
        lines.append(
            f'<line class="axis" x1="{LEFT_MARGIN}" x2="{WIDTH - 12}" '
            f'y1="{_y(y, y_most):.1f}" y2="{_y(y, y_most):.1f}"/>'
            f'<text x="{LEFT_MARGIN - 8}" y="{_y(y, y_most) + 4:.1f}" text-anchor="end">{y:.3g}</text>'
            f'<text x="{_x(x, x_most):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{x:.3g}</text>'
        )
    label = f"{y_name} against {x_name}"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="{label}">'
        f"{''.join(lines)}{content}</svg>"
    )
