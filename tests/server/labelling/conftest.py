"""A labelling page around a real ledger and real files, served on loopback."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.annotate.ledger.entries import Purpose, Question
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.rounds.folder import FolderPool
from server.cli.annotate.desk import LedgerDesk
from server.labelling.serve import labelling_server

ASKED = (("framing", 1), ("belt type", 1), ("belt color", 1), ("top color", 2))
HEIGHT, WIDTH = 60, 40

Serve = Callable[[LedgerDesk], AbstractAsyncContextManager[str]]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> FolderPool:
    """Two pictures of somebody with a belt."""
    folder = tmp_path_factory.mktemp("wild")
    for name in ("images", "parsing"):
        (folder / name).mkdir()
    for number in range(2):
        labels = np.zeros((HEIGHT, WIDTH), np.uint8)
        labels[4:14, 14:26], labels[14:50, 8:32], labels[34:38, 8:32] = 11, 4, 8
        pixels = np.full((HEIGHT, WIDTH, 3), 200 - 40 * number, np.uint8)
        pixels[14:50, 8:32] = (44, 108, 214)
        pixels[34:38, 8:32] = (204, 44, 50)
        Image.fromarray(pixels).save(folder / "images" / f"{number}.png")
        Image.fromarray(labels).save(folder / "parsing" / f"{number}.png")
    return FolderPool(folder)


@pytest.fixture
def own_pool(pool: FolderPool, tmp_path: Path) -> FolderPool:
    """The same in a folder of the test's own, from which a picture may be taken down."""
    return FolderPool(shutil.copytree(next(iter(pool.maps.values())).parents[1], tmp_path / "own"))


@pytest.fixture
def ledger(pool: FolderPool, tmp_path: Path) -> Iterator[Ledger]:
    """A round that asks four questions about each picture."""
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        number = ledger.begin({}, "machine")
        questions = [
            Question(picture=picture, attribute=name, purpose=Purpose.EVALUATION, wanted=wanted)
            for picture in pool.ids()
            for name, wanted in ASKED
        ]
        with ledger.step(number, "plan"):
            ledger.ask(number, questions)
        yield ledger


@pytest.fixture
def desk(ledger: Ledger, pool: FolderPool) -> LedgerDesk:
    return LedgerDesk(ledger, 0, pool)


@pytest.fixture
def served() -> Serve:
    """`async with served(desk) as url`: the page of a desk."""

    @asynccontextmanager
    async def serving(desk: LedgerDesk) -> AsyncIterator[str]:
        server = labelling_server(desk)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            task = asyncio.create_task(server.serve(sockets=[listener]))
            while not server.started:
                assert not task.done(), "the server did not start"
                await asyncio.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            server.should_exit = True
            await task

    return serving
