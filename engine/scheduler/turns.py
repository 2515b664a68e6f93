"""Whose turn it is where several callers wait: the one who has least, and of those the one served longest ago.

It knows jobs and callers; it does not know how many may run.
"""

from collections.abc import Iterable, Sequence

from engine.scheduler.job import Job

#: A caller may have at most so many places for each that is free, in line or running.
PLACES_FOR_EACH_FREE = 3


class Turns:
    """Remembers the order in which callers were served last."""

    def __init__(self) -> None:
        """Nobody was served yet."""
        self._served: dict[str, int] = {}
        self._count = 0

    def enter(self, job: Job) -> None:
        """Notes that a request came: its caller, if it is new, is next after those who were not served lately."""
        self._served.setdefault(job.caller, self._count - 1)

    def serve(self, job: Job) -> None:
        """Notes that a request was admitted."""
        self._count += 1
        self._served[job.caller] = self._count

    def forget(self, present: Iterable[Job]) -> None:
        """Drops the callers that have no request any more."""
        callers = {job.caller for job in present}
        self._served = {caller: turn for caller, turn in self._served.items() if caller in callers}

    def order(self, waiting: Sequence[Job], running: Iterable[Job]) -> list[Job]:
        """The order in which those who wait would be admitted, one after the other, if nobody who runs left.

        Args:
            waiting: In the order of their own turns; those of one caller keep it.
            running: What each caller has already.
        """
        lines: dict[str, list[Job]] = {}
        for job in waiting:
            lines.setdefault(job.caller, []).append(job)
        if len(lines) < 2:
            return list(waiting)
        has = dict.fromkeys(lines, 0)
        for job in running:
            if job.caller in has:
                has[job.caller] += 1
        served, count = dict(self._served), self._count
        ordered: list[Job] = []
        while lines:
            caller = min(lines, key=lambda each: (has[each], served[each], lines[each][0].turn))
            ordered.append(lines[caller].pop(0))
            count += 1
            has[caller] += 1
            served[caller] = count
            if not lines[caller]:
                del lines[caller]
        return ordered
