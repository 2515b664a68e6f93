"""An API key as text: 256 random bits with a prefix that scanners know and a checksum that finds a slip of the hand.

Only its SHA-256 is kept. A slow hash protects words that people choose from being guessed; nobody guesses 256 random
bits, and a fast one lets a server look at every request.
"""

import hashlib
import secrets
import string
import zlib

PREFIX = "cms_"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_BITS = 256
_RANDOM_DIGITS, _SUM_DIGITS = 43, 6  # 62**43 > 2**256, 62**6 > 2**32
LENGTH = len(PREFIX) + _RANDOM_DIGITS + _SUM_DIGITS


def new_key() -> str:
    body = PREFIX + _in_digits(secrets.randbits(_RANDOM_BITS), _RANDOM_DIGITS)
    return body + _checksum(body)


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("ascii")).hexdigest()


def check_key(text: str) -> None:
    """Looks whether a text can be a key at all; it is never quoted, since nearly a key is a secret too.

    Raises:
        ValueError: It cannot; the message says in what way.
    """
    if not text.isascii() or not text.isalnum() and not text.replace("_", "").isalnum():
        raise ValueError(f"a key is {PREFIX} and letters and digits; this has other characters")
    if len(text) != LENGTH:
        raise ValueError(f"a key has {LENGTH} characters; this has {len(text)}")
    if not text.startswith(PREFIX):
        raise ValueError(f"a key begins with {PREFIX}; this does not")
    if _checksum(text[:-_SUM_DIGITS]) != text[-_SUM_DIGITS:]:
        raise ValueError("the key's checksum is wrong: a character of it was lost or changed")


def _checksum(body: str) -> str:
    return _in_digits(zlib.crc32(body.encode("ascii")), _SUM_DIGITS)


def _in_digits(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
