"""Persons that are not in the text: Japanese drops its subjects, and engines fill the hole with "I", "we", "you" or the wrong "he"."""

from __future__ import annotations

from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Document, Replacement
from ..language.gender import clashes, exchanged
from ..language.narrator import Voice, Who, invented, signs
from ..registry import Bad, Good, Hit, detector

_KEPT = 0.2  # the least chance that is worth telling
_OWN_PLACES = frozenset({
    "country", "nation", "homeland", "province", "county", "prefecture", "city", "town", "village", "district", "region",
})
_SOURCE = "Nakaiwa and Ikehara, Zero pronoun resolution in a Japanese to English machine translation system, ANLP 1992"


@detector("accuracy/pronoun", "major", source=_SOURCE, examples=[
    Bad(
        "Harbor officials are wary of the storm. [[I am watching]] the tide more closely.",
        after="Harbor officials are wary of the storm. They are watching the tide more closely.",
    ),
    Bad(
        'Governor Sato met the farmers on the 3rd. "Prices are too low," he said. [[I]] have asked my staff for a plan.',
        after='Governor Sato met the farmers on the 3rd. "Prices are too low," he said. He has asked his staff for a plan.',
    ),
    Bad("Mr. Kimura left the bank in 2015. After that, [[I]] opened a small bakery in Osaka, he recalls."),
    Good('"I am watching the tide more closely," the harbor master said.'),
    Good("I bought a small bakery last year. I bake at night, and my wife sells the bread. We are happy."),
    Good("The memorial for World War I stands near Interstate I-95 in Kobe. Mayor Ito visited it."),
])
def invented_i(analysis: Analysis) -> Iterator[Hit]:
    """An unquoted "I", "me" or "my" in a text without a narrator.

    Outside quotations nobody in a news report is "I". Where most sentences speak in the first person, as in columns, diaries, letters and
    chats, the rule is silent; and where the text does not read as if it came from Japanese, unless `source_language` says that it did.
    """
    yield from _first_person(analysis, "I")


@detector("accuracy/pronoun", "major", source=_SOURCE, examples=[
    Bad(
        "Minato City opened a new library on the 5th. [[We]] plan to lend tablets to children.",
        after="Minato City opened a new library on the 5th. It plans to lend tablets to children.",
    ),
    Bad("The police searched the house on the 12th. By comparing the tire marks, [[we]] were able to identify the car."),
    Good('The mayor spoke on the 5th. "We plan to lend tablets to children," she said.'),
    Good("We plan to lend tablets to children. Our library is open every day, and we hope that you will visit us."),
    Good("The ministry published its forecast. It is a reminder of how little we know about our oceans."),
    Good("The museum opened on the 5th in Kobe. Firms from three cities in our province showed their tools there."),
])
def invented_we(analysis: Analysis) -> Iterator[Hit]:
    """An unquoted "we" or "our" in a text whose author does not speak for a body.

    Announcements and columns say "we" throughout; in a report about a city or a firm it stands for that body. An "our" or "us" alone, and
    "we" for people in general, are usual in human English and only raise the risk.
    """
    yield from _first_person(analysis, "we")


@detector("accuracy/pronoun", "major", source=_SOURCE, examples=[
    Bad(
        "Three cargo ships left Kobe on the 2nd. It means that [[you are entering]] the strait from the south.",
        after="Three cargo ships left Kobe on the 2nd. It means that they are entering the strait from the south.",
    ),
    Bad("The suspect fled to Nagoya on the 8th. The police say that [[you were]] hiding in a hotel."),
    Good("You can enjoy the view from the tower. If you are tired, take the bus."),
    Good('The coach told the players, "You are entering a new season."'),
    Good("Add the noodles when the water boils, and your soup is ready."),
])
def invented_you(analysis: Analysis) -> Iterator[Hit]:
    """A "you" that takes part in an event, in a report that speaks to nobody.

    "You" for people in general ("you can enjoy …", "if you look closely") and texts that address their reader stay silent: only the
    progressive and the perfect tell of one event.
    """
    everything = signs(analysis)
    for index, here in enumerate(everything):
        own = [v for v in here.voices if v.who == "you"]
        around = everything[max(0, index - 10):index] + everything[index + 1:index + 11]
        if not own or not around or any(s.reader for s in around) or sum(s.informal for s in around) * 5 > len(around):
            continue
        if not any(s.third or s.names for s in around):
            continue
        for v in own:
            if v.subject and not v.doubtful and _one_event(v):
                yield Hit(v.span, _message(v), 0.6)


def _one_event(voice: Voice) -> bool:
    """True when the clause tells of one event: progressive or perfect, without a modal, a condition or a question."""
    verb = voice.token.head
    parts = [verb, *(c for c in verb.children if c.dep_ in ("aux", "auxpass"))]
    if any(t.tag_ == "MD" for t in parts) or any(c.lower_ in ("if", "when", "whether", "once", "as", "what", "how") for c in verb.children):
        return False
    if voice.token.doc.text.rstrip().endswith("?") or verb.dep_ == "relcl":
        return False
    forms = {t.lower_ for t in parts}
    return (verb.tag_ == "VBG" and bool(forms & {"are", "were", "'re", "’re"})) or (verb.tag_ == "VBN" and bool(forms & {"have", "had"}))


def _first_person(analysis: Analysis, who: Who) -> Iterator[Hit]:
    document = analysis.document
    for index, here in enumerate(signs(analysis)):
        own = [v for v in here.voices if v.who == who]
        if not own:
            continue
        chance = invented(analysis, index, who)
        if chance > 0.02 and _looped(document, index):
            chance = max(chance, 0.6)
        if chance >= _KEPT:
            for v in (v for v in own if not _homeland(v)):
                yield Hit(v.span, _message(v), round(min(chance, 0.92), 2))


def _homeland(voice: Voice) -> bool:
    """Whether it is the "our" of "our province", which a paper may well write of where it is read."""
    return voice.token.lower_ == "our" and voice.token.head.lower_ in _OWN_PLACES


def _looped(document: Document, index: int) -> bool:
    """True when the sentence next to this one is the same: an engine that has lost the thread repeats itself."""
    same = document.segments[index].target
    near = document.segments[max(0, index - 1):index] + document.segments[index + 1:index + 2]
    return len(same.split()) > 4 and any(s.target == same for s in near)


def _message(voice: Voice) -> str:
    return f"“{voice.token.text}” is outside quotation marks, and this text has no such speaker: who is meant?"


@detector("accuracy/pronoun", "major", examples=[
    Bad(
        "Yumiko Hayashi runs a bakery in Kochi. Last year Hayashi moved into [[his]] new shop.",
        after="Yumiko Hayashi runs a bakery in Kochi. Last year Hayashi moved into her new shop.",
    ),
    Bad(
        "The woman took the bus on the 3rd. [[He]] was found safe the next day.",
        after="The woman took the bus on the 3rd. She was found safe the next day.",
    ),
    Bad(
        "Rebecca Stahl trained the team until 2019. Stahl said that [[his]] players had earned the title.",
        after="Rebecca Stahl trained the team until 2019. Stahl said that her players had earned the title.",
    ),
    Good("Rebecca Stahl hired Paul Orr in 2019. Stahl said that his players had earned the title."),
    Good("The woman took the bus on the 3rd. Her brother was waiting. He drove home."),
    Good("Ms. Tanaka met Mr. Oda in Kobe. She gave him his ticket, and he thanked her."),
    Good("Queen Elizabeth praised the boy. He smiled."),
])
def pronoun_gender(analysis: Analysis) -> Iterator[Hit]:
    """"He" for the woman just named, or "she" for the man.

    Japanese does not mark sex, and engines guess "he". The rule speaks only where a title, a noun or a first name tells the sex of the
    subject and nobody else near by can be meant.
    """
    for clash in clashes(analysis):
        text = exchanged(clash.token.doc, [clash.token])
        yield Hit(
            clash.span, f"“{clash.token.text}” seems to stand for {clash.person}.", 0.55,
            (Replacement(clash.span, text, "unsafe", f"{clash.person} is {clash.gender} in this text."),),
        )
