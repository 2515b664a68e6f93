"""When pictures are signed, with whose key, and what is refused before the server starts."""

import logging
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.credentials.development import LEAF, LEAF_DAYS, ROOT, development_identity
from server.credentials.start import FOLDER, start_signing


def test_nothing_is_signed_unless_there_is_a_key(tmp_path: Path) -> None:
    assert start_signing("auto", None, None, tmp_path) is None
    assert start_signing("off", None, None, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_key_signs_unless_it_is_switched_off(tmp_path: Path, key_and_certificate: Any) -> None:
    key, certificate = key_and_certificate()
    assert start_signing("auto", key, certificate, tmp_path) is not None
    assert start_signing("on", key, certificate, tmp_path) is not None
    assert start_signing("off", key, certificate, tmp_path) is None
    assert not (tmp_path / FOLDER).exists()


def test_without_a_key_one_is_made_once_and_said_to_be_untrusted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert start_signing("on", None, None, tmp_path) is not None
    assert "development certificate, which viewers do not trust" in caplog.text
    made = {path.name: path.read_bytes() for path in (tmp_path / FOLDER).iterdir()}
    assert set(made) == {ROOT, LEAF}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / FOLDER).iterdir()} == {0o600}
    assert start_signing("on", None, None, tmp_path) is not None
    assert {path.name: path.read_bytes() for path in (tmp_path / FOLDER).iterdir()} == made


def test_certificate_is_renewed_under_the_same_root_before_it_expires(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    first = development_identity(tmp_path, now)
    root = (tmp_path / ROOT).read_bytes()
    assert development_identity(tmp_path, now + timedelta(days=LEAF_DAYS / 2)).chain_pem == first.chain_pem
    later = development_identity(tmp_path, now + timedelta(days=LEAF_DAYS - 10))
    assert later.chain_pem != first.chain_pem
    assert later.days_left(now) > LEAF_DAYS
    assert (tmp_path / ROOT).read_bytes() == root
    in_years = development_identity(tmp_path, now + timedelta(days=3600))
    assert in_years.days_left(now) > 3600
    assert (tmp_path / ROOT).read_bytes() != root


def refusal(tmp_path: Path, key: Path | None, certificate: Path | None, wanted: str = "auto") -> str:
    with pytest.raises(ValueError) as caught:
        start_signing(wanted, key, certificate, tmp_path / "state")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_half_of_a_pair(tmp_path: Path, key_and_certificate: Any) -> None:
    key, certificate = key_and_certificate()
    assert "go together" in refusal(tmp_path, key, None)
    assert "go together" in refusal(tmp_path, None, certificate, "off")


def test_pair_of_strangers(tmp_path: Path, key_and_certificate: Any) -> None:
    (key, _), (_, certificate) = key_and_certificate(), key_and_certificate(name="other")
    assert refusal(tmp_path, key, certificate) == (
        f"{key}: the key does not belong to the first certificate in {certificate}"
    )


def test_expired_certificate_with_its_date(tmp_path: Path, key_and_certificate: Any) -> None:
    key, certificate = key_and_certificate(days_ago=100)
    expired = datetime.now(UTC) - timedelta(days=10)
    assert refusal(tmp_path, key, certificate) == f"{certificate}: the certificate expired on {expired:%d %b %Y}"


def test_certificate_that_expires_soon_is_a_warning(
    tmp_path: Path, key_and_certificate: Any, caplog: pytest.LogCaptureFixture
) -> None:
    key, certificate = key_and_certificate(days_ago=80)
    assert start_signing("auto", key, certificate, tmp_path) is not None
    assert "expires on" in caplog.text


def test_certificate_of_the_future(tmp_path: Path, key_and_certificate: Any) -> None:
    key, certificate = key_and_certificate(days_ago=-5)
    assert "counts from" in refusal(tmp_path, key, certificate)


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_key_that_others_may_read(tmp_path: Path, key_and_certificate: Any, mode: int) -> None:
    key, certificate = key_and_certificate()
    key.chmod(mode)
    assert f"its mode is {mode:04o}, set it to 0600" in refusal(tmp_path, key, certificate)
    key.chmod(0o440)
    assert start_signing("auto", key, certificate, tmp_path) is not None


def test_files_that_are_not_there_or_something_else(tmp_path: Path, key_and_certificate: Any) -> None:
    key, certificate = key_and_certificate()
    nothing = tmp_path / "nothing.pem"
    assert "nothing.pem: cannot be read: No such file" in refusal(tmp_path, nothing, certificate)
    assert "nothing.pem: cannot be read: No such file" in refusal(tmp_path, key, nothing)
    assert "expected a private key in PEM" in refusal(tmp_path, certificate_as_key(certificate), certificate)
    assert "expected certificates in PEM" in refusal(tmp_path, key, key)


def certificate_as_key(certificate: Path) -> Path:
    certificate.chmod(0o600)
    return certificate


def test_root_alone_signs_no_pictures(tmp_path: Path, key_and_certificate: Any) -> None:
    """A certificate that C2PA does not allow for signing is found at the start, not at the first picture."""
    key_and_certificate()
    root = tmp_path / "own" / ROOT
    assert "no picture can be signed with it" in refusal(tmp_path, root, root)


def test_damaged_files_of_ours_are_named(tmp_path: Path) -> None:
    start_signing("on", None, None, tmp_path / "state")
    path = tmp_path / "state" / FOLDER / LEAF
    path.write_text("nothing")
    assert f"{path}: damaged; remove it" in refusal(tmp_path, None, None, "on")
    path.unlink()
    (path.parent / ROOT).write_text("nothing")
    assert f"{path.parent / ROOT}: damaged" in refusal(tmp_path, None, None, "on")


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder is needed")
    assert "cannot keep credentials there: Not a directory" in refusal(tmp_path, None, None, "on")


def test_two_gateways_that_start_at_once_share_a_root(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    pids = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            try:
                development_identity(tmp_path)
                os._exit(0)
            except BaseException:
                os._exit(1)
        pids.append(pid)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0] * 4
    assert {path.name for path in tmp_path.iterdir()} == {ROOT, LEAF}
    root = (tmp_path / ROOT).read_text()
    assert development_identity(tmp_path).chain_pem.decode().endswith(root[root.index("-----BEGIN CERT") :])
