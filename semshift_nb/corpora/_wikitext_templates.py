"""Templates in wikitext: those that carry words are written out, all others leave or go."""

import re
from collections.abc import Callable

from semshift_nb.corpora._wikitext_tags import HOLE
from semshift_nb.corpora._wikitext_units import measure

# Stands for {{=}}, lest it be taken for the sign between a parameter's name and its value.
EQUALS = "\ue001"

_INNERMOST = re.compile(r"\{\{((?:[^{}]|(?<!\{)\{(?!\{)|(?<!\})\}(?!\}))*)\}\}")
_BARS_OUTSIDE_LINKS = re.compile(r"\|(?![^\[\]]*\]\])")
_NAMED = re.compile(r"\s*[\w -]*\s*=")

# Remarks to the reader or the editor, pronunciations and other languages' names of the subject:
# the sentence is whole without them.
_REMARK = re.compile(
    r"(?:ipa|lang-|sfn|harv|efn|refn|#tag:ref|cite|citation|note|ref|page needed|clar|when|which|who"
    r"|by whom|according|better|failed|verif|dubious|disputed|update|unreliable|vague|weasel|where"
    r"|qualify|full|specify|weasel|cn$|fact$|rp$|r$|respell|pron|anchor|clear|-$|-\"|inflation-fn"
    r"|sic|coord missing|toc|main|see also|further|use |pp-|audio|listen|flagicon|portal|wiktionary"
    r"|contradict|synthesis|original research|neologism|peacock|pov|undue|why|how|nb|year needed"
    r"|primary source|medical citation|dead link|self-published|lead|expand|spoken|ill$)"
)
_MONTHS = (
    "January February March April May June July August September October November December".split()
)


def expand_templates(text: str) -> str:
    """Write out the templates that carry words and take away the others.

    Parameters
    ----------
    text : str
        Wikitext.

    Returns
    -------
    str
        Wikitext without templates, with `HOLE` where one stood whose words are not known.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> expand_templates("It is {{convert|1300|mi|km}} long.{{citation needed}}")
    'It is 1,300 mi long.'
    """
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
    return "" if _REMARK.match(name) else HOLE


def _last(values: list[str], _source: str) -> str:
    return values[-1]


def _first(values: list[str], _source: str) -> str:
    return values[0]


def _joined(values: list[str], _source: str) -> str:
    return "".join(values)


def _as_of(values: list[str], source: str) -> str:
    date = [_MONTHS[int(v) - 1] if v in map(str, range(1, 13)) else v for v in values[1:2]]
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
    **dict.fromkeys(
        "nowrap small big large smaller nobold linktext sc vr sup sub ipa val music resize".split(),
        _first,
    ),
    **dict.fromkeys(("chem", "su"), _joined),
    **dict.fromkeys(("convert", "cvt"), measure),
    "angbr": lambda values, _: f"⟨{values[0]}⟩",
    "as of": _as_of,
    "circa": lambda values, _: f"c. {values[0]}",
    "nihongo": _japanese,
    "oldstyledate": lambda values, _: ", ".join(values[:2]),
    "us$": lambda values, _: f"US${values[0]}",
    "uss": lambda values, _: f"USS {values[0]}",
}
