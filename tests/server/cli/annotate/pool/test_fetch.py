"""Fetching from servers that are slow, lie, forbid it or lead elsewhere: each is refused with its reason, in time."""

import asyncio
import time
from typing import Any

import pytest

from engine.annotate.pool.fetch.address import is_public, read_url
from engine.annotate.pool.fetch.fetcher import Fetcher
from engine.annotate.pool.fetch.limits import FetchLimits
from engine.annotate.refusal import Refused
from server.cli.annotate.pool.web import HttpxWeb
from server.jobs.webhook.address import is_public as webhooks_is_public

BODY = b"some bytes of a picture" * 10


async def fetch(url: str, allowed: tuple[str, ...] = ("localhost",), **limits: Any) -> Any:
    """The bytes, or the reason for which there are none."""
    told = {"attempts": 1, "seconds": 10.0, "longest_wait_seconds": 0.01, **limits}
    async with HttpxWeb() as web:
        try:
            return (await Fetcher(web, FetchLimits(**told), allowed).fetch(url)).data
        except Refused as refused:
            return refused.reason


async def test_a_picture_is_fetched_as_it_is(site) -> None:
    url = site.put("/a%20b.jpg?size=large", BODY)
    assert await fetch(url) == BODY
    robots, asked = site.requests
    assert robots.target == "/robots.txt"
    assert asked.target == "/a%20b.jpg?size=large"
    assert asked.headers["host"] == f"localhost:{site.port}"
    assert asked.headers["user-agent"].startswith("cosmicman-annotate")
    assert asked.headers["accept-encoding"] == "identity"


async def test_private_addresses_are_asked_only_where_that_is_allowed(site) -> None:
    site.put("/a.jpg", BODY)
    assert await fetch(site.url("/a.jpg"), allowed=()) == "private_address"
    assert await fetch(site.url("/a.jpg", host="127.0.0.1")) == "private_address"
    assert await fetch(site.url("/a.jpg", host="[::1]")) == "private_address"
    assert site.requests == []


async def test_a_redirect_to_a_private_address_is_refused(site) -> None:
    inside = site.url("/secret", host="127.0.0.1")
    site.put("/secret", BODY)
    url = site.put("/a.jpg", b"", f"Location: {inside}", status="302 Found")
    assert await fetch(url) == "private_address"
    assert "/secret" not in [each.target for each in site.requests]


async def test_redirects_are_followed_so_far_and_no_further(site) -> None:
    site.put("/end", BODY)
    for step in range(9):
        site.put(f"/{step}", b"", f"Location: {'end' if step == 8 else step + 1}", status="301 Moved")
    assert await fetch(site.url("/4")) == BODY
    assert await fetch(site.url("/0")) == "redirects"
    assert await fetch(site.put("/x", b"", "Location: file:///etc/passwd", status="302 Found")) == "url"


async def test_keys_are_not_sent_on_to_another_host(site) -> None:
    site.put("/end", BODY)
    site.put("/start", b"", f"Location: {site.url('/end', host='127.0.0.1')}", status="302 Found")
    async with HttpxWeb() as web:
        fetcher = Fetcher(web, FetchLimits(attempts=1), ("localhost", "127.0.0.1"))
        await fetcher.fetch(site.url("/start"), headers={"Authorization": "Client-ID key"}, robots=False)
    sent = {each.target: each.headers.get("authorization") for each in site.requests}
    assert sent == {"/start": "Client-ID key", "/end": None}


async def test_a_server_that_hangs_costs_so_long_and_no_longer(site) -> None:
    async def hang(_: object, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def drip(_: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    site.put("/robots.txt", b"")
    site.pages |= {"/hang": hang, "/drip": drip}
    started = time.monotonic()
    assert await fetch(site.url("/hang"), seconds=0.5) == "timeout"
    assert await fetch(site.url("/drip"), seconds=0.5) == "timeout"
    assert time.monotonic() - started < 30


async def test_a_length_that_is_a_lie_is_found_out(site) -> None:
    assert await fetch(site.put("/short", BODY, length=len(BODY) + 1)) == "connection"
    assert await fetch(site.put("/huge", BODY, length=10**15)) == "too_many_bytes"
    assert await fetch(site.put("/long", BODY), size_bytes=len(BODY) - 1) == "too_many_bytes"

    async def endless(_: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            await writer.drain()

    site.pages["/endless"] = endless
    assert await fetch(site.url("/endless"), size_bytes=50_000) == "too_many_bytes"


async def test_what_is_compressed_is_not_unpacked(site) -> None:
    assert await fetch(site.put("/bomb", BODY, "Content-Encoding: gzip")) == "encoded"


async def test_a_failing_server_is_asked_again_and_a_refusing_one_is_not(site) -> None:
    answers = iter([b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"])
    whole = site.put("/a.jpg", BODY), site.pages["/a.jpg"]

    async def second_time(_: object, writer: asyncio.StreamWriter) -> None:
        writer.write(next(answers, whole[1]))  # type: ignore[arg-type]

    site.pages["/a.jpg"] = second_time
    assert await fetch(whole[0], attempts=2) == BODY
    assert await fetch(site.put("/b.jpg", b"", status="503 Busy"), attempts=2) == "status_503"
    assert await fetch(site.put("/c.jpg", b"", status="410 Gone"), attempts=3) == "status_410"
    asked = [each.target for each in site.requests]
    assert (asked.count("/b.jpg"), asked.count("/c.jpg")) == (2, 1)


async def test_robots_and_reservations_are_kept(site) -> None:
    site.put("/robots.txt", b"User-agent: *\nDisallow: /no/")
    site.put("/no/a.jpg", BODY)
    assert await fetch(site.url("/no/a.jpg")) == "robots"
    assert await fetch(site.put("/b.jpg", BODY, "X-Robots-Tag: noai")) == "reserved"
    assert await fetch(site.put("/c.jpg", BODY, "TDM-Reservation: 1")) == "reserved"
    assert "/no/a.jpg" not in [each.target for each in site.requests]
    site.put("/robots.txt", b"", status="500 Broken")
    assert await fetch(site.url("/c.jpg")) == "robots", "nobody knows what is allowed"


async def test_robots_are_asked_once_for_many_pictures_of_a_host(site) -> None:
    urls = [site.put(f"/{number}.jpg", BODY) for number in range(20)]
    async with HttpxWeb() as web:
        fetcher = Fetcher(web, FetchLimits(), ("localhost",))
        found = await asyncio.gather(*(fetcher.fetch(url) for url in urls))
    assert [each.data for each in found] == [BODY] * 20
    assert [each.target for each in site.requests].count("/robots.txt") == 1


async def test_no_more_than_so_many_at_once_go_to_one_host(site) -> None:
    now, most = 0, 0

    async def counted(_: object, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
        await writer.drain()

    site.pages |= {f"/{number}": counted for number in range(8)}
    async with HttpxWeb() as web:
        fetcher = Fetcher(web, FetchLimits(at_once=8, at_once_per_host=2), ("localhost",))
        await asyncio.gather(*(fetcher.fetch(site.url(f"/{number}")) for number in range(8)))
    assert most == 2


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.jpg",
        "ftp://example.org/a",
        "http://",
        "http://user:word@example.org/",
        "http://exa mple.org/",
        "http://x:0/",
    ],
)
async def test_what_is_no_url_is_refused(url: str) -> None:
    assert await fetch(url) == "url"


async def test_a_name_that_nobody_knows_is_no_connection() -> None:
    assert await fetch("http://no-such-host.invalid/a.jpg") in ("connection", "robots")


def test_urls_are_written_as_http_wants_them() -> None:
    place = read_url("HTTP://EXAMPLE.org/über uns/a.jpg?q=ä#top")
    assert place.url == "http://example.org/%C3%BCber%20uns/a.jpg?q=%C3%A4"
    assert read_url("https://bücher.example/").host == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
     "2001:4860::8888", "fe80::1%eth0", "168.63.129.16", "224.0.0.1", "0.0.0.0", "2002:7f00:1::", "nonsense"],
)  # fmt: skip
def test_addresses_are_judged_as_those_of_webhooks_are(address: str) -> None:
    assert is_public(address) is webhooks_is_public(address)
    assert is_public(address) is (address in ("8.8.8.8", "2001:4860::8888"))
