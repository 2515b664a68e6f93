"""A takedown removes a picture by whatever names it, with its files and its maker's name, and for good."""

import pytest

from engine.annotate.pool.origin import Origin
from engine.annotate.pool.takedown import ids_from, ids_of, looks_taken_down, take_down, take_down_look, taken_down
from engine.annotate.refusal import Refused

URL, PAGE = "https://example.org/a.jpg", "https://example.org/page"


def origin(key: str) -> Origin:
    return Origin(source="links:x", key=key, url=f"{URL}?{key}", page=PAGE, author="somebody", text="me, yesterday")


def test_a_picture_goes_with_its_file_and_what_is_known_of_its_maker(pool, picture) -> None:
    kept, other = (pool.add(picture(seed), origin(str(seed))) for seed in (1, 2))
    parsed = pool.folder / "parsing" / kept.id[:2] / kept.id[2:4] / f"{kept.id}.png"
    parsed.parent.mkdir(parents=True)
    parsed.write_bytes(b"a label map")
    assert take_down(pool, [kept.id], "asked by the person shown") == [kept.id]
    assert not kept.path.exists() and not parsed.exists() and other.path.exists()
    assert [each for _, each in pool.pictures()] == [other]
    assert [(each.author, each.page, each.text) for each in pool.origins(kept.id)] == [(None, None, None)]
    assert taken_down(pool) == {kept.id: "asked by the person shown"}


def test_it_never_comes_in_again(pool, picture) -> None:
    kept = pool.add(picture(1), origin("1"))
    take_down(pool, [kept.id], "asked")
    for key in ("1", "2"):
        with pytest.raises(Refused) as caught:
            pool.add(picture(1), origin(key))
        assert caught.value.reason == "taken_down"
    assert pool.knows(origin("1")), "and is not fetched again"
    assert take_down(pool, [kept.id], "asked twice") == []
    assert taken_down(pool) == {kept.id: "asked"}


def test_an_id_that_is_not_there_yet_is_refused_when_it_comes(pool, picture) -> None:
    kept = pool.add(picture(1), origin("1"))
    unknown = "ab" * 32
    assert take_down(pool, [unknown], "asked") == []
    assert unknown in taken_down(pool) and pool.picture(kept.id) == kept


def test_addresses_pages_and_keys_name_pictures(pool, picture) -> None:
    first, second = (pool.add(picture(seed), origin(str(seed))) for seed in (1, 2))
    assert ids_from(pool, f"{URL}?1") == [first.id]
    assert sorted(ids_from(pool, PAGE)) == sorted([first.id, second.id])
    assert ids_of(pool, "links:x", "2") == [second.id]
    assert ids_from(pool, "https://example.org/none") == [] and ids_of(pool, "flickr", "2") == []


def test_a_look_takes_near_copies_with_it(pool, picture) -> None:
    near, far = (pool.add(picture(seed), origin(str(seed))) for seed in (1, 2))
    for id, look in ((near.id, "00000000000000ff"), (far.id, "ffffffff00000000")):
        pool.database.connection.execute("INSERT INTO look VALUES (?, ?)", (id, look))
    assert take_down_look(pool, "00000000000000FE", "a copy") == [near.id]
    assert [each for _, each in pool.pictures()] == [far]
    assert looks_taken_down(pool).nearest("00000000000000fc") == ("00000000000000fe", 1)
    with pytest.raises(ValueError, match="16 hexadecimal digits"):
        take_down_look(pool, "xyz", "a copy")
