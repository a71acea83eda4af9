# ruff: noqa: RUF001, RUF003 - dashes, quotes and signs that look alike are what this file is about.
"""Rules on where sentences end that sentencex does not know, each a reason to join or to cut."""

import re
from bisect import bisect_right
from collections.abc import Iterable

import regex

# Marks that end a sentence in their own script and have no other use there, a run of them.
_OWN_MARKS = re.compile(r"[。！？｡।॥؟۔][。！？｡।॥؟۔!?…]*")
_CLOSING_QUOTES = "”’」』"
_CLOSERS = re.compile(r"[”’」』）)】〕〉》»\]]+")
_CLOSING_STRAIGHT = re.compile(r"[\"'](?=\s|\Z)")
_PAIRS = dict(zip("”’」』》〉）)】〕]»", "“‘「『《〈（(【〔[«", strict=True))
_BRACKET = re.compile("[" + re.escape("".join([*_PAIRS, *_PAIRS.values()])) + '"]')

# A quotation mark or bracket that has just been opened, behind a mark that ends a sentence.
_OPENED = re.compile(
    r"(?<=[.!?…。！？।؟])[\"'”’»」』)\]]*(\s*)([“„«‘「『《〈（(\[]+|(?<=\s)[\"'])\Z"
)

_WORD = re.compile(r"[^\W_]")
_ONE_ENUMERATOR = r"[(\[（]?(?:\d{1,3}(?:\.\d{1,3})*|[^\W\d_]|[ivxIVX]{1,4})(?:[.．、)\]）]\)?)"
_ENUMERATOR = re.compile(rf"\s*{_ONE_ENUMERATOR}\s*")
_LISTED = re.compile(rf"(?:[:;]\s+|[：；]\s*){_ONE_ENUMERATOR}\s*\Z")

_ENDED = re.compile(r"[.!?…。！？।؟][\"'”’»」』)\]]*\s*\Z")
_RUNNING = re.compile(r"(?<!\S)[(\[]?(\d{1,2})[.)](?=\s)")
# What stands before the second item of such a list, and not before a number that ends a sentence.
_ITEM_ENDED = re.compile(r"(?:[.!?…;:,。！？；：，।؟؛،)\]\"”’»]|\b(?:and|or|und|oder))\s+\Z")

# What a number follows that names a part of a text: "Tab. 2", "para. 4", "§ 3 Abs. 2".
_REFERENCE = re.compile(
    r"(?:\A|[\s(\[（§])(?:tab|tabs|tbl|fig|figs|abb|para|paras|par|sec|sect|secs|art|arts|vol|vols|"
    r"chap|ch|chs|cap|eq|eqs|eqn|no|nos|nr|nrn|num|núm|abs|s|p|pp|kap|ziff|ziffer|bd|bde|anm|rn|rz|"
    r"rdnr|lit|ex|app|append|anh|thm|prop|lem|cor|def|pt|cl|reg|col|cols|fn|anl|abschn|vgl|taf|bl|"
    r"рис|табл|гл|стр|п|пп|ст|т|№)\.\s*\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d|(?:[IVXLC]{2,}|[VX])\b|[A-Z]\.?\d")
_CENTURY = re.compile(r"(?:Jh\b|Jhs?\.|Jhdt|Jahrhundert|Jahrtausend|Auflage\b|Lebensjahr)")
_ORDINAL = re.compile(r"(?<!\S)\d{1,2}\.\s*\Z")

# What goes on after a quotation that ended with a mark of its own.
_CLAUSE = re.compile(
    r"[,，、;；:：](?!\S?[)\]])"
    # Japanese: 「…。」と言った, not 「…。」とても
    r"|と(?!ても|にかく|ころ|き|うとう|りあえず|もだち|もかく|なり)|って|っていう|など|なんて|という"
    r"|は(?!い|じめ)|が(?!っ)|を|の(?!ち|ど)|に(?!わ)|も(?!う|し|ち|っ)|だ(?!か|け|っ)|で(?!も|は|す)"
    # Chinese: “…！”的, “…。”这句话
    r"|的|之(?!后|前)|等|一词|一句|一声|一语|这句|这个|这样|这种"
)
_KOREAN = re.compile(r"(?:이?라(?:고|는|며|면서|던|니)|하(?:고|며|면서|는|던|자|였|더)|고\s)")
_SAID = re.compile(
    r"(?:قال|سأل|أجاب|صاح|رد|هتف|همس|أضاف)ت?\b"
    r"|(?:\S+\s){0,2}(?:पूछा|कहा|बोल[ाीे]|चिल्ला(?:या|ई|ए)|बताया|सोचा)(?=[।,\s])"
)
_QUOTED = re.compile(r"[\"”’」』»“']\s*\Z")
_ASIDE = re.compile(r"\s*[—–-]?\s*")
_TITLED = re.compile(r"[》〉]\Z")

_POINT = re.compile(r"\d[．.]\Z")
_INITIAL = re.compile(r"(?:\A|[\s(])[\u0621-\u064a]\.\s*\Z")  # Arabic: د. for doctor
_SHORTENED = re.compile(r"[\u0900-\u0963\u0971-\u097f]\.\s*\Z")  # Devanagari: डॉ.
_DANDA = re.compile(r"[।॥]")
_CODE = re.compile(r"(?<![\w`])(`{1,3})(?![`\s])[^`]{1,300}(?<!\s)\1(?![\w`])")
_CLUSTER = regex.compile(r"\X")

_NEAR = 48
"""Characters on either side of an end that a rule looks at, so that the work stays linear."""


class EndRules:
    """The rules for one paragraph, applied to where sentencex ended its sentences."""

    def __init__(self, text: str, atoms: Iterable[tuple[int, int]]) -> None:
        self._text = text
        code = (found.span() for found in _CODE.finditer(text)) if "`" in text else ()
        self._atoms = _Intervals([*atoms, *code])
        self._quoted = _Intervals(_pairs(text)) if not text.isascii() else _Intervals(())
        self._quotes = [found.start() for found in re.finditer('"', text)]
        self._enumerators = _enumerators(text)
        self._has_danda = bool(_DANDA.search(text))

    def revise(self, ends: Iterable[int]) -> list[int]:
        """Return where sentences end, the last at the end of the paragraph."""
        kept: list[int] = []
        start, worded = 0, 0  # nothing but marks from ``start`` to ``worded``
        for end in sorted({*ends, *self._missed()}):
            place = self._moved(start, end)
            if not start < place < len(self._text):
                continue
            if not _WORD.search(self._text, worded, place):
                worded = place
                if self._belongs_to_the_one_before(start, place) and kept:
                    kept[-1] = start = place
                continue
            if not self._goes_on(start, place):
                kept.append(place)
                start = place
            worded = place if start == place else worded
        # Marks at the very end have nothing to begin.
        if kept and not _WORD.search(self._text, kept[-1]):
            kept.pop()
        return [*kept, len(self._text)]

    def _missed(self) -> Iterable[int]:
        """Yield ends by marks that have no other use, also before a digit: 。2011."""
        for mark in _OWN_MARKS.finditer(self._text):
            closed = _CLOSERS.match(self._text, mark.end())
            end = closed.end() if closed else mark.end()
            if mark.end() in self._quoted and not (closed and closed[0][-1] in _CLOSING_QUOTES):
                continue
            if end not in self._quoted:
                yield end
        for start in self._enumerators.values():
            if _ENDED.search(self._text[max(0, start - _NEAR) : start]):
                yield start

    def _moved(self, start: int, end: int) -> int:
        """Move an end behind what it closes, before what it opens, and out of a character."""
        text = self._text
        if not text[end - 1].isspace():
            closed = _CLOSERS.match(text, end) or _CLOSING_STRAIGHT.match(text, end)
            end = closed.end() if closed else end
            if not text.isascii() and end < len(text):
                cluster = _CLUSTER.match(text, end - 1)
                end = cluster.end() if cluster else end
        opened = _OPENED.search(text[max(start, end - _NEAR) : end])
        if opened and opened.start(2) > 0:
            end -= len(opened[2])
        return end

    def _belongs_to_the_one_before(self, start: int, end: int) -> bool:
        """Say whether marks without a word close a sentence instead of opening one."""
        if end < len(self._text) and not self._text[end - 1].isspace():
            return False
        n_before = bisect_right(self._quotes, start - 1)
        return not (self._text[start:end].strip() == '"' and n_before % 2 == 0)

    def _goes_on(self, start: int, end: int) -> bool:
        text = self._text
        if end in self._atoms:
            return True
        before = text[max(start, end - _NEAR) : end]
        after = text[end : end + _NEAR]
        following = after.lstrip()
        adjacent = len(following) == len(after) and not before[-1].isspace()
        return (
            (end - start < _NEAR and _ENUMERATOR.fullmatch(text, start, end) is not None)
            or _LISTED.search(before) is not None
            or end - len(before) + len(before.rstrip()) in self._enumerators
            or (_REFERENCE.search(before) is not None and _NUMBER.match(following) is not None)
            or (_ORDINAL.search(before) is not None and _CENTURY.match(following) is not None)
            or (adjacent and _POINT.search(before) is not None and following[:1].isdigit())
            or (adjacent and _TITLED.search(before) is not None)
            or _INITIAL.search(before) is not None
            or (self._has_danda and _SHORTENED.search(before) is not None)
            or self._is_told(before, after, adjacent=adjacent)
        )

    def _is_told(self, before: str, after: str, *, adjacent: bool) -> bool:
        """Say whether a clause follows that belongs to the quotation before it."""
        if not _QUOTED.search(before):
            return False
        if (adjacent and "가" <= after[:1] <= "힣") or _KOREAN.match(after.lstrip()):
            return True
        aside = _ASIDE.match(after)
        rest = after[aside.end() :] if aside else after
        if rest[:1].islower() or _SAID.match(rest):
            return True
        return adjacent and _CLAUSE.match(after) is not None


class _Intervals:
    """Stretches of a text, of which the innermost are not told from the outer ones."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, place: int) -> bool:
        """Say whether a place lies within, not at an edge."""
        at = bisect_right(self._starts, place - 1) - 1
        return at >= 0 and self._starts[at] < place < self._ends[at]


def _enumerators(text: str) -> dict[int, int]:
    """Return the ends and starts of the numbers of a list in running text: 1. ... 2. ... 3."""
    starts: dict[int, int] = {}
    for number in _RUNNING.finditer(text):
        before = text[max(0, number.start() - _NEAR) : number.start()]
        if int(number[1]) == len(starts) + 1 and (not starts or _ITEM_ENDED.search(before)):
            starts[number.end()] = number.start()
    return starts if len(starts) > 1 else {}


def _pairs(text: str) -> list[tuple[int, int]]:
    """Return the brackets and quotation marks of a text that are closed again."""
    opened: list[tuple[str, int]] = []
    found = []
    counts = dict.fromkeys([*_PAIRS.values(), '"'], 0)
    for mark in _BRACKET.finditer(text):
        character, place = mark[0], mark.start()
        opener = _PAIRS.get(character, '"')
        if character in counts and not (character == '"' and counts['"']):
            opened.append((character, place))
            counts[character] += 1
        elif counts[opener]:
            while True:
                popped, start = opened.pop()
                counts[popped] -= 1
                if popped == opener:
                    break
            found.append((start, place + 1))
    return found
