"""Settings that act only beside another one: given without it they would be accepted and then ignored.

It knows names and why; what a provider reads is `server.cli.provider`'s, and it refuses nothing itself.
"""

from collections.abc import Collection, Mapping

_SECOND_READER = ("describe_with", "the service that reads descriptions")
#: The setting that each acts beside, and what that one is.
COMPANIONS: Mapping[str, tuple[str, str]] = {
    "adapter_bytes": ("adapters", "the folder of adapters"),
    "describe_key": _SECOND_READER,
    "describe_model": _SECOND_READER,
    "describe_seconds": _SECOND_READER,
    "engine_start_seconds": ("engine", "a Triton to wait for (triton or triton://host:port)"),
    "redis_timeout_seconds": ("redis", "the Redis that is waited for"),
    "trace_share": ("traces", "the collector that traces are sent to"),
    "webhook_hosts": ("webhook_secret", "the secret that webhooks are signed with, without which none is sent"),
}


def without_effect(
    given: Collection[str], arguments: Collection[str], absent: Mapping[str, object], prefix: str
) -> list[str]:
    """A line for each setting that was given although nothing is there for it to act on.

    Args:
        given: Names of all settings that somebody gave, by argument or by variable.
        arguments: Those of them that were arguments.
        absent: The settings that are as they are when nobody gives them, with that value.
        prefix: What the variable of a setting begins with.
    """
    lines = []
    for name, (other, what) in COMPANIONS.items():
        if name in given and other in absent:
            source = name if name in arguments else prefix + name.upper()
            came = "none" if absent[other] is None else repr(absent[other])
            lines.append(f"{source}: acts only with {prefix}{other.upper()}, {what}; got {came}")
    return lines
