"""One turn of the flywheel, step by step; each step is kept whole, and a killed round goes on where it was.

label: the machine answers about the pool. plan: questions to people. people: their answers. measure: how often the
machine was right. learn: a machine from all answers so far. check: how often it is right about pictures that it did
not learn from. relabel: it answers about the pool. A picture that was taken down meanwhile is left out of all of them.
It does not know which machine it turns, or where pictures lie.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.annotate.ledger.entries import Decision, Purpose, Stage
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.machine.annotator import Annotator, Asked, Learner, Replies, Shown
from engine.annotate.machine.suggester import Suggester
from engine.annotate.people.desk import Desk
from engine.annotate.people.sampling import choose
from engine.annotate.people.verdicts import Settled, settled, standings
from engine.annotate.protocol.attributes import ATTRIBUTES, BY_NAME, NONE, UNSURE, Attribute
from engine.annotate.records import Answer
from engine.annotate.rounds.pool import RoundPool, annotated, regions_seen, seen
from engine.annotate.rounds.settings import RoundSettings

logger = logging.getLogger(__name__)

AT_ONCE = 256  # pictures that a machine is asked about before its answers are kept
PEOPLE = "people"  # annotator of a label on which people agree

#: Answers what is open of a round; None waits for people at the labelling page.
People = Callable[[Ledger, int], None]


@dataclass(frozen=True, kw_only=True)
class Turned:
    """What became of a turn: the round, and how many questions wait for people (0: the round is over).

    `second` of them were answered by one person and wait for another one.
    """

    round: int
    waiting: int
    second: int = 0


class Flywheel:
    """A ledger, a pool and a machine, and how to make a better one."""

    def __init__(
        self,
        ledger: Ledger,
        pool: RoundPool,
        machine: Annotator,
        *,
        learner: Learner | None = None,
        load: Callable[[Path], Annotator] | None = None,
        settings: RoundSettings | None = None,
        suggester: Suggester | None = None,
    ) -> None:
        """Takes the parts.

        Args:
            ledger: What was done so far.
            pool: The pictures.
            machine: The annotator to begin with.
            learner: Makes the next one from people's answers; None keeps the machine as it is.
            load: Reads a machine that the learner made, from its file.
            settings: How it is turned.
            suggester: Says to people what it takes the answers to be; its attributes must be in `settings.reviewed`.

        Raises:
            ValueError: The suggester's answers could become labels that no person has reviewed.
        """
        self.ledger, self.pool, self.learner, self.suggester = ledger, pool, learner, suggester
        self.settings = settings or RoundSettings()
        unreviewed = set(suggester.attributes) - set(self.settings.reviewed) if suggester else ()
        if unreviewed:
            raise ValueError(f"people must review {', '.join(sorted(unreviewed))}: reviewed leaves it out")
        made = ledger.machine()
        self.machine = load(made[1]) if made is not None and load is not None else machine

    def turn(self, people: People | None = None) -> Turned:
        """One round, or the rest of one that was interrupted or waited for people.

        Raises:
            RoundRunningError: Another process turns it.
            LedgerError: The ledger cannot be written; what was kept before is whole.
            ValueError: The machine cannot be asked, or a picture cannot be read.
        """
        with self.ledger.alone():
            number = self.ledger.begin(self.settings.tree(), self.machine.name)
            logger.info("round %d begins or goes on, with %s", number, self.machine.name)
            self._label(number, "label")
            self._plan(number)
            self._suggest(number)
            if people is not None:
                people(self.ledger, number)
            left = Desk(self.ledger, number, self.pool.has).progress()
            if left.open:
                return Turned(round=number, waiting=left.open, second=left.second)
            self._measure(number)
            self._learn(number)
            self._check(number)
            self._label(number, "relabel")
            self.ledger.end(number)
            return Turned(round=number, waiting=0)

    def _label(self, number: int, step: str) -> None:
        """The machine answers about pictures of the pool that it has not labelled."""
        if self.ledger.is_done(number, step):
            return
        began = time.monotonic()
        done = self.ledger.labelled_by(self.machine.name)
        due = [picture for picture in self.pool.ids() if picture not in done]
        for at in range(0, len(due), AT_ONCE):
            shown = seen(self.pool, due[at : at + AT_ONCE])
            replies = annotated(self.machine, shown, self.settings.asked)
            with self.ledger.step(number, f"{step} from {due[at][:12]}"):
                self.ledger.forget(due[at : at + AT_ONCE])
                self.ledger.label(number, replies.answers)
                self._refuse(number, replies)
        people = self._settled()
        gone = self.ledger.pictures() - {each for each in self.pool.ids() if self.pool.has(each)}
        with self.ledger.step(number, step, began):
            self.ledger.forget(gone)
            self.ledger.label(number, [_answer(each) for each in people])
            for each in people:
                if each.value in (NONE, UNSURE):  # what the machine said of a thing that is not there
                    self.ledger.forget([each.picture], _children_of(each.attribute))

    def _plan(self, number: int) -> None:
        if self.ledger.is_done(number, "plan"):
            return
        began = time.monotonic()
        machine = {(each.picture, each.attribute): each for each in self.ledger.labels()}
        present = regions_seen(self.pool)
        framing = {picture: machine[picture, "framing"].value for picture in present if (picture, "framing") in machine}
        before = [each for earlier in range(number) for each in self.ledger.questions(earlier)]
        questions = choose(
            present,
            framing,
            machine,
            self._queued(number),
            self.settings.amounts,
            asked={(each.picture, each.attribute) for each in before},
            seed=self.settings.seed + number,
        )
        with self.ledger.step(number, "plan", began):
            self.ledger.ask(number, questions)
        logger.info("round %d asks people %d questions", number, len(questions))

    def _suggest(self, number: int) -> None:
        """What the suggester takes the answers to be, kept beside the questions and never as a label."""
        if self.suggester is None or self.ledger.is_done(number, "suggest"):
            return
        began = time.monotonic()
        names: dict[str, set[str]] = {}
        for each in self.ledger.questions(number):
            if each.attribute in self.suggester.attributes:
                names.setdefault(each.picture, set()).add(each.attribute)
        replies = Replies()
        for shown in seen(self.pool, names):
            some = tuple(BY_NAME[name] for name in self.suggester.attributes if name in names[shown.id])
            replies.add(self.suggester.suggest(Asked(picture=shown, attributes=some)))
        with self.ledger.step(number, "suggest", began):
            self.ledger.suggest(number, replies.answers)

    def _queued(self, number: int) -> Sequence[Attribute]:
        """What people are asked about: everything in the first round, then what is not frozen."""
        before = self.ledger.standings(number - 1, Stage.AFTER) if number else {}
        frozen = {name for name, standing in before.items() if standing.decision is Decision.FROZEN}
        frozen -= set(self.settings.reviewed)
        return [attribute for attribute in self.settings.asked if attribute.name not in frozen]

    def _measure(self, number: int) -> None:
        """How often the machine that the round began with is right about this round's questions."""
        if self.ledger.is_done(number, "measure"):
            return
        machine = {(each.picture, each.attribute): each for each in self.ledger.labels()}
        people = self._settled(number)
        found = standings(people, machine, self._queued(number), Stage.BEFORE, *self._rule)
        answered = [
            machine[each.picture, each.attribute] for each in people if (each.picture, each.attribute) in machine
        ]
        with self.ledger.step(number, "measure"):
            self.ledger.record(number, answered)
            self.ledger.decide(number, found)

    def _learn(self, number: int) -> None:
        if self.learner is None or self.ledger.is_done(number, "learn"):
            return
        began = time.monotonic()
        people = self._settled()
        machine = self.learner.learn(self._shown(people), [_answer(each) for each in people])
        file = Path("machines") / f"round-{number:03d}-{machine.name}.safetensors"
        machine.save(self.ledger.path.parent / file)
        with self.ledger.step(number, "learn", began):
            self.ledger.made(machine.name, number, str(file), len(people))
        self.machine = machine
        logger.info("round %d made %s from %d answers", number, machine.name, len(people))

    def _check(self, number: int) -> None:
        """How the attributes stand now: without a learner as before; else by machines that did not see the pictures."""
        if self.ledger.is_done(number, "check"):
            return
        began = time.monotonic()
        people = self._settled()
        if self.learner is None:
            machine = {(each.picture, each.attribute): each for each in self.ledger.recorded(self.machine.name)}
        else:
            machine = self._cross_answers(people, self.learner)
        found = standings(people, machine, self.settings.asked, Stage.AFTER, *self._rule)
        with self.ledger.step(number, "check", began):
            self.ledger.decide(number, found)

    def _cross_answers(self, people: Sequence[Settled], learner: Learner) -> dict[tuple[str, str], Answer]:
        """What machines say of the questions that measure, each of pictures that it did not learn from."""
        found = {}
        for fold in range(self.settings.folds):
            others = [each for each in people if self._fold(each.picture) != fold]
            machine = learner.learn(self._shown(others), [_answer(each) for each in others])
            replies = machine.answer(self._asked_again([each for each in people if self._fold(each.picture) == fold]))
            found.update({(each.picture, each.attribute): each for each in replies.answers})
        return found

    def _asked_again(self, people: Sequence[Settled]) -> list[Asked]:
        """Every question that measures, whatever the machine would say of what it depends on."""
        names: dict[str, set[str]] = {}
        for each in people:
            if each.purpose is Purpose.EVALUATION and each.value != UNSURE:
                names.setdefault(each.picture, set()).add(each.attribute)
        found = []
        for shown in seen(self.pool, names):
            some = names[shown.id]
            fitting = (each for each in self.settings.asked if each.name in some and each.region in shown.masks)
            found.append(Asked(picture=shown, attributes=tuple(fitting)))
        return found

    def _fold(self, picture: str) -> int:
        digest = hashlib.sha256(f"fold-{picture}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % self.settings.folds

    def _shown(self, people: Sequence[Settled]) -> list[Shown]:
        return seen(self.pool, dict.fromkeys(each.picture for each in people))

    @property
    def _rule(self) -> tuple[float, Collection[str]]:
        """When an attribute is left to the machine, and which never is."""
        return self.settings.bar, self.settings.reviewed

    def _settled(self, number: int | None = None) -> list[Settled]:
        """What people say, in a round or in all, of pictures that are still there."""
        there = functools.cache(self.pool.has)
        return [each for each in settled(self.ledger.given(number)) if there(each.picture)]

    def _refuse(self, number: int, replies: Replies) -> None:
        rows = [(each.picture, each.attribute, each.said, each.why) for each in replies.outside]
        self.ledger.refuse(number, self.machine.name, rows)


def _children_of(attribute: str) -> list[str]:
    return [each.name for each in ATTRIBUTES if each.parent == attribute]


def _answer(each: Settled) -> Answer:
    return Answer(picture=each.picture, attribute=each.attribute, value=each.value, annotator=PEOPLE)
