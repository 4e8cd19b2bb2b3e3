"""Grammar that LanguageTool misses in machine-translated news: patterns from `cleaner/data/grammar/*.toml`, and rules over the parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..analysis import Analysis
from ..core import Replacement, Span
from ..language import phrases
from ..registry import Bad, Good, Hit, detector

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

phrases.register("grammar")

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
#: Times that are over: what happened then is told in the past tense.
_FINISHED = re.compile(
    rf"\b(?:on the \d{{1,2}}(?:st|nd|rd|th)(?: of (?:this|last) month)?|on {_MONTH} \d{{1,2}}|in {_MONTH} (?:19|20)\d\d|"
    r"in (?:19|20)\d\d|yesterday|last (?:week|month|year|night|summer|winter|spring|autumn|fall)|"
    r"(?:\d+|two|three|four|five|ten) (?:years|months|weeks|days) ago|"
    rf"until (?:the \d{{1,2}}(?:st|nd|rd|th)|{_MONTH} \d{{1,2}}))\b(?!')",
)
#: Done now for a time that may be still to come: "has extended the sale until May 25".
_AHEAD = frozenset({
    "extend", "prolong", "postpone", "delay", "suspend", "close", "ban", "cancel", "push", "move", "reserve", "grant", "lend",
})
_NOT_OVER = re.compile(r"\b(?:since|until now|so far|already|ever|yet|until|for|between|from|up to|than)\b", re.IGNORECASE)
_SAME_FORM = frozenset({
    "said", "held", "made", "told", "found", "lost", "won", "sold", "led", "built", "sent", "left", "kept", "brought", "thought", "heard",
    "paid", "met", "bought", "taught", "caught", "fought", "felt", "put", "set", "cut", "hit", "shut", "let", "read", "spent", "stood",
    "understood", "hurt",
})


@detector("fluency/grammar", "minor", source="Swan, Practical English Usage (present perfect and finished time)", examples=[
    Bad("The council [[has been held]] on the 23rd.", after="The council was held on the 23rd."),
    Bad("The lines [[have resumed]] service last week.", after="The lines resumed service last week."),
    Good("The council was held on the 23rd."),
    Good("The lines have resumed service since last week."),
    Good("The shop has extended its sale until May 25."),
    Good("He said on the 23rd that the lines have resumed service."),
    Good("More ships have called this year than in 2011."),
])
def perfect_with_finished_time(analysis: Analysis) -> Iterator[Hit]:
    """A present perfect beside a time that is over: English tells it in the past tense."""
    for segment, doc in analysis.parsed():
        for m in _FINISHED.finditer(doc.text):
            verb = _verb_of(doc, m.start())
            if verb is None or (m.group().startswith("until") and verb.lemma_ in _AHEAD):
                continue
            have = next((c for c in verb.children if c.dep_ == "aux" and c.lower_ in ("has", "have") and c.tag_ in ("VBZ", "VBP")), None)
            if have is None or any(c.tag_ in ("MD", "TO") for c in verb.children) or have.i > verb.i:
                continue
            if m.start() < verb.idx and m.start() > 0 and doc.text[m.end():m.end() + 1] != ",":
                continue
            between = doc.text[verb.idx:m.start()] if verb.idx < m.start() else doc.text[:m.start()]
            if _NOT_OVER.search(between) or _NOT_OVER.search(doc.text[m.end():m.end() + 12]) or "." in between or ";" in between:
                continue
            span = Span(have.idx, verb.idx + len(verb)).shift(segment.span.start)
            new = _past(doc, have, verb)
            yield Hit(
                span, f"“{m.group()}” is over; the perfect tense says that it is not.", 0.6,
                (Replacement(span, new, "unsafe", "English tells of a finished time in the past tense."),) if new else (),
            )


def _verb_of(doc: Doc, offset: int) -> Token | None:
    """The verb that a time at `offset` belongs to."""
    token = next((t for t in doc if t.idx == offset), None)
    while token is not None and token.head.i != token.i and token.pos_ not in ("VERB", "AUX"):
        token = token.head
    return token if token is not None and token.tag_ in ("VBN", "VBG") else None


def _past(doc: Doc, have: Token, verb: Token) -> str:
    """The words from `have` to `verb` in the simple past, or nothing where the form is not sure."""
    middle = doc[have.i + 1:verb.i]
    been = next((t for t in middle if t.lower_ == "been"), None)
    if been is not None:
        was = "was" if have.lower_ == "has" else "were"
        rest = [t.text for t in middle if t.i != been.i]
        return " ".join([was, *rest, verb.text])
    if any(t.dep_ == "neg" for t in middle) or not (verb.lower_.endswith("ed") or verb.lower_ in _SAME_FORM):
        return ""
    return " ".join([*(t.text for t in middle), verb.text])


_ONE_OF = re.compile(
    r"\b[Oo]ne of the (?:most \w+|(?!test|rest|west|guest|quest|chest|priest|forest|harvest|interest|request)\w+est|best) ",
)


@detector("fluency/grammar", "minor", source="Swan, Practical English Usage (one of …)", examples=[
    Bad("It is one of the largest [[factory]] in the region.", after="It is one of the largest factories in the region."),
    Bad("He is one of the most famous [[singer]] of his time.", after="He is one of the most famous singers of his time."),
    Good("It is one of the largest factories in the region."),
    Good("It is one of the most popular tourist spots."),
    Good("One of the best known is the lake."),
])
def one_of_the_singular(analysis: Analysis) -> Iterator[Hit]:
    """“One of the most …” with a singular noun."""
    for segment, doc in analysis.parsed():
        for m in _ONE_OF.finditer(doc.text):
            token = next((t for t in doc if t.idx == m.end()), None)
            if token is None or token.tag_ != "NN" or token.i + 1 >= len(doc):
                continue
            after = doc[token.i + 1]
            if after.tag_ not in ("IN", ".", ",", "CC", "VBZ", "VBD", "MD", "WDT", "WP") or token.lower_ == "known":
                continue
            span = analysis.span(token, segment)
            yield Hit(span, "“One of the …” picks one of several: the noun is plural.", 0.8, (
                Replacement(span, _plural(token.text), "unsafe", "The noun after “one of the” is plural."),
            ))


def _plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(?:s|x|z|ch|sh)$", noun) else "s")
