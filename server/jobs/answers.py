"""A job as it is told of: to its owner, and, with nothing of what it draws, to the receiver of its webhook."""

import json
from datetime import UTC, datetime
from typing import Any

from server.jobs.paths import events_path, job_path, picture_path
from server.jobs.record import ENDED, Job
from server.schemas.generate import Settled, TimingsAnswer
from server.schemas.jobs import (
    JobAccepted,
    JobAnswer,
    JobLinks,
    JobPicture,
    JobProgress,
    JobWebhook,
    WebhookData,
    WebhookLinks,
    WebhookMessage,
)
from server.schemas.problem import Problem


def accepted(job: Job, root_path: str) -> JobAccepted:
    return JobAccepted(
        id=job.id,
        status="queued",
        model=job.model,
        seed=json.loads(job.body)["seed"],
        created_at=written(job.created),
        links=_links(job, root_path),
    )


def answer(job: Job, root_path: str, position: int | None = None) -> JobAnswer:
    notes = _notes(job)
    running = job.state != "queued"
    return JobAnswer(
        id=job.id,
        status=job.state,
        model=job.model,
        seed=json.loads(job.body)["seed"],
        created_at=written(job.created),
        started_at=None if job.started is None else written(job.started),
        ended_at=None if job.ended is None else written(job.ended),
        attempts=job.attempts,
        cancel_requested=job.cancel and job.state == "running",
        position=position if job.state == "queued" else None,
        progress=JobProgress(completed=notes["completed"], total=notes["total"])
        if running and "total" in notes
        else None,
        settled=Settled(**notes["settled"]) if running and "settled" in notes else None,
        images=_pictures(job, notes, root_path),
        timings=TimingsAnswer(**notes["timings"]) if "timings" in notes else None,
        problem=Problem(**notes["problem"]) if "problem" in notes else None,
        webhook=JobWebhook(url=job.webhook, outcome=notes.get("webhook", "waiting")) if job.webhook else None,
        links=_links(job, root_path),
    )


def webhook_message(job: Job, root_path: str) -> dict[str, Any]:
    assert job.state in ENDED and job.ended is not None
    notes = _notes(job)
    problem = Problem(**notes["problem"]) if "problem" in notes else None
    pictures = [picture.url for picture in _pictures(job, notes, root_path)]
    data = WebhookData(
        id=job.id,
        status=job.state,
        model=job.model,
        created_at=written(job.created),
        ended_at=written(job.ended),
        attempts=job.attempts,
        # What was wrong with the words of a request may quote them.
        problem=problem
        and Problem(type=problem.type, title=problem.title, status=problem.status, detail=problem.title),
        links=WebhookLinks(**_links(job, root_path).model_dump(), images=pictures),
    )
    message = WebhookMessage(type=f"job.{job.state}", timestamp=written(job.ended), data=data)
    return message.model_dump(mode="json", exclude_none=True)


def written(seconds: float) -> str:
    """Seconds since 1970 as RFC 3339 has them."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _notes(job: Job) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in job.notes.items()}


def _links(job: Job, root_path: str) -> JobLinks:
    return JobLinks(self=job_path(root_path, job.id), events=events_path(root_path, job.id))


def _pictures(job: Job, notes: dict[str, Any], root_path: str) -> list[JobPicture]:
    """Those that can be fetched: of a job that did not finish, those it had by then."""
    if job.state == "queued":
        return []
    return [
        JobPicture(**each, url=picture_path(root_path, job.id, each["index"])) for each in notes.get("pictures", ())
    ]
