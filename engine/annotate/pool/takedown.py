"""Takedowns: a picture leaves the pool for good, and what is known of its maker with it; its id never comes in again.

What names the picture is its id, its address, a source's key, a copy of it, or its look, which also names near copies.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from engine.annotate.pool.looks import NEAR, Looks, read_look
from engine.annotate.pool.store import Pool


def take_down(pool: Pool, ids: Iterable[str], reason: str) -> list[str]:
    """Removes pictures by id, SHA-256 in hexadecimal digits; those the pool lacks are refused from now on.

    Their files are deleted at once. What a filter or parser found goes with them.

    Returns:
        The ids of those that the pool had.
    """
    had = []
    for id in ids:
        with pool.database.writing() as connection:
            row = connection.execute("SELECT 1 FROM picture WHERE id = ?", (id,)).fetchone()
            connection.execute("INSERT OR IGNORE INTO taken_down VALUES (?, ?, ?)", (id, reason, time.time()))
            connection.execute("DELETE FROM picture WHERE id = ?", (id,))
            connection.execute("UPDATE origin SET page = NULL, author = NULL, text = NULL WHERE picture = ?", (id,))
            connection.execute("DELETE FROM look WHERE picture = ?", (id,))
            connection.execute("DELETE FROM verdict WHERE picture = ?", (id,))
        for file in pool.files_of(id):  # also one that a process which was killed meanwhile has left
            file.unlink(missing_ok=True)
        if row is not None:
            had.append(id)
    return had


def take_down_look(pool: Pool, look: str, reason: str) -> list[str]:
    """Removes every picture of this look or near it; one that comes later is left out by filter and publication.

    Returns:
        The ids of those that the pool had.

    Raises:
        ValueError: It is no look.
    """
    look = read_look(look)
    with pool.database.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO taken_down_look VALUES (?, ?, ?)", (look, reason, time.time()))
    bits = int(look, 16)
    rows = list(pool.database.rows("SELECT picture, look FROM look"))
    near = [row["picture"] for row in rows if (int(row["look"], 16) ^ bits).bit_count() <= NEAR]
    return take_down(pool, near, reason)


def ids_from(pool: Pool, url: str) -> list[str]:
    """Ids of pictures that came from an address, be it the file's or its page's."""
    query = "SELECT DISTINCT picture FROM origin WHERE url = ? OR page = ?"
    return [row["picture"] for row in pool.database.rows(query, url, url)]


def ids_of(pool: Pool, source: str, key: str) -> list[str]:
    """Ids of pictures that a source knows by a key."""
    query = "SELECT picture FROM origin WHERE source = ? AND key = ?"
    return [row["picture"] for row in pool.database.rows(query, source, key)]


def taken_down(pool: Pool) -> dict[str, str]:
    """The reason of every takedown by id."""
    return {row["id"]: row["reason"] for row in pool.database.rows("SELECT id, reason FROM taken_down")}


def looks_taken_down(pool: Pool) -> Looks:
    """The looks that were taken down, each by itself as its id."""
    looks = Looks()
    for row in pool.database.rows("SELECT look FROM taken_down_look"):
        looks.add(row["look"], row["look"])
    return looks
