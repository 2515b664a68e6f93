"""Samplers that remember earlier outputs: DPM-Solver++ 2M, also with Karras' noise levels, and PNDM.

Letters: T training timesteps, S sampling steps.
"""

import numpy as np

from engine.samplers.plan import OUTPUT, SamplerPlan, empty_update, make_plan
from engine.samplers.schedule import DoubleArray, NoiseSchedule, noise_levels, whole_timesteps
from engine.samplers.single_step import alphas_at, deterministic_step, preserving_start

KARRAS_RHO = 7.0


def dpmpp_2m(schedule: NoiseSchedule, num_steps: int, skipped: int | None) -> SamplerPlan:
    """DPM-Solver++ (Lu et al. 2022, arXiv 2211.01095), algorithm 2, the midpoint form; first order at both ends."""
    timesteps = _solver_timesteps(schedule, num_steps)
    levels = noise_levels(schedule)
    sigmas = np.interp(timesteps, np.arange(len(levels)), levels)
    return _dpmpp_2m(schedule, timesteps, sigmas, skipped)


def dpmpp_2m_karras(schedule: NoiseSchedule, num_steps: int, skipped: int | None) -> SamplerPlan:
    """The same at the noise levels of Karras et al. 2022 (arXiv 2206.00364), equation 5 with rho = 7."""
    levels = noise_levels(schedule)
    ramp = np.linspace(0.0, 1.0, num_steps)
    largest, smallest = levels[-1] ** (1 / KARRAS_RHO), levels[0] ** (1 / KARRAS_RHO)
    sigmas = (largest + ramp * (smallest - largest)) ** KARRAS_RHO
    timesteps = np.interp(np.log(sigmas), np.log(levels), np.arange(len(levels)))
    if schedule.beta_schedule != "squaredcos_cap_v2":
        timesteps = np.round(timesteps)
    return _dpmpp_2m(schedule, np.floor(timesteps), sigmas, skipped)


def _solver_timesteps(schedule: NoiseSchedule, num_steps: int) -> DoubleArray:
    """Descending whole timesteps, [S]; one more than S is laid out and the last, at no noise, left away."""
    total = schedule.num_train_timesteps
    if schedule.timestep_spacing == "linspace":
        return np.linspace(0, total - 1, num_steps + 1).round()[:0:-1].copy()
    if schedule.timestep_spacing == "leading":
        leading = np.arange(num_steps + 1, dtype=np.float64)[:0:-1] * (total // (num_steps + 1))
        return (leading + schedule.steps_offset).clip(max=total - 1)
    return whole_timesteps(schedule, num_steps).astype(np.float64)


def _dpmpp_2m(
    schedule: NoiseSchedule, all_timesteps: DoubleArray, all_sigmas: DoubleArray, skipped: int | None
) -> SamplerPlan:
    """State: latents, the denoised picture of the step before."""
    timesteps = all_timesteps[skipped or 0 :]
    sigmas = np.append(all_sigmas[skipped or 0 :], 0.0)
    signals = 1.0 / np.sqrt(sigmas**2 + 1.0)
    noises = sigmas * signals
    update = empty_update(len(timesteps), 2)
    if schedule.prediction_type == "epsilon":
        from_sample, from_output = 1.0 / signals[:-1], -sigmas[:-1]
    else:
        from_sample, from_output = signals[:-1], -noises[:-1]
    # The denoised picture x0, kept for the next step.
    update[:, 1, 0], update[:, 1, OUTPUT] = from_sample, from_output
    gain = signals[1:] * (1.0 - sigmas[1:] / sigmas[:-1])  # alpha (1 - e^-h)
    slope = np.zeros_like(gain)
    if len(timesteps) > 2:
        logs = np.log(sigmas[:-1])
        # Half of h / h before it; the first step has no past, and the last goes to no noise, where h is infinite.
        slope[1:-1] = 0.5 * (logs[1:-1] - logs[2:]) / (logs[:-2] - logs[1:-1])
    current = gain * (1.0 + slope)
    update[:, 0, 0] = noises[1:] / noises[:-1] + current * from_sample
    update[:, 0, 1] = -gain * slope
    update[:, 0, OUTPUT] = current * from_output
    start = (0.0, 1.0) if skipped is None else (float(signals[0]), float(noises[0]))
    return make_plan(schedule, timesteps, update, start=start)


# Adams-Bashforth weights on this output and those before it.
_WEIGHTS = ((1.0,), (0.5, 0.5), (1.5, -0.5), (23 / 12, -16 / 12, 5 / 12), (55 / 24, -59 / 24, 37 / 24, -9 / 24))
_SAMPLE_KEPT = 4


def pndm(schedule: NoiseSchedule, num_steps: int, skipped: int | None) -> SamplerPlan:
    """Pseudo linear multistep (Liu et al. 2022, arXiv 2202.09778), without Runge-Kutta steps, as SD 1.5 ships.

    The second timestep is evaluated twice: the second time the first step is taken again with the mean of both outputs.
    So S steps take S + 1 evaluations, if S is above 1. As in diffusers a start from a picture drops
    evaluations from the front of that list, and the first two that are left are treated as the first two.

    State: latents, the three outputs before this one, the sample the first step began with.
    """
    base = whole_timesteps(schedule, num_steps)
    stride = schedule.num_train_timesteps // num_steps
    timesteps = np.concatenate([base[:1], base[1:2], base[1:]])[skipped or 0 :]
    begin, end = timesteps.copy(), timesteps - stride
    begin[1:2], end[1:2] = (timesteps[1:2] + stride).clip(max=schedule.num_train_timesteps - 1), timesteps[1:2]
    sample, output = deterministic_step(schedule, alphas_at(schedule, begin), alphas_at(schedule, end))
    update = empty_update(len(timesteps), 5)
    for index, row in enumerate(update):
        row[0, _SAMPLE_KEPT if index == 1 else 0] = sample[index]
        weights = _WEIGHTS[min(index, len(_WEIGHTS) - 1)]
        row[0, OUTPUT] = output[index] * weights[0]
        row[0, 1 : len(weights)] = output[index] * np.array(weights[1:])
        if index == 1:
            row[1, 1] = 1.0  # its output is used up in the mean
            continue
        row[1, OUTPUT] = row[2, 1] = row[3, 2] = 1.0
        row[_SAMPLE_KEPT, 0] = float(index == 0)
    return make_plan(schedule, timesteps, update, start=preserving_start(schedule, int(timesteps[0]), skipped))
