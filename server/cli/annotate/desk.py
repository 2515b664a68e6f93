"""The engine's desk and pool as the labelling page needs them: questions in words, pictures as PNG files."""

import io

import numpy as np
from PIL import Image

from engine.annotate.ledger.entries import Question
from engine.annotate.ledger.errors import LedgerFullError
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.people.desk import Desk
from engine.annotate.protocol.attributes import BY_NAME
from engine.annotate.rounds.pool import RoundPool
from server.labelling.desk import GoneError, Left, NotKeptError, Task

SHADE = 150  # of 255: how dark what is not the region becomes
#: Regions that are the whole picture or person, where a shade would only hide something.
WHOLE = ("picture", "person", "body", "background")


class LedgerDesk:
    """See `server.labelling.desk.LabellingDesk`."""

    def __init__(self, ledger: Ledger, round_number: int, pool: RoundPool) -> None:
        self._desk = Desk(ledger, round_number, pool.has)
        self._pool = pool
        self._suggested = {key: each.value for key, each in ledger.suggestions(round_number).items()}
        self._known = {question.picture for question in self._desk.questions}

    def left(self) -> Left:
        progress = self._desk.progress()
        return Left(open=progress.open, second=progress.second)

    def next(self, annotator: str) -> Task | None:
        while (question := self._desk.next(annotator)) is not None:
            try:
                return self._task(question)
            except (KeyError, ValueError):
                if self._pool.has(question.picture):
                    raise  # else it was taken down a moment ago, and is not the next one any more
        return None

    def answer(self, picture: str, attribute: str, value: str, annotator: str, seconds: float | None) -> None:
        if picture in self._known:
            self._check(picture)
        try:
            self._desk.answer(picture, attribute, value, annotator, seconds)
        except LedgerFullError as error:
            raise NotKeptError(str(error)) from error

    def undo(self, annotator: str) -> Task | None:
        back = self._desk.undo(annotator)
        if back is None:
            return None
        self._check(back.picture)  # what was said is taken back all the same
        asked = next(q for q in self._desk.questions if (q.picture, q.attribute) == (back.picture, back.attribute))
        return self._task(asked)

    def picture(self, picture: str) -> bytes:
        self._check(picture)
        return _png(Image.fromarray(self._pool.shown(picture).pixels))

    def shade(self, picture: str, region: str) -> bytes:
        self._check(picture)
        mask = self._pool.shown(picture).masks[region]
        alpha = np.where(mask, 0, SHADE).astype(np.uint8)
        black = np.zeros((*mask.shape, 3), np.uint8)
        return _png(Image.fromarray(np.dstack([black, alpha]), "RGBA"))

    def _check(self, picture: str) -> None:
        if picture not in self._known:
            raise KeyError(picture)
        if not self._pool.has(picture):
            raise GoneError(picture)

    def _task(self, question: Question) -> Task:
        attribute = BY_NAME[question.attribute]
        there = attribute.region not in WHOLE and attribute.region in self._pool.present(question.picture)
        progress = self._desk.progress()
        return Task(
            picture=question.picture,
            attribute=attribute.name,
            region=attribute.region,
            question=attribute.question,
            values=attribute.values,
            has_region=there,
            done=progress.done,
            open=progress.open,
            suggested=self._suggested.get((question.picture, question.attribute)),
        )


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, format="PNG", compress_level=1)
    return file.getvalue()
