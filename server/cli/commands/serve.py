"""`cosmicman serve`: the gateway and the studio, around an engine in this process or in Triton."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.arguments import add_command, whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra
from server.cli.provider import NAMES, add_provider, loader, refuse_unread

if TYPE_CHECKING:
    from server.settings import Settings

EXAMPLES = """\
  cosmicman serve
  cosmicman serve --port 9000 --bundle models/figurine-bundle
  cosmicman keys add shop && cosmicman serve --host 0.0.0.0 --allowed-host pictures.example.org
  cosmicman serve --provider cuda --device 1
  cosmicman serve --adapters models/adapters
  cosmicman serve --provider torch --checkpoint models/figurine/checkpoint
  cosmicman serve --engine triton
  cosmicman serve --engine triton://10.0.0.5:8001,10.0.0.6:8001
  COSMICMAN_PORT=9000 cosmicman serve

Every setting is also an environment variable COSMICMAN_<NAME>; an argument wins over its variable. Many settings, such
as time limits and sizes of queues, are variables alone: docs/api.md lists them all."""

#: Settings that are arguments of this command.
ARGUMENTS = (
    "host",
    "port",
    "allowed_hosts",
    "keys",
    "require_keys",
    "root_path",
    "max_connections",
    "engine",
    "bundle",
    "adapters",
    "state",
    "num_threads",
    "log_level",
    "log_format",
    "content_credentials",
    "describe_with",
    "describe_model",
)

#: Settings that an engine reads at its start; one elsewhere has read its own.
OF_THE_ENGINE = (
    "provider", "cpu_precision", "adapters", "adapter_bytes", "bundle", "num_threads", "engine_niceness", "max_queue",
    "max_rows", "max_forward_seconds", "device", "checkpoint", "base", "engine_cache", "engines", "memory_limit_bytes",
    "half_precision", "tf32", "convolution_search", "arena", "spin_microseconds", "openvino_cache", "openvino_shapes",
)  # fmt: skip


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "serve", "serve pictures over HTTP, with the studio at /", EXAMPLES)
    parser.add_argument("--host", help="address to listen on (127.0.0.1: only this machine); others need API keys")
    parser.add_argument("--port", type=whole_number(0, 65535), help="port to listen on (8000); 0 takes a free one")
    parser.add_argument(
        "--allowed-host",
        action="append",
        dest="allowed_hosts",
        metavar="NAME",
        help="another host name to answer to, beside this machine's and --host; repeat it for more, * for any",
    )
    parser.add_argument("--keys", type=Path, metavar="FILE", help="file of API keys (keys.json in the state folder)")
    parser.add_argument(
        "--no-keys",
        action="store_const",
        const=False,
        dest="require_keys",
        help="let anybody in who reaches the server, on any address; it is for a proxy or mesh that asks who comes",
    )
    parser.add_argument("--root-path", metavar="PATH", help="path at which a proxy shows the server, such as /pictures")
    parser.add_argument("--max-connections", type=whole_number(1), help="connections at a time (1000)")
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="engine bundle to serve (the bundled model)")
    parser.add_argument("--adapters", type=Path, metavar="FOLDER", help="adapters (LoRA) that requests may name (none)")
    parser.add_argument("--state", type=Path, metavar="FOLDER", help="what must survive a restart is kept there")
    parser.add_argument(
        "--engine",
        metavar="WHERE",
        help="embedded (in this process), triton (one of our own), or triton://host:port[,host:port...]",
    )
    parser.add_argument("--num-threads", type=whole_number(1), help="threads of the engine (one for each core)")
    add_provider(parser)
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), help="least level to log (info)")
    parser.add_argument("--log-format", choices=("text", "json"), help="lines for people (text), or JSON objects")
    parser.add_argument(
        "--content-credentials",
        choices=("auto", "on", "off"),
        help="whether pictures are signed (auto: where COSMICMAN_CREDENTIALS_KEY names a key)",
    )
    parser.add_argument(
        "--describe-with",
        metavar="URL",
        help="OpenAI-compatible service that reads descriptions first, in any language (none: the rules alone)",
    )
    parser.add_argument("--describe-model", metavar="NAME", help="its model (the first that it lists)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from server.run import serve
    from server.settings import EMBEDDED, TRITON, read_settings

    try:
        settings = read_settings(**{name: getattr(options, name) for name in (*ARGUMENTS, *NAMES)})
    except ValueError as error:
        raise UsageError(str(error)) from error
    if settings.engine == EMBEDDED:
        return serve(settings, load=loader(settings))
    if settings.engine == TRITON:
        refuse_unread(settings)
    else:
        _refuse_settings_of_an_engine(settings)
    with needs_extra("triton"):
        from server.cli.triton_engine import loading
    with loading(settings) as load:
        return serve(settings, load=load)


def _refuse_settings_of_an_engine(settings: "Settings") -> None:
    """Refuses what an engine elsewhere would never hear of."""
    for name in OF_THE_ENGINE:
        value = getattr(settings, name)
        if name in settings.model_fields_set and value != "auto":
            raise UsageError(
                f"{name} {value} has no effect on {settings.engine}, which chose its own at its start; name it "
                "there, or serve with --engine embedded or triton"
            )
