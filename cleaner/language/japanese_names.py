"""Names in a Japanese source: people by their title or age, places by what they are, with every reading that a dictionary has; and what a
name in katakana sounds like.

Names without such a sign are left alone: 森 is Mori and a forest. So are those of one character with the look of a Chinese or Korean one,
whose readings are not Japanese.
"""

from __future__ import annotations

import bisect
import lzma
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from .gender import Gender
from .japanese import normal

_TITLES = (
    "さん|氏|選手|監督|コーチ|投手|捕手|内野手|外野手|容疑者|被告|受刑者|社長|会長|理事長|市長|町長|村長|区長|知事|首相|外相|防衛相|官房長官|議員|教授|准教授|講師|弁護士|医師"
    "|署長|本部長|校長|園長|館長|院長|所長|部長|課長|局長|室長|主将|棋聖|名人|竜王|王位|王座|[二三四五六七八九]段|騎手|くん|君|ちゃん|先生|夫妻|委員長|事務局長|組合長|支配人|店長|宮司"
    "|住職|学芸員|研究員|アナ|理事|専務|常務|取締役|オーナー|親方"
)
_HAN = "[々ヶヵケノ\u4e00-\u9fff]"
_OFFICE = "副|前|元|新|総|同|両|名誉|女性|実行|事務|代表|大会|県|市"  # before a title
_PERSON = re.compile(rf"({_HAN}{{2,8}}?)(?:{_OFFICE})?(?:{_TITLES})|({_HAN}{{2,8}})\(\d\d?\)")  # or the age behind the name
_TITLED = re.compile(_TITLES)
_RUN = re.compile(f"{_HAN}+")
#: What a place is, and how that is read at the end of its name.
_KINDS = {
    "市": "shi", "町": "cho|machi", "村": "mura|son", "区": "ku", "郡": "gun", "県": "ken", "駅": "eki", "空港": "kuko", "湾": "wan",
    "島": "shima|jima|to", "川": "kawa|gawa", "城": "jo",
}
_PLACE = re.compile(f"(?:{'|'.join(_KINDS)})$")
#: Surnames of one character that are common in China or Korea, and so on.
_FOREIGN = frozenset("李王張劉陳楊趙黄周呉徐孫朱胡郭何林高梁鄭羅宋謝唐韓曹許鄧金朴崔姜尹文馬蔡蘇葉盧程袁呂魏任曽沈洪全安柳白南申盧権習温江")
_LONGEST_PLACE = 6
_USUAL = 2  # characters of a surname
_LONG = 4  # characters of a name from which on it is no Chinese or Korean one


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the source: how its first part (a place, or a surname) and a given name may be read, the likeliest first, and the sex that
    the characters of the given name tell.
    """

    text: str
    first: tuple[str, ...]
    given: tuple[str, ...] = ()
    sex: Gender | None = None


@lru_cache(maxsize=256)
def names(source: str) -> tuple[Name, ...]:
    """The people and places of a Japanese text, each once.

    >>> [(n.text, n.first[0], n.given[0]) for n in names("外野手の山田花子さん（２３）が話した。")]
    [('山田花子', 'Yamada', 'Hanako')]
    >>> [(n.text, n.first) for n in names("福井県敦賀市で")]
    [('敦賀市', ('Tsuruga',))]
    """
    found = (name for name in people(source) if name)
    places = (name for m in _RUN.finditer(normal(source)) for name in _places(m.group()))
    return tuple({n.text: n for n in (*found, *places)}.values())


@lru_cache(maxsize=256)
def people(source: str) -> tuple[Name | None, ...]:
    """Everybody in a Japanese text who has a title or an age, in order; None for those whose name is not known.

    >>> [p and (p.text, p.sex) for p in people("山田花子さんと佐藤健太郎氏、スミス社長、監督")]
    [('山田花子', 'female'), ('佐藤健太郎', 'male'), None, None]
    """
    text = normal(source)
    named = {m.end(): _person(m[1] or m[2]) for m in _PERSON.finditer(text)}
    found = dict.fromkeys(m.end() for m in _TITLED.finditer(text)) | named
    return tuple(found[end] for end in sorted(found))


def _person(run: str) -> Name | None:
    """The longest end of a run of characters that is a surname, or one with a given name."""
    run = re.sub(f"(?:{_TITLES})$", "", run)
    for text in (run[i:] for i in range(len(run) - 1)):
        if "w" in _entry(text):
            continue
        parted = sorted(range(1, len(text)), key=lambda i: i != _USUAL) if len(text) > _USUAL else []
        full = [(s, g) for i in parted if (s := _entry(text[:i]).get("s")) and (g := _entry(text[i:]).get("g"))]
        whole = _entry(text).get("s", ())
        if full or whole:
            if not whole and len(text) < _LONG and text[0] in _FOREIGN:
                return None
            first = dict.fromkeys([*whole, *(reading for surname, _ in full for reading in surname)])
            return Name(text, tuple(first), tuple(reading for _, given in full for reading in given), None if whole else _sex(text, parted))
    return None


def _sex(text: str, parted: Sequence[int]) -> Gender | None:
    """What the given name tells of a full name, which is parted at the likeliest of some places where it tells anything."""
    given = (_entry(text[i:]) for i in parted if "s" in _entry(text[:i]))
    return next(("female" if "f" in g else "male" for g in given if "f" in g or "m" in g), None)


def _places(run: str) -> Iterator[Name]:
    """The places that a run of characters starts with, one after the other."""
    start = 0
    while start < len(run):
        ends = range(min(len(run), start + _LONGEST_PLACE), start + 1, -1)
        text = next((t for e in ends if _PLACE.search(t := run[start:e]) and "p" in _entry(t)), "")
        if not text:
            return
        if "w" not in _entry(text):
            readings = dict.fromkeys(_bare(r, text) for r in _entry(text)["p"])
            yield Name(text, tuple(sorted(readings, key=len)))  # 松本市 is Matsumoto, and Matsumotoichi a place in the country
        start += len(text)


def _bare(reading: str, place: str) -> str:
    """A place's reading without the word for what it is, where enough is left: Araicho is Arai."""
    kind = next(end for name, end in _KINDS.items() if place.endswith(name))
    short = re.sub(f"[ -]?(?:{kind})$", "", reading, flags=re.IGNORECASE)
    return short if len(short) > 2 else reading


def is_loan(katakana: str) -> bool:
    """Whether a word in katakana is one of the language's own by now: ラグビー."""
    return bool(_entry(katakana))


@lru_cache(maxsize=4096)
def _entry(name: str) -> dict[str, tuple[str, ...]]:
    """What the dictionary has of a name: readings by kind (`benchmarks/make_japanese_names.py`)."""
    lines, key = _lines(), name.encode() + b"\t"
    at = bisect.bisect_left(lines, key)
    if at == len(lines) or not lines[at].startswith(key):
        return {}
    parts = (part.partition(" ") for part in lines[at].decode().split("\t")[1:])
    return {kind: tuple(filter(None, readings.split(","))) for kind, _, readings in parts}


@cache
def _lines() -> list[bytes]:
    packed = resources.files("cleaner").joinpath("data", "japanese_names.xz").read_bytes()
    return lzma.decompress(packed).splitlines()


_ROMAJI = ((re.compile("ou|oo|oh(?![aeiou])|ō"), "o"), (re.compile("uu|ū"), "u"), (re.compile("si"), "shi"), (re.compile("ti"), "chi"),
           (re.compile("tu"), "tsu"), (re.compile("hu"), "fu"), (re.compile("zi"), "ji"), (re.compile("m(?=[bp])"), "n"))


def sound(name: str) -> str:
    """What spellings of one Japanese name share: Ohno, Oono and Ono; Simizu and Shimizu (Hepburn and Kunrei, ISO 3602).

    >>> sound("Ohtsuka") == sound("Otsuka"), sound("Shimizu") == sound("Simizu")
    (True, True)
    """
    lower = name.lower()
    for pattern, replacement in _ROMAJI:
        lower = pattern.sub(replacement, lower)
    return lower.replace("shhi", "shi").replace("chhi", "chi")


@lru_cache(maxsize=16384)
def heard(text: str) -> str:
    """The letters of a text as a Japanese ear takes them: `sound`, with l as r, v as b and double letters as one.

    >>> heard("Shin'ya KOHNO") == heard("Sinya Kono")
    True
    """
    return _single(sound(_letters(text)).translate(_EAR).replace("mm", "nm"))  # Homma is Honma


def _letters(text: str) -> str:
    """The letters of a text, small and without their marks."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if c.isalpha())


def _single(text: str) -> str:
    """A text with each run of a letter as one."""
    return re.sub(r"(.)\1+", r"\1", text)


_EAR = str.maketrans("lv", "rb")
_ROWS = (
    "kカキクケコヵヶ", "gガギグゲゴ", "sサシスセソ", "zザジズゼゾ", "tタチツテト", "dダヂヅデド", "nナニヌネノン", "hハヒフヘホ",
    "bバビブベボヴ", "pパピプペポ", "mマミムメモ", "rラリルレロ",
)
_CONSONANT = {ord(c): row[0] for row in _ROWS for c in row[1:]} | {ord(c): "" for c in "アイウエオァィゥェォヤユヨャュョワヮヲッー"}
_SPELLED = tuple((re.compile(pattern), new) for pattern, new in (
    ("sch|sh", "s"), ("tch|ch|ts|dt", "t"), ("ck|qu?", "k"), ("ph|f|wh", "h"), ("th", "s"), ("x", "ks"), ("c(?=[eiy])", "s"), ("c", "k"),
    ("dg|j", "z"), ("v", "b"), ("l", "r"), ("r(?![aeiouy])", ""), ("m(?=[bp])", "n"), ("[aeiouwy]", ""),
))


def alike(katakana: str, word: str) -> float:
    """How alike a name in katakana and an English word sound, 0 to 1: by their consonants, those that the ear confuses taken for one.

    >>> alike("バトラー", "Butler"), alike("ロビンソン", "Robinson"), alike("バトラー", "Robinson") < 0.5
    (1.0, 1.0, True)
    """
    from rapidfuzz import fuzz

    ours, theirs = _spoken(katakana), _consonants(word)
    return fuzz.ratio(ours, theirs) / 100 if min(len(ours), len(theirs)) > 1 and ours[0] == theirs[0] else 0.0


@lru_cache(maxsize=4096)
def _spoken(katakana: str) -> str:
    return _single(katakana.translate(_CONSONANT))


@lru_cache(maxsize=4096)
def _consonants(word: str) -> str:
    letters = _letters(word)
    for pattern, new in _SPELLED:
        letters = pattern.sub(new, letters)
    return _single(letters)
