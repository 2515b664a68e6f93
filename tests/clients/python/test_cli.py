"""`cosmicman-client` as a shell sees it: output, status, and a batch that goes on where it ended."""

import json
from pathlib import Path

import pytest

from cosmicman_client.cli import main


@pytest.fixture(autouse=True)
def _environment(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COSMICMAN_BASE_URL", url)
    monkeypatch.chdir(tmp_path)


def test_generate_saves_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["a red dress", "--steps", "2", "--seed", "7", "--num-images", "2", "--weight", "dress=1.2", "-q"]
    arguments += ["--lora", "pencil=0.5"]
    assert main(["generate", *arguments, "--out", "dress"]) == 0
    said = capsys.readouterr()
    assert said.out.split() == ["dress-0.png", "dress-1.png"]
    assert said.err == "seed 7\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dress-0.png", "dress-1.png"]


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No shell sees to `--out=~/x`."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    assert main(["generate", "a red dress", "--steps", "2", "-q", "--out=~/dress"]) == 0
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["dress.png"]


def test_generate_writes_where_words_were_heeded(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["a woman, a red dress", "--steps", "2", "--seed", "7", "-q", "--attention", "maps"]
    assert main(["generate", *arguments, "--out", "dress"]) == 0
    assert capsys.readouterr().out.split() == ["dress.png", "maps/dress-person.png", "maps/dress-dress.png"]


def test_parse_prints_a_line_for_each_phrase(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "long red hair, a green coat"]) == 0
    assert capsys.readouterr().out.splitlines() == ["hair       long red hair", "outerwear  a green coat"]
    assert main(["parse", "--json", "long red hair"]) == 0
    assert json.loads(capsys.readouterr().out)["groups"][0]["group"] == "hair"


def test_refusals_are_lines_and_a_status(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["generate", "x", "--steps", "9999", "--width", "131", "-q"]) == 1
    said = capsys.readouterr().err
    assert "got width 131" in said and "steps must be" in said and "Traceback" not in said
    assert main(["generate", "x", "--weight", "hair"]) == 2
    assert "--weight must be GROUP=" in capsys.readouterr().err
    assert main(["generate", "x", "--lora", "pencil=much"]) == 2
    assert "--lora must be NAME=NUMBER; got pencil=much" in capsys.readouterr().err
    monkeypatch.setenv("COSMICMAN_BASE_URL", "http://127.0.0.1:9")
    assert main(["--max-retries", "0", "parse", "x"]) == 3
    monkeypatch.setenv("COSMICMAN_BASE_URL", "nonsense")
    assert main(["parse", "x"]) == 2


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1", "1e30"])
@pytest.mark.parametrize("option", ["--timeout", "--deadline"])
def test_seconds_are_above_zero_and_within_a_year(
    option: str, seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([option, seconds, "parse", "x"]) == 2
    assert f"{option[2:]} must be more than 0 and at most 31622400 seconds" in capsys.readouterr().err


def test_an_option_that_is_none_is_not_taken_for_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--url", "http://127.0.0.1:9", "parse", "x"])
    assert "cosmicman-client itself has no option --url" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", "nope.csv", "out"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "cosmicman-client: nope.csv: No such file or directory"


def test_batch_goes_on_where_it_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = Path("rows.csv")
    rows.write_text("description,steps,seed\na red dress,2,1\na green coat,2,\na green coat,2,\n", encoding="utf-8")
    assert main(["batch", str(rows), "out", "-q", "--concurrency", "2"]) == 0
    pictures = {path.name: path.read_bytes() for path in Path("out").glob("*.png")}
    assert sorted(pictures) == ["000000-0.png", "000001-0.png", "000002-0.png"]
    assert pictures["000001-0.png"] != pictures["000002-0.png"]  # no seed was asked for
    Path("out/000001-0.png").unlink()
    with Path("out/results.jsonl").open("a") as results:
        results.write('{"row": "cut o')
    capsys.readouterr()
    assert main(["batch", str(rows), "out", "-q"]) == 0
    assert "3 rows, 2 of them done before" in capsys.readouterr().err
    assert Path("out/000000-0.png").read_bytes() == pictures["000000-0.png"]
    assert Path("out/000001-0.png").exists()


def test_batch_says_which_row_failed(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Path("rows.jsonl")
    rows.write_text('"a red dress"\n{"description": "x", "steps": 9999}\n', encoding="utf-8")
    assert main(["batch", str(rows), "out", "-q"]) == 1
    said = capsys.readouterr().err
    assert "row 1: steps must be" in said and "1 drawn, 1 failed" in said


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "text\nx\n", "one of them description"),
        ("a.csv", "description,size\nx,1\n", "no such columns: size"),
        ("a.csv", "description,steps\nx,many\n", "line 2: steps must be a number; got 'many'"),
        ("a.csv", "description,steps\nx\n", "line 2: has more or fewer cells"),
        ("a.jsonl", "{\n", "a.jsonl, line 1: no JSON"),
        ("a.jsonl", "7\n", "line 1: must be a string, or an object"),
        ("a.txt", "x", "must be a .csv or .jsonl file"),
    ],
)
def test_input_that_is_none_is_named(name: str, text: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).write_text(text, encoding="utf-8")
    assert main(["batch", name, "out", "-q"]) == 2
    assert words in capsys.readouterr().err
