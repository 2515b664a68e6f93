"""The filter judges a pool once, goes on where it was, and counts every refusal by stage and reason."""

from pathlib import Path

import pytest

from engine.annotate.filter.duplicates import Look, look_of
from engine.annotate.filter.resolution import Resolution
from engine.annotate.filter.run import passed, run_filter, verdicts
from engine.annotate.filter.stage import Looked, Stage
from engine.annotate.pool.origin import Origin
from engine.annotate.pool.store import Pool
from engine.annotate.pool.takedown import take_down, take_down_look


class Counted:
    """A stage that counts what it sees."""

    name = "counted"

    def __init__(self, version: str = "1") -> None:
        self.version, self.seen = version, 0

    def check(self, looked: Looked) -> None:
        self.seen += 1


def fill(pool: Pool, picture) -> list[str]:
    large = picture(1, size=(300, 400))
    files = {
        "good": large,
        "near": picture(1, size=(300, 400), image_format="JPEG", quality=80),
        "other": picture(2, size=(300, 400)),
        "small": picture(3),
        "truncated": picture(4, size=(300, 400))[:-2000],
    }
    return [pool.add(data, Origin(source="x", key=key)).id for key, data in files.items()]


def stages(counted: Counted, least: int = 100) -> list[Stage]:
    return [Resolution(least_side=least), counted, Look(near=6)]


def test_every_picture_passes_or_has_its_reason(pool: Pool, picture) -> None:
    ids = fill(pool, picture)
    counted = Counted()
    filtered = run_filter(pool, stages(counted))
    assert (filtered.passed, filtered.seen) == (2, 5)
    expected = {("duplicates", "near_duplicate"): 1, ("resolution", "too_small"): 1, ("decoding", "damaged"): 1}
    assert filtered.refused == expected == verdicts(pool).refused
    kept = dict((each.id, found) for each, found in passed(pool))
    assert list(kept) == [ids[0], ids[2]] and all(len(str(found["look"])) == 16 for found in kept.values())
    assert counted.seen == 3


def test_it_judges_only_what_is_new_until_a_stage_changes(pool: Pool, picture) -> None:
    fill(pool, picture)
    first, again, changed = Counted(), Counted(), Counted("2")
    run_filter(pool, stages(first))
    pool.add(picture(9, size=(300, 400)), Origin(source="x", key="new"))
    assert run_filter(pool, stages(again)).passed == 3
    assert (first.seen, again.seen) == (3, 1)
    assert run_filter(pool, stages(changed, least=10)).passed == 4
    assert changed.seen == 5


def test_a_copy_of_what_is_no_longer_kept_takes_its_place(pool: Pool, picture) -> None:
    ids = fill(pool, picture)
    run_filter(pool, stages(Counted()))
    take_down(pool, ids[:1], "asked")
    assert run_filter(pool, stages(Counted("2"))).passed == 2
    assert [each.id for each, _ in passed(pool)] == ids[1:3]


def test_what_looks_like_a_takedown_is_left_out(pool: Pool, picture) -> None:
    import io

    import numpy as np
    from PIL import Image

    image = Image.open(io.BytesIO(picture(1, size=(300, 400)))).convert("RGB")
    take_down_look(pool, look_of(np.asarray(image.resize((200, 260)))), "asked")
    fill(pool, picture)
    filtered = run_filter(pool, stages(Counted()))
    assert filtered.refused["duplicates", "taken_down"] == 2 and filtered.passed == 1


def test_a_run_that_was_cut_short_goes_on(pool: Pool, picture, tmp_path: Path) -> None:
    fill(pool, picture)

    class Broken(Counted):
        def check(self, looked: Looked) -> None:
            super().check(looked)
            if self.seen == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_filter(pool, stages(Broken()))
    assert verdicts(pool).seen == 1
    with Pool(pool.folder) as reopened:
        counted = Counted()
        assert run_filter(reopened, stages(counted)).seen == 5
        assert counted.seen == 2
