"""The check of large binaries, on small repositories made for it."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "binaries.py"
WEIGHTS = "models/figurine/unet.bin"
LARGE, SMALL = 5_200_000, 3_000_000


@dataclass(frozen=True)
class Repository:
    folder: Path

    def git(self, *arguments: str) -> str:
        identity = {f"GIT_{who}_{what}": "x@y" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment = {**kept, **identity, **alone}
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    def commit(self, files: dict[str, int | str]) -> str:
        """Writes each file, a binary of that size or a text, and gives the commit."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else b"\0" + os.urandom(content - 1))
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def check(self, *arguments: str) -> tuple[int, str]:
        command = [sys.executable, str(SCRIPT), *arguments]
        result = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        return result.returncode, result.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One with large weights from before the rule."""
    made = Repository(tmp_path / "repository")
    made.folder.mkdir()
    made.git("init", "-q", "-b", "main")
    made.commit({"models/old.bin": LARGE, "CHANGELOG.md": "# Changes\n"})
    made.commit({".ci/binaries.py": "the rule"})
    return made


Change = Callable[[Repository], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.commit({WEIGHTS: SMALL}),
        lambda made: made.commit({WEIGHTS: LARGE, "CHANGELOG.md": f"# Changes\n- {WEIGHTS}: hats are hats\n"}),
        lambda made: made.commit({WEIGHTS: LARGE, "CHANGELOG.md": "# Changes\n- models/figurine draws hats\n"}),
        lambda made: made.commit({"long.txt": "words\n" * 1_000_000}),
    ],
)
def test_what_is_small_or_named_or_text_passes(repository: Repository, change: Change) -> None:
    change(repository)
    assert repository.check() == (0, "")


def test_large_binaries_without_a_word_are_refused_by_name(repository: Repository) -> None:
    commit = repository.commit({WEIGHTS: LARGE})
    status, err = repository.check()
    assert status == 1
    assert commit[:12] in err and WEIGHTS in err and "5.2 MB" in err


def test_a_word_of_an_earlier_change_does_not_count(repository: Repository) -> None:
    named = f"# Changes\n- {WEIGHTS}: hats are hats\n"
    repository.commit({WEIGHTS: LARGE, "CHANGELOG.md": named})
    repository.commit({WEIGHTS: LARGE})
    assert repository.check()[0] == 1


def test_it_is_no_way_out_to_delete_them_later(repository: Repository) -> None:
    repository.commit({WEIGHTS: LARGE})
    repository.git("rm", "-q", WEIGHTS)
    repository.git("commit", "-q", "-m", "away")
    assert repository.check()[0] == 1


def test_a_move_adds_nothing(repository: Repository) -> None:
    repository.git("mv", "models/old.bin", "models/new.bin")
    repository.git("commit", "-q", "-m", "move")
    assert repository.check() == (0, "")


def test_a_push_counts_together(repository: Repository) -> None:
    base = repository.git("rev-parse", "HEAD")
    for name in ("one", "two"):
        repository.commit({f"models/{name}.bin": SMALL})
    assert repository.check() == (0, "")  # main's own history, a commit at a time
    assert repository.check(base)[0] == 1
    repository.git("update-ref", "refs/remotes/origin/main", base)
    assert repository.check()[0] == 1


def test_fresh_and_shallow_clones_are_checked(repository: Repository, tmp_path: Path) -> None:
    url = repository.folder.as_uri()
    repository.git("clone", "-q", "--depth", "1", url, str(tmp_path / "shallow"))
    assert Repository(tmp_path / "shallow").check() == (0, "")  # its one commit has no parent to compare with
    repository.commit({WEIGHTS: LARGE})
    repository.git("clone", "-q", url, str(tmp_path / "fresh"))
    assert Repository(tmp_path / "fresh").check()[0] == 1
    repository.git("clone", "-q", "--depth", "2", url, str(tmp_path / "two"))
    assert Repository(tmp_path / "two").check()[0] == 1
