"""Generations that outlive the connection, and the client: `client.jobs`."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

from cosmicman_client._exchange.body import GenerateParams, generate_body
from cosmicman_client._exchange.conversation import Call, Deadline
from cosmicman_client._exchange.endpoints import Endpoint
from cosmicman_client.errors import GenerationFailedError
from cosmicman_client.models import Image, NotThisError, Record, Settings
from cosmicman_client.stream import Stream

if TYPE_CHECKING:
    from cosmicman_client.client import Client

ENDED = ("finished", "failed", "cancelled")
#: Between two looks at a job that one waits for; the server's events would cost a connection each.
LOOK_SECONDS = (0.25, 5.0)


@dataclass(frozen=True, kw_only=True)
class JobImage(Record):
    """A picture of a job that lies on the server."""

    index: int
    seed: int
    media_type: str
    url: str
    image_index: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, kw_only=True)
class Job(Record):
    """How a job is.

    Attributes:
        id: Its name.
        status: queued, running, finished, failed or cancelled.
        seed: Settled when it was accepted.
        position: Jobs before it, while it is queued.
        progress: {"completed", "total"} steps, while it runs.
        settled: What it runs with, once it has started.
        images: Pictures that are ready.
        problem: Why it failed, as the server words it.
    """

    id: str
    status: str
    seed: int = 0
    model: str = ""
    created_at: str = ""
    started_at: str | None = None
    ended_at: str | None = None
    attempts: int = 0
    position: int | None = None
    progress: Mapping[str, int] | None = None
    settled: Settings | None = None
    images: tuple[JobImage, ...] = ()
    timings: Mapping[str, float] | None = None
    problem: Mapping[str, Any] | None = None

    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        if name == "images":
            return tuple(JobImage.read(each) for each in value or ())
        if name == "settled" and value is not None:
            return Settings.read(value)
        return value

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in ENDED

    def checked(self) -> "Job":
        """This job, if it has not failed.

        Raises:
            GenerationFailedError: It has, or was cancelled.
        """
        if self.status in ("failed", "cancelled"):
            problem = self.problem or {"detail": f"the job was {self.status}"}
            status = problem.get("status")
            raise GenerationFailedError(
                problem, status_code=status if isinstance(status, int) else 500, request_id=self.id
            )
        return self


@dataclass(frozen=True, kw_only=True)
class JobPage:
    """Some of the caller's jobs, newest first; `cursor` asks for those after them."""

    jobs: tuple[Job, ...]
    cursor: str | None


def create(description: str, params: GenerateParams, webhook: str | None, key: str | None) -> Endpoint[Job]:
    """POST /jobs."""
    body = generate_body(description, **params)
    if webhook is not None:
        if not isinstance(webhook, str):
            raise TypeError(f"webhook must be a URL as a string; got {type(webhook).__name__}")
        body["webhook"] = {"url": webhook}
    headers = {} if key is None else {"Idempotency-Key": key}
    return Endpoint(call=Call(method="POST", path="/jobs", body=body, headers=headers), read=Job.read)


def get(job_id: str) -> Endpoint[Job]:
    """GET /jobs/{id}."""
    return Endpoint(call=Call(method="GET", path=_path(job_id)), read=Job.read)


def cancel(job_id: str) -> Endpoint[Job]:
    """DELETE /jobs/{id}."""
    return Endpoint(call=Call(method="DELETE", path=_path(job_id)), read=Job.read)


def page(limit: int, status: str | None, cursor: str | None) -> Endpoint[JobPage]:
    """GET /jobs."""
    given = {"limit": str(limit), "status": status, "cursor": cursor}
    query = {name: value for name, value in given.items() if value is not None}
    return Endpoint(call=Call(method="GET", path="/jobs", query=query), read=_read_page)


def events(job_id: str, after: str | None) -> Call:
    """GET /jobs/{id}/events."""
    resumed = {} if after is None else {"Last-Event-ID": after}
    headers = {"Accept": "text/event-stream", **resumed}
    return Call(method="GET", path=_path(job_id) + "/events", headers=headers, stream=True)


def image_call(job_id: str, index: int) -> Call:
    """GET /jobs/{id}/images/{index}."""
    return Call(method="GET", path=f"{_path(job_id)}/images/{index:d}", headers={"Accept": "image/*"})


def image_of(picture: JobImage, data: bytes) -> Image:
    """The picture with its file."""
    return Image(
        data=data,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        seed=picture.seed,
        index=picture.index,
        image_index=picture.image_index,
    )


def looks() -> Iterator[float]:
    """Pauses between looks at a job, growing."""
    pause, longest = LOOK_SECONDS
    while True:
        yield pause
        pause = min(1.5 * pause, longest)


def _path(job_id: str) -> str:
    if re.fullmatch("[A-Za-z0-9_-]+", job_id) is None:
        raise ValueError(f"a job's id is letters, digits, '-' and '_'; got {job_id!r}")
    return f"/jobs/{job_id}"


def _read_page(document: Any) -> JobPage:
    if not isinstance(document, Mapping) or not isinstance(document.get("jobs"), list):
        raise NotThisError("expected an object with jobs")
    return JobPage(jobs=tuple(Job.read(each) for each in document["jobs"]), cursor=document.get("cursor"))


class Jobs:
    """`Client.jobs`."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def create(
        self,
        description: str = "",
        *,
        webhook: str | None = None,
        idempotency_key: str | None = None,
        **params: Unpack[GenerateParams],
    ) -> Job:
        """Hands a generation in; it is done even if this process, or the server's, ends.

        Args:
            description: As of `Client.generate`, and so are `params`.
            webhook: Whom the server tells when it has ended.
            idempotency_key: A name for this very job; the same one never makes two.
        """
        return self._client._do(create(description, params, webhook, idempotency_key))

    def get(self, job_id: str) -> Job:
        """How a job is."""
        return self._client._do(get(job_id))

    def cancel(self, job_id: str) -> Job:
        """Cancels a job, queued or running; one that has ended stays as it is."""
        return self._client._do(cancel(job_id))

    def page(self, *, limit: int = 20, status: str | None = None, cursor: str | None = None) -> JobPage:
        """Some of one's jobs, newest first."""
        return self._client._do(page(limit, status, cursor))

    def __iter__(self) -> Iterator[Job]:
        """All of one's jobs, newest first, fetched as they are needed."""
        cursor: str | None = None
        while True:
            found = self.page(limit=100, cursor=cursor)
            yield from found.jobs
            cursor = found.cursor
            if cursor is None:
                return

    def events(self, job_id: str, *, after: str | None = None) -> Stream:
        """What happens to a job, from its beginning or after the event with an id; ends with the job."""
        return Stream(self._client._events(events(job_id, after)))

    def wait(self, job_id: str, *, deadline: float | None = None) -> Job:
        """The job once it has ended well.

        Raises:
            GenerationFailedError: It failed or was cancelled.
            DeadlineExceededError: It has not ended in `deadline` seconds; it goes on.
        """
        return _wait(lambda: self.get(job_id), deadline, time.sleep)

    def images(self, job: Job) -> tuple[Image, ...]:
        """The pictures of a job that are ready, with their files."""
        found = []
        for picture in job.images:
            response, _ = self._client._exchange(image_call(job.id, picture.index))
            found.append(image_of(picture, response.content))
        return tuple(found)


def _wait(look: Callable[[], Job], deadline: float | None, sleep: Callable[[float], None]) -> Job:
    limit = Deadline(deadline)
    for pause in looks():
        job = look()
        if job.ended:
            return job.checked()
        left = limit.remaining()
        sleep(pause if left is None else min(pause, left))
    raise AssertionError("looks never end")
