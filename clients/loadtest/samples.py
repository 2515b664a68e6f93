"""What was measured of every request, kept as JSON lines, and the numbers that follow from it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from clients.loadtest.files import write

DRAWN, SHED, LEFT, FAILED = "drawn", "shed", "left", "failed"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One request; seconds since the run began.

    Attributes:
        due: When it was to be sent.
        sent: When it was.
        first: When the first event, or the head of the answer, came; None where none did.
        done: When it was over.
        outcome: drawn, shed (429 or 503), left (the client's own doing) or failed.
        status: Of the answer; 0 where none came.
        told: Whether a refusal said when to come back.
    """

    due: float
    sent: float
    first: float | None
    done: float
    outcome: str
    status: int
    told: bool = False

    @property
    def seconds(self) -> float:
        """From when it was due to its end, so that a late client does not flatter the server."""
        return self.done - self.due


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """A run in numbers; rates are per second."""

    requested_rate: float
    sent_rate: float
    goodput: float
    drawn: int
    shed: int
    left: int
    failed: int
    shed_told: int
    p50: float
    p95: float
    p99: float
    first_p95: float
    shed_p99: float
    delay_p99: float


def quantile(values: Sequence[float], share: float) -> float:
    """Of the values; NaN without any."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def numbers(samples: Sequence[Sample], requested_rate: float, seconds: float) -> Numbers:
    """Those of a run of so many seconds of arrivals; goodput counts what was drawn within them."""
    by = {outcome: [each for each in samples if each.outcome == outcome] for outcome in (DRAWN, SHED, LEFT, FAILED)}
    drawn = [each.seconds for each in by[DRAWN]]
    return Numbers(
        requested_rate=requested_rate,
        sent_rate=len(samples) / seconds,
        goodput=sum(each.done <= seconds for each in by[DRAWN]) / seconds,
        drawn=len(by[DRAWN]),
        shed=len(by[SHED]),
        left=len(by[LEFT]),
        failed=len(by[FAILED]),
        shed_told=sum(each.told for each in by[SHED]),
        p50=quantile(drawn, 0.5),
        p95=quantile(drawn, 0.95),
        p99=quantile(drawn, 0.99),
        first_p95=quantile([each.first - each.due for each in by[DRAWN] if each.first is not None], 0.95),
        shed_p99=quantile([each.done - each.sent for each in by[SHED]], 0.99),
        delay_p99=quantile([each.sent - each.due for each in samples], 0.99),
    )


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run as it is kept: what was asked for, and every sample."""

    scenario: str
    rate: float
    seconds: float
    model: str
    started_at: str
    samples: tuple[Sample, ...]

    @property
    def numbers(self) -> Numbers:
        """The run in numbers."""
        return numbers(self.samples, self.rate, self.seconds)

    def save(self, path: Path) -> None:
        """Writes it, a line for the run and one for every sample, whole or not at all."""
        head = {name: value for name, value in asdict(self).items() if name != "samples"}
        lines: Iterable[object] = (head, *(asdict(sample) for sample in self.samples))
        write(path, "".join(json.dumps(line) + "\n" for line in lines))

    @classmethod
    def load(cls, path: Path) -> "Run":
        """Reads what `save` wrote.

        Raises:
            ValueError: It is no run.
        """
        try:
            head, *samples = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
            return cls(**head, samples=tuple(Sample(**sample) for sample in samples))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path} is no run of this load test: {error}") from None
