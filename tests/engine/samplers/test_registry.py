"""What a schedule, a number of steps and a strength allow of each sampler; which steps draw noise."""

import numpy as np
import pytest

from engine.samplers import SAMPLERS, NoiseSchedule, max_steps, num_skipped_steps, sampler_plan, samplers_of

SHAPE = (1, 4, 6, 5)


def test_a_schedule_that_cannot_be_sampled_is_refused() -> None:
    with pytest.raises(ValueError, match="needs v_prediction"):
        NoiseSchedule(prediction_type="epsilon", rescale_betas_zero_snr=True)
    with pytest.raises(ValueError, match="prediction_type must be one of epsilon, v_prediction; got 'sample'"):
        NoiseSchedule(prediction_type="sample")
    with pytest.raises(ValueError, match="original_inference_steps must be at least 1; got 0"):
        NoiseSchedule(original_inference_steps=0)


def test_what_a_sampler_cannot_do_is_refused() -> None:
    with pytest.raises(ValueError, match="sampler must be one of ddim, euler, .*lcm; got 'plms'"):
        sampler_plan("plms", NoiseSchedule(), 4)
    with pytest.raises(ValueError, match="steps must be from 1 to 1000 for ddim; got 0"):
        sampler_plan("ddim", NoiseSchedule(), 0)
    with pytest.raises(ValueError, match="steps must be from 1 to 50 for lcm; got 51"):
        sampler_plan("lcm", NoiseSchedule(), 51)
    with pytest.raises(ValueError, match=r"strength must be from 1 / steps to 1; got 0\.1 of 5 steps"):
        sampler_plan("ddim", NoiseSchedule(), 5, 0.1)
    assert max_steps("lcm", NoiseSchedule()) == 50


def test_lcm_is_not_offered_where_there_are_fewer_timesteps_than_it_was_distilled_at() -> None:
    short = NoiseSchedule(num_train_timesteps=40)
    assert samplers_of(short) == tuple(name for name in SAMPLERS if name != "lcm")
    assert samplers_of(NoiseSchedule()) == tuple(SAMPLERS)
    with pytest.raises(ValueError, match="got 'lcm'"):
        sampler_plan("lcm", short, 4)


def test_strength_skips_steps_as_diffusers_rounds() -> None:
    assert [num_skipped_steps(20, strength) for strength in (1.0, 0.5, 0.3, 0.04)] == [0, 10, 14, 20]
    assert num_skipped_steps(100, 0.29) == 72  # 0.29 * 100 is a little under 29


def test_pndm_evaluates_its_second_timestep_twice() -> None:
    plan = sampler_plan("pndm", NoiseSchedule(), 4)
    assert plan.num_steps == 5
    assert plan.timesteps.tolist() == [750.0, 500.0, 500.0, 250.0, 0.0]
    assert sampler_plan("pndm", NoiseSchedule(), 1).num_steps == 1


def test_only_noisy_samplers_draw_and_never_at_the_last_step() -> None:
    def refuse() -> np.ndarray:
        raise AssertionError("no noise is needed here")

    latents = np.ones(SHAPE, np.float32)
    for name in SAMPLERS:
        plan = sampler_plan(name, NoiseSchedule(), 3)
        noisy = name in ("euler_a", "lcm")
        assert bool(plan.update[0, 0, -1]) is noisy
        last = plan.num_steps - 1
        plan.advance(last, plan.start(latents), latents, refuse)
        if not noisy:
            plan.advance(1, plan.start(latents), latents, refuse)


def test_progress_runs_from_noise_to_picture() -> None:
    trailing = NoiseSchedule(timestep_spacing="trailing")
    for name in SAMPLERS:
        progress = sampler_plan(name, trailing, 10).progress
        assert progress[0] == 0.0
        assert 0.85 < progress[-1] <= 1.0
        assert (np.diff(progress) >= 0).all()
