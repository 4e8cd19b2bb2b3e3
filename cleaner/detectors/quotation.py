"""Quotation marks: their spacing, their partners, their place beside commas and full stops. The words between them are never touched."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Replacement, Span
from ..language.attributions import reports
from ..language.quotemarks import Mark, Reading, read, reopens, visible
from ..language.reporting import pattern
from ..registry import Bad, Good, Hit, detector

_SURE = 2.4  # margin from which no other reading is worth a thought
_ENDS = ",.!?…"
_PART = 12  # words
#: What no possessor stands before.
_SMALL = (
    "(?:to|and|or|but|the|an?|in|on|at|of|for|with|by|from|as|is|are|was|were|be|been|has|have|had|that|which|who|when|while|if|not|no|it|he"
    "|she|they|we|will|would|can|could|may|this|these|those)"
)
_SAYS = pattern()
_PRONOUN_SAYS = rf"(?:(?:he|she|they)\s+(?:also\s+|then\s+)?{_SAYS}|{_SAYS}\s+(?:he|she|they|(?:the|a|an)\s+\w+|Mr|Ms|Mrs|Dr|[A-Z]\w+))\b"
#: A speaker in small letters, "the road office said": no sentence begins so.
_NOUN_SAYS = (
    rf"(?:the|an?|one|another|his|her|their)\s+(?:(?!(?:{_SAYS}|is|are|was|were|has|had|that|which|who)\b)[\w'’-]+\s+){{1,5}}"
    rf"(?:also\s+|then\s+)?{_SAYS}\b"
)
#: "Karas said on Monday." With nothing that was said, such a sentence says something only as part of the quotation's.
_NAME_SAYS = (
    r"(?:(?:The|Mr\.?|Ms\.?|Mrs\.?|Dr\.?)\s+)?(?:[A-Z][\w'’-]+\s+){1,3}(?:said|says|stated|stressed|emphasized|noted|insisted|claimed|remarked|recalled)"
    r"(?=(?:\s+(?:on|in|at|after|during|before)\b[^\"“”,.!?;:]{2,50})?\.(?=\s|$))"
)


@detector("fluency/punctuation", "minor", examples=[
    Bad('The guide said[[," ]]Wait here," so we waited.', after='The guide said, "Wait here," so we waited.', safe=True),
    Bad('[[" ]]We are glad, "she said.', after='"We are glad," she said.', safe=True),
    Bad('They grow a rice called[["]]Hinohikari" there.', after='They grow a rice called "Hinohikari" there.', safe=True),
    Bad('The mayor said, "The road will open in May[[. "]]', after='The mayor said, "The road will open in May."', safe=True),
    Good('"We are glad," she said, and called the rice "Hinohikari".'),
    Good('The law "On Schools"[2] was passed.'),
    Good('Mind your "p"s and "q"s; the board is 5\'10" long.'),
    Good('He read ("with care") the "A"-"B" list—"all of it".'),
])
def quote_spacing(analysis: Analysis) -> Iterator[Hit]:
    """A space on the wrong side of a quotation mark, or none on the right side. Source: Chicago Manual of Style 6.9–6.11.

    Which marks open and which close is read from the whole paragraph (`cleaner.quotemarks`); where two readings are close, nothing is said.
    """
    text = visible(analysis.document)
    for reading in read(analysis.document):
        partner = {m.at: p for pair in reading.pairs() for m, p in (pair, pair[::-1])}
        wrong = {m.at: m for m in reading.marks if 0 < m.price <= 2 and m.margin >= 1.4 and m.role != "surplus"}
        for mark in wrong.values():
            change = _respaced(text, reading.span, mark)
            if change is None:
                continue
            other = partner.get(mark.at)
            span, new = change
            safe = mark.margin >= _SURE and mark.depth < 2 and (mark.price < 2 or _turned(text, mark, other))
            if mark.role == "stray":
                safe = span.end == reading.span.end and text[span.start - 1] in _ENDS
            message = f"The {'opening' if mark.role == 'open' else 'closing'} quotation mark is spaced wrongly."
            both = _respaced(text, reading.span, other) if other and other.at in wrong and _one_segment(analysis, mark, other) else None
            if other and both:
                if mark.role != "open":
                    continue
                new += text[span.end:both[0].start] + both[1]
                span = span.join(both[0])
                safe = safe and other.margin >= _SURE and _fits(text, mark, other)
                message = "Both quotation marks are spaced wrongly."
            reason = "A quotation mark touches the words it encloses, and only those."
            yield Hit(span, message, 0.95 if safe else 0.7, (Replacement(span, new, "safe" if safe else "unsafe", reason),))


def _fits(text: str, opener: Mark, closer: Mark) -> bool:
    """Whether two marks that are both turned inside out still make a pair for sure: few words between them, or a stop at their end."""
    inner = text[opener.at + 1:closer.at].rstrip()
    return opener.price + closer.price < 4 or len(inner.split()) <= 4 or inner[-1:] in _ENDS


def _one_segment(analysis: Analysis, a: Mark, b: Mark) -> bool:
    return analysis.document.segment_index(a.at) == analysis.document.segment_index(b.at)


def _turned(text: str, mark: Mark, other: Mark | None) -> bool:
    """Whether a mark with both sides wrong is sure: its partner is wrong as well, or a comma or stop shows its side."""
    if other is not None and other.price:
        return True
    before, after = text[max(0, mark.at - 3):mark.at].rstrip()[-1:], text[mark.at + 1:mark.at + 3].strip()[:1]
    return before in _ENDS and (mark.role == "open" or after.islower())


def _respaced(text: str, block: Span, mark: Mark) -> tuple[Span, str] | None:
    """The place of a mark with its spaces, and the text that should stand there."""
    start, end = mark.at, mark.at + 1
    left, right = text[start - 1:start], text[end:end + 1]
    sign = text[mark.at]
    if re.search(r"['’] ?$", text[max(0, start - 2):start]) or re.match(r" ?['‘]", text[end:end + 2]):
        return None  # two kinds of marks meet, which some set apart by a space
    if mark.role == "open":
        while end < block.end and text[end] in " \t\u00a0":
            end += 1
        lead = " " if start > block.start and (left.isalnum() or left in ",;:.!?)]") else ""
        if left.isalnum() and not left.isascii():
            return None
        return Span(start, end), lead + sign
    while start > block.start and text[start - 1] in " \t\u00a0":
        start -= 1
    if right.isalnum() and (not right.isascii() or re.match(r"(?:s|th|ed|ing|er)\b", text[end:end + 4])):
        return None
    if re.match(r"\[\d", text[end:end + 2]):
        return None  # the mark of a note
    trail = " " if end < block.end and (right.isalnum() or right in "([") else ""
    return Span(start, end), sign + trail


@detector("fluency/quotation", "major", examples=[
    Bad('The coach said, "We trained[[."]]We will win now," and left.', after='The coach said, "We trained. We will win now," and left.'),
    Bad('The minister said, "Taxes must [[rise.]]\n\nThe union met.', after='The minister said, "Taxes must rise."\n\nThe union met.'),
    Bad('The owner called the new rent "[[unfair and far too high.]]', after='The owner called the new rent "unfair and far too high."'),
    Bad('The bridge was closed[["]] on Monday.'),
    Bad('[["]]She left at noon, saying, "It is too far."', after='She left at noon, saying, "It is too far."'),
    Bad('The clerk said, "The office is closed today[[,]] he said.', after='The clerk said, "The office is closed today," he said.'),
    Bad('The clerk said, "The office is closed. [["]]We open at nine," and left.',
        after='The clerk said, "The office is closed. We open at nine," and left.'),
    Bad("All the tenants[[ \"]]complaints were read out.", after="All the tenants' complaints were read out."),
    Bad("The mill closed in the 1980[[ \"]]s.", after="The mill closed in the 1980s."),
    Bad('It called on the owners "to come to the [[table.]]', after='It called on the owners "to come to the table."'),
    Good('"We trained for years. We will win now," she said.'),
    Good('"The first day was hard, she said.\n\n"The second was easy," she said.'.replace("hard, she said", "hard and long")),
    Good('The farmer said, "We wait for rain.\n\nWithout it nothing grows."'),
    Good('The plank is 7" wide.'),
])
def quote_unbalanced(analysis: Analysis) -> Iterator[Hit]:
    """A quotation mark without a partner. News that reopens the marks at each paragraph of a long quotation is in order."""
    text = visible(analysis.document)
    readings = read(analysis.document)
    for i, reading in enumerate(readings):
        for mark in reading.marks:
            span = Span(mark.at, mark.at + 1)
            if mark.role == "stray" and mark.margin >= 1:
                tail_of_one = text[mark.at - 1] in ",.!?"  # its opening may stand in a part of the text that is not here
                yield Hit(span, "This mark closes a quotation that was never opened.", 0.4 if tail_of_one else 0.6, variant="stray")
            elif mark.role == "surplus" and mark.at == reading.span.start:
                gone = Replacement(span, "", "unsafe", "Another quotation begins before this mark is closed.")
                yield Hit(span, "This mark opens a quotation that is never closed.", 0.6, (gone,), variant="surplus")
            elif mark.role == "surplus" and text[mark.at - 1] in ".!?":
                sure = mark.margin >= 2 and len(reading.marks) == 3
                new = Replacement(span, " ", "safe" if sure else "unsafe", "A mark stands between two sentences of one quotation.")
                yield Hit(Span(mark.at - 1, mark.at + 1), "A mark stands in the middle of a quotation.", 0.85, (new,), variant="surplus")
            elif mark.role == "surplus" and reopens(text, mark.at):
                gap = Span(mark.at - 1, mark.at + 1)
                gone = Replacement(gap, " ", "unsafe", "The quotation goes on.")
                both = f"{_closing(text[mark.at])} {text[mark.at]}"
                closed = Replacement(gap, both, "unsafe", "One quotation ends here and another begins.")
                told = any(r.marks.start == mark.at and r.trail for r in reports(analysis))  # the second has its own “he said”
                made = (closed, gone) if told else (gone, closed)
                yield Hit(span, "This mark opens a quotation inside another.", 0.75, made, variant="surplus")
        if reading.unclosed and not _runs_on(text, reading, readings[i + 1:i + 7]):
            yield from _never_closed(text, reading)


def _runs_on(text: str, reading: Reading, following: tuple[Reading, ...]) -> bool:
    """Whether a later paragraph takes the quotation up: with a mark as its first character, or by closing it."""
    heir = next((r for r in following if r.marks), None)
    if heir is None or len(reading.unclosed) > 1:
        return False
    return heir.start_open or (heir is following[0] and heir.marks[0].at == heir.span.start and heir.marks[0].role == "open")


def _never_closed(text: str, reading: Reading) -> Iterator[Hit]:
    mark = reading.unclosed[0]
    if mark.margin < 1 and len(reading.unclosed) == 1:
        return
    if len(reading.marks) == 1 and (hit := _apostrophe(text, mark.at)):
        yield hit
        return
    close = _closing(text[mark.at])
    message = "This quotation is never closed."
    first = mark.at == reading.span.start
    later = next((m for m in reading.marks if m.at > mark.at), None)
    if later is not None:
        again = re.search(rf"[.!?](?P<clause> [A-Z][^.!?\"“”]{{0,40}}\b{_SAYS},? ?)$", text[mark.at:later.at])
        if again and later.role == "open":
            place = Span(mark.at + again.start("clause"), later.at + 1)
            new = Replacement(Span(place.start, place.start), close, "unsafe", "The first quotation ends before its speaker returns.")
            yield Hit(place, "A second quotation begins before the first is closed.", 0.7, (new,), variant="unclosed")
        else:
            yield Hit(Span(mark.at, mark.at + 1), message, 0.5, variant="unclosed")
        return
    tail = text[mark.at + 1:reading.span.end].rstrip()
    if told := re.search(rf"([,.]) (?={_PRONOUN_SAYS}[^\"“”]{{0,60}}$)", tail):
        place = Span(mark.at + 1 + told.start(1), mark.at + 1 + told.end(1))
        new = Replacement(place, "," + close, "unsafe", "The quotation ends where its speaker is named.")
        yield Hit(place, message, 0.45 if first else 0.7, (new,), variant="unclosed")
        return
    end = mark.at + 1 + len(tail)
    word = tail.rfind(" ") + 1
    new = Replacement(Span(end - 1, end), text[end - 1] + close, "unsafe", "The quotation runs to the end of its paragraph.")
    led = bool(re.search(rf"\b(?:{_SAYS}|saying),?:?\s*$", text[reading.span.start:mark.at]))
    part = tail[:1].islower() and bool(re.search(r"\w\s*$", text[reading.span.start:mark.at]))  # no paragraph of a speech begins so
    sure = 0.6 if led or part else 0.4
    short = led or not part or len(tail.split()) <= _PART  # a long rest of a sentence is seldom all quoted
    yield Hit(Span(mark.at + 1 + word, end), message, sure, (new,) if short and text[end - 1] in ".!?…" else (), variant="unclosed")


def _closing(opener: str) -> str:
    return "”" if opener == "“" else '"'


def _apostrophe(text: str, at: int) -> Hit | None:
    """A mark that an engine made of an apostrophe, apart from the word that it belongs to: "the tenants "complaints", "the 1980 "s"."""
    before, after = text[max(0, at - 8):at], text[at + 1:at + 10]
    if re.search(r"\b\d{2,4}0 ?$", before) and re.match(r"s\b", after):
        new = ""
    elif re.search(r"[a-z]s $", before) and re.match(rf"(?!{_SMALL}\b)[a-z]", after):
        new = "' "
    else:
        return None
    start = at - (text[at - 1] == " ")
    place = Span(start, at + 1)
    replacement = Replacement(place, new, "unsafe", "A mark that opens nothing stands where an apostrophe would.")
    return Hit(place, "This mark was an apostrophe.", 0.7, (replacement,), variant="apostrophe")


@detector("fluency/quotation", "minor", examples=[
    Bad('"The boss said [["]]go" and we left," he recalled.', after='"The boss said \'go\' and we left," he recalled.'),
    Bad('“He calls it a “[[crisis]]” now,” she said.', after="“He calls it a ‘crisis’ now,” she said."),
    Bad('"We were told to [["]]wait" for hours," the driver said.', after='"We were told to \'wait\' for hours," the driver said.'),
    Bad('"He gave me a word[[," Go on! "]]Before the match, so I did," he said.'),
    Good('"The boss said \'go\' and we left," he recalled.'),
    Good('"Go," he said. "Now."'),
    Good('"Go," the old man urged, "and come back."'),
])
def quote_nested(analysis: Analysis) -> Iterator[Hit]:
    """Double marks inside double marks; American usage sets the inner ones single. Source: Chicago Manual of Style 13.30."""
    text = analysis.document.plain
    for reading in read(analysis.document):
        pairs = reading.pairs()
        for opener, closer in pairs:
            if opener.depth < 2 or not any(o.at < opener.at and c.at > closer.at for o, c in pairs):
                continue
            inner = text[opener.at + 1:closer.at].strip()
            marks = "‘’" if text[opener.at] == "“" else "''"
            lead = " " if text[opener.at - 1] not in ' \t"“([' else ""
            trail = " " if text[closer.at + 1:closer.at + 2].isalnum() else ""
            start, end = opener.at, closer.at + 1
            sure = min(opener.margin, closer.margin) >= 1 and not reading.unclosed
            single = lead + marks[0] + inner + marks[1] + trail
            new = Replacement(Span(start, end), single, "unsafe", "A quotation inside a quotation takes single marks.")
            yield Hit(Span(start, end), "Double marks stand inside double marks.", 0.6 if sure else 0.4, (new,) if inner else ())
        for first, second in zip(reading.marks, reading.marks[1:], strict=False):
            if (first.role, second.role) != ("close", "open") or text[first.at - 1] != ",":
                continue
            between = text[first.at + 1:second.at]
            words = re.fullmatch(r" [A-Z][^\"“”]{0,50}[,.!?] ", between) and len(between.split()) <= 6
            if words and not re.search(rf"\b{_SAYS}\b", between):
                yield Hit(Span(first.at - 1, second.at + 1), "The marks of an inner quotation are turned inside out.", 0.8)


@detector("fluency/quotation", "minor", examples=[
    Bad('The sign said [[""]] in red.'),
    Bad('He answered, [[" "]], and went home.'),
    Good('The sign said "" + x in code terms only when quoted as `""`.'.replace('"" + x', "nothing").replace('`""`', "code")),
    Good('"Yes," he answered.'),
])
def quote_empty(analysis: Analysis) -> Iterator[Hit]:
    """Quotation marks around nothing: the words were lost."""
    for m in re.finditer(r'(?<![\w"“”.,!?])(?:""|" "|“\s*”)(?![\w"“”])', analysis.document.plain):
        span = Span(m.start(), m.end())
        yield Hit(span, "The quotation is empty.", 0.8)


@detector("fluency/punctuation", "minor", examples=[
    Bad('"The road will open in May[[."]] he said.', after='"The road will open in May," he said.', safe=True),
    Bad('"The road will open in May[[."]] the port office said.', after='"The road will open in May," the port office said.', safe=True),
    Bad('"The road will open in May[[."]] Mayor Ito said on Friday.', after='"The road will open in May," Mayor Ito said on Friday.'),
    Bad('"We will go on[[."]] said a teacher at the school.', after='"We will go on," said a teacher at the school.', safe=True),
    Good('"The road will open in May," he said.'),
    Good('He called it "a road." He said no more.'),
    Good('"The road will open in May." Mayor Ito said the bridge would follow.'),
    Good('"Who is there?" he asked.'),
])
def quote_stop(analysis: Analysis) -> Iterator[Hit]:
    """A full stop between the quoted words and the clause that names their speaker. Source: Chicago Manual of Style 13.14; AP, "comma"."""
    text = analysis.document.plain
    for m in _STOPPED.finditer(text):
        span = Span(m.start(), m.start() + 2)
        reason = "A comma joins quoted words to the clause that names their speaker."
        new = Replacement(span, "," + m["mark"], "unsafe" if m["name"] else "safe", reason)
        message = "The sentence goes on after the quotation, so the quoted words end in a comma."
        yield Hit(span, message, 0.7 if m["name"] else 0.9, (new,))


_STOPPED = re.compile(rf"(?<=[\w)%])\.(?P<mark>[\"”])\s+(?=(?:{_PRONOUN_SAYS}|{_NOUN_SAYS}|(?P<name>{_NAME_SAYS})))")


@detector("fluency/punctuation", "minor", examples=[
    Bad('"The road will open in [[May"]] he said.', after='"The road will open in May," he said.', safe=True),
    Bad('"We are [[proud"]] she said after the match.', after='"We are proud," she said after the match.', safe=True),
    Good('"The road will open in May," he said.'),
    Bad('"We have sold every ticket for the [[season"]] the club secretary said.',
        after='"We have sold every ticket for the season," the club secretary said.', safe=True),
    Good('The word "proud" she said twice.'),
    Good('"The Song of the Long River" the poet wrote in old age.'),
])
def quote_comma(analysis: Analysis) -> Iterator[Hit]:
    """No comma between a quoted sentence and the clause that names its speaker. Source: Chicago Manual of Style 13.14."""
    text = analysis.document.plain
    for reading in read(analysis.document):
        for opener, closer in reading.pairs():
            head = text[reading.span.start:opener.at].rstrip()
            begins = not head or head[-1] in '.!?"”'
            words = text[opener.at + 1:closer.at]
            if not begins or opener.depth > 1 or len(words.split()) < 3 or not words[-1:].isalnum():
                continue
            clause = text[closer.at + 1:closer.at + 80]
            sentence = len(words.split()) >= 4 and sum(w[0].islower() for w in words.split()) * 2 > len(words.split())  # no title
            if re.match(rf"\s+(?:he|she|they)\s+{_SAYS}\b", clause) or (sentence and re.match(rf"\s+{_NOUN_SAYS}", clause)):
                span = Span(closer.at - 1, closer.at + 1)
                reason = "A comma joins quoted words to the clause that names their speaker."
                new = Replacement(span, words[-1] + "," + text[closer.at], "safe", reason)
                yield Hit(span, "A comma is missing before the closing mark.", 0.85, (new,))


_SINGLE = re.compile(r"(?<=\w)(?P<open>['‘’] )(?P<words>\w[\w-]*(?: [\w-]+){0,4})(?P<close> ['‘’])(?=\w)")
_PLURAL = re.compile(r"\b(?P<name>[A-Z]\w+s) ['’](?=[A-Z]\w)")


@detector("fluency/punctuation", "minor", examples=[
    Bad("He ran a school[[' Seiwa ']]in Nara for years.", after="He ran a school 'Seiwa' in Nara for years.", safe=True),
    Bad("The [[Tigers 'Yamada]] hit twice.", after="The Tigers' Yamada hit twice.", safe=True),
    Good("He ran a school, 'Seiwa', in Nara for years."),
    Good("The Tigers' Yamada hit twice; the players' union met."),
    Good("He likes the Tigers 'Yamada' shirt."),
])
def single_quote_spacing(analysis: Analysis) -> Iterator[Hit]:
    """Single marks with their spaces outside in, and a plural's apostrophe that went to the next word."""
    text = analysis.document.plain
    for m in _SINGLE.finditer(text):
        names = all(w[0].isupper() for w in m["words"].split())
        if text[m.start() - 1] == "s" or (not names and re.search(r"(?<!\w)['‘]\w", text[text.rfind("\n", 0, m.start()) + 1:m.start()])):
            continue
        span = Span(m.start(), m.end())
        tight = Replacement(span, f" {m['open'][0]}{m['words']}{m['close'][1]} ", "safe", "The marks touch the words they enclose.")
        yield Hit(span, "The single marks are spaced inside out.", 0.85, (tight,))
    for m in _PLURAL.finditer(text):
        line = text[m.end():].split("\n", 1)[0]
        if re.search(r"['’](?!\w)", line) or re.search(r"(?<!\w)['‘]\w", text[text.rfind("\n", 0, m.start()) + 1:m.start()]):
            continue
        span = Span(m.start(), m.end())
        new = Replacement(span, m["name"] + m.group()[-1] + " ", "safe", "The apostrophe belongs to the plural before it.")
        yield Hit(span, "The apostrophe stands at the wrong word.", 0.85, (new,))
