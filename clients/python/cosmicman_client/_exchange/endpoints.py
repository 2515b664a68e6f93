"""The server's routes: what each is asked with, and what its answer becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx

from cosmicman_client import models
from cosmicman_client._exchange.body import GenerateParams, generate_body
from cosmicman_client._exchange.conversation import Call, json_of, not_ours
from cosmicman_client._exchange.denoise import DenoiseParams, denoise_body
from cosmicman_client._exchange.tensors import MEDIA_TYPE
from cosmicman_client.denoising import Denoised, Noise
from cosmicman_client.models import NotThisError

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Endpoint(Generic[T]):
    """A call and the reading of its answer."""

    call: Call
    read: Callable[[Any], T]
    open: Callable[[httpx.Response], Any] = json_of

    def parse(self, response: httpx.Response) -> T:
        """What the answer says.

        Raises:
            APIResponseError: It is none of this interface.
        """
        document = self.open(response)
        try:
            return self.read(document)
        except (NotThisError, TypeError) as error:
            raise not_ours(response, str(error)) from error


def generate(description: str, params: GenerateParams, key: str | None) -> Endpoint[models.Generation]:
    """POST /generate, answered at once."""
    call = Call(method="POST", path="/generate", body=generate_body(description, **params), headers=_key(key))
    return Endpoint(call=call, read=models.Generation.read)


def stream(description: str, params: GenerateParams, key: str | None) -> Call:
    """POST /generate, answered by events."""
    return Call(
        method="POST",
        path="/generate",
        body=generate_body(description, **params),
        headers={"Accept": "text/event-stream", **_key(key)},
        stream=True,
    ).with_key()


def parse(text: str) -> Endpoint[models.Parsed]:
    """POST /parse."""
    if not isinstance(text, str):
        raise TypeError(f"text must be a string; got {type(text).__name__}")
    return Endpoint(call=Call(method="POST", path="/parse", body={"text": text}), read=models.Parsed.read)


def groups() -> Endpoint[tuple[models.Group, ...]]:
    """GET /groups."""
    return Endpoint(call=Call(method="GET", path="/groups"), read=lambda each: _all(models.Group.read, each))


def model() -> Endpoint[models.Model]:
    """GET /model."""
    return Endpoint(call=Call(method="GET", path="/model"), read=models.Model.read)


def adapters() -> Endpoint[models.Adapters]:
    """GET /adapters."""
    return Endpoint(call=Call(method="GET", path="/adapters"), read=models.Adapters.read)


def denoise(latents: object, timesteps: object, descriptions: object, params: DenoiseParams) -> Endpoint[Denoised]:
    """POST /denoise; the same rows give the same bits, so that it may be asked again without a key."""
    call = Call(
        method="POST",
        path="/denoise",
        content=denoise_body(latents, timesteps, descriptions, **params),
        content_type=MEDIA_TYPE,
        keyed=False,
        headers={"Accept": MEDIA_TYPE},
    )
    return Endpoint(call=call, read=Denoised.of, open=lambda response: response.content)


def noise() -> Endpoint[Noise]:
    """GET /denoise."""
    return Endpoint(call=Call(method="GET", path="/denoise"), read=Noise.read)


def _key(key: str | None) -> Mapping[str, str]:
    return {} if key is None else {"Idempotency-Key": key}


def _all(read: Callable[[object], T], document: object) -> tuple[T, ...]:
    if not isinstance(document, list):
        raise NotThisError(f"expected a list, got {type(document).__name__}")
    return tuple(read(each) for each in document)
