"""The load test measures what it says: whom it may load, what counts as drawn, when a server is saturated."""

import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clients.loadtest import report, saturation
from clients.loadtest.__main__ import main
from clients.loadtest.capacity import Costs, Load, replicas_for
from clients.loadtest.descriptions import describe
from clients.loadtest.samples import DRAWN, FAILED, SHED, Run, Sample
from clients.loadtest.scenarios import SCENARIOS
from clients.loadtest.target import NotYoursError, check_target
from tests.clients.conftest import Scripted, http


def sample(due: float, seconds: float, outcome: str = DRAWN, *, told: bool = True) -> Sample:
    status = {DRAWN: 200, SHED: 503, FAILED: 500}[outcome]
    return Sample(due=due, sent=due, first=due, done=due + seconds, outcome=outcome, status=status, told=told)


def test_only_this_machine_is_loaded_unless_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_target("http://127.0.0.1:8000/", owned=False) == "http://127.0.0.1:8000"
    assert check_target("http://[::1]:8000", owned=False)
    assert check_target("http://192.0.2.1", owned=True)
    for other in ("http://192.0.2.1", "http://0.0.0.0:8000", "http://10.0.0.7:8000"):
        with pytest.raises(NotYoursError, match="--i-own-this-host"):
            check_target(other, owned=False)
    assert main(["run", "--url", "http://192.0.2.1:8000"]) == 2
    assert "is not this machine" in capsys.readouterr().err


def test_descriptions_are_dense_and_repeatable() -> None:
    texts = [describe(seed) for seed in range(200)]
    assert texts == [describe(seed) for seed in range(200)]
    assert len(set(texts)) == 200
    assert all(20 <= len(text.split()) <= 80 and "{" not in text for text in texts)


def test_a_steady_server_is_not_saturated_and_a_growing_queue_is() -> None:
    chance = random.Random(0)
    steady = [sample(n / 4, 0.5 + chance.random()) for n in range(120)]
    growing = [sample(n / 4, 0.5 + chance.random() + n / 20) for n in range(120)]
    assert not saturation.level(steady, 4, 30).saturated
    assert saturation.level(growing, 4, 30).saturated
    refusing = [sample(n / 4, 0.5, SHED if n % 5 == 0 else DRAWN) for n in range(120)]
    assert saturation.level(refusing, 4, 30).saturated


def test_regression_is_the_textbooks() -> None:
    x, y = [0, 1, 2, 3, 4], [1.0, 2.9, 5.1, 7.0, 9.0]
    coefficients, covariance = np.polyfit(x, y, 1, cov=True)
    assert saturation.regression(x, y) == pytest.approx((coefficients[0], np.sqrt(covariance[0, 0])))
    assert saturation.regression([1, 1, 1, 1], [1, 2, 3, 4]) == (0.0, math.inf)


async def test_levels_end_with_the_first_that_is_saturated() -> None:
    async def run(rate: float) -> list[Sample]:
        return [sample(n / rate, 0.5 if rate < 2 else n) for n in range(40)]

    levels = await saturation.find(run, 1.0, 30)
    assert [each.saturated for each in levels] == [False, False, False, True]
    assert [round(each.numbers.requested_rate, 3) for each in levels] == [1.0, 1.3, 1.69, 2.197]


def test_promises_are_judged_by_what_was_measured() -> None:
    slo = SCENARIOS["interactive"].slo
    good = Run(
        scenario="interactive", rate=4, seconds=30, model="m 1", started_at="now",
        samples=tuple(sample(n / 4, 0.4) for n in range(120)),
    )  # fmt: skip
    assert all(each.kept for each in report.verdicts(good.numbers, slo))
    bad = replace(
        good, samples=(*good.samples[:100], *(sample(n, 1, FAILED) for n in range(5)), sample(0, 1, SHED, told=False))
    )
    broken = [each.words for each in report.verdicts(bad.numbers, slo) if not each.kept]
    assert broken == ["every refusal says when to come back", "at most 0% failed"]
    nothing = replace(good, samples=(sample(0, 1, FAILED),))
    assert not report.verdicts(nothing.numbers, slo)[0].kept
    assert "broken" in report.page(bad, good) and "+" in report.page(bad, good)


def test_run_leaves_samples_and_a_page(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "--url", url, "--scenario", "overload", "--rate", "2", "--seconds", "3", "--out", str(tmp_path)]
    assert main(arguments) in (0, 1)
    assert "answered with pictures a second" in capsys.readouterr().out
    run = Run.load(tmp_path / "run.jsonl")
    assert run.numbers.drawn > 0 and run.numbers.failed == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<circle") == len(run.samples) and "<script" not in page
    out = tmp_path / "compared.html"
    assert main(["compare", str(tmp_path / "run.jsonl"), str(tmp_path / "run.jsonl"), "--out", str(out)]) == 0
    assert "+0%" in out.read_text(encoding="utf-8")
    (tmp_path / "broken.jsonl").write_text("{}\n")
    assert main(["compare", str(tmp_path / "broken.jsonl"), str(tmp_path / "run.jsonl")]) == 2
    assert "is no run of this load test" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("run --url http://127.0.0.1:9 --seconds 1", "nobody answers at http://127.0.0.1:9/model"),
        ("run --url {url} --seconds 0.001 --rate 0.001", "no request was due"),
        ("run --url {url} --out {file}/out", "cannot write to"),
        ("run --url {url}/healthz", "/healthz/model answered 404: "),
        ("capacity --url {url}/healthz --rate 1 --p95 10", "answered 404"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: str, words: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()
    assert main(arguments.format(url=url, file=file).split()) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("loadtest: ") and words in said


@pytest.mark.parametrize(
    "arguments",
    [
        "run --rate 0",
        "run --seconds inf",
        "run --rate many",
        "saturate --first-rate nan",
        "saturate --seconds -1",
        "capacity --rate 1 --p95 0",
        "capacity --rate 1 --p95 1 --steps 0",
    ],
)
def test_numbers_are_above_zero(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments.split())
    assert ended.value.code == 2
    assert "expected a" in capsys.readouterr().err


def test_another_server_and_a_missing_key_are_told(
    scripted: Callable[..., Scripted], capsys: pytest.CaptureFixture[str]
) -> None:
    server = scripted(http("401 Unauthorized", b'{"detail": "A key is needed."}'), http("200 OK", b"[1, 2]"))
    for words in ("A key is needed. (the key is read from COSMICMAN_API_KEY)", "tells of no model"):
        assert main(["run", "--url", server.url]) == 2
        assert words in capsys.readouterr().err


def test_a_rate_beyond_every_number_of_replicas_is_told() -> None:
    costs = Costs(text=0.1, decode=0.1, forward={2: 0.1})
    with pytest.raises(ValueError, match="4 replicas are too few for 1000 requests a second"):
        replicas_for(costs, Load(rate=1000, steps=2), 1.0, most=4)
