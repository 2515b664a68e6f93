"""POST /jobs and what follows it: a generation that is answered 202, and is watched, fetched and cancelled later."""

import re
from collections.abc import Mapping
from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.gateway import Gateway, gateway_of
from server.generation.second_reading import second_reading
from server.http import problems
from server.http.caller import caller_of
from server.http.json_body import Reading, read_body
from server.http.problems import Kind, ProblemError
from server.http.repeats import read_key
from server.jobs.answers import accepted, answer
from server.jobs.paths import job_path
from server.jobs.queries import last_event, no_such_job, page
from server.jobs.record import ENDED, Job, is_id
from server.jobs.requests import judged, new_job
from server.jobs.service import Jobs, jobs_of
from server.jobs.store import KeyUsedError, LineFullError, StorageFullError, StoreError
from server.jobs.stream import MEDIA_TYPE as EVENT_STREAM
from server.jobs.stream import JobEvents
from server.jobs.webhook.address import AddressError, read_url, resolve
from server.openapi import examples_jobs as examples
from server.openapi.describe import ANYWHERE, BODY_REFUSALS, OVER_QUOTA, gives, json_of, refuses, repeatable, takes
from server.schemas.base import Answer
from server.schemas.jobs import JobAccepted, JobAnswer, JobBody, JobList, Status

JSON = "application/json"
NO_STORE = {"Cache-Control": "no-store"}
#: Why a job may not ask for what no picture's file holds.
_NOT_KEPT = {
    "preview_every": "preview_every is for streams of POST /generate; previews of a job are not kept",
    "attention": "attention is for answers of POST /generate; a job keeps its pictures alone",
}
#: What a store that does not answer, or a full line, asks of clients.
RETRY_SECONDS = 5

NUMBER = re.compile(r"[0-9]{1,4}")
IMAGES = ("png", "webp", "jpeg")

router = APIRouter()

_DOWN: dict[Kind, tuple[str, str | None]] = {
    problems.JOBS_UNAVAILABLE: ("The store of jobs cannot be used now: Redis does not answer in time.", None)
}
_UNKNOWN: dict[Kind, tuple[str, str | None]] = {problems.NOT_FOUND: (str(no_such_job()), None)}
_REFUSALS: dict[Kind, tuple[str, str | None]] = {
    problems.INVALID_REQUEST: ("webhook must lead to a public address", "webhook"),
    problems.IDEMPOTENCY_MISMATCH: ("The Idempotency-Key belongs to job 6f0e2c5f, which has another body.", None),
    problems.BUSY: ("1000 jobs are waiting, which is the limit.", None),
    problems.STORAGE_FULL: ("There is no room to keep the job; nothing was accepted.", None),
}


def _parameter(name: str, where: str, description: str, schema: dict[str, object], **more: object) -> dict[str, object]:
    return {"name": name, "in": where, "description": description, "schema": schema, **more}


_LAST_EVENT = _parameter(
    "Last-Event-ID", "header", "Number of the last event that the client has.", {"type": "integer", "minimum": 0}
)
_JOB = _parameter("job_id", "path", "Of the job.", {"type": "string"}, required=True, example=examples.ID)
_INDEX = _parameter(
    "index", "path", "Which picture of the job.", {"type": "integer", "minimum": 0}, required=True, example=0
)
_QUERY = [
    _parameter("limit", "query", "Most to tell of.", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
    _parameter("status", "query", "Only these.", {"type": "string", "enum": list(get_args(Status))}),
    _parameter("cursor", "query", "That of the answer before.", {"type": "string"}),
]


@router.post(
    "/jobs",
    summary="Draw a described person later",
    description=(
        "Takes what POST /generate takes, and `webhook`. The answer comes at once; the job then outlives this process. "
        "With an `Idempotency-Key` a repeated request gets the first one's answer, and no second job."
    ),
    status_code=202,
    response_class=Response,
    responses={
        202: gives("It will be drawn.", json_of(JobAccepted, examples.ACCEPTED)),
        **refuses(BODY_REFUSALS | OVER_QUOTA | _REFUSALS | _DOWN),
    },
    openapi_extra=takes(JobBody, minimal=examples.BODY) | repeatable(),
)
async def accept(request: Request) -> Response:
    gateway, jobs = gateway_of(request), jobs_of(request)
    key = read_key(request.headers) or ""
    reading = _of_a_job(await read_body(request, JobBody, gateway.settings.max_body_bytes))
    reading = await second_reading(gateway, await _with_webhook(gateway, reading))
    prepared = judged(gateway, reading, request_id=request.state.request_id, caller=caller_of(request.scope))
    assert reading.body is not None
    job = new_job(gateway, reading.body, prepared, owner=caller_of(request.scope), key=key)
    try:
        kept, replayed = await jobs.store.accept(job, gateway.settings.max_jobs)
    except KeyUsedError as error:
        detail = "The Idempotency-Key came before with another body; send a new key with a new request."
        raise ProblemError(problems.IDEMPOTENCY_MISMATCH, detail) from error
    except LineFullError as error:
        raise ProblemError(problems.BUSY, f"{error}.".capitalize(), headers=_later()) from error
    except StoreError as error:
        raise _store_problem(error) from error
    jobs.worker.wake()
    headers = {"Location": job_path(gateway.settings.root_path, kept.id)}
    headers |= {"Idempotent-Replayed": "true"} if replayed else {}
    return _json(accepted(kept, gateway.settings.root_path), 202, headers)


def _of_a_job(reading: Reading[JobBody]) -> Reading[JobBody]:
    """The reading, and that nobody would see what is asked for in vain."""
    asked = [name for name in _NOT_KEPT if reading.values.get(name)]
    if not asked:
        return reading
    values = {name: value for name, value in reading.values.items() if name not in asked}
    mistakes = {**reading.mistakes, **{name: [_NOT_KEPT[name]] for name in asked}}
    return Reading(body=None, values=values, mistakes=mistakes, unsaid=reading.unsaid)


async def _with_webhook(gateway: Gateway, reading: Reading[JobBody]) -> Reading[JobBody]:
    """The reading, and what is wrong with where its webhook leads."""
    url = (reading.values.get("webhook") or {}).get("url")
    if url is None:
        return reading
    try:
        if gateway.settings.webhook_secret is None:
            raise AddressError("cannot be signed: this server has no COSMICMAN_WEBHOOK_SECRET; ask for the job instead")
        await resolve(read_url(url, gateway.settings.webhook_hosts))
    except AddressError as error:
        mistakes = {**reading.mistakes, "webhook": [f"webhook.url {error}"]}
        return Reading(body=None, values=reading.values, mistakes=mistakes, unsaid=reading.unsaid)
    return reading


@router.get(
    "/jobs",
    summary="List your jobs",
    response_class=Response,
    responses={
        200: gives("Newest first.", json_of(JobList, {"jobs": [examples.JOB]})),
        **refuses(ANYWHERE | _DOWN | {problems.INVALID_REQUEST: ("limit must be a whole number", "limit")}),
    },
    openapi_extra={"parameters": _QUERY},
)
async def listed(request: Request) -> Response:
    jobs, wanted = jobs_of(request), page(request)
    root_path = jobs.gateway.settings.root_path
    try:
        owner = caller_of(request.scope)
        found = await jobs.store.newest(owner, wanted.cursor, wanted.status, wanted.limit + 1)
        shown = [answer(job, root_path, await _position(jobs, job)) for job in found[: wanted.limit]]
    except StoreError as error:
        raise _store_problem(error) from error
    return _json(JobList(jobs=shown, cursor=shown[-1].id if len(found) > wanted.limit else None))


@router.get(
    "/jobs/{job_id}",
    summary="Ask how a job is",
    response_class=Response,
    responses={
        200: gives("How it is.", json_of(JobAnswer, examples.JOB)),
        **refuses(ANYWHERE | _UNKNOWN | _DOWN),
    },
    openapi_extra={"parameters": [_JOB]},
)
async def state(request: Request) -> Response:
    jobs = jobs_of(request)
    job = await _own(request, jobs)
    return await _answered(jobs, job)


@router.delete(
    "/jobs/{job_id}",
    summary="Cancel a job",
    description="A queued job ends at once, a running one before its next denoising step; an ended one stays as it is.",
    response_class=Response,
    responses={
        200: gives("How it is now.", json_of(JobAnswer, examples.CANCELLED)),
        **refuses(ANYWHERE | _UNKNOWN | _DOWN),
    },
    openapi_extra={"parameters": [_JOB]},
)
async def cancel(request: Request) -> Response:
    jobs = jobs_of(request)
    own = await _own(request, jobs)
    try:
        job = await jobs.cancel(own.id)
    except StoreError as error:
        raise _store_problem(error) from error
    if job is None:
        raise no_such_job()
    return await _answered(jobs, job)


@router.get(
    "/jobs/{job_id}/events",
    summary="Watch a job",
    description=(
        "Server-sent events as of POST /generate, from the first on, and `cancelled`; `image` holds the path of the "
        "file. Each has a number as its id: with `Last-Event-ID` those after it come. 204 if there will be none."
    ),
    response_class=Response,
    responses={
        200: gives("Events.", {EVENT_STREAM: {"schema": {"type": "string"}, "example": examples.EVENTS}}),
        204: {"description": "The job has ended, and the client has its last event.", "content": {}},
        **refuses(
            ANYWHERE
            | _UNKNOWN
            | _DOWN
            | {problems.INVALID_REQUEST: ("Last-Event-ID must be a number", "Last-Event-ID")}
        ),
    },
    openapi_extra={"parameters": [_JOB, _LAST_EVENT]},
)
async def events(request: Request) -> Response:
    jobs = jobs_of(request)
    after = last_event(request)
    job = await _own(request, jobs)
    try:
        if job.state in ENDED and not await jobs.store.events(job.id, after):
            return Response(status_code=204, headers=NO_STORE)
    except StoreError as error:
        raise _store_problem(error) from error
    return JobEvents(jobs, job.id, after)


@router.get(
    "/jobs/{job_id}/images/{index}",
    summary="Fetch a picture of a job",
    response_class=Response,
    responses={
        200: gives(
            "The file.",
            {f"image/{name}": {"schema": {"type": "string", "contentMediaType": f"image/{name}"}} for name in IMAGES},
        ),
        **refuses(ANYWHERE | _UNKNOWN | _DOWN),
    },
    openapi_extra={"parameters": [_JOB, _INDEX]},
)
async def image(request: Request) -> Response:
    jobs, index = jobs_of(request), request.path_params["index"]
    job = await _own(request, jobs)
    try:
        found = await jobs.store.picture(job.id, int(index)) if NUMBER.fullmatch(index) else None
    except StoreError as error:
        raise _store_problem(error) from error
    if found is None:
        raise ProblemError(
            problems.NOT_FOUND, f"This job, which is {job.state}, has no such picture; it names those it has."
        )
    name = f"{job.id}-{found.index}.{found.media_type.removeprefix('image/')}"
    headers = {**NO_STORE, "Content-Disposition": f'inline; filename="{name}"'}
    return Response(found.data, media_type=found.media_type, headers=headers)


async def _own(request: Request, jobs: Jobs) -> Job:
    """The caller's job.

    Raises:
        ProblemError: 404, 503.
    """
    job_id = request.path_params["job_id"]
    try:
        job = await jobs.store.find(job_id) if is_id(job_id) else None
    except StoreError as error:
        raise _store_problem(error) from error
    if job is None or job.owner != caller_of(request.scope):
        raise no_such_job()
    return job


async def _answered(jobs: Jobs, job: Job) -> Response:
    try:
        return _json(answer(job, jobs.gateway.settings.root_path, await _position(jobs, job)))
    except StoreError as error:
        raise _store_problem(error) from error


async def _position(jobs: Jobs, job: Job) -> int | None:
    return await jobs.store.position(job) if job.state == "queued" else None


def _store_problem(error: StoreError) -> ProblemError:
    if isinstance(error, StorageFullError):
        return ProblemError(problems.STORAGE_FULL, "There is no room to keep the job; nothing was accepted.")
    return ProblemError(problems.JOBS_UNAVAILABLE, "The store of jobs cannot be used now.", headers=_later())


def _later() -> dict[str, str]:
    return {"Retry-After": str(RETRY_SECONDS)}


def _json(message: Answer, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        message.model_dump_json(exclude_none=True), status, headers={**NO_STORE, **(headers or {})}, media_type=JSON
    )
