"""`cosmicman model-repo`: a Triton model repository around a bundle, ready to be served."""

import argparse
import sys
from pathlib import Path

from server.cli.arguments import add_command, whole_number
from server.cli.errors import UsageError

PROFILES = ("cpu", "cuda", "tensorrt")

EXAMPLES = """\
  cosmicman model-repo --bundle models/figurine-bundle --profile cpu --out out/models
  cosmicman model-repo --bundle out/sdxl-bundle --profile cuda --instances 1 --gpus 0,1 --out out/models
  cosmicman model-repo --bundle out/sdxl-bundle --profile tensorrt --engines out/sdxl-sm89 --out out/models
  cosmicman model-repo --bundle models/figurine-bundle --out out/models --link

DIR/cosmicman holds config.pbtxt, the adapter and the bundle; every checksum is verified before and after. Serve it with
`cosmicman triton --repository DIR`, or in Triton's own image as docs/operations.md says."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "model-repo", "write a Triton model repository around a bundle", EXAMPLES)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="repository to write")
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="engine bundle to serve (the bundled model)")
    parser.add_argument("--profile", choices=PROFILES, default="cpu", help="what runs the graphs (%(default)s)")
    parser.add_argument(
        "--engines", type=Path, metavar="FOLDER", help="TensorRT engines of the bundle, for profile tensorrt (none)"
    )
    parser.add_argument("--adapters", type=Path, metavar="FOLDER", help="adapters that requests may name (none)")
    parser.add_argument(
        "--instances", type=whole_number(1), default=1, metavar="N", help="engines on each device (%(default)s)"
    )
    parser.add_argument("--gpus", type=gpu_list, default=(), metavar="IDS", help="GPUs to use, as in 0,1 (all)")
    parser.add_argument("--max-queue", type=whole_number(0), metavar="N", help="requests that may wait at each (64)")
    parser.add_argument("--num-threads", type=whole_number(1), metavar="N", help="threads of each engine (one a core)")
    parser.add_argument(
        "--request-timeout", type=whole_number(1), metavar="SECONDS", help="time that a request may take (600)"
    )
    parser.add_argument("--link", action="store_true", help="link the weights instead of copying them")
    parser.set_defaults(run=run)


def gpu_list(text: str) -> tuple[int, ...]:
    """An argparse type: GPU ids between commas."""
    try:
        return tuple(whole_number(0)(part) for part in text.split(","))
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(f"expected GPU ids between commas, as in 0,1; got {text!r}") from None


def run(options: argparse.Namespace) -> int:
    from engine.engine import EngineSettings
    from engine.export.triton import PROFILES, ModelConfig, write_repository
    from server.settings import BUNDLED_MODEL

    engine = {"max_waiting": options.max_queue, "num_threads": options.num_threads}
    given = {name: value for name, value in engine.items() if value is not None}
    timeout = {} if options.request_timeout is None else {"request_timeout_seconds": options.request_timeout}
    try:
        EngineSettings(**given)
        config = ModelConfig(
            profile=PROFILES[options.profile],
            instances=options.instances,
            gpus=options.gpus,
            engine=given,
            **timeout,
        )
        bundle = write_repository(
            options.bundle or BUNDLED_MODEL,
            options.out,
            config,
            engines=options.engines,
            adapters=options.adapters,
            link=options.link,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    sys.stdout.write(f"{options.out}\n")
    sys.stderr.write(
        f"{bundle.manifest.name} {bundle.sha256[:12]}, {len(bundle.manifest.files)} files verified, "
        f"profile {options.profile}\n"
    )
    return 0
