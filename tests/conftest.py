"""What every test may rely on: marked hardware is there or the test is skipped, and a tiny model built once.

The tiny model is a pipeline with random weights, its bundle and its description.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck
from tokenizers import Tokenizer

import engine  # noqa: F401  # before a test imports a package that would report to its maker
from tests import forking, tiny_exports
from tests.order import slow_files_first
from tests.tiny_models import clip_tokenizer

# Before PyTorch is imported. The models of the tests are so small that several threads cost more than they bring:
# they wait for each other by spinning, which took 20 times as long on a machine with something else to do.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes says something of the machine alone.
hypothesis.settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parent.parent

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_xdist_auto_num_workers() -> int:
    """Many tests wait for a process or a timer: with one process more than there are cores, each core has work left."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_sessionstart(session: pytest.Session) -> None:
    """What many tests wait for is begun before the processes that run them are started."""
    config = session.config
    distributed = "PYTEST_XDIST_WORKER" not in os.environ and getattr(config.option, "numprocesses", None)
    if not distributed or config.option.collectonly:
        return
    forking.start_for_all()
    if config.args_source == pytest.Config.ArgsSource.TESTPATHS:
        cache = tiny_exports.cache_of(config)
        if not all(folder.exists() for folder in tiny_exports.folders_in(cache).values()):
            stack = ExitStack()
            stack.enter_context(tiny_exports.begun(cache))
            config.add_cleanup(stack.close)


@pytest.fixture(scope="session", autouse=True)
def temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where everything of a process's tests puts what it has for a while: what is killed leaves it there."""
    folder = tmp_path_factory.mktemp("tmp")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield folder


@pytest.fixture
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, or of as many as a test's parameter says."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={getattr(request, 'param', 1)}m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("nobody but root can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(autouse=True)
def pytorch_as_it_was() -> Iterator[None]:
    """A test draws the same random weights whatever ran before it in its process.

    Training sets its threads, and denormals to zero, for its whole process; the tests after it get it back.
    """
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)
    yield
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        torch.set_flush_denormal(False)
        torch.set_num_threads(1)


@pytest.fixture
async def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`pass_time(60)`: this event loop's clock is 60 seconds further; no test waits for a deadline, or races it."""
    loop = asyncio.get_running_loop()
    real, passed = loop.time, 0.0

    def advance(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(loop, "time", lambda: real() + passed)
    return advance


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_str(clip_tokenizer().backend_tokenizer.to_str())


@pytest.fixture(scope="session")
def tiny(pytestconfig: pytest.Config) -> Path:
    """A tiny model of the SD family, its bundle and that with fast paths."""
    return tiny_exports.folder_of("sd", tiny_exports.cache_of(pytestconfig))


@pytest.fixture(scope="session")
def tiny_sdxl(pytestconfig: pytest.Config) -> Path:
    """A tiny model of the SDXL family and its bundle."""
    return tiny_exports.folder_of("sdxl", tiny_exports.cache_of(pytestconfig))


@pytest.fixture(scope="session")
def tiny_fast(tiny: Path) -> Path:
    """The tiny model of the SD family with a fast decoder and a UNet of few steps, and its bundle."""
    return tiny / "fast"


@pytest.fixture(scope="session")
def tiny_int8(pytestconfig: pytest.Config) -> Path:
    """The tiny model of the SDXL family with fast paths, and the bundle that `cosmicman export` made of it in int8."""
    return tiny_exports.folder_of("int8", tiny_exports.cache_of(pytestconfig))


@pytest.fixture(scope="session")
def checkpoint(tiny: Path) -> Path:
    return tiny / "checkpoint"


@pytest.fixture(scope="session")
def bundle(tiny: Path) -> Path:
    return tiny / "bundle"


@pytest.fixture(scope="session")
def adapted_bundle(tiny: Path) -> Path:
    """The tiny bundle with the graph that takes adapters."""
    return tiny / "adapted"


@pytest.fixture(scope="session")
def controlled_bundle(tiny: Path) -> Path:
    """That with networks of control, random ones."""
    return tiny / "controlled"


@pytest.fixture(scope="session")
def controlled_sdxl_bundle(tiny_sdxl: Path) -> Path:
    """The tiny SDXL bundle with networks of control."""
    return tiny_sdxl / "controlled"


@pytest.fixture(scope="session")
def adapted_sdxl_bundle(tiny_sdxl: Path) -> Path:
    """The tiny SDXL bundle with the same graph."""
    return tiny_sdxl / "adapted"


def _write_colour_parser(path: Path) -> None:
    """A parser that goes by colour alone: white is background, black is hair, red is a top; one matrix, exactly."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    from engine.regions.items import ITEM_CLASSES

    weight, bias = np.zeros((len(ITEM_CLASSES), 3, 1, 1), np.float32), np.full(len(ITEM_CLASSES), -90, np.float32)
    for name, colour in (("background", (4, 4, 4)), ("hair", (-4, -4, -4)), ("top", (8, -8, -8))):
        weight[ITEM_CLASSES.index(name), :, 0, 0], bias[ITEM_CLASSES.index(name)] = colour, 0
    nodes = [
        helper.make_node("Conv", ["image", "weight", "bias"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["chances"], axis=1),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "h", "w"])
    chances = helper.make_tensor_value_info("chances", TensorProto.FLOAT, [1, len(ITEM_CLASSES), "h", "w"])
    weights = [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")]
    graph = helper.make_graph(nodes, "parser", [image], [chances], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path)


def _with_colour_parser(bundle: Path, out: Path) -> Path:
    from engine.bundle.added_file import with_file
    from engine.regions.items import ITEM_CLASSES

    with_file(bundle, out, "parser.onnx", _write_colour_parser, parser=ITEM_CLASSES)
    return out


@pytest.fixture(scope="session")
def parsing_bundle(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny bundle with a parser that goes by colour."""
    return _with_colour_parser(bundle, tmp_path_factory.mktemp("parsing") / "bundle")


@pytest.fixture(scope="session")
def parsing_sdxl_bundle(sdxl_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny SDXL bundle with the same parser."""
    return _with_colour_parser(sdxl_bundle, tmp_path_factory.mktemp("parsing_sdxl") / "bundle")


@pytest.fixture(scope="session")
def sdxl_checkpoint(tiny_sdxl: Path) -> Path:
    return tiny_sdxl / "checkpoint"


@pytest.fixture(scope="session")
def sdxl_bundle(tiny_sdxl: Path) -> Path:
    return tiny_sdxl / "bundle"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    requirements = {
        "gpu": (shutil.which("nvidia-smi") is not None, "no NVIDIA GPU on this machine (nvidia-smi not found)"),
        "browser": (
            any(shutil.which(name) for name in CHROMIUM_NAMES),
            f"no browser on this machine (none of {', '.join(CHROMIUM_NAMES)} found)",
        ),
    }
    for marker, (present, reason) in requirements.items():
        if not present:
            for item in items:
                if item.get_closest_marker(marker):
                    item.add_marker(pytest.mark.skip(reason=reason))
    items[:] = slow_files_first(items)
