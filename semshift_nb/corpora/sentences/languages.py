"""Languages: which one a document is split by, which codes there are, and what a script belies."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

from semshift_nb.errors import InputError

DEFAULT_LANGUAGE = "en"
"""Of texts of which nobody says it."""

_SHAPE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")

_TWO_LETTERS = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs
cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha
he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn
ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd
se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt
tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
# Of the languages without such a code: those with a Wikipedia, or with its interface.
_THREE_LETTERS = """
aae abs ace acm ady aeb aln alt ami anp apc arn arq ary arz ast atj avk awa azb ban
bar bbc bcc bci bdr bew bgn bjn blk bpy bqi btm bug bxr cdo ceb ckb cpx crh csb dsb
dtp dty dua egl eml ext fil fit fon frc frp frr fur gag gan gcf gcr gld glk gom gor
gsw guc hak haw hif hke hrx hsb hsn hyw iba inh jut kaa kab kbd kbp kea kge khw kiu
kjh kjp koi kok krc krl ksh ksw kum lad lbe lez lij liv ljp lki lld lmo lrc ltg lua
luz lzh lzz mad mag mai mdf mhr min mnc mni mnw mrj mui mwl myv mzn nah nan nap nds
nia nrm nso nyo olo pap pcd pdc pdt pfl pms pnt pwn qug rgn rmy rsk rue rup ruq rut
sah sat scn sdc sdh ses sgs shi shy sjd skr sli sma smn srn sro stq sty szl szy tay
tcy tet tok tpi trv ttj tyv udm vec vep vls vmf vmw vot vro war wls wuu xal xmf yue
"""
# Codes of ISO 639-2 and -3 that stand for one of two letters, as CLDR has them.
_SHORTER = """
aar:aa abk:ab adp:dz afr:af aka:ak alb:sq als:sq amh:am ara:ar arb:ar arg:an arm:hy
asm:as ava:av ave:ae aym:ay ayr:ay aze:az azj:az bak:ba bam:bm baq:eu bel:be ben:bn
bis:bi bod:bo bos:bs bre:br bul:bg bur:my cat:ca ces:cs cha:ch che:ce chi:zh chu:cu
chv:cv cls:sa cmn:zh cor:kw cos:co cre:cr cwd:cr cym:cy cze:cs dan:da deu:de div:dv
drh:mn dut:nl dzo:dz ekk:et ell:el eng:en epo:eo esk:ik est:et eus:eu ewe:ee fao:fo
fas:fa fat:ak fij:fj fin:fi fra:fr fre:fr fry:fy fuc:ff ful:ff gaz:om geo:ka ger:de
gla:gd gle:ga glg:gl glv:gv gre:el grn:gn gug:gn guj:gu hat:ht hau:ha heb:he her:hz
hin:hi hmo:ho hrv:hr hun:hu hye:hy ibo:ig ice:is ido:io iii:ii ike:iu iku:iu ile:ie
ina:ia ind:id ipk:ik isl:is ita:it jav:jv jpn:ja kal:kl kan:kn kas:ks kat:ka kau:kr
kaz:kk khk:mn khm:km kik:ki kin:rw kir:ky kmr:ku knc:kr kng:kg kom:kv kon:kg kor:ko
kpv:kv kua:kj kur:ku lao:lo lat:la lav:lv lim:li lin:ln lit:lt ltz:lb lub:lu lug:lg
lvs:lv mac:mk mah:mh mal:ml mao:mi mar:mr may:ms mkd:mk mlg:mg mlt:mt mol:ro mon:mn
mri:mi msa:ms mya:my nau:na nav:nv nbl:nr nde:nd ndo:ng nep:ne nld:nl nno:nn nob:nb
nor:no npi:ne nya:ny oci:oc ojg:oj oji:oj ori:or orm:om ory:or oss:os pan:pa pbu:ps
per:fa pes:fa pli:pi plt:mg pol:pl por:pt prp:gu pus:ps que:qu quz:qu roh:rm ron:ro
rum:ro run:rn rus:ru sag:sg san:sa scc:sr scr:hr sin:si slk:sk slo:sk slv:sl sme:se
smo:sm sna:sn snd:sd som:so sot:st spa:es sqi:sq src:sc srd:sc srp:sr ssw:ss sun:su
swa:sw swe:sv swh:sw tah:ty tam:ta tat:tt tel:te tgk:tg tgl:tl tha:th tib:bo tir:ti
ton:to tsn:tn tso:ts tuk:tk tur:tr twi:ak uig:ug ukr:uk urd:ur uzb:uz uzn:uz ven:ve
vie:vi vol:vo wel:cy wln:wa wol:wo xho:xh ydd:yi yid:yi yor:yo zha:za zho:zh zsm:ms
zul:zu zyb:za
"""

LANGUAGES = frozenset(_TWO_LETTERS.split())
"""The codes of ISO 639-1, and three more that Wikipedia uses (bh, sh, tw)."""

_KNOWN = LANGUAGES | frozenset(_THREE_LETTERS.split())
_TO_SHORTER = dict(pair.split(":") for pair in _SHORTER.split())

# Codes of countries, taken for those of their languages.
_MISTAKEN = {
    "cn": "zh", "jp": "ja", "kr": "ko", "cz": "cs", "dk": "da", "gr": "el", "ua": "uk", "vn": "vi",
    "ir": "fa", "us": "en", "gb": "en",
}  # fmt: skip


def languages_of(cells: Sequence[object], source: str) -> list[str]:
    """Return the language that each document of a source is split by: what its cell says."""
    try:
        return [check_language(cell or DEFAULT_LANGUAGE) for cell in cells]
    except InputError as error:
        raise InputError(f"{source}: {error}") from None


def check_language(language: object) -> str:
    """Return a language code, or say why it is none."""
    if isinstance(language, str) and len(language) < 36 and _SHAPE.fullmatch(language):
        if base_language(language) is not None:
            return language
        meant = _MISTAKEN.get(language.lower())
        hint = f" Did you mean {meant!r}?" if meant else ""
    else:
        hint = ""
    raise InputError(
        f"language must be a code such as 'en', 'de' or 'zh', but got {language!r:.60}.{hint} Give "
        f"the two-letter code (ISO 639-1) of your language, one of {' '.join(sorted(LANGUAGES))}, "
        "or a three-letter code of one that has none; a script or country may follow: zh-Hans."
    )


def base_language(code: str) -> str | None:
    """Return what a code says of the language alone, in two letters if they exist."""
    first = re.split("[-_]", code, maxsplit=1)[0].lower()
    first = _TO_SHORTER.get(first, first)
    return first if first in _KNOWN else None


# Scripts as the names of their characters begin, with the languages that use them, the likeliest
# first. Latin is not among them: it is used for romanised texts and quotations in any language.
_SCRIPTS = {
    "CJK": "zh yue wuu gan hak hsn nan cdo cpx lzh ja ko",
    "HIRAGANA": "ja",
    "HANGUL": "ko",
    "ARABIC": "ar fa ur ps sd ug ckb ku ks arz ary arq acm aeb apc az azb glk mzn skr khw lrc bqi "
    "luz sdh ms ha pa kk ky uz",
    "DEVANAGARI": "hi mr ne sa mai bh awa anp mag gom kok dty sd ks",
    "CYRILLIC": "ru uk be bg sr mk kk ky tg mn tt ba cv ce os ab av sh bs ro uz tk az sah udm "
    "kv koi mhr mrj myv mdf lbe lez inh kbd ady xal tyv alt rue rsk crh gag kum krc kjh bxr kaa cu",
    "GREEK": "el pnt",
    "HEBREW": "he yi lad",
    "THAI": "th",
    "BENGALI": "bn as bpy mni",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn tcy",
    "MALAYALAM": "ml",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "ORIYA": "or",
    "SINHALA": "si",
    "MYANMAR": "my mnw ksw blk",
    "KHMER": "km",
    "LAO": "lo",
    "TIBETAN": "bo dz",
    "GEORGIAN": "ka xmf",
    "ARMENIAN": "hy hyw",
    "ETHIOPIC": "am ti",
}
_SAMPLE = 2_000
"""Characters of a text that are looked at."""


def belied_by_script(text: str, code: str) -> str:
    """Return the likeliest language of a text in a script that its language is not written in."""
    sample = text[:_SAMPLE]
    if sample.isascii():
        return ""
    counts = Counter(_script(character) for character in sample if character.isalpha())
    total = counts.total()
    # A tenth of kana is enough: Chinese has none.
    if 10 * counts["HIRAGANA"] > total:
        counts["HIRAGANA"] += counts.pop("CJK", 0)
    script, count = counts.most_common(1)[0] if counts else ("", 0)
    languages = _SCRIPTS.get(script, "").split()
    if 2 * count <= total or not languages or base_language(code) in languages:
        return ""
    return languages[0]


@cache
def _script(character: str) -> str:
    first = unicodedata.name(character, "").split(" ")[0]
    return "HIRAGANA" if first == "KATAKANA" else first
