"""Whose Host is answered: this machine's names, the operator's, and no page's own that points here."""

from typing import Any

import httpx
import pytest

from server.app import create_app
from server.settings import Settings


async def statuses(talk: Any, engine: Any, hosts: list[str], path: str = "/model", **settings: Any) -> dict[str, int]:
    async with talk(create_app(Settings(**settings), engine)) as client:
        return {host: (await client.get(path, headers={"Host": host})).status_code for host in hosts}


LOOPBACK = ["localhost", "localhost:8000", "LOCALHOST", "localhost.", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8000"]
STRANGE = [
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "10.0.0.7",
    "[fe80::1]",
    "::1",
    "localhost, evil.example",
    "http://localhost",
    "localhost:port",
    "[localhost]",
    "",
    " ",
]


async def test_this_machine_s_names_are_answered(talk: Any, engine: Any) -> None:
    assert set((await statuses(talk, engine, LOOPBACK)).values()) == {200}


async def test_no_other_name_is(talk: Any, engine: Any) -> None:
    assert set((await statuses(talk, engine, STRANGE)).values()) == {421}


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/metrics", "/groups", "/studio.js", "/nothing"])
async def test_every_path_asks(talk: Any, engine: Any, path: str) -> None:
    assert await statuses(talk, engine, ["evil.example"], path) == {"evil.example": 421}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_probes_are_answered_whatever_they_call_us(talk: Any, engine: Any, path: str) -> None:
    assert set((await statuses(talk, engine, STRANGE, path)).values()) == {200}


async def test_refusal_says_what_is_allowed_and_how_to_allow_more(client: Any) -> None:
    answer = await client.post("/generate", json={"description": "x"}, headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/docs#misdirected-request"
    assert problem["detail"] == (
        'Host must be 127.0.0.1, ::1, localhost; got "evil.example". '
        "The server's operator may allow more: --allowed-host NAME."
    )


@pytest.mark.parametrize(
    ("hosts", "words"), [([], "got no Host headers"), (["localhost", "evil.example"], "got 2 Host headers")]
)
async def test_none_and_two_are_refused(app: Any, hosts: list[str], words: str) -> None:
    """Behind any server: uvicorn itself lets neither through in HTTP/1.1."""
    headers = [(b"host", host.encode()) for host in hosts]

    async def as_sent(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "headers": headers}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=as_sent), base_url="http://localhost") as client:
        answer = await client.get("/model")
    assert answer.status_code == 421
    assert words in answer.json()["detail"]


async def test_operator_allows_more(talk: Any, engine: Any) -> None:
    hosts = [
        "pictures.example.org",
        "Pictures.Example.Org:443",
        "10.0.0.7",
        "[2001:db8::1]",
        "localhost",
        "evil.example",
    ]
    allowed = ("pictures.example.org", "10.0.0.7", "2001:db8::1")
    assert list((await statuses(talk, engine, hosts, allowed_hosts=allowed)).values()) == [200] * 5 + [421]
    assert set((await statuses(talk, engine, STRANGE, allowed_hosts=("*",))).values()) == {200}


async def test_address_that_the_network_reaches_is_asked_for_by_address(talk: Any, engine: Any) -> None:
    """A name in a page of another site never is an address, so nothing is gained by refusing those."""
    for bound in ("0.0.0.0", "::", "192.168.1.5"):
        hosts = ["192.168.1.5:8000", "10.0.0.7", "[fe80::1]:8000", "localhost", "gpu-box", "evil.example"]
        assert (
            list((await statuses(talk, engine, hosts, host=bound, require_keys=False)).values())
            == [200] * 4 + [421] * 2
        )
    assert await statuses(talk, engine, ["gpu-box"], host="gpu-box", require_keys=False) == {"gpu-box": 200}


def test_hosts_are_read_from_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_ALLOWED_HOSTS", "Pictures.Example.org, [::1],10.0.0.7")
    assert Settings().allowed_hosts == ("pictures.example.org", "::1", "10.0.0.7")
    monkeypatch.setenv("COSMICMAN_ALLOWED_HOSTS", "*")
    assert Settings().allowed_hosts == ("*",)


@pytest.mark.parametrize("wrong", ["http://a.example", "a.example:80", "a.example/x", "*.example", "a b"])
def test_what_is_no_host_stops_the_start(wrong: str) -> None:
    with pytest.raises(ValueError, match="without scheme, port and path"):
        Settings(allowed_hosts=(wrong,))
