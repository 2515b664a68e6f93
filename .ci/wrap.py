"""Wraps the prose of Markdown files at 100 columns; tables, code blocks and headings stay as they are.

python .ci/wrap.py            # rewrites README.md, docs/ and their like
python .ci/wrap.py --check    # names the files that it would rewrite, exit status 1
"""

import argparse
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 100
ITEM = re.compile(r"(\s*)([-*]|\d+\.) +")
# What a line of prose may not begin with, since Markdown would take it for something else.
MARK = re.compile(r"([-+*#>=|]|\d+[.)])(\s|$)|[-=]+$|[|>#]")
KEPT_WHOLE = re.compile(r"`[^`]+`")


def documents() -> list[Path]:
    """Every Markdown file that people read here."""
    folders = [ROOT / "docs", ROOT / "models", ROOT / ".github"]
    return sorted(ROOT.glob("*.md")) + sorted(path for folder in folders for path in folder.rglob("*.md"))


def wrapped(text: str) -> str:
    """The same Markdown with its paragraphs and list items wrapped."""
    out: list[str] = []
    paragraph: list[str] = []
    fenced = False
    for line in text.splitlines():
        fence = line.lstrip().startswith("```")
        if fence:
            fenced = not fenced
        if fence or fenced or not line.strip() or line.lstrip().startswith(("|", "#", "<", "[!", ">")):
            out += _paragraph(paragraph)
            paragraph = []
            out.append(line.rstrip())
        elif ITEM.match(line) and not _goes_on(paragraph, line):
            out += _paragraph(paragraph)
            paragraph = [line]
        else:
            paragraph.append(line)
    out += _paragraph(paragraph)
    return "\n".join(out).rstrip("\n") + "\n"


def _goes_on(paragraph: list[str], line: str) -> bool:
    """Whether a line that looks like an item is the rest of a sentence (Markdown lets only 1. interrupt one)."""
    number = re.match(r"\s*(\d+)\.", line)
    return bool(paragraph and number and number[1] != "1" and not ITEM.match(paragraph[0]))


def _paragraph(lines: list[str]) -> list[str]:
    if not lines:
        return []
    item = ITEM.match(lines[0])
    indent = item[0] if item else lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    words = " ".join(line.strip() for line in lines)
    if item:
        words = words[len(item[0].strip()) :].lstrip()
    # A command is kept in one line where it fits into one.
    words = KEPT_WHOLE.sub(lambda code: code[0].replace(" ", "\0") if len(code[0]) < WIDTH - 20 else code[0], words)
    rows = textwrap.wrap(
        words, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    for at in range(1, len(rows)):
        if MARK.match(rows[at]):
            before, _, last = rows[at - 1].rpartition(" ")
            rows[at - 1], rows[at] = before, f"{last} {rows[at]}"
    return [(" " * len(indent) if at else indent) + row.replace("\0", " ") for at, row in enumerate(rows)]


def main() -> None:
    """Rewrite, or with --check only look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if something would change")
    parser.add_argument("files", nargs="*", type=Path)
    arguments = parser.parse_args()
    changed = False
    for path in arguments.files or documents():
        text = path.read_text(encoding="utf-8")
        if (new := wrapped(text)) != text:
            changed = True
            sys.stdout.write(f"{path}\n")
            if not arguments.check:
                path.write_text(new, encoding="utf-8")
    sys.exit(1 if arguments.check and changed else 0)


if __name__ == "__main__":
    main()
