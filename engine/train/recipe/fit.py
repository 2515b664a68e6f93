"""One optimisation: how long, how fast, in which precision, how often it is written down."""

from __future__ import annotations

from dataclasses import dataclass

from engine.train.recipe.limits import check_fraction, check_positive


@dataclass(frozen=True, kw_only=True)
class FitConfig:
    """One optimisation: how long, how fast, how often it is written down."""

    steps: int  # optimiser steps of the whole stage
    batch_size: int  # samples a batch and process
    learning_rate: float  # peak
    accumulate: int = 1  # batches whose gradients make one optimiser step
    warmup_steps: int = 100  # linear from zero
    decay_fraction: float = 1.0  # last part of the steps in which a cosine takes the rate down
    final_fraction: float = 0.02  # of the peak rate, at the last step
    optimizer: str = "adamw"  # adamw | muon (see optimizer.py)
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.99)
    max_grad_norm: float = 1.0
    mixed_precision: str = "no"  # no | bf16 | fp16 (accelerate's names)
    ema_decay: float = 0.0  # 0 = no average is kept
    checkpoint_minutes: float = 10.0  # of wall clock between two checkpoints
    keep_checkpoints: int = 2  # the newest; older ones are removed
    log_every: int = 50  # steps between two lines of numbers
    compile: bool = False  # torch.compile the objective; a minute a shape, then faster steps
    cuda_graphs: bool = False  # record each shape's forward and backward pass, and replay it: for small models on a GPU
    shard: bool = False  # divide parameters, gradients and optimiser state among processes (FSDP2); False = DDP

    def __post_init__(self) -> None:
        check_positive(
            self, "steps", "batch_size", "accumulate", "learning_rate", "max_grad_norm", "checkpoint_minutes"
        )
        check_positive(self, "keep_checkpoints", "log_every")
        check_fraction(self, "decay_fraction", "final_fraction", "ema_decay")
        if self.optimizer not in ("adamw", "muon"):
            raise ValueError(f"optimizer must be adamw or muon, got {self.optimizer!r}")
        if self.mixed_precision not in ("no", "bf16", "fp16"):
            raise ValueError(f"mixed_precision must be no, bf16 or fp16, got {self.mixed_precision!r}")
        if self.cuda_graphs and (self.compile or self.mixed_precision == "fp16"):
            raise ValueError("cuda_graphs goes without compile and with mixed_precision no or bf16")
        if self.shard and self.mixed_precision == "fp16":
            raise ValueError("shard goes with mixed_precision no or bf16: fp16's loss scale does not see all gradients")
