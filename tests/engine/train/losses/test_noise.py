"""The forward process against diffusers' scheduler, and the weights at their ends."""

from dataclasses import replace

import pytest
import torch

from engine.samplers import NoiseSchedule
from engine.train.losses import noise as diffusion
from engine.train.recipe.losses import NoiseConfig

SCHEDULER = diffusion.build_scheduler(NoiseConfig().schedule())


def test_noise_and_velocity_are_those_of_the_scheduler() -> None:
    generator = torch.Generator().manual_seed(0)
    latents, noise = torch.randn(2, 5, 4, 3, 2, generator=generator)
    timesteps = torch.tensor([0, 1, 400, 998, 999])
    alpha_bar = SCHEDULER.alphas_cumprod[timesteps]
    noisy = diffusion.add_noise(latents, noise, alpha_bar)
    torch.testing.assert_close(noisy, SCHEDULER.add_noise(latents, noise, timesteps))
    velocity = diffusion.target(latents, noise, alpha_bar, "v_prediction")
    torch.testing.assert_close(velocity, SCHEDULER.get_velocity(latents, noise, timesteps))
    assert diffusion.target(latents, noise, alpha_bar, "epsilon") is noise


def test_the_last_timestep_is_pure_noise() -> None:
    assert SCHEDULER.alphas_cumprod[-1] == 0
    assert SCHEDULER.config.timestep_spacing == "trailing"


def test_min_snr_weights() -> None:
    alpha_bar = torch.tensor([0.0, 0.5, 0.9, 0.99])  # snr 0, 1, 9, 99
    velocity = diffusion.loss_weight(alpha_bar, "v_prediction", 5.0)
    torch.testing.assert_close(velocity, torch.tensor([1.0, 1.0, 0.5, 0.05]))
    epsilon = diffusion.loss_weight(alpha_bar[1:], "epsilon", 5.0)
    torch.testing.assert_close(epsilon, torch.tensor([1.0, 5 / 9, 5 / 99]), atol=1e-4, rtol=1e-4)
    assert diffusion.loss_weight(alpha_bar, "v_prediction", None).tolist() == [1, 1, 1, 1]


def test_epsilon_cannot_have_zero_terminal_snr() -> None:
    with pytest.raises(ValueError, match="noise: rescale_betas_zero_snr needs v_prediction"):
        NoiseConfig(prediction_type="epsilon").schedule()


def test_a_bases_schedule_stays_where_nothing_else_is_asked_for() -> None:
    base = NoiseSchedule(beta_start=0.001, steps_offset=1)
    assert NoiseConfig(noise_offset=0.05).schedule(base) == base
    velocity = NoiseConfig(prediction_type="v_prediction", rescale_betas_zero_snr=True).schedule(base)
    expected = replace(base, prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing")
    assert velocity == expected
    with pytest.raises(ValueError, match="noise: rescale_betas_zero_snr needs v_prediction"):
        NoiseConfig(rescale_betas_zero_snr=True).schedule(base)
