"""Transactions and versions of SQLite files: all of a block or nothing, and tables that are made once.

It knows connections that begin nothing by themselves (`isolation_level=None`); it does not know what the tables hold.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Keeps all of the block or nothing; another process that writes is waited for as long as the connection says.

    Raises:
        sqlite3.Error: And nothing of it was kept.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite ends some failed ones itself
            connection.execute("ROLLBACK")
        raise


def make_tables(connection: sqlite3.Connection, tables: str, version: int) -> None:
    """Makes the tables of a new file.

    Args:
        connection: To the file.
        tables: Statements, each with a semicolon at the end of its line.
        version: Of the tables, which a file with tables must have.

    Raises:
        sqlite3.Error: It has another one, or they cannot be made.
    """
    with transaction(connection):
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, version):
            raise sqlite3.DatabaseError(f"its tables have version {found}; this software reads {version}")
        if found == 0:
            for statement in tables.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")
