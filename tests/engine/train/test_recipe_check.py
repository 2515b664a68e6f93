"""What would stop a run after hours is found without a step, and looking writes nothing."""

from pathlib import Path

import pytest

from engine.train import dry_run

FIT = '{"steps": 1, "batch_size": 1, "learning_rate": 1}'


def test_parts_are_told_with_where_they_come_from(
    recipe_file: Path, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parts = {"tokenizer": "tokenizer", "vae": "vae", "text": "text_encoder", "unet": "unet"}
    told = [f"{section}.initial={finished / folder}" for section, folder in parts.items()]
    lines = dict(line.split(": ", 1) for line in dry_run(recipe_file, [*told, "text.fit=null", f"probe.fit={FIT}"]))
    assert list(lines) == ["data", "tokenizer", "vae", "text", "probe", "unet"]
    assert lines["data"].startswith("32 samples of ") and lines["data"].endswith("(16x24 16, 24x16 16)")
    assert lines["text"].endswith(f"as {finished / 'text_encoder'} has it")
    assert lines["unet"].endswith(f"from {finished / 'unet'}") and lines["probe"].endswith("from nothing")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["vae.initial=FINISHED/vae", "vae.latent_channels=8"], r"conv_in\.weight should be \(8, 8, 3, 3\), is"),
        (["text.initial=FINISHED/text_encoder"], r"text\.initial must know the tokenizer's \d+ tokens, got"),
        (["text.initial=FINISHED/text_encoder", "text.fit=null", "text.width=32"], r"of text\.width 32, got 16 from"),
        (["unet.initial=FINISHED/unet", "unet.block_out_channels=[16, 16]"], "tensors do not fit the recipe's model"),
        (["unet.initial=FINISHED/vae"], "tensors do not fit the recipe's model"),
        ([f"probe.fit={FIT}", "probe.initial=FINISHED/vae"], "no readable probe"),
        ([f"probe.fit={FIT}", "data.limit=4"], "probe: no label is frequent enough"),
        (["hola.strides=[32]"], r"hola\.strides"),
        (["unet.lora.rank=2", "unet.initial=FINISHED/unet", "unet.lora.targets=[nothing]"], r"name no layer"),
        (["tokenizer.max_length=8"], "fits"),
        (["data.folder=NOWHERE"], r"holds no \.parquet file"),
    ],
)
def test_what_does_not_go_together_is_found_without_a_step(
    recipe_file: Path, finished: Path, tmp_path: Path, overrides: list[str], message: str
) -> None:
    places = {"NOWHERE": str(tmp_path / "nowhere"), "FINISHED": str(finished)}
    # A vocabulary of another size than the finished encoder's.
    told = ["tokenizer.vocab_size=520"]
    for override in overrides:
        for name, place in places.items():
            override = override.replace(name, place)
        told.append(override)
    with pytest.raises(ValueError, match=message):
        dry_run(recipe_file, told)
