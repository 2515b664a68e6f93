"""Signs pictures: a C2PA manifest that says a trained model made them, with an identity's key.

It says what made the picture, and nothing of what was asked: the picture's own metadata has that, and the signature
covers it.
"""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

from c2pa import Builder, C2paError, C2paSignerInfo, Context, Settings, Signer

from engine import __version__
from server.credentials.errors import CredentialsError
from server.credentials.identity import Identity

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
GENERATOR = {"name": "cosmicman-serve", "version": __version__}
MANIFEST = json.dumps(
    {
        "claim_generator_info": [GENERATOR],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE, "softwareAgent": GENERATOR}
                    ]
                },
            }
        ],
    }
)
#: Thumbnails would cost 60 to 90 ms and up to 1.6 MB a picture. Nothing is fetched: signing asks nobody.
SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
}


class PictureSigner:
    """Signs with what `current` gives, which is asked for each picture: a certificate may be renewed meanwhile."""

    def __init__(self, current: Callable[[], Identity]) -> None:
        self._current = current
        self._context = Context(settings=Settings.from_dict(SETTINGS))

    def __call__(self, data: bytes, media_type: str) -> bytes:
        """The picture with its credentials; may be called in several threads at once.

        Raises:
            CredentialsError: The certificate expired, or the library refused.
        """
        identity = self._current()
        if identity.expires <= datetime.now(UTC):
            raise CredentialsError(f"the certificate {identity.name} expired on {identity.expires:%d %b %Y}")
        signed = io.BytesIO()
        info = C2paSignerInfo(identity.algorithm, identity.chain_pem, identity.key_pem, None)
        try:
            with Signer.from_info(info) as signer, Builder(MANIFEST, self._context) as builder:
                builder.sign(signer, media_type, io.BytesIO(data), signed)
        except C2paError as error:
            raise CredentialsError(f"the picture was not signed: {error}") from error
        return signed.getvalue()
