"""Names that other services give the fields of a request, so that one who knows those is told ours."""

from collections.abc import Iterable
from difflib import get_close_matches

#: Each row means one thing; the names of one request are picked from it.
_FAMILIES = tuple(
    frozenset(row.split())
    for row in (
        "description prompt text caption query",
        "negative_description negative_prompt negative neg neg_prompt negativeprompt",
        "steps num_inference_steps inference_steps num_steps sampling_steps",
        "guidance_scale cfg_scale cfg guidance",
        "num_images n batch_size batch_count num_images_per_prompt num_outputs num_samples samples count",
        "width height size resolution dimensions aspect_ratio",
        "image_format output_format format file_format",
        "image_quality output_compression jpeg_quality compression",
        "sampler scheduler sampler_name sampler_index",
        "init_image image input_image init_images source_image reference_image",
        "mask mask_image inpaint_mask",
        "strength denoising_strength image_strength prompt_strength",
        "loras lora adapters lora_weights",
        "seed random_seed manual_seed noise_seed",
        "deadline_seconds timeout timeout_seconds deadline",
        "descriptions description prompts prompt texts text captions",
        "negative_descriptions negative_description negative_prompts negative_prompt",
        "timesteps timestep t noise_levels",
        "latents sample noisy_latents noised_latents",
    )
)


def meant(name: str, known: Iterable[str]) -> str:
    """What fields of a request were probably meant by one that it has not, as "width and height"; "" for none."""
    fields = list(known)
    named = {each: [each] for each in fields}
    for family in _FAMILIES:
        ours = [each for each in fields if each in family]
        for other in sorted(family - set(fields)) if ours else ():
            named[other] = ours
    near = [name.lower()] if name.lower() in named else get_close_matches(name.lower(), list(named), n=1)
    return " and ".join(named[near[0]]) if near else ""
