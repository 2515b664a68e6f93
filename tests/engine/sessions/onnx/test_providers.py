"""What each provider is told, as pure data: names, order, options, shapes."""

from pathlib import Path

import pytest

from engine.bundle.manifest import TEXT_ENCODER_FILE, UNET_FILE, VAE_DECODER_FILE, VAE_ENCODER_FILE, load_bundle
from engine.errors import ProviderError
from engine.sessions.onnx.providers import EXECUTION_PROVIDERS, candidates, execution_providers
from engine.sessions.onnx.session import OnnxSession
from engine.sessions.profiles import ShapeRange, shape_ranges
from engine.sessions.runtime import onnxruntime
from engine.settings import PROVIDERS, SessionSettings

EVERYTHING = tuple(EXECUTION_PROVIDERS.values())
SHAPES = {
    "sample": ShapeRange(minimum=(1, 4, 12, 8), usual=(2, 4, 12, 8), maximum=(8, 4, 12, 12)),
    "timesteps": ShapeRange(minimum=(1,), usual=(2,), maximum=(8,)),
}


def test_execution_providers_have_onnx_runtime_s_names() -> None:
    # That of TensorRT for RTX is a plug-in, which ONNX Runtime lists only where it is installed.
    assert set(EVERYTHING) - {"NvTensorRTRTXExecutionProvider"} <= set(onnxruntime.get_all_providers())


def test_auto_takes_the_best_and_compiles_only_where_it_can_keep_the_engine(tmp_path: Path) -> None:
    assert candidates(SessionSettings(), ["AzureExecutionProvider", "CPUExecutionProvider"]) == ("cpu",)
    assert candidates(SessionSettings(), EVERYTHING) == ("cuda", "cpu")
    with_cache = SessionSettings(engine_cache=tmp_path)
    assert candidates(with_cache, EVERYTHING) == ("tensorrt", "tensorrt-rtx", "cuda", "cpu")
    assert candidates(SessionSettings(provider="tensorrt-rtx"), EVERYTHING) == ("tensorrt-rtx",)


def test_a_provider_that_is_not_here_names_those_that_are() -> None:
    with pytest.raises(ProviderError, match="provider tensorrt is not in .* which has cpu, cuda$"):
        candidates(SessionSettings(provider="tensorrt"), ["CUDAExecutionProvider", "CPUExecutionProvider"])


def test_cuda_gets_its_limits() -> None:
    settings = SessionSettings(device=1, memory_limit_bytes=10**9, tf32=False, convolution_search="exhaustive")
    chain = execution_providers("cuda", settings, SHAPES)
    assert chain == [
        (
            "CUDAExecutionProvider",
            {
                "device_id": "1",
                "arena_extend_strategy": "kSameAsRequested",
                "cudnn_conv_algo_search": "EXHAUSTIVE",
                "cudnn_conv_use_max_workspace": "1",
                "use_tf32": "0",
                "gpu_mem_limit": "1000000000",
            },
        ),
        ("CPUExecutionProvider", {}),
    ]


def test_tensorrt_gets_shapes_cache_and_precision(tmp_path: Path) -> None:
    settings = SessionSettings(engine_cache=tmp_path, half_precision=True, memory_limit_bytes=5)
    (name, options), (second, _), (last, _) = execution_providers("tensorrt", settings, SHAPES)
    assert (name, second, last) == ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider")
    assert options == {
        "device_id": "0",
        "trt_fp16_enable": "1",
        "trt_profile_min_shapes": "sample:1x4x12x8,timesteps:1",
        "trt_profile_opt_shapes": "sample:2x4x12x8,timesteps:2",
        "trt_profile_max_shapes": "sample:8x4x12x12,timesteps:8",
        "trt_max_workspace_size": "5",
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(tmp_path),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(tmp_path),
    }


def test_tensorrt_rtx_has_names_of_its_own(tmp_path: Path) -> None:
    chain = execution_providers("tensorrt-rtx", SessionSettings(engine_cache=tmp_path, device=2), SHAPES)
    assert [name for name, _ in chain] == ["NvTensorRTRTXExecutionProvider", "CPUExecutionProvider"]
    assert chain[0][1] == {
        "device_id": "2",
        "nv_profile_min_shapes": "sample:1x4x12x8,timesteps:1",
        "nv_profile_opt_shapes": "sample:2x4x12x8,timesteps:2",
        "nv_profile_max_shapes": "sample:8x4x12x12,timesteps:8",
        "nv_runtime_cache_path": str(tmp_path),
    }


def test_shapes_reach_from_one_row_to_the_engine_s_limits(bundle: Path) -> None:
    manifest = load_bundle(bundle).manifest
    unet = shape_ranges(manifest, UNET_FILE, max_rows=8, max_windows=16)
    assert unet["sample"] == ShapeRange(minimum=(1, 4, 8, 8), usual=(2, 4, 12, 8), maximum=(8, 4, 12, 12))
    assert unet["timesteps"] == ShapeRange(minimum=(1,), usual=(2,), maximum=(8,))
    text = unet["encoder_hidden_states"]
    assert (text.minimum, text.usual, text.maximum) == ((1, 77, 32), (2, 77, 32), (8, 1232, 32))
    assert shape_ranges(manifest, UNET_FILE, max_rows=1, max_windows=1)["timesteps"].usual == (1,)
    assert shape_ranges(manifest, VAE_DECODER_FILE, max_rows=8, max_windows=1)["latents"].maximum == (1, 4, 12, 12)
    assert shape_ranges(manifest, VAE_ENCODER_FILE, max_rows=8, max_windows=1)["image"].usual == (1, 3, 48, 32)


@pytest.mark.parametrize("file", [TEXT_ENCODER_FILE, UNET_FILE, VAE_DECODER_FILE, VAE_ENCODER_FILE])
def test_every_input_of_every_graph_has_its_shapes(bundle: Path, file: str) -> None:
    shapes = shape_ranges(load_bundle(bundle).manifest, file, max_rows=8, max_windows=16, attention=True)
    assert tuple(shapes) == OnnxSession(bundle / file, num_threads=1).input_names
    for each in shapes.values():
        assert len(each.minimum) == len(each.usual) == len(each.maximum)
        assert all(a <= b <= c for a, b, c in zip(each.minimum, each.usual, each.maximum, strict=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"provider": "gpu"}, f"provider must be one of {', '.join(PROVIDERS)}; got 'gpu'"),
        ({"device": -1}, "device must be at least 0; got -1"),
        ({"memory_limit_bytes": 0}, "memory_limit_bytes must be at least 1; got 0"),
        ({"convolution_search": "fast"}, "convolution_search must be one of heuristic, exhaustive, default"),
    ],
)
def test_wrong_settings_say_what_is_allowed(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SessionSettings(**changes)  # type: ignore[arg-type]
