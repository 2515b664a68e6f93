"""Addresses: what is accepted, and one line for what is not."""

import pytest

from server.settings import read_settings
from server.triton.address import Addresses, parse_addresses


@pytest.mark.parametrize(
    ("text", "hosts", "model"),
    [
        ("triton://localhost:9001", ("localhost:9001",), "cosmicman"),
        ("triton://10.0.0.5", ("10.0.0.5:8001",), "cosmicman"),
        ("triton://a:1,b:2, c:3", ("a:1", "b:2", "c:3"), "cosmicman"),
        ("triton://a:1,a:1", ("a:1",), "cosmicman"),
        ("triton://[::1]:8001/other", ("[::1]:8001",), "other"),
    ],
)
def test_addresses_are_read(text: str, hosts: tuple[str, ...], model: str) -> None:
    assert parse_addresses(text) == Addresses(hosts=hosts, model=model)
    assert read_settings(engine=text).engine == text


@pytest.mark.parametrize(
    "text",
    ["", "triton", "http://a:1", "triton://", "triton://a:", "triton://a:0", "triton://a:65536", "triton://a,,b"]
    + ["triton://a:1/", "triton://a:1/b/c", "triton://a b:1", "triton://a:1?x=1"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="got"):
        parse_addresses(text)


def test_setting_that_is_no_engine_is_one_line() -> None:
    with pytest.raises(ValueError, match=r"expected embedded, triton or triton://host:port") as wrong:
        read_settings(engine="magic")
    assert len(str(wrong.value).splitlines()) == 1
    assert [read_settings(engine=name).engine for name in ("embedded", "triton")] == ["embedded", "triton"]
