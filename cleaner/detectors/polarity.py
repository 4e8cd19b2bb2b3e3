"""Sentences that say the opposite of what the document says: feared acts denied, accusers accused, parts exchanged, denials doubled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..analysis import Analysis
from ..core import Replacement, Segment, Span
from ..language.clauses import event_verb, is_plural
from ..language.lexicon import words
from ..registry import Bad, Good, Hit, detector

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NEAR = 2


def _words(key: str) -> frozenset[str]:
    return words("polarity", "contradiction", key)


def _lemmas(doc: Doc) -> set[str]:
    return {t.lemma_.lower() for t in doc} | {t.lower_ for t in doc}


def _is_denied(verb: Token) -> bool:
    return any(c.dep_ == "neg" for c in verb.children)


def _is_said(analysis: Analysis, segment: Segment, doc: Doc) -> bool:
    """Whether the sentence stands under a speaker, who may deny what others fear."""
    return analysis.document.quotation_at(segment.span) is not None or bool(_lemmas(doc) & _words("saying"))


@detector("accuracy/polarity", "major", examples=[
    Bad("Officials are worried about a raid. Rebels gather near the river and [[do not attack]] the town. The army is wary."),
    Bad("Residents [[fear that the dam does not burst]] in the rain."),
    Good("Officials are worried about a raid. The mayor said that the rebels do not attack towns."),
    Good("Residents fear that the dam does not hold."),
    Good("The rebels did not attack the town. The shops are open."),
])
def denied_threat(analysis: Analysis) -> Iterator[Hit]:
    """A harmful act is flatly denied where the sentences around it fear it.

    Japanese puts a fear as a negative question (攻撃しないか, "whether they will not attack"); an engine keeps "not", loses the fear.
    """
    parsed = list(analysis.parsed())
    for i, (segment, doc) in enumerate(parsed):
        if segment.block.kind != "paragraph":
            continue
        for verb in doc:
            if verb.pos_ != "VERB" or verb.lemma_.lower() not in _words("harm") or not _is_denied(verb):
                continue
            fear = next((a for a in verb.ancestors if a.lemma_.lower() in _words("fear")), None)
            aux = [c for c in verb.children if c.dep_ in ("aux", "neg", "auxpass")]
            start = min(t.i for t in [*aux, verb])
            conditional = any(c.lower_ == "if" for c in verb.children)
            if fear is not None and fear.i < verb.i and verb.dep_ in ("ccomp", "acl", "advcl") and not conditional:
                part = doc[fear.i:verb.i + 1]
                yield Hit(analysis.span(part, segment), f"A fear that something will not {verb.lemma_} is a fear that it may.", 0.65)
            elif any(t.lower_ in ("do", "does", "will") for t in aux) and not _is_said(analysis, segment, doc):
                witness = _witness(parsed, i)
                if witness:
                    part = doc[start:verb.i + 1]
                    yield Hit(analysis.span(part, segment), f"This denies what the text around it fears: “{_short(witness)}”", 0.55)


def _witness(parsed: list[tuple[Segment, Doc]], i: int) -> Segment | None:
    """The nearest segment around the one at `i` that speaks of a fear."""
    near = sorted((j for j in range(max(0, i - _NEAR), min(len(parsed), i + _NEAR + 1)) if j != i), key=lambda j: abs(j - i))
    return next((parsed[j][0] for j in near if _lemmas(parsed[j][1]) & _words("fear")), None)


def _short(segment: Segment) -> str:
    text = " ".join(segment.target.split())
    return text if len(text) <= 90 else text[:89].rsplit(" ", 1)[0] + " …"


def _proper(token: Token) -> set[str]:
    """Names in the phrase of `token`, appositions included."""
    return {t.lower_ for t in token.subtree if t.pos_ == "PROPN" and len(t) > 2}


@detector("accuracy/polarity", "major", examples=[
    Bad("[[Harbor Ministry accused of]] “breaking the truce”\n\nKato, of the Harbor Ministry, accused the rebels of breaking it."),
    Bad("[[Mayor Ueda was accused]] of wasting money. At noon Mayor Ueda accused the council of wasting money."),
    Good("Harbor Ministry accuses rebels of “breaking the truce”\n\nKato of the Harbor Ministry accused the rebels of breaking it."),
    Good("Mayor Ueda was accused of wasting money. He denied it."),
    Good("Mayor Ueda was accused of fraud. Council member Abe accused him of lying."),
])
def accuser_accused(analysis: Analysis) -> Iterator[Hit]:
    """Someone "is accused" in one sentence and accuses in another: a passive for an active, as headings without a subject invite it."""
    blamed: list[tuple[Segment, Doc, Token, set[str]]] = []
    blaming: list[tuple[Segment, Token, set[str]]] = []
    for segment, doc in analysis.parsed():
        for verb in doc:
            if verb.lemma_.lower() not in _words("blame") or verb.pos_ not in ("VERB", "AUX"):
                continue
            passive = next((c for c in verb.children if c.dep_ == "nsubjpass"), None)
            active = next((c for c in verb.children if c.dep_ == "nsubj"), None)
            objects = [c for c in verb.children if c.dep_ in ("dobj", "obj")]
            follows = doc[verb.i + 1].lower_ if verb.i + 1 < len(doc) else ""
            if passive is not None and not any(c.dep_ == "agent" for c in verb.children):
                blamed.append((segment, doc, verb, _proper(passive)))
            elif segment.block.kind == "heading" and follows in ("of", "for") and not objects and verb.tag_ in ("VBN", "VBD"):
                front = verb.head if verb.dep_ in ("acl", "relcl") and verb.head.i < verb.i else active
                names = _proper(front) if front is not None else {t.lower_ for t in doc[:verb.i] if t.text[:1].isupper()}
                blamed.append((segment, doc, verb, names))
            elif active is not None and objects:
                blaming.append((segment, verb, _proper(active)))
    for segment, doc, verb, names in blamed:
        for other, act, accusers in blaming:
            shared = names & accusers
            if other is not segment and act.lemma_ == verb.lemma_ and len(shared) >= min(2, len(names)) and shared:
                yield Hit(
                    analysis.span(doc[0:verb.i + 1], segment),
                    f"Elsewhere the same one accuses: “{_short(other)}”", 0.55 if segment.block.kind == "heading" else 0.4,
                )
                break


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does what to whom, by name."""

    segment: Segment
    verb: Token
    doer: frozenset[str]
    target: frozenset[str]


def _acts(analysis: Analysis) -> Iterator[_Act]:
    for segment, doc in analysis.parsed():
        for verb in doc:
            if verb.pos_ != "VERB" or verb.lemma_.lower() not in _words("one_way") or _is_denied(verb):
                continue
            by = next((p for a in verb.children if a.dep_ == "agent" for p in a.children if p.dep_ == "pobj"), None)
            passive = next((c for c in verb.children if c.dep_ == "nsubjpass"), None)
            doer = by if passive is not None else next((c for c in verb.children if c.dep_ == "nsubj"), None)
            target = passive if passive is not None else next((c for c in verb.children if c.dep_ in ("dobj", "obj")), None)
            if doer is not None and target is not None:
                yield _Act(segment, verb, _head_names(doer), _head_names(target))


def _head_names(token: Token) -> frozenset[str]:
    """The names of a phrase's head, without those that only describe it."""
    parts = [token, *(c for c in token.children if c.dep_ in ("compound", "conj"))]
    return frozenset(t.lower_ for t in parts if t.pos_ == "PROPN" and len(t) > 2)


@detector("accuracy/polarity", "major", examples=[
    Bad("Kobe defeated Nara in the final. [[Nara defeated Kobe]] for the first time in ten years."),
    Bad("Sato was arrested by Ueda at the door. Witnesses say [[Sato arrested Ueda]] at once."),
    Good("Kobe defeated Nara in the final. Nara was defeated by Kobe for the first time."),
    Good("Kobe defeated Nara in the final. Osaka defeated Kobe last year."),
])
def parts_exchanged(analysis: Analysis) -> Iterator[Hit]:
    """A does it to B in one sentence, B does it to A in another: doer and target have changed places. The later sentence is flagged."""
    seen: dict[str, list[_Act]] = defaultdict(list)
    for act in _acts(analysis):
        if not act.doer or not act.target or act.doer & act.target:
            continue
        for other in seen[act.verb.lemma_.lower()]:
            if other.segment is not act.segment and other.doer & act.target and other.target & act.doer:
                left = min(t.i for t in act.verb.subtree if t.lower_ in act.doer | act.target)
                right = max(t.i for t in act.verb.subtree if t.lower_ in act.doer | act.target)
                part = act.verb.doc[min(left, act.verb.i):max(right, act.verb.i) + 1]
                yield Hit(analysis.span(part, act.segment), f"Elsewhere it is the other way round: “{_short(other.segment)}”", 0.5)
                break
        seen[act.verb.lemma_.lower()].append(act)


@detector("accuracy/polarity", "major", examples=[
    Bad("[[Nobody did not know]] the answer."),
    Bad("[[None of them cannot swim]].", after="None of them can swim."),
    Good("Nobody knew the answer."),
    Good("Nobody who did not know the answer was asked."),
    Good("There is no one I do not trust."),
])
def denied_twice(analysis: Analysis) -> Iterator[Hit]:
    """The subject "nobody" with "not" on its verb: Japanese 誰も takes a negative verb, English has the denial once."""
    for segment, doc in analysis.prose():
        for verb in doc:
            subject = next((c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")), None)
            neg = next((c for c in verb.children if c.dep_ == "neg"), None)
            if subject is None or neg is None or subject.i > neg.i or neg.lower_ not in ("not", "n't", "never"):
                continue
            left = subject.left_edge.i
            if subject.lower_ not in ("nobody", "none", "nothing", "neither") and doc[left:subject.i + 1].text.lower() != "no one":
                continue
            span = analysis.span(doc[left:verb.i + 1], segment)
            message = "The subject denies already; with “not” the sentence says the opposite."
            yield Hit(span, message, 0.6, tuple(_once(segment, doc, neg)))


def _once(segment: Segment, doc: Doc, neg: Token) -> Iterator[Replacement]:
    """The clause without its "not", where no verb must change: "cannot swim" is "can swim"."""
    aux = doc[neg.i - 1] if neg.i else neg
    if aux.lower_ in _AUXILIARIES:
        span = Span(segment.span.start + aux.idx, segment.span.start + neg.idx + len(neg))
        yield Replacement(span, aux.text, "unsafe", "English denies once.")


_AUXILIARIES = frozenset({"can", "could", "will", "would", "is", "was", "are", "were", "has", "have", "had", "may", "must"})


@detector("accuracy/polarity", "major", source="〜を巡る抗議、〜を批判する抗議デモ", examples=[
    Bad("In Velmont, [[marches accused of]] bribery at the port office, and calls for an inquiry grew.",
        after="In Velmont, marches were held over bribery at the port office, and calls for an inquiry grew."),
    Bad("On Friday [[a petition was criticized for]] the cover-up of the accident, and the mayor left.",
        after="On Friday a petition arose over the cover-up of the accident, and the mayor left."),
    Bad("Student [[protests condemned for]] corruption spread to three cities.",
        after="Student protests over corruption spread to three cities."),
    Good("The march was blamed for long delays at the port."),
    Good("The vigil was condemned for its slogans."),
    Good("Officials accused of bribery resigned after the march."),
    Good("A petition accused the port office of bribery."),
    Good("The rally was accused of fraud by its own treasurer."),
])
def protest_blamed(analysis: Analysis) -> Iterator[Hit]:
    """A protest that is blamed for a wrong that only those it is directed against can commit.

    In Japanese the protest blames (不正を非難する抗議); the topic mark does not tell who blames whom, and an engine turns the voice round.
    """
    for segment, doc in analysis.parsed():
        for verb in doc:
            if verb.lemma_.lower() not in _words("blame") or verb.tag_ not in ("VBN", "VBD"):
                continue
            act, prep = _blamed_act(verb), next((c for c in verb.rights if c.dep_ == "prep" and c.lower_ in ("for", "of", "over")), None)
            if act is None or prep is None or act.lemma_.lower() not in _words("protest") or _blamer(verb):
                continue
            wrong = next((c for c in prep.children if c.dep_ in ("pobj", "pcomp")), None)
            if wrong is None or not _wrongs(wrong) & _words("wrong"):
                continue
            message = f"“{act.text}” would be directed against {wrong.text}, not guilty of it: who blames whom?"
            part = doc[min(act.left_edge.i if verb.dep_ != "acl" else act.i, verb.i):prep.i + 1]
            yield Hit(analysis.span(part, segment), message, 0.6, tuple(_against(analysis, segment, act, verb, prep)))


def _blamed_act(verb: Token) -> Token | None:
    """What is blamed: the subject of "was blamed", or of "blamed" without an object, or the noun that "blamed for" describes."""
    subject = next((c for c in verb.children if c.dep_ in ("nsubjpass", "nsubj")), None)
    if subject is None or subject.lower_ in ("that", "which"):
        return verb.head if verb.dep_ in ("acl", "relcl") else None
    return subject


def _blamer(verb: Token) -> bool:
    """True when the sentence says who blames, or whom."""
    return any(c.dep_ in ("agent", "dobj", "obj") or (c.dep_ == "prep" and c.lower_ == "by") for c in verb.children)


def _wrongs(noun: Token) -> set[str]:
    """The words for what somebody is blamed for: the noun with its compounds, and those joined to it."""
    joined = [noun, *(c for c in noun.children if c.dep_ == "conj")]
    parts = [t for n in joined for t in (n, *(c for c in n.lefts if c.dep_ in ("compound", "nmod", "amod")))]
    hyphened = noun.doc[noun.left_edge.i:noun.i + 1].text.lower().split()
    return {form for t in parts for form in (t.lower_, t.lemma_.lower())} | set(hyphened)


def _against(analysis: Analysis, segment: Segment, act: Token, verb: Token, prep: Token) -> Iterator[Replacement]:
    """The protest as one over the wrong: held, or with the verb that the sentence has for it."""
    first = min([verb, *(c for c in verb.children if c.dep_ in ("aux", "auxpass"))], key=lambda t: t.i)
    if prep.i - verb.i != 1 or verb.i - first.i > 2 or verb.dep_ == "relcl" or act.i + 1 != first.i:
        return
    described = verb.dep_ == "acl" and act.dep_ in ("nsubj", "nsubjpass")
    held = event_verb(act.lemma_.lower())
    happened = "" if described else f"{'were' if is_plural(act) else 'was'} {held} " if held else "arose "
    span = analysis.span(verb.doc[first.i:prep.i + 1], segment)
    yield Replacement(span, f"{happened}over", "unsafe", "What a protest names is what it is directed against.")
