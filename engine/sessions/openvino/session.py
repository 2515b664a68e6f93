"""A graph in OpenVINO: a run's rows go through what is compiled for them, in one forward or in parts.

Inputs begin with the rows, but for those that are one for all rows; the shape of such a one is its tail.

Letters: R rows.
"""

from collections.abc import Collection, Mapping
from concurrent.futures import Executor
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.bundle.manifest import SHARED_INPUTS, TOKEN_GROUPS
from engine.errors import GenerationError, ProviderError
from engine.sessions.failures import run_error
from engine.sessions.openvino.compiler import Compiler
from engine.sessions.openvino.parts import compiled_counts, parts
from engine.sessions.openvino.shapes import CompiledShapes, Tail
from engine.sessions.profiles import Shape
from engine.sessions.session import Array

# What probes are drawn from; integers are ids or sizes, and zero is one of each.
_PROBE_SEED = 20261130
_ADAPTER_SCALE = 0.05


class OpenVinoSession:
    """A graph whose inputs begin with the rows, but for shared ones; `run` may be called from any thread.

    A picture must not depend on what else is drawn: a number of rows is used only once its rows were seen to come out
    as from a forward of one row, to the last bit. So it does not matter either what is compiled at the moment.
    """

    def __init__(self, name: str, compiler: Compiler, *, max_rows: int, most: int, background: Executor) -> None:
        """Compiles nothing yet.

        Args:
            name: The graph's, for messages.
            compiler: Has read it.
            max_rows: Most rows of a forward.
            most: Compiled shapes to hold.
            background: Where more are compiled.
        """
        self._name, self._compiler, self._background = name, compiler, background
        self._dtypes = {name: each.get_element_type().to_dtype() for name, each in compiler.inputs.items()}
        self._counts = compiled_counts(max_rows) if most > 1 else (1,)
        self._shapes = CompiledShapes(self._compiled, self._same_bits, most)
        self._alike: dict[Tail, bool] = {}
        self._lock = Lock()

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names `run` expects."""
        return tuple(self._dtypes)

    @property
    def compiled_shapes(self) -> int:
        """How many are held."""
        return len(self._shapes)

    @property
    def compiled_bytes(self) -> int:
        """Memory that they take, about."""
        return len(self._shapes) * self._compiler.num_bytes

    def prepare(self, tails: Mapping[str, Shape]) -> None:
        """Compiles what a run with rows of these shapes needs, so that the run itself does not wait for it.

        Raises:
            GenerationError: The graph does not take such shapes.
        """
        tail = tuple((name, tuple(tails[name])) for name in self._read(tails))
        for each in {tail, _plain(tail)}:
            if not self._shapes.counts(each):
                self._make_now(each, 1)

    def compile_rows(self, inputs: Mapping[str, Array]) -> None:
        """Compiles all that a run with these inputs would like to have, and tries it.

        Raises:
            GenerationError: The graph does not take such shapes.
        """
        fed, num_rows = self._fed(inputs)
        for rows in (1, *parts(num_rows, self._shapes.allowed(self._counts))):
            self._make_now(_tail(fed), rows)

    def run(self, inputs: Mapping[str, Array]) -> npt.NDArray[np.float32]:
        """Runs the graph once and returns its first output, in float32 whatever its own precision.

        Raises:
            OutOfMemoryError: The run did not fit.
            GenerationError: The graph failed, or does not take such shapes.
        """
        return self._run({name: array for name, array in inputs.items() if name != TOKEN_GROUPS})[0]

    def run_both(self, inputs: Mapping[str, Array]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Runs the graph with its second output, which is compiled as a model of its own.

        Where that one was seen to give the first output other bits, the plain model gives them, in a second run.

        Raises:
            OutOfMemoryError: The run did not fit.
            GenerationError: The graph failed, or does not take such shapes.
        """
        first, second = self._run(inputs)
        return first if self._plain_bits(_tail(self._fed(inputs)[0])) else self.run(inputs), second

    def _run(self, inputs: Mapping[str, Array]) -> list[npt.NDArray[np.float32]]:
        fed, num_rows = self._fed(inputs)
        tail = _tail(fed)
        with self._lock:
            held = self._shapes.counts(tail)
            if not held:
                self._make_now(tail, 1)
                held = {1}
            for rows in parts(num_rows, self._shapes.allowed(self._counts)):
                self._shapes.want((tail, rows), self._background)
            answers, start = [], 0
            for rows in parts(num_rows, held):
                part = _rows_of(fed, start, rows)
                answers.append(self._answer(self._shapes.take((tail, rows)), part))
                start += rows
        return [np.concatenate(each)[:num_rows] for each in zip(*answers, strict=True)]

    def _fed(self, inputs: Mapping[str, Array]) -> tuple[dict[str, Array], int]:
        fed = {name: np.ascontiguousarray(inputs[name], self._dtypes[name]) for name in self._read(inputs)}
        [num_rows] = {len(array) for name, array in fed.items() if name not in SHARED_INPUTS}
        return fed, num_rows

    def _read(self, given: Collection[str]) -> list[str]:
        """The inputs that are read, in the graph's order."""
        return [name for name in self._dtypes if name != TOKEN_GROUPS or name in given]

    def _make_now(self, tail: Tail, rows: int) -> None:
        try:
            self._shapes.make_now((tail, rows))
        except ProviderError as error:
            raise GenerationError(f"{self._name} failed: {error}") from error
        except (RuntimeError, MemoryError) as error:
            raise run_error(self._name, error) from error

    def _compiled(self, tail: Tail, rows: int) -> Any:
        return self._compiler.compiled({name: _shape(name, shape, rows) for name, shape in tail})

    def _answer(self, model: Any, fed: Mapping[str, Array]) -> list[npt.NDArray[np.float32]]:
        try:
            outputs = model.create_infer_request().infer(dict(fed), share_inputs=True)
            return [np.array(outputs[place], np.float32) for place in range(len(model.outputs))]
        except (RuntimeError, MemoryError) as error:
            raise run_error(self._name, error) from error

    def _same_bits(self, tail: Tail, rows: int, model: Any, single: Any) -> bool:
        """Whether the first and the last row come out of a forward as they do alone."""
        fed = self._probe(tail, rows)
        together = self._answer(model, fed)[0]
        for row in (0, rows - 1):
            alone = self._answer(single, _rows_of(fed, row, 1))[0]
            if not np.array_equal(alone[0], together[row], equal_nan=True):
                return False
        return True

    def _plain_bits(self, tail: Tail) -> bool:
        """Whether the model with the second output gives the first one as the plain model does."""
        with self._lock:
            if tail not in self._alike:
                fed, alone = self._probe(tail, 1), _plain(tail)
                both = self._answer(self._shapes.take((tail, 1)), fed)[0]
                plain = self._answer(self._shapes.take((alone, 1)), {name: fed[name] for name, _ in alone})[0]
                self._alike[tail] = np.array_equal(both, plain, equal_nan=True)
            return self._alike[tail]

    def _probe(self, tail: Tail, rows: int) -> dict[str, Array]:
        random = np.random.default_rng(_PROBE_SEED)
        fed: dict[str, Array] = {}
        for name, shape in tail:
            dtype = self._dtypes[name]
            real = np.issubdtype(dtype, np.floating)
            full = _shape(name, shape, rows)
            scale = _ADAPTER_SCALE if name in SHARED_INPUTS else 1.0
            fed[name] = (random.normal(scale=scale, size=full) if real else np.zeros(full)).astype(dtype)
        return fed


def _tail(fed: Mapping[str, Array]) -> Tail:
    return tuple((name, array.shape[name not in SHARED_INPUTS :]) for name, array in fed.items())


def _shape(name: str, tail: Shape, rows: int) -> Shape:
    return tail if name in SHARED_INPUTS else (rows, *tail)


def _rows_of(fed: Mapping[str, Array], start: int, rows: int) -> dict[str, Array]:
    """Some rows of a run, and what is one for all."""
    return {
        name: array if name in SHARED_INPUTS else _filled(array[start : start + rows], rows)
        for name, array in fed.items()
    }


def _plain(tail: Tail) -> Tail:
    """Without the input that the second output alone reads."""
    return tuple((name, shape) for name, shape in tail if name != TOKEN_GROUPS)


def _filled(rows: Array, count: int) -> Array:
    """Rows made up to a count by copies of the last one, whose outputs nobody reads."""
    missing = count - len(rows)
    return np.concatenate([rows, np.repeat(rows[-1:], missing, axis=0)]) if missing > 0 else rows
