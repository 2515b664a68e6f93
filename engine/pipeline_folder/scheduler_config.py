"""The noise schedule a model was trained with, from its scheduler's config."""

from engine.pipeline_folder.source import Source
from engine.samplers import NoiseSchedule

# Schedulers whose timesteps lead where their config says nothing; the others take linspace.
LEADING_SCHEDULERS = ("DDIMScheduler", "DDPMScheduler", "LCMScheduler", "PNDMScheduler")


def read_schedule(source: Source) -> NoiseSchedule:
    """The noise schedule of a scheduler config, with the defaults its class gives the fields it leaves out.

    Raises:
        ValueError: The model was trained in a way the samplers do not know.
    """
    path, config = source.folders["scheduler"] / "scheduler_config.json", source.config("scheduler")
    if config.get("trained_betas") is not None:
        raise ValueError(f"{path}: trained_betas are not supported")
    kind = config.get("_class_name", "DDIMScheduler")
    betas = (0.00085, 0.012, "scaled_linear") if kind == "LCMScheduler" else (0.0001, 0.02, "linear")
    try:
        return NoiseSchedule(
            prediction_type=config.get("prediction_type", "epsilon"),
            num_train_timesteps=config.get("num_train_timesteps", 1000),
            beta_start=config.get("beta_start", betas[0]),
            beta_end=config.get("beta_end", betas[1]),
            beta_schedule=config.get("beta_schedule", betas[2]),
            rescale_betas_zero_snr=config.get("rescale_betas_zero_snr", False),
            timestep_spacing=config.get("timestep_spacing", "leading" if kind in LEADING_SCHEDULERS else "linspace"),
            steps_offset=config.get("steps_offset", 0),
            set_alpha_to_one=config.get("set_alpha_to_one", kind != "PNDMScheduler"),
            original_inference_steps=config.get("original_inference_steps", 50),
            timestep_scaling=config.get("timestep_scaling", 10.0),
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
