"""Where the bytes of a picture lie: a file of its own, or a member of a tar shard.

It knows files, offsets and whether they hold a picture; it does not know what it shows.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """Bytes of a file: all of it, or `size` bytes from `offset` where it is a shard."""

    file: Path
    member: str = ""  # name inside the shard
    offset: int = 0
    size: int | None = None

    def read(self) -> bytes:
        """The bytes.

        Raises:
            OSError: The file is missing or shorter than it was.
        """
        with self.file.open("rb") as file:
            file.seek(self.offset)
            data = file.read() if self.size is None else file.read(self.size)
        if self.size is not None and len(data) != self.size:
            raise OSError(f"{self.size} bytes expected, {len(data)} there")
        return data

    @contextmanager
    def picture(self, where: str) -> Iterator[Image.Image]:
        """The picture, of which only the header has been read.

        Raises:
            ValueError: It is missing or damaged, also where that shows within the block; the message begins with
                `where`.
        """
        data = b""
        try:
            data = self.read()
            with Image.open(BytesIO(data)) as image:
                yield image
        except UnidentifiedImageError as error:
            raise ValueError(f"{where}: {self} cannot be read: its {len(data):,} bytes are no picture") from error
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:  # a damaged PNG is a SyntaxError
            raise ValueError(f"{where}: {self} cannot be read: {error}") from error

    def __str__(self) -> str:
        return f"{self.file}:{self.member}" if self.member else str(self.file)


def members(shard: Path) -> dict[str, ByteRange]:
    """Every plain file of an uncompressed tar shard by name, in the shard's order.

    Raises:
        ValueError: The shard cannot be read, or is compressed, so that nothing in it can be found without the rest.
    """
    try:
        with tarfile.open(shard, "r:") as tar:
            return {
                each.name: ByteRange(file=shard, member=each.name, offset=each.offset_data, size=each.size)
                for each in tar
                if each.isfile()
            }
    except (OSError, tarfile.TarError) as error:
        raise ValueError(f"{shard} cannot be read as an uncompressed tar: {error}") from error
