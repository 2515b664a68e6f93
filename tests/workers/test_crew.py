"""Tests in several processes: each runs once, a file stays in one of them, and one that ends takes one test with it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
import os, pathlib, pytest
from tests.workers.crew import pytest_addoption, runtestloop
from tests.workers.once import folder_once

@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    return runtestloop(session)

@pytest.fixture(scope="session", autouse=True)
def ending():
    yield
    pathlib.Path(f"ended-{os.getpid()}").touch()

@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    return folder_once(tmp_path_factory, "shared", lambda folder: (folder / str(os.getpid())).touch())
"""
FILE = """
import os, pytest

def test_one(shared):
    assert len(list(shared.iterdir())) == 1
    open(f"by-{os.getpid()}", "a").write(__name__ + "\\n")

def test_two(tmp_path, capfd):
    open(f"by-{os.getpid()}", "a").write(__name__ + "\\n")
    print("seen")
    assert capfd.readouterr().out == "seen\\n"

def test_skipped():
    pytest.skip("a reason")
"""
FAULTS = """
import os, pytest, time

def test_wrong():
    print("said before")
    assert 1 == 2

def test_deadly():
    os._exit(3)

def test_after():
    pass

@pytest.mark.timeout(0.5)
def test_endless():
    time.sleep(60)
"""


@pytest.fixture
def outcome(tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    for name in ("a", "b", "c"):
        (tmp_path / f"test_{name}.py").write_text(FILE, encoding="utf-8")
    (tmp_path / "test_faults.py").write_text(FAULTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--processes", "2", "-ra", "--rootdir", "."]
    environment = {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "PATH": ""}
    return subprocess.run(
        [*command, "-p", "no:hypothesispytest", "-p", "no:schemathesis"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_run_once_and_what_ends_a_process_is_named(
    outcome: "subprocess.CompletedProcess[str]", tmp_path: Path
) -> None:
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert re.search(r"3 failed, 7 passed, 3 skipped in ", outcome.stdout), outcome.stdout
    assert "Timeout (>0.5s)" in outcome.stdout
    assert outcome.stdout.count("SKIPPED [1]") == 3 and "a reason" in outcome.stdout
    assert "said before" in outcome.stdout and "assert 1 == 2" in outcome.stdout
    assert re.search(r"gw\d: the process of tests ended while it ran test_faults.py::test_deadly", outcome.stdout)
    files = [path.read_text(encoding="utf-8").split() for path in tmp_path.glob("by-*")]
    assert sorted(name for each in files for name in set(each)) == ["test_a", "test_b", "test_c"]
    assert len(list(tmp_path.glob("ended-*"))) == 2  # of three processes one could not
