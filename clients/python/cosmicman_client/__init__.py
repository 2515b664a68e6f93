"""Client of CosmicMan Serve: dense descriptions of people in, matching pictures out.

::

    from cosmicman_client import Client

    with Client() as client:
        client.generate("a woman with long red hair, a green coat").image.save("woman")
"""

from cosmicman_client._exchange.raw import RawResponse
from cosmicman_client._version import __version__
from cosmicman_client.async_client import AsyncClient
from cosmicman_client.batch import BatchItem, abatch, batch
from cosmicman_client.client import Client
from cosmicman_client.denoising import Denoised, Noise, Tensor
from cosmicman_client.errors import (
    APIConnectionError,
    APIResponseError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    CosmicManError,
    DeadlineExceededError,
    FieldProblem,
    GenerationFailedError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
    RequestTooLargeError,
    ServerDeadlineError,
    ServerError,
    UnprocessableEntityError,
)
from cosmicman_client.jobs import Job, JobImage, JobPage
from cosmicman_client.models import (
    Adapter,
    Adapters,
    Generation,
    Group,
    GroupSpan,
    Ignored,
    Image,
    Model,
    Negative,
    Parsed,
    Settings,
    Warned,
)
from cosmicman_client.stream import AsyncStream, Stream

__all__ = [
    "APIConnectionError",
    "APIResponseError",
    "APIStatusError",
    "APITimeoutError",
    "Adapter",
    "Adapters",
    "AsyncClient",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "BatchItem",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "CosmicManError",
    "DeadlineExceededError",
    "Denoised",
    "FieldProblem",
    "Generation",
    "GenerationFailedError",
    "Group",
    "GroupSpan",
    "Ignored",
    "Image",
    "Job",
    "JobImage",
    "JobPage",
    "Model",
    "Negative",
    "Noise",
    "NotFoundError",
    "OverloadedError",
    "Parsed",
    "PermissionDeniedError",
    "RateLimitError",
    "RawResponse",
    "RequestTooLargeError",
    "ServerDeadlineError",
    "ServerError",
    "Settings",
    "Stream",
    "Tensor",
    "UnprocessableEntityError",
    "Warned",
    "__version__",
    "abatch",
    "batch",
]
