"""Shows the phrases of a description with their body groups, and how it was read; coloured where the terminal can.

It does not know how they were found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from engine.description import Description

# Neighbours on the body get colours that are easy to tell apart.
GROUP_STYLES = {
    "shot": "bright_black",
    "person": "bright_magenta",
    "body": "orange3",
    "face": "light_salmon1",
    "hair": "gold3",
    "headwear": "dark_orange",
    "eyewear": "cyan",
    "top": "red",
    "outerwear": "deep_pink3",
    "dress": "hot_pink",
    "bottom": "dodger_blue1",
    "legwear": "medium_purple",
    "footwear": "green",
    "belt": "dark_goldenrod",
    "neckwear": "medium_orchid",
    "bag": "chartreuse3",
    "accessory": "turquoise2",
    "background": "steel_blue1",
    "style": "grey70",
    "other": "dim",
    "negated": "strike",
}


def show_groups(console: Console, description: Description) -> None:
    """Prints one row for each phrase: its group, its words, its place and, where one was asked for, its weight."""
    table = Table(box=None, pad_edge=False)
    table.add_column("group")
    table.add_column("words", overflow="fold")
    table.add_column("place", justify="right")
    weighted = any(span.weight != 1.0 for span in description.spans)
    if weighted:
        table.add_column("weight", justify="right")
    for span in description.spans:
        style = GROUP_STYLES.get(str(span.group), "")
        words = Text(printable(description.text[span.start : span.end]), style=style)
        place = f"{span.start}-{span.end}"
        weight = [f"{span.weight:g}"] if weighted else []
        table.add_row(Text(str(span.group), style=style), words, place, *weight)
    if description.spans:
        console.print(table)
    else:
        console.print("no body groups found")


def show_texts(console: Console, texts: Mapping[str, Any]) -> None:
    """Prints what the encoder does not get as it was written: what must not be there, syntax, and warnings."""
    if texts["negative"]:
        console.print(Text(f"not: {printable(texts['negative'])}", style="dim"))
    for each in texts["ignored"]:
        console.print(Text(f"ignored: {printable(each['text'])} ({each['why']})", style="dim"))
    for each in texts["warnings"]:
        console.print(Text(f"warning: {printable(each['message'])}", style="yellow"))


def printable(text: str) -> str:
    """Text that cannot steer a terminal: spaces for line breaks, a mark for what has no shape."""
    return "".join(
        char if char.isprintable() else " " if char.isspace() else "\N{REPLACEMENT CHARACTER}" for char in text
    )
