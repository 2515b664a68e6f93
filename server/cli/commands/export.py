"""`cosmicman export`: turns a trained checkpoint into the bundle that the engine serves."""

import argparse
import logging
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from server.cli.arguments import add_command, named_value, path, place
from server.cli.errors import UsageError
from server.cli.extras import needs_extra
from server.cli.hub import PIPELINE_PARTS, download, is_hub_id
from server.cli.tensorrt import add_tensorrt, build

logger = logging.getLogger(__name__)

EXAMPLES = """\
  cosmicman export runs/figurine/package --out models/figurine-bundle
  cosmicman export stabilityai/stable-diffusion-xl-base-1.0 --variant fp16 --precision fp16 --out models/sdxl
  cosmicman export cosmicman/CosmicMan-SDXL --base stabilityai/stable-diffusion-xl-base-1.0 --out models/cosmicman
  cosmicman export runs/checkpoint-20000 --base models/sdxl-base --precision int8 --out models/mine
  cosmicman export models/figurine-bundle --tensorrt --target sm89 --out out/figurine-sm89
  cosmicman export models/sdxl --preview-map --out models/sdxl
  cosmicman export models/sdxl --attention --out models/sdxl
  cosmicman export models/mine --parser models/figurine-bundle --out models/mine
  cosmicman export models/sdxl --measure-bfloat16 --out models/sdxl
  cosmicman export models/figurine-bundle --unet models/figurine/checkpoint --adapters --out models/figurine-bundle
  cosmicman export models/figurine-bundle --control layout=runs/control/layout --out models/figurine-bundle
  cosmicman export models/sdxl-base --lora loras/film.safetensors=0.8 --out models/film

CHECKPOINT is a folder or hub id: a Stable Diffusion 1.5 or SDXL pipeline in diffusers' layout, or, with --base, a UNet
alone, also one saved by CosmicMan's own training code. The bundle appears whole or not at all: ONNX graphs, tokenizer
and manifest.json with the sha256 of every file. The same command goes on where an interrupted one stopped."""

PRECISIONS = ("fp32", "fp16", "fp16_weights", "int8")
BYTES_PER_MEGABYTE = 1_000_000


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "export", "export a trained checkpoint to an engine bundle", EXAMPLES)
    parser.add_argument("checkpoint", type=place, metavar="CHECKPOINT", help="diffusers folder or hub id (owner/name)")
    parser.add_argument("--out", type=Path, required=True, metavar="BUNDLE", help="bundle folder to write")
    parser.add_argument(
        "--base", type=place, metavar="PIPELINE", help="folder or hub id of the pipeline whose UNet is replaced"
    )
    parser.add_argument("--name", help="the model's name (the checkpoint's own)")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="fp32",
        help="fp16: weights and compute, for GPUs; fp16_weights and int8: a half and a quarter of the size, computed "
        "in float32 (%(default)s)",
    )
    parser.add_argument("--variant", help="weights to take where a checkpoint has several, such as fp16 (the plain)")
    parser.add_argument(
        "--clip-skip", type=int, default=0, metavar="N", help="layers of the text encoders to leave out (%(default)s)"
    )
    parser.add_argument(
        "--external-data-over",
        type=int,
        default=1900,
        metavar="MB",
        help="keep a graph's weights in a file of their own above this size; 1900 at most (%(default)s)",
    )
    parser.add_argument(
        "--preview-map",
        action="store_true",
        help="CHECKPOINT is a bundle of an older export: write it again with the map that previews are drawn with",
    )
    parser.add_argument(
        "--attention",
        action="store_true",
        help="CHECKPOINT is a bundle of an older export: write it again with a UNet that tells how its attention is "
        "shared out among body groups; no weight changes",
    )
    parser.add_argument(
        "--parser",
        type=Path,
        metavar="FOLDER",
        help="CHECKPOINT is a bundle: write it again with the parser of FOLDER, which is a trained one or a bundle",
    )
    parser.add_argument(
        "--control",
        type=named_value("FOLDER"),
        action="append",
        default=[],
        metavar="NAME=FOLDER",
        help="CHECKPOINT is a bundle: write it again with a network that holds pictures to a layout or a pose, the "
        "names: FOLDER is diffusers' T2IAdapter, or a bundle that has one; repeatable",
    )
    parser.add_argument(
        "--adapters", action="store_true", help="write the graph that takes adapters too, which shares the weights"
    )
    parser.add_argument(
        "--unet",
        type=Path,
        metavar="FOLDER",
        help="CHECKPOINT is a bundle: write it again with the graphs of the UNet of FOLDER, which it was exported from",
    )
    parser.add_argument(
        "--lora",
        type=_lora,
        action="append",
        default=[],
        metavar="FILE=SCALE",
        help="merge an adapter into the weights, also of a kind that the graph for adapters cannot take; repeatable",
    )
    parser.add_argument(
        "--measure-bfloat16",
        action="store_true",
        help="CHECKPOINT is a bundle: write it again with what bfloat16 costs its pictures, measured in OpenVINO on a "
        "processor that computes it",
    )
    add_tensorrt(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    additions = options.preview_map or options.parser or options.attention or options.control
    if options.measure_bfloat16 and additions:
        raise UsageError("--measure-bfloat16 writes a bundle again by itself; ask for one after the other")
    if options.measure_bfloat16:
        return _measure_bfloat16(options)
    if options.unet is not None:
        return _write_unets(options)
    if additions:
        return _add_to_bundle(options)
    if options.tensorrt and (Path(options.checkpoint) / "manifest.json").is_file():
        return build(Path(options.checkpoint), options.out, options)
    status = _export(options)
    if status == 0 and options.tensorrt:
        return build(options.out, options.out.with_name(f"{options.out.name}-{options.target}"), options)
    return status


def _add_to_bundle(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.errors import BundleError
        from engine.export.control import add_controls
        from engine.export.group_attention.older_bundle import add_to_bundle
        from engine.export.preview_map import add_preview_map
        from engine.train.parser.export import add_parser

    additions: dict[str, Callable[[Path], object]] = {}
    if options.preview_map:
        additions["--preview-map"] = lambda bundle: add_preview_map(bundle, options.out)
    if options.attention:
        additions["--attention"] = lambda bundle: add_to_bundle(bundle, options.out)
    if options.parser:
        additions["--parser"] = lambda bundle: add_parser(bundle, options.parser, options.out)
    if options.control:
        additions["--control"] = lambda bundle: add_controls(bundle, _controls(options.control), options.out)
    if options.tensorrt:
        name = next(iter(additions))
        raise UsageError(f"{name} changes a bundle, whose engines are built afterwards; leave out --tensorrt")
    bundle = Path(options.checkpoint)
    try:
        for add_one in additions.values():
            add_one(bundle)
            bundle = options.out
    except (ValueError, BundleError) as error:
        raise UsageError(str(error)) from error
    sys.stdout.write(f"{options.out}\n")
    return 0


def _controls(pairs: list[tuple[str, str]]) -> dict[str, Path]:
    if len(dict(pairs)) < len(pairs):
        raise UsageError("--control may have a name once")
    return {name: Path(folder) for name, folder in pairs}


def _lora(text: str) -> tuple[Path, float]:
    """An argparse type: a file and how much of it; a file's name may hold "=" too."""
    file, equals, scale = text.rpartition("=")
    try:
        return path(file if equals else text), float(scale if equals else "1")
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected FILE=SCALE, and {scale!r} is no number") from None


def _write_unets(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.errors import BundleError
        from engine.export.unets import write_unets

    taken = ("preview_map", "parser", "control", "tensorrt")
    for name in taken:
        if getattr(options, name):
            raise UsageError(f"--unet writes a bundle again by itself; leave out --{name.replace('_', '-')}")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        write_unets(
            Path(options.checkpoint),
            options.unet,
            options.out,
            base=options.base and _folder(options.base, PIPELINE_PARTS, options.variant),
            variant=options.variant,
            adapters=options.adapters,
            loras=options.lora,
            external_data_over_bytes=options.external_data_over * BYTES_PER_MEGABYTE,
            tell=lambda part: sys.stderr.write(f"{part}\n"),
        )
    except (ValueError, BundleError) as error:
        raise UsageError(str(error)) from error
    sys.stderr.write(f"peak memory {peak_memory_bytes() / 1e9:.1f} GB\n")
    sys.stdout.write(f"{options.out}\n")
    return 0


def _measure_bfloat16(options: argparse.Namespace) -> int:
    from engine.errors import BundleError, ProviderError
    from engine.measure.bfloat16 import add_bfloat16_psnr

    if options.tensorrt:
        raise UsageError(
            "--measure-bfloat16 changes a bundle, whose engines are built afterwards; leave out --tensorrt"
        )
    try:
        manifest = add_bfloat16_psnr(Path(options.checkpoint), options.out)
    except (BundleError, ProviderError) as error:
        raise UsageError(str(error)) from error
    sys.stderr.write(f"{manifest.bfloat16_psnr} dB between pictures in bfloat16 and in float32\n")
    sys.stdout.write(f"{options.out}\n")
    return 0


def _export(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from transformers.utils import logging as transformers_logging

        from engine.export.onnx import export_bundle
    from rich.console import Console
    from rich.progress import Progress

    if not 0 <= options.external_data_over <= 1900:
        raise UsageError(f"--external-data-over must be from 0 to 1900; got {options.external_data_over}")
    transformers_logging.disable_progress_bar()  # The command has a bar of its own.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # It warns of a vision package that no graph here needs.
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("export", total=None)
        try:
            base = options.base and _folder(options.base, PIPELINE_PARTS, options.variant)
            checkpoint = _folder(options.checkpoint, ("unet",) if base else PIPELINE_PARTS, options.variant)
            export_bundle(
                checkpoint,
                options.out,
                base=base,
                label=options.checkpoint if is_hub_id(options.checkpoint) else None,
                base_label=options.base if base and is_hub_id(options.base) else None,
                name=options.name,
                precision=options.precision,
                variant=options.variant,
                clip_skip=options.clip_skip,
                adapters=options.adapters,
                loras=options.lora,
                external_data_over_bytes=options.external_data_over * BYTES_PER_MEGABYTE,
                progress=lambda part, done, total: progress.update(
                    task, description=part, completed=done, total=total, refresh=True
                ),
            )
        except ValueError as error:
            logger.debug("export stopped", exc_info=True)
            raise UsageError(str(error)) from error
    console.print(f"peak memory {peak_memory_bytes() / 1e9:.1f} GB", highlight=False)
    sys.stdout.write(f"{options.out}\n")
    return 0


def _folder(source: str, parts: Sequence[str], variant: str | None) -> Path:
    """A folder of this machine, or a repository of the hub brought to it."""
    return download(source, parts=parts, variant=variant) if is_hub_id(source) else Path(source)


def peak_memory_bytes() -> int:
    """The most memory this process has held, as the system counts it."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
