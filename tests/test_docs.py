"""The documents tell the truth about the tree: paths, links, headings, make targets and commands are there.

It reads every Markdown file that people read, and runs nothing that they name.
"""

import re
import runpy
import shlex
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from server.cli import build_parser

ROOT = Path(__file__).resolve().parent.parent
WRAP = runpy.run_path(str(ROOT / ".ci" / "wrap.py"))
DOCUMENTS: list[Path] = WRAP["documents"]()
# Folders and files at the top of the tree, as a document names them.
OURS = r"(?:server|engine|model_repo|clients|containers|k8s|tests|benchmarks|docs|models|\.ci|\.github)/"
AT_THE_TOP = {
    *("Makefile", "Dockerfile", "compose.yaml", "pyproject.toml", "constraints.txt"),
    *("CHANGELOG.md", "SECURITY.md", "CITATION.cff", "LICENSE"),
}
# What a run leaves behind or a reader makes: documents name it, and the tree does not hold it.
MADE = re.compile(r"models/(?:mine|sdxl|sd15|vilt|clip|cosmicman[\w-]*)\b|benchmarks/\[|\.ci/\.")
CODE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
ROW = r"^\| \[[^]]*\]\(([^)]*)\) \| .* \| ([a-z]+) \| [^|]* \|$"  # of the index of decisions
BLOCK = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def every(documents: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", documents, ids=lambda path: str(path.relative_to(ROOT)))


def prose(text: str) -> str:
    """The text without its blocks of code."""
    return BLOCK.sub("", text)


def anchors(path: Path) -> set[str]:
    """Headings as GitHub names them."""
    headings = re.findall(r"^#+ (.*)$", prose(path.read_text(encoding="utf-8")), flags=re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain}


def paths_named(text: str) -> Iterator[str]:
    """Paths of the tree in code spans and in blocks of code."""
    for code in [*CODE.findall(prose(text)), *BLOCK.findall(text)]:
        for word in re.split(r"[\s,;=\"'()]+", code):
            if re.match(OURS, word) and not MADE.match(word):
                yield word.rstrip(".:").split("#")[0].split("::")[0]
            elif word in AT_THE_TOP:
                yield word


def is_there(path: str) -> bool:
    """Whether a path, or a pattern such as `engine/*.py` or `a/{b,c}.py`, is in the tree."""
    alternatives = re.search(r"\{([^}]*)\}", path)
    if alternatives:
        return all(is_there(path.replace(alternatives[0], name.strip())) for name in alternatives[1].split(","))
    if re.search(r"[*<]|\b[A-Z]{3,}\b", path):  # a pattern, or a placeholder such as models/MODEL
        return "*" not in path or any(ROOT.glob(path))
    return (ROOT / path).exists()


@every(DOCUMENTS)
def test_every_path_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert [path for path in paths_named(text) if not is_there(path)] == []


@every(DOCUMENTS)
def test_every_link_leads_somewhere(document: Path) -> None:
    lost = []
    for link in LINK.findall(prose(document.read_text(encoding="utf-8"))):
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


@every(DOCUMENTS)
def test_every_make_target_is_there(document: Path) -> None:
    rules = re.findall(r"^([\w./$()-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    known = {rule.replace("$(TRITON)", ".triton").replace("$(SERVE)", ".venv-serve") for rule in rules}
    text = document.read_text(encoding="utf-8")
    code = "\n".join([*CODE.findall(prose(text)), *BLOCK.findall(text)])
    assert {name for name in re.findall(r"\bmake +((?:[a-z]|\.\w)[\w./-]*)", code)} - known == set()


def commands(text: str) -> Iterator[list[str]]:
    """Every `cosmicman` command line in a document, with its arguments."""
    blocks = BLOCK.findall(text)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *(" ".join(code.split()) for code in CODE.findall(prose(text)))]:
        found = re.match(r"(?:[A-Z_]+=\S+ )*(?:\S*/)?cosmicman (.*)", line.strip())
        if found:
            yield shlex.split(found[1], comments=True)


def options(parser: ArgumentParser) -> dict[str, set[str]]:
    """The options of each command, those of what it does with its further words included."""
    return {name: set(options_below(command)) for name, command in parts(parser).items()}


def options_below(parser: ArgumentParser) -> Iterator[str]:
    yield from parser._option_string_actions
    for each in parts(parser).values():
        yield from options_below(each)


def parts(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    """The parsers that a word chooses from."""
    found = [action for action in parser._actions if isinstance(action, _SubParsersAction)]
    return dict(found[0].choices) if found else {}


@every(DOCUMENTS)
def test_every_option_of_a_command_is_there(document: Path, cli_parser: ArgumentParser) -> None:
    known = options(cli_parser)
    wrong = []
    for name, *arguments in commands(document.read_text(encoding="utf-8")):
        given = {word.partition("=")[0] for word in arguments if re.match(r"--[a-z]", word)}
        if re.match(r"[a-z]", name) and (name not in known or given - known[name]):
            wrong.append((name, sorted(given - known.get(name, set()))))
    assert wrong == []


@pytest.fixture(scope="module")
def cli_parser() -> ArgumentParser:
    return build_parser()


@every(DOCUMENTS)
def test_prose_is_wrapped(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert WRAP["wrapped"](text) == text, "python .ci/wrap.py wraps it"


def test_readme_fits_on_a_page() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 100


def test_index_lists_every_decision_with_its_title_and_status() -> None:
    folder = ROOT / "docs" / "decisions"
    rows = dict(re.findall(ROW, _read(folder / "README.md"), re.MULTILINE))
    files = {str(path.relative_to(folder)): _read(path) for path in folder.glob("*/*.md")}
    assert set(rows) == set(files)
    for name, text in files.items():
        said = re.search(r"^- Status: ([a-z]+)", text, re.MULTILINE)
        assert said and said[1] == rows[name], name
        assert re.search(r"^- Date: \d+ \w+ \d{4}$", text, re.MULTILINE), name
        title = text.splitlines()[0].removeprefix("# ")
        assert f"[{title}]({name})" in _read(folder / "README.md")


def test_no_document_folder_holds_more_than_fifteen() -> None:
    folders = {path.parent for path in DOCUMENTS}
    assert [folder for folder in folders if len(list(folder.glob("*.md"))) > 15] == []


def test_one_version_everywhere() -> None:
    version = metadata.version("cosmicman-serve")
    citation = yaml.safe_load(_read(ROOT / "CITATION.cff"))
    released = re.findall(r"^## \[(\d[^]]*)\] - (\d{4}-\d\d-\d\d)$", _read(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert citation["version"] == version
    assert released[0] == (version, str(citation["date-released"]))


def test_citation_is_one() -> None:
    citation = yaml.safe_load(_read(ROOT / "CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    paper = citation["preferred-citation"]
    assert {"type", "title", "authors"} <= set(paper)
    assert paper["year"] == 2024 and "2404.01294" in paper["url"]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
