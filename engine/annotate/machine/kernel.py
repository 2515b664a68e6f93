"""A classifier for few answers: kernel ridge regression, whose settings are chosen by leaving each answer out once.

Leaving one out costs nothing here: what the others say of it is in the solution's own numbers (Rifkin and Lippert 2007,
MIT-CSAIL-TR-2007-025). Questions that share their answers share a classifier: all colours of garments are one, whatever
the garment. It knows vectors and classes; it does not know pictures.

Letters: N examples, D inputs, K classes, n examples that are asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

#: Weights of a region's parts (colours, texture, place, thumbnail) and of the same parts of what is beside it; one pair
#: is chosen for each classifier.
WEIGHTS: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = (
    ((1.0, 0.1, 0.05, 0.1), (0.0, 0.0, 0.0, 0.0)),  # colour
    ((0.3, 1.0, 0.05, 0.2), (0.0, 0.0, 0.0, 0.0)),  # texture
    ((0.05, 0.1, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0)),  # outline and place
    ((0.05, 0.1, 1.0, 1.0), (0.05, 0.1, 0.5, 0.5)),  # the same, and what is beside it
    ((0.05, 0.05, 0.05, 0.05), (1.0, 0.1, 0.05, 0.1)),  # the colour of what is beside it
    ((0.05, 0.05, 0.1, 0.1), (0.3, 0.5, 0.5, 1.0)),  # the look of what is beside it
    ((1.0, 1.0, 1.0, 1.0), (0.3, 0.3, 0.3, 0.3)),
)
WIDTHS = (0.15, 0.5, 1.5)  # of the kernel, times the median squared distance
RIDGES = (0.03, 0.2, 1.0)
MOST_TRIED = 400  # examples on which the settings are chosen
OTHER = 0.6  # how much an answer about one attribute says of another that shares its values
_SHARPNESS = 6.0  # of the chances that come of scores


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """A solution.

    Attributes:
        inputs: The examples, each part scaled by its weight, [N, D].
        which: Which attribute each is about, [N].
        solution: What each example says of each class, [N, K].
        scale: Of the inputs' parts, [D].
        width: Of the kernel.
    """

    inputs: Array
    which: NDArray[np.int64]
    solution: Array
    scale: Array
    width: float

    def chances(self, inputs: Array, which: NDArray[np.int64]) -> Array:
        """Inputs [n, D] about attributes [n] -> chances [n, K] that add up to 1."""
        kernel = _kernel(_distances(inputs * self.scale, self.inputs), which, self.which, self.width)
        return _chances(kernel @ self.solution)

    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """As arrays, to be kept."""
        width = np.array([self.width], np.float32)
        parts: dict[str, NDArray[np.generic]] = {"inputs": self.inputs, "which": self.which, "solution": self.solution}
        return {**parts, "scale": self.scale, "width": width}

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[np.generic]]) -> Classifier:
        """From what `tensors` gave; KeyError where something is missing."""
        return cls(
            inputs=tensors["inputs"].astype(np.float32),
            which=tensors["which"].astype(np.int64),
            solution=tensors["solution"].astype(np.float32),
            scale=tensors["scale"].astype(np.float32),
            width=float(tensors["width"][0]),
        )


def fit(
    inputs: Array,
    which: NDArray[np.int64],
    classes: NDArray[np.int64],
    num_classes: int,
    parts: Sequence[int],
    trust: Array,
) -> Classifier:
    """The classifier that errs least about examples left out.

    Args:
        inputs: [N, D]: a region's parts, then those of each region beside it, each followed by whether it is there.
        which: The attribute each is about, [N].
        classes: The right classes, [N].
        num_classes: K.
        parts: How many numbers each part has, in the order of `WEIGHTS`.
        trust: How much each example counts, [N] of 0 to 1.
    """
    root = np.sqrt(trust).astype(np.float32)
    target = np.eye(num_classes, dtype=np.float32)[classes] * root[:, None]
    tried = np.random.default_rng(0).permutation(len(inputs))[:MOST_TRIED]
    weights, share, ridge = _chosen(inputs[tried], which[tried], target[tried], parts, root[tried])
    scale = _scale(weights, parts, inputs.shape[1])
    scaled = inputs * scale
    distances = _distances(scaled, scaled)
    width = share * _middle(distances)
    kernel = (_kernel(distances, which, which, width) * np.outer(root, root)).astype(np.float64)
    solution = np.linalg.solve(kernel + ridge * np.eye(len(kernel)), target.astype(np.float64)) * root[:, None]
    return Classifier(inputs=scaled, which=which, solution=solution.astype(np.float32), scale=scale, width=width)


_Weights = tuple[tuple[float, ...], tuple[float, ...]]


def _chosen(
    inputs: Array, which: NDArray[np.int64], target: Array, parts: Sequence[int], root: Array
) -> tuple[_Weights, float, float]:
    """Weights, width and ridge with the least error about examples left out, each counted by its trust."""
    best = (np.inf, WEIGHTS[0], WIDTHS[0], RIDGES[0])
    beside = inputs.shape[1] > sum(parts)
    for weights in WEIGHTS:
        if any(weights[1]) and not beside:
            continue
        scaled = inputs * _scale(weights, parts, inputs.shape[1])
        distances = _distances(scaled, scaled)
        middle = _middle(distances)
        for width in WIDTHS:
            kernel = _kernel(distances, which, which, width * middle) * np.outer(root, root)
            values, vectors = np.linalg.eigh(kernel.astype(np.float64))
            for ridge in RIDGES:
                best = min(best, (_left_out(values, vectors, target, ridge), weights, width, ridge))
    return best[1:]


def _middle(distances: Array) -> float:
    return max(float(np.median(distances)), 1e-6)


def _scale(weights: _Weights, parts: Sequence[int], num_inputs: int) -> Array:
    own, beside = (
        np.concatenate([np.full(count, (weight / count) ** 0.5) for weight, count in zip(some, parts, strict=True)])
        for some in weights
    )
    there = np.array([max(weights[1]) ** 0.5])
    scale = np.concatenate([own, *[np.concatenate([beside, there])] * ((num_inputs - sum(parts)) // (sum(parts) + 1))])
    return scale.astype(np.float32)


def _distances(one: Array, other: Array) -> Array:
    """Squared distances [n, N]."""
    lengths = (one**2).sum(1)[:, None] + (other**2).sum(1)[None]
    distances: Array = np.maximum(lengths - 2 * one @ other.T, 0).astype(np.float32)
    return distances


def _kernel(distances: Array, which: NDArray[np.int64], others: NDArray[np.int64], width: float) -> Array:
    same = np.where(which[:, None] == others[None], np.float32(1), np.float32(OTHER))
    kernel: Array = (np.exp(-distances / np.float32(width)) * same).astype(np.float32)
    return kernel


def _left_out(values: NDArray[np.float64], vectors: NDArray[np.float64], target: Array, ridge: float) -> float:
    """The mean squared error about examples left out, by the kernel's eigenvalues and eigenvectors."""
    inverse = vectors / (values + ridge)
    solution = inverse @ (vectors.T @ target)
    own = (inverse * vectors).sum(1)
    return float(((solution / own[:, None]) ** 2).mean())


def _chances(scores: Array) -> Array:
    sharp = _SHARPNESS * (scores - scores.max(1, keepdims=True))
    chances = np.exp(sharp)
    found: Array = chances / chances.sum(1, keepdims=True)
    return found
