"""Which compiled row counts a forward is run as: pure arithmetic, it knows neither shapes nor what compiles.

A row's bits do not depend on the rows beside it, so a forward may be run in parts, and a part may be filled up with
rows that nobody reads.
"""

from collections.abc import Collection

# A part is filled up to the next compiled count where at least so much of it is wanted: 7 rows run as 8, 6 as 4 and 2.
# Measured: docs/decisions/sessions/openvino.md.
WORTH_FILLING = 0.875


def compiled_counts(max_rows: int) -> tuple[int, ...]:
    """The row counts that are worth compiling: powers of two, as far as forwards go."""
    return tuple(2**power for power in range(max_rows.bit_length()))


def parts(num_rows: int, counts: Collection[int]) -> tuple[int, ...]:
    """Compiled row counts whose sum is at least `num_rows`; all but the last are full.

    Args:
        num_rows: Rows of the forward, at least 1.
        counts: Those that can be run.
    """
    assert counts, "something must be compiled"
    left, found = num_rows, []
    while left > 0:
        above = min((count for count in counts if count >= left), default=None)
        below = max((count for count in counts if count <= left), default=None)
        if below is None or (above is not None and left >= WORTH_FILLING * above):
            assert above is not None
            found.append(above)
        else:
            found.append(below)
        left -= found[-1]
    return tuple(found)
