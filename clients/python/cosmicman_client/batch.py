"""Many descriptions with bounded concurrency and a progress bar; one that fails does not stop the others."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sized
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from tqdm import tqdm

from cosmicman_client.async_client import AsyncClient
from cosmicman_client.client import Client
from cosmicman_client.errors import CosmicManError
from cosmicman_client.models import Generation

Item: TypeAlias = str | Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class BatchItem:
    """What came of one description: a generation or an error.

    Attributes:
        index: Its place among those given, from 0.
        arguments: What `generate` was called with.
        generation: Its pictures; None where there is an error.
        error: Why there are none; a wrong type or value of an argument too.
    """

    index: int
    arguments: Mapping[str, Any]
    generation: Generation | None = None
    error: Exception | None = None


def batch(
    client: Client, items: Iterable[Item], *, concurrency: int = 4, progress: bool = False
) -> Iterator[BatchItem]:
    """Draws every item, `concurrency` at a time, and gives each as soon as it is done.

    Args:
        client: Whom to ask; its retries and deadlines hold for each item.
        items: Descriptions, or mappings of `Client.generate`'s arguments; read as they are needed.
        concurrency: Requests at a time; more than the server runs at a time only fills its line.
        progress: Whether to show a bar on standard error.

    Leaving the loop early waits for the requests that are under way.
    """
    numbered = enumerate(_arguments(item) for item in items)
    with ExitStack() as stack:
        bar = stack.enter_context(_bar(items, progress))
        pool = stack.enter_context(ThreadPoolExecutor(_checked(concurrency), thread_name_prefix="batch"))
        stack.callback(pool.shutdown, cancel_futures=True)
        running: set[Future[BatchItem]] = set()
        while True:
            for index, arguments in islice(numbered, concurrency - len(running)):
                running.add(pool.submit(_draw, client, index, arguments))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                bar.update()
                yield each.result()


def _draw(client: Client, index: int, arguments: Mapping[str, Any]) -> BatchItem:
    try:
        generation = client.generate(**arguments)
    except (CosmicManError, TypeError, ValueError) as error:
        return BatchItem(index=index, arguments=arguments, error=error)
    return BatchItem(index=index, arguments=arguments, generation=generation)


async def abatch(
    client: AsyncClient, items: Iterable[Item], *, concurrency: int = 4, progress: bool = False
) -> AsyncIterator[BatchItem]:
    """The same with `async for`; leaving the loop early cancels the requests that are under way."""
    numbered = enumerate(_arguments(item) for item in items)
    running: set[asyncio.Task[BatchItem]] = set()
    _checked(concurrency)
    with _bar(items, progress) as bar:
        try:
            while True:
                for index, arguments in islice(numbered, concurrency - len(running)):
                    running.add(asyncio.create_task(_adraw(client, index, arguments)))
                if not running:
                    return
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for each in done:
                    bar.update()
                    yield each.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


async def _adraw(client: AsyncClient, index: int, arguments: Mapping[str, Any]) -> BatchItem:
    try:
        generation = await client.generate(**arguments)
    except (CosmicManError, TypeError, ValueError) as error:
        return BatchItem(index=index, arguments=arguments, error=error)
    return BatchItem(index=index, arguments=arguments, generation=generation)


def _arguments(item: Item) -> Mapping[str, Any]:
    return {"description": item} if isinstance(item, str) else item


def _checked(concurrency: int) -> int:
    if concurrency < 1:
        raise ValueError(f"concurrency must be 1 or more; got {concurrency}")
    return concurrency


def _bar(items: Iterable[Item], progress: bool) -> "tqdm[Any]":
    total = len(items) if isinstance(items, Sized) else None
    return tqdm(total=total, unit="picture", disable=not progress, dynamic_ncols=True)
