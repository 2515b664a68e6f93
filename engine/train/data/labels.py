"""Numbers for what phrases say: the labels that text encoder, probe and perceptual network are asked for.

B batch, J labels with their groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.description.wording.caption import Phrase


class LabelTable:
    """Numbers for the labels of phrases, and for group and label together in a whole caption."""

    def __init__(self, rows: Sequence[Sequence[Phrase]], *, min_count: int = 8) -> None:
        """Count the labels of all rows; rare ones (typing slips of annotators) are left out."""
        single = Counter(label for phrases in rows for phrase in phrases for label in phrase.labels)
        joint = Counter(key for phrases in rows for phrase in phrases for key in joint_labels(phrase))
        self.single = {label: n for n, label in enumerate(sorted(k for k, v in single.items() if v >= min_count))}
        self.joint = {label: n for n, label in enumerate(sorted(k for k, v in joint.items() if v >= min_count))}

    def of_phrase(self, phrase: Phrase) -> list[int]:
        """Numbers of a phrase's labels."""
        return [self.single[label] for label in phrase.labels if label in self.single]

    def of_caption(self, phrases: Sequence[Phrase]) -> list[int]:
        """Numbers of all labels of a caption, each with its group."""
        return [self.joint[key] for phrase in phrases for key in joint_labels(phrase) if key in self.joint]

    def of_captions(self, captions: Sequence[Sequence[Phrase]]) -> Tensor:
        """Which labels captions have, each with its group: [B, J], 1 or 0."""
        found = torch.zeros(len(captions), len(self.joint))
        for row, phrases in enumerate(captions):
            found[row, self.of_caption(phrases)] = 1
        return found


def joint_labels(phrase: Phrase) -> list[str]:
    """A phrase's labels, each with its group: top:top, top:color=red."""
    return [f"{phrase.group}:{label}" for label in phrase.labels]
