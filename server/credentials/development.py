"""A certificate of our own making, for those who have none yet: a root, kept for years, and what it vouches for.

Nobody trusts the root, so viewers say that the credentials are whole and of an unknown issuer. Files are written whole
or not at all, and two gateways that start at once end up with the same root.
"""

import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.credentials.identity import Identity, identity

logger = logging.getLogger(__name__)

ROOT, LEAF = "root.pem", "signer.pem"
ROOT_DAYS, LEAF_DAYS = 3650, 90
#: A certificate that has fewer left is made anew.
RENEW_DAYS = 30


class Development:
    """Gives the identity of a folder for as long as a server runs, renewed in time.

    Raises:
        ValueError: A file is damaged, or the folder cannot be written.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder
        self._clock = clock
        self._identity = development_identity(folder, clock())

    def __call__(self) -> Identity:
        now = self._clock()
        if self._identity.days_left(now) < RENEW_DAYS:
            self._identity = development_identity(self._folder, now)
        return self._identity


def development_identity(folder: Path, now: datetime | None = None) -> Identity:
    """The one in the folder, made or renewed where that is needed.

    Raises:
        ValueError: A file is damaged, or the folder cannot be written.
    """
    now = now or datetime.now(UTC)
    try:
        return _kept(folder, now) or _made(folder, now)
    except OSError as error:
        raise ValueError(f"{error.filename or folder}: cannot keep credentials there: {error.strerror}") from error


def _kept(folder: Path, now: datetime) -> Identity | None:
    path = folder / LEAF
    if not path.exists():
        return None
    pem = path.read_bytes()
    try:
        _, found = _parse(pem, path)
    except ValueError as error:
        raise ValueError(f"{path}: damaged; remove it, and a new one is made") from error
    if found.not_valid_after_utc - now < timedelta(days=RENEW_DAYS):
        return None
    return identity(pem, pem, key=str(path), certificate=str(path), now=now)


def _made(folder: Path, now: datetime) -> Identity:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root_key, root = _root(folder, now)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("CosmicMan Serve development signer")
    leaf = (
        _builder(name, root.subject, key, now, LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_pictures=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = _pem(key) + leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
    path = folder / LEAF
    os.replace(_written(folder, pem), path)
    logger.info("a development certificate was made in %s", folder)
    return identity(pem, pem, key=str(path), certificate=str(path), now=now)


def _root(folder: Path, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    path = folder / ROOT
    if path.exists():
        try:
            key, root = _parse(path.read_bytes(), path)
        except ValueError as error:
            raise ValueError(f"{path}: damaged; remove it, and a new one is made") from error
        if root.not_valid_after_utc - now > timedelta(days=LEAF_DAYS):
            return key, root
        path.unlink()
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("CosmicMan Serve development root")
    root = (
        _builder(name, name, key, now, ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_pictures=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    written = _written(folder, _pem(key) + root.public_bytes(Encoding.PEM))
    with suppress(FileExistsError):  # another gateway was first: its root counts
        os.link(written, path)
    os.unlink(written)
    return _parse(path.read_bytes(), path)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, common), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "development")]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    """Counts from an hour before: clocks of those who verify differ."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, sign_pictures: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign_pictures,
        key_cert_sign=not sign_pictures,
        crl_sign=not sign_pictures,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _parse(pem: bytes, path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path}: no key of ours")
    return key, x509.load_pem_x509_certificates(pem)[0]


def _written(folder: Path, data: bytes) -> str:
    """A new file for nobody but us (0600), complete on the disk."""
    number, path = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(number)
    except OSError:
        os.unlink(path)
        raise
    return path
