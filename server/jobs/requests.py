"""Requests on their way through a store: what a job keeps of its body, and the same request made ready again.

The seed is settled before a job is kept, so that it draws the same pictures however often it is begun.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.engine import ModelInfo, PreparedRequest
from server.gateway import Gateway
from server.generation.prepared import prepared_request
from server.generation.second_reading import NOTES
from server.http import json_body, problems
from server.http.json_body import Reading
from server.http.problems import ProblemError
from server.jobs.record import Job, NewJob, new_id
from server.schemas.generate import MAX_SEED, GenerateBody
from server.schemas.jobs import JobBody

FILE, WEBHOOK = "init_image", "webhook"
CONTROL_FILES = ("layout", "picture")
#: Seconds that a job of a priority stands in line as if it had come earlier, as in the engine's own line.
HEAD_STARTS = {"high": 30.0, "normal": 0.0, "low": -30.0}


def model_key(model: ModelInfo) -> str:
    return f"{model.name} {model.version}"


def judged(gateway: Gateway, reading: Reading[Any], *, request_id: str, caller: str) -> PreparedRequest:
    """The request in a body, judged as POST /generate judges it.

    Raises:
        ProblemError: 422 with every mistake.
    """
    plain = replace(reading, values={name: value for name, value in reading.values.items() if name != WEBHOOK})
    return prepared_request(
        gateway,
        plain,
        image_format=plain.values.get("image_format", "png"),
        request_id=request_id,
        caller=caller,
    )


def new_job(gateway: Gateway, body: JobBody, prepared: PreparedRequest, *, owner: str, key: str) -> NewJob:
    values = body.model_dump(mode="python", exclude={FILE, WEBHOOK})
    values["mask"] = None if body.mask is None else base64.b64encode(body.mask).decode("ascii")
    if body.control is not None:
        values["control"] |= {name: _in_base64(getattr(body.control, name)) for name in CONTROL_FILES}
    digest = _digest(values, body)
    values |= {"description": prepared.asked.description.text, "groups": dict(prepared.asked.groups) or None}
    values |= {NOTES: prepared.asked.notes} if prepared.asked.notes else {}
    values["seed"] = secrets.randbelow(MAX_SEED + 1) if prepared.seed is None else prepared.seed
    return NewJob(
        id=new_id(),
        owner=owner,
        model=model_key(gateway.engine.model),
        body=json.dumps(values, separators=(",", ":")),
        file=body.init_image,
        head_start=HEAD_STARTS[body.priority],
        key=key,
        digest=digest,
        webhook=body.webhook.url if body.webhook else "",
    )


def _in_base64(value: object) -> object:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _digest(values: Mapping[str, object], body: JobBody) -> str:
    text = json.dumps([values, body.webhook and body.webhook.url], sort_keys=True).encode()
    return hashlib.sha256(hashlib.sha256(text).digest() + hashlib.sha256(body.init_image or b"").digest()).hexdigest()


def prepared_again(gateway: Gateway, job: Job, file: bytes | None) -> PreparedRequest:
    """A kept job's request; of its deadline only what is left.

    Raises:
        ProblemError: This software or model cannot do it any more, or its deadline has passed.
    """
    document = json.loads(job.body)
    deadline = document.get("deadline_seconds")
    if deadline is not None:
        document["deadline_seconds"] = deadline - (time.time() - job.created)
        if document["deadline_seconds"] <= 0:
            detail = f"The job's deadline of {deadline:g} seconds passed before it could be finished."
            raise ProblemError(problems.DEADLINE_EXCEEDED, detail)
    notes = tuple(document.pop(NOTES, ()))
    mask = None if document.get("mask") is None else base64.b64decode(document["mask"])
    for name in CONTROL_FILES:
        if document.get("control") and isinstance(document["control"][name], str):
            document["control"][name] = base64.b64decode(document["control"][name])
    reading = json_body.read(document | {FILE: file, "mask": mask}, GenerateBody)
    reading = replace(reading, values={**reading.values, NOTES: notes})
    return judged(gateway, reading, request_id=job.id, caller=job.owner)
