"""A private key with its chain of certificates: read from PEM, and checked before anything is signed with it."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

#: C2PA's names, by the bits of an elliptic curve.
CURVES = {256: b"es256", 384: b"es384", 521: b"es512"}
#: What others than the owner may not do to a key file; its group may read it, as with secrets in Kubernetes.
TOO_OPEN = 0o037


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who signs.

    Attributes:
        algorithm: C2PA's name for the kind of signature.
        chain_pem: The certificate first, then those that vouch for it.
        key_pem: Its private key.
        expires: When the certificate does.
        name: The certificate's subject.
    """

    algorithm: bytes
    chain_pem: bytes
    key_pem: bytes
    expires: datetime
    name: str

    def days_left(self, now: datetime | None = None) -> float:
        return (self.expires - (now or datetime.now(UTC))) / timedelta(days=1)


def read_identity(key: Path, certificate: Path) -> Identity:
    """The operator's own.

    Raises:
        ValueError: One line that names the file and what is wrong with it.
    """
    key_pem, chain_pem = _read(key), _read(certificate)
    mode = key.stat().st_mode & 0o777
    if os.name == "posix" and mode & TOO_OPEN:
        raise ValueError(f"{key}: a private key must not be open to others; its mode is {mode:04o}, set it to 0600")
    return identity(key_pem, chain_pem, key=str(key), certificate=str(certificate))


def identity(key_pem: bytes, chain_pem: bytes, *, key: str, certificate: str, now: datetime | None = None) -> Identity:
    """An identity from PEM, where each may hold the other's part too.

    `key` and `certificate` name the places in messages.

    Raises:
        ValueError: They cannot be read, do not belong together, or count no longer, or not yet.
    """
    now = now or datetime.now(UTC)
    private = _private(key_pem, key)
    chain = _chain(chain_pem, certificate)
    leaf = chain[0]
    if _public(private) != leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo):
        raise ValueError(f"{key}: the key does not belong to the first certificate in {certificate}")
    if leaf.not_valid_after_utc <= now:
        raise ValueError(f"{certificate}: the certificate expired on {leaf.not_valid_after_utc:%d %b %Y}")
    if leaf.not_valid_before_utc > now:
        raise ValueError(f"{certificate}: the certificate counts from {leaf.not_valid_before_utc:%d %b %Y} on")
    return Identity(
        algorithm=_algorithm(private, key),
        chain_pem=b"".join(each.public_bytes(Encoding.PEM) for each in chain),
        key_pem=private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        expires=leaf.not_valid_after_utc,
        name=leaf.subject.rfc4514_string(),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error


def _private(pem: bytes, place: str) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise ValueError(f"{place}: the key has a password; expected a private key in PEM without one") from error
    except ValueError as error:
        raise ValueError(f"{place}: expected a private key in PEM; it holds none that can be read") from error


def _chain(pem: bytes, place: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise ValueError(f"{place}: expected certificates in PEM; it holds none that can be read") from error


def _public(private: PrivateKeyTypes) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _algorithm(private: PrivateKeyTypes, place: str) -> bytes:
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.key_size in CURVES:
        return CURVES[private.key_size]
    if isinstance(private, rsa.RSAPrivateKey):
        return b"ps256"
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return b"ed25519"
    raise ValueError(f"{place}: the key must be of P-256, P-384, P-521, RSA or Ed25519")
