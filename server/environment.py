"""Variables of the environment that begin as settings do and are none: a typing mistake is refused, not ignored.

It knows names; it reads no value.
"""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

PREFIX = "COSMICMAN_"

#: Variables that other parts of the project read: the client, annotation, load tests, the local Triton, containers.
OTHERS = frozenset(
    PREFIX + name
    for name in (
        "API_KEY", "BASE_URL", "FLICKR_KEY", "FLICKR_URL", "LABEL_STUDIO_KEY", "MODEL_SHA256", "PERSON_MODELS",
        "PIXABAY_KEY", "PIXABAY_URL", "PROFILE", "SECRETS", "SERVICE_KEY", "TRITON", "TRITON_ADMIN_KEY", "UNSPLASH_KEY",
        "UNSPLASH_URL", "VLM_API_KEY", "VLM_BASE_URL", "VLM_MODEL",
    )
)  # fmt: skip
#: What Kubernetes tells a pod of the services beside it, and what our tests tell themselves.
_NOT_OURS = re.compile(
    rf"{PREFIX}(?:TESTS_\w+|(?:\w+_)?SERVICE_(?:HOST|PORT(?:_\w+)?)|(?:\w+_)?PORT_[0-9]+_(?:TCP|UDP|SCTP)"
    r"(?:_(?:PROTO|PORT|ADDR))?|\w+_PORT)"
)


def mistaken_names(environment: Iterable[str], settings: Collection[str]) -> list[str]:
    """A line for each variable that is no setting and nobody else's.

    Args:
        environment: The names of all variables.
        settings: The names of all settings, without prefix.
    """
    known = {PREFIX + name.upper() for name in settings}
    lines = []
    for name in sorted(environment):
        # Settings are read whatever the case of their variable is.
        if not name.upper().startswith(PREFIX) or name.upper() in known | OTHERS or _NOT_OURS.fullmatch(name.upper()):
            continue
        near = get_close_matches(name.upper()[len(PREFIX) : 100], [each[len(PREFIX) :] for each in known], n=1)
        meant = f"did you mean {PREFIX}{near[0]}?" if near else "docs/api.md lists them all"
        lines.append(f"{name[:100]}: there is no such setting; {meant}")
    return lines
