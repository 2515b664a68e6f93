"""A graph compiled for one shape at a time, from memory or from disk; it does not know which shapes are wanted."""

import io
import logging
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, TypeAlias

from engine.errors import BundleError, ProviderError
from engine.sessions.failures import first_line
from engine.sessions.openvino.blobs import Blobs
from engine.sessions.openvino.group_norms import LARGE, rewrite_group_norms
from engine.sessions.openvino.library import core, processor, version
from engine.sessions.openvino.weights import restore_weights
from engine.sessions.profiles import Shape

logger = logging.getLogger(__name__)

#: Of every input, by its name.
Shapes: TypeAlias = Mapping[str, Shape]

_PRECISIONS = {"float32": "f32", "bfloat16": "bf16"}
# Measured: besides its constants a compiled model holds them twice more, turned and packed.
_COPIES_OF_WEIGHTS = 3


def options(precision: str, num_threads: int) -> dict[str, str | int | bool]:
    """What the library is told, so that a graph computes what it says, on the cores it was given."""
    return {
        "INFERENCE_PRECISION_HINT": _PRECISIONS[precision],
        # The library's own choice is to round the inputs of products with integer weights to integers.
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
        "INFERENCE_NUM_THREADS": num_threads,
        "NUM_STREAMS": 1,
        # Two servers of one machine would be pinned to the same cores.
        "ENABLE_CPU_PINNING": False,
    }


class Compiler:
    """One graph."""

    def __init__(self, path: Path, digest: str, *, precision: str, num_threads: int, blobs: Blobs | None) -> None:
        """Reads the graph.

        Args:
            path: The .onnx file.
            digest: Of it, and of the files that it refers to, by which its blobs are known.
            precision: float32 or bfloat16.
            num_threads: Threads of one run.
            blobs: Where compiled models are kept; None keeps none.

        Raises:
            BundleError: The file is no graph OpenVINO can read.
        """
        self._options = options(precision, num_threads)
        self._name, self._blobs = path.name, blobs
        # Means that are rounded to bfloat16 would be other pictures.
        self._rewrites = precision == "float32"
        rewritten = LARGE if self._rewrites else None
        self._facts = (digest, version(), processor(), sorted(self._options.items()), rewritten)
        try:
            self._model = core().read_model(path)
            self._weight_bytes = restore_weights(self._model)
        except RuntimeError as error:
            raise BundleError(f"{path}: OpenVINO cannot read it: {_reason(error)}") from error
        self.inputs = {each.any_name: each for each in self._model.inputs}

    @property
    def num_bytes(self) -> int:
        """Memory that one compiled shape takes, about."""
        return _COPIES_OF_WEIGHTS * self._weight_bytes

    def compiled(self, shapes: Shapes) -> Any:
        """The graph for these shapes and no others, as OpenVINO's CompiledModel.

        Where they leave out the input that a second output is for, the model is without that output.

        Raises:
            ProviderError: OpenVINO cannot compile it.
        """
        if self._blobs is None:
            return self._compile(shapes)
        path = self._blobs.path(Path(self._name).stem, (*self._facts, sorted(shapes.items())))
        blob = self._blobs.read(path)
        if blob is not None:
            try:
                return core().import_model(io.BytesIO(blob), "CPU", self._options)
            except RuntimeError as error:
                self._blobs.drop(path, _reason(error))
        model = self._compile(shapes)
        self._blobs.write(path, _exported(model))
        return model

    def _compile(self, shapes: Shapes) -> Any:
        try:
            model = self._model.clone()
            take_out(model, self.inputs.keys() - shapes.keys())
            model.reshape({name: list(shape) for name, shape in shapes.items()})
            if self._rewrites:
                rewrite_group_norms(model)
            return core().compile_model(model, "CPU", self._options)
        except RuntimeError as error:
            raise ProviderError(f"provider openvino cannot compile {self._name}: {_reason(error)}") from error


def take_out(model: Any, unread: AbstractSet[str]) -> None:
    """Takes the second output out of a model, with the inputs that it alone reads, where no shape is named for them."""
    if not unread:
        return
    for result in model.get_results()[1:]:
        model.remove_result(result)
    for parameter in model.get_parameters():
        if parameter.output(0).any_name in unread:
            model.remove_parameter(parameter)


def _exported(model: Any) -> bytes:
    stream = io.BytesIO()
    model.export_model(stream)
    return stream.getvalue()


def _reason(error: RuntimeError) -> str:
    """The last line of OpenVINO's own words says what; those before it say where in its source."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else first_line(error)
