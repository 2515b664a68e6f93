"""Which shapes of a graph are compiled: made when wanted, in the background where something else can run meanwhile.

It decides when, and that a number of rows is used only if it leaves a row's bits alone; it does not run requests.

Letters: R rows; a tail is the shape of every input without its rows.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from threading import Lock
from typing import Any, TypeAlias

from engine.errors import EngineError
from engine.sessions.profiles import Shape

logger = logging.getLogger(__name__)

#: Names of inputs, in the graph's order, with their shapes behind the rows.
Tail: TypeAlias = tuple[tuple[str, Shape], ...]
Key: TypeAlias = tuple[Tail, int]

# A shape that was used among so many latest runs is not dropped for one that only might be faster.
_RECENT_RUNS = 64


class CompiledShapes:
    """The compiled shapes of one graph; the least recently used goes where there are too many."""

    def __init__(
        self, make: Callable[[Tail, int], Any], same_bits: Callable[[Tail, int, Any, Any], bool], most: int
    ) -> None:
        """Holds nothing yet.

        Args:
            make: Compiles a tail with R rows.
            same_bits: Whether rows come out of that as they do out of a single row, both compiled.
            most: Shapes to hold.
        """
        self._make, self._same_bits, self._most = make, same_bits, most
        self._held: OrderedDict[Key, tuple[Any, int]] = OrderedDict()  # with the run that used it last
        self._unequal: set[int] = set()  # row counts that change a row's bits
        self._runs = 0
        self._lock = Lock()
        self._making = Lock()
        self._under_way = False

    def __len__(self) -> int:
        return len(self._held)

    def counts(self, tail: Tail) -> Collection[int]:
        """Row counts of a tail that are compiled."""
        with self._lock:
            return {rows for other, rows in self._held if other == tail}

    def allowed(self, counts: Collection[int]) -> Collection[int]:
        """Those of some row counts that leave a row's bits alone, as far as is known."""
        return [rows for rows in counts if rows not in self._unequal]

    def take(self, key: Key) -> Any:
        """A compiled shape; made now where it is not held, or was dropped a moment ago."""
        with self._lock:
            self._runs += 1
            if key in self._held:
                model, _ = self._held[key]
                self._held[key] = model, self._runs
                self._held.move_to_end(key)
                return model
        return self._model(key)

    def want(self, key: Key, background: Executor) -> None:
        """Has a shape made in the background, one at a time, where there is room for it."""
        with self._lock:
            if self._under_way or key in self._held or not self._room():
                return
            self._under_way = True
        try:
            background.submit(self._make_aside, key)
        except RuntimeError:  # the engine is ending
            self._under_way = False

    def make_now(self, key: Key) -> bool:
        """Makes a shape, tries it, and holds it; whether it may be used."""
        return self._model(key) is not None

    def _model(self, key: Key) -> Any:
        """A shape that was tried, made where it is not held; None where it changes a row's bits."""
        tail, rows = key
        with self._making:
            held = self._held.get(key)
            if held is not None:
                return held[0]
            if rows == 1:
                # Whoever wants a single row waits for it, so that what it takes the place of can go before it is made.
                # Other row counts are tried beside a single row, which must stay.
                self._make_room()
            model = self._make(tail, rows)
            if rows == 1 or self._tried(key, model):
                self._hold(key, model)
                return model
        logger.info("forwards of %d rows would change a row's last bits here, and are run in parts", rows)
        with self._lock:
            self._unequal.add(rows)
            for other in [other for other in self._held if other[1] == rows]:
                del self._held[other]
        return None

    def _tried(self, key: Key, model: Any) -> bool:
        tail, rows = key
        single = self._held.get((tail, 1))
        return self._same_bits(tail, rows, model, self._make(tail, 1) if single is None else single[0])

    def _make_aside(self, key: Key) -> None:
        try:
            self.make_now(key)
        except (EngineError, RuntimeError, MemoryError) as error:
            with self._lock:
                self._unequal.add(key[1])
            logger.warning("forwards of %d rows are run in parts: %s", key[1], error)
        finally:
            self._under_way = False

    def _room(self) -> bool:
        if len(self._held) < self._most:
            return True
        _, (_, used) = next(iter(self._held.items()))
        return self._runs - used > _RECENT_RUNS

    def _hold(self, key: Key, model: Any) -> None:
        self._make_room()
        with self._lock:
            self._held[key] = model, self._runs

    def _make_room(self) -> None:
        with self._lock:
            while len(self._held) >= self._most:
                self._held.popitem(last=False)
