"""`cosmicman magic123` with a real, tiny model: a square cut-out, a text, and a script that a shell takes."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from engine.pictures.square import MARGIN, square_cutout

WORDS = "a full-body shot, a woman's red dress, no hat"


def test_a_folder_that_magic123_takes(cosmicman, parsing_bundle: Path, checkpoint: Path, tmp_path: Path) -> None:
    told = ("--bundle", str(parsing_bundle), "--pipeline", str(checkpoint), "--num-threads", "1", "--steps", "2")
    outcome = cosmicman("magic123", WORDS, "--out", "my woman", "--seed", "5", "--side", "96", *told)
    assert (outcome.status, outcome.out) == (0, "my woman/rgba.png\n"), outcome.err
    assert "seed 5" in outcome.err
    folder = tmp_path / "my woman"
    assert sorted(path.name for path in folder.iterdir()) == ["prompt.txt", "rgba.png", "run.sh"]
    with Image.open(folder / "rgba.png") as image:
        assert (image.mode, image.size) == ("RGBA", (96, 96))
        left, top, right, bottom = image.getchannel("A").getbbox()
        assert abs(max(right - left, bottom - top) - 96 * (1 - 2 * MARGIN)) <= 2
    prompt = (folder / "prompt.txt").read_text().strip()
    assert "red dress" in prompt and "hat" not in prompt
    _pretend_to_be_magic123(tmp_path / "checkout")
    subprocess.run(["sh", str(folder / "run.sh")], cwd=tmp_path / "checkout", check=True, env=_with(tmp_path))
    depth, coarse, fine = [json.loads(line) for line in (tmp_path / "calls.txt").read_text().splitlines()]
    assert depth == ["preprocess_image.py", "--path", f"{folder}/rgba.png"]
    for call in (coarse, fine):
        assert call[call.index("--text") + 1] == prompt
        assert call[call.index("--hf_key") + 1] == str(checkpoint)
        assert call[call.index("--image") + 1] == f"{folder}/rgba.png"
    assert fine[fine.index("--init_ckpt") + 1] == f"{folder}/coarse/checkpoints/coarse.pth"
    assert coarse[coarse.index("--workspace") + 1] == f"{folder}/coarse"


def _pretend_to_be_magic123(folder: Path) -> None:
    """A checkout whose programs note how they are called."""
    folder.mkdir()
    note = "import json, os, sys; open(os.environ['CALLS'], 'a').write(json.dumps(sys.argv) + '\\n')\n"
    for name in ("main.py", "preprocess_image.py"):
        (folder / name).write_text(note)


def _with(folder: Path) -> dict[str, str]:
    return {**os.environ, "CALLS": str(folder / "calls.txt")}


def test_what_cannot_be_made_is_one_line(refused, parsing_bundle: Path, sdxl_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    assert "that is not there yet" in refused("magic123", WORDS, "--out", "there")
    bundle = ("--bundle", str(parsing_bundle), "--out", "new")
    assert "--pipeline must name the diffusers folder" in refused("magic123", WORDS, *bundle)
    message = refused("magic123", WORDS, *bundle, "--pipeline", str(sdxl_checkpoint))
    assert "is a StableDiffusionXLPipeline" in message
    assert "it has no model_index.json" in refused("magic123", WORDS, *bundle, "--pipeline", str(tmp_path))
    assert not (tmp_path / "new").exists()


def test_a_square_keeps_shape_and_colour() -> None:
    picture = Image.new("RGBA", (40, 60), (0, 255, 0, 0))  # green where nobody is
    picture.paste((200, 0, 0, 255), (10, 10, 20, 50))
    square = square_cutout(picture, 100)
    left, top, right, bottom = square.getchannel("A").getbbox()
    assert (bottom - top, right - left) == (84, 21) and abs((left + right) - 100) <= 1
    greens = [pixel[1] for pixel in square.get_flattened_data() if pixel[3] > 127]
    assert max(greens) == 0, "what is transparent does not bleed into the person's edge"
    with pytest.raises(ValueError, match="nobody is seen"):
        square_cutout(Image.new("RGBA", (8, 8), (1, 1, 1, 0)), 64)
