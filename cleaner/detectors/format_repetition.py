"""Words, phrases and sentences that an engine says twice, and sentences that it runs together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Replacement, Span
from ..registry import Bad, Good, Hit, detector

_FUNCTION = "the|a|an|of|to|and|for|with|at|from|by|or|be|are|was|were|as|will|would|their|its|his|my"
_WORD_TWICE = re.compile(rf"\b({_FUNCTION})[ \t]+\1\b(?!-)", re.IGNORECASE)
#: Words that English does say twice on purpose or by grammar.
_TWICE_ON_PURPOSE = frozenset(
    word for line in """
    had that very so really many long far no bye ha yes well now more again never big old is in on it do who knock blah yeah too up out back
    over much please hear there her you what wait bang boom tut pom cha chop night mum aye duran new day one two sing sin boo win walla
    """.splitlines() for word in line.split()
)
#: Adverbs made of a word twice, which may be followed by the word between: "little by little by letter".
_BY_ITSELF = frozenset({
    "little", "step", "day", "bit", "one", "side", "word", "time", "hand", "year", "week", "month", "night", "door", "face", "back",
    "house", "piece", "shoulder", "inch",
})
_JOINED = frozenset({"by", "after", "upon", "to", "in", "for"})
_CONTENT_TWICE = re.compile(r"\b([a-z]{3,})[ \t]+\1\b(?![-'’])")
_PHRASE_TWICE = re.compile(r"\b((?:[\w'’-]+[ \t]+){1,7}[\w'’-]+)(?:,?[ \t]+\1\b)+", re.IGNORECASE)
_STARTERS = (
    r"If|When|What|The|This|That|These|Those|It|He|She|They|We|In|On|At|By|But|And|To|Because|Although|However|After|Before|While|There|Due"
    r"|According|Even|Since|Until|During|Among|Regarding|As|For|With|From|So|Then"
)
_ITEM = re.compile(r"\((?:[a-z]|[ivx]+|\d+)\)")
_RUN_ON = re.compile(rf"(?<![\w'’-])([a-z]{{3,}}|\([^()\r\n]{{1,24}}\)) ({_STARTERS})(?= (?:[a-z]+|[A-Z][a-z]+ [a-z]+)\b)")
#: "Kobe, April 3 (Kyodo)": a place, a day, and an agency or a reporter.
_DATELINE = re.compile(r"[^.!?]{3,60}\b\d{1,2}(?:st|nd|rd|th)? \((?:[A-Z]|[Rr]eporter\b).*\)")
_CAMEL = re.compile(r"\b([a-z]{3,})(The|This|These|It|He|She|They|We|If|When|But|However|According)(?= [a-z])")
_TITLE_LEAD = frozenset(
    word for line in """
    the a an of in on at to by for with from and or as called named titled entitled film movie song book novel album show series play band
    single game magazine program programme reads read says said column drama anime manga event project exhibition
    """.splitlines() for word in line.split()
)


@detector("fluency/grammar", "minor", examples=[
    Bad("He sat in [[the the]] garden.", after="He sat in the garden.", safe=True),
    Bad("The end [[of of]] the road is near.", after="The end of the road is near.", safe=True),
    Good("He had had enough that that year brought."),
    Good("The tour goes to The The concert in Vitamin A a week later."),
])
def repeated_word(analysis: Analysis) -> Iterator[Hit]:
    """An article, preposition or auxiliary twice in a row."""
    for m in _WORD_TWICE.finditer(analysis.document.plain):
        first, second = m.group().split()
        if first[0].islower() != second[0].islower() and first.lower() != "the":
            continue
        if first == second and first[0].isupper():
            continue
        span = Span(m.start(), m.end())
        yield Hit(span, f"“{first}” is said twice.", 0.95, (Replacement(span, first, "safe", "The word is repeated."),))


@detector("fluency/grammar", "minor", examples=[
    Bad("The family [[quietly quietly]] left.", after="The family quietly left."),
    Bad("It opened a [[branch branch]] in May.", after="It opened a branch in May."),
    Good("He had had enough of that, very very much so."),
    Good("They sang la la la in Walla Walla, and Sing Sing is a prison."),
])
def repeated_content_word(analysis: Analysis) -> Iterator[Hit]:
    """The same longer word twice in a row; words that English doubles on purpose are left out."""
    for m in _CONTENT_TWICE.finditer(analysis.document.plain):
        word = m.group(1)
        if word in _TWICE_ON_PURPOSE or re.fullmatch(_FUNCTION, word):
            continue
        span = Span(m.start(), m.end())
        yield Hit(span, f"“{word}” is said twice.", 0.7, (Replacement(span, word, "unsafe", "The word is repeated."),))


@detector("accuracy/addition", "major", examples=[
    Bad("He went [[to the station to the station]] at noon.", after="He went to the station at noon."),
    Bad("The [[new town hall new town hall]] opened.", after="The new town hall opened."),
    Good("He read it again and again, over and over, day after day."),
    Good("They listened, and listened, and listened."),
    Good("They sold the land little by little by letter, and now and then from time to time to friends."),
])
def repeated_phrase(analysis: Analysis) -> Iterator[Hit]:
    """Two to eight words said again at once: a decoder that loops. English repeats such runs for effect only with "and" or a comma."""
    for m in _PHRASE_TWICE.finditer(analysis.document.plain):
        words = m.group(1).lower().split()
        if len(set(words)) == 1 or words[0] in {"and", "or"} or words[-1] in {"and", "or"} or "," in m.group():
            continue
        if len(words) == 2 and (words[0] in _TWICE_ON_PURPOSE or any(w.isdigit() for w in words)):
            continue
        if len(words) == 2 and words[0] in _BY_ITSELF and words[1] in _JOINED:
            continue
        span = Span(m.start(), m.end())
        yield Hit(span, f"“{m.group(1)}” is said twice.", 0.75, (Replacement(span, m.group(1), "unsafe", "The phrase is repeated."),))


@detector("accuracy/addition", "major", examples=[
    Bad("The bridge will be closed for a week. [[The bridge will be closed for a week.]]"),
    Bad("We thank all who came to the fair. [[We thank all who came to the fair.]] It ends today."),
    Good("Go on. Go on. The bridge is open."),
    Good('"Never give up, boys." The bridge is open to all today. The bridge is open to all tomorrow.'),
])
def repeated_sentence(analysis: Analysis) -> Iterator[Hit]:
    """A sentence of five words or more that stands twice in a row."""
    before = ""
    for segment in analysis.document.segments:
        words = " ".join(re.findall(r"\w+", segment.target.lower()))
        if words == before and words.count(" ") >= 4:
            yield Hit(segment.span, "The same sentence stands before this one.", 0.85)
        before = words


@detector("fluency/punctuation", "minor", examples=[
    Bad("The town fights the [[flood Due]] to the weather, the fair will be short.",
        after="The town fights the flood. Due to the weather, the fair will be short."),
    Bad("Make the most of your [[garden If]] you have little time, plant trees in it.",
        after="Make the most of your garden: If you have little time, plant trees in it."),
    Good("He read the novel The wind and the film It came back, and said If only."),
    Bad("Kobe, April 3 [[(Kyodo) The]] fair will open later than it did last year.",
        after="Kobe, April 3 (Kyodo) – The fair will open later than it did last year."),
    Good("According to the mayor, the fair opens on Friday. If it rains, it closes."),
    Good("(MODERATOR) The fair opens, as I told The Times today."),
    Good("The law says: (b) The owner clears the snow."),
])
def run_on_heading(analysis: Analysis) -> Iterator[Hit]:
    """A heading or a sentence that runs into the next one: a word that only begins sentences has a capital in the middle of one."""
    document = analysis.document
    for m in _RUN_ON.finditer(document.plain):
        index = document.segment_index(m.start())
        if index is None or document.segments[index].block.kind in {"heading", "caption"}:
            continue
        word, starter = m.groups()
        name = starter in {"The", "This", "That"} and document.plain[m.end() + 1].isupper()  # The Times, That Day: titles
        label = word[0] == "(" and (m.start() == document.segments[index].span.start or _ITEM.fullmatch(word))
        if name or label:
            continue
        if word.strip("()") in _TITLE_LEAD or document.quotation_at(Span(m.start(), m.end())) is not None:
            continue
        segment = document.segments[index].target
        if len(re.findall(r"\b[A-Z][a-z]+", segment)) > 0.45 * len(segment.split()):  # a title in title case
            continue
        span = Span(m.start(), m.end())
        dateline = _DATELINE.fullmatch(document.plain[document.segments[index].span.start:m.end(1)])
        why = "A dash parts a dateline from the report (AP, “datelines”)." if dateline else "Two sentences need a mark between them."
        yield Hit(span, f"“{starter}” begins a sentence, but none ends before it.", 0.8, tuple(
            Replacement(span, f"{word}{mark} {starter}", "unsafe", why) for mark in ((" –", ".") if dateline else (".", ":"))
        ))


@detector("fluency/punctuation", "minor", examples=[
    Bad("It is the oldest shop in the [[worldThe]] owner is ninety.", after="It is the oldest shop in the world. The owner is ninety."),
    Bad("He was [[tiredHe]] said so.", after="He was tired. He said so."),
    Good("The eBay and YouTube channels, an iPhone and JavaScript."),
    Good("It is the oldest shop in the world. The owner is ninety."),
])
def camel_fused_sentences(analysis: Analysis) -> Iterator[Hit]:
    """Two sentences, or a heading and a sentence, without mark or space between them."""
    for m in _CAMEL.finditer(analysis.document.plain):
        span = Span(m.start(), m.end())
        yield Hit(span, f"“{m.group()}” runs two sentences together.", 0.9, (
            Replacement(span, f"{m.group(1)}. {m.group(2)}", "unsafe", "A full stop and a space part two sentences."),
        ))
