"""Who speaks a quotation, by the words beside it: "X said", "said X", "according to X", "X:". No parser: segmenting must stay cheap."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .core import Quotation, Span
from .language.reporting import forms

#: Forms of the verbs that report speech in news prose.
REPORTING_VERBS = forms("neutral", "emphatic", "ask", "speaker")
_PRONOUNS = frozenset({"he", "she", "they", "i", "we", "you", "it"})
_ADVERBS = r"(?:also|then|later|further|simply|just|only|once|still|again|often|always|reportedly|now|recently|\w+ly)"
_VERB = "(?:" + "|".join(sorted(REPORTING_VERBS, key=len, reverse=True)) + ")"
#: Right after a closing mark: "he said", "said the minister", "Tom Brown said".
ATTRIBUTION_AFTER = re.compile(
    rf"\s*,?\s*(?:(?:he|she|they|I|we|you|[A-Z][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){{0,3}})\s+(?:{_ADVERBS}\s+)?)?{_VERB}\b(?!['’])",
)
#: Right before an opening mark: "said, ", "said that ".
ATTRIBUTION_BEFORE = re.compile(rf"\b{_VERB}(?:\s+that)?\s*[,:]?\s*$", re.IGNORECASE)

_WORD = re.compile(r"[^\W_](?:[\w.'’&/-]*\w)?\.?", re.UNICODE)
_CLAUSE_END = re.compile(r"[;:!?\"“”「」。]|\.(?=\s+[A-Z\"“]|\s*$)|\.(?=[A-Z][a-z])")
_ACCORDING = re.compile(r"[\s,]*according to\s+", re.IGNORECASE)
_ACCORDING_BEFORE = re.compile(r"\baccording to ([^,.;:!?]{2,80}?),?\s*$", re.IGNORECASE)
_COLON = re.compile(r"(?:^|[.!?\"”\n]\s*)([A-Z][\w.'’-]*(?:[ ][\w.'’-]+){0,5})\s*:\s*$")
#: A speaker's noun phrase ends before these.
_STOP = frozenset(
    word for line in """
    in on at when after during before while who whom which that as with from about for because where to by since and but if so through
    under over until his her their during yesterday today tomorrow wearing looking smiling laughing
    """.splitlines() for word in line.split()
)
_POSSESSIVE = frozenset({"his", "her", "their"})
_AUXILIARY = frozenset({
    "has", "have", "had", "was", "were", "is", "are", "will", "would", "can", "could", "may", "might", "must", "did", "does",
    "do", "been", "also", "not", "never",
})
_LEADING = frozenset({
    "and", "but", "so", "then", "when", "as", "while", "because", "after", "before", "that", "where", "however", "meanwhile",
    "also", "if", "yet",
})
_SPEECH_ENDS = frozenset(",.!?…—–-、。")
_REACH = 160  # characters of the sentence beside a quotation that are read for its speaker


def name_speakers(plain: str, blocks: Sequence[Span], found: list[Quotation]) -> tuple[Quotation, ...]:
    """The same quotations with `speaker` and `verb` where the words beside an outermost one name them.

    A reported verb after the quotation wins over one before it, unless a next quotation follows at once (``"…," said A. B said, "…"``).
    """
    named: list[Quotation] = []
    outer = [q for q in found if q.depth == 0]
    at = {q.span.start: i for i, q in enumerate(outer)}
    block = 0
    for q in found:
        if q.depth:
            named.append(q)
            continue
        while block + 1 < len(blocks) and blocks[block].end <= q.span.start:
            block += 1
        here = blocks[block]
        while here.end < q.span.end and block + 1 < len(blocks):
            block += 1
            here = here.join(blocks[block])
        i = at[q.span.start]
        previous = outer[i - 1].span.end if i else here.start
        following = outer[i + 1].span.start if i + 1 < len(outer) else here.end
        speaker, verb = _after(plain, q, max(q.span.end, min(following, here.end)), following < here.end)
        if speaker is None and verb is None:
            speaker, verb = _before(plain, min(q.span.start, max(previous, here.start, q.span.start - _REACH)), q.span.start)
        named.append(replace(q, speaker=speaker, verb=verb))
    for i in range(len(named) - 2, -1, -1):  # paragraphs of one speech share the speaker named at its end
        q, n = named[i], named[i + 1]
        if q.closed and q.inner.end == q.span.end and q.speaker is None and not n.depth:
            named[i] = replace(q, speaker=n.speaker, verb=n.verb)
    return tuple(named)


def _after(plain: str, q: Quotation, end: int, more: bool) -> tuple[Span | None, Span | None]:
    """Speaker and verb in the clause that follows a quotation; `more` says that another quotation begins at `end`."""
    if not q.closed or q.inner.end == q.span.end:
        return None, None
    start = q.span.end
    end = min(end, start + _REACH)
    if found := _ACCORDING.match(plain, start, end):
        return _phrase(plain, found.end(), end), None
    tail = plain[start:end]
    skip = len(tail) - len(tail.lstrip(" \t\r\n,"))
    stop = _CLAUSE_END.search(tail, skip)
    clause = tail[:stop.start()] if stop else tail
    last = q.inner.of(plain).rstrip()[-1:]
    if last not in _SPEECH_ENDS and "," not in tail[:skip] and not ATTRIBUTION_AFTER.match(tail):
        return None, None
    leads_on = more and stop is None and re.search(r"[,:]?\s*$", tail) is not None and ATTRIBUTION_BEFORE.search(tail) is not None
    if leads_on and last == "." and clause[skip:skip + 1].isupper():
        return None, None
    words = [Span(start + m.start(), start + m.end()) for m in _WORD.finditer(clause)][:12]
    for i, word in enumerate(words):
        text = word.of(plain).lower()
        if text not in REPORTING_VERBS:
            if text in _STOP and i == 0:
                return None, None
            continue
        subject = words[:i]
        if not subject:
            return _phrase(plain, word.end, start + len(clause)), word
        if any(w.of(plain).lower() in _STOP for w in subject[:1]) or i > 9:
            return None, None
        return _subject(plain, subject), word
    return None, None


def _before(plain: str, start: int, end: int) -> tuple[Span | None, Span | None]:
    """Speaker and verb in the clause that leads to a quotation."""
    head = plain[start:end]
    if found := _COLON.search(head):
        name = found.group(1)
        if name.split()[-1].lower() not in REPORTING_VERBS and not any(w.lower() in REPORTING_VERBS for w in name.split()):
            return Span(start + found.start(1), start + found.end(1)), None
    if found := _ACCORDING_BEFORE.search(head):
        return Span(start + found.start(1), start + found.end(1)), None
    begin = max((m.end() for m in _CLAUSE_END.finditer(head.rstrip(" :,\t\r\n"))), default=0)
    words = [Span(start + begin + m.start(), start + begin + m.end()) for m in _WORD.finditer(head[begin:])]
    comma = head.rstrip().endswith((",", ":"))
    for back, word in enumerate(reversed(words)):
        if word.of(plain).lower() not in REPORTING_VERBS:
            continue
        if back > (7 if comma else 1):
            return None, None
        return _subject(plain, words[:len(words) - 1 - back]), word
    return None, None


def _subject(plain: str, words: list[Span]) -> Span | None:
    """The noun phrase that ends just before a verb: from the last comma, conjunction or pronoun on, without adverbs and auxiliaries."""
    while words and (words[-1].of(plain).lower() in _AUXILIARY or re.fullmatch(_ADVERBS, words[-1].of(plain).lower())):
        words = words[:-1]
    if not words:
        return None
    if words[-1].of(plain).lower() in _PRONOUNS:
        return words[-1]
    first = len(words) - 1
    while first > 0 and "," not in plain[words[first - 1].end:words[first].start] and words[first - 1].of(plain).lower() not in _LEADING:
        first -= 1
    while first < len(words) - 1 and words[first].of(plain).lower() in _LEADING:
        first += 1
    return words[first].join(words[-1]) if len(words) - first <= 12 and words[first].of(plain).lower() not in _STOP - _POSSESSIVE else None


def _phrase(plain: str, start: int, end: int) -> Span | None:
    """The noun phrase that begins at `start`: up to a comma, a preposition of time or place, or eight words."""
    words: list[Span] = []
    for m in _WORD.finditer(plain, start, end):
        text = m.group().lower()
        gap = plain[words[-1].end if words else start:m.start()]
        stops = text in _STOP and (words or text not in _POSSESSIVE)
        if "," in gap or (words and not gap.isspace()) or stops or len(words) == 8:
            break
        words.append(Span(m.start(), m.end()))
        if text in _PRONOUNS:
            break
    if not words:
        return None
    span = words[0].join(words[-1])
    return Span(span.start, span.end - 1) if span.of(plain).endswith(".") and not re.search(r"\b[A-Z]\.$|\bJr\.$", span.of(plain)) else span
