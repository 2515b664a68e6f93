"""Whoever wrote an adapter, the same product is added; what is no whole adapter of this UNet is refused."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.adapters.original_names import original_name
from engine.adapters.read import Adapter, read_adapter
from engine.adapters.tensors import read_tensors
from tests.engine.adapters.files import ADAPTED, LAYERS, Tensors, factors, tensors, write

Q = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"


def read(path: Path, told: Tensors, config: dict[str, Any] | None = None, **metadata: object) -> Adapter:
    return read_adapter(
        "film", read_tensors(write(path / "film.safetensors", told, **metadata)), ADAPTED, config=config
    )


def products(adapter: Adapter) -> dict[str, Any]:
    """What is added to each layer's weight, [O, I]."""
    found, first, second = {}, 0, 0
    for name, (read_width, given) in LAYERS.items():
        down, up = adapter.down[first : first + read_width], adapter.up[:, second : second + given]
        found[name] = (down.astype(np.float64) @ up.astype(np.float64)).T
        first, second = first + read_width, second + given
    return found


@pytest.mark.parametrize("form", ["diffusers", "peft", "kohya"])
def test_each_writers_names_are_known(tmp_path: Path, form: str) -> None:
    made = factors()
    adapter = read(tmp_path, tensors(made, form), licence="CC0", trigger_words="on film")
    for name, found in products(adapter).items():
        np.testing.assert_allclose(found, made[name][1] @ made[name][0], atol=1e-6)
    info = adapter.info
    assert (info.format, info.rank, info.layers, info.scaling) == (form, 4, 5, "alpha the rank / rank 4")
    assert (info.licence, info.trigger_words, info.refused) == ("CC0", "on film", "")


def test_older_names_of_diffusers_are_known(tmp_path: Path) -> None:
    made = factors()
    found = products(read(tmp_path, tensors(made, "processor")))
    for name in LAYERS:
        expected = made[name][1] @ made[name][0] if ".attn" in name else 0
        np.testing.assert_allclose(found[name], expected * np.ones_like(found[name]), atol=1e-6)


def test_blocks_of_sdxls_own_code_are_known() -> None:
    assert original_name("down_blocks.1.attentions.1.proj_in") == "input_blocks.5.1.proj_in"
    assert original_name("down_blocks.2.attentions.0.x.to_q") == "input_blocks.7.1.x.to_q"
    assert original_name("mid_block.attentions.0.proj_out") == "middle_block.1.proj_out"
    assert original_name("up_blocks.1.attentions.2.x.to_out.0") == "output_blocks.5.1.x.to_out.0"
    assert original_name("down_blocks.0.resnets.1.conv1") == "input_blocks.2.0.in_layers.2"
    assert original_name("mid_block.resnets.1.conv2") == "middle_block.2.out_layers.3"
    assert original_name("down_blocks.0.downsamplers.0.conv") == "input_blocks.3.0.op"
    assert original_name("up_blocks.0.upsamplers.0.conv") == "output_blocks.2.2.conv"


@pytest.mark.parametrize(
    ("metadata", "config", "alphas", "factor"),
    [
        ({}, None, None, 1.0),
        ({"lora_adapter_metadata": {"unet.r": 4, "unet.lora_alpha": 8}}, None, None, 2.0),
        ({"lora_adapter_metadata": {"unet.lora_alpha": 8, "unet.use_rslora": True}}, None, None, 8 / math.sqrt(4)),
        ({}, {"r": 4, "lora_alpha": 2}, None, 0.5),
        ({}, {"lora_alpha": 2, "use_rslora": True}, None, 1.0),
        ({}, {"lora_alpha": 2, "alpha_pattern": {"attn1.to_q": 12}}, None, 3.0),
        ({}, None, 1.0, 0.25),
    ],
)
def test_alpha_is_found_where_each_writer_says_it(
    tmp_path: Path, metadata: dict[str, object], config: dict[str, Any] | None, alphas: float | None, factor: float
) -> None:
    made = factors()
    told = tensors(made, "kohya" if alphas is not None else "diffusers")
    if alphas is not None:
        told |= {f"lora_unet_{name.replace('.', '_')}.alpha": np.array(alphas, np.float32) for name in LAYERS}
    found = products(read(tmp_path, told, config, **metadata))[Q]
    np.testing.assert_allclose(found, factor * (made[Q][1] @ made[Q][0]), rtol=1e-5, atol=1e-7)


def test_layers_of_a_lower_rank_leave_columns_of_zeros(tmp_path: Path) -> None:
    made = factors() | factors({Q: LAYERS[Q]}, rank=2)
    adapter = read(tmp_path, tensors(made, "diffusers"))
    assert adapter.info.rank == 4
    np.testing.assert_allclose(products(adapter)[Q], made[Q][1] @ made[Q][0], atol=1e-6)


def added(told: Tensors, **more: Any) -> Tensors:
    return told | {name.replace("__", "."): np.asarray(value, np.float32) for name, value in more.items()}


MADE = tensors(factors(), "diffusers")
KOHYA = tensors(factors(), "kohya")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({}, "holds no tensors"),
        (added(KOHYA, lora_te_text_model_encoder__alpha=[1]), r"of its 11 tensors .* 1 of a text encoder: 'lora_te_"),
        (added(MADE, unet__mid_block__resnets__0__conv1__lora_A__weight=[[1]]), "1 of convolutions"),
        (added(KOHYA, lora_unet_x__hada_w1_a=[[1]]), "1 LoHa factors"),
        (added(KOHYA, lora_unet_x__lokr_w1=[[1]]), "1 LoKr factors"),
        (added(KOHYA, lora_unet_x__dora_scale=[[1]]), "1 magnitudes of DoRA"),
        (added(MADE, unet__nowhere__lora_A__weight=[[1]]), "1 of no layer that may have adapters: 'unet.nowhere"),
        ({f"unet.{Q}.lora_A.weight": np.ones((4, 8), np.float32)}, "has no up matrix"),
        (
            {
                f"unet.{Q}.lora_A.weight": np.ones((4, 9), np.float32),
                f"unet.{Q}.lora_B.weight": np.ones((8, 4), np.float32),
            },
            r"must have matrices of \[rank, 8\] and \[8, rank\]; they are \[4, 9\] and \[8, 4\]",
        ),
        (
            {
                f"unet.{Q}.lora_A.weight": np.ones((4, 8), np.float32),
                f"unet.{Q}.lora_B.weight": np.ones((8, 5), np.float32),
            },
            r"they are \[4, 8\] and \[8, 5\]",
        ),
        (
            {
                f"unet.{Q}.lora_A.weight": np.ones((4, 8, 3, 3), np.float32),
                f"unet.{Q}.lora_B.weight": np.ones((8, 4), np.float32),
            },
            "must be a matrix",
        ),
        (tensors(factors(rank=33), "diffusers"), "its rank may be at most 32"),
        (MADE | KOHYA, "are both down of"),
        (added(KOHYA, **{f"lora_unet_{Q.replace('.', '_')}__alpha": [1, 2]}), "must be one number"),
    ],
)
def test_what_is_no_whole_adapter_is_refused(tmp_path: Path, told: Tensors, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(tmp_path, told)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"use_dora": True}, "DoRA"),
        ({"lora_alpha": "8"}, "lora_alpha must be a number"),
        ({"alpha_pattern": {"(a+)+$": 1}}, "without expressions"),
    ],
)
def test_what_a_config_says_is_checked(tmp_path: Path, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(tmp_path, MADE, config)


def test_metadata_that_is_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be an object"):
        read(tmp_path, MADE, lora_adapter_metadata="[1]")
    with pytest.raises(ValueError, match="is no JSON"):
        read(tmp_path, MADE, lora_adapter_metadata="{")


def test_a_file_may_recommend_a_scale(tmp_path: Path) -> None:
    assert read(tmp_path, MADE).info.recommended_scale is None
    assert read(tmp_path, MADE, recommended_scale="0.7").info.recommended_scale == 0.7
    for told in ("much", "nan", "2.1"):
        with pytest.raises(ValueError, match=f"its recommended_scale must be from -2 to 2; it is '{told}'"):
            read(tmp_path, MADE, recommended_scale=told)


def test_more_than_half_precision_holds_is_refused(tmp_path: Path) -> None:
    told = {name: value * 1e6 for name, value in MADE.items()}
    file = read_tensors(write(tmp_path / "film.safetensors", told))
    with pytest.raises(ValueError, match="more than float16 can hold"):
        read_adapter("film", file, ADAPTED, half=True)
