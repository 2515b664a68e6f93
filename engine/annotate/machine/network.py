"""A small classifier for questions that share their answers: all colours of garments are one, whatever the garment.

It knows vectors and classes; it does not know pictures.

Letters: N examples, D inputs, K classes, M members.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HIDDEN = 64
MEMBERS = 3  # that vote, each begun from other weights
STEPS = 160
_RATE, _DECAY, _DROP = 5e-3, 0.05, 0.4


class Classifier(nn.Module):
    """Members with one hidden layer, each beside a linear way, computed at once; their chances are averaged."""

    def __init__(self, num_inputs: int, num_classes: int) -> None:
        """Untrained weights from torch's generator: D inputs, K classes."""
        super().__init__()
        self.first = nn.Parameter(torch.randn(MEMBERS, num_inputs, HIDDEN) * (2 / num_inputs) ** 0.5)
        self.middle = nn.Parameter(torch.zeros(MEMBERS, 1, HIDDEN))
        self.last = nn.Parameter(torch.randn(MEMBERS, HIDDEN, num_classes) * HIDDEN**-0.5)
        self.straight = nn.Parameter(torch.zeros(MEMBERS, num_inputs, num_classes))
        self.bias = nn.Parameter(torch.zeros(MEMBERS, 1, num_classes))

    def forward(self, inputs: Tensor) -> Tensor:
        """Inputs [N, D] -> logits [M, N, K]."""
        inputs = F.dropout(inputs.expand(MEMBERS, -1, -1), _DROP, self.training)
        hidden = F.dropout(F.relu(inputs @ self.first + self.middle), _DROP, self.training)
        return hidden @ self.last + inputs @ self.straight + self.bias

    @torch.inference_mode()
    def chances(self, inputs: Tensor) -> Tensor:
        """Inputs [N, D] -> chances [N, K] that add up to 1."""
        return self(inputs).softmax(-1).mean(0)


def fit(inputs: Tensor, classes: Tensor, num_classes: int, seed: int) -> Classifier:
    """A classifier of inputs [N, D] with their right classes [N]; the same seed gives the same weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Classifier(inputs.shape[1], num_classes)
        optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=_RATE, total_steps=STEPS)
        network.train()
        target = classes.expand(MEMBERS, -1).flatten()
        for _ in range(STEPS):
            loss = F.cross_entropy(network(inputs).flatten(0, 1), target, label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()
