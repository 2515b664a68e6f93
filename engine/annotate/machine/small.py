"""The small annotator: classifiers over regions' features, made of the answers it is given within seconds.

It is the figures' annotator, and a stand-in where no vision-language model is at hand. It knows answers and versions;
it does not know who gave them.

Letters: N examples, D inputs, K classes.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.annotate.machine.annotator import Asked, Replies, Shown
from engine.annotate.machine.encoder import BESIDE, NUM_ENCODED, PARTS, Encoder, Looks
from engine.annotate.machine.features import KeptFeatures, Vector, features
from engine.annotate.machine.kernel import Classifier, fit
from engine.annotate.protocol.attributes import ATTRIBUTES, BY_NAME, UNSURE, Attribute
from engine.annotate.records import Answer
from engine.files.whole import whole_file

Features = Callable[[Shown], Mapping[str, Vector]]
Kind = tuple[str, ...]  # the values that several attributes share
_FILE_VERSION = 1


class SmallAnnotator:
    """Answers by the likeliest class; where it has learnt nothing of an attribute it says so."""

    def __init__(self, encoder: Encoder, classifiers: Mapping[Kind, Classifier], read: Features = features) -> None:
        """Takes what was learnt; `read` gives a picture's features, where they are kept."""
        self.encoder, self.classifiers, self.read = encoder, dict(classifiers), read
        digest = hashlib.sha256()
        for name, tensor in sorted(self._tensors().items()):
            digest.update(name.encode() + tensor.tobytes())
        self.name = f"small-{digest.hexdigest()[:12]}"

    def answer(self, asked: Sequence[Asked]) -> Replies:
        """See `engine.annotate.machine.annotator.Annotator`."""
        rows: dict[Kind, list[tuple[str, Attribute, Vector]]] = {}
        replies = Replies()
        for one in asked:
            seen = self.read(one.picture)
            regions = {attribute.region for attribute in one.attributes}
            read = {region: self.encoder.read(seen, region) for region in regions}
            for attribute in one.attributes:
                told = read[attribute.region]
                if told is None or attribute.values not in self.classifiers:
                    replies.take(one.picture.id, attribute.name, UNSURE, self.name, 0.0)
                else:
                    rows.setdefault(attribute.values, []).append((one.picture.id, attribute, told))
        for kind, some in rows.items():
            inputs, which = _padded(kind, [row[2] for row in some]), _which([row[1] for row in some])
            chances = self.classifiers[kind].chances(inputs, which)
            sure, best = chances.max(1), chances.argmax(1)
            for (picture, attribute, _), place, chance in zip(some, best.tolist(), sure.tolist(), strict=True):
                replies.take(picture, attribute.name, kind[place], self.name, round(chance, 4))
        return replies

    def save(self, path: Path) -> None:
        """Write one safetensors file, whole."""
        with whole_file(path) as temporary:
            save_file(self._tensors(), temporary, {"small_annotator": str(_FILE_VERSION)})

    @classmethod
    def load(cls, path: Path, read: Features = features) -> SmallAnnotator:
        """Read what `save` wrote.

        Raises:
            ValueError: The file is missing, damaged or of another version; the message names it.
        """
        try:
            tensors = load_file(path)
            return cls(_encoder_of(tensors), _classifiers_of(tensors), read)
        except (OSError, SafetensorError, KeyError, RuntimeError, ValueError) as error:
            raise ValueError(f"{path} holds no small annotator: {error}") from error

    def _tensors(self) -> dict[str, NDArray[np.generic]]:
        found: dict[str, NDArray[np.generic]] = {}
        for region, looks in self.encoder.looks.items():
            for part in ("mean", "spread", "directions"):
                found[f"looks|{region}|{part}"] = np.ascontiguousarray(getattr(looks, part))
        for kind, classifier in self.classifiers.items():
            for part, tensor in classifier.tensors().items():
                found[f"kind|{json.dumps(kind)}|{part}"] = np.ascontiguousarray(tensor)
        return found


class SmallLearner:
    """Trains small annotators; the looks of regions are learnt once, from pictures without answers."""

    def __init__(
        self,
        unlabelled: Sequence[Shown],
        *,
        read: Features | None = None,
        before: tuple[Sequence[Shown], Sequence[Answer]] = ((), ()),
        trust: float = 0.25,
    ) -> None:
        """Learn how regions look.

        Args:
            unlabelled: Some hundreds of pictures of the pool.
            read: Gives a picture's features, where they are kept already.
            before: Pictures and answers that are not people's, such as alt texts, of which every machine learns too.
            trust: How much one of those counts; a person's counts 1.
        """
        self.read: Features = KeptFeatures() if read is None else read
        self.trust = trust
        self.encoder = Encoder.learn([self.read(picture) for picture in unlabelled])
        self._before = list(self._examples(*before, trust))

    def learn(self, pictures: Sequence[Shown], answers: Sequence[Answer]) -> SmallAnnotator:
        """See `engine.annotate.machine.annotator.Learner`; `UNSURE` teaches nothing."""
        examples: dict[Kind, list[_Example]] = {}
        for example in (*self._before, *self._examples(pictures, answers, 1.0)):
            examples.setdefault(example.attribute.values, []).append(example)
        classifiers = {kind: _fit(kind, some) for kind, some in examples.items()}
        return SmallAnnotator(self.encoder, classifiers, self.read)

    def _examples(self, pictures: Sequence[Shown], answers: Sequence[Answer], trust: float) -> Iterator[_Example]:
        seen = {picture.id: self.read(picture) for picture in pictures}
        for answer in answers:
            attribute = BY_NAME[answer.attribute]
            if answer.value == UNSURE or answer.picture not in seen:
                continue
            told = self.encoder.read(seen[answer.picture], attribute.region)
            if told is not None:
                place = attribute.values.index(answer.value)
                yield _Example(attribute=attribute, told=told, place=place, trust=trust)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Example:
    attribute: Attribute
    told: Vector
    place: int
    trust: float


def _fit(kind: Kind, examples: Sequence[_Example]) -> Classifier:
    inputs = _padded(kind, [each.told for each in examples])
    classes = np.array([each.place for each in examples])
    trust = np.array([each.trust for each in examples], np.float32)
    return fit(inputs, _which([each.attribute for each in examples]), classes, len(kind), PARTS, trust)


_PLACE = {attribute.name: place for place, attribute in enumerate(ATTRIBUTES)}


def _which(attributes: Sequence[Attribute]) -> NDArray[np.int64]:
    return np.array([_PLACE[attribute.name] for attribute in attributes], np.int64)


def _padded(kind: Kind, vectors: Sequence[Vector]) -> NDArray[np.float32]:
    """Vectors of one kind, those of regions with fewer neighbours filled up with zeros: [N, D]."""
    found = np.zeros((len(vectors), _width(kind)), np.float32)
    for row, vector in enumerate(vectors):
        found[row, : len(vector)] = vector
    return found


@functools.cache
def _width(kind: Kind) -> int:
    regions = [attribute.region for attribute in ATTRIBUTES if attribute.values == kind]
    return max(NUM_ENCODED + len(BESIDE.get(region, ())) * (NUM_ENCODED + 1) for region in regions)


def _encoder_of(tensors: Mapping[str, NDArray[np.generic]]) -> Encoder:
    regions = {name.split("|")[1] for name in tensors if name.startswith("looks|")}
    parts = ("mean", "spread", "directions")
    return Encoder(
        {r: Looks(**{part: tensors[f"looks|{r}|{part}"] for part in parts}) for r in sorted(regions)}  # type: ignore[arg-type]
    )


def _classifiers_of(tensors: Mapping[str, NDArray[np.generic]]) -> dict[Kind, Classifier]:
    states: dict[Kind, dict[str, NDArray[np.generic]]] = {}
    for name, tensor in tensors.items():
        if name.startswith("kind|"):
            _, kind, part = name.split("|")
            states.setdefault(tuple(json.loads(kind)), {})[part] = tensor
    return {values: Classifier.of(state) for values, state in states.items()}
