"""How many rows a forward of a bucket may have, after memory ran out: half at once, then up again step by step."""

from dataclasses import dataclass

from engine.scheduler.picture import Bucket

# Forwards at the limit that go well before one row more is tried.
PATIENCE = 32


@dataclass(kw_only=True)
class _Limit:
    rows: int
    good: int = 0


class RowLimits:
    """The bound on rows, lower for a while where it did not fit."""

    def __init__(self, max_rows: int) -> None:
        """Takes the bound that holds for all."""
        self.max_rows = max_rows
        self._limits: dict[Bucket, _Limit] = {}

    def rows(self, bucket: Bucket) -> int:
        """Rows one forward may have now."""
        limit = self._limits.get(bucket)
        return self.max_rows if limit is None else limit.rows

    def out_of_memory(self, bucket: Bucket, rows: int) -> None:
        """A forward of so many rows did not fit."""
        self._limits[bucket] = _Limit(rows=max(1, rows // 2))

    def fitted(self, bucket: Bucket, rows: int) -> None:
        """A forward of so many rows went well."""
        limit = self._limits.get(bucket)
        if limit is None or rows < limit.rows:
            return
        limit.good += 1
        if limit.good == PATIENCE:
            self._limits[bucket] = _Limit(rows=limit.rows + 1)
            if limit.rows + 1 >= self.max_rows:
                del self._limits[bucket]
