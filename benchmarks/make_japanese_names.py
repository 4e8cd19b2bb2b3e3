"""Make `cleaner/data/japanese_names.xz`: Japanese names of people and places in their own script, and how they are read.

    pip download --no-deps --no-binary :all: jamdict-data==1.5
    python benchmarks/make_japanese_names.py jamdict_data-1.5.tar.gz

A line a name, sorted by its UTF-8 bytes: the name, then behind tabs what it is with its readings in Hepburn without long vowels:
``s`` a surname, ``g`` a given name, ``p`` a place; ``w`` says that it is an ordinary word too, as all are that stand there in katakana,
``f`` and ``m`` that the given name is a woman's or a man's in nine readings of ten.
What more full names of the dictionary have stands first. From JMnedict and JMdict (EDRDG, CC BY-SA 4.0), as jamdict-data carries them.
"""

from __future__ import annotations

import collections
import lzma
import re
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "cleaner/data/japanese_names.xz"
MEMBER = "jamdict_data-1.5/jamdict_data/jamdict.db.xz"
KINDS = {"surname": "s", "fem": "g", "masc": "g", "given": "g", "unclass": "g", "place": "p", "station": "p"}
LONGEST = {"s": 4, "g": 3, "p": 6}  # characters
_NAME = re.compile("[々ヶヵケノ\u4e00-\u9fff]*[\u4e00-\u9fff][々ヶヵケノ\u4e00-\u9fff]*")
_LOAN = re.compile("[ァ-ヴー]{3,}")
_READING = re.compile(r"[A-Z][a-z'-]+(?: [A-Z][a-z'-]+)*")
_NOTE = re.compile(r"\s*\(.*?\)| (?:Station|Airport|Island|Islands|River|Castle|Bay|Village|Town|City|Ward|Prefecture)$")
_LONG = ((re.compile("(?i)ou(?!e)|oo"), "o"), (re.compile("uu"), "u"), (re.compile("ō"), "o"), (re.compile("ū"), "u"))
QUERY = """
    select k.text, g.text, y.text from NEKanji k join NETranslation t on t.idseq = k.idseq
    join NETransGloss g on g.tid = t.ID join NETransType y on y.tid = t.ID order by k.ID
"""


def romanised(gloss: str) -> str:
    """A reading as English news has it: Oono is Ono, Bizen (city) is Bizen; empty for what is none."""
    reading = _NOTE.sub("", gloss).strip()
    for pattern, short in _LONG:
        reading = pattern.sub(lambda m, short=short: short.upper() if m.group()[0].isupper() else short, reading)
    return reading if _READING.fullmatch(reading) else ""


def used(people: Iterable[tuple[str, str]], found: dict[str, dict[str, dict[str, None]]]) -> collections.Counter[tuple[str, str, str]]:
    """How many full names have a surname, and a given name, in a reading."""
    count: collections.Counter[tuple[str, str, str]] = collections.Counter()
    for name, gloss in people:
        surname, _, given = romanised(gloss).partition(" ")
        for n in range(1, min(len(name), LONGEST["s"] + 1)):
            if surname in found["s"].get(name[:n], ()) and given in found["g"].get(name[n:], ()):
                count.update((("s", name[:n], surname), ("g", name[n:], given)))
    return count


def sex(readings: collections.Counter[str]) -> list[str]:
    """``f`` or ``m``, where a name's readings leave little doubt. The dictionary has many men's names as ``given`` alone."""
    women, men, others = readings["fem"], readings["masc"], readings["given"] + readings["unclass"]
    return ["f"] if women and women >= 9 * (men + others) else ["m"] if men and men + others >= 9 * women else []


def main() -> None:
    """Read the dictionary and write."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(sys.argv[1]) as archive:
        held = archive.extractfile(MEMBER)
        assert held, MEMBER
        database = Path(folder, "jamdict.db")
        database.write_bytes(lzma.decompress(held.read()))
        with sqlite3.connect(database) as db:
            rows, words = db.execute(QUERY).fetchall(), {text for (text,) in db.execute("select text from Kanji")}
            loans = {text for (text,) in db.execute("select text from Kana") if _LOAN.fullmatch(text)}
    words |= loans
    bearers: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    found: dict[str, dict[str, dict[str, None]]] = {kind: {} for kind in LONGEST}  # kind, name, readings in order
    for name, gloss, told in rows:
        kind, reading = KINDS.get(told, ""), romanised(gloss)
        if kind and reading and len(name) <= LONGEST[kind] and _NAME.fullmatch(name):
            found[kind].setdefault(name, {})[reading] = None
            bearers[name][told] += kind == "g"
    count = used(((name, gloss) for name, gloss, told in rows if told == "person"), found)
    lines = []
    for name in loans.union(*found.values()):
        parts = [name]
        for kind, own in found.items():
            readings = sorted(own.get(name, ()), key=lambda r: -count[kind, name, r])
            parts += [f"{kind} {','.join(readings)}"] if readings else []
        lines.append("\t".join([*parts, *(["w"] if name in words else []), *sex(bearers[name])]))
    text = "\n".join(sorted(lines, key=str.encode)) + "\n"
    OUT.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(len(lines), "names,", len(text.encode()), "bytes,", OUT.stat().st_size, "packed")


if __name__ == "__main__":
    main()
