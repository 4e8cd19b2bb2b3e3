"""Tracked changes as one HTML page, for paper or the screen: what goes is struck, what comes is underlined, the reasons are numbered notes.

No scripts, nothing fetched, light and dark. Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING

from ..core import Document, Record, Span
from ..diff import compare, hunks
from .paragraphs import Change, Paragraph, paragraphs
from .standalone import END, NOTHING, begin, shown

if TYPE_CHECKING:
    from ..pipeline import Result

#: For the part that `body` makes; a page around it gives it the fonts.
STYLE = """
.tracked { --old: light-dark(#8a1c1c, #ffb4ac); --new: light-dark(#0b5a2a, #9fe3b6); --open: light-dark(#8a5a00, #e8bd62);
  --quiet: light-dark(#5c5850, #a9a79f); --rule: light-dark(#d9d4ca, #3a3f46); }
.tracked > h2 { font-size: 1.35rem; margin: 0; overflow-wrap: anywhere; }
.tracked > .sum { color: var(--quiet); font-size: .875rem; margin: .3rem 0 1.75rem; }
.tracked .article { font-family: Charter, "Bitstream Charter", "Iowan Old Style", "Source Serif 4", Cambria, Georgia, serif;
  font-size: 1.1rem; line-height: 1.7; max-width: 42rem; }
.tracked .article > * { margin: 0 0 .9rem; padding: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: inherit; }
.tracked .article > .heading { font-weight: 700; font-size: 1.2rem; line-height: 1.35; margin-top: 1.75rem; }
.tracked .article > .list_item { margin-left: 1rem; }
.tracked .article > .code, .tracked .article > .markup { font: .85rem/1.5 ui-monospace, Menlo, Consolas, monospace; color: var(--quiet); }
.tracked del { color: var(--old); background: none; padding: 0; text-decoration: line-through; text-decoration-thickness: .09em; }
.tracked ins { color: var(--new); background: none; padding: 0; text-decoration: underline; text-decoration-thickness: .1em;
  text-underline-offset: .2em; }
.tracked del + ins { margin-left: .2em; }
.tracked del::before { content: " [taken out: "; } .tracked ins::before { content: " [put in: "; }
.tracked del::after, .tracked ins::after { content: "] "; }
.tracked :is(del, ins)::before, .tracked :is(del, ins)::after { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
.tracked .open { border-bottom: .12em dotted var(--open); }
.tracked .mark { font: 600 .68em/1 system-ui, sans-serif; vertical-align: super; margin-left: .15em; }
.tracked .mark a { color: var(--quiet); text-decoration: none; padding: .2em; }
.tracked .mark.open-mark a { color: var(--open); }
.tracked .notes { margin: 2.25rem 0 0; padding: 1rem 0 0; border-top: 1px solid var(--rule); list-style: none; font-size: .875rem;
  line-height: 1.5; max-width: 42rem; }
.tracked .notes li { display: grid; grid-template-columns: 2.2rem 1fr; padding: .35rem 0; }
.tracked .notes p { margin: 0; grid-column: 2; overflow-wrap: anywhere; }
.tracked .notes .back { grid-column: 1; grid-row: 1; font-weight: 600; color: var(--quiet); text-decoration: none; }
.tracked .notes .quiet { color: var(--quiet); }
.tracked .notes .state { font-weight: 600; color: var(--open); }
@media print {
  .tracked { --old: #8a1c1c; --new: #0b5a2a; --open: #8a5a00; --quiet: #4c4943; --rule: #bbb; }
  .tracked .article, .tracked .notes { max-width: none; }
  .tracked .article { font-size: 11pt; line-height: 1.55; }
  .tracked .article > * { orphans: 3; widows: 3; }
  .tracked .article > .heading { break-after: avoid; font-size: 13pt; }
  .tracked .notes { font-size: 9pt; }
  .tracked .notes li { break-inside: avoid; }
  .tracked .notes .go { display: none; }
  .tracked a { color: inherit; }
  .tracked :is(del, ins)::before, .tracked :is(del, ins)::after { display: none; }
}
"""
_PAGE_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; padding: 2.5rem 1.5rem 4rem;
  color: light-dark(#1e1d1b, #e9e7e2); background: light-dark(#fff, #15171a); }
.tracked + .tracked { margin-top: 4rem; }
@page { size: A4; margin: 20mm 18mm; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; }
  .tracked + .tracked { break-before: page; margin: 0; }
}
"""


@dataclass(frozen=True, slots=True)
class Note:
    """Why the record `key` was changed, or must be: `waits` says that a person has not decided; `href` is where they do."""

    lines: tuple[str, ...]
    waits: bool
    href: str
    key: str


def page(results: Iterable[tuple[Result, Mapping[str, Sequence[str]]]]) -> Iterator[str]:
    """The pieces of a page that stands by itself. With each result comes, by record key, what people did and said."""
    yield begin("Tracked changes", _PAGE_STYLE + STYLE)
    empty = True
    for number, (result, said) in enumerate(results):
        empty = False
        yield from body(result, said, prefix=f"d{number}-" if number else "")
    if empty:
        yield NOTHING
    yield END


def body(
    result: Result, said: Mapping[str, Sequence[str]], *, hrefs: Mapping[str, str] | None = None, prefix: str = "", titled: bool = True,
) -> Iterator[str]:
    """The pieces of one document's part; `prefix` keeps ids apart, `hrefs` leads from the record with a key to where it is decided."""
    records = [r for r in result.records if r.output != r.original or r.status == "review"]
    notes = [_note(r, said.get(r.key, ()), (hrefs or {}).get(r.key, "")) for r in records]
    numbers = [n if note.lines else 0 for n, note in zip(accumulate(int(bool(n.lines)) for n in notes), notes, strict=True)]
    changed, left = sum(r.output != r.original for r in records), sum(n.waits for n in notes)
    yield '<section class="tracked" data-tracked>\n' + (f"<h2>{shown(result.document.name)}</h2>\n" if titled else "")
    more = f", {left} still to be decided" if left else ""
    yield f'<p class="sum">{changed} place{"" if changed == 1 else "s"} changed{more}</p>\n<div class="article">\n'
    for paragraph in paragraphs(result.document, [Change(r.span, r.output) for r in records]):
        yield _paragraph(paragraph, notes, numbers, prefix, "h3" if titled else "h2")
    yield "</div>\n"
    if any(numbers):
        yield '<ol class="notes" aria-label="Notes">\n'
        for number, note in zip(numbers, notes, strict=True):
            if number:
                yield _listed(number, note, prefix)
        yield "</ol>\n"
    yield "</section>\n"


def between(old: Document, new: str, name: str) -> Result:
    """Two versions of a text as a result: a record a run of lines that differ. Lines that only the new one has go with a neighbour."""
    from ..pipeline import Result

    found = hunks(old.text, new)
    starts = [0, *accumulate(len(line) for hunk in found for line in hunk.old)]
    records: list[Record] = []
    for hunk in found:
        if not hunk.changed:
            continue
        first, last, text = hunk.old_start, hunk.old_start + len(hunk.old), "".join(hunk.new)
        if not hunk.old and records and records[-1].span.end == starts[first]:  # the line between went with what stands before it
            records[-1] = replace(records[-1], output=records[-1].output + text)
            continue
        if not hunk.old and first:
            first -= 1
            text = old.text[starts[first]:starts[last]] + text
        elif not hunk.old:
            last += 1
            text += old.text[starts[first]:starts[last]]
        span = Span(starts[first], starts[last])
        records.append(Record(span, span.of(old.text), text, "fixed", 0.0, "", (), ()))
    return Result(replace(old, name=name), new, tuple(records))


def _note(record: Record, said: Sequence[str], href: str) -> Note:
    waits = record.status == "review"
    findings = sorted(record.findings, key=lambda f: len(f.span))  # what is said of few words before what is said of the whole sentence
    lines = list(dict.fromkeys(f"{f.message} ({f.rule})" for f in findings))
    if waits and record.proposals:
        lines.append(f"Suggested: {record.proposals[0].text}")
    return Note((*lines, *said), waits, href, record.key)


def _paragraph(paragraph: Paragraph, notes: Sequence[Note], numbers: Sequence[int], prefix: str, heading: str) -> str:
    tag = heading if paragraph.kind == "heading" else "p"
    parts = []
    for s in paragraph.stretches:
        if s.at is None:
            parts.append(shown(s.old))
            continue
        text = "".join(_TAGS[p.kind].format(shown(p.text)) for p in compare(s.old, s.new))
        number, waits = numbers[s.at], notes[s.at].waits
        parts.append(f'<span class="{"open" if waits else "made"}" data-key="{escape(notes[s.at].key)}">{text}</span>')
        if number:
            parts.append(
                f'<span class="mark{" open-mark" if waits else ""}"><a href="#{prefix}note-{number}" id="{prefix}at-{number}" '
                f'aria-label="Note {number}">{number}</a></span>'
            )
    return f'<{tag} class="{paragraph.kind}">{"".join(parts)}</{tag}>\n'


_TAGS = {"same": "{}", "old": "<del>{}</del>", "new": "<ins>{}</ins>"}


def _listed(number: int, note: Note, prefix: str) -> str:
    state = '<span class="state">To be decided.</span> ' if note.waits else ""
    go = f' <a class="go" href="{escape(note.href)}">Decide</a>' if note.href else ""
    first, *rest = note.lines
    more = "".join(f'<p class="quiet">{shown(line)}</p>' for line in rest)
    return (
        f'<li id="{prefix}note-{number}"><a class="back" href="#{prefix}at-{number}" aria-label="Back to place {number}">{number}</a>'
        f"<p>{state}{shown(first)}{go}</p>{more}</li>\n"
    )
