"""`python -m server.openapi --out docs/openapi.json` writes the OpenAPI document."""

import argparse
import sys
from pathlib import Path

from engine.files.whole import whole_file
from server.openapi.document import text


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m server.openapi", description="Writes the OpenAPI document.")
    parser.add_argument("--out", type=Path, help="file to write; standard output if absent")
    out: Path | None = parser.parse_args(arguments).out
    if out is None:
        sys.stdout.write(text())
    else:
        with whole_file(out) as temporary:
            temporary.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
