"""The probe reads labels off latents; the UNet is asked for what a caption says and for nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from diffusers import AutoencoderKL
from safetensors.torch import load_file
from transformers import CLIPTextModel

from engine.description import Group
from engine.description.wording.caption import Phrase
from engine.train import main
from engine.train.captions.tokenizer import load_tokenizer
from engine.train.data.labels import LabelTable
from engine.train.data.latent_cache import load_cache
from engine.train.data.samples import Folder
from engine.train.loop import checkpoint
from engine.train.loop.fit import Fit
from engine.train.loop.stage import Stage
from engine.train.losses import noise as diffusion
from engine.train.recipe.fit import FitConfig
from engine.train.recipe.losses import HolaVariant
from engine.train.recipe.reading import load_recipe
from engine.train.recipe.recipe import Recipe
from engine.train.recipe.teachers import ProbeConfig
from engine.train.run import Run
from engine.train.stages.unet import DiffusionStage, own_parts
from engine.train.teachers.probe import Asker, ProbeNetwork, load_probe, probe_loss
from engine.train.teachers.probe_stage import ProbeStage, choices, kappas, soften, values_of_keys

PROBE = {"width": 16, "blocks": 1, "held_out": 0.2, "fit": {"steps": 3, "batch_size": 4, "learning_rate": 1e-3}}
SETTING = f"probe={json.dumps(PROBE)}"
LABELS = (
    *("dress:color=blue", "dress:color=red", "dress:color=white", "dress:dress", "dress:type=gown"),
    *("top:color=blue", "top:color=red", "top:pattern=dotted", "top:pattern=striped", "top:top"),
)


def probed(recipe: Recipe, weight: float = 0.5) -> Recipe:
    fit = replace(recipe.unet.fit, ema_decay=0.0, optimizer="adamw")
    return replace(recipe, probe=ProbeConfig(weight=weight, width=16, blocks=1, held_out=0.2, fit=fit))


def stage_of(recipe: Recipe, finished: Path, out: Path, *, with_probe: bool = True) -> DiffusionStage:
    """The UNet's stage as a new process builds it, with an untrained probe."""
    folder = Folder(recipe.data)
    vae = AutoencoderKL.from_pretrained(finished / "vae")
    buckets = load_cache(folder, vae, finished / "cache")
    encoder = CLIPTextModel.from_pretrained(finished / "text_encoder")
    labels = tuple(LabelTable([sample.phrases for sample in folder.samples]).joint)
    torch.manual_seed(recipe.seed)
    parts = own_parts(recipe, vae, load_tokenizer(finished / "tokenizer"), encoder)
    torch.manual_seed(recipe.seed)
    stage = DiffusionStage(recipe, folder, buckets, parts, out)
    if not with_probe:
        return stage
    torch.manual_seed(recipe.seed + 1)
    probe = ProbeNetwork(labels, channels=4, width=16, blocks=1).eval().requires_grad_(False)
    torch.manual_seed(recipe.seed)
    return DiffusionStage(recipe, folder, buckets, parts, out, probe=probe)


def test_what_a_caption_says_is_asked_and_nothing_that_the_row_has_is_denied() -> None:
    red = Phrase(group=Group.DRESS, attributes=(("color", "red"),), noun="gown")
    white = Phrase(group=Group.DRESS, attributes=(("color", "white"),))
    top = Phrase(group=Group.TOP, attributes=(("color", "chartreuse"), ("pattern", "striped")), noun="shirt")
    row = (red, white, top)
    wanted, asked = Asker(LABELS).ask([(red,), (white, red), (top,), ()], [row] * 4)

    def named(row: torch.Tensor) -> set[str]:
        return {label for label, value in zip(LABELS, row.tolist(), strict=True) if value}

    assert named(wanted[0]) == {"dress:dress", "dress:color=red", "dress:type=gown"}
    assert named(asked[0]) == named(wanted[0]) | {"dress:color=blue"}  # the row has a white dress too
    assert named(wanted[1]) == named(wanted[0]) | {"dress:color=white"}
    assert named(asked[1]) == named(wanted[1]) | {"dress:color=blue"}
    assert named(wanted[2]) == {"top:top", "top:pattern=striped"}  # the colour is too rare to have a number
    assert named(asked[2]) == named(wanted[2]) | {"top:pattern=dotted", "top:color=blue", "top:color=red"}
    assert not named(asked[3]) and not named(wanted[3])
    logits = torch.randn(4, len(LABELS), generator=torch.Generator().manual_seed(0))
    losses = probe_loss(logits, wanted, asked)
    assert losses[3] == 0 and (losses[:3] > 0).all()
    right = (2 * wanted - 1) * 20
    assert probe_loss(right, wanted, asked).max() < 1e-6
    assert probe_loss(-right * asked, wanted, asked)[:3].min() == pytest.approx(20)


@pytest.mark.parametrize("kind", ["v_prediction", "epsilon"])
def test_clean_latents_are_those_that_were_made_noisy(kind: str) -> None:
    latents, noise = torch.randn(2, 3, 4, 5, 5, generator=torch.Generator().manual_seed(0)).unbind()
    alpha_bar = torch.tensor([0.9, 0.5, 0.01])
    noisy = diffusion.add_noise(latents, noise, alpha_bar)
    right = diffusion.target(latents, noise, alpha_bar, kind)
    torch.testing.assert_close(diffusion.clean(noisy, right, alpha_bar, kind), latents, rtol=1e-4, atol=1e-4)
    assert diffusion.clean(noisy, right, torch.zeros(3), kind).isfinite().all()


def test_latents_are_softened_alike_every_time() -> None:
    latents = torch.randn(64, 2, 6, 6, generator=torch.Generator().manual_seed(0))
    one, other = (soften(latents, 0.6, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(one, other) and not torch.equal(one, latents)
    flat = torch.ones(64, 2, 6, 6)
    same = (soften(flat, 0.6, torch.Generator().manual_seed(1)) - flat).abs().amax((1, 2, 3)) < 1e-5
    assert 16 < same.sum() < 48  # half get no noise


def test_a_trained_probe_tells_right_latents_from_wrong_ones() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = ("top:color=blue", "top:color=red", "top:top")
    torch.manual_seed(0)
    probe = ProbeNetwork(labels, channels=4, width=16, blocks=1)
    optimizer = torch.optim.AdamW(probe.parameters(), lr=1e-2)

    def coloured(is_red: torch.Tensor) -> torch.Tensor:
        latents = torch.randn(len(is_red), 4, 6, 4, generator=generator)
        latents[:, 0, 2:4, 1:3] = 2 * (2 * is_red - 1)[:, None, None]
        return latents

    for _ in range(60):
        is_red = (torch.rand(32, generator=generator) < 0.5).float()
        wanted = torch.stack([1 - is_red, is_red, torch.ones(32)], 1)
        optimizer.zero_grad()
        probe_loss(probe(coloured(is_red)), wanted, torch.ones(32, 3)).mean().backward()
        optimizer.step()
    is_red = torch.arange(32) % 2.0
    wanted = torch.stack([1 - is_red, is_red, torch.ones(32)], 1)
    right, wrong = (probe_loss(probe(coloured(each)), wanted, torch.ones(32, 3)) for each in (is_red, 1 - is_red))
    assert right.max() < wrong.min() and right.mean() < 0.2 * wrong.mean()


def test_each_key_of_a_group_reads_its_own_place() -> None:
    labels = ("top:color=blue", "top:color=red", "top:pattern=plain", "top:pattern=striped", "top:top")
    probe = ProbeNetwork(labels, channels=2, width=8, blocks=1)
    assert probe.keys == ("top:color", "top:pattern", "top:top")
    features = torch.zeros(1, 8, 2, 2)
    features[0, 0, 0, 0], features[0, 1, 1, 1] = 1, 1  # something at one corner, something else at another
    with torch.no_grad():
        probe.look.weight.zero_()
        probe.look.bias.zero_()
        probe.look.weight[0, 0] = 50  # the colour looks at the one
        probe.look.weight[1, 1] = 50  # the pattern at the other
        probe.weight.zero_()
        probe.weight[:4, :2] = torch.tensor([[1.0, 0], [0, 1], [1, 0], [0, 1]])
        probe.bias.zero_()
        found = probe.read(features)
    assert torch.allclose(found, torch.tensor([[1.0, 0, 0, 1, 0]]), atol=1e-4)


def test_the_unet_learns_from_the_probe_and_the_probe_not_at_all(
    recipe: Recipe, finished: Path, tmp_path: Path
) -> None:
    stage = stage_of(probed(recipe), finished, tmp_path)
    batch = stage.complete(stage.batch(0, 0, 1))
    assert batch["asked"].shape == batch["wanted"].shape and (batch["wanted"] <= batch["asked"]).all()
    assert batch["asked"].sum() > batch["wanted"].sum() > 0
    stage.objective.train()
    numbers = stage.objective(batch)
    assert list(numbers) == ["loss", "noise", "hola", "probe"]
    weighed = numbers["noise"] + recipe.hola.weight * numbers["hola"] + 0.5 * numbers["probe"]
    torch.testing.assert_close(numbers["loss"], weighed)
    numbers["probe"].backward()
    assert any(value.grad is not None and value.grad.abs().sum() > 0 for value in stage.unet.parameters())
    [probe] = stage.objective._probes
    assert all(value.grad is None for value in probe.parameters()) and not probe.training
    plain = stage_of(recipe, finished, tmp_path, with_probe=False)
    assert stage.objective.state_dict().keys() == plain.objective.state_dict().keys()
    assert len(list(stage.objective.parameters())) == len(list(plain.objective.parameters()))
    batch["weights"] = torch.zeros(len(batch["weights"]))
    assert stage.objective(batch)["probe"] == 0
    batch |= {"weights": torch.ones(len(batch["weights"])), "asked": torch.zeros_like(batch["asked"])}
    assert stage.objective(batch)["probe"] == 0


def test_a_precise_probe_in_a_bf16_step(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    stage = stage_of(probed(recipe), finished, tmp_path)
    batch, seen = stage.complete(stage.batch(0, 0, 1)), []
    stage.objective._probes[0].entry.register_forward_hook(lambda module, given, made: seen.append(made.dtype))
    with torch.autocast("cpu", torch.bfloat16):
        assert stage.objective(batch)["probe"].dtype == torch.float32
    assert seen == [torch.float32]


def test_the_probe_in_a_compiled_step(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    setting = replace(probed(recipe), hola=replace(recipe.hola, variant=HolaVariant.NONE))
    stage = stage_of(setting, finished, tmp_path)
    batch = stage.complete(stage.batch(0, 0, 1))
    compiled = torch.compile(stage.objective, backend="eager", dynamic=False)
    for name, value in stage.objective(batch).items():
        torch.testing.assert_close(compiled(batch)[name], value, rtol=1e-5, atol=1e-6)


def resumes_exactly(build: Callable[[], Stage], config: FitConfig, folder: Path) -> None:
    """Losses of a run that was stopped half-way, in `folder`/parts, are those of one that was not."""
    whole = Fit(build(), config, folder / "whole", cpu=True).run().losses
    first = Fit(build(), config, folder / "parts", cpu=True).run(config.steps // 2)
    rest = Fit(build(), config, folder / "parts", cpu=True)
    assert rest.resume() and first.losses + rest.run().losses == whole


def test_resumed_training_is_exact_with_a_probe(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    setting = probed(recipe)
    config = setting.unet.fit
    resumes_exactly(lambda: stage_of(setting, finished, tmp_path), config, tmp_path)
    tensors = checkpoint.load(tmp_path / "parts").model
    assert all(name.startswith("unet.") for name in tensors)
    without = Fit(stage_of(recipe, finished, tmp_path, with_probe=False), config, tmp_path / "parts", cpu=True)
    assert without.resume()  # a checkpoint does not know how much the probe counted


def test_a_probe_that_counts_nothing_changes_nothing(
    recipe: Recipe, recipe_file: Path, finished: Path, tmp_path: Path
) -> None:
    def losses(setting: Recipe) -> tuple[float, ...]:
        run = Run(setting, finished, resume=False)
        torch.manual_seed(setting.seed)
        probe = run._load_probe()
        assert probe is None
        stage = DiffusionStage(setting, run.folder, run._buckets(), run.parts, tmp_path, probe=probe)
        assert stage.batch(0, 0, 1).keys().isdisjoint({"wanted", "asked"})
        return Fit(stage, setting.unet.fit, tmp_path / f"{setting.probe is None}", cpu=True).run(3).losses

    assert losses(recipe) == losses(load_recipe(recipe_file, [SETTING, "probe.weight=0"]))


def test_the_stage_stands_before_the_unets_and_says_what_it_found(
    recipe_file: Path, finished: Path, tmp_path: Path
) -> None:
    parts = finished / "package"
    sources = {"tokenizer": "tokenizer", "text": "text_encoder", "vae": "vae"}
    given = [f"{section}.initial={parts / folder}" for section, folder in sources.items()]
    out = tmp_path / "out"
    overrides = [*given, "vae.fit=null", "text.fit=null", SETTING, "unet.fit.steps=2"]
    assert main(recipe_file, overrides, out=out) == 0
    costs = json.loads((out / "training.json").read_text(encoding="utf-8"))["stages"]
    assert list(costs) == ["probe", "unet", "package"]
    held_out = costs["probe"]["held_out"]
    assert {"f1", "f1_softened", "f1_top", "kappa_person:age"} <= held_out.keys()
    assert all(-name.startswith("kappa") <= value <= 1 for name, value in held_out.items())
    assert costs["unet"]["probe"] > 0
    assert {file.name for file in (out / "probe").iterdir()} == {"probe.json", "probe.safetensors"}
    trained = checkpoint.load(out / "checkpoints" / "probe").model
    for name, value in load_file(out / "probe" / "probe.safetensors").items():
        assert torch.equal(value, trained[f"network.{name}"])
    assert not list((out / "package").rglob("*probe*"))
    before = (out / "probe" / "probe.json").stat().st_mtime_ns
    more = [*overrides[:-1], "unet.fit.steps=3", "probe.weight=0.1"]
    assert main(recipe_file, more, stage="unet", resume=True, out=out) == 0
    assert (out / "probe" / "probe.json").stat().st_mtime_ns == before
    with pytest.raises(ValueError, match=r"holds no readable probe|reads other labels than the data's, such as "):
        main(recipe_file, [*more, "data.limit=20"], stage="unet", resume=True, out=out)


def test_a_missing_section_or_probe_is_named(recipe_file: Path, finished: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stage probe needs the section probe in the recipe"):
        main(recipe_file, stage="probe", out=tmp_path)
    run = Run(load_recipe(recipe_file, [SETTING]), finished, resume=False)
    assert run.stages == ("tokenizer", "vae", "text", "probe", "unet", "package") and not run.is_done("probe")
    with pytest.raises(FileNotFoundError, match="probe is not there: run the stage that makes it first"):
        run.stage("unet")


def test_the_probe_of_a_base(checkpoint: Path, data: Path, tmp_path: Path) -> None:
    from tests.engine.train.test_base import base_tree

    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(base_tree(checkpoint, data, probe=PROBE)), encoding="utf-8")
    out = tmp_path / "run"
    assert main(path, out=out) == 0
    costs = json.loads((out / "training.json").read_text(encoding="utf-8"))["stages"]
    assert list(costs) == ["probe", "unet", "package"] and costs["unet"]["probe"] > 0


def test_kappa_is_what_is_left_above_chance() -> None:
    names = ("top:color=red", "top:color=blue", "top:top", "hair:hair=bald", "hair:hair=grey")
    true = torch.tensor([[1, 0, 1, 0, 1], [1, 0, 1, 0, 1], [1, 0, 1, 0, 1], [0, 1, 1, 1, 0], [1, 1, 1, 0, 0]]).float()
    logits = torch.tensor([[2, 1], [2, 1], [1, 2], [1, 2], [5, 0]]).float()
    logits = torch.cat([logits, torch.zeros(5, 1), torch.tensor([[0, 1]]).float().expand(5, 2)], dim=1)
    # tops: 3 of 4 right (the fifth has both); said 2 red 2 blue, true 3 red 1 blue: (0.75 - 0.5) / (1 - 0.5)
    # hair: always grey, as three of four are
    values = values_of_keys(names)
    counts = choices(values, logits[:2], true[:2]) + choices(values, logits[2:], true[2:])
    assert kappas(values, counts) == {"top:color": 0.5, "hair:hair": 0.0}


def test_a_probe_of_other_labels_or_latents_is_refused(tmp_path: Path) -> None:
    ProbeNetwork(LABELS, channels=4, width=8, blocks=1).save(tmp_path / "probe")
    again = load_probe(tmp_path / "probe", LABELS, channels=4)
    assert again.labels == LABELS and not any(value.requires_grad for value in again.parameters())
    with pytest.raises(ValueError, match=r"reads other labels than the data's, such as top:top: run the stage probe"):
        load_probe(tmp_path / "probe", LABELS[:-1], channels=4)
    with pytest.raises(ValueError, match="reads latents of 4 channels, the vae's have 16"):
        load_probe(tmp_path / "probe", LABELS, channels=16)
    (tmp_path / "probe" / "probe.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match="holds no readable probe"):
        load_probe(tmp_path / "probe", LABELS, channels=4)


def test_a_probe_begins_with_what_another_knows_of_the_same_labels(
    recipe: Recipe, finished: Path, tmp_path: Path
) -> None:
    folder = Folder(recipe.data)
    labels = tuple(LabelTable([sample.phrases for sample in folder.samples]).joint)
    known = ProbeNetwork(("aura:aura", *reversed(labels[1:])), channels=4, width=16, blocks=1)
    known.save(tmp_path / "probe")
    begun = replace(probed(recipe).probe, initial=tmp_path / "probe")
    vae = AutoencoderKL.from_pretrained(finished / "vae")
    stage = ProbeStage(replace(recipe, probe=begun), folder, load_cache(folder, vae, finished / "cache"))
    latents = torch.randn(2, 4, 6, 5)
    expected, found = known(latents), stage.network(latents)
    for number, label in enumerate(labels[1:], 1):
        assert torch.allclose(found[:, number], expected[:, known.labels.index(label)], atol=1e-6), label
    with pytest.raises(ValueError, match="holds a probe of .*'width': 16.*, to start from it needs .*'width': 24"):
        ProbeNetwork(labels, channels=4, width=24, blocks=1).start_from(tmp_path / "probe")
    with pytest.raises(ValueError, match="holds no readable probe"):
        ProbeNetwork(labels, channels=4, width=16, blocks=1).start_from(tmp_path)


def test_held_out_pictures_are_not_learnt_from(recipe: Recipe, finished: Path) -> None:
    setting = replace(probed(recipe), data=replace(recipe.data, mirror=True))
    folder = Folder(setting.data)
    vae = AutoencoderKL.from_pretrained(finished / "vae")
    stage = ProbeStage(setting, folder, load_cache(folder, vae, finished / "cache"))

    def rows(chosen: list[torch.Tensor]) -> set[str]:
        pairs = zip(stage.buckets, chosen, strict=True)
        return {folder.samples[bucket.samples[index]].where for bucket, indices in pairs for index in indices}

    assert len(rows(stage.held_out)) == 6 and rows(stage.held_out).isdisjoint(rows(stage.shown))
    one, other = stage.batch(3, 0, 1), stage.batch(3, 0, 1)
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert not torch.equal(one["labels"], stage.batch(3, 1, 2)["labels"])
