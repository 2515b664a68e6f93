"""Services for stock photographs: what they have in common is pages of JSON, a key, and a licence for each picture.

A service's terms are its own: some forbid to learn from what they serve, or to pass it on. Read them first; each
picture's licence and author stay beside it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from engine.annotate.pool.fetch.fetcher import Fetcher
from engine.annotate.pool.origin import Offer, Origin
from engine.annotate.refusal import Refused

MOST_JSON_BYTES = 10_000_000


class StockSource(ABC):
    """Pictures that a service finds for some words, page after page."""

    name: str
    #: Names the variable of the environment that holds the key.
    variable: str
    address: str

    def __init__(self, words: str, key: str, fetcher: Fetcher, *, most: int = 1000, address: str | None = None) -> None:
        """Takes what to search for.

        Args:
            words: The search.
            key: The service's key for this user.
            fetcher: Asks the service.
            most: Pictures to offer.
            address: Where the service is, if not where it always is.

        Raises:
            ValueError: The key is empty.
        """
        if not key:
            raise ValueError(f"{self.name} needs a key: set {self.variable}")
        self._words, self._key, self._fetcher, self._most = words, key, fetcher, most
        self._address = (address or self.address).removesuffix("/")

    @abstractmethod
    def _query(self, page: int) -> tuple[str, Mapping[str, str]]:
        """Path with its query, and header fields, that ask for a page from 1."""

    @abstractmethod
    def _entries(self, answer: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], int]:
        """The pictures of a page, and how many pages there are; raises KeyError, TypeError or ValueError."""

    @abstractmethod
    def _origin(self, entry: Mapping[str, Any]) -> Origin:
        """Where a picture comes from; raises KeyError, TypeError or ValueError, or Refused."""

    async def _taken(self, entry: Mapping[str, Any]) -> None:  # noqa: B027
        """Tells the service that a picture is taken, where its terms want that."""

    async def offers(self) -> AsyncIterator[Offer | Refused]:
        """See `Source`."""
        page, pages, offered = 1, 1, 0
        while page <= pages and offered < self._most:
            try:
                entries, pages = await self._page(page)
            except Refused as refused:
                yield refused
                return
            for entry in entries[: self._most - offered]:
                offered += 1
                try:
                    origin = self._origin(entry)
                    await self._taken(entry)
                except Refused as refused:
                    yield refused
                except (KeyError, TypeError, ValueError) as error:
                    yield Refused("entry", f"{self.name}: an entry lacks {error}")
                else:
                    yield Offer(origin=origin)
            if not entries:
                return
            page += 1

    async def _page(self, page: int) -> tuple[list[Mapping[str, Any]], int]:
        target, headers = self._query(page)
        answer = await self._ask(target, headers)
        try:
            return self._entries(answer)
        except (KeyError, TypeError, ValueError) as error:
            raise Refused("service", f"{self.name}: page {page} is not as its API says: {error!r}") from error

    async def _ask(self, target: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
        url = target if target.startswith(("http://", "https://")) else self._address + target
        try:
            fetched = await self._fetcher.fetch(url, headers=headers, robots=False, size_bytes=MOST_JSON_BYTES)
            answer = json.loads(fetched.data)
        except Refused as refused:
            hint = f"; is {self.variable} right?" if refused.reason in ("status_401", "status_403") else ""
            raise Refused("service", f"{self.name}: {refused}{hint}") from refused
        except ValueError as error:
            raise Refused("service", f"{self.name}: its answer is no JSON") from error
        if not isinstance(answer, dict):
            raise Refused("service", f"{self.name}: its answer is no object")
        return answer


class Unsplash(StockSource):
    """https://unsplash.com/documentation: search, and a word to the service for each picture that is taken."""

    name = "unsplash"
    variable = "COSMICMAN_UNSPLASH_KEY"
    address = "https://api.unsplash.com"

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Client-ID {self._key}", "Accept-Version": "v1"}

    def _query(self, page: int) -> tuple[str, Mapping[str, str]]:
        asked = {"query": self._words, "page": page, "per_page": 30, "content_filter": "high"}
        return f"/search/photos?{urlencode(asked)}", self._headers

    def _entries(self, answer: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], int]:
        return list(answer["results"]), int(answer["total_pages"])

    def _origin(self, entry: Mapping[str, Any]) -> Origin:
        return Origin(
            source=self.name,
            key=str(entry["id"]),
            licence="Unsplash License",
            url=str(entry["urls"]["full"]),
            page=str(entry["links"]["html"]),
            author=str(entry["user"]["name"]),
            text=entry.get("description") or entry.get("alt_description"),
        )

    async def _taken(self, entry: Mapping[str, Any]) -> None:
        """The API's guidelines want each download told; the address comes from the service itself.

        The key goes to the service's own host alone.
        """
        told = str(entry["links"]["download_location"])
        if not told.startswith(self._address + "/"):
            raise Refused("entry", f"{self.name}: download_location must lie at {self._address}")
        await self._ask(told, self._headers)


class Pixabay(StockSource):
    """https://pixabay.com/api/docs: search; the key is part of the address, which is why no address is logged."""

    name = "pixabay"
    variable = "COSMICMAN_PIXABAY_KEY"
    address = "https://pixabay.com"
    _per_page = 200

    def _query(self, page: int) -> tuple[str, Mapping[str, str]]:
        asked = {"key": self._key, "q": self._words, "image_type": "photo", "safesearch": "true"}
        return f"/api/?{urlencode(asked | {'page': str(page), 'per_page': str(self._per_page)})}", {}

    def _entries(self, answer: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], int]:
        return list(answer["hits"]), -(-int(answer["totalHits"]) // self._per_page)

    def _origin(self, entry: Mapping[str, Any]) -> Origin:
        return Origin(
            source=self.name,
            key=str(entry["id"]),
            licence="Pixabay Content License",
            url=str(entry.get("imageURL") or entry["largeImageURL"]),
            page=str(entry["pageURL"]),
            author=str(entry["user"]),
            text=entry.get("tags"),
        )


#: Flickr's numbers of licences that let one use a picture: flickr.photos.licenses.getInfo, without all rights reserved.
FLICKR_LICENCES: Mapping[int, str] = {
    1: "CC BY-NC-SA 2.0",
    2: "CC BY-NC 2.0",
    3: "CC BY-NC-ND 2.0",
    4: "CC BY 2.0",
    5: "CC BY-SA 2.0",
    6: "CC BY-ND 2.0",
    7: "No known copyright restrictions",
    8: "United States Government Work",
    9: "CC0 1.0",
    10: "Public Domain Mark 1.0",
}
#: Of these the ones that let a changed picture be passed on, for any use.
FLICKR_FREE = (4, 5, 7, 8, 9, 10)


class Flickr(StockSource):
    """https://www.flickr.com/services/api/flickr.photos.search.html: photographs under free licences."""

    name = "flickr"
    variable = "COSMICMAN_FLICKR_KEY"
    address = "https://api.flickr.com"
    _sizes = ("url_o", "url_k", "url_h", "url_l")  # from the largest

    def _query(self, page: int) -> tuple[str, Mapping[str, str]]:
        asked = {
            "method": "flickr.photos.search",
            "api_key": self._key,
            "text": self._words,
            "license": ",".join(map(str, FLICKR_FREE)),
            "content_types": "0",
            "media": "photos",
            "safe_search": "1",
            "extras": ",".join(("license", "owner_name", *self._sizes)),
            "per_page": "250",
            "page": str(page),
            "format": "json",
            "nojsoncallback": "1",
        }
        return f"/services/rest/?{urlencode(asked)}", {}

    def _entries(self, answer: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], int]:
        if answer.get("stat") != "ok":
            raise ValueError(str(answer.get("message", "stat is not ok"))[:200])
        return list(answer["photos"]["photo"]), int(answer["photos"]["pages"])

    def _origin(self, entry: Mapping[str, Any]) -> Origin:
        number = int(entry["license"])
        if number not in FLICKR_FREE:
            raise Refused("licence", f"flickr: licence {number} ({FLICKR_LICENCES.get(number, 'all rights reserved')})")
        url = next(self._urls(entry), None)
        if url is None:
            raise Refused("entry", "flickr: an entry names no large size")
        return Origin(
            source=self.name,
            key=str(entry["id"]),
            licence=FLICKR_LICENCES[number],
            url=url,
            page=f"https://www.flickr.com/photos/{entry['owner']}/{entry['id']}",
            author=str(entry["ownername"]),
            text=entry.get("title"),
        )

    def _urls(self, entry: Mapping[str, Any]) -> Iterator[str]:
        return (str(entry[name]) for name in self._sizes if entry.get(name))


SERVICES: Mapping[str, type[StockSource]] = {each.name: each for each in (Unsplash, Pixabay, Flickr)}
