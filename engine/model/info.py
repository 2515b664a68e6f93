"""What a loaded bundle can do, as requests are held against it.

It does not know requests.
"""

from collections.abc import Mapping, Sequence

from engine.adapters.folder import Adapters
from engine.bundle.manifest import MANIFEST_FILE, Bundle, FewSteps
from engine.errors import BundleError
from engine.model.diffusion import DiffusionModel
from engine.previews.linear_map import PreviewMap
from engine.regions.items import groups_of
from engine.regions.regions import Regions
from engine.request.latents import LatentInfo
from engine.request.limits import RequestLimits
from engine.request.request import ModelInfo
from engine.request.sizes import SizeLimits
from engine.samplers import max_steps, samplers_of
from engine.settings import EngineSettings

MAX_GUIDANCE_SCALE = 30.0


def model_info(
    bundle: Bundle,
    diffusion: DiffusionModel,
    settings: EngineSettings,
    preview_map: PreviewMap | None,
    regions: Regions | None,
    adapters: Adapters,
) -> ModelInfo:
    """What requests may ask of a loaded bundle.

    Args:
        bundle: A verified bundle.
        diffusion: Its model.
        settings: What bounds requests besides.
        preview_map: What previews are drawn with, where the bundle has that.
        regions: Its parser, where it has one.
        adapters: Those that requests may name.

    Raises:
        BundleError: Its defaults are nothing that the model can do, or more than the settings allow.
    """
    manifest, samplers = bundle.manifest, samplers_of(diffusion.noise_schedule)
    if manifest.default_sampler not in samplers:
        path, known = bundle.path / MANIFEST_FILE, ", ".join(samplers)
        raise BundleError(f"{path}: default_sampler must be one of {known}; got {manifest.default_sampler[:40]!r}")
    minimum, maximum, multiple = manifest.side_limits
    limits = {name: max_steps(name, diffusion.noise_schedule) for name in samplers}
    sides = SizeLimits(minimum=minimum, maximum=maximum, multiple=multiple)
    model = ModelInfo(
        name=manifest.name,
        family=manifest.family,
        version=bundle.sha256[:12],
        licence=manifest.licence,
        widths=sides,
        heights=sides,
        sizes=manifest.sizes,
        default_width=manifest.default_width,
        default_height=manifest.default_height,
        default_steps=manifest.default_steps,
        max_steps=manifest.max_steps,
        default_guidance_scale=manifest.default_guidance_scale,
        max_guidance_scale=MAX_GUIDANCE_SCALE,
        default_sampler=manifest.default_sampler,
        samplers=samplers,
        max_images=settings.max_images,
        max_characters=settings.max_characters or diffusion.ordinary_characters(settings.max_windows),
        takes_init_image=diffusion.takes_pictures,
        pixels_of_a_latent=manifest.vae_factor,
        sampler_steps={name: most for name, most in limits.items() if most < manifest.max_steps},
        previews=preview_map is not None or diffusion.has_fast_decoder,
        regions=regions is not None,
        attention=diffusion.tells_attention,
        adapted_attention=diffusion.tells_attention and diffusion.tells_adapted_attention,
        change_groups=() if regions is None else groups_of(regions.classes),
        few_steps=_few_steps(bundle, samplers, limits),
        fast_decoder=diffusion.has_fast_decoder,
        adapters=adapters.infos,
        adapter_columns=diffusion.max_columns,
        latents=LatentInfo(
            schedule=diffusion.noise_schedule,
            channels=manifest.latent_channels,
            scaling_factor=manifest.scaling_factor,
            shift_factor=manifest.shift_factor,
        ),
        controls={name: control.multiple for name, control in manifest.controls.items()},
    )
    try:
        return RequestLimits(max_steps=settings.max_steps, max_pixels=settings.max_pixels).lower(model)
    except ValueError as error:
        raise BundleError(f"{bundle.path}: {error}") from error


def _few_steps(bundle: Bundle, samplers: Sequence[str], limits: Mapping[str, int]) -> FewSteps | None:
    few = bundle.manifest.few_steps
    if few is None:
        return None
    path = bundle.path / MANIFEST_FILE
    if few.sampler not in samplers:
        raise BundleError(f"{path}: few_steps.sampler must be one of {', '.join(samplers)}; got {few.sampler[:40]!r}")
    most = min(limits[few.sampler], bundle.manifest.max_steps)
    if few.steps > most:
        raise BundleError(f"{path}: few_steps.steps may be at most {most}; got {few.steps}")
    return few
