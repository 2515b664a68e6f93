"""How a finished answer, and the mark of one that is under way, are written for other processes to read.

One line of JSON, then the body's bytes.
"""

import json
from dataclasses import dataclass

from server.replay.record import Record

#: In the names of keys: processes of another format do not see these.
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Somebody computes this answer; `owner` tells one attempt from another."""

    fingerprint: str
    owner: str


def write_mark(mark: Mark) -> bytes:
    return json.dumps({"fingerprint": mark.fingerprint, "owner": mark.owner}).encode() + b"\n"


def write_record(record: Record) -> bytes:
    head = {
        "fingerprint": record.fingerprint,
        "request_id": record.request_id,
        "status": record.status,
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in record.headers],
        "sizes": [len(part) for part in record.parts],
    }
    return b"".join((json.dumps(head).encode(), b"\n", *record.parts))


def read(data: bytes) -> Mark | Record:
    line, _, body = data.partition(b"\n")
    head = json.loads(line)
    if "owner" in head:
        return Mark(fingerprint=head["fingerprint"], owner=head["owner"])
    parts, place = [], 0
    for size in head["sizes"]:
        parts.append(body[place : place + size])
        place += size
    return Record.of(
        fingerprint=head["fingerprint"],
        request_id=head["request_id"],
        status=head["status"],
        headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]],
        parts=parts,
    )
