"""Content credentials as the settings want them: none, with the operator's key, or with one of our own making."""

import base64
import logging
from collections.abc import Callable
from pathlib import Path

from server.credentials.errors import CredentialsError
from server.optional import needs

logger = logging.getLogger(__name__)

#: A certificate that is about to expire is worth a warning at the start.
WARN_DAYS = 30
FOLDER = "credentials"
#: One white pixel, to see at the start that signing works.
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj1DgAAAABJRU5ErkJggg==")


def start_signing(
    wanted: str, key: Path | None, certificate: Path | None, state: Path
) -> Callable[[bytes, str], bytes] | None:
    """What signs pictures; None where they go out as they are.

    Args:
        wanted: auto, on or off; auto signs where there is a key.
        key: The operator's, in PEM.
        certificate: Its chain, in PEM, the certificate itself first.
        state: Where one of our own making is kept.

    Raises:
        ValueError: It cannot be done as wanted; one line says why.
    """
    if (key is None) != (certificate is None):
        raise ValueError("COSMICMAN_CREDENTIALS_KEY and COSMICMAN_CREDENTIALS_CERTIFICATE go together; got only one")
    if wanted == "off" or (wanted == "auto" and key is None):
        return None
    with needs("credentials", "COSMICMAN_CONTENT_CREDENTIALS"):
        from server.credentials.development import Development
        from server.credentials.identity import read_identity
        from server.credentials.signer import PictureSigner
    if key is not None and certificate is not None:
        identity = read_identity(key, certificate)
        sign = PictureSigner(lambda: identity)
        if identity.days_left() < WARN_DAYS:
            logger.warning("the certificate %s expires on %s", identity.name, identity.expires.strftime("%d %b %Y"))
    else:
        folder = state / FOLDER
        sign = PictureSigner(Development(folder))
        logger.warning("pictures are signed with a development certificate, which viewers do not trust (%s)", folder)
    try:
        sign(PIXEL, "image/png")
    except CredentialsError as error:
        raise ValueError(f"{certificate or state / FOLDER}: no picture can be signed with it: {error}") from error
    return sign
