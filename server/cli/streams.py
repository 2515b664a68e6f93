"""The three standard streams, whatever a shell made of them: closed, unable to write some letters, read by nobody.

It knows streams; it does not know what a command reads or writes.
"""

import io
import os
import sys
from contextlib import suppress

from server.cli.errors import UsageError


def prepare_streams() -> None:
    """Closed streams lead nowhere, and a letter that an encoding lacks is written as an escape."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):  # each takes the lowest free number: its own
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def drop_output() -> None:
    """Sends what is still to be written nowhere: the interpreter would complain at its end that it cannot write it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError, ValueError):
                os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def read_stdin() -> str:
    """All of standard input, as a description: without the line break at its end.

    Raises:
        UsageError: It is not UTF-8.
    """
    try:
        return sys.stdin.buffer.read().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"stdin: expected UTF-8 text: {error}") from error
