"""Accept headers as RFC 9110 reads them."""

import pytest

from server.http.negotiation import choose

OFFERS = ["application/json", "image/png", "image/webp", "text/event-stream"]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("image/*", "image/png"),
        ("image/webp", "image/webp"),
        ("IMAGE/WebP", "image/webp"),
        ("text/event-stream", "text/event-stream"),
        # Quality decides, not order; of equals our order.
        ("application/json;q=0.5, image/png", "image/png"),
        ("image/webp, image/png", "image/png"),
        ("image/webp;q=0.9, image/png;q=0.8", "image/webp"),
        ("image/png ; q=0.5 , application/json ; q=0.4", "image/png"),
        # The most specific range counts, whatever its place.
        ("*/*, application/json;q=0", "image/png"),
        ("image/*;q=0.9, image/png;q=0.1, */*;q=0.5", "image/webp"),
        ("image/*, image/png;q=0, image/webp;q=0", None),
        ("*/*;q=0", None),
        # What browsers and SDKs send.
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", "image/webp"),
        ("application/json; charset=utf-8", "application/json"),
        ("application/json;version=1;q=0.2, image/png;q=0.3", "image/png"),
        ("text/html", None),
        ("image/gif, text/plain;q=0.3", None),
        # What cannot be read is skipped.
        ("image/png;q=high, application/json", "application/json"),
        ("image/png;q=2", None),
        ("image/png;q=1.0001", None),
        ("png", None),
        (",,,", None),
        ("*/json, image/webp", "image/webp"),
        ("image/png;q=0.000", None),
        ("image/png;Q=0.001", "image/png"),
    ],
)
def test_choice(accept: str | None, chosen: str | None) -> None:
    assert choose(accept, OFFERS) == chosen


def test_a_common_misspelling_is_understood() -> None:
    assert choose("image/jpg", ["image/png", "image/jpeg"]) == "image/jpeg"


def test_no_offers_no_choice() -> None:
    assert choose(None, []) is None
    assert choose("*/*", []) is None
