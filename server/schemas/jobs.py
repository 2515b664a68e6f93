"""What goes into POST /jobs, and what is told of a job: as one answer, in a list, and event by event."""

from typing import Literal

from pydantic import Field

from server.schemas.base import Answer, Body, Text
from server.schemas.generate import GenerateBody, Settled, TimingsAnswer
from server.schemas.problem import Problem

Status = Literal["queued", "running", "finished", "failed", "cancelled"]


class WebhookBody(Body):
    url: Text = Field(
        description="Where to POST when the job has ended: https, and a public address.",
        examples=["https://shop.example.org/pictures"],
    )


class JobBody(GenerateBody):
    webhook: WebhookBody | None = Field(
        None, description="Whom to tell when the job has ended; needs COSMICMAN_WEBHOOK_SECRET on the server."
    )


class JobLinks(Answer):
    self: str
    events: str


class JobAccepted(Answer):
    """The same for every repetition of a POST under one Idempotency-Key."""

    id: str
    status: Literal["queued"]
    model: str
    seed: int = Field(
        description="Drawn now if none was given: the job gives the same pictures however often it is begun."
    )
    created_at: str
    links: JobLinks


class JobPicture(Answer):
    index: int = Field(description="0 for the first picture of the request.")
    seed: int
    image_index: int = Field(description="With the seed: what to ask for to have this picture alone.")
    media_type: str
    width: int
    height: int
    url: str = Field(description="Path of the file.")


class JobProgress(Answer):
    completed: int
    total: int = Field(description="Evaluations of the UNet for all pictures.")


class JobWebhook(Answer):
    url: str
    outcome: Literal["waiting", "delivered", "failed", "given_up"] = Field(
        description="waiting until the job has ended; failed is tried again."
    )


class JobAnswer(Answer):
    id: str
    status: Status
    model: str = Field(description="Name and version of the model that draws it.")
    seed: int
    created_at: str
    started_at: str | None = Field(None, description="When its latest attempt began.")
    ended_at: str | None = None
    attempts: int = Field(description="How often it was begun.")
    cancel_requested: bool = False
    position: int | None = Field(None, description="Jobs before this one, while it is queued.")
    progress: JobProgress | None = None
    settled: Settled | None = Field(None, description="What it runs with, once it has started.")
    images: list[JobPicture] = Field(description="Pictures that are ready.")
    timings: TimingsAnswer | None = None
    problem: Problem | None = Field(None, description="Why it failed.")
    webhook: JobWebhook | None = None
    links: JobLinks


class JobList(Answer):
    jobs: list[JobAnswer] = Field(description="The caller's own, newest first.")
    cursor: str | None = Field(None, description="Asks for those after these; absent at the end.")


class CancelledMessage(Answer):
    id: str


class WebhookLinks(Answer):
    self: str
    events: str
    images: list[str]


class WebhookData(Answer):
    id: str
    status: Status
    model: str
    created_at: str
    ended_at: str | None
    attempts: int
    problem: Problem | None = Field(None, description="Its type, title and status.")
    links: WebhookLinks


class WebhookMessage(Answer):
    """What a receiver is sent: neither words of the request nor pictures."""

    type: str
    timestamp: str
    data: WebhookData
