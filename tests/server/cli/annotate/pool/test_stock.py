"""Services for stock photographs, which speak their own JSON on loopback: pages, licences, keys, what goes wrong."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.annotate.pool.fetch.fetcher import Fetcher
from engine.annotate.pool.fetch.limits import FetchLimits
from engine.annotate.pool.origin import Offer
from engine.annotate.pool.sources.stock import SERVICES, Flickr, Pixabay, StockSource, Unsplash
from engine.annotate.pool.store import Pool
from engine.annotate.refusal import Refused
from server.cli import main
from server.cli.annotate.pool.web import HttpxWeb


async def offers(site: Any, kind: type[StockSource], **more: Any) -> list[Offer | Refused]:
    async with HttpxWeb() as web:
        fetcher = Fetcher(web, FetchLimits(attempts=1, seconds=10), ("localhost",))
        source = kind("a woman & a hat", "the-key", fetcher, address=site.url(""), **more)
        return [offer async for offer in source.offers()]


def answered(site: Any, target: str, pages: list[object]) -> None:
    """Page N of a service, by its own page parameter."""

    async def respond(request: Any, writer: asyncio.StreamWriter) -> None:
        query = dict(pair.split("=") for pair in request.target.partition("?")[2].split("&"))
        body = json.dumps(pages[int(query["page"]) - 1]).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body))
        await writer.drain()

    site.pages[target] = respond


def unsplash_photo(site: Any, number: int) -> dict[str, Any]:
    download = site.url(f"/photos/{number}/download")
    return {
        "id": f"u{number}",
        "description": None,
        "alt_description": "a woman in a hat",
        "urls": {"full": f"https://images.unsplash.com/{number}"},
        "links": {"html": f"https://unsplash.com/photos/{number}", "download_location": download},
        "user": {"name": "Somebody"},
    }


async def test_unsplash_is_searched_page_by_page_and_told_of_each_download(site) -> None:
    for number in range(3):
        site.put(f"/photos/{number}/download", b'{"url": "x"}')
    photos = [unsplash_photo(site, number) for number in range(3)]
    pages = [{"total_pages": 2, "results": some} for some in (photos[:2], photos[2:])]
    answered(site, "/search/photos", pages)
    found = await offers(site, Unsplash)
    assert [each.origin.key for each in found if isinstance(each, Offer)] == ["u0", "u1", "u2"]
    (first, *_) = found
    assert isinstance(first, Offer)
    assert (first.origin.licence, first.origin.author) == ("Unsplash License", "Somebody")
    assert (first.origin.url, first.origin.text) == ("https://images.unsplash.com/0", "a woman in a hat")
    assert {each.headers["authorization"] for each in site.requests} == {"Client-ID the-key"}
    assert sum(each.target.endswith("/download") for each in site.requests) == 3
    assert "/robots.txt" not in [each.target for each in site.requests]


async def test_unsplashs_key_goes_to_no_other_host(site) -> None:
    photo = unsplash_photo(site, 1)
    photo["links"]["download_location"] = "https://elsewhere.example/download"
    answered(site, "/search/photos", [{"total_pages": 1, "results": [photo]}])
    (refused,) = await offers(site, Unsplash)
    assert isinstance(refused, Refused) and refused.reason == "entry"


async def test_pixabay_is_searched_by_its_key_in_the_address(site) -> None:
    hit = {"id": 7, "largeImageURL": "https://pixabay.com/7.jpg", "pageURL": "https://pixabay.com/7", "user": "ann"}
    pages = [{"totalHits": 201, "hits": some} for some in ([hit], [hit | {"id": 8}, {"id": 9}])]
    answered(site, "/api/", pages)
    first, second, broken = await offers(site, Pixabay)
    assert isinstance(first, Offer) and isinstance(second, Offer) and isinstance(broken, Refused)
    assert (first.origin.key, first.origin.licence) == ("7", "Pixabay Content License")
    assert broken.reason == "entry"
    assert all("key=the-key" in each.target and "q=a+woman+%26+a+hat" in each.target for each in site.requests)


async def test_flickr_gives_only_free_licences_at_the_largest_size(site) -> None:
    photo = {"id": "1", "owner": "o", "ownername": "Ann", "title": "t", "license": "4", "url_l": "https://x/l.jpg"}
    photos = [photo | {"url_o": "https://x/o.jpg"}, photo | {"id": "2", "license": 0}, photo | {"id": "3", "url_l": ""}]
    answered(site, "/services/rest/", [{"stat": "ok", "photos": {"pages": 1, "photo": photos}}])
    good, reserved, small = await offers(site, Flickr)
    assert isinstance(good, Offer)
    assert (good.origin.licence, good.origin.url) == ("CC BY 2.0", "https://x/o.jpg")
    assert good.origin.page == "https://www.flickr.com/photos/o/1"
    assert [each.reason for each in (reserved, small) if isinstance(each, Refused)] == ["licence", "entry"]


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        ("401 Unauthorized", b"{}", "is COSMICMAN_FLICKR_KEY right"),
        ("200 OK", b"<html>", "no JSON"),
        ("200 OK", b"[]", "no object"),
        ("200 OK", b'{"stat": "fail", "message": "Invalid API Key"}', "Invalid API Key"),
    ],
)
async def test_a_service_that_answers_something_else_is_one_refusal(site, status: str, body: bytes, says: str) -> None:
    site.put("/services/rest/", body, status=status)
    (refused,) = await offers(site, Flickr)
    assert isinstance(refused, Refused) and refused.reason == "service"
    assert says in str(refused) and "the-key" not in str(refused)


async def test_no_more_are_offered_than_were_asked_for(site) -> None:
    for number in range(3):
        site.put(f"/photos/{number}/download", b"{}")
    photos = [unsplash_photo(site, number) for number in range(3)]
    answered(site, "/search/photos", [{"total_pages": 9, "results": photos}])
    assert len(await offers(site, Unsplash, most=2)) == 2


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_missing_key_names_its_variable(name: str) -> None:
    with pytest.raises(ValueError, match=f"set COSMICMAN_{name.upper()}_KEY"):
        SERVICES[name]("x", "", None)  # type: ignore[arg-type]


async def test_collect_takes_a_services_pictures_by_the_key_in_the_environment(
    site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 60), (204, 44, 50)).save(file, "PNG")
    large = site.put("/o.png", file.getvalue())
    photo = {"id": "1", "owner": "o", "ownername": "Ann", "title": "t", "license": "4", "url_o": large}
    photos = [photo, photo | {"id": "2", "license": "0"}, photo | {"id": "3", "url_o": site.url("/gone.png")}]
    answered(site, "/services/rest/", [{"stat": "ok", "photos": {"pages": 1, "photo": photos}}])
    monkeypatch.setenv("COSMICMAN_FLICKR_KEY", "the-key")
    monkeypatch.setenv("COSMICMAN_FLICKR_URL", site.url(""))
    words = ["annotate", "collect", "--pool", str(tmp_path / "pool"), "--stock", "flickr=a hat", "--attempts", "1"]
    assert await asyncio.to_thread(main, [*words, "--allow-private", "localhost"]) == 0
    told = capsys.readouterr()
    assert told.out == "added 1, 1 in the pool\n  left out: licence 1\n  left out: status_404 1\n"
    assert "api_key=the-key" in next(each.target for each in site.requests if "rest" in each.target)
    assert "the-key" not in told.out + told.err
    with Pool(tmp_path / "pool") as pool:
        ((_, picture),) = pool.pictures()
        (origin,) = pool.origins(picture.id)
    assert (origin.source, origin.licence, origin.author, origin.url) == ("flickr", "CC BY 2.0", "Ann", large)
    assert "the-key" not in repr(origin)
