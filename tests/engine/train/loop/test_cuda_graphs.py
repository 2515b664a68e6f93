"""Recorded passes: the same steps as launched one by one, and a clear refusal where there is nothing to record on."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.train.loop.fit import Fit
from engine.train.recipe.fit import FitConfig
from engine.train.recipe.recipe import Recipe
from tests.engine.train.loop.test_fit import CONFIG, _Stage
from tests.engine.train.losses.test_rollout import rolled
from tests.engine.train.teachers.test_probe import stage_of


@pytest.mark.parametrize(("precision", "accumulate"), [("no", 1), ("no", 2), ("bf16", 1)])
@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_step_replayed_is_the_step_launched(
    recipe: Recipe, finished: Path, tmp_path: Path, precision: str, accumulate: int
) -> None:
    """Both sizes, all losses, rollouts of every length, and the optimiser, average and checkpoints after them."""
    settings = replace(recipe.unet.fit, steps=24, mixed_precision=precision, accumulate=accumulate, ema_decay=0.9)
    fits = {}
    for graphs in (False, True):
        config = replace(settings, cuda_graphs=graphs)
        stage = stage_of(rolled(recipe), finished, tmp_path / str(graphs))
        for module in (*stage.objective._probes, *stage.parts.reader.encoders):
            module.to("cuda")
        fit = Fit(stage, config, tmp_path / str(graphs) / "checkpoints", workers=2)
        outcome = fit.run()
        fits[graphs] = (fit, outcome)
    (launched, expected), (replayed, outcome) = fits[False], fits[True]
    assert replayed.recorded is not None and len(replayed.recorded) > 4
    tolerance = 2e-2 if precision == "bf16" else 2e-3
    assert outcome.losses == pytest.approx(expected.losses, rel=tolerance)
    assert outcome.numbers == pytest.approx(expected.numbers, rel=tolerance)
    for one, other in zip(launched.model.parameters(), replayed.model.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


def test_without_a_gpu_there_is_nothing_to_record(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cuda_graphs needs one process on a CUDA device, got 1 on cpu"):
        Fit(_Stage(), replace(CONFIG, cuda_graphs=True), tmp_path, cpu=True)


@pytest.mark.parametrize("other", [{"compile": True}, {"mixed_precision": "fp16"}])
def test_what_cannot_be_recorded_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cuda_graphs goes without compile and with mixed_precision no or bf16"):
        FitConfig(steps=1, batch_size=1, learning_rate=1.0, cuda_graphs=True, **other)  # type: ignore[arg-type]
