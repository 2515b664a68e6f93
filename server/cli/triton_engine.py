"""The engine of `cosmicman serve` when it is in Triton: elsewhere, or in one of our own that lives as long as we do.

It puts together what knows nothing of each other: settings, the model repository, the local server, the client.
"""

import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from engine.engine import EngineSettings
from engine.export.triton import PROFILES, ModelConfig, write_repository
from engine.files import json_fields
from engine.request.limits import RequestLimits
from server.backend import EngineBackend
from server.cli.errors import UsageError
from server.settings import BUNDLED_MODEL, TRITON, Settings
from server.triton.address import Addresses, parse_addresses
from server.triton.backend import TritonEngine, check
from server.triton.errors import TritonError
from server.triton.installation import find_installation
from server.triton.local import LaunchSettings, LocalTriton, has_gpu

Load = Callable[[Path, EngineSettings], EngineBackend]


@contextmanager
def loading(settings: Settings) -> Iterator[Load]:
    """What `serve` calls for its engine; a Triton that it starts ends with this block."""
    with ExitStack() as stack:

        def load(bundle: Path, engine_settings: EngineSettings) -> EngineBackend:
            if settings.engine == TRITON:
                local = stack.enter_context(bundled_triton(bundle, engine_settings))
                addresses = Addresses(hosts=(local.host,))
            else:
                addresses = parse_addresses(settings.engine)
            check(addresses, start_seconds=settings.engine_start_seconds)
            return TritonEngine(
                addresses,
                start_seconds=settings.engine_start_seconds,
                request_timeout_seconds=settings.request_timeout_seconds,
                limits=RequestLimits(
                    max_steps=settings.max_steps, max_pixels=settings.max_pixels, max_images=settings.max_images
                ),
            )

        yield load


@contextmanager
def bundled_triton(
    bundle: Path, engine_settings: EngineSettings, launch: LaunchSettings | None = None
) -> Iterator[LocalTriton]:
    """A running Triton with a bundle in it.

    Raises:
        BundleError: The bundle is damaged or incomplete.
        TritonError: There is no Triton, or it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="cosmicman-models-") as folder:
        repository = Path(folder)
        profile = PROFILES["cuda" if has_gpu() else "cpu"]
        engine = {"sessions": {"provider": engine_settings.sessions.provider}} | json_fields.plain(engine_settings)
        config = ModelConfig(profile=profile, engine=engine)
        write_repository(bundle, repository, config, link=True)
        settings = replace(launch or LaunchSettings(), repository=repository)
        with LocalTriton(find_installation(), settings) as local:
            yield local


@contextmanager
def serving(options: Namespace) -> Iterator[LocalTriton]:
    """The Triton of `cosmicman triton`, around a repository or a bundle.

    Raises:
        UsageError: A setting this machine cannot do.
        BundleError: The bundle is damaged or incomplete.
        TritonError: There is no Triton, or it does not start.
    """
    launch = LaunchSettings(
        repository=options.repository,
        host=options.host,
        port=options.port,
        metrics_port=options.metrics_port,
        reload=options.reload,
        start_seconds=options.start_timeout,
        exit_seconds=options.stop_timeout,
    )
    if launch.repository is not None:
        check_profile(launch.repository)
        with LocalTriton(find_installation(), launch) as local:
            yield local
        return
    try:
        settings = EngineSettings(num_threads=options.num_threads)
    except ValueError as error:
        raise UsageError(str(error)) from error
    with bundled_triton(options.bundle or BUNDLED_MODEL, settings, launch) as local:
        yield local


def check_profile(repository: Path) -> None:
    """Looks whether a repository can be served on this machine.

    Raises:
        TritonError: It cannot; one line says why.
    """
    config = repository / "cosmicman" / "config.pbtxt"
    if not config.is_file():
        raise TritonError(f"{config}: missing; is {repository} a repository written by `cosmicman model-repo`?")
    if "KIND_GPU" in config.read_text(encoding="utf-8") and not has_gpu():
        raise TritonError(f"{config}: its profile needs an NVIDIA GPU, and this machine has none; use --profile cpu")
