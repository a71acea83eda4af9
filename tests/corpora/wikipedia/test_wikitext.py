# ruff: noqa: RUF001 - signs that look alike are among the cases.
"""Wikitext to prose: a hand-written case for each kind of markup, and the prose it must give."""

import pytest

from semshift_nb.corpora.wikipedia.wikitext import plain_text

CASES = {
    "bold and italic": ("'''Rome''' is ''old''.", "Rome is old."),
    "bold next to an apostrophe": ("'''Rome''''s walls.", "Rome's walls."),
    "italics next to an apostrophe": ("The ''Eagle'''s walls.", "The Eagle's walls."),
    "links": ("A [[city]] in [[Italy|the south]]s.", "A city in the souths."),
    "pipe trick": ("The planet [[Mercury (planet)|]].", "The planet Mercury."),
    "category": ("It ends.\n[[Category:Cities]]\n[[de:Rom]]", "It ends."),
    "external link": ("See it [http://x.y/z here]. Twice[http://x.y].", "See it here. Twice."),
    "image with links and brackets": (
        "[[File:a.jpg|thumb|The [[forum]], [the oldest] one.]]Rome is old.",
        "Rome is old.",
    ),
    "note": ('One.<ref name="a/b">[[Book]], p. 3</ref><ref name=c /> Two.', "One. Two."),
    "comment": ("One.<!-- {{not}} <ref> --> Two.", "One. Two."),
    "headings": ("== History ==\nOne.\n=== ''Later'' ===\nTwo.", "One.\n\nTwo."),
    "end matter": (
        "One.\n== References ==\nA book.\n=== More ===\nB.\n== After ==\nTwo.",
        "One.\n\nTwo.",
    ),
    "lists": ("One.\n* a\n# b\n: c.\n; d\n\nTwo.", "One.\n\nTwo."),
    "what leads to a list": ("One. There are three:\n* a", "One."),
    "table": ('One.\n{| class="x"\n|-\n! A\n| B {| C |} D.\n|}\nTwo.', "One.\n\nTwo."),
    "rows of a table never opened": ("One.\n| B.\n! C.\nTwo.", "One.\n\nTwo."),
    "nested template": ("One.{{quote|A {{b|c}} d.}} Two.", "One. Two."),
    "citation needed": ("One{{citation needed|date=May 2015}} and two.", "One and two."),
    "units": (
        "It is {{convert|1300|mi|km}} by {{convert|5|ft|11|in|m|abbr=on}}, {{convert|2|to|3|km2}}.",
        "It is 1,300 mi by 5 ft 11 in, 2 to 3 km².",
    ),
    "foreign term": ("From {{lang|grc|[[αρχή]]}}, rule.", "From αρχή, rule."),
    "as of": ("{{As of|2012|5}}, many {{as of|2014|lc=y}}.", "As of May 2012, many as of 2014."),
    "equals sign in a template": ("{{nowrap|''Z'' {{=}} 1}} holds.", "Z = 1 holds."),
    "pronunciation leaves brackets": ("Rome ({{IPA-it|ˈroːma}}) is old.", "Rome is old."),
    "name in another language": (
        "Rome ({{IPAc-en|r|oʊ|m}}; {{lang-it|Roma}}; founded 753 BC; {{lang-la|Roma}}) is old.",
        "Rome (founded 753 BC) is old.",
    ),
    "a name that leaves a word behind": ("Rome (in {{lang-la|Roma}}) is old.", "Rome is old."),
    "formula": ("One. The mean <math>\\bar{x}</math> is 3. Two.", "One. Two."),
    "unknown template in a sentence": ("One. It has {{mystery|3}} hills. Two.", "One. Two."),
    "unknown template after a sentence": ("One.{{mystery}} Two.", "One. Two."),
    "box before a paragraph": ("{{Infobox city\n| name = Rome\n}}\nRome is old.", "Rome is old."),
    "raised and lowered": (
        "10<sup>6</sup> H<sub>2</sub>O, K<sub>a</sub> here.",
        "10⁶ H₂O, Ka here.",
    ),
    "breaks and entities": ("A<br />b&nbsp;c &amp; d &lt; e.", "A b c & d < e."),
    "lines of one paragraph": ("One\nand two.\n\nThree.", "One and two.\n\nThree."),
    "magic word": ("__NOTOC__\nOne.", "One."),
    "pseudo-heading": ("'''Origins'''\n\nOne.", "One."),
    "goes on after a formula": (":<math>x</math>\nwhere x is large. Two.", "Two."),
    "pointer": ("See also the list of cities.\n\nOne.", "One."),
    "note typed by hand": ("One.[1] Two.[23]", "One. Two."),
    "editor's brackets stay": ('He wrote "[t]he word".', 'He wrote "[t]he word".'),
    "verse and quotation": ("One.\n<blockquote>He said.</blockquote>\nTwo.", "One.\n\nTwo."),
    "never closed": ("One. {{open\nTwo. [[open\n\nThree.", "One.\n\nThree."),
}


@pytest.mark.parametrize(("source", "prose"), CASES.values(), ids=CASES.keys())
def test_prose_of(source: str, prose: str) -> None:
    assert plain_text(source) == prose
