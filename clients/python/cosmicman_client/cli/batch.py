"""`cosmicman-client batch`: a CSV or JSONL of descriptions to a folder of pictures; run it again to go on.

What is done is written line by line to `results.jsonl` in the folder: the row's digest, its files and its seed. A row
whose line is there, with all its files, is not drawn again; one that failed is.
"""

import argparse
import csv
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from cosmicman_client.batch import BatchItem, batch
from cosmicman_client.cli.arguments import NAMES, NUMBERS
from cosmicman_client.client import Client

RESULTS = "results.jsonl"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = commands.add_parser("batch", help="draw a CSV or JSONL of descriptions into a folder")
    parser.add_argument("input", type=Path, help="file.csv or file.jsonl; a column or name `description` and others")
    parser.add_argument("out", type=Path, help="folder of the pictures; what is done there is not done again")
    parser.add_argument("--concurrency", type=int, default=4, metavar="N", help="requests at a time (4)")
    parser.add_argument("-q", "--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run)


def run(client: Client, options: argparse.Namespace) -> int:
    """Status 0 where every row has its pictures, 1 where one has not."""
    rows = list(read_rows(options.input))
    names = digests_of(rows)
    options.out.mkdir(parents=True, exist_ok=True)
    done = read_done(options.out)
    left = [number for number, name in enumerate(names) if name not in done]
    sys.stderr.write(f"{len(rows)} rows, {len(rows) - len(left)} of them done before\n")
    failed = 0
    with (options.out / RESULTS).open("a", encoding="utf-8") as results:
        wanted = [rows[number] for number in left]
        drawn = batch(client, wanted, concurrency=options.concurrency, progress=not options.quiet)
        for item in drawn:
            number = left[item.index]
            failed += item.error is not None
            _keep(results, options.out, number, names[number], item)
    sys.stderr.write(f"{len(left) - failed} drawn, {failed} failed\n")
    return 1 if failed else 0


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Arguments of `Client.generate`, row by row.

    Raises:
        ValueError: A row that is none; it names the line.
        OSError: The file cannot be read.
    """
    if path.suffix not in (".csv", ".jsonl"):
        raise ValueError(f"the input must be a .csv or .jsonl file; got {path.name}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from (_csv_rows if path.suffix == ".csv" else _json_rows)(file, path.name)


def _json_rows(file: TextIO, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{name}, line {number}: no JSON: {error}") from None
        if isinstance(row, str):
            row = {"description": row}
        if not isinstance(row, dict) or "description" not in row and "groups" not in row:
            raise ValueError(f"{name}, line {number}: must be a string, or an object with description or groups")
        yield row


def _csv_rows(file: TextIO, name: str) -> Iterator[dict[str, Any]]:
    table = csv.DictReader(file, strict=True)
    unknown = sorted(set(table.fieldnames or ()) - set(NAMES))
    if "description" not in (table.fieldnames or ()):
        raise ValueError(f"{name}: the first line must name its columns, one of them description")
    if unknown:
        raise ValueError(f"{name}: no such columns: {', '.join(unknown)}; known are {', '.join(NAMES)}")
    for row in table:
        if None in row or None in row.values():
            raise ValueError(f"{name}, line {table.line_num}: has more or fewer cells than the first line")
        yield {key: _cell(key, value, f"{name}, line {table.line_num}") for key, value in row.items() if value != ""}


def _cell(name: str, text: str, where: str) -> Any:
    kind = NUMBERS.get(name)
    if kind is None:
        return text
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{where}: {name} must be a number; got {text!r}") from None


def digests_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A name for each row, of its words and settings and of how many such rows were before it; moving it keeps it."""
    seen: Counter[str] = Counter()
    names = []
    for row in rows:
        text = json.dumps(row, sort_keys=True)
        names.append(hashlib.sha256(f"{seen[text]} {text}".encode()).hexdigest())
        seen[text] += 1
    return names


def read_done(folder: Path) -> set[str]:
    """Digests of rows that have all their files; a line cut off by a crash counts for nothing."""
    done = set()
    results = folder / RESULTS
    for line in results.read_text(encoding="utf-8").splitlines() if results.exists() else ():
        try:
            entry = json.loads(line)
            if entry["files"] and all((folder / name).is_file() for name in entry["files"]):
                done.add(entry["row"])
        except (ValueError, KeyError, TypeError):
            continue
    return done


def _keep(results: TextIO, folder: Path, number: int, name: str, item: BatchItem) -> None:
    """Pictures first, then the line that says they are there."""
    entry: dict[str, Any] = {"row": name, "number": number, "files": []}
    if item.generation is not None:
        entry["seed"] = item.generation.settings.seed
        for image in item.generation.images:
            entry["files"].append(image.save(folder / f"{number:06d}-{image.index}").name)
    else:
        entry["error"] = str(item.error)
        sys.stderr.write(f"row {number}: {item.error}\n")
    results.write(json.dumps(entry, ensure_ascii=False) + "\n")
    results.flush()
