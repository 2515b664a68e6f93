"""`cosmicman triton`: a Triton with a bundle in it, watched over until it is told to stop."""

import argparse
import logging
import signal
import sys
from pathlib import Path

from server.cli.arguments import add_command, whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman triton
  cosmicman triton --port 8001 --metrics-port 8002
  cosmicman triton --repository out/models --reload

It runs the tritonserver on PATH, else that of the nvidia-pytriton wheel (development only), on this machine alone:
HTTP, model control, shared memory and tracing are off. With --reload, SIGHUP loads the model again without dropping
requests. Point a gateway at it with `cosmicman serve --engine triton://127.0.0.1:8001`."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "triton", "run a Triton with a bundle in it, and keep it running", EXAMPLES)
    parser.add_argument("--repository", type=Path, metavar="DIR", help="model repository (one made for the bundle)")
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="engine bundle to serve (the bundled model)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: only this machine)")
    parser.add_argument(
        "--port", type=whole_number(0, 65535), default=8001, help="gRPC port (8001); 0 takes a free one"
    )
    parser.add_argument(
        "--metrics-port", type=whole_number(0, 65535), default=8002, help="metrics port (8002); 0 takes any"
    )
    parser.add_argument("--num-threads", type=whole_number(1), help="threads of the engine (one for each core)")
    parser.add_argument("--reload", action="store_true", help="load the model again on SIGHUP")
    parser.add_argument(
        "--start-timeout",
        type=whole_number(1),
        default=600,
        metavar="SECONDS",
        help="time that the model may take to load (%(default)s)",
    )
    parser.add_argument(
        "--stop-timeout",
        type=whole_number(0),
        default=10,
        metavar="SECONDS",
        help="time that running requests may take to finish (%(default)s)",
    )
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("triton"):
        from server.cli.triton_engine import serving
    from server.run import announce
    from server.triton.errors import TritonError

    if options.repository is not None and options.bundle is not None:
        raise UsageError("--repository already holds a bundle; give it or --bundle")
    if options.repository is not None and options.num_threads is not None:
        raise UsageError("--repository says how many threads it takes; name them to `cosmicman model-repo`")
    logging.basicConfig(
        level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    wanted = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    try:
        with serving(options) as local:
            announce(f"Triton is ready on triton://{local.host}, metrics on {local.metrics_url}")
            while signal.sigwait(wanted) == signal.SIGHUP:
                try:
                    local.reload()
                except TritonError as error:
                    sys.stderr.write(f"cosmicman triton: {error}\n")
    except TritonError as error:
        sys.stderr.write(f"cosmicman triton: {error}\n")
        return 5
    return 0
