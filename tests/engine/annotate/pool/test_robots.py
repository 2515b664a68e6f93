"""robots.txt as RFC 9309 reads it, and what a picture's own headers reserve."""

import pytest

from engine.annotate.pool.fetch.robots import NOTHING, read_robots, reservation

RULES = """\
# for all
User-agent: *
Disallow: /private
Allow: /private/shown
Disallow: /*.gif$

User-agent: other
User-agent: Cosmicman-Annotate
Disallow: /no-models/
Crawl-delay: 3
"""


@pytest.mark.parametrize(
    ("target", "anyone", "ours"),
    [
        ("/a.jpg", True, True),
        ("/private/a.jpg", False, True),
        ("/private/shown/a.jpg", True, True),
        ("/a.gif", False, True),
        ("/a.gif?large", True, True),
        ("/no-models/a.jpg", True, False),
    ],
)
def test_the_longest_rule_of_our_group_decides(target: str, anyone: bool, ours: bool) -> None:
    assert read_robots(RULES, "somebody").allows(target) is anyone
    assert read_robots(RULES).allows(target) is ours


@pytest.mark.parametrize("text", ["", "Disallow: /", "User-agent: *\nDisallow:", "\ufeff::\n:::", "User-agent: x"])
def test_what_forbids_nobody_forbids_nothing(text: str) -> None:
    assert read_robots(text).allows("/a.jpg")


def test_everything_can_be_forbidden() -> None:
    assert not read_robots("user-agent: *\ndisallow: /").allows("/a.jpg")
    assert not NOTHING.allows("/")


@pytest.mark.parametrize(
    ("headers", "reserved"),
    [
        ({}, False),
        ({"x-robots-tag": "noarchive"}, False),
        ({"x-robots-tag": "noai"}, True),
        ({"x-robots-tag": "noarchive, NoImageAI"}, True),
        ({"x-robots-tag": "googlebot: noindex"}, False),
        ({"x-robots-tag": "cosmicman-annotate: noindex"}, True),
        ({"tdm-reservation": "1"}, True),
        ({"tdm-reservation": "0"}, False),
    ],
)
def test_reservations_are_read(headers: dict[str, str], reserved: bool) -> None:
    assert (reservation(headers) is not None) is reserved
