"""A key's text: random, recognised by its prefix and checksum, and never quoted in a refusal."""

import pytest

from server.auth.key import LENGTH, PREFIX, check_key, digest_of, new_key


def test_every_key_is_another_and_is_recognised() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    for key in keys:
        assert key.startswith(PREFIX) and len(key) == LENGTH
        check_key(key)
    assert len(digest_of(new_key())) == 64


@pytest.mark.parametrize("place", [4, 20, LENGTH - 1])
def test_one_wrong_character_is_noticed(place: int) -> None:
    key = new_key()
    other = "x" if key[place] != "x" else "y"
    with pytest.raises(ValueError, match="checksum"):
        check_key(key[:place] + other + key[place + 1 :])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "other characters"),
        ("clé", "other characters"),
        ("cms_ab cd", "other characters"),
        ("cms_abc", "has 53 characters; this has 7"),
        ("x" * 10_000, "this has 10000"),
        ("sk-" + "a" * 50, "other characters"),
        ("x" * LENGTH, "begins with cms_"),
    ],
)
def test_what_is_no_key_is_told_why_and_not_quoted(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        check_key(text)
    assert len(text) < 5 or text not in str(caught.value)
