"""Ask a running server as people and programs do. Status 0 if every promise was kept, 1 if one was not, 2 on errors."""

import argparse
import asyncio
import math
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx

from clients.loadtest import report, saturation
from clients.loadtest.capacity import Costs, Load, replicas_for
from clients.loadtest.capacity import table as capacity_table
from clients.loadtest.files import writable, write
from clients.loadtest.open_loop import Driver
from clients.loadtest.samples import Run, Sample
from clients.loadtest.scenarios import SCENARIOS
from clients.loadtest.target import check_target

KEY_VARIABLE = "COSMICMAN_API_KEY"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (ValueError, OSError, httpx.HTTPError) as error:
        sys.stderr.write(f"loadtest: {_words(error)}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("loadtest: interrupted; nothing was written\n")
        return 130
    return status


def _words(error: Exception) -> str:
    """What happened; of HTTP what the server said, and what to do about keys."""
    if isinstance(error, httpx.HTTPStatusError):
        answer = error.response
        try:
            detail = str(answer.json()["detail"])
        except (ValueError, KeyError, TypeError):
            detail = answer.reason_phrase
        key = f" (the key is read from {KEY_VARIABLE})" if answer.status_code in (401, 403) else ""
        return f"{error.request.url} answered {answer.status_code}: {detail}{key}"
    if isinstance(error, httpx.TransportError):
        return f"nobody answers at {error.request.url}: {str(error) or type(error).__name__}"
    return str(error)


def _path(text: str) -> Path:
    return Path(os.path.expanduser(text))


def _above_zero(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
    return number


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m clients.loadtest", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="one scenario at one rate; leaves run.jsonl and report.html")
    run.add_argument("--rate", type=_above_zero, default=1.0, help="arrivals a second (%(default)s)")
    run.add_argument("--seconds", type=_above_zero, default=60.0, help="of arrivals (%(default)s)")
    run.set_defaults(run=_run)
    saturate = commands.add_parser("saturate", help="raise the rate until latency goes on rising")
    saturate.add_argument(
        "--first-rate", type=_above_zero, default=0.5, metavar="RATE", help="arrivals a second (%(default)s)"
    )
    saturate.add_argument("--seconds", type=_above_zero, default=30.0, help="of each rate (%(default)s)")
    saturate.set_defaults(run=_saturate)
    for command in (run, saturate):
        command.add_argument("--url", default="http://127.0.0.1:8000", help="the server (%(default)s)")
        command.add_argument(
            "--scenario", choices=SCENARIOS, default="interactive", help="who asks, and what was promised (%(default)s)"
        )
        command.add_argument("--i-own-this-host", action="store_true", help="allow a host that is not this machine")
    run.add_argument(
        "--out", type=_path, default=Path("out/loadtest"), metavar="FOLDER", help="of both files (%(default)s)"
    )
    capacity = commands.add_parser("capacity", help="replicas for a rate, from the costs that a server has measured")
    capacity.add_argument(
        "--url", default="http://127.0.0.1:8000", help="where /metrics is read; nothing is drawn (%(default)s)"
    )
    capacity.add_argument("--rate", type=_above_zero, required=True, help="requests a second, of all replicas together")
    capacity.add_argument(
        "--p95", type=_above_zero, required=True, metavar="SECONDS", help="within which 95 of 100 must be"
    )
    capacity.add_argument("--steps", type=_at_least_one, default=20, help="of a request (%(default)s)")
    capacity.add_argument("--bucket", help="latent width x height x text tokens; the one that was measured most")
    capacity.set_defaults(run=_capacity)
    compare = commands.add_parser("compare", help="two runs of one scenario on one page")
    compare.add_argument("before", type=_path, metavar="BEFORE", help="run.jsonl of the first")
    compare.add_argument("after", type=_path, metavar="AFTER", help="run.jsonl of the second")
    compare.add_argument(
        "--out", type=_path, default=Path("out/loadtest/compared.html"), metavar="FILE", help="the page (%(default)s)"
    )
    compare.set_defaults(run=_compare)
    return parser


def _headers() -> dict[str, str]:
    key = os.environ.get(KEY_VARIABLE)
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def _run(options: argparse.Namespace) -> int:
    url = check_target(options.url, owned=options.i_own_this_host)
    writable(options.out)
    sys.stderr.write(f"{options.scenario}: {options.rate:g} a second for {options.seconds:g} s, to {url}\n")
    run = asyncio.run(_one(url, options))
    if not run.samples:
        raise ValueError(f"no request was due in {options.seconds:g} s at {options.rate:g} a second; raise one of them")
    run.save(options.out / "run.jsonl")
    write(options.out / "report.html", report.page(run))
    kept = True
    for words, shown in report.ROWS:
        sys.stdout.write(f"{words:45} {shown(run.numbers)}\n")
    for verdict in report.verdicts(run.numbers, SCENARIOS[run.scenario].slo):
        kept &= verdict.kept
        sys.stdout.write(f"{'kept' if verdict.kept else 'BROKEN':7} {verdict.words}: {verdict.measured}\n")
    sys.stdout.write(f"{options.out / 'report.html'}\n")
    return 0 if kept else 1


async def _one(url: str, options: argparse.Namespace) -> Run:
    started_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    async with Driver(url, _headers()) as driver:
        model = await driver.model()
        samples = await driver.run(SCENARIOS[options.scenario], options.rate, options.seconds, model)
    return Run(
        scenario=options.scenario,
        rate=options.rate,
        seconds=options.seconds,
        model=f"{model['name']} {model['version']}",
        started_at=started_at,
        samples=tuple(samples),
    )


def _saturate(options: argparse.Namespace) -> int:
    url = check_target(options.url, owned=options.i_own_this_host)
    sys.stdout.write("rate/s  goodput/s   p50 s   p95 s  sent late  latency rises by\n")
    levels = asyncio.run(_levels(url, options))
    stable = [each for each in levels if not each.saturated]
    if stable:
        sys.stdout.write(f"the highest rate that it keeps up with: {stable[-1].numbers.requested_rate:.2f} a second\n")
    else:
        sys.stdout.write("it does not keep up with the first rate\n")
    return 0


async def _levels(url: str, options: argparse.Namespace) -> list[saturation.Level]:
    async with Driver(url, _headers()) as driver:
        model = await driver.model()
        run = partial(driver.run, SCENARIOS[options.scenario], seconds=options.seconds, model=model)

        async def shown(rate: float) -> list[Sample]:
            samples = await run(rate)
            found = saturation.level(samples, rate, options.seconds)
            sys.stdout.write(
                f"{rate:6.2f} {found.numbers.goodput:10.2f} {found.numbers.p50:7.2f} {found.numbers.p95:7.2f} "
                f"{1000 * found.numbers.delay_p99:7.0f} ms  {found.slope * options.seconds:+.2f} s"
                f"{' saturated' if found.saturated else ''}\n"
            )
            sys.stdout.flush()
            return samples

        return await saturation.find(shown, options.first_rate, options.seconds)


def _capacity(options: argparse.Namespace) -> int:
    answer = httpx.get(f"{options.url.rstrip('/')}/metrics", headers=_headers(), timeout=10)
    answer.raise_for_status()
    costs = Costs.read(answer.text, options.bucket)
    load = Load(rate=options.rate, steps=options.steps)
    needed = replicas_for(costs, load, options.p95)
    sys.stdout.write(f"{capacity_table(costs, load, sorted({max(1, needed - 1), needed, needed + 1}))}\n")
    keep = "1 replica keeps" if needed == 1 else f"{needed} replicas keep"
    sys.stdout.write(f"{keep} 95 of 100 within {options.p95:g} s at {options.rate:g} requests a second\n")
    return 0


def _compare(options: argparse.Namespace) -> int:
    before, after = Run.load(options.before), Run.load(options.after)
    if before.scenario != after.scenario:
        raise ValueError(f"both runs must be of one scenario; got {before.scenario} and {after.scenario}")
    writable(options.out.parent)
    write(options.out, report.page(after, before))
    sys.stdout.write(f"{options.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
