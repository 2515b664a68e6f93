"""Refuses commits that add more than 5 MB of binaries unless they name them in CHANGELOG.md.

A binary is named by a line that the same commit adds to CHANGELOG.md and that holds its path, or a folder of it. With a
base (an argument, or the merge base with origin/main where HEAD is ahead of it) what is unnamed between base and HEAD
counts together, as one push. Without one, as in a fresh clone of main, every commit since this file came counts alone.
It knows git and sizes; it does not know what a weight is worth.
"""

import subprocess
import sys
from pathlib import PurePosixPath

LIMIT_BYTES = 5_000_000
CHANGELOG = "CHANGELOG.md"
THIS_FILE = ".ci/binaries.py"


def git(*arguments: str, check: bool = True) -> str:
    """Output of a git command, "" for one that may fail and does."""
    result = subprocess.run(["git", *arguments], capture_output=True, check=False)
    if result.returncode and check:
        raise SystemExit(f"git {' '.join(arguments)}: {result.stderr.decode(errors='replace').strip()}")
    return "" if result.returncode else result.stdout.decode("utf-8", errors="surrogateescape")


def base_of_push(arguments: list[str]) -> str | None:
    """The commit that a push starts from; None where HEAD is main itself."""
    if arguments:
        return git("rev-parse", "--verify", f"{arguments[0]}^{{commit}}").strip()
    base = git("merge-base", "origin/main", "HEAD", check=False).strip()
    return base if base and base != git("rev-parse", "HEAD").strip() else None


def commits(base: str | None) -> list[str]:
    """What is examined, oldest first; a commit without its parent (the edge of a shallow clone) cannot be."""
    if base is None:
        born = git("log", "--diff-filter=A", "--format=%H", "--", THIS_FILE).split()
        base = born[-1] if born else "HEAD"
    return git("rev-list", "--reverse", "--first-parent", f"{base}..HEAD").split()


def new_binaries(commit: str) -> dict[str, int]:
    """Path and size of each binary file whose content the commit brings; one that was moved is not new."""
    parent = f"{commit}^1"
    changed = git("diff", "--numstat", "--no-renames", "--diff-filter=AM", "-z", parent, commit).split("\0")
    paths = [line.split("\t", 2)[2] for line in changed if line.startswith("-\t-\t")]
    before = {line.split()[2] for line in git("ls-tree", "-r", "-z", parent).split("\0") if line} if paths else set()
    contents = {path: git("rev-parse", f"{commit}:{path}").strip() for path in paths}
    return {path: int(git("cat-file", "-s", blob)) for path, blob in contents.items() if blob not in before}


def added_lines(commit: str) -> str:
    """What the commit adds to the changelog."""
    difference = git("diff", "--unified=0", f"{commit}^1", commit, "--", CHANGELOG).splitlines()
    return "\n".join(line[1:] for line in difference if line.startswith("+") and not line.startswith("+++"))


def unnamed(commit: str) -> dict[str, int]:
    """The new binaries of a commit that it does not name."""
    said = added_lines(commit)
    return {path: size for path, size in new_binaries(commit).items() if not any(name in said for name in names(path))}


def names(path: str) -> list[str]:
    """A path and its folders; a folder at the top says too little."""
    return [path, *(str(folder) for folder in PurePosixPath(path).parents if "/" in str(folder))]


def main(arguments: list[str]) -> int:
    """0 where everything large is named, 1 with what is not."""
    base = base_of_push(arguments)
    each = [(commit, unnamed(commit)) for commit in commits(base)]
    groups = [each] if base is not None else [[one] for one in each]
    status = 0
    for group in groups:
        total = sum(size for _, files in group for size in files.values())
        if total <= LIMIT_BYTES:
            continue
        status = 1
        sys.stderr.write(f"{total / 1e6:.1f} MB of binaries that {CHANGELOG} does not name (5 MB are allowed):\n")
        sys.stderr.writelines(
            f"  {commit[:12]} {path} {size / 1e6:.1f} MB\n" for commit, files in group for path, size in files.items()
        )
        sys.stderr.write(f"Name each file, or its folder, in a line that the same commit adds to {CHANGELOG}.\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
