"""Headings that say what must not be in the picture, and values that say that something is absent.

"Negative prompt: hat, scarf", "Avoid: glasses", "--no a, b", "Hat: none", "Head - nothing".
"""

from __future__ import annotations

import re

from engine.description.syntax.found import Absent, Found, Goes

_WHY = "a heading: what it is about must not be in the picture"
_WHY_CROSS = "a sign that strikes out the thing after it"
_WHY_POSITIVE = "a heading: what it is about is drawn anyway"

#: Names of a field that holds what must not be in the picture.
NEGATIVE_NAMES = frozenset(
    ("negative", "negative_prompt", "negative prompt", "negatives", "negative_description", "neg", "neg_prompt",
     "negativeprompt", "negative-prompt", "avoid", "exclude", "excluded", "excluding", "without", "forbidden", "not",
     "no", "unwanted", "not wearing", "not present", "absent", "missing",
     "not_present", "must_not", "do_not_include", "dont", "never", "undesired")
)  # fmt: skip
#: A value that says that there is none of what its key names.
NOTHING = re.compile(
    r"(?:none|nothing|no|nil|null|n/?a|absent|missing|off|without|bare|false|not (?:any|worn|wearing|present|visible|"
    r"shown|there)|none (?:visible|worn|at all)|nothing (?:at all|on it|on)|not wearing (?:any|one))",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"(?<![\w-])(?P<heading>(?P<whole>negative(?:[ _-]?prompts?)?|neg(?:[ _]prompt)?|negatives|undesired content)"
    r"|avoid|exclude|excluded|excluding|forbidden|unwanted|leave out|must not (?:have|show|include|contain)"
    r"|(?:the following )?(?:must|should|may) not (?:appear|be (?:shown|included|visible|drawn|seen|there|present))"
    r"|(?:the following )?(?:must|should) be (?:left out|omitted|excluded|avoided|absent|missing)|banned|prohibited"
    r"|leave off|(?:leave|things to leave) out"
    r"|omit|hide|skip|remove|absent|missing|(?:is |are )?not (?:wearing|present|visible|shown|included|allowed|wanted)"
    r"|(?:do not|don['\u2019]t) (?:draw|include|show|add|want)"
    r"|(?:does not|doesn['\u2019]t) (?:wear|have|carry)|not in (?:the )?(?:picture|image|photo|scene)"
    r"|things to avoid|(?:do not|don['\u2019]t)s?|without|not|no|never)[*_ ]{0,4}$",
    re.IGNORECASE,
)
#: Who is missing is looked for, so drawn.
_SOMEONE = re.compile(
    r"(?:an?\s+)?(?:(?:young|elderly|white|black|asian|teenage|tall|slim|little|old)\s+)*"
    r"(?:\d{1,2}\b|girl|boy|man|woman|male|female|child|person|teenager|pensioner|schoolgirl|schoolboy|student|mother)",
    re.IGNORECASE,
)
_AFTER_COLON = re.compile(r"[*_ \t]{0,6}")
_UNDER_HEADING = re.compile(
    r"^[ \t]{0,3}#{1,6}[ \t]+(?:negative(?:[ _-]?prompts?)?|avoid|exclude|excluded|forbidden|unwanted|without|absent"
    r"|do not (?:draw|include|show)|things to avoid|not in (?:the )?(?:picture|image))[ \t]*:?[ \t]*\n",
    re.IGNORECASE | re.MULTILINE,
)
_POSITIVE = re.compile(
    r"(?:^|\n)[*_ \t]{0,4}(?P<heading>(?:positive(?:[ _-]prompt)?|prompt|description|caption)[*_ ]{0,4})$",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"(?<!\S)(?:--|\u2014)(?:no|neg|negative)[ =]+", re.IGNORECASE)

#: Names of a field that holds what is there again: "exclude: hats, include: boots".
_SHOWN = r"(?:[Ii]nclude|[Ii]ncluded|[Ww]earing|[Ww]ears|[Ss]how|[Kk]eep|[Pp]resent|[Pp]ositive|[Dd]os?)"
_NEXT_HEADING = r"\n(?=[ \t]*(?:#{1,6}[ \t]|[*_-]{0,3}[ \t]{0,2}[A-Za-z][A-Za-z _/-]{0,30}[*_]{0,3}:))"
_END = rf"\n[ \t]*\n|{_NEXT_HEADING}|(?<=\s)--(?=[a-z])|(?<![\w-])(?:[Ss]teps|[Pp]rompt|[Pp]ositive prompt):"
_WHOLE_END = re.compile(_END)
_PHRASE_END = re.compile(
    rf"{_END}|[;|](?=[ \t]*[A-Za-z][A-Za-z _-]{{0,20}}:)|[,.]?[ \t](?={_SHOWN}:)"
    r"|(?<=[^\n:])\n(?![ \t]*[-*\u2022])|[.!?](?=\s+[A-Z]|\s*$)"
)
_SECTION_END = re.compile(r"\n(?=[ \t]{0,3}#{1,6}[ \t])")
_PARAMETER_END = re.compile(r"\s--(?=[a-z])|\n")
_KEY = re.compile(r"(?:^|[\n,;:.{|*\u2022-])[ \t*]{0,4}(?P<key>[A-Za-z][A-Za-z /'-]{0,30}?)[ \t*]{0,4}$")
_NO_VALUE = r"[-\u2013\u2014]{1,3}(?=[ \t]*\n)|[\u2717\u2718\u274c]"
_VALUE = re.compile(
    rf"[ \t*]{{0,4}}(?P<it>{NOTHING.pattern}|{_NO_VALUE})(?=[ \t*]{{0,4}}(?:[\n,;.|}}]|$))", re.IGNORECASE
)
_CROSS = re.compile(
    r"[\u274c\u26d4\u2716\u2717\u2718\U0001f6ab\U0001f645]\ufe0f?[ \t]*(?=\w)|(?<=[,;])[ \t]+[-\u2212](?=[a-z])"
)
_CROSSED_END = re.compile(r"[,;.!?\n|\u2705\u2714\u274c\u26d4\u2716\u2717\u2718\U0001f6ab\U0001f645]")
_NUM_LOOKED_AT = 48  # characters before a sign; longer names are sentences
_SIGNS = (":", "=", "|", "? ", " - ", " \u2013 ", " \u2014 ")


class Headings:
    """What headings and values of one text make absent.

    Attributes:
        found: The headings themselves.
        absent: What is absent for them.
    """

    def __init__(self, text: str) -> None:
        """Read a text."""
        self.found: list[Found] = []
        self.absent: list[Absent] = []
        self._text = text
        self._reached = 0
        self._read()

    def _read(self) -> None:
        text = self._text
        if "--" in text or "\u2014" in text:
            for match in _PARAMETER.finditer(text):
                self._take(match.start(), match.end(), _PARAMETER_END)
        if "#" in text:
            for match in _UNDER_HEADING.finditer(text):
                self._take(match.start(), match.end(), _SECTION_END)
        if " -" in text or not text.isascii():
            for match in _CROSS.finditer(text):
                self._take(match.start(), match.end(), _CROSSED_END, _WHY_CROSS)
        for sign in _SIGNS:
            at = text.find(sign)
            while at >= 0:
                self._sign(at, at + len(sign), sign)
                at = text.find(sign, at + len(sign))

    def _sign(self, start: int, end: int, sign: str) -> None:
        """Read what stands around a colon or the like."""
        text = self._text
        value = _VALUE.match(text, end)
        before = text[max(0, start - _NUM_LOOKED_AT) : start]
        offset = start - len(before)
        key = _KEY.search(before) if value is not None else None
        if value is not None and key is not None and key["key"].lower() not in NEGATIVE_NAMES:
            self.absent.append(Absent(offset + key.start("key"), value.end("it"), False))
        if sign not in ":=" or text[end : end + 1].isdigit():
            return
        after = _AFTER_COLON.match(text, end)
        heading = _NEGATIVE.search(before)
        assert after is not None
        if heading is not None and heading["heading"].lower() == "missing" and _SOMEONE.match(text, after.end()):
            return  # "Missing: a girl of 14"
        if heading is not None:
            ends = _WHOLE_END if heading["whole"] else _PHRASE_END
            self._take(offset + heading.start("heading"), after.end(), ends)
        elif (positive := _POSITIVE.search(before)) is not None and (offset == 0 or before[positive.start()] == "\n"):
            self.found.append(Found(offset + positive.start("heading"), after.end(), _WHY_POSITIVE, Goes.PARTS))

    def _take(self, start: int, heading_end: int, ends: re.Pattern[str], why: str = _WHY) -> None:
        """Let what follows a heading be absent, up to where that ends."""
        if self._reached > start:
            return
        after = ends.search(self._text, heading_end)
        end = after.start() if after is not None else len(self._text)
        self._reached = end
        self.found.append(Found(start, heading_end, why, Goes.PARTS))
        if self._text[heading_end:end].strip():
            self.absent.append(Absent(heading_end, end, True))
