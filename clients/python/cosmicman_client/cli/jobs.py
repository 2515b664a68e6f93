"""`cosmicman-client jobs`: hand a generation in, and come back for it."""

import argparse
from pathlib import Path

from cosmicman_client.cli.arguments import add_generation, generation_arguments
from cosmicman_client.client import Client
from cosmicman_client.jobs import Job


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command and its own commands."""
    parser = commands.add_parser("jobs", help="generations that outlive the connection")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    made = actions.add_parser("create", help="hand one in; prints its id")
    made.add_argument("description", nargs="?", default="")
    made.add_argument("--webhook", metavar="URL", help="whom the server tells when it has ended")
    add_generation(made)
    made.set_defaults(run=_create)
    listed = actions.add_parser("list", help="list yours, newest first")
    listed.add_argument("--limit", type=int, default=20)
    listed.add_argument("--status", choices=("queued", "running", "finished", "failed", "cancelled"))
    listed.set_defaults(run=_list)
    for name, run, explanation in (
        ("show", _show, "say how one is"),
        ("cancel", _cancel, "cancel one, queued or running"),
        ("fetch", _fetch, "wait for one and save its pictures"),
    ):
        action = actions.add_parser(name, help=explanation)
        action.add_argument("id")
        action.set_defaults(run=run)
    action.add_argument("-o", "--out", type=Path, default=Path(), metavar="FOLDER")


def _create(client: Client, options: argparse.Namespace) -> int:
    arguments = generation_arguments(options)
    print(client.jobs.create(options.description, webhook=options.webhook, **arguments).id)  # noqa: T201
    return 0


def _list(client: Client, options: argparse.Namespace) -> int:
    for job in client.jobs.page(limit=options.limit, status=options.status).jobs:
        print(_line(job))  # noqa: T201
    return 0


def _show(client: Client, options: argparse.Namespace) -> int:
    print(_line(client.jobs.get(options.id)))  # noqa: T201
    return 0


def _cancel(client: Client, options: argparse.Namespace) -> int:
    print(_line(client.jobs.cancel(options.id)))  # noqa: T201
    return 0


def _fetch(client: Client, options: argparse.Namespace) -> int:
    job = client.jobs.wait(options.id)
    options.out.mkdir(parents=True, exist_ok=True)
    for image in client.jobs.images(job):
        print(image.save(options.out / f"{job.id}-{image.index}"))  # noqa: T201
    return 0


def _line(job: Job) -> str:
    where = {
        "queued": f", {job.position} before it" if job.position is not None else "",
        "running": f", step {job.progress['completed']} of {job.progress['total']}" if job.progress else "",
        "failed": f": {(job.problem or {}).get('detail', '')}",
    }
    return f"{job.id}  {job.created_at}  {job.status}{where.get(job.status, '')}"
