"""The capturing processor computes what SDPA computes, at the layers asked for and nowhere else."""

import pytest
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor2_0

from engine.train.losses.attention_capture import AttentionCapture, cross_attention_layers, restore_processors


@pytest.fixture(scope="module")
def unet() -> UNet2DConditionModel:
    torch.manual_seed(0)
    return UNet2DConditionModel(
        sample_size=6,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D",) * 2,
        up_block_types=("CrossAttnUpBlock2D",) * 2,
        mid_block_type="UNetMidBlock2DCrossAttn",
        attention_head_dim=2,
        cross_attention_dim=12,
        norm_num_groups=4,
    )


def _inputs() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {
        "sample": torch.randn(2, 4, 4, 6, generator=generator),
        "timestep": torch.tensor([3, 700]),
        "encoder_hidden_states": torch.randn(2, 5, 12, generator=generator),
    }


def _forward_and_gradients(unet: UNet2DConditionModel, **more: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
    unet.zero_grad()
    output = unet(**_inputs(), **more).sample
    output.square().mean().backward()
    return output.detach(), [value.grad.clone() for value in unet.parameters() if value.grad is not None]


@pytest.mark.parametrize("masked", [False, True])
def test_forward_and_gradients_are_those_of_sdpa(unet: UNet2DConditionModel, masked: bool) -> None:
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]).bool()
    more = {"encoder_attention_mask": mask} if masked else {}
    unet.set_attn_processor(AttnProcessor2_0())
    expected, expected_gradients = _forward_and_gradients(unet, **more)
    capture = AttentionCapture(unet, (0, 1))
    with capture.opened() as maps:
        output, gradients = _forward_and_gradients(unet, **more)
        if masked:
            assert all(part[1, :, :, 3:].max() < 1e-6 for part in maps)
    torch.testing.assert_close(output, expected, atol=1e-5, rtol=1e-5)
    assert len(gradients) == len(expected_gradients)
    for one, other in zip(gradients, expected_gradients, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("levels", "queries"), [((0,), [24, 24, 24]), ((1,), [6, 6, 6, 6]), ((0, 1), [24, 6, 6, 6, 6, 24, 24]), ((), [])]
)
def test_only_wanted_layers_are_captured(
    unet: UNet2DConditionModel, levels: tuple[int, ...], queries: list[int]
) -> None:
    capture = AttentionCapture(unet, levels)
    with torch.no_grad(), capture.opened() as maps:
        unet(**_inputs())
        assert [part.shape[2] for part in maps] == queries
        assert all(part.shape[:2] == (2, 2) and part.shape[3] == 5 for part in maps)
        for part in maps:
            torch.testing.assert_close(part.sum(-1), torch.ones(part.shape[:3]))
    assert len(capture.layers) == len(queries)


def test_a_closed_capture_keeps_nothing(unet: UNet2DConditionModel) -> None:
    capture = AttentionCapture(unet, (0, 1))
    with torch.no_grad(), capture.opened() as maps:
        unet(**_inputs())
    held = len(maps)
    with torch.no_grad():
        unet(**_inputs())
    assert len(maps) == held and not capture.maps and not capture.is_open


def test_no_parameter_is_added_and_stock_processors_come_back(unet: UNet2DConditionModel) -> None:
    before = unet.state_dict().keys()
    AttentionCapture(unet, (0,))
    assert unet.state_dict().keys() == before
    restore_processors(unet)
    assert all(isinstance(part, AttnProcessor2_0) for part in unet.attn_processors.values())


def test_a_level_the_unet_has_not_is_refused(unet: UNet2DConditionModel) -> None:
    with pytest.raises(ValueError, match="levels 0 to 1 of this unet, got 2"):
        cross_attention_layers(unet, (2,))
