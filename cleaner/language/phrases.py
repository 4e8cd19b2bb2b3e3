r"""Rules that are data: wordings that machine translation produces, in `cleaner/data/<family>/*.toml`, one table a rule.

A table reads::

    [new-type-coronavirus]                     # the rule is <family>.new-type-coronavirus
    message = "…"                              # what is wrong, one sentence
    reason = "…"                               # why the replacement is right, one sentence for the reviewer
    source = "新型コロナウイルス"                 # the construction that engines copy, or a style guide
    category = "style/literal"                 # an MQM path of `core.CATEGORIES`
    severity = "minor"
    confidence = 0.9                           # chance that a careful editor agrees (see benchmarks/mine_calques.py)
    safe = true                                # false: only offered
    forms = [['pattern', 'replacement', 'second best'], …]
    topic = "baseball"                         # optional: only in documents about it
    blocks = ["paragraph"]                     # optional: only in such blocks
    quoted = false                             # optional: not inside quotation marks
    words = ["coronavirus"]                    # optional: one of these must be in the segment (speed only)
    bad = [["… [[span]] …", "whole repaired text"], ["only flagged [[span]]"], …]
    good = ["…", …]

Patterns are regular expressions without regard to case, matched inside one segment whose line ends read as spaces; ``\A`` is the
beginning of the sentence, ``(?-i:…)`` makes a part sensitive to case, and a line end in a pattern is ignored with the indentation after it.
Replacements may name groups: ``\g<name>``. One that begins a sentence gets its capital from the rule.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from ..analysis import Analysis
from ..core import BlockKind, CleanerError, Document, Replacement, Safety, Segment, Severity, Span
from ..registry import Bad, Detector, Good, Hit, add_detector
from . import lexicon

_OPTIONAL = {"topic", "blocks", "quoted", "words", "category", "severity", "safe"}
_REQUIRED = {"message", "reason", "source", "confidence", "forms", "bad", "good"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording with what to put in its place, as read from data. `forms` pairs each pattern with its replacement templates."""

    name: str
    message: str
    reason: str
    source: str
    category: str
    severity: Severity
    confidence: float
    safe: bool
    forms: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    topic: str | None
    blocks: frozenset[BlockKind] | None
    quoted: bool
    words: tuple[str, ...]
    examples: tuple[Bad | Good, ...]

    def __call__(self, analysis: Analysis) -> Iterator[Hit]:
        """Find the wording in every segment; inside quotation marks a safe replacement is only offered."""
        document = analysis.document
        if not self._worth_a_look(document):
            return
        for segment, text in analysis.lines:
            if self.blocks is not None and segment.block.kind not in self.blocks:
                continue
            taken: list[Span] = []
            for pattern, templates in self.forms:
                for m in pattern.finditer(text):
                    span = Span(m.start(), m.end()).shift(segment.span.start)
                    if any(span.overlaps(t) for t in taken):
                        continue
                    taken.append(span)
                    quoted = any(q.inner.overlaps(span) for q in document.quotations)
                    if quoted and not self.quoted:
                        continue
                    safety: Safety = "safe" if self.safe and not quoted else "unsafe"
                    yield Hit(span, self.message, self.confidence, tuple(
                        Replacement(*fitted(segment, m, template), safety, self.reason) for template in templates
                    ))

    def _worth_a_look(self, document: Document) -> bool:
        if self.words:
            low = document.plain.lower()
            if not any(w in low for w in self.words):
                return False
        return self.topic is None or self.topic in topics(document.plain)


def fitted(segment: Segment, m: re.Match[str], template: str) -> tuple[Span, str]:
    """The replacement for a match: capital at the head of a sentence, and no space left over where words go without a successor."""
    text, start, end = m.expand(template), m.start(), m.end()
    whole = m.string
    head = not re.search(r"\w", whole[:start])
    if not text:
        loose = not start or whole[start - 1] == " "
        if loose and start and (end == len(whole) or whole[end] in " .,;:!?)"):
            start -= 1
        elif loose and end < len(whole) and whole[end] == " ":
            end += 1
        if head and end < len(whole):
            text = whole[end].upper()
            end += 1
    elif head and m.group()[:1].isupper():
        text = text[0].upper() + text[1:]
    return Span(start, end).shift(segment.span.start), text


@cache
def _topic_words() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) for name, words in lexicon.table("topics").items()}


@lru_cache(maxsize=64)
def topics(text: str) -> frozenset[str]:
    """What a text is about: topics of `data/topics.toml` of which it has at least two different words.

    >>> sorted(topics("The pitcher left in the sixth inning."))
    ['baseball', 'sport']
    """
    return frozenset(name for name, words in _topic_words().items() if len({m.lower() for m in words.findall(text)}) >= 2)


def read(family: str) -> Iterator[Phrase]:
    """The phrases of a family. Raises CleanerError that names the file and rule when data is wrong."""
    folder = resources.files("cleaner").joinpath("data", family)
    for path in sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name):
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise CleanerError(f"data/{family}/{path.name}: not valid TOML ({error})") from error
        for name, table in tables.items():
            try:
                yield _phrase(f"{family}.{name}", table)
            except (KeyError, TypeError, ValueError, re.error) as error:
                raise CleanerError(f"data/{family}/{path.name}: rule {name!r} is wrong: {error}") from error


def register(family: str) -> None:
    """Make a rule of every phrase of the family."""
    for p in read(family):
        add_detector(Detector(p.name, p.category, p.severity, f"{p.message}\n\n{p.reason}", p.examples, family, p, p.source))


def _phrase(name: str, table: dict[str, Any]) -> Phrase:
    unknown, missing = table.keys() - _OPTIONAL - _REQUIRED, _REQUIRED - table.keys()
    if unknown or missing:
        raise ValueError(f"unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
    forms = tuple(
        (re.compile(re.sub(r"\n\s*", "", pattern), re.IGNORECASE), tuple(templates)) for pattern, *templates in table["forms"]
    )
    safe = bool(table.get("safe", False))
    bad = [Bad(text, after[0] if after else None, safe and bool(after)) for text, *after in table["bad"]]
    return Phrase(
        name, table["message"], table["reason"], table["source"], table.get("category", "style/literal"),
        table.get("severity", "minor"), float(table["confidence"]), safe, forms, table.get("topic"),
        frozenset(table["blocks"]) if "blocks" in table else None, table.get("quoted", True),
        tuple(w.lower() for w in table.get("words", ())), (*bad, *(Good(text) for text in table["good"])),
    )
