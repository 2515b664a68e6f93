"""The syntax of other tools' prompts: networks, parameters, wildcards, chunks, weights that are none here.

Every pattern takes time linear in the length of a text: what it repeats is bounded, or begins where it cannot begin
again.
"""

from __future__ import annotations

import re

from engine.description.syntax.found import Goes, Rule

_NETWORK = "a network of another tool: a description loads none"
_PARAMETER = "a parameter of another tool: the request has fields for what it can be told"
_CHOICE = "a choice of another tool: none is drawn by lot here"
_CHUNK = "a separator of another tool: phrases are parted by commas here"
_WEIGHT = "no weight here: weights are written (hat:1.2)"
_FOOTER = "settings of another tool: the request has fields for what it can be told"

_FLAGS = (
    "ar|aspect|v|version|style|stylize|s|q|quality|chaos|c|weird|w|h|seed|sameseed|stop|tile|iw|niji|video|repeat|r|"
    "turbo|fast|relax|cref|cw|sref|sw|sv|p|profile|personalize|draft|hd|test|testp|creative|upbeta|uplight|upanime|"
    "width|height|steps|cfg|scale|guidance|sampler|model|m|n|oref|ow|exp|stealth|public|motion|loop|raw|end|bs|batch"
)
_NAMED = "style|sampler|model|m|p|profile|version|v|niji|motion|sref|cref|oref"
_FLAG = re.compile(
    rf"(?<!\S)--(?:(?:{_NAMED})(?![\w])(?:[ =]+(?!-)[^\s,]{{1,200}})?"
    rf"|(?:{_FLAGS})(?![\w])(?:[ =]+-?[\d.][\d.:x]*)*)(?![\w])",
    re.IGNORECASE,
)
_DASHED_FLAG = re.compile(r"(?<!\S)[\u2013\u2014](?:ar[ ]+\d+:\d+|(?:v|s|q|chaos|seed|stylize|niji)[ ]+[\d.]+)(?!\w)")
_NUMBERED = (
    "cfg(?: scale)?|seed|clip skip|denoising strength|hires steps|hires upscale|ensd|eta|steps|guidance scale|"
    "token merging ratio|size(?=[ ]*:[ ]*\\d{2,5}x\\d)"
)
_FOOTER_LINE = re.compile(r"(?<![\w-])Steps:[ ]*\d{1,4}[ ]*,[ ]*[A-Z][\w ]{1,30}:[^\n]*", re.IGNORECASE)
_SETTING = re.compile(
    rf"(?<![\w-])(?:(?:{_NUMBERED})[ ]*:[ ]*\d[\d.x]*(?![\w:])"
    r"|(?:sampler|schedule type|scheduler|model hash|vae hash|lora hashes|hires upscaler)[ ]*:[ ]*[^,\n]{1,80})",
    re.IGNORECASE,
)


_SETTING_HINTS = (
    "ampler", "cale:", "eed:", "kip:", "hash:", "ashes:", "trength:", "chedule", "ize:", "teps:", "atio:", "pscale",
    "ENSD:", "ta:"
)  # fmt: skip


def _alone(match: re.Match[str]) -> bool:
    """Whether a word in capitals stands among others that are not: "a knight AND a cape", but not "RED AND BLUE"."""
    before = match.string[max(0, match.start() - 24) : match.start()].split()
    after = match.string[match.end() : match.end() + 24].split()
    return not (_shouts(before[-1:]) or _shouts(after[:1]))


def _shouts(words: list[str]) -> bool:
    return any(len(word) > 1 and word.isupper() and word.isalpha() and word not in _CHUNKS for word in words)


_CHUNKS = frozenset(("BREAK", "AND", "ADDCOMM", "ADDBASE", "ADDROW", "ADDCOL"))


def _chooses(match: re.Match[str]) -> bool:
    return "|" in match.group() or "$$" in match.group()


def _unbracketed(match: re.Match[str]) -> bool:
    """Whether no bracket is open before a number: "lace gown:1.2", but not "(lace gown:1.2, boots"."""
    before = match.string[max(0, match.start() - 300) : match.start()]
    return before.rfind("(") <= before.rfind(")")


_EMBEDDING = re.compile(r"(?<!\w)(?:embedding|lora|lyco|hypernet):[\w.-]{1,80}(?::[\d.]+)?")

RULES: tuple[Rule, ...] = (
    Rule(("<",), re.compile(r"<[A-Za-z]{2,16}:[^<>\n]{1,200}>"), _NETWORK),
    Rule(("<",), re.compile(r"<(?:br|p|li|div|hr)[ ]?/?>|</(?:p|li|div)>", re.IGNORECASE), "markup", Goes.PARTS),
    Rule(("<",), re.compile(r"</?[A-Za-z][^<>\n:]{0,80}>"), "markup", Goes.MARK),
    Rule(
        ("embedding:", "lora:", "lyco:", "hypernet:"),
        re.compile(r"(?<!\w)(?:embedding|lora|lyco|hypernet):[\w.-]{1,80}(?::[\d.]+)?", re.IGNORECASE),
        _NETWORK,
    ),
    Rule(("--",), _FLAG, _PARAMETER),
    Rule(("\u2014",), _DASHED_FLAG, _PARAMETER),
    Rule(("\u2013",), _DASHED_FLAG, _PARAMETER),
    Rule(("/imagine",), re.compile(r"^\s*/imagine(?:\s+prompt\s*:?)?"), _PARAMETER),
    Rule(("__",), re.compile(r"(?<!\w)__[a-z0-9][a-z0-9_/*.-]{0,60}?__(?!\w)"), _CHOICE),
    Rule(("{",), re.compile(r"\$?\{[^{}\n]{0,400}\}"), _CHOICE, Goes.WORD, _chooses),
    Rule(("{",), re.compile(r"(?<!\{)\{++(?=[^{}\n]{1,400}\})"), _WEIGHT, Goes.MARK),
    Rule(("}",), re.compile(r"\}+"), _WEIGHT, Goes.MARK),
    Rule(("[",), re.compile(r"\[[^\[\]\n]{0,400}\]"), _CHOICE, Goes.WORD, _chooses),
    Rule(("[",), re.compile(r"\[[^\[\]:\n]{0,200}:[^\[\]:\n]{0,200}:[ ]*\d*\.?\d+[ ]*\]"), _CHOICE),
    Rule(("BREAK",), re.compile(r"\bBREAK\b"), _CHUNK, Goes.PARTS, _alone),
    Rule(("AND",), re.compile(r"\bAND\b"), _CHUNK, Goes.PARTS, _alone),
    Rule(("ADD",), re.compile(r"\bADD(?:COMM|BASE|ROW|COL)\b"), _CHUNK, Goes.PARTS),
    Rule((";;",), re.compile(r";;+"), _CHUNK, Goes.PARTS),
    Rule(("::",), re.compile(r"::+[ ]*(?:-?\d+(?:\.\d+)?)?"), _CHUNK, Goes.PARTS),
    Rule(
        (":",),
        re.compile(r":(?<=[A-Za-z ]:)[0-2]?\.\d{1,2}(?=[ ]*(?:[,;\n]|$|AND\b|BREAK\b))"),
        _WEIGHT,
        Goes.MARK,
        _unbracketed,
    ),
    Rule(("++",), re.compile(r"(?<=[A-Za-z])\+{2,6}(?![\w+])"), _WEIGHT, Goes.MARK),
    Rule(("--",), re.compile(r"(?<=[a-z]{2})-{2,6}(?=[ ]*(?:[,.)]|$))"), _WEIGHT, Goes.MARK),
    Rule((")",), re.compile(r"(?<=\))(?:[+-]{1,6}|[01]?\.\d{1,2})(?=[\s,.)]|$)"), _WEIGHT, Goes.MARK),
    Rule(("://",), re.compile(r"\bhttps?://[^\s,<>()\"']{1,2000}"), "an address: nothing is fetched"),
    Rule(("teps:", "TEPS:"), _FOOTER_LINE, _FOOTER),
    Rule(_SETTING_HINTS, _SETTING, _FOOTER),
)
