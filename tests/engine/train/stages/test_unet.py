"""The denoiser's batches: every sample once an epoch, timesteps spread, supervision in its place, resume exact."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from transformers import CLIPTextModel

from engine.description import Group
from engine.description.wording.caption import Phrase
from engine.train.captions.discretise import Discretised, TokenSpan
from engine.train.captions.tokenizer import load_tokenizer
from engine.train.data.latent_cache import load_cache
from engine.train.data.samples import Folder
from engine.train.loop.fit import Fit
from engine.train.loop.stage import Batch
from engine.train.losses.supervision import supervise, supervision
from engine.train.recipe.recipe import Recipe
from engine.train.stages.unet import DiffusionStage, own_parts, stratified_timesteps


@pytest.fixture
def stage(recipe: Recipe, finished: Path, tmp_path: Path) -> DiffusionStage:
    return _stage(recipe, finished, tmp_path)


def _stage(recipe: Recipe, finished: Path, out: Path) -> DiffusionStage:
    """The stage as a new process builds it."""
    folder = Folder(recipe.data)
    vae = AutoencoderKL.from_pretrained(finished / "vae")
    buckets = load_cache(folder, vae, finished / "cache")
    encoder = CLIPTextModel.from_pretrained(finished / "text_encoder")
    torch.manual_seed(recipe.seed)
    parts = own_parts(recipe, vae, load_tokenizer(finished / "tokenizer"), encoder)
    return DiffusionStage(recipe, folder, buckets, parts, out)


@pytest.mark.parametrize("count", [1, 4, 7])
def test_timesteps_are_spread_one_to_each_part(count: int) -> None:
    seen = set()
    for seed in range(300):
        timesteps = stratified_timesteps(count, 1000, torch.Generator().manual_seed(seed))
        assert timesteps.min() >= 0 and timesteps.max() <= 999
        ordered = timesteps.sort().values
        assert all(abs(value - ordered[0] - place * 1000 / count) <= 1 for place, value in enumerate(ordered))
        seen.update((timesteps // 100).tolist())
    assert seen == set(range(10))


@pytest.mark.parametrize(("world_size", "batch_size"), [(1, 4), (2, 4), (1, 5), (2, 3), (3, 16)])
def test_an_epoch_shows_every_sample_once(stage: DiffusionStage, world_size: int, batch_size: int) -> None:
    fit = replace(stage.recipe.unet.fit, batch_size=batch_size)
    stage.recipe = replace(stage.recipe, unet=replace(stage.recipe.unet, fit=fit))
    steps = stage.steps_per_epoch(world_size)
    epochs = []
    for epoch in range(2):
        seen: Counter[int] = Counter()
        for step in range(epoch * steps, (epoch + 1) * steps):
            shares = [stage._plan(step, rank, world_size) for rank in range(world_size)]
            assert len({share.bucket for share in shares}) == 1  # one size a step
            weights = np.concatenate([share.weights for share in shares])
            assert len(weights) == batch_size * world_size and weights.mean() == pytest.approx(1)
            assert len(set(weights[weights > 0])) == 1
            samples = stage.buckets[shares[0].bucket].samples
            indices = np.concatenate([share.indices for share in shares])
            seen.update(samples[index] for index in indices[weights > 0])
        assert set(seen.values()) == {1} and len(seen) == 32
        epochs.append(list(seen))
    assert epochs[0] != epochs[1]


def test_a_sample_that_only_fills_the_batch_counts_for_nothing(stage: DiffusionStage) -> None:
    batch = stage.complete(stage.batch(0, 0, 1))
    weights = torch.zeros(len(batch["latents"]))
    weights[0] = len(weights)
    alone = {name: value[:1] for name, value in batch.items()} | {"weights": torch.ones(1)}
    batch["weights"], batch["valid"] = weights, batch["valid"] * (weights > 0)[:, None]
    with torch.no_grad():
        filled, expected = stage.objective(batch), stage.objective(alone)
    for name, value in expected.items():
        torch.testing.assert_close(filled[name], value, rtol=1e-4, atol=1e-6)


def test_a_batch_is_a_pure_function_of_its_step(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    one, other = (_stage(recipe, finished, tmp_path) for _ in range(2))
    one.batch(0, 0, 1)
    first, again = one.batch(5, 0, 1), other.batch(5, 0, 1)
    assert first.keys() == again.keys() and all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["noise"], one.batch(5, 1, 2)["noise"])


def test_pictures_kept_for_validation_are_never_trained_on_and_judged_alike(
    recipe: Recipe, finished: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    unet = replace(recipe.unet, num_validation=3, num_samples=0, fit=replace(recipe.unet.fit, batch_size=2, steps=2))
    stage = _stage(replace(recipe, unet=unet), finished, tmp_path)
    largest = max(stage.buckets, key=lambda bucket: len(bucket.samples))
    shares = [stage._plan(step, 0, 1) for step in range(stage.steps_per_epoch(1))]
    trained = {sample for share in shares for sample in stage.buckets[share.bucket].samples[share.indices].tolist()}
    everything = {sample for bucket in stage.buckets for sample in bucket.samples.tolist()}
    assert everything - trained == set(largest.samples[-3:].tolist())
    first = stage.report(0)
    assert first == stage.report(1) and first["validation_loss"] > 0
    assert {"validation_noise", "validation_hola"} <= first.keys()
    with caplog.at_level("INFO"):
        Fit(stage, unet.fit, tmp_path / "checkpoints", cpu=True).run()
    told = [record.getMessage() for record in caplog.records if "validation_loss=" in record.getMessage()]
    assert told and told[-1].startswith("stage=unet step=2 ")
    assert stage.report(2) != first
    greedy = replace(recipe, unet=replace(recipe.unet, num_validation=1000))
    with pytest.raises(ValueError, match="num_validation must leave pictures to train on"):
        _stage(greedy, finished, tmp_path)


def test_supervision_is_in_its_place() -> None:
    top = Phrase(group=Group.TOP, regions=(4, 7))
    other = Phrase(group=Group.OTHER)
    spans = (TokenSpan(start=1, end=3, phrase=top), TokenSpan(start=3, end=4, phrase=other))
    captions = [
        Discretised(text="", ids=(0,) * 6, end=5, spans=spans),
        Discretised(text="", ids=(0,) * 6, end=1, spans=()),
    ]
    shares = np.random.default_rng(0).integers(0, 255, (2, 18, 2, 3), np.uint8)
    shares[:, [4, 7]] //= 2
    batch = supervise(captions, shares, np.ones(2, np.float32))
    assert batch["spans"].tolist()[0][:2] == [[0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0]]
    assert batch["spans"][0, 2:].sum() == 0
    assert batch["valid"][0].tolist() == [1.0] + [0.0] * 31 and batch["valid"][1].sum() == 0
    regions = supervision(batch).regions
    torch.testing.assert_close(regions[0, 0] * 255, torch.from_numpy(shares[0, 4] + shares[0, 7]).float())
    assert regions[0, 1].sum() == 0 and batch["spans"][1].sum() == 0
    assert supervise(captions, shares, np.array([0, 2], np.float32))["valid"].sum() == 0


def _loss_and_gradients(objective: torch.nn.Module, batch: Batch) -> tuple[dict[str, float], list[torch.Tensor]]:
    objective.train()
    objective.zero_grad()
    numbers = objective(batch)
    numbers["loss"].backward()
    gradients = [value.grad for value in objective.parameters()]
    return {name: float(value.detach()) for name, value in numbers.items()}, [
        each for each in gradients if each is not None
    ]


@pytest.mark.slow
# PyTorch's tracer makes an object of each autograd function, which PyTorch deprecates.
@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")
@pytest.mark.parametrize("way", ["checkpointed", "compiled"])
def test_hola_is_the_same_checkpointed_and_compiled(way: str, recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    plain = _stage(recipe, finished, tmp_path)
    batch = plain.complete(plain.batch(0, 0, 1))
    numbers, gradients = _loss_and_gradients(plain.objective, batch)
    assert numbers["hola"] > 0
    if way == "compiled":
        objective = torch.compile(plain.objective, backend="eager", dynamic=False)
    else:
        unet = replace(recipe.unet, gradient_checkpointing=True)
        objective = _stage(replace(recipe, unet=unet), finished, tmp_path).objective
        assert objective.unet.is_gradient_checkpointing
    again, others = _loss_and_gradients(objective, batch)
    assert again == pytest.approx(numbers, rel=1e-5)
    assert len(gradients) == len(others) > 100
    for one, other in zip(gradients, others, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("rank", [0, 2])
def test_resumed_training_is_exact(rank: int, recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    lora = replace(recipe.unet.lora, rank=rank)  # 0 trains every weight, others adapters alone
    recipe = replace(recipe, unet=replace(recipe.unet, lora=lora, initial=finished / "unet"))
    config = recipe.unet.fit
    whole = Fit(_stage(recipe, finished, tmp_path), config, tmp_path / "whole", cpu=True)
    losses = whole.run().losses
    first = Fit(_stage(recipe, finished, tmp_path), config, tmp_path / "parts", cpu=True).run(config.steps // 2)
    rest = Fit(_stage(recipe, finished, tmp_path), config, tmp_path / "parts", cpu=True)
    assert rest.resume()
    assert first.losses + rest.run().losses == losses and len(losses) == config.steps
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, rest.model.state_dict()[name])
