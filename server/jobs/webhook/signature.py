"""Signs a message as Standard Webhooks 1.0 does, so that its receiver knows who sent it, and when."""

import base64
import hashlib
import hmac


def key_of(secret: str) -> bytes:
    """The bytes of a `whsec_` secret, which settings have checked."""
    return base64.b64decode(secret.removeprefix("whsec_"))


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode("ascii")
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}
