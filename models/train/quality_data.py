"""Training examples for the quality model, from ../shared/data and ../shared/bench/tune, with every label where it exists.

An example is a sentence in its context with sparse labels: a missing label does not train its head.

    sentence  any (has an error), major (has a major error), z (crowd score, standardised per rater), hter (edit rate to the post-edit),
              agree (share of its content words that other systems and the references use too)
    words     bad (a post-editor changed it), wrong (inside an annotated error span), severe (inside a major one), alone (1 − share of
              other systems and references that use the word)

    edits     a tag for each word and for the gap before it (edit_data.py)

Sources: MLQE-PE (Fomicheva et al. 2022), WMT MQM (Freitag et al. 2021), WMT21/22 outputs, references and direct assessment, the bench's
tune split, and English written by people, where errors of the classes that the rules name are planted.
"""

from __future__ import annotations

import collections
import gzip
import itertools
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import edit_data
from edit_tags import Forms

from cleaner.estimator import CONTEXT_CHARACTERS

SHARED = Path(__file__).resolve().parents[3] / "shared"
#: What the annotators of annotations.md made of other engines' texts.
ANNOTATIONS = Path(__file__).with_name("annotations.jsonl.gz")
#: These, and what they made of more Chinese ones.
EVERY = (ANNOTATIONS, Path(__file__).with_name("annotations-2.jsonl.gz"))
PAGE = 20  # segments of English that people wrote, in a row, that count as a document
HELD_OUT = 3  # tenths of the Wikinews articles that are kept for counting false alarms
RIGHT = {"any": 0.0, "major": 0.0}  # labels of what nothing is wrong in
WORD = re.compile(r"\w+(?:['’]\w+)?")
#: Too common to say anything when other systems use them too.
COMMON = frozenset(re.findall(r"\w+", """
    the a an of to in and on for with at by from as is are was were be been it its that this which who will would has have had he she they
    his her their not or but s also said i we you there than more one
"""))


@dataclass(slots=True)
class Example:
    """A sentence with what is known about it; `words` holds (start, end, label, value) in characters of `text`, `tags` those of
    `edit_data`, with an empty tag where none is known.
    """

    text: str
    context: str = ""
    labels: dict[str, float] = field(default_factory=dict)
    words: list[tuple[int, int, str, float]] = field(default_factory=list)
    dense: tuple[str, ...] = ()  # word labels that hold for the whole text: 0 where no span says otherwise
    group: str = ""
    tags: list[edit_data.Tagged] = field(default_factory=list)
    source: str = ""  # what `text` was translated from, where that is known


def lines(name: str) -> Iterator[dict]:
    with gzip.open(SHARED / "data" / name, "rt", encoding="utf-8") as rows:
        for row in rows:
            yield json.loads(row)


def gold(split: str) -> list[dict]:
    """The annotated segments of a split of the bench."""
    return [json.loads(line) for line in (SHARED / f"bench/{split}_gold.jsonl").read_text(encoding="utf-8").splitlines()]


def wmt_name(file: str) -> str:
    """The name a tune file's document has in the WMT data: ube_nippo_shimbun_ja_2979.Online-Y.txt → ube_nippo_shimbun-ja.2979."""
    return re.sub(r"^(.*)_([a-z]+)_(\d+)\..*$", r"\1-\2.\3", file)


def wmt_names(files: Iterable[str]) -> frozenset[str]:
    """Those of several files' documents."""
    return frozenset(map(wmt_name, files))


def written(count: int | None = None) -> list[str]:
    """The first `count` segments that people wrote in English for WMT, all without; empty ones are counted and left out."""
    with gzip.open(SHARED / "data/wmt_original_english.txt.gz", "rt", encoding="utf-8") as rows:
        return [line.strip() for line in itertools.islice(rows, count) if line.strip()]


def pages(count: int | None = None) -> list[list[str]]:
    """The same, PAGE consecutive ones a document."""
    texts = written(count)
    return [texts[i:i + PAGE] for i in range(0, len(texts), PAGE)]


class Before(collections.defaultdict[Any, str]):
    """What was read of each document so far, as much of it as is context."""

    def __init__(self) -> None:
        super().__init__(str)

    def read(self, key: Any, text: str) -> str:
        """What came before `text`, which is read now."""
        context = self[key]
        self[key] = f"{context} {text}"[-CONTEXT_CHARACTERS:]
        return context


def post_edits(forms: Forms | None = None, *, graded: bool = False) -> list[Example]:
    """MLQE-PE: words tagged by what the post-editor changed, HTER, raters' mean z. `graded` adds whether the editor changed anything, as
    any, and as major how far the raters' mean lies below the 70 of 100 that they were to give a text that preserves the meaning: wholly
    from 50 down, where they were to see major mistakes (Fomicheva et al. 2022).
    """
    found = []
    for r in lines("mlqe_pe_to_english.jsonl.gz"):
        if r["split"] != "train":
            continue
        text, tagged = r["mt_raw"], edited_words(r)
        if tagged is None:
            continue
        words = [(a, b, "bad", 1.0) for (a, b), changed in tagged if changed and b > a]
        labels = {"hter": min(1.0, float(r["hter"])), "z": float(r["da"][1])}
        if graded:
            labels |= {"any": float(labels["hter"] > 0), "major": min(1.0, max(0.0, (70 - r["da"][0]) / 20))}
        found.append(Example(text, "", labels, words, ("bad",), r["pair"], _tags(text, r["pe"], forms), r["src"]))
    return found


def edited_words(r: dict) -> list[tuple[tuple[int, int], bool]] | None:
    """Of a row of MLQE-PE the characters of each word, and whether the editor changed it; None where it has another number of tags."""
    spans, tags = align(r["mt"].split(), r["mt_raw"]), r["tags"][1::2]
    return [(span, tag == "BAD") for span, tag in zip(spans, tags, strict=True)] if len(spans) == len(tags) else None


def align(tokens: list[str], text: str) -> list[tuple[int, int]]:
    """Characters of `text` that each token stands for; an empty span where the raw text writes it differently."""
    spans, at = [], 0
    for token in tokens:
        start = text.find(token, at)
        if start < 0 or start - at > 12:
            spans.append((at, at))
            continue
        spans.append((start, start + len(token)))
        at = start + len(token)
    return spans


def rated(held_out: bool) -> Iterator[tuple[str, str, list[dict]]]:
    """WMT MQM zh-en: each rated translation once, as (document, context, a row for each rater). One document in ten is held out."""
    found: dict[tuple, list[dict]] = collections.defaultdict(list)
    for r in lines("mqm_zh_en.jsonl.gz"):
        found[r["year"], r["domain"], r["system"], r["doc"], str(r["seg"])].append(r)
    before = Before()
    for (*key, _), rows in found.items():
        text, doc = rows[0]["mt"], str(key[-1])
        context = before.read(tuple(key), text)
        if (_bucket(doc) == 0) == held_out and text.strip():
            yield doc, context, rows


def expert_spans(rng: random.Random) -> list[Example]:
    """WMT MQM zh-en without the documents held out, labels averaged over the raters."""
    found = []
    for doc, context, rows in rated(held_out=False):
        weight = 1 / len(rows)
        labels = {
            "any": sum(bool(r["spans"]) for r in rows) * weight,
            "major": sum(any(s[2] in ("major", "critical") for s in r["spans"]) for r in rows) * weight,
        }
        words = [(s[0], s[1], label, weight) for r in rows for s in r["spans"]
                 for label in (("wrong", "severe") if s[2] in ("major", "critical") else ("wrong",))]
        found.append(Example(rows[0]["mt"], context, labels, words, ("wrong", "severe"), doc, source=rows[0]["src"]))
    rng.shuffle(found)
    return found


def _bucket(name: str) -> int:
    return sum(name.encode()) % 10


def kept_out(article: dict) -> bool:
    """Whether an article of Wikinews is for counting false alarms only."""
    return _bucket(article["url_title"]) < HELD_OUT


def sentences(article: dict) -> list[str]:
    """The sentences of a Wikinews article, roughly cut."""
    return [s for paragraph in article["paragraphs"] for s in re.split(r"(?<=[.!?])\s+(?=[A-Z])", paragraph)]


def systems(rng: random.Random, pairs: dict[str, int], exclude: frozenset[str], forms: Forms | None = None) -> list[Example]:
    """WMT outputs: for each pair so many translations; words that other systems and the references do not use are suspect."""
    found = []
    for pair, count in pairs.items():
        own, before = [], Before()
        rows = [r for r in lines("wmt_to_english.jsonl.gz") if r["pair"] == pair and (r["doc"] or "") not in exclude]
        share = min(1.0, 1.1 * count / sum(len(r["hyps"]) for r in rows))
        for r in rows:
            bags, refs = {name: bag(text) for name, text in r["hyps"].items()}, [bag(text) for text in r["refs"]]
            for name, text in r["hyps"].items():
                context = before.read((name, r["doc"]), text) if r["doc"] else ""
                others = [b for n, b in bags.items() if n != name]
                if not text.strip() or not (others or refs) or rng.random() > share:
                    continue
                used = support(text, others, refs)
                words = [(a, b, "alone", 1 - x) for a, b, x in used]
                labels = {"agree": sum(x for *_, x in used) / len(used)} if used else {}
                if name in r["da"] and r["da"][name][1] is not None:
                    labels["z"] = max(-2.5, min(1.5, float(r["da"][name][1])))
                texts = [(t, 1) for n, t in r["hyps"].items() if n != name] + [(t, 3) for t in r["refs"]]
                tags = edit_data.consensus(text, texts, forms) if forms else []
                own.append(Example(text, context, labels, words, (), r["doc"] or "", tags, r["src"]))
        rng.shuffle(own)
        found += own[:count]
    return found


def _stem(word: str) -> str:
    word = word.lower()
    for ending in ("ing", "ed", "es", "s", "'s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[:-len(ending)]
    return word


def bag(text: str) -> frozenset[str]:
    """The stems of a text's words."""
    return frozenset(_stem(w) for w in WORD.findall(text))


def support(text: str, others: Sequence[frozenset[str]], refs: Sequence[frozenset[str]]) -> list[tuple[int, int, float]]:
    """The content words of a text, (start, end, share of the others' bags that have it, a reference counting three times)."""
    found = []
    for m in WORD.finditer(text):
        if m.group().lower() not in COMMON:
            stem = _stem(m.group())
            used = sum(stem in b for b in others) + 3 * sum(stem in b for b in refs)
            found.append((m.start(), m.end(), used / (len(others) + 3 * len(refs))))
    return found


def tune() -> Iterator[tuple[str, dict]]:
    """The annotated segments of the bench's tune split after their context, document by document."""
    before = Before()
    for r in sorted(gold("tune"), key=lambda r: (r["file"], r["start"])):
        yield before.read(r["file"], r["mt"]), r


def annotated(forms: Forms | None = None, *, hidden: bool = False) -> list[Example]:
    """The bench's tune split: Japanese news, error spans that an English-only reader would notice; `hidden` adds those that only a reader
    of the source would.
    """
    texts = sorted((SHARED / "bench/tune").glob("*.src"))
    sources = {p.with_suffix(".txt").name: p.read_text(encoding="utf-8").split("\n\n") for p in texts}
    found = []
    for context, r in tune():
        e = _judged(r["mt"], context, r, r["file"], sources[r["file"]][r["seg"] - 1], hidden=hidden)
        found.append(replace(e, tags=_tags(r["mt"], r["fix_en"] or r["mt"], forms)))
    return found


def annotations(files: Iterable[Path] = (ANNOTATIONS,)) -> list[dict]:
    """The rows of files that annotations.md describes."""
    found = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as rows:
            found += [json.loads(row) for row in rows]
    return found


def more_annotated(pair: str, files: Iterable[Path] = (ANNOTATIONS,), *, hidden: bool = False) -> list[Example]:
    """Engines' texts that some `files` annotate as tune is, each text of a segment once. Japanese ones are of tune's documents and have
    those files' names as their group; texts that the bench has are left out. `hidden` adds the words of errors that only a reader of the
    source notices.
    """
    tune = gold("tune")
    groups = {wmt_name(r["file"]): r["file"] for r in tune}
    known = {(r["year"], r["doc"], r["seg"], r["system"]): r for r in annotations(files) if r["pair"] == pair}
    found: dict[tuple[int, str | None, int, str], Example] = {}
    seen = {(2021, wmt_name(r["file"]), r["seg"], r["mt"]) for r in tune}
    before = Before()
    for r in lines("wmt_to_english.jsonl.gz"):
        if r["pair"] == pair:
            place = (r["year"], r["doc"], r["seg"])
            for system, text in r["hyps"].items():
                context = before.read((r["year"], system, r["doc"]), text)
                judged, key = known.get((*place, system)), (*place, text)
                if judged and key not in found and key not in seen:
                    found[key] = _judged(text, context, judged, groups.get(r["doc"], pair), r["src"], hidden=hidden)
    return list(found.values())


def few() -> list[Example]:
    """Engines' texts that show an export how large the inputs of each layer get (`exporting.smooth`)."""
    return more_annotated("zh-en")[::9]


def _judged(text: str, context: str, judged: dict, group: str, source: str, *, hidden: bool = False) -> Example:
    """An annotated segment: its labels, and the words that a reader of the English alone would notice, or of the source too."""
    words = [(e["start"], e["end"], label, 1.0) for e in judged["errors"] if hidden or e["visible"]
             for label in (("wrong", "severe") if e["severity"] == "major" else ("wrong",))]
    labels = {"any": float(judged["status"] != "ok"), "major": float(judged["status"] == "major")}
    return Example(text, context, labels, words, ("wrong", "severe"), group, source=source)


def passages() -> list[tuple[str, str]]:
    """English by people as (context, sentence): Wikinews articles and segments written for WMT, without what counts false alarms."""
    plain = [text for text in written() if len(text.split()) > 5]
    found = [("", text) for text in plain[2000:]]  # the first 1,000 set the threshold, the next 1,000 count false alarms
    before = Before()
    for article in lines("wikinews_2020.jsonl.gz"):
        for sentence in () if kept_out(article) else sentences(article):
            context = before.read(article["url_title"], sentence)
            if len(sentence.split()) > 5:
                found.append((context, sentence))
    return found


def human(rng: random.Random, share: float = 0.5) -> list[Example]:
    """English by people: as it is (no error), or with one planted error of the classes that the rules name (`share`)."""
    found = []
    for context, text in passages():
        planted = plant(text, rng) if rng.random() < share else None
        if planted:
            changed, start, end = planted
            found.append(Example(changed, context, {"any": 1.0, "major": 1.0},
                                 [(start, end, "wrong", 1.0), (start, end, "severe", 1.0)], ("wrong", "severe"), "planted"))
        else:
            found.append(Example(text, context, {"any": 0.0, "major": 0.0}, [], ("wrong", "severe"), "human"))
    rng.shuffle(found)
    return found


def _tags(text: str, better: str, forms: Forms | None) -> list[edit_data.Tagged]:
    """Tags that turn `text` into `better`, where tags are wanted."""
    return edit_data.towards(text, better, forms) if forms else []


def references(exclude: frozenset[str]) -> list[tuple[str, str]]:
    """What people made of the sources of WMT, and engines' sentences that a post-editor left as they are, as (context, sentence)."""
    texts = [("", r["mt_raw"]) for r in lines("mlqe_pe_to_english.jsonl.gz") if r["split"] == "train" and not float(r["hter"])]
    before = Before()
    for r in lines("wmt_to_english.jsonl.gz"):
        if (r["doc"] or "") in exclude or not r["refs"]:
            continue
        text = r["refs"][0]
        texts.append((before.read((r["pair"], r["doc"]), text) if r["doc"] else "", text))
    return texts


def translations(year: int, pairs: Sequence[str], exclude: frozenset[str] = frozenset()) -> list[Example]:
    """What people made of the sources of a year's news, beside them: nothing is wrong in it."""
    return [Example(text, "", dict(RIGHT), [], ("wrong", "severe"), r["doc"] or "", source=r["src"])
            for r in lines("wmt_to_english.jsonl.gz") if r["pair"] in pairs and r["year"] == year and (r["doc"] or "") not in exclude
            for text in r["refs"][:1] if text.strip()]


def silent() -> list[Example]:
    """English by people that `human` leaves out and the model must stay silent on: whole Wikinews articles, and the first 1,000 of the
    WMT segments, PAGE consecutive ones to a document. Groups start with ``human/``.
    """
    texts = {a["url_title"]: sentences(a) for a in lines("wikinews_2020.jsonl.gz") if kept_out(a)}
    texts |= {f"wmt-{PAGE * i}": page for i, page in enumerate(pages(1000))}
    before = Before()
    return [Example(sentence, before.read(title, sentence), {"any": 0.0, "major": 0.0}, group="human/" + title)
            for title, own in texts.items() for sentence in own]


_PRONOUN = re.compile(r"\b(He|She|They|It|he|she|they)\b(?= (?:is|was|are|were|has|have|had|will|would|said|also|\w+ed)\b)")
_SUBJECT = re.compile(r"^(?:The )?[A-Z][\w.]+(?: [A-Z][\w.]+)*(?= (?:is|was|are|were|has|have|had|will|would|said|\w+ed)\b)")
_AGREE = {"is": "am", "are": "am", "were": "was", "has": "have"}
_REPORT = ("said", "emphasized", "called", "appealed", "pointed out", "revealed", "explained")
_SWAP = (("in", "on"), ("on", "in"), ("for", "to"), ("of", "in"), ("with", "by"), ("at", "in"), ("from", "of"), ("about", "of"))


def plant(text: str, rng: random.Random) -> tuple[str, int, int] | None:
    """(text with one error, start, end of the error), or None where nothing fits."""
    kinds = [_wrong_person, _wrong_person, _stranded, _cut, _orphan, _preposition, _lost_word, _swapped]
    rng.shuffle(kinds)
    for kind in kinds:
        made = kind(text, rng)
        if made:
            return made
    return None


def _wrong_person(text: str, rng: random.Random) -> tuple[str, int, int] | None:
    m = (_PRONOUN if rng.random() < 0.5 else _SUBJECT).search(text)
    if not m or '"' in text[:m.start()]:
        return None
    who = rng.choice(("I", "I", "I", "we", "you"))
    who = who if who == "I" or m.start() else who.capitalize()
    verb = re.match(r" (\w+)", text[m.end():])
    rest = text[m.end():]
    if verb and verb.group(1) in _AGREE:
        be = _AGREE[verb.group(1)]
        rest = f" {be if who == 'I' or be == 'have' else 'are' if be == 'am' else 'were'}" + rest[len(verb.group()):]
    return text[:m.start()] + who + rest, m.start(), m.start() + len(who) + 1


def _stranded(text: str, rng: random.Random) -> tuple[str, int, int] | None:
    if not text.rstrip().endswith(('"', "”")):
        return None
    tail = " " + rng.choice(("I ", "I ", "")) + rng.choice(_REPORT) + "."
    tail = tail if tail[1] == "I" else " " + tail[1:].capitalize()
    return text + tail, len(text) + 1, len(text) + len(tail)


def _cut(text: str, rng: random.Random) -> tuple[str, int, int] | None:
    words = list(re.finditer(r"\S+", text))
    if len(words) < 12:
        return None
    at = words[rng.randrange(len(words) // 2, len(words) - 2)]
    return text[:at.end()].rstrip(",;:") + ".", at.start(), at.end()


def _orphan(text: str, rng: random.Random) -> tuple[str, int, int] | None:
    if not text.endswith(".") or rng.random() < 0.5:
        return None
    tail = rng.choice((" Did.", " did.", " It was done.", " It will be done.", " It has become.", " Will be held."))
    return text + tail, len(text) + 1, len(text) + len(tail)


def _preposition(text: str, rng: random.Random) -> tuple[str, int, int] | None:
    old, new = rng.choice(_SWAP)
    places = list(re.finditer(rf"(?<= ){old}(?= )", text))
    if not places:
        return None
    m = rng.choice(places)
    return text[:m.start()] + new + text[m.end():], m.start(), m.start() + len(new)


def _lost_word(text: str, rng: random.Random) -> tuple[str, int, int] | None:
    places = list(re.finditer(r"(?<= )(?:is|was|were|are|the|a|to|has|had|that) ", text))
    if not places:
        return None
    m = rng.choice(places)
    end = m.start() + len(text[m.end():].split(" ", 1)[0])
    return text[:m.start()] + text[m.end():], m.start(), max(m.start() + 1, end)


def _swapped(text: str, rng: random.Random) -> tuple[str, int, int] | None:
    parts = text.rstrip(".").split(", ")
    if len(parts) < 2 or not text.endswith(".") or '"' in text:
        return None
    head, tail = ", ".join(parts[:-1]), parts[-1]
    made = tail[:1].upper() + tail[1:] + ", " + head[:1].lower() + head[1:] + "."
    return made, 0, len(tail)
