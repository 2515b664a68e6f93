"""`cosmicman keys`: a key is shown once and never kept, lists tell no secret, and mistakes are one line."""

import json
import re
from pathlib import Path

import pytest

from server.auth.keyring import KeyRefusedError, Keyring
from server.cli import main


@pytest.fixture
def keys(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """`keys("list")`: exit status, standard output and standard error of one call."""
    monkeypatch.setenv("COSMICMAN_STATE", str(tmp_path))

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["keys", *arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_a_key_is_made_shown_once_used_and_revoked(keys, tmp_path: Path) -> None:
    status, out, err = keys(
        "add", "shop", "--requests-per-minute", "60", "--concurrent", "4", "--expires", "2099-01-31"
    )
    assert status == 0
    assert re.fullmatch(r"cms_[0-9A-Za-z]{49}\n", out)
    assert "only this once" in err and out.strip() not in err
    path = tmp_path / "keys.json"
    assert out.strip() not in path.read_text("utf-8")
    found = Keyring(path).find(out.strip())
    assert (found.name, found.requests_per_minute, found.concurrent) == ("shop", 60, 4)
    assert found.expires == "2099-01-31T00:00:00Z"

    status, listed, _ = keys("list")
    assert status == 0
    head, row = listed.splitlines()
    assert head.split() == ["name", "state", "created", "requests/minute", "concurrent", "scopes"]
    assert row.startswith("shop  good until 2099-01-31T00:00:00Z") and row.endswith(
        "60               4           generate"
    )
    assert found.sha256 not in listed

    assert keys("revoke", "shop") == (0, "", "The key shop is revoked.\n")
    with pytest.raises(KeyRefusedError, match="the key shop was revoked"):
        Keyring(path).find(out.strip())
    revoked = json.loads(path.read_text("utf-8"))["keys"][0]["revoked"]
    keys("revoke", "shop")
    assert json.loads(path.read_text("utf-8"))["keys"][0]["revoked"] == revoked, "the first time is the one that counts"
    assert " revoked " in keys("list")[1]


def test_a_name_that_was_revoked_may_have_a_new_key(keys, tmp_path: Path) -> None:
    first = keys("add", "shop")[1].strip()
    keys("revoke", "shop")
    second = keys("add", "shop", "--scope", "generate", "--scope", "metrics")[1].strip()
    ring = Keyring(tmp_path / "keys.json")
    assert ring.find(second).scopes == ("generate", "metrics")
    with pytest.raises(KeyRefusedError, match="no such key"):
        ring.find(first)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("add", "two words"), "name must be 1 to 64 of"),
        (("add", "taken"), "there is a key of the name taken"),
        (("add", "x", "--expires", "soon"), "--expires must be a date or a moment"),
        (("add", "x", "--expires", "2001-01-01"), "--expires must be in the future; got 2001-01-01"),
        (("revoke", "nobody"), "there are: taken"),
    ],
)
def test_mistakes_are_one_line(keys, arguments: tuple[str, ...], reason: str) -> None:
    keys("add", "taken")
    status, out, err = keys(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("cosmicman keys: ") and reason in err and len(err.splitlines()) == 1


def test_a_damaged_file_is_told_and_left(keys, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("{", "utf-8")
    for arguments in (("add", "shop"), ("list",), ("revoke", "shop")):
        status, _, err = keys(*arguments)
        assert status == 2 and f"{path}: no file of keys" in err
    assert path.read_text("utf-8") == "{"


def test_no_file_is_an_empty_list(keys) -> None:
    status, listed, said = keys("list")
    assert listed.splitlines() == ["name  state  created  requests/minute  concurrent  scopes"]
    assert status == 0 and said.startswith("There are no keys: ")


@pytest.mark.parametrize("arguments", [("list",), ("revoke", "shop")])
def test_a_named_file_that_is_not_there_is_said_and_not_made(keys, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    missing = tmp_path / "typo" / "keys.json"
    status, out, said = keys(*arguments, "--keys", str(missing))
    assert (status, out, said) == (2, "", f"cosmicman keys: {missing}: there is no such file of keys\n")
    assert not missing.parent.exists()


def test_a_folder_that_takes_no_key_is_named(keys) -> None:
    status, out, said = keys("add", "shop", "--keys", "/proc/keys.json")
    assert (status, out) == (2, "")
    assert said.startswith("cosmicman keys: /proc: nothing can be written there: ")
