"""Literal wordings whose repair needs the syntax of the sentence or its neighbours: glosses with “=”, hearsay openings, empty contrast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..analysis import Analysis
from ..core import Replacement, Safety, Segment, Span
from ..registry import Bad, Good, Hit, detector

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_EQUALS = re.compile(r" ?[=＝] ?")
_FORMULA = re.compile(r"[\d)%] ?[=＝] ?[\d(]|[=＝]{2}|[!<>]=|(?:^|\W)\w ?= |\w=\w")
#: Where a picture was taken: a site takes “at”, an area “in”.
_SITE = re.compile(
    r"\b(?:Park|Stadium|School|University|College|Station|Museum|Hall|Cent(?:er|re)|Plaza|Store|Dome|Temple|Shrine|Airport|Port|Hospital|Office|Hotel|"
    r"Theat(?:er|re)|Library|Square|Garden|Zoo|Aquarium|Arena|Gymnasium|Gate|Bridge|Beach|Factory|Castle|Church|Court|ruins|remains|site)\b",
)
_AREA = re.compile(r"\b(?:City|Town|Village|Ward|Prefecture|County|District|Island|Tokyo|Osaka|Kyoto)\b|-(?:cho|ku|shi|machi|mura|son)\b")
_UNIT = re.compile(r"\b1 [\w. ]{1,15}$|\[[^\]]*$")
_ACRONYM = re.compile(r"(?:.*[ (\"“])?((?:[A-Z]\.?){2,8}|[A-Z][A-Za-z]?[A-Z]{1,6})$", re.DOTALL)
_WORD = re.compile(r"([A-Za-z&][\w'’&-]*) ?")
_SMALL = frozenset({"of", "the", "and", "for", "in", "on", "to", "de", "&"})


_SUM = re.compile(r"\w [+×÷] \w")


def _spelled_out(acronym: str, text: str) -> int:
    """How many characters of `text` from its start spell `acronym` by the initials of its words; 0 when they do not.

    >>> _spelled_out("NATO", "North Atlantic Treaty Organization, which")
    34
    """
    letters = acronym.replace(".", "").lower()
    at = 0
    for m in _WORD.finditer(text):
        if m.start() != at:
            return 0
        word, at = m.group(1), m.end()
        if word[0].isupper() and word[0].lower() == letters[0]:
            letters = letters[1:]
            if not letters:
                return m.end(1)
        elif word.lower() not in _SMALL:
            return 0
    return 0


@detector("style/literal", "minor", source="A＝B; AP Stylebook, “parentheses”", examples=[
    Bad("[[NATO = North Atlantic Treaty Organization]] moved troops.",
        after="NATO (North Atlantic Treaty Organization) moved troops.", safe=True),
    Bad("The striker Sena[[ = now with Lyon = ]]scored twice.", after="The striker Sena (now with Lyon) scored twice.", safe=True),
    Bad("Children fly a kite[[ = ]]Harbor Park", after="Children fly a kite at Harbor Park", safe=True),
    Good("NATO (North Atlantic Treaty Organization) moved troops."),
    Good("The formula E = mc2 is on the wall."),
    Good("It costs 2 + 2 = 4 coins."),
    Good("Sun + rain = rainbow"),
    Good("A brick weighs 90 stone (1 stone = about 6 kilograms)."),
])
def equals_gloss(analysis: Analysis) -> Iterator[Hit]:
    """An equals sign between a name and its explanation, as Japanese print writes it; English puts the explanation in brackets."""
    message = "“=” joins a word to its explanation, as Japanese print does."
    for segment, text in zip(analysis.document.segments, analysis.texts, strict=True):
        marks = [m for m in _EQUALS.finditer(text) if not _FORMULA.search(text[max(0, m.start() - 2):m.end() + 2])]
        if not marks or len(marks) > 2 or _UNIT.search(text[:marks[0].start()]) or _SUM.search(text):
            continue
        span, new, safety = _gloss(text, marks)
        place = span.shift(segment.span.start)
        if analysis.document.is_quoted(place):
            safety = "unsafe"
        reason = "English puts an explanation in brackets."
        yield Hit(place, message, 0.85, (Replacement(place, new, safety, reason),) if new else ())


def _gloss(text: str, marks: list[re.Match[str]]) -> tuple[Span, str, Safety]:
    first, last = marks[0], marks[-1]
    after = text[first.end():]
    acronym = _ACRONYM.match(text[:first.start()])
    if len(marks) == 2:
        inner = text[first.end():last.start()]
        if 0 < len(inner.split()) <= 6 and inner[0].isalnum() and re.search(r"\w", text[:first.start()]):
            follows = text[last.end():last.end() + 1]
            return Span(first.start(), last.end()), f" ({inner}){'' if follows in ',.;:' else ' '}", "safe"
        return Span(first.start(), first.end()), "", "unsafe"
    if acronym and (length := _spelled_out(acronym.group(1), after)):
        return Span(first.start(), first.end() + length), f" ({after[:length]})", "safe"
    short = re.match(r"((?:[A-Z]\.?){2,8})(?![\w-])", after)
    if short:
        words = text[:first.start()].split(" ")
        for n in range(2, min(9, len(words)) + 1):
            if _spelled_out(short.group(1), phrase := " ".join(words[-n:])) == len(phrase):
                return Span(first.start(), first.end() + short.end()), f" ({short.group(1)})", "safe"
    if re.match(r"\d{1,2}:\d\d\b", after):
        return Span(first.start(), first.end()), " at ", "unsafe"
    scene = len(text[:first.start()].split()) >= 3  # fewer words are a name, not what happens at a place
    if scene and re.match(r"[A-Z]|the ", after) and len(after.split()) <= 16 and not re.search(r"[.!?\"”]$", text):
        site, area = _SITE.search(after), _AREA.search(after)
        return Span(first.start(), first.end()), " at " if site or not area else " in ", "safe" if site or area else "unsafe"
    stop = re.match(r"[^,.;:()\"“”]{2,70}(?=[,;:.]|$)", after)
    if stop and text[:first.start()].strip():
        return Span(first.start(), first.end() + stop.end()), f" ({stop.group().strip()})", "unsafe"
    return Span(first.start(), first.end()), "", "unsafe"


_OPENING = re.compile(
    r"\b(?P<it>it) (?P<be>is|was|can be|could be|has been) (?:also )?"
    r"(?P<verb>said|expected|believed|thought|reported|estimated|seen) that ",
    re.IGNORECASE,
)
_SAID_THAT = re.compile(r"\bit (?:is|was|has been) (?:also )?said that\b", re.IGNORECASE)
#: Chance that an editor rewrites the opening, by verb: measured on the tune split and checked against how often people write it.
_CONFIDENCE = {"said": 0.55, "seen": 0.85, "expected": 0.4, "thought": 0.35, "believed": 0.25, "reported": 0.25, "estimated": 0.25}


@detector("style/literal", "minor", source="〜という、〜とされる、〜とみられる、〜ことが分かる", examples=[
    Bad("From the hill [[it can be seen that]] the trucks are leaving the port.",
        after="From the hill the trucks can be seen leaving the port.", safe=True),
    Bad("[[It can be seen that]] the bridge is damaged.", after="The bridge can be seen to be damaged.", safe=True),
    Bad("[[It is said that]] the temple was built by fishermen."),
    Bad("[[It can be said that]] the temple is old."),
    Bad("[[It is expected that]] the prices will rise.", after="The prices are expected to rise."),
    Good("The temple is said to have been built by fishermen."),
    Good("She said it, and that was all."),
])
def hearsay_opening(analysis: Analysis) -> Iterator[Hit]:
    """“It is said that X does” where English raises the subject: “X is said to do”. Said once it is English too, and editors leave it:
    only one of a chain gets a suggestion.
    """
    for segment, doc in analysis.parsed():
        for m in _OPENING.finditer(doc.text):
            span = Span(m.start(), m.end() - 1).shift(segment.span.start)
            verb = m["verb"].lower()
            told = verb != "said" or (not m["be"].lower().endswith(" be") and len(_SAID_THAT.findall(analysis.document.plain)) > 1)
            raised = _raised(segment, doc, m) if told else None
            safety: Safety = "safe" if verb == "seen" and not analysis.document.is_quoted(span) else "unsafe"
            reason = "The thing that is told of becomes the subject."
            yield Hit(
                span, f"“{m.group().strip()}” opens the sentence with how it is known, as Japanese closes it.", _CONFIDENCE[verb],
                (Replacement(raised[0], raised[1], safety, reason),) if raised else (),
            )


_TO_BE = {
    "is": "to be", "are": "to be", "was": "to have been", "were": "to have been", "has": "to have", "have": "to have", "had": "to have",
}


def _raised(segment: Segment, doc: Doc, m: re.Match[str]) -> tuple[Span, str] | None:
    """The opening, subject and finite verb with the subject raised; None where the clause does not allow it."""
    start = next((t for t in doc if t.idx == m.end()), None)
    if start is None:
        return None
    subject = next((t for t in doc[start.i:] if t.dep_ in ("nsubj", "nsubjpass", "expl")), None)
    if subject is None or subject.left_edge.i != start.i or subject.tag_ in ("WP", "WDT") or subject.lower_ == "i":
        return None
    end = subject.right_edge.i + 1
    if end >= len(doc) or any(t.tag_ in ("VBD", "VBZ", "VBP", "WDT", "WP") for t in doc[start.i:end]) or subject.head.i < end:
        return None
    finite, verb = doc[end], m["verb"].lower()
    plural = _plural(subject, finite)
    be = m["be"].lower()
    if be in ("is", "was") or be == "has been":
        be = {"is": "are", "was": "were", "has been": "have been"}[be] if plural else be
    drop = end + 1
    if finite.lower_ in ("is", "are") and verb == "seen" and subject.head.tag_ == "VBG" and subject.head.i == end + 1:
        infinitive = ""
    elif finite.lower_ in _TO_BE and (finite.dep_ != "ROOT" or finite.lower_ not in ("has", "have", "had")):
        infinitive = _TO_BE[finite.lower_]
    elif finite.lower_ in ("will", "would") and verb == "expected":
        infinitive = "to"
    elif finite.tag_ in ("VBZ", "VBP") and finite == subject.head:
        infinitive = f"to {finite.lemma_}"
    elif finite.tag_ == "VBD" and finite == subject.head and finite.lower_.endswith("ed"):
        infinitive = f"to have {finite.lower_}"
    else:
        return None
    if drop < len(doc) and doc[drop].dep_ == "neg":
        return None
    who = doc[start.i:end].text
    if m["it"][0].isupper():
        who = who[0].upper() + who[1:]
    span = Span(m.start(), finite.idx + len(finite)).shift(segment.span.start)
    tail = f" {infinitive}" if infinitive else ""
    return span, f"{who} {be} {verb}{tail}"


def _plural(subject: Token, finite: Token) -> bool:
    """Whether the subject counts as several: by its verb if that shows it, else by its own form (of “there”, by what there is)."""
    if finite.lower_ in ("is", "was", "has") or finite.tag_ == "VBZ":
        return False
    if finite.lower_ in ("are", "were", "have") or finite.tag_ == "VBP":
        return True
    if subject.dep_ == "expl":
        subject = next((c for c in subject.head.children if c.dep_ == "attr"), subject)
    joined = any(c.dep_ == "cc" and c.lower_ == "and" for c in subject.children)
    return joined or subject.tag_ in ("NNS", "NNPS") or subject.lower_ in ("they", "we", "these", "those")


_OTHER_HAND = re.compile(r"\AOn the other hand, ", re.IGNORECASE)
_CONTRAST = re.compile(
    r"\b(?:on (?:the )?one hand|but|however|while|whereas|although|though|despite|not|no|only|less|more|fewer|rather|instead)\b",
    re.IGNORECASE,
)


@detector("style/literal", "minor", source="一方（で）", examples=[
    Bad("Trains stopped at noon. [[On the other hand,]] the mayor left for Lyon.",
        after="Trains stopped at noon. Meanwhile, the mayor left for Lyon."),
    Bad("Two new cases were found in the harbor. [[On the other hand,]] the museum opened its doors.",
        after="Two new cases were found in the harbor. Meanwhile, the museum opened its doors."),
    Good("On the one hand, prices fell. On the other hand, wages fell too."),
    Good("The old bridge is beautiful. On the other hand, the old bridge is not safe."),
])
def empty_contrast(analysis: Analysis) -> Iterator[Hit]:
    """“On the other hand” without a word of contrast, or between sentences without a common topic: 一方 only turns to the next item."""
    pairs = list(analysis.prose())
    for i, (segment, doc) in enumerate(pairs):
        m = _OTHER_HAND.match(doc.text)
        if not m or not i:
            continue  # what stood before the first sentence is not here
        before = [d for _, d in pairs[max(0, i - 2):i]]
        shared = _topics(doc) & {lemma for d in before[-1:] for lemma in _topics(d)}
        cue = _CONTRAST.search(doc.text[m.end():])
        if any("one hand" in d.text for d in before) or (shared and cue):
            continue
        span = Span(0, m.end() - 1).shift(segment.span.start)
        yield Hit(
            span, "“On the other hand” contrasts with nothing here.", 0.3 if cue else 0.5,
            (Replacement(span, "Meanwhile,", "unsafe", "News turns to the next item with “Meanwhile”."),),
        )


def _topics(doc: Doc) -> set[str]:
    return {t.lemma_.lower() for t in doc if t.pos_ in ("NOUN", "PROPN") and len(t) > 2 and t.lower_ != "hand"}
