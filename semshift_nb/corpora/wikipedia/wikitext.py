"""Wikitext to prose: the running text of an article and nothing else."""

import html
import re
from collections.abc import Callable, Iterator

from semshift_nb.corpora.sentences import sentences_of, without_unfinished

# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.


# Stands for something that was said here and cannot be kept: a formula, an unknown template.
# A private character, which no article uses.
HOLE = "\ue000"

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NOTE = re.compile(r"<ref\b[^<>]*/>|<ref\b[^<>]*>.*?</ref\s*>", re.DOTALL | re.IGNORECASE)
_ELEMENTS = (
    "gallery|timeline|imagemap|blockquote|poem|table|source|syntaxhighlight|references|score"
)
_APART = re.compile(rf"<({_ELEMENTS})\b[^<>]*(?:/>|>.*?</\1\s*>)", re.DOTALL | re.IGNORECASE)
_FORMULA = re.compile(r"<(math|chem|hiero)\b[^<>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_RAISED = re.compile(r"<(su[bp])\b[^<>]*>([^<>]*)</su[bp]\s*>", re.IGNORECASE)
_BREAK = re.compile(r"<\s*(?:br|p|/p|hr|li|/li)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")

_PLAIN = "0123456789+-−()n"
_SUPERSCRIPT = str.maketrans(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎ₙ")


def drop_elements(text: str) -> str:
    """Drop comments, notes and all that is set apart from the running text."""
    for pattern in (_COMMENT, _NOTE, _APART):
        text = pattern.sub("", text)
    return _FORMULA.sub(HOLE, text)


def strip_tags(text: str) -> str:
    """Strip tags and keep what they enclose."""
    text = _RAISED.sub(_raise, _BREAK.sub(" ", text))
    return _TAG.sub("", text)


def _raise(match: re.Match[str]) -> str:
    kind, content = match[1].lower(), match[2].strip()
    if not set(content) <= set(_PLAIN):
        return content
    return content.translate(_SUPERSCRIPT if kind == "sup" else _SUBSCRIPT)


# Innermost links first: an image's caption may hold links of its own.
_LINK = re.compile(r"\[\[((?:[^\[\]]|\[(?!\[)|\](?!\]))*)\]\]")
_EXTERNAL = re.compile(r"\[(?:https?:|ftp:)?//[^\s\[\]]*\s*([^\[\]]*)\]", re.IGNORECASE)
# [[Category:...]], [[File:...]], [[de:...]]; a colon in front ([[:File:...]]) makes a plain link.
_NAMESPACE = re.compile(
    r"\s*(?:file|image|category|media|[a-z]{2,3}(?:-[a-z-]+)?|simple)\s*:(?!\s|:)\S", re.IGNORECASE
)


def unlink(text: str) -> str:
    """Replace links by their words."""
    count = 1
    while count:
        text, count = _LINK.subn(_words, text)
    return _EXTERNAL.sub(r"\1", text)


def _words(match: re.Match[str]) -> str:
    target, bar, words = match[1].partition("|")
    if _NAMESPACE.match(target):
        return ""
    if bar and not words:  # [[Mercury (planet)|]] shows as Mercury
        return re.sub(r"\s*\(.*\)|^:?[^:]*:|,.*", "", target)
    return words if bar else target.lstrip(":")


_JOINERS = {
    "-": "–", "–": "–", "to": " to ", "to(-)": " to ", "and": " and ", "or": " or ", "x": " × ",
    "by": " by ", "×": " × ", "and(-)": " and ", "+/-": " ± ",
}  # fmt: skip
_UNITS = {
    "sqmi": "sq mi", "sqft": "sq ft", "sqkm": "km²", "km2": "km²", "m2": "m²", "cm2": "cm²",
    "km3": "km³", "m3": "m³", "cm3": "cm³", "C": "°C", "F": "°F", "C-change": "°C",
    "F-change": "°F", "acre": "acres", "m/s2": "m/s²", "ozt": "troy oz",
    "impgal": "imp gal", "USgal": "US gal",
    "oilbbl": "bbl", "oilbbl/d": "bbl/d", "koilbbl/d": "thousand bbl/d", "Moilbbl": "million bbl",
    "Moilbbl/d": "million bbl/d", "Goilbbl": "billion bbl", "Tcuft": "trillion cu ft",
    "e6acre": "million acres", "e6carat": "million carats", "PD/sqmi": "per sq mi",
    "LT": "long tons", "MT": "metric tons", "MUSgal": "million US gal",
}  # fmt: skip


def measure(values: list[str], _source: str) -> str:
    """Write a quantity the way its article gives it."""
    written = ""
    rest = list(values)
    while rest and (rest[0] in _JOINERS or _is_number(rest[0])):
        token = rest.pop(0)
        written += _JOINERS.get(token) or _grouped(token)
    if not rest:
        return written
    written += " " + _UNITS.get(rest[0], rest[0])
    # "5|ft|11|in": a number after the unit is the next smaller part of the same quantity.
    return f"{written} {measure(rest[1:], '')}" if _starts_number(rest[1:]) else written


def _is_number(token: str) -> bool:
    return token.replace(",", "").replace(".", "").lstrip("-−+").isdigit()


def _starts_number(tokens: list[str]) -> bool:
    # A lone number at the end is the precision of the conversion, no quantity.
    return len(tokens) > 1 and _is_number(tokens[0]) and not _is_number(tokens[1])


def _grouped(token: str) -> str:
    whole, point, decimals = token.partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole.isdigit() else token


# Stands for {{=}}, lest it be taken for the sign between a parameter's name and its value.
EQUALS = "\ue001"

_INNERMOST = re.compile(r"\{\{((?:[^{}]|(?<!\{)\{(?!\{)|(?<!\})\}(?!\}))*)\}\}")
_BARS_OUTSIDE_LINKS = re.compile(r"\|(?![^\[\]]*\]\])")
_NAMED = re.compile(r"\s*[\w -]*\s*=")

# Remarks to the reader or the editor, notes, pronunciations and other languages' names of the
# subject: the sentence is whole without them.
_REMARK_STARTS = (
    "ipa", "lang-", "sfn", "harv", "cite ", "pp-", "inflation-fn", "refimprove", "weasel", "use ",
    "flagicon", "wiktionary", "portal", "better ", "unreliable ", "according to", "clarif",
    "citation", "failed ", "verif", "disputed", "qualify ", "update ", "page needed", "primary ",
)  # fmt: skip
_REMARKS = frozenset(
    {
        "efn", "refn", "#tag:ref", "ref", "note", "nb", "rp", "r", "cn", "fact", "full", "when",
        "which", "who", "by whom", "where", "why", "how", "vague", "dubious", "specify", "sic",
        "respell", "pron", "anchor", "clear", "-", "-\"", "toc", "main", "main article", "see also",
        "further", "audio", "listen", "pov", "undue-inline", "dead link", "expand section",
    }
)  # fmt: skip
_MONTHS = {
    "1": "January", "2": "February", "3": "March", "4": "April", "5": "May", "6": "June",
    "7": "July", "8": "August", "9": "September", "10": "October", "11": "November",
    "12": "December",
}  # fmt: skip


def expand_templates(text: str) -> str:
    """Write out the templates that carry words and take away the others."""
    count = 1
    while count:
        text, count = _INNERMOST.subn(_expand, text)
    return text


def _expand(match: re.Match[str]) -> str:
    name, *parts = _BARS_OUTSIDE_LINKS.split(match[1])
    name = " ".join(name.lower().replace("_", " ").split())
    values = [part.strip() for part in parts if not _NAMED.match(part)]
    if name in _WORDS:
        return _WORDS[name]
    if name in _WRITERS and values:
        return _WRITERS[name](values, match[1])
    return "" if name in _REMARKS or name.startswith(_REMARK_STARTS) else HOLE


def _last(values: list[str], _source: str) -> str:
    return values[-1]


def _first(values: list[str], _source: str) -> str:
    return values[0]


def _as_of(values: list[str], source: str) -> str:
    date = [_MONTHS.get(month, month) for month in values[1:2]]
    start = "as of" if re.search(r"lc\s*=\s*(?:y|on)", source) else "As of"
    return " ".join([start, *values[2:3], *date, values[0]])


def _japanese(values: list[str], _source: str) -> str:
    others = ", ".join(filter(None, values[1:3]))
    return f"{values[0]} ({others})" if others else values[0]


_WORDS = {
    "nbsp": " ", "space": " ", "spaces": " ", "'": "'", "'s": "'s", "' \"": "'\"", "snd": " – ",
    "snds": " – ", "spaced ndash": " – ", "ndash": "–", "mdash": "—", "mdashb": "—", "=": EQUALS,
    "!": "|", "eqm": "⇌", "·": "·",
}  # fmt: skip
_WRITERS: dict[str, Callable[[list[str], str], str]] = {
    **dict.fromkeys(("lang", "transl", "rtl-lang", "script/arabic", "nq"), _last),
    **dict.fromkeys(("nowrap", "small", "big", "large", "smaller", "nobold", "linktext"), _first),
    **dict.fromkeys(("sc", "vr", "sup", "sub", "ipa", "music"), _first),
    **dict.fromkeys(("convert", "cvt"), measure),
    "angbr": lambda values, _: f"⟨{values[0]}⟩",
    "as of": _as_of,
    "circa": lambda values, _: f"c. {values[0]}",
    "ill": lambda values, _: values[-1],
    "nihongo": _japanese,
    "oldstyledate": lambda values, _: ", ".join(values[:2]),
    "us$": lambda values, _: f"US${values[0]}",
    "uss": lambda values, _: f"USS {values[0]}",
}


_HEADING = re.compile(r"^(={1,6})\s*(.+?)\s*\1\s*$")
_BACK_MATTER = frozenset(
    {
        "see also", "references", "external links", "further reading", "notes", "bibliography",
        "sources", "footnotes", "citations", "works cited", "gallery", "notes and references",
        "references and notes", "selected bibliography", "literature", "publications",
        "filmography", "discography", "explanatory notes", "notes and citations",
        "general references", "links", "selected works", "works", "primary sources",
        "secondary sources", "cited sources",
    }
)  # fmt: skip
# Lists, indented lines, rules, rows of tables that were never closed, preformatted lines.
_NO_PROSE = ("*", "#", ":", ";", "----", "|", "!", "{|", " ")


def prose_blocks(text: str) -> Iterator[str]:
    r"""Pick the blocks of running text."""
    block: list[str] = []
    for line in _kept_lines(text):
        if line:
            block.append(line)
        elif block:
            yield " ".join(block)
            block = []
    if block:
        yield " ".join(block)


def _kept_lines(text: str) -> Iterator[str]:
    skipped_level = 0  # of the section that is being left out; 0: none
    for line in text.split("\n"):
        heading = _HEADING.match(line)
        if heading:
            level = len(heading[1])
            if not skipped_level or level <= skipped_level:
                skipped_level = level if heading[2].strip("' ").lower() in _BACK_MATTER else 0
        is_prose = not (heading or skipped_level or line.startswith(_NO_PROSE))
        yield line.strip() if is_prose else ""


# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.


# A hole at the beginning, or after a sentence has ended, was a box or a remark, not a word.
_HARMLESS_HOLE = re.compile(rf"^[\s{HOLE}]+|(?<=[.!?…\"”’)])\s*{HOLE}+(?=\s|{HOLE}|$)")
# A hole, or what only broken markup leaves behind.
_BROKEN = re.compile(rf"^[-,;:]|[{HOLE}|]|\{{\{{|\}}\}}|\[\[|\]\]")
_POINTER = re.compile(r"\(?(?:See|Main|Further|Note:|For (?:more|other|further|details))(?!\w)")
_REPAIRS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[\u200b\u200e\u200f\u2060\ufeff\u00ad]", ""),  # marks that show nothing
        (r"\s+", " "),
        (r"\[\d{1,3}\]", ""),  # a note's number, typed by hand
        (r"\.(?: ?\. ?\.)+", "..."),
        (r"(?<!\.)\.\.(?= [A-Z0-9]|$)", "."),
        (r"([(\[])(?:\s*(?:[,;:/–—-]|or|and)(?=[\s,;:)\]]))+\s*", r"\1"),  # "(; born" to "(born"
        (r"(?:\s*[,;:](?=\s*[,;:)\]]))+\s*(?=[)\]])|[\s,;:]+(?=[)\]])", ""),  # "1900; )" to "1900)"
        (r"([,;])(?:\s*[,;])+", r"\1"),
        (r"([(\[])\s+", r"\1"),
        (r"\((?:(?:in|from|see|see video at)\s*)?\)|\[\]", ""),
        (r"\s+([,;:!?)\]]|\.(?!\.|\d))(?=[\s.,;:)\]]|$)", r"\1"),
        (r" {2,}", " "),
    )
]


def whole_sentences(block: str) -> str:
    r"""Keep the sentences of a block that are whole."""
    text = _HARMLESS_HOLE.sub("", block)
    for pattern, replacement in _REPAIRS:
        text = pattern.sub(replacement, text)
    sentences = sentences_of(text.strip())
    # A block that goes on in lower case follows a formula or a list that was left out.
    first = 1 if sentences and sentences[0][0].islower() else 0
    kept = [s for s in without_unfinished(sentences)[first:] if not _BROKEN.search(s)]
    if len(kept) == 1 and _POINTER.match(kept[0]):
        return ""
    # sentencex takes a bracket that closes after a quoted question for a sentence of its own.
    return " ".join(kept).replace(" )", ")")


_TABLE = re.compile(r"\{\|(?:(?!\{\||\|\}).)*\|\}", re.DOTALL)
_QUOTES = re.compile(r"'{2,}")
_POSSESSIVE = re.compile(r"(?<=\w)'{3}(?=s\b)")
_MAGIC_WORD = re.compile(r"__[A-Z]+__")


def plain_text(wikitext: str) -> str:
    r"""Take the running text out of an article.

    Left out are templates (save those that carry words, such as units and foreign terms), notes,
    tables, lists, headings, images with their captions, galleries, quotations set apart, sections
    of references and links, and every sentence in which a formula or a template leaves a hole.

    References
    ----------
    Help:Wikitext of the English Wikipedia.
    """
    text = drop_elements(wikitext)
    text = expand_templates(text)
    text = _drop_tables(text)
    text = unlink(text)
    blocks = (_plain_block(block) for block in prose_blocks(text))
    return "\n\n".join(filter(None, blocks))


def _drop_tables(text: str) -> str:
    count = 1
    while count:  # inner tables first
        text, count = _TABLE.subn("", text)
    return text


def _plain_block(block: str) -> str:
    text = html.unescape(strip_tags(_unquote(_MAGIC_WORD.sub("", block))))
    return whole_sentences(text.replace(EQUALS, "="))


def _unquote(block: str) -> str:
    runs = [len(run) for run in _QUOTES.findall(block)]
    bold, italic = (sum(length in (mark, 5) for length in runs) for mark in (3, 2))
    if bold % 2 and italic % 2:  # ''Eagle'''s is italics and an apostrophe
        block = _POSSESSIVE.sub("'", block, count=1)
    return _QUOTES.sub(_apostrophes, block)


def _apostrophes(run: re.Match[str]) -> str:
    # Two, three and five are marks; of four one is an apostrophe, and so are all beyond five.
    length = len(run[0])
    return "'" if length == 4 else "'" * (length - 5)
