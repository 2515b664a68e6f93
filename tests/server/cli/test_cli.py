"""What all commands share: help, version, one line for a mistake, quiet ends."""

import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from engine import __version__
from server.cli import COMMANDS, build_parser, main

NAMES = [command.__name__.rpartition(".")[2].replace("_", "-") for command in COMMANDS]


def test_help_names_every_command(cosmicman) -> None:
    outcome = cosmicman("--help")
    assert outcome.status == 0
    assert [name for name in NAMES if f"\n    {name}" not in outcome.out] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        build_parser().parse_args([name, "--help"])
    assert stopped.value.code == 0
    assert f"examples:\n  cosmicman {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("generate", "a woman", "--out=~/x"), "out"),
        (("serve", "--state=~/x"), "state"),
        (("export", "~/x", "--out", "y"), "checkpoint"),
        (("export", "a/b", "--out", "y", "--control", "pose=~/x"), "control"),
        (("export", "a/b", "--out", "y", "--lora=~/x=0.5"), "lora"),
        (("parse", "--jsonl=~/x"), "jsonl"),
        (("annotate", "filter", "--pool=~/x"), "pool"),
    ],
)
def test_a_tilde_in_a_path_is_the_home_folder(
    arguments: tuple[str, ...], name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No shell sees to `--out=~/x`, or to what is quoted; a folder called ~ would be made."""
    monkeypatch.setenv("HOME", str(tmp_path))
    options, _ = build_parser().parse_known_args(arguments)
    assert str(tmp_path / "x") in str(getattr(options, name)) and "~" not in str(getattr(options, name))


def test_a_home_of_nobody_is_said(refused) -> None:
    message = refused("generate", "a woman", "--out=~nobody-of-this-name/x")
    assert (
        "--out: expected a path, and '~nobody-of-this-name/x' begins with ~ and a name that nobody here has" in message
    )


def test_version_is_that_of_the_package(cosmicman) -> None:
    outcome = cosmicman("--version")
    assert (outcome.status, outcome.out) == (0, f"cosmicman {__version__}\n")


def test_console_script_is_the_same_command() -> None:
    (script,) = metadata.entry_points(group="console_scripts", name="cosmicman")
    assert script.value == "server.cli:main"


def test_no_command_is_refused(refused) -> None:
    assert "COMMAND" in refused()


def test_unknown_command_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["paint"])
    (line,) = capsys.readouterr().err.splitlines()
    assert stopped.value.code == 2
    assert all(f"'{name}'" in line for name in ["paint", *NAMES])


@pytest.mark.parametrize("arguments", ["--port 9000 serve", "--port=9000 serve", "annotate --pool x filter"])
def test_an_option_before_its_command_is_told_where_it_belongs(arguments: str, refused) -> None:
    message = refused(*arguments.split())
    assert "itself has no option --po" in message and "come after its name" in message


def test_option_names_are_not_guessed(refused) -> None:
    assert "--js" in refused("parse", "a red hat", "--js")


def start_parsing(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """The command as a terminal starts it: a suite that runs in the background inherits that SIGINT is ignored."""
    command = [sys.executable, "-u", "-m", "server.cli", "parse", "--jsonl", "-"]
    pipe = subprocess.PIPE

    def heed_interrupts() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, preexec_fn=heed_interrupts)


def test_interrupt_ends_without_a_traceback(environment: dict[str, str]) -> None:
    with start_parsing(environment) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(b'{"id": 1, "text": "a red hat"}\n')
        process.stdin.flush()
        assert process.stdout.readline()  # the command is at work and waits for more
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr.read() == b""


def test_reader_that_leaves_early_is_no_error(environment: dict[str, str]) -> None:
    process = start_parsing(environment)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(b'{"id": 1, "text": "a red hat"}\n')
    assert (process.returncode, errors) == (141, b"")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("serve", "--prot", "9"), "cosmicman serve: unknown argument '--prot 9'; did you mean --port?"),
        (("serve", "extra"), "cosmicman serve: unknown argument 'extra'; see cosmicman serve --help"),
        (("keys", "add", "--key", "x", "y"), "cosmicman keys: unknown argument '--key y'; did you mean --keys?"),
        (
            ("parse", "a", "woman in", "a hat"),
            "cosmicman parse: the description must be one argument, so put it in quotes; "
            "'woman in a hat' came after it",
        ),
    ],
)
def test_an_argument_that_is_none_is_told_with_what_was_meant(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"{said}\n"
