"""Marks and spacing that no style guide allows: what an engine does to full-width punctuation, brackets, dashes and prices.

Rules about quotation marks are in `quotation`, about odd characters in `format_characters`, about repetition in `format_repetition`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..analysis import Analysis
from ..core import Block, Replacement, Safety, Span
from ..registry import Bad, Good, Hit, detector

_GAP = r"[ \t\u00a0\u3000]"
_DOUBLED = re.compile(rf"(?<![,.;:])([,;]){_GAP}*\1(?![,;:])|(?<=\w)::(?=[ \t]+\S)")
_COMMA_STOP = re.compile(rf",{_GAP}*\.(?![.\d])|(?<=[A-Za-z]{{3}})\.{_GAP}+,(?=\s)")
_BROKEN_RUN = re.compile(rf"([!?])(?:{_GAP}*[!?])*{_GAP}+[!?]+")
_ORPHAN_DOTS = re.compile(rf"(?<=[.!?…\"”’)]){_GAP}+\.\.\.?{_GAP}*(?=[\r\n]|\Z)")
_TWO_DOTS = re.compile(r"(?<=[A-Za-z]{2})\.\.(?![.\w/\\])|(?<=[A-Za-z]{2})\.\.(?=[A-Z])")
_SPACE_BEFORE = re.compile(rf"(?<=[\w)\]])({_GAP}+)([,;.](?![.\w\d])|[!?](?![\w=!?]))")
_OPEN_GAP = re.compile(rf"(?<![:;=-])(\w?)([(\[]){_GAP}+(?=[^\s)\]])")
_CLOSE_GAP = re.compile(rf"(?<=[^\s(\[]){_GAP}+([)\]])")
_ANGLES = re.compile(rf"<{_GAP}+([A-Za-z(][^<>\r\n]{{1,80}}?){_GAP}+>")
_FUSED_STOP = re.compile(r"\b([a-z]{2,}|\d{1,3}%?)([.?!])([A-Z](?:[a-z']+|(?= )))")
_FUSED_COMMA = re.compile(r"(?<=[a-z]{3}),(?=[A-Za-z][a-z]{2})")
_BRACKET_WORD = re.compile(r"(\((\d{1,3})\))(?=[A-Za-z]{2})")
_GLUED_DASH = re.compile(rf"(?<=\S)({_GAP}+)--(?=[A-Z])")
_PRICE = re.compile(r"([£$€¥])[ \u00a0](?=\d)")
_SLASH = re.compile(
    r"(?<![/\d] )\b(\d{2,4} / \d{1,4})\b(?! /)|\b((?:km|m|cm|mm|kg|g|mg|ml|kWh|MB|GB) / (?:h|s|min|hour|day|year|kg|g|km|l|L|m2|m3|ha))\b",
)
_CLOCK = re.compile(rf"\b((?:[01]?\d|2[0-4])):{_GAP}([0-5]\d)\b(?!:)")
_GROUPS = re.compile(
    r"(?<![\d,.(])\b(?:\d{4,}(?:,\d{3})+|\d{1,3}(?:,\d{3})*,\d{4,}(?<!,(?:19|20)\d\d)|\d{1,3}(?:,\d{3})+,\d{1,2})\b(?![,.]\d)",
)
_CLOCK_BEFORE = re.compile(r"\d: ?[0-5]\d ?[-–~] ?$")
_CLOCK_CUE = re.compile(r"\b(?:at|from|until|to|after|before|by|about|around)\b|[ap]\.?m\b", re.IGNORECASE)
_THE_DATE = re.compile(r"(?<=[a-z,] )The(?= \d{1,2}(?:st|nd|rd|th)\b(?! [A-Z]))|(?<=\bOn )The(?= \d{1,2}(?:st|nd|rd|th)\b(?! [A-Z]))")
_ELLIPSIS = re.compile(rf"(?<=[A-Za-z]){_GAP}\.\.\.(?=[?!\"”])")
#: Words that begin a sentence and no name.
_STARTERS = frozenset(
    word for line in """
    I I'm I've I'll I'd The This That These Those It It's He She They We We're You There Here In On At If When After Before But And So Then
    My Our His Her Their What Why How Who Not No Yes As For From To By With Because While However Since Even Just Only All Some Many
    """.splitlines() for word in line.split()
)
_SEPARATORS = re.compile(rf"(?<={_GAP})\|{_GAP}*[-|](?={_GAP})")
_POSSESSIVE = re.compile(r"(?<=[A-Za-z]) ['’]s(?= [a-z])")
_NEGATION = re.compile(
    r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should|might)(?: n ?['’] ?| ?n ['’] ?| ?n['’] )t\b", re.IGNORECASE,
)
_PLURAL = re.compile(r"(?<=[a-z]s) ['’](?=[A-Z][a-z])")


def _swap(
    analysis: Analysis, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str | None], message: str, reason: str,
    *, confidence: float = 0.9, safety: Safety = "safe",
) -> Iterator[Hit]:
    """A hit for every match, whose replacement `new` makes; None for a match that is all right after all."""
    for m in pattern.finditer(analysis.document.plain):
        text = new(m)
        if text is not None:
            span = Span(m.start(), m.end())
            yield Hit(span, message.format(m.group().strip()), confidence, (Replacement(span, text, safety, reason),))


def _block(analysis: Analysis, at: int) -> Block | None:
    index = analysis.document.segment_index(at)
    return None if index is None else analysis.document.segments[index].block


@detector("fluency/punctuation", "minor", examples=[
    Bad("He came[[,,]] then left.", after="He came, then left.", safe=True),
    Bad("Prices rose[[; ;]] wages did not.", after="Prices rose; wages did not.", safe=True),
    Good("He came, then left."),
    Good("He waited ... and left; the rest, it is said, stayed."),
    Good("A walk through the old harbour::"),
])
def doubled_mark(analysis: Analysis) -> Iterator[Hit]:
    """The same comma, semicolon or colon twice in a row."""
    yield from _swap(analysis, _DOUBLED, lambda m: m.group()[0], "“{}” should be one mark.", "A mark is doubled.", confidence=0.95)


@detector("fluency/punctuation", "minor", examples=[
    Bad("The shop closed in May[[,.]]", after="The shop closed in May.", safe=True),
    Bad("The museum opens again[[. ,]] and the school follows.", after="The museum opens again, and the school follows."),
    Good("It sells tea, rice, etc., and it opens at 9 a.m., before the others."),
    Good("It costs .50, no more."),
])
def comma_beside_stop(analysis: Analysis) -> Iterator[Hit]:
    """A comma and a full stop side by side: one of them is left over from a clause that the engine moved."""
    for hit in _swap(
        analysis, _COMMA_STOP, lambda m: "." if m.group()[0] == "," else ",", "“{}”: two marks where one is meant.",
        "A comma beside a full stop has no function.",
    ):
        late = analysis.document.plain[hit.span.start] == "."  # which mark is meant depends on what follows
        yield hit if not late else Hit(hit.span, hit.message, 0.8, tuple(
            Replacement(r.span, r.text, "unsafe", r.reason) for r in hit.replacements
        ))


@detector("fluency/punctuation", "minor", source="JTF Style Guide 2.1.7: full-width ！！ and ？？ stand for one emphatic mark", examples=[
    Bad("The town has a new star[[! !!]]", after="The town has a new star!!", safe=True),
    Bad("Is that all[[? !]] Nobody knows.", after="Is that all?! Nobody knows.", safe=True),
    Good("What a day! And what a night!"),
    Good("Really?! No!!"),
])
def broken_exclamation(analysis: Analysis) -> Iterator[Hit]:
    """Exclamation and question marks parted by a space: a full-width ！！ or ！？ that the engine translated mark by mark."""

    def join(m: re.Match[str]) -> str:
        marks = [c for c in m.group() if c in "!?"]
        return marks[0] * 2 if len(set(marks)) == 1 else "?!" if marks[0] == "?" else "!?"

    yield from _swap(analysis, _BROKEN_RUN, join, "“{}” is one mark written in pieces.", "The marks belong together.", confidence=0.9)


@detector("fluency/punctuation", "minor", examples=[
    Bad("The fair opens on Friday.[[ ..]]", after="The fair opens on Friday.", safe=True),
    Bad('"It was a good game."[[ ...]]', after='"It was a good game."', safe=True),
    Good("He waited ... and left."),
    Good("He did not finish his sentence..."),
])
def orphan_dots(analysis: Analysis) -> Iterator[Hit]:
    """Dots after the end of the last sentence: the "..." by which a news site cuts an article short, which the engine kept."""
    yield from _swap(analysis, _ORPHAN_DOTS, lambda m: "", "Dots after the end of the sentence.", "The sentence has already ended.")


@detector("fluency/punctuation", "minor", examples=[
    Bad("The shop closed in May[[..]] It never opened again.", after="The shop closed in May. It never opened again."),
    Bad("Nobody came[[..]]", after="Nobody came."),
    Good("Nobody came..."),
    Good("See ../readme and the range a..b."),
])
def two_dots(analysis: Analysis) -> Iterator[Hit]:
    """Two full stops: either one too many, or an ellipsis with one too few."""
    yield from _swap(
        analysis, _TWO_DOTS, lambda m: ".", "Two full stops in a row.", "One full stop ends a sentence.", confidence=0.45, safety="unsafe",
    )


@detector("fluency/punctuation", "minor", source="Chicago Manual of Style 6.7: no space before a mark", examples=[
    Bad("The minister[[ ,]] who is ill, stayed away.", after="The minister, who is ill, stayed away."),
    Bad("The vote is on Friday[[ .]]", after="The vote is on Friday."),
    Good("The vote is on Friday. It costs .50 now."),
    Good("He waited ... and left."),
])
def space_before_mark(analysis: Analysis) -> Iterator[Hit]:
    """A space before a comma, semicolon, full stop, exclamation or question mark."""
    yield from _swap(
        analysis, _SPACE_BEFORE, lambda m: m.group(2), "A space before “{}”.", "No space stands before this mark.",
        confidence=0.8, safety="unsafe",
    )


@detector("fluency/punctuation", "minor", source="Chicago Manual of Style 6.7", examples=[
    Bad("The paper [[( ]]Evening Post) said so.", after="The paper (Evening Post) said so.", safe=True),
    Bad("The statue is 3[[( ]]base included) high.", after="The statue is 3 (base included) high.", safe=True),
    Bad("He was there [[< Monday, City Hall >]] and spoke.", after="He was there <Monday, City Hall> and spoke.", safe=True),
    Good("The paper (Evening Post) said that 3 < 4 and 5 > 4."),
    Good("Fine by me : ) and you?"),
])
def space_in_brackets(analysis: Analysis) -> Iterator[Hit]:
    """A space just inside a bracket, as engines leave when they turn full-width brackets into half-width ones."""
    message, reason = "A space inside “{}”.", "No space stands just inside a bracket."
    yield from _swap(analysis, _OPEN_GAP, lambda m: f"{m.group(1)} {m.group(2)}" if m.group(1) else m.group(2), message, reason)
    plain = analysis.document.plain

    def close(m: re.Match[str]) -> str | None:
        opened = plain.rfind("(" if m.group(1) == ")" else "[", max(0, m.start() - 300), m.start())
        return m.group(1) if opened >= 0 and plain[m.start() - 1] not in ":;" else None

    yield from _swap(analysis, _CLOSE_GAP, close, message, reason)
    yield from _swap(analysis, _ANGLES, lambda m: f"<{m.group(1)}>", message, reason)


@detector("fluency/punctuation", "minor", examples=[
    Bad('"I was [[lucky.I]] was not hurt at all," he said.', after='"I was lucky. I was not hurt at all," he said.', safe=True),
    Bad('He said: "It goes [[on.This]] year it ends."', after='He said: "It goes on. This year it ends."', safe=True),
    Good("See Booking.com, Node.js and ASP.NET; the U.S.Army came at 5 p.m."),
    Good("Yahoo!Japan and the Go!Go!Curry shop are brands."),
])
def missing_space_after_stop(analysis: Analysis) -> Iterator[Hit]:
    """Two sentences without a space between them. Engines do it inside quotations, which they translate in one piece.

    Outside quotations it is as often a hurried writer, so there it only adds to the doubt about a sentence.
    """
    document = analysis.document
    for m in _FUSED_STOP.finditer(document.plain):
        word, mark, following = m.groups()
        if mark != "." and following not in _STARTERS:  # Yahoo!News, Jeopardy!Live
            continue
        quoted = document.is_quoted(Span(m.start(), m.end()))
        span = Span(m.start(), m.end())
        yield Hit(span, f"No space after “{word}{mark}”.", 0.95 if quoted else 0.45, (Replacement(
            span, f"{word}{mark} {following}", "safe" if quoted and following in _STARTERS else "unsafe",
            "A space parts two sentences.",
        ),))


@detector("fluency/punctuation", "minor", examples=[
    Bad("After the one-way [[traffic,the]] road will be closed.", after="After the one-way traffic, the road will be closed."),
    Bad("They sell [[apples,pears]] and plums.", after="They sell apples, pears and plums."),
    Good("They sold 12,000 apples, pears and plums."),
    Good("Write to a,b or x,y as you like."),
])
def missing_space_after_comma(analysis: Analysis) -> Iterator[Hit]:
    """No space after a comma between two words."""
    pattern = re.compile(rf"[a-z]+{_FUSED_COMMA.pattern}[A-Za-z]+")
    yield from _swap(
        analysis, pattern, lambda m: m.group().replace(",", ", "), "No space after the comma in “{}”.", "A space follows a comma.",
        confidence=0.9, safety="unsafe",
    )


@detector("fluency/punctuation", "minor", examples=[
    Bad("The goalkeeper [[(31)who]] was ill stayed at home.", after="The goalkeeper (31) who was ill stayed at home.", safe=True),
    Bad("Mayor Brown [[(60)said]] so.", after="Mayor Brown (60) said so.", safe=True),
    Good("The goalkeeper (31), who was ill, stayed at home."),
    Good("We may (re)build it; see f(3)x."),
])
def missing_space_after_bracket(analysis: Analysis) -> Iterator[Hit]:
    """A word glued to the bracket that holds someone's age or a number."""
    plain = analysis.document.plain
    yield from _swap(
        analysis, _BRACKET_WORD, lambda m: m.group() + " " if plain[max(0, m.start() - 1)].isspace() else None,
        "No space after “{}”.", "A space follows a bracket.", confidence=0.85,
    )


@detector("fluency/punctuation", "minor", source="Chicago Manual of Style 6.85 on dashes", examples=[
    Bad("River bank to be rebuilt (Post)[[ --]]Example News", after="River bank to be rebuilt (Post) - Example News", safe=True),
    Bad("Late winner at home[[ --]]Sports Weekly", after="Late winner at home - Sports Weekly", safe=True),
    Good("He left -- and never came back."),
    Good("Call it with --help or --Verbose=1."),
])
def glued_dash(analysis: Analysis) -> Iterator[Hit]:
    """Two hyphens glued to the next word only, before the name of a paper or a new part: engines write a full-width dash so."""
    plain = analysis.document.plain

    def spaced(m: re.Match[str]) -> str | None:
        word = re.match(r"[\w!.'-]+=?", plain[m.end():m.end() + 40])
        if word and word.group().endswith("="):
            return None
        block = _block(analysis, m.start())
        if block is None:
            return None
        last = len(plain[m.end():block.span.end].split()) <= 4  # a title line ends with the name of the paper
        return " - " if block.kind == "heading" or last else " -- "

    yield from _swap(analysis, _GLUED_DASH, spaced, "“{}” is glued to the next word.", "A dash between parts has a space on both sides.")


@detector("locale/format", "minor", source="AP Stylebook, Chicago Manual of Style 9.20: the sign touches the figure", examples=[
    Bad("It cost [[£ ]]75 in all.", after="It cost £75 in all.", safe=True),
    Bad("A contract worth [[$ ]]10.3 billion was refused.", after="A contract worth $10.3 billion was refused.", safe=True),
    Bad("They have[[$ ]]50 left.", after="They have $50 left.", safe=True),
    Good("It cost £75 in all, or $90."),
    Good("The sign $ is worth 5 points."),
])
def currency_space(analysis: Analysis) -> Iterator[Hit]:
    """A space between a currency sign and its figure."""
    plain = analysis.document.plain

    def touching(m: re.Match[str]) -> str:
        return f" {m.group(1)}" if plain[m.start() - 1:m.start()].islower() else m.group(1)  # US$ is one sign

    yield from _swap(analysis, _PRICE, touching, "A space after “{}”.", "A currency sign touches its figure.", confidence=0.9)


@detector("locale/format", "minor", source="Chicago Manual of Style 6.106; SI brochure 5.4.6", examples=[
    Bad("She won it in the [[2018 / 19]] season.", after="She won it in the 2018/19 season.", safe=True),
    Bad("The train runs at 300 [[km / h]] here.", after="The train runs at 300 km/h here.", safe=True),
    Good("She won it in the 2018/19 season."),
    Good("The sign says exit / entrance; 3 / 4 / 5 are the sizes."),
])
def slash_space(analysis: Analysis) -> Iterator[Hit]:
    """Spaces around the slash of a season or of a unit."""
    yield from _swap(analysis, _SLASH, lambda m: m.group().replace(" ", ""), "Spaces in “{}”.", "No space stands in it.", confidence=0.85)


@detector("locale/format", "minor", source="Chicago Manual of Style 9.37", examples=[
    Bad("The desk is open from [[9: 30]] on.", after="The desk is open from 9:30 on.", safe=True),
    Bad("It fell at about [[11: 00]] a.m.", after="It fell at about 11:00 a.m.", safe=True),
    Bad("The desk is open 6:30-[[7: 45]].", after="The desk is open 6:30-7:45.", safe=True),
    Good("The desk is open from 9:30 on."),
    Good("Group 3: 12 people took part, and these are 2: 5 and 7."),
])
def clock_space(analysis: Analysis) -> Iterator[Hit]:
    """A space inside a time of day."""
    plain = analysis.document.plain

    def clock(m: re.Match[str]) -> str | None:
        before, after = plain[max(0, m.start() - 12):m.start()], plain[m.end():m.end() + 6]
        sure = m.group(2) in {"00", "30"} or _CLOCK_CUE.search(before + after) or _CLOCK_BEFORE.search(before)
        return f"{m.group(1)}:{m.group(2)}" if sure else None

    yield from _swap(analysis, _CLOCK, clock, "A space in the time “{}”.", "No space stands in a time of day.", confidence=0.9)


@detector("locale/format", "minor", source="Chicago Manual of Style 9.55: groups of three digits", examples=[
    Bad("It cost [[12800,000]] yen."),
    Bad("A contract worth [[4,2600]] dollars was refused."),
    Good("It cost 12,800,000 yen, or 1,280 for each; 1,2 and 3 are left."),
    Good("The results of 4,10,16 and the code 1234,5678 stay; in May 5,2019 people came."),
])
def digit_groups(analysis: Analysis) -> Iterator[Hit]:
    """Commas that part a number into groups that are not of three digits: a digit is lost, or ten thousands were counted as thousands."""
    for m in _GROUPS.finditer(analysis.document.plain):
        yield Hit(Span(m.start(), m.end()), f"“{m.group()}” is not how a number is written.", 0.8, severity="major")


@detector("fluency/grammar", "minor", examples=[
    Bad("The fair opened on [[The]] 25th.", after="The fair opened on the 25th.", safe=True),
    Bad("At the town hall on [[The]] 3rd, he bowed.", after="At the town hall on the 3rd, he bowed.", safe=True),
    Good("The 25th was rainy. The fair opened on the 26th."),
    Good("It is part of The 12th Annual Tea Fair."),
])
def capital_in_date(analysis: Analysis) -> Iterator[Hit]:
    """"on The 25th": the capital of a date that the engine translated by itself, as if it began a sentence."""
    for hit in _swap(analysis, _THE_DATE, lambda m: "the", "A capital in the middle of the sentence.", "It does not begin a sentence."):
        block = _block(analysis, hit.span.start)
        if block is not None and block.kind != "heading":
            yield hit


@detector("fluency/punctuation", "minor", examples=[
    Bad('"Is there not enough of it this [[month ...]]"?', after='"Is there not enough of it this month..."?', safe=True),
    Bad("Why do so few of them [[stay ...]]?", after="Why do so few of them stay...?", safe=True),
    Good("Why do so few of them stay...?"),
    Good("He waited ... and left ..."),
])
def space_before_ellipsis(analysis: Analysis) -> Iterator[Hit]:
    """A space before the dots that end a question, an exclamation or a quotation."""
    pattern = re.compile(r"[A-Za-z]+" + _ELLIPSIS.pattern)
    yield from _swap(
        analysis, pattern, lambda m: m.group().replace("\u00a0", " ").replace(" ...", "..."), "A space before the dots in “{}”.",
        "The dots touch the word that they break off.", confidence=0.75,
    )


@detector("fluency/punctuation", "minor", examples=[
    Bad("Spring fair at the shrine: Example Press [[| -]] digital", after="Spring fair at the shrine: Example Press | digital", safe=True),
    Bad("Weather [[| |]] Example News", after="Weather | Example News", safe=True),
    Good("Weather | Example News"),
    Good("Weather - rain | Example News"),
])
def doubled_separator(analysis: Analysis) -> Iterator[Hit]:
    """Two separators side by side in a title line."""
    yield from _swap(analysis, _SEPARATORS, lambda m: "|", "“{}”: two separators.", "One separator is enough.", confidence=0.8)


@detector("fluency/punctuation", "minor", examples=[
    Bad("The winner[[ 's]] name is known.", after="The winner's name is known.", safe=True),
    Bad("They [[do n't]] know it.", after="They don't know it.", safe=True),
    Bad("The Rangers[[ ']]Tom Brown started.", after="The Rangers' Tom Brown started.", safe=True),
    Good("The winner's name is known; they don't say 'so' or 's."),
    Good("FC Rovers, known as 'Rovers' here, won."),
])
def space_before_apostrophe(analysis: Analysis) -> Iterator[Hit]:
    """A space that parts a word from its apostrophe, or an apostrophe that moved to the next word."""
    document = analysis.document
    reason = "An apostrophe touches its word."
    singles = [q.span for q in document.quotations if document.plain[q.span.start] in "'’‘"]

    def free(m: re.Match[str]) -> bool:
        return not any(q.start <= m.end() - 1 <= q.end for q in singles)

    yield from _swap(analysis, _POSSESSIVE, lambda m: m.group().strip() if free(m) else None, "A space before “{}”.", reason)
    yield from _swap(analysis, _NEGATION, lambda m: f"{m.group(1)}n't", "A space in “{}”.", reason)
    for m in _PLURAL.finditer(document.plain):
        block = _block(analysis, m.start())
        if free(m) and block is not None and not re.search(r"\w['’](?!\w)", document.plain[m.end():block.span.end]):
            span = Span(m.start(), m.end())
            yield Hit(span, "The apostrophe stands on the wrong side of the space.", 0.8, (Replacement(
                span, m.group().strip() + " ", "safe", "The apostrophe belongs to the owner's name.",
            ),))
