"""Sentences that are none: a verb that fell off, a clause without its head, words that stop in mid-air.

Japanese puts its verb last and needs no subject; engines cut there, and a "Did." or "It will be done." is left. The repairs that need the
sentence before or the document stand in `cleaner/rewriters/fragment.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..analysis import Analysis
from ..core import Replacement, Segment, Span
from ..language.clauses import has_finite_verb, is_clause, is_finite, lone_noun, root, subject
from ..language.narrator import impersonal
from ..registry import Bad, Good, Hit, detector

if TYPE_CHECKING:
    from spacy.tokens import Doc

_PARTICIPLE = (
    r"(?:done|made|held|written|issued|announced|carried out|conducted|performed|decided|said|shown|given|called|started|opened|published|"
    r"revealed|added|used)"
)
#: Behind a sentence that has ended: an auxiliary alone; a participle alone; a pronoun with either.
_ORPHAN = re.compile(
    rf"(?<=[.。])(?P<mark>[\"”]?)(?P<gap>\s+)(?P<orphan>"
    rf"(?P<bare>(?:It\s+)?(?:[Dd]id|[Ww]as|[Ww]ere|[Hh]as|[Hh]ad|[Ww]ill))"
    rf"|(?:(?:It|They)\s+)?(?P<aux>(?:[Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Ww]ill be|[Hh]as been|[Hh]ave been|[Hh]ad been)\s+){_PARTICIPLE}"
    rf"|(?:Done|Carried out|Made|Held|Announced|Decided|Issued|Conducted|Performed)"
    rf"|(?:(?:It|They)\s+)?(?:[Bb]ecome|[Bb]ecame|[Hh]as become|[Hh]ave become|[Ww]ill become)"
    rf")\.(?=\s|$)"
)
_FORMAL = 0.5  # from this chance of having no narrator on, a text is treated as news


@detector("fluency/fragment", "major", examples=[
    Bad(
        'The ministry announced that exports had risen by a third. [[did.]]',
        after='The ministry announced that exports had risen by a third.', safe=True,
    ),
    Bad(
        'The shop has drawn young visitors since spring. [[It was.]]',
        after='The shop has drawn young visitors since spring.', safe=True,
    ),
    Bad('The winter drills off the cape. [[It will be done.]]', after='The winter drills off the cape will be conducted.'),
    Bad('The annual festival in the old castle town. [[Will be held.]]', after='The annual festival in the old castle town will be held.'),
    Bad('The names of donors stand beside the amounts. [[Is written.]]', after='The names of donors stand beside the amounts.'),
    Good('Was it over? It was.'),
    Good('He said that the shop was closed. It was.'),
    Good('The ministry did what it could. It was done in a week.'),
])
def orphan_verb(analysis: Analysis) -> Iterator[Hit]:
    """A light verb left over as a sentence of its own behind the sentence that it ended in Japanese.

    An auxiliary alone is deleted safely where the sentence before has its finite verb and nothing in it that the orphan could echo.
    """
    text = analysis.document.plain
    for m in _ORPHAN.finditer(text):
        span = Span(m.start("orphan"), m.end())
        before = _sentence_before(analysis, m.start("mark"))
        if before is None or "\n" in m["gap"].replace("\n", "", 1):
            continue
        if re.search(r"\b(?:is|was|were|are|if|whether)\b", before.of(text)) and m["orphan"].startswith("It") and m["bare"]:
            continue
        parses = [d for s, d in analysis.parsed() if s.span.overlaps(before)]
        made = []
        if len(before.of(text).split()) >= 6 and any(is_clause(d) and lone_noun(d) is None for d in parses):
            gone = Span(m.start("mark") - 1, m.end())
            reason = "The sentence before has its verb; this one says nothing."
            made.append(Replacement(gone, text[gone.start] + m["mark"], "safe" if m["bare"] else "unsafe", reason))
        yield Hit(span, f"“{span.of(text)}” is a verb without its sentence.", 0.9 if m["bare"] else 0.75, tuple(made))


def _sentence_before(analysis: Analysis, offset: int) -> Span | None:
    """The sentence that ends at `offset`, within its segment."""
    index = analysis.document.segment_index(offset - 1)
    if index is None:
        return None
    return Span(analysis.document.segments[index].span.start, offset)


_LISTED = re.compile(r"(?<=\w), [A-Z]\w+,? and [A-Z]\w+ did\.$")
_ECHO = re.compile(
    r"\b(?:than|as|like|so|neither|nor|what|whatever|who|which|that|how|all|anything|everything|things?|way|when|while|where|if|but|and|it|he|"
    r"she|they|I|we|you|never|ever)\s+(?:\w+\s+){0,3}did\.$"
)


@detector("fluency/fragment", "major", examples=[
    Bad(
        "The fair grew fast and last June drew visitors from Spain, Chile, and Peru [[did]].",
        after="The fair grew fast and last June drew visitors from Spain, Chile, and Peru.",
    ),
    Bad("The bank, which lost money, raised its fees at noon on Monday in three regions [[did]]."),
    Good("The fair drew more visitors than the market did."),
    Good("She knew what the children did."),
    Good("I doubted it would work, but the plan did."),
])
def trailing_did(analysis: Analysis) -> Iterator[Hit]:
    """“did” at the end of a sentence that has its verb and gives it nothing to repeat."""
    for segment, doc in analysis.prose():
        if not re.search(r"\w did\.$", segment.target) or len(doc) < 10:
            continue
        if _ECHO.search(segment.target) and not _LISTED.search(segment.target):
            continue
        if sum(t.tag_ in ("VBD", "VBZ") for t in doc) < 2:
            continue
        end = segment.span.end - 1
        gone = Replacement(Span(end - 4, end), "", "unsafe", "The sentence has its verb without it.")
        yield Hit(Span(end - 3, end), "This “did” belongs to no verb.", 0.6, (gone,))


_OPENING_VERB = re.compile(
    r"(?P<verb>Announced|Said|Stated|Revealed|Decided|Reported|Explained|Confirmed|Emphasized|Stressed|Added|Claimed|Insisted|Called|Expressed|"
    r"Showed|Planned|Aimed)"
    r"\s+(?:that|to|for|the|a|an|its|his|her|their)\b"
)


@detector("fluency/fragment", "major", examples=[
    Bad(
        "The port authority closed two piers. [[Announced]] that they will reopen.",
        after="The port authority closed two piers. The port authority announced that they will reopen.",
    ),
    Bad(
        "The city council met on Monday. [[Decided]] to sell the old school.",
        after="The city council met on Monday. The city council decided to sell the old school.",
    ),
    Good("Announced in May, the plan drew protests."),
    Good("The port authority announced that the piers will reopen in May."),
    Good('Asked about the plan, the mayor said nothing.'),
])
def subjectless_report(analysis: Analysis) -> Iterator[Hit]:
    """A sentence that opens with the verb of a report and never says who reported."""
    for segment, doc in analysis.prose():
        found = _OPENING_VERB.match(segment.target)
        head = root(doc)
        if not found or head is None or analysis.document.is_quoted(segment.span):
            continue
        first = next(t for t in doc if not t.is_space)
        if first != head and is_finite(head) and subject(head) not in (None, first):
            continue
        verb = Span(segment.span.start, segment.span.start + len(found["verb"]))
        yield Hit(verb, f"Nobody is named who “{found['verb'].lower()}”.", 0.75)


_EXEMPT = re.compile(
    r"^[^A-Z\d\"“]|\.\.\.|…|^\W*[(\[（<]|[:=|@→※◆■●○◇▼•]|\s[-–—]+\s|--|[?!]|\bhttp"
    r"|^(?:Photo|Image|Credit|Source|Yes|No|Not|Well|So|Thanks|Sorry|Please|And|But|Or)\b"
)


@detector("fluency/fragment", "minor", examples=[
    Bad("On 3 May Mr. Sato opened his shop in Nara. [[A shop that sells tea and paper]] from nearby villages."),
    Bad("In June 2019 Mayor Abe met the Nagano fishermen. [[Repelling the doubts of the town, directing the work]]."),
    Bad("On 3 May Mr. Sato opened his museum in Nara. [[Until 23 August]]."),
    Good("On 3 May Mr. Sato opened his shop in Nara. It sells tea and paper."),
    Good("I love my new phone. Great screen. Worth the price."),
    Good("Why now? Because of the rain."),
])
def verbless_sentence(analysis: Analysis) -> Iterator[Hit]:
    """A sentence of news without a finite verb. Headings, captions, lists, datelines, answers, exclamations and chat are left alone."""
    for index, (segment, doc) in enumerate(analysis.parsed()):
        text = segment.target.strip()
        if segment.block.kind != "paragraph" or not text.rstrip("\"”").endswith(".") or _EXEMPT.search(text) or len(text.split()) < 2:
            continue
        if not index or not re.search(r"[A-Za-z]{4}", text):  # a title of several sentences; times and scores
            continue
        if _touches_quotation(analysis, segment) or (index and analysis.document.segments[index - 1].target.rstrip().endswith("?")):
            continue
        kind = _lacks_verb(doc)
        if not kind or impersonal(analysis, index) < _FORMAL:
            continue
        yield Hit(_trimmed(segment), "This sentence has no finite verb.", kind)


def _touches_quotation(analysis: Analysis, segment: Segment) -> bool:
    quotations = [q for q in analysis.document.quotations if q.span.overlaps(segment.span)]
    return any(q.inner.contains(segment.span) or len(q.inner) > 40 for q in quotations)


def _trimmed(segment: Segment) -> Span:
    end = segment.span.end
    return Span(segment.span.start, end - 1 if segment.target.endswith(".") else end)


def _lacks_verb(doc: Doc) -> float:
    """The chance that a sentence has no finite main verb: 0 when it has one, small when the parser may have missed it.

    The small model takes many a past tense for a participle ("villagers from the valley refrained"), and predicates of chat for nouns.
    """
    head = root(doc)
    if head is None or head.tag_ == "VB" or head.pos_ not in ("NOUN", "PROPN", "NUM", "ADP", "ADJ", "VERB"):
        return 0.0
    doubtful = any(
        t.tag_ in ("VBN", "VB") and t.i > 1 and not doc[t.i - 1].is_punct and not any(c.dep_ == "agent" for c in t.children) for t in doc
    )
    if not has_finite_verb(doc):
        return 0.35 if doubtful or head.pos_ == "ADJ" or (head.pos_ == "VERB" and head.tag_ != "VBG") else 0.65
    opens = next((t for t in doc if not t.is_space), None)
    article = opens is not None and opens.lower_ in ("a", "an") and opens.head == head
    nominal = head.pos_ in ("NOUN", "NUM") and not is_clause(doc) and subject(head) is None
    missed = any(c.dep_ == "acl" and c.tag_ == "VBN" for c in head.children)
    return 0.65 if nominal and article and not missed else 0.0


@detector("fluency/fragment", "major", examples=[
    Bad("On 3 May Mr. Sato opened his shop in Nara. [[If anyone can buy good tea in a small town where they live]]."),
    Bad("Mayor Abe closed the Nagano road on 3 May. [[Although the snow in the valley had melted]]."),
    Good("Although the snow had melted, Mayor Abe closed the Nagano road."),
    Good("Why? Because it rained."),
    Good("If you agree, stay."),
])
def lone_subordinate(analysis: Analysis) -> Iterator[Hit]:
    """A subordinate clause that stands as a sentence: its main clause is lost or is the neighbour's."""
    for index, (segment, doc) in enumerate(analysis.parsed()):
        text = segment.target.strip()
        if segment.block.kind != "paragraph" or not text.endswith(".") or len(text.split()) < 5 or "," in text:
            continue
        first = next((t for t in doc if not t.is_space), None)
        head = root(doc)
        if first is None or head is None or first.lower_ not in _SUBORDINATORS:
            continue
        if first.head != head or first.dep_ not in ("mark", "advmod") or _touches_quotation(analysis, segment):
            continue
        if (index and analysis.document.segments[index - 1].target.rstrip().endswith("?")) or impersonal(analysis, index) < _FORMAL:
            continue
        yield Hit(_trimmed(segment), "This clause needs a main clause.", 0.4 if first.lower_ == "while" else 0.5)


_SUBORDINATORS = frozenset({"if", "although", "though", "because", "since", "unless", "whereas", "while"})
_CUT = re.compile(
    r"(?<!['’])\b(?:(?:the|an|and|or|because|although|which|whose|is to|in order to|as well as|such as)"
    r"|(?<=\w, )(?:on|in|at|of|to|for|from|with|into|during|between|among))\.(?=\s|$)"
)
_PARTICIPLE_LAST = re.compile(r",\s+and\s+(?:after|before|while|when)\s+\w+ing\b[^,.]*\.(?=\s|$)")


@detector("fluency/fragment", "major", examples=[
    Bad("The players met the coach of [[the.]] Then they trained."),
    Bad("He let the first ball pass, [[and after missing the second one]]."),
    Bad("The council will vote on the new tram line, which has been planned for ten years, [[on.]] The mayor is ill."),
    Good("He let the first ball pass, and after missing the second one, he left."),
    Good("He likes the song of the band The The. It is what they came for."),
    Good("The shop that he was proud of. closed"),
    Good("The rain kept on. It is what the coats are for, he said, and moved on."),
])
def cut_off(analysis: Analysis) -> Iterator[Hit]:
    """A sentence that stops behind a word that must be followed, or inside a clause that never reaches its verb."""
    text = analysis.document.plain
    for m in _CUT.finditer(text):
        if not text[max(0, m.start() - 4):m.start()].endswith("The "):
            yield Hit(Span(m.start(), m.end()), "The sentence stops in the middle.", 0.7)
    for m in _PARTICIPLE_LAST.finditer(text):
        yield Hit(Span(m.start(), m.end()), "The last clause never reaches its verb.", 0.75)


_ABBREVIATED = frozenset({
    "etc", "incl", "excl", "approx", "vs", "est", "dept", "ltd", "inc", "corp", "bros", "prof", "ext", "fig", "vol", "tel",
    "ehf", "oyj", "spol", "sro",  # firms of Iceland, Finland and Czechia
})
_LOWER = re.compile(r"\b(?P<last>[a-z]{3,}|\d+)\.\s(?P<first>[a-z]{2,})\s\w+")


@detector("fluency/fragment", "minor", examples=[
    Bad("The seats stand two meters apart. [[said]] it was done.", after="The seats stand two meters apart. Said it was done."),
    Bad("The plant feeds the region. [[to]] benefit its people.", after="The plant feeds the region. To benefit its people."),
    Good("The store sells paper, ink, etc. and opens at nine."),
    Good("Matsui Co. runs the shop. iPhone sales rose."),
    Good("The house is old. Kado ehf. bought it in May."),
])
def lower_case_start(analysis: Analysis) -> Iterator[Hit]:
    """A sentence that begins with a small letter: it was cut from the one before."""
    text = analysis.document.plain
    for m in _LOWER.finditer(text):
        if m["last"] in _ABBREVIATED or m["first"] in ("de", "van", "von", "al") or (m["last"].isdigit() and len(m["last"]) < 3):
            continue
        place = Span(m.start("first"), m.start("first") + 1)
        new = Replacement(place, place.of(text).upper(), "unsafe", "A sentence begins with a capital.")
        yield Hit(Span(m.start("first"), m.end("first")), "This sentence begins with a small letter.", 0.6, (new,))


_REPEATED = re.compile(r"\b(?P<part>(?:[\w'’-]+ ){2,7}[\w'’-]+)(?P<again>,? and (?P=part))\b(?=[.,;!])")
_SAME = re.compile(r"\b(?P<part>\d+ \w{3,}) (?:was|were|is|are) (?P=part)\b")


@detector("fluency/fragment", "minor", examples=[
    Bad("The striker [[scored two late goals and scored two late goals]].", after="The striker scored two late goals."),
    Bad("There [[40 items were 40 items]] from the old list."),
    Good("The striker scored two late goals and missed two late goals."),
    Good("They went on and on and on."),
])
def repeated_clause(analysis: Analysis) -> Iterator[Hit]:
    """The same words twice, joined by "and" or by "is"."""
    text = analysis.document.plain
    for m in _REPEATED.finditer(text):
        new = Replacement(Span(m.start("again"), m.end("again")), "", "unsafe", "Once is enough.")
        yield Hit(Span(m.start(), m.end()), "The same words stand here twice.", 0.85, (new,))
    for m in _SAME.finditer(text):
        yield Hit(Span(m.start(), m.end()), "The same words stand on both sides of the verb.", 0.85)
