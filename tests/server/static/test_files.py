"""The studio's files: colours that can be read, nothing inline, nothing from elsewhere, no loose ends."""

import re
from pathlib import Path

import pytest

from engine.description import Group
from server.routes.studio import STATIC

FILES = sorted(path for path in STATIC.rglob("*") if path.is_file())
HTML = (STATIC / "index.html").read_text("utf-8")
PALETTE = (STATIC / "styles/palette.css").read_text("utf-8")
LIGHT, DARK = PALETTE.split("@media (prefers-color-scheme: dark)")
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
PART_CONTRAST = 3.0  # WCAG 2.2, 1.4.11


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("css", [LIGHT, DARK], ids=["light", "dark"])
def test_each_group_has_colours_that_can_be_read(css: str) -> None:
    palette = colours(css)
    for group in Group:
        ink, tint = palette[group], palette[f"{group}-tint"]
        grounds = {"tint": tint, "surface": palette["surface"], "page": palette["page"], "mat": palette["mat"]}
        for name, ground in grounds.items():
            assert contrast(ink, ground) >= TEXT_CONTRAST, (group, name)
        assert contrast(palette["ink"], tint) >= 7, group
        assert contrast(palette["muted"], palette["surface"]) >= TEXT_CONTRAST
    assert len({palette[group] for group in Group}) == len(Group)


@pytest.mark.parametrize("css", [LIGHT, DARK], ids=["light", "dark"])
def test_the_page_has_colours_that_can_be_read(css: str) -> None:
    palette = colours(css)
    texts = [("ink", "page"), ("ink", "surface"), ("muted", "page"), ("muted", "surface"), ("muted", "other-tint")]
    texts += [("danger", "page"), ("ink", "danger-tint"), ("ink", "mark"), ("action-ink", "action")]
    for ink, ground in texts:
        assert contrast(palette[ink], palette[ground]) >= TEXT_CONTRAST, (ink, ground)
    for part in ("edge", "focus", "danger"):
        for ground in ("page", "surface"):
            assert contrast(palette[part], palette[ground]) >= PART_CONTRAST, (part, ground)


def test_each_group_has_a_class_and_is_known_to_the_page() -> None:
    words = (STATIC / "text/words.js").read_text("utf-8")
    known = set("".join(re.findall(r'"([a-z ]+)"', words.split("KNOWN")[1].split(");")[0])).split())
    assert known == set(Group)
    for group in Group:
        assert f".g-{group} {{ --group: var(--{group}); --tint: var(--{group}-tint); }}" in PALETTE


def test_the_page_holds_no_inline_script_or_style() -> None:
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style", HTML)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", HTML))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_names_another_site(path: Path) -> None:
    addresses = set(re.findall(r"(?:https?:)?//[a-z][^\s\"'()]*\.[a-z]+[^\s\"'()<>]*", path.read_text("utf-8")))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_each_file_that_is_named_is_there() -> None:
    named = {STATIC / name for name in re.findall(r'(?:src|href)="([\w./-]+\.(?:js|css|svg))"', HTML)}
    for script in STATIC.rglob("*.js"):
        names = re.findall(r'from "(\.{1,2}/[\w./-]+)"', script.read_text("utf-8"))
        named |= {(script.parent / name).resolve() for name in names}
    assert named == set(FILES) - {STATIC / "index.html"}


def test_each_id_that_scripts_ask_for_is_there() -> None:
    ids = re.findall(r'\sid="([\w-]+)"', HTML)
    assert len(ids) == len(set(ids))
    for script in STATIC.rglob("*.js"):
        assert set(re.findall(r'\bat\("([\w-]+)"\)', script.read_text("utf-8"))) <= set(ids), script.name
    referenced = " ".join(re.findall(r'(?:aria-\w+by|for)="([^"]+)"', HTML)).split()
    assert set(referenced) <= set(ids)
