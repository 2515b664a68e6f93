"""`cosmicman generate` with a real, tiny model: files whole, refusals before any work."""

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.adapters.random_adapters import write_adapters

DESCRIPTION = "a full-body shot, a woman in a red dress, black boots"
QUICK = ("--steps", "2", "--num-threads", "1")


@pytest.mark.parametrize(("suffix", "kind"), [(".png", "PNG"), (".jpg", "JPEG"), (".webp", "WEBP")])
def test_picture_is_written_in_the_format_of_its_name(
    cosmicman, bundle: Path, tmp_path: Path, suffix: str, kind: str
) -> None:
    outcome = cosmicman("generate", DESCRIPTION, "-o", f"out{suffix}", "--bundle", str(bundle), *QUICK)
    assert (outcome.status, outcome.out) == (0, f"out{suffix}\n"), outcome.err
    with Image.open(tmp_path / f"out{suffix}") as image:
        assert (image.format, image.size) == (kind, (32, 48))
        image.load()
    assert "dress" in outcome.err and "footwear" in outcome.err and "2/2" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == [f"out{suffix}"]


def test_groups_and_weights_may_say_everything(cosmicman, bundle: Path) -> None:
    said = ("--group", "person=a woman", "--group", "hair=long red hair", "--weight", "hair=1.5")
    outcome = cosmicman("generate", "-o", "out.png", *said, "--bundle", str(bundle), *QUICK)
    assert outcome.status == 0, outcome.err
    assert re.search(r"hair +long red hair +9-22 +1\.5", outcome.err), outcome.err


def test_an_adapter_of_a_folder_changes_the_picture(cosmicman, adapted_bundle: Path, tmp_path: Path) -> None:
    folder = write_adapters(adapted_bundle, tmp_path / "loras")
    common = (DESCRIPTION, "--bundle", str(adapted_bundle), "--seed", "7", "--adapters", str(folder), *QUICK)
    outcomes = [
        cosmicman("generate", *common, "-o", f"{name}.png", *said)
        for name, said in {"plain": (), "none": ("--lora", "ink=0"), "ink": ("--lora", "ink=1")}.items()
    ]
    assert [outcome.status for outcome in outcomes] == [0, 0, 0], outcomes
    plain, none, ink = ((tmp_path / f"{name}.png").read_bytes() for name in ("plain", "none", "ink"))
    assert plain == none != ink
    refused = cosmicman("generate", *common, "-o", "x.png", "--lora", "inc=1")
    assert refused.status != 0 and "did you mean ink?" in refused.err


def test_seed_decides_the_picture_and_every_image_has_its_own_file(cosmicman, bundle: Path, tmp_path: Path) -> None:
    common = (DESCRIPTION, "--bundle", str(bundle), "--seed", "7", *QUICK)
    assert cosmicman("generate", *common, "-o", "two.png", "--num-images", "2").out == "two-0.png\ntwo-1.png\n"
    assert cosmicman("generate", *common, "-o", "one.png").status == 0
    pictures = {}
    for path in tmp_path.iterdir():
        with Image.open(path) as image:
            pictures[path.name] = image.tobytes()
    assert pictures["one.png"] == pictures["two-0.png"] != pictures["two-1.png"]


def test_a_later_picture_comes_alone_by_its_index(cosmicman, bundle: Path, tmp_path: Path) -> None:
    common = (DESCRIPTION, "--bundle", str(bundle), "--seed", "7", *QUICK)
    assert cosmicman("generate", *common, "-o", "three.png", "--num-images", "3").status == 0
    outcome = cosmicman("generate", *common, "-o", "third.png", "--image-index", "2")
    assert outcome.status == 0 and "seed 7, image_index 2" in outcome.err, outcome.err
    assert (tmp_path / "third.png").read_bytes() == (tmp_path / "three-2.png").read_bytes()


def test_quality_makes_a_smaller_file(cosmicman, bundle: Path, tmp_path: Path) -> None:
    common = (DESCRIPTION, "--bundle", str(bundle), "--seed", "7", *QUICK)
    assert cosmicman("generate", *common, "-o", "best.jpg").status == 0
    assert cosmicman("generate", *common, "-o", "least.jpg", "--image-quality", "1").status == 0
    assert (tmp_path / "least.jpg").stat().st_size < (tmp_path / "best.jpg").stat().st_size


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_a_cutout_has_transparency(cosmicman, parsing_bundle: Path, tmp_path: Path, suffix: str) -> None:
    common = (DESCRIPTION, "--bundle", str(parsing_bundle), "--seed", "7", *QUICK)
    assert cosmicman("generate", *common, "-o", f"plain.{suffix}").status == 0
    assert cosmicman("generate", *common, "-o", f"cut.{suffix}", "--cutout").status == 0
    with Image.open(tmp_path / f"plain.{suffix}") as plain, Image.open(tmp_path / f"cut.{suffix}") as cut:
        assert (plain.mode, cut.mode) == ("RGB", "RGBA")


def test_maps_of_attention_are_written_beside_the_same_picture(
    cosmicman, refused, bundle: Path, tmp_path: Path
) -> None:
    common = ("generate", DESCRIPTION, "--bundle", str(bundle), "--seed", "7", *QUICK)
    assert cosmicman(*common, "-o", "plain.png").out == "plain.png\n"
    outcome = cosmicman(*common, "-o", "told.png", "--attention", "maps")
    groups = ("shot", "person", "dress", "footwear")
    assert outcome.out.split() == ["told.png", *(f"maps/told-{group}.png" for group in groups)], outcome.err
    assert (tmp_path / "told.png").read_bytes() == (tmp_path / "plain.png").read_bytes()
    with Image.open(tmp_path / "maps/told-dress.png") as image:
        assert (image.mode, image.size) == ("L", (4, 6))
    (tmp_path / "told.png").unlink()
    assert "maps/told-shot.png" in refused(*common, "-o", "told.png", "--attention", "maps")
    assert cosmicman(*common, "-o", "told.png", "--attention", "maps", "--force").status == 0
    assert "--attention must name a folder" in refused(*common, "-o", "new.png", "--attention", "plain.png")
    assert "--attention must name a folder" in refused(*common, "-o", "new.png", "--attention", "none/maps")


def test_file_that_is_there_is_kept_unless_forced(cosmicman, refused, bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    out.write_bytes(b"precious")
    arguments = ("generate", DESCRIPTION, "-o", "out.png", "--bundle", str(bundle), *QUICK)
    message = refused(*arguments)
    assert "out.png is there already" in message and "--force" in message
    assert out.read_bytes() == b"precious"
    assert cosmicman(*arguments, "--force").status == 0
    assert out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--steps", "0"), ("steps", "0")),
        (("--steps", "1000"), ("steps", "1000")),
        (("--steps", "two"), ("--steps", "'two'")),
        (("--width", "33"), ("width", "33")),
        (("--guidance-scale", "nan"), ("guidance_scale", "nan")),
        (("--seed", "-2"), ("seed", "-2")),
        (("--image-index", "-1"), ("image_index", "-1")),
        (("--image-quality", "80"), ("image_quality is for jpeg and webp", "png")),
        (("--cutout",), ("cutout needs a parser", "tiny has none")),
        (("--steps", "0", "--sampler", "magic"), ("steps must be", "; sampler must be")),
        (("--sampler", "magic"), ("sampler", "magic", "ddim")),
        (("--deadline-seconds", "0"), ("deadline_seconds", "more than 0")),
        (("--num-images", "0"), ("--num-images", "'0'")),
        (("--num-images", "1000000000"), ("--num-images", "from 1 to 10000", "'1000000000'")),
        (("--group", "hair"), ("--group", "NAME=PHRASE", "'hair'")),
        (("--group", "hairs=x"), ("groups", "shot, person", "'hairs'")),
        (("--group", "hair=x", "--group", "hair=y"), ("--group", "once", "'hair'")),
        (("--weight", "top=much"), ("--weight", "NAME=NUMBER", "'much'")),
        (("--weight", "top=1e9"), ("weights.top", "from 0 to 4", "1e+09")),
        (("--provider", "cuda"), ("provider cuda is not in this installation", "cpu")),
        (("--provider", "torch"), ("provider torch runs a checkpoint", "--checkpoint")),
        (("--provider", "magic"), ("--provider", "'magic'", "tensorrt-rtx")),
    ],
    ids=lambda value: "-".join(value).lstrip("-") if isinstance(value, tuple) else None,
)
def test_request_the_model_cannot_do_is_refused(
    refused, bundle: Path, tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    message = refused("generate", DESCRIPTION, "-o", "out.png", "--bundle", str(bundle), *arguments)
    assert all(word in message for word in words), message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "must hold a JSON list of [x, y] or null: "),
        ('{"nose": [0.5, 0.5]}', 'or null; got {"nose": [0.5, 0.5]}'),
        ("[null, [0.5, 0.1, 0.0]]", "point 1 must be [x, y] or null; got [0.5, 0.1, 0.0]"),
        ('["12"]', 'point 0 must be [x, y] or null; got "12"'),
        ("[[true, 0.1]]", "point 0 must be [x, y] or null; got [true, 0.1]"),
    ],
)
def test_a_file_that_holds_no_pose_is_told(refused, bundle: Path, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "pose.json").write_text(text)
    message = refused("generate", DESCRIPTION, "-o", "out.png", "--bundle", str(bundle), "--pose", "pose.json")
    assert words in message, message


def test_how_the_words_were_read_is_shown(cosmicman, bundle: Path) -> None:
    told = ("--negative", "\u0436\u0435\u043d\u0449\u0438\u043d\u0430 <lora:film:1>", "--guidance-scale", "1")
    outcome = cosmicman(
        "generate", "a woman in a coat <lora:ink:1>, no hat", "-o", "out.png", "--bundle", str(bundle), *told, *QUICK
    )
    assert outcome.status == 0, outcome.err
    shown = " ".join(outcome.err.split())
    for words in ("ignored: <lora:ink:1>", "so nothing keeps this out", "negative_description is read in English"):
        assert words in shown, outcome.err


def test_a_second_reader_reads_the_description_first(cosmicman, bundle: Path, tmp_path: Path, reader_url: str) -> None:
    told = ("--describe-with", reader_url, "--describe-model", "sorter")
    outcome = cosmicman("generate", "une femme en robe rouge", "-o", "out.png", "--bundle", str(bundle), *told, *QUICK)
    assert outcome.status == 0, outcome.err
    with Image.open(tmp_path / "out.png") as image:
        assert any("a woman, a red dress, no hat" in text for text in image.info.values() if isinstance(text, str))


def test_empty_description_is_refused(refused, bundle: Path) -> None:
    assert "description" in refused("generate", " ", "-o", "out.png", "--bundle", str(bundle))


def test_unknown_suffix_is_refused_with_the_known_ones(refused) -> None:
    message = refused("generate", DESCRIPTION, "-o", "out.gif")
    assert "'out.gif'" in message and ".png" in message


def test_missing_folder_is_refused(refused) -> None:
    assert "'none'" in refused("generate", DESCRIPTION, "-o", "none/out.png")


def test_missing_bundle_is_refused_by_name(refused, tmp_path: Path) -> None:
    assert "nowhere" in refused("generate", DESCRIPTION, "-o", "out.png", "--bundle", "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_bundle_may_come_from_the_environment(refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_BUNDLE", "elsewhere")
    assert "elsewhere" in refused("generate", DESCRIPTION, "-o", "out.png")


def test_a_picture_can_start_from_another_and_be_denoised_twice(cosmicman, bundle: Path, tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), (200, 30, 60)).save(tmp_path / "in.jpg")
    common = (DESCRIPTION, "-o", "out.png", "--bundle", str(bundle), "--num-threads", "1", "--steps", "4")
    passes = ("--init-image", "in.jpg", "--strength", "0.5", "--second-pass", "0.5", "--second-pass-steps", "6")
    outcome = cosmicman(
        "generate", *common, *passes, "--guidance-interval", "0.2", "0.9", "--sampler", "dpmpp_2m_karras"
    )
    assert outcome.status == 0, outcome.err
    assert "5/5" in outcome.err
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (48, 32)


def test_a_part_of_a_picture_can_be_changed(cosmicman, bundle: Path, tmp_path: Path) -> None:
    Image.new("RGB", (32, 48), (200, 30, 60)).save(tmp_path / "in.png")
    mask = Image.new("L", (32, 48), 0)
    mask.paste(255, (0, 0, 16, 48))
    mask.save(tmp_path / "mask.png")
    common = (DESCRIPTION, "-o", "out.png", "--bundle", str(bundle), "--num-threads", "1", "--steps", "4")
    outcome = cosmicman("generate", *common, "--init-image", "in.png", "--mask", "mask.png", "--feather", "0")
    assert outcome.status == 0, outcome.err
    with Image.open(tmp_path / "out.png") as image:
        colours = {image.getpixel((x, y)) for x in range(16, 32) for y in range(48)}
        assert colours == {(200, 30, 60)}
        assert len(image.crop((0, 0, 16, 48)).getcolors(1000)) > 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--mask", "none.png"), ("--mask 'none.png' cannot be read", "No such file")),
        (("--change", "top"), ("change", "parser")),
        (("--init-image", "none.png"), ("--init-image 'none.png' cannot be read", "No such file")),
        (("--init-image", "text.png"), ("init_image", "PNG, JPEG or WebP")),
        (("--strength", "0.5"), ("strength", "there is none")),
        (("--second-pass", "2"), ("second_pass.strength", "2")),
        (("--second-pass-scale", "2"), ("--second-pass",)),
        (("--guidance-interval", "0.5", "0.1"), ("guidance_interval", "0.5 and 0.1")),
    ],
    ids=lambda value: "-".join(value).lstrip("-") if isinstance(value, tuple) else None,
)
def test_a_pass_the_model_cannot_do_is_refused(
    refused, bundle: Path, tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    message = refused("generate", DESCRIPTION, "-o", "out.png", "--bundle", str(bundle), *arguments)
    assert all(word in message for word in words), message


def test_description_may_come_from_stdin(cosmicman, bundle: Path, tmp_path: Path) -> None:
    arguments = ("generate", "-", "-o", "out.png", "--bundle", str(bundle), *QUICK)
    outcome = cosmicman(*arguments, stdin="a woman in a rosé dress\n".encode())
    assert outcome.status == 0, outcome.err
    with Image.open(tmp_path / "out.png") as image:
        assert any("a woman in a rosé dress" in text for text in image.info.values() if isinstance(text, str))


def test_stdin_that_is_not_utf8_is_refused(refused) -> None:
    assert "UTF-8" in refused("generate", "-", "-o", "out.png", stdin=b"\xff")


def test_target_that_cannot_be_written_is_refused_before_a_model_is_loaded(refused, tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    nothing = ("--bundle", "no-such-bundle")  # loading it would be the mistake that is named
    assert "is a folder" in refused("generate", DESCRIPTION, "-o", "folder.png", "--force", *nothing)
    long = "x" * 260 + ".png"
    assert "too long" in refused("generate", DESCRIPTION, "-o", long, *nothing)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder here in which nobody may write")
def test_folder_in_which_nobody_may_write_is_refused_before_a_model_is_loaded(refused) -> None:
    message = refused("generate", DESCRIPTION, "-o", "/proc/self/out.png", "--bundle", "no-such-bundle")
    assert "/proc/self/out.png" in message and "cannot be written" in message
