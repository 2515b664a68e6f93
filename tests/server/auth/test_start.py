"""Whether a server starts: without keys on loopback alone, unless its operator says so knowingly."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.engine import Engine
from server.auth.keys_file import KeysFileError
from server.auth.start import NoKeysError, keyring_of
from server.run import EXIT_SETTINGS, serve
from server.settings import Settings, read_settings


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_needs_no_keys(host: str, tmp_path: Path) -> None:
    assert not keyring_of(Settings(host=host, state=tmp_path)).asked


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "gpu-box"])
def test_every_other_address_needs_them(host: str, tmp_path: Path) -> None:
    with pytest.raises(NoKeysError, match=r"cosmicman keys add NAME.*--no-keys \(COSMICMAN_REQUIRE_KEYS=false\)"):
        keyring_of(Settings(host=host, state=tmp_path))


def test_the_refusal_is_one_line_and_exit_2(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert serve(Settings(host="0.0.0.0", port=0, state=tmp_path), Engine.load) == EXIT_SETTINGS
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1 and err.startswith("cosmicman: others than this machine reach 0.0.0.0")


def test_a_file_that_is_none_is_one_line_and_exit_2(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "keys.json"
    file.write_text("{", "utf-8")
    assert serve(Settings(port=0, state=tmp_path), Engine.load) == EXIT_SETTINGS
    _, err = capfd.readouterr()
    assert (
        err
        == f"cosmicman: {file}: no file of keys: line 1 column 2: Expecting property name enclosed in double quotes\n"
    )


def test_anybody_is_let_in_where_that_is_said_and_it_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert not keyring_of(Settings(host="0.0.0.0", state=tmp_path, require_keys=False)).asked
    assert "anybody who reaches 0.0.0.0" in caplog.text


def test_keys_are_asked_for_on_loopback_where_there_are_some(make_key: Callable[..., str], keys_file: Path) -> None:
    make_key("shop")
    assert keyring_of(Settings(state=keys_file.parent)).asked


def test_keys_that_are_named_or_required_must_be_there(tmp_path: Path) -> None:
    for settings in (Settings(keys=tmp_path / "none.json"), Settings(state=tmp_path, require_keys=True)):
        with pytest.raises(NoKeysError, match="API keys are required"):
            keyring_of(settings)
    with pytest.raises(KeysFileError):
        keyring_of(Settings(keys=tmp_path))


def test_all_keys_being_over_is_logged(
    make_key: Callable[..., str], keys_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_key("shop", revoked="2026-11-30")
    assert keyring_of(Settings(host="0.0.0.0", keys=keys_file)).asked
    assert "no key that is good now" in caplog.text


def test_keys_and_none_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="keys names a file of API keys, and require_keys=false asks for none"):
        read_settings(keys=tmp_path, require_keys=False)
