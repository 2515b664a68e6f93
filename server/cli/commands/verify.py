"""`cosmicman verify`: is this bundle, or this model repository, whole, and the one that was meant?

It reads every file and loads no model, so it can stand before a server that must not start on damaged weights.
"""

import argparse
import re
import sys
from pathlib import Path

from server.cli.arguments import add_command
from server.cli.errors import UsageError

EXAMPLES = """\
  cosmicman verify models/figurine-bundle
  cosmicman verify out/models --sha256 4f0c...        # a repository that `cosmicman model-repo` wrote
  cosmicman verify out/sdxl-bundle --engines out/sdxl-sm89

It prints name and sha256 of the bundle. That sha256 is its manifest's, and the manifest holds those of all other files,
so one number pins all of them. Exit status 2 for what is damaged, incomplete or another one than --sha256 says."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "verify", "check every file of a bundle or of a model repository", EXAMPLES)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="engine bundle, or model repository around one")
    parser.add_argument("--sha256", type=digest, metavar="HEX", help="the bundle that is expected (any)")
    parser.add_argument("--engines", type=Path, metavar="DIR", help="TensorRT engines of the bundle (the repository's)")
    parser.set_defaults(run=run)


def digest(text: str) -> str:
    """An argparse type: a whole sha256."""
    if not _DIGEST.fullmatch(text):
        raise argparse.ArgumentTypeError(f"expected 64 hexadecimal digits in lower case, got {text!r}")
    return text


def run(options: argparse.Namespace) -> int:
    from engine.bundle.manifest import load_bundle
    from engine.bundle.tensorrt_engines import read_engine_set, verify_engine_set
    from engine.errors import BundleError
    from engine.export.triton import BUNDLE_FOLDER, ENGINES_FOLDER, MODEL, VERSION_FOLDER

    version = options.folder / MODEL / VERSION_FOLDER
    folder, engines = options.folder, options.engines
    if version.is_dir():
        if engines is not None:
            raise UsageError("a model repository holds its engines; leave --engines out")
        folder = version / BUNDLE_FOLDER
        engines = version / ENGINES_FOLDER if (version / ENGINES_FOLDER).is_dir() else None
    bundle = load_bundle(folder)
    if options.sha256 not in (None, bundle.sha256):
        raise BundleError(f"{folder}: its sha256 is {bundle.sha256}, expected {options.sha256}")
    if engines is not None:
        verify_engine_set(engines, read_engine_set(engines), bundle)
    sys.stdout.write(f"{bundle.manifest.name} {bundle.sha256}\n")
    return 0
