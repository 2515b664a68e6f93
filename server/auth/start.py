"""Whether a server that starts asks for keys: always where the network reaches it, unless told otherwise."""

import logging

from server.auth.keyring import Keyring
from server.host_names import is_loopback
from server.settings import Settings

logger = logging.getLogger(__name__)


class NoKeysError(Exception):
    """A server that needs keys has none; the message says what to do."""


def keyring_of(settings: Settings) -> Keyring:
    """The keys to serve with.

    Raises:
        KeysFileError: The file of keys cannot be used.
        NoKeysError: There is none, and one is needed.
    """
    if settings.require_keys is False:
        if not is_loopback(settings.host):
            logger.warning("anybody who reaches %s may ask for pictures: keys are switched off", settings.host)
        return Keyring(None)
    keyring = Keyring(settings.keys_file)
    needed = settings.require_keys or settings.keys is not None or not is_loopback(settings.host)
    if needed and not keyring.asked:
        why = (
            f"others than this machine reach {settings.host}, which needs API keys"
            if not is_loopback(settings.host)
            else "API keys are required"
        )
        where = f" --keys {settings.keys}" if settings.keys is not None else ""
        raise NoKeysError(
            f"{why}, and there is no {settings.keys_file}; make one with `cosmicman keys add NAME{where}`, or let "
            "anybody in with --no-keys (COSMICMAN_REQUIRE_KEYS=false)"
        )
    if keyring.asked and not keyring.good():
        logger.warning("%s has no key that is good now: nobody can ask for pictures", settings.keys_file)
    return keyring
