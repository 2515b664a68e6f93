"""The file of keys: whole, private, edited by one at a time, and refused with the true reason when it is none."""

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.auth.key import digest_of, new_key
from server.auth.keys_file import Key, KeysFileError, editing, read_keys, read_moment

CREATED = "2026-11-30T00:00:00Z"


def test_a_file_is_its_owners_alone_and_holds_no_key(keys_file: Path, make_key: Callable[..., str]) -> None:
    text = make_key("shop", requests_per_minute=60, concurrent=4, expires="2030-01-01")
    (key,) = read_keys(keys_file)
    assert (key.name, key.requests_per_minute, key.concurrent, key.scopes) == ("shop", 60, 4, ("generate",))
    assert key.sha256 == digest_of(text)
    assert text not in keys_file.read_text("utf-8")
    assert stat.S_IMODE(keys_file.stat().st_mode) == 0o600


def test_edits_at_the_same_time_lose_nothing(keys_file: Path, make_key: Callable[..., str]) -> None:
    names = [f"caller-{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make_key, names))
    assert sorted(key.name for key in read_keys(keys_file)) == sorted(names)


def test_an_edit_that_fails_leaves_the_file(keys_file: Path, make_key: Callable[..., str]) -> None:
    make_key("shop")
    before = keys_file.read_bytes()
    with pytest.raises(RuntimeError), editing(keys_file) as keys:
        keys.clear()
        raise RuntimeError
    assert keys_file.read_bytes() == before


def key(**fields: Any) -> Key:
    return Key(**({"name": "shop", "sha256": digest_of(new_key()), "created": CREATED} | fields))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "two words"),
        ("name", "x" * 65),
        ("sha256", "A" * 64),
        ("created", "yesterday"),
        ("expires", "2026-13-01"),
        ("requests_per_minute", 0),
        ("concurrent", -1),
        ("scopes", ()),
        ("scopes", ("everything",)),
    ],
)
def test_a_wrong_value_is_named(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field} must "):
        key(**{field: value})


def test_a_key_ends_when_it_expires_and_when_it_is_revoked() -> None:
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    expiring = key(expires="2027-01-01")
    assert expiring.fault(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == ""
    assert expiring.fault(new_year) == "expired at 2027-01-01"
    assert replace(expiring, revoked=CREATED).fault(new_year) == "was revoked"
    assert read_moment("2027-01-01T01:00+01:00", "expires") == new_year


GOOD = {"name": "shop", "sha256": "0" * 64, "created": CREATED}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "line 1 column 1"),
        (b"{", "line 1 column 2"),
        (b"\x22\xff\x22", "not JSON in UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "must be an object"),
        (b'{"version": 1}', "lacks keys"),
        (b'{"version": 2, "keys": []}', "has version 2; this program reads 1"),
        (json.dumps({"version": 1, "keys": [GOOD | {"colour": "red"}]}).encode(), "has no 'colour'"),
        (json.dumps({"version": 1, "keys": [GOOD | {"concurrent": "4"}]}).encode(), "of type int"),
        (json.dumps({"version": 1, "keys": [GOOD | {"concurrent": 0}]}).encode(), "at least 1; got 0"),
        (json.dumps({"version": 1, "keys": [GOOD, GOOD]}).encode(), "two keys have the same name"),
        (json.dumps({"version": 1, "keys": [GOOD, GOOD | {"name": "b"}]}).encode(), "the same sha256"),
        (b" " * 4_000_001, "at most 4000000 bytes"),
    ],
)
def test_what_is_no_file_of_keys_is_one_line(keys_file: Path, text: bytes, reason: str) -> None:
    keys_file.write_bytes(text)
    with pytest.raises(KeysFileError) as caught:
        read_keys(keys_file)
    assert str(caught.value).startswith(f"{keys_file}: ")
    assert reason in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_cannot_be_read_is_not_written_over(keys_file: Path) -> None:
    keys_file.write_text("not mine", "utf-8")
    with pytest.raises(KeysFileError), editing(keys_file):
        pass
    assert keys_file.read_text("utf-8") == "not mine"
