"""A vision-language model behind an OpenAI-compatible server as the flywheel's annotator, over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from engine.annotate.machine.vision_chat import VisionChat
from server.cli.vision_endpoint import VisionEndpoint


@contextmanager
def vision_chat(base_url: str | None, model: str | None, concurrency: int) -> Iterator[VisionChat]:
    """The annotator, for as long as its connection is open; options that are None come from the environment.

    Raises:
        ValueError: The address or the model's name is missing or wrong.
    """
    endpoint = VisionEndpoint.of(base_url, model, concurrency)
    stop = threading.Event()
    with endpoint.client() as client:

        def complete(body: dict[str, Any]) -> str | None:
            try:
                return endpoint.complete(client, body, stop)
            except BaseException:
                stop.set()  # the others need not be tried any more
                raise

        host = str(httpx.URL(endpoint.base_url).copy_with(userinfo=b""))
        yield VisionChat(complete=complete, model=endpoint.model, host=host, concurrency=concurrency)
