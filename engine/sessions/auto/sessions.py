"""Sessions as the settings ask for them; where they leave it open on a processor, the faster runtime, by measurement.

Bytes of pictures differ between runtimes, so what was measured is remembered, and decides again at every start.
"""

import logging
import time
from collections.abc import Mapping

import numpy as np

from engine.bundle.manifest import UNET_FILE, Bundle
from engine.errors import EngineError
from engine.sessions.auto.choice import Choice, remembered, remembering
from engine.sessions.onnx.session import OnnxSessions
from engine.sessions.openvino import OpenVinoSessions
from engine.sessions.openvino.library import NAME, installed, processor, version
from engine.sessions.processors import physical_cores
from engine.sessions.profiles import shape_ranges
from engine.sessions.runtime import onnxruntime
from engine.sessions.session import Array, Session, SessionFactory
from engine.sessions.tensorrt import TensorRtSessions
from engine.settings import EngineSettings

logger = logging.getLogger(__name__)

CPU = "cpu"
# OpenVINO takes more memory and a longer start: it must be so much faster to be worth them, and noise decides nothing.
LEAST_GAIN = 1.1
_ROUNDS = 7
_MOST_SECONDS = 3.0


def sessions_for(bundle: Bundle, settings: EngineSettings) -> SessionFactory:
    """TensorRT where built engines are named, else what the provider says, else the best that starts here.

    Raises:
        ProviderError: What shall run the graphs is not here.
        BundleError: A graph that is measured is none.
    """
    sessions = settings.sessions
    if sessions.engines is not None:
        return TensorRtSessions(bundle, settings)
    if sessions.provider == NAME or sessions.cpu_precision == "bfloat16":
        return OpenVinoSessions(bundle, settings)
    onnx = OnnxSessions(bundle, settings)
    if sessions.provider != "auto" or sessions.openvino_cache is None or onnx.provider != CPU or not installed():
        return onnx
    try:
        openvino = OpenVinoSessions(bundle, settings)
        chosen = _chosen(bundle, settings, onnx, openvino)
    except EngineError as error:
        logger.warning("auto takes ONNX Runtime: %s", error)
        return onnx
    return openvino if chosen == NAME else onnx


def _chosen(bundle: Bundle, settings: EngineSettings, onnx: OnnxSessions, openvino: OpenVinoSessions) -> str:
    folder = settings.sessions.openvino_cache
    assert folder is not None
    threads = settings.num_threads or physical_cores()
    digest = bundle.manifest.files[UNET_FILE].sha256
    facts = (digest, onnxruntime.__version__, version(), processor(), openvino.precision, threads)
    choice = remembered(folder, facts)
    if choice is not None:
        logger.info("auto takes %s, as it was measured before: %s", choice.provider, choice.reason)
        return choice.provider
    seconds = _measured(bundle, onnx, openvino, settings)
    gain = seconds[CPU] / seconds[NAME]
    reason = (
        f"2 rows of the usual size take {1000 * seconds[NAME]:.1f} ms in OpenVINO ({openvino.precision}) and "
        f"{1000 * seconds[CPU]:.1f} ms in ONNX Runtime; OpenVINO must be {LEAST_GAIN} times as fast, and is {gain:.2f}"
    )
    choice = Choice(provider=NAME if gain >= LEAST_GAIN else CPU, reason=reason)
    logger.info("auto takes %s: %s", choice.provider, reason)
    remembering(folder, facts, choice)
    return choice.provider


def _measured(
    bundle: Bundle, onnx: OnnxSessions, openvino: OpenVinoSessions, settings: EngineSettings
) -> Mapping[str, float]:
    """Seconds of a forward of the usual shape on each, taking turns; the least, since what disturbs only adds."""
    ranges = shape_ranges(bundle.manifest, UNET_FILE, max_rows=max(2, settings.max_rows), max_windows=1)
    random = np.random.default_rng(0)
    inputs: dict[str, Array] = {
        name: random.normal(size=each.usual).astype(np.float32) for name, each in ranges.items()
    }
    compiled = openvino.load(UNET_FILE)
    compiled.compile_rows(inputs)
    both: Mapping[str, Session] = {CPU: onnx.load(UNET_FILE), NAME: compiled}
    seconds: dict[str, list[float]] = {name: [] for name in both}
    started = time.monotonic()
    for number in range(_ROUNDS + 1):
        for name, session in both.items():
            began = time.perf_counter()
            session.run(inputs)
            if number:  # the first warms up
                seconds[name].append(time.perf_counter() - began)
        if number and time.monotonic() - started > _MOST_SECONDS:
            break
    return {name: min(each) for name, each in seconds.items()}
