"""Builds TensorRT engines from a bundle's ONNX graphs, with optimization profiles for rows, sides and windows.

TensorRT for RTX compiles ahead of time for a named GPU architecture on a machine without any GPU; data-centre TensorRT
builds for the GPU it runs on. It knows graphs and profiles; it does not run an engine.

Letters: R rows, C H W latent channels and sides, K text windows, L tokens of a window.
"""

import importlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias, cast

import onnx_ir

from engine.bundle.manifest import (
    ADAPTED_FILE,
    CONTROL_INPUT,
    CONTROLS,
    FAST_DECODER_FILE,
    FEW_STEPS_FILE,
    GROUP_ATTENTION,
    LEAST_COLUMNS,
    LORA_DOWN,
    LORA_SCALE,
    LORA_UP,
    PARSER_FILE,
    TEXT_ENCODER_FILE,
    UNET_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    Bundle,
    control_file,
)
from engine.bundle.tensorrt_engines import EngineSet, gpu_architecture, new_engine_set
from engine.export.group_attention.graph import remove_group_attention
from engine.sessions.tensorrt.log import made, messages
from engine.settings import EngineSettings

logger = logging.getLogger(__name__)

Shape: TypeAlias = tuple[int, ...]
Progress: TypeAlias = Callable[[str, int, int], None]

#: The machine's own GPU, instead of a named architecture.
THIS_GPU = "gpu"
TIMING_CACHE_FILE = "timing.cache"
#: Fixed, so that two builds of one bundle differ in nothing that is ours.
OPTIMIZATION_LEVEL = 3
#: Graphs that no engine is built of (engine.regions, engine.model.control).
ON_THE_CPU = frozenset({PARSER_FILE, *map(control_file, CONTROLS)})


@dataclass(frozen=True, kw_only=True)
class Range:
    """The least, the usual and the greatest value of one dimension; the usual one is what engines are tuned for."""

    least: int
    usual: int
    greatest: int

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.usual <= self.greatest:
            raise ValueError(f"a range must rise from at least 1; got {self.least}, {self.usual}, {self.greatest}")

    def times(self, factor: int) -> "Range":
        """Every value multiplied."""
        return Range(least=self.least * factor, usual=self.usual * factor, greatest=self.greatest * factor)

    def halved(self, times: int) -> "Range":
        """Every value halved so often, each time rounded up."""
        least, usual, greatest = (-(-value // 2**times) for value in (self.least, self.usual, self.greatest))
        return Range(least=least, usual=usual, greatest=greatest)


ONE = Range(least=1, usual=1, greatest=1)


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """What to build.

    Attributes:
        target: A GPU architecture, such as sm89, or gpu for the one in this machine.
        max_rows: Rows of one UNet forward; engines are tuned for a guided picture, two rows.
        max_windows: 77-token windows of a description; engines are tuned for one.
        workspace_bytes: Most memory a kernel may use; None leaves it to TensorRT.
    """

    target: str = THIS_GPU
    max_rows: int = EngineSettings.max_rows
    max_windows: int = EngineSettings.max_windows
    workspace_bytes: int | None = None

    def __post_init__(self) -> None:
        for name in ("max_rows", "max_windows"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}")


@dataclass(frozen=True, kw_only=True)
class Library:
    """The TensorRT that builds.

    Attributes:
        name: The distribution: tensorrt or tensorrt-rtx.
        version: Its version.
        module: Its Python module.
        architectures: Targets it can name; empty for the library that builds for its own GPU alone.
    """

    name: str
    version: str
    module: Any
    architectures: tuple[str, ...]


def find_library(target: str) -> Library:
    """The TensorRT that can build for a target: data-centre TensorRT for this machine's GPU where it is installed.

    Raises:
        ModuleNotFoundError: None is installed.
        ValueError: The target is none it knows.
    """
    if target == THIS_GPU:
        try:
            module = importlib.import_module("tensorrt")
            return Library(name="tensorrt", version=metadata.version("tensorrt"), module=module, architectures=())
        except ModuleNotFoundError:
            logger.info("tensorrt is not installed; taking tensorrt-rtx")
    module = importlib.import_module("tensorrt_rtx")
    known = tuple(name.lower() for name in vars(module.ComputeCapability) if name.startswith("SM"))
    if target != THIS_GPU and target not in known:
        raise ValueError(f"target must be one of {THIS_GPU}, {', '.join(sorted(known))}; got {target[:40]!r}")
    return Library(name="tensorrt-rtx", version=metadata.version("tensorrt_rtx"), module=module, architectures=known)


def build_engines(bundle: Bundle, out: Path, settings: BuildSettings, *, progress: Progress | None = None) -> EngineSet:
    """Builds one engine for each graph of a bundle; the set at `out` appears whole or not at all.

    Args:
        bundle: A verified bundle.
        out: Folder to write.
        settings: What to build.
        progress: Called with the graph, and how many of how many are done.

    Raises:
        ValueError: TensorRT refuses a graph, or knows no such target.
        ModuleNotFoundError: No TensorRT is installed.
    """
    library = find_library(settings.target)
    target = gpu_architecture() if settings.target == THIS_GPU else settings.target
    graphs = [name for name in sorted(bundle.manifest.files) if name.endswith(".onnx") and name not in ON_THE_CPU]
    ranges = {name: profile_ranges(bundle, settings, name) for name in graphs}
    tell = progress or (lambda _graph, _done, _total: None)
    profiles: dict[str, Mapping[str, tuple[Shape, Shape, Shape]]] = {}
    with new_engine_set(out) as work:
        cache = b""
        for done, name in enumerate(graphs):
            tell(name, done, len(graphs))
            build = _Build(library, settings, cache)
            out_file = (work.path / name).with_suffix(".engine")
            profiles[name] = build.run(bundle.file(name), ranges[name], out_file)
            cache = build.timing_cache()
        if cache:
            (work.path / TIMING_CACHE_FILE).write_bytes(cache)
        tell("checksums", len(graphs), len(graphs))
        return work.finish(
            library=library.name,
            library_version=library.version,
            target=target,
            bundle_sha256=bundle.sha256,
            profiles=profiles,
        )


def profile_ranges(bundle: Bundle, settings: BuildSettings, graph: str) -> Mapping[str, Mapping[int, Range]]:
    """Ranges of a graph's dynamic dimensions: input name to axis to range.

    Only the UNet takes several rows: texts are encoded a window at a time, and pictures decoded one by one.
    """
    manifest = bundle.manifest
    height, width = _sides(bundle)
    rows = Range(least=1, usual=min(2, settings.max_rows), greatest=settings.max_rows)
    if graph in (UNET_FILE, FEW_STEPS_FILE, ADAPTED_FILE):
        windows = Range(least=1, usual=1, greatest=settings.max_windows)
        tokens = windows.times(manifest.tokenizer_length)
        by_name = {
            "sample": {0: rows, 2: height, 3: width},
            "encoder_hidden_states": {0: rows, 1: tokens},
        }
        if graph == ADAPTED_FILE:
            assert manifest.adapted is not None
            most = manifest.adapted.max_columns
            columns = Range(least=LEAST_COLUMNS, usual=min(2 * LEAST_COLUMNS, most), greatest=most)
            by_name |= {LORA_DOWN: {1: columns}, LORA_UP: {0: columns}, LORA_SCALE: {0: rows, 1: columns}}
            for place, (_, level) in enumerate(manifest.adapted.features):
                by_name[f"{CONTROL_INPUT}{place}"] = {0: rows, 2: height.halved(level), 3: width.halved(level)}
        return MappingProxyType(_Rows(by_name, rows))
    if graph in (VAE_DECODER_FILE, FAST_DECODER_FILE):
        return {"latents": {0: ONE, 2: height, 3: width}}
    if graph == VAE_ENCODER_FILE:
        factor = manifest.vae_factor
        return {"image": {0: ONE, 2: height.times(factor), 3: width.times(factor)}}
    assert graph.startswith(Path(TEXT_ENCODER_FILE).stem), f"{graph} is no graph of a bundle"
    return MappingProxyType(_Rows({}, ONE))


class _Rows(dict[str, Mapping[int, Range]]):
    """Inputs not named vary in their rows alone: timesteps, pooled text, sizes."""

    def __init__(self, named: Mapping[str, Mapping[int, Range]], rows: Range) -> None:
        super().__init__(named)
        self._rows = rows

    def __missing__(self, name: str) -> Mapping[int, Range]:
        return {0: self._rows}


def _sides(bundle: Bundle) -> tuple[Range, Range]:
    """Ranges of the latents' height and width."""
    manifest = bundle.manifest
    factor = manifest.vae_factor
    if manifest.sizes:
        widths, heights = zip(*manifest.sizes, strict=True)
    else:
        widths = heights = manifest.side_limits[:2]
    return (
        Range(least=min(heights) // factor, usual=manifest.default_height // factor, greatest=max(heights) // factor),
        Range(least=min(widths) // factor, usual=manifest.default_width // factor, greatest=max(widths) // factor),
    )


class _Build:
    """One graph's way through the parser and the builder."""

    def __init__(self, library: Library, settings: BuildSettings, cache: bytes) -> None:
        self._trt = library.module
        self._settings = settings
        self._log = messages(self._trt)
        self._builder = made(self._trt.Builder, self._log)
        self._config = self._builder.create_builder_config()
        self._config.builder_optimization_level = OPTIMIZATION_LEVEL
        if settings.workspace_bytes is not None:
            self._config.set_memory_pool_limit(self._trt.MemoryPoolType.WORKSPACE, settings.workspace_bytes)
        if library.architectures:
            target = "CURRENT" if settings.target == THIS_GPU else settings.target.upper()
            self._config.num_compute_capabilities = 1
            self._config.set_compute_capability(getattr(self._trt.ComputeCapability, target), 0)
        # Ahead of time there is no GPU to time kernels on, so the library for RTX keeps no such cache.
        self._cache = None if library.architectures else self._config.create_timing_cache(cache)
        if self._cache is not None:
            self._config.set_timing_cache(self._cache, ignore_mismatch=False)

    def run(
        self, graph: Path, ranges: Mapping[str, Mapping[int, Range]], out: Path
    ) -> Mapping[str, tuple[Shape, Shape, Shape]]:
        """Writes the serialized engine; returns for each input the shapes it was built for."""
        # Strongly typed: precision is what the graph says, explicit quantisation included.
        flags = 1 << int(self._trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
        network = self._builder.create_network(flags)
        parser = self._trt.OnnxParser(network, self._log)
        alone = with_first_output_alone(graph)
        if not (parser.parse_from_file(str(graph)) if alone is None else parser.parse(alone, str(graph))):
            reason = parser.get_error(0).desc() if parser.num_errors else "no reason given"
            raise ValueError(f"{graph}: TensorRT cannot read it: {reason.splitlines()[0][:300]}")
        profile = self._builder.create_optimization_profile()
        shapes = {}
        for index in range(network.num_inputs):
            tensor = network.get_input(index)
            shapes[tensor.name] = _shapes(tuple(tensor.shape), ranges[tensor.name])
            profile.set_shape(tensor.name, *shapes[tensor.name])
        self._config.add_optimization_profile(profile)
        engine = self._builder.build_serialized_network(network, self._config)
        if engine is None:
            raise ValueError(f"{graph}: TensorRT cannot build it; its log has the reason")
        out.write_bytes(memoryview(engine))  # An engine of SDXL's size is not copied once more.
        return shapes

    def timing_cache(self) -> bytes:
        """Measurements for the next build; empty where there are none."""
        return b"" if self._cache is None else bytes(self._cache.serialize())


def with_first_output_alone(graph: Path) -> bytes | None:
    """A UNet's graph without the second output; None where it has none.

    An engine computes all its outputs in every run, so that one nobody asks for would cost every step.
    """
    try:
        model = onnx_ir.load(graph)
    except Exception:  # whatever its reader raises; TensorRT's own says what is wrong with the file
        return None
    if GROUP_ATTENTION not in {value.name for value in model.graph.outputs}:
        return None
    remove_group_attention(model)
    return cast(bytes, onnx_ir.to_proto(model).SerializeToString())


def _shapes(shape: Shape, ranges: Mapping[int, Range]) -> tuple[Shape, Shape, Shape]:
    """Least, usual and greatest shape of an input whose dynamic axes are -1."""
    assert all(size > 0 or axis in ranges for axis, size in enumerate(shape)), f"{shape} has an axis without a range"

    def pick(which: str) -> Shape:
        return tuple(getattr(ranges[axis], which) if size < 0 else size for axis, size in enumerate(shape))

    return pick("least"), pick("usual"), pick("greatest")
