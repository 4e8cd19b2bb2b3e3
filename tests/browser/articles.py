"""Two made-up articles and what a run might have flagged in them, so that the browser tests do not depend on the rules.

A flag names words of the article; the record is that of the segment in which they stand.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cleaner import formats
from cleaner.core import Finding, Proposal, Record, Safety, Severity, Span, Status, Verdict, record_key
from cleaner.review.queue import Queue

HARBOUR = "news/harbour.txt"
MUSEUM = "news/museum.txt"
TEXTS = {
    HARBOUR: """\
Harbour wall of Velmont to be raised before winter

The town of Velmont it will raise its harbour wall by two metres before the winter storms. Engineers measured the old stones on Monday.

"We have waited for this since nine years," the harbour master Oda Lindqvist expressed. The ferries keep running during the work. \
The wall costs 4,2 million crowns, and the town pays half of it.

Fishermen gave the plan a cold shoulder at first. Now most of them is in favour, because the wall protects the small boats as well. \
"My father lost two boats in one night," told Henrik Aas.

A walk way for visitors will be build on the top of the wall. It opens in May at the earliest. \
The county it has promised to count the birds before the work begins, and again when it is done.
""",
    MUSEUM: """\
Museum of clocks opens its cellar

The museum of clocks in Lindholm it shows its cellar for the first time. Visitors can see there thirty clocks which nobody repaired.

The museum is closed on Mondays.
""",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion: `put` in place of the flag's words; `failed` is a gate that it did not pass, with the reason."""

    put: str
    reason: str = "It reads as English does."
    rewriter: str = "redundant-pronoun"
    score: float = 0.74
    safety: Safety = "unsafe"
    failed: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """What was found at `words`. `repaired`: the tool put the first offer itself."""

    words: str
    rule: str
    category: str
    severity: Severity
    message: str
    offers: tuple[Offer, ...] = ()
    confidence: float = 0.8
    risk: float = 0.5
    source: str = ""
    repaired: bool = False


FLAGS: dict[str, tuple[Flag, ...]] = {
    HARBOUR: (
        Flag("of Velmont it will raise", "redundant-pronoun", "fluency/grammar", "major", "“it” repeats the subject “The town of Velmont”.",
            (
                Offer("of Velmont will raise", "The pronoun only repeats the subject.", score=0.86),
                Offer(
                    "of Velmont is to raise", "A plan is told with “is to”.", "edits", 0.31, failed=("meaning", "certainty changed"),
                ),
            ), 0.9, 0.62, "Kommunen Velmont skal heve havnemuren med to meter før vinterstormene."),
        Flag("since nine years", "calque.since-duration", "style/literal", "major", "“since” needs a point in time; a span takes “for”.",
            (Offer("for nine years", "A span of time takes “for”.", "calque", 0.81),), 0.85, 0.48,
            "«Vi har ventet på dette i ni år», uttalte havnesjef Oda Lindqvist."),
        Flag("4,2 million", "number-format", "locale/format", "minor", "The comma is the original's decimal mark.",
            (Offer("4.2 million", "English has a decimal point.", "numbers", 0.95, "safe"),), 0.95, 0.2, repaired=True),
        Flag(
            "gave the plan a cold shoulder", "calque.idiom", "style/awkward", "neutral", "The idiom may be carried over from the original.",
            confidence=0.5, risk=0.24,
        ),
        Flag("most of them is", "agreement", "fluency/grammar", "major", "“most of them” is plural.",
            (Offer("most of them are", "A plural subject takes “are”.", "agreement", 0.93),), 0.93, 0.55),
        Flag("told Henrik Aas", "attribution.told", "fluency/attribution", "major", "“told” needs somebody who is told.",
            (
                Offer("said Henrik Aas", "“said” needs no listener.", "attribution", 0.9),
                Offer("Henrik Aas said", "The speaker first is the usual order.", "attribution", 0.4),
            ), 0.9, 0.51),
        Flag("A walk way for visitors will be build", "agreement.participle", "fluency/grammar", "major",
            "After “will be” comes a participle: “built”.",
            (
                Offer("A walkway for visitors will be built", "Both words as dictionaries have them.", "edits", 0.78),
                Offer("Visitors will build a walkway", "Active voice.", "edits", 0.12, failed=("support", "who builds is not in the text")),
            ), 0.88, 0.71),
        Flag("The county it has promised", "redundant-pronoun", "fluency/grammar", "major", "“it” repeats the subject “The county”.",
            (Offer("The county has promised", "The pronoun only repeats the subject.", score=0.88),), 0.9, 0.58),
    ),
    MUSEUM: (
        Flag("Lindholm it shows", "redundant-pronoun", "fluency/grammar", "major",
            "“it” repeats the subject “The museum of clocks in Lindholm”.",
            (Offer("Lindholm shows", "The pronoun only repeats the subject.", score=0.84),), 0.9, 0.6),
        Flag("can see there thirty clocks", "word-order", "fluency/grammar", "minor", "“there” stands too early.",
            (Offer("can see thirty clocks there", "The place comes after the object.", "word-order", 0.7),), 0.7, 0.35),
    ),
}


def records(folder: Path, name: str, text: str, flags: Iterable[Flag]) -> list[Record]:
    """Write an article into `folder` and make the records that a run over it would give."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    segments = formats.load(path).segments
    made = []
    for flag in flags:
        at = text.index(flag.words)
        n = next(i for i, s in enumerate(segments) if s.span.contains(Span(at, at + len(flag.words))))
        segment = segments[n]
        before = segments[n - 1].target if n else ""
        after = segments[n + 1].target if n + 1 < len(segments) else ""
        found = Finding(Span(at, at + len(flag.words)), flag.rule, flag.category, flag.severity, flag.message, flag.confidence)
        offers = tuple(_proposal(segment.target, flag.words, offer) for offer in flag.offers)
        status: Status = "fixed" if flag.repaired else "review"
        made.append(Record(
            segment.span, segment.target, offers[0].text if flag.repaired else segment.target, status, flag.risk,
            record_key(segment.target, before, after), (found,), offers, before, after, source=flag.source,
        ))
    return made


def _proposal(text: str, words: str, offer: Offer) -> Proposal:
    verdicts = [Verdict(gate, 1.0, 1.0, True) for gate in ("names", "numbers", "polarity")]
    if offer.failed:
        verdicts.append(Verdict(offer.failed[0], 0.2, 0.9, False, offer.failed[1]))
    return Proposal(text.replace(words, offer.put), offer.rewriter, offer.safety, offer.score, offer.reason, tuple(verdicts))


def fill(folder: Path, queue: Path, texts: dict[str, str] | None = None, flags: dict[str, tuple[Flag, ...]] | None = None) -> None:
    """Let the queue hold these articles and nothing else, also while a server has it open."""
    texts, flags = texts or TEXTS, flags or FLAGS
    fresh = folder / "fresh.sqlite"
    fresh.unlink(missing_ok=True)
    with Queue.open(fresh) as made:
        for name, text in texts.items():
            made.store(name, records(folder, name, text, flags.get(name, ())))
    queue.parent.mkdir(parents=True, exist_ok=True)
    source, target = sqlite3.connect(fresh), sqlite3.connect(queue, timeout=30)
    with source, target:
        source.backup(target)
    source.close()
    target.close()
