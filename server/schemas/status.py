"""What GET /statusz says: one server as it is now and as it was in the last minutes."""

from typing import Literal

from pydantic import Field

from server.schemas.base import Answer


class BucketStatus(Answer):
    """Running pictures of one size; a bucket is latent width x latent height x text tokens."""

    bucket: str
    requests: int
    running_rows: int
    waiting_rows: int
    row_limit: int


class CostStatus(Answer):
    """What a forward of so many rows takes here."""

    bucket: str
    rows: int
    seconds: float


class StatusAnswer(Answer):
    version: str
    model: str
    model_version: str
    state: Literal["ready", "not ready", "stopping"]
    uptime_seconds: float
    running: dict[str, int] = Field(description="Requests that are computed, by priority.")
    waiting: dict[str, int] = Field(description="Requests in line, by priority.")
    undecoded: int = Field(description="Denoised pictures that wait for the decoder or are in it.")
    minutes: float = Field(description="How far back the rates go.")
    steps_per_second: float
    images_per_minute: float
    mean_rows: float = Field(description="Rows of a forward.")
    latency_seconds: dict[str, float] = Field(description="Quantiles of requests that finished in the last 5 minutes.")
    problems: dict[str, int] = Field(description="Refusals in the last 5 minutes, by kind of problem.")
    buckets: list[BucketStatus]
    costs: list[CostStatus]
    memory_bytes: int = Field(description="Resident memory of this process.")
    connections: int
    http_requests_running: int
    event_loop_lag_seconds: float
    content_credentials: bool = Field(description="Whether pictures are signed.")
