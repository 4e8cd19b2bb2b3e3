"""A comparison as one HTML page: no scripts, nothing fetched, light and dark, fit for paper. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..diff import Piece, compare, hunks, paired
from .places import Lines
from .standalone import END, NOTHING, begin, shown

if TYPE_CHECKING:
    from ..pipeline import Result

_STYLE = """
:root { color-scheme: light dark; --old: #ffdcd9; --oldink: #82071e; --new: #d2f4d9; --newink: #0a4a1c; --line: #8886; --dim: #57606a; }
@media (prefers-color-scheme: dark) {
  :root { --old: #5c1a1a; --oldink: #ffd7d5; --new: #12432a; --newink: #c5f2d0; --dim: #9aa4ae; }
}
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 84rem; padding: 1.5rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
.sum, .n, .why { color: var(--dim); font-size: .85rem; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th { text-align: left; font-size: .85rem; color: var(--dim); font-weight: 600; }
th, td { padding: .45rem .6rem; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-wrap; }
th:first-child, td:first-child { width: 3.5rem; text-align: right; }
tr.same td { color: var(--dim); }
del { background: var(--old); color: var(--oldink); text-decoration: line-through; border-radius: .2em; }
ins { background: var(--new); color: var(--newink); text-decoration: underline; border-radius: .2em; }
.why { margin: .3rem 0 0; padding: 0; list-style: none; white-space: normal; }
@media (max-width: 45rem) {
  table, tbody, tr, td { display: block; width: auto; }
  thead, tr.same td:last-child { display: none; }
  td:first-child { width: auto; text-align: left; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  tr { break-inside: avoid; }
  del, ins { print-color-adjust: exact; }
}
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts under a name, with remarks by line (from 0) of the old one: why it changed."""

    name: str
    old: str
    new: str
    remarks: Mapping[int, Sequence[str]]
    summary: str = ""


def comparison(result: Result, said: Mapping[str, Sequence[str]] | None = None) -> Comparison:
    """A result with the reasons of its changes at their lines. `said` has, by record key, what people did and said."""
    lines = Lines(result.document.text)
    remarks: dict[int, list[str]] = {}
    for record in result.records:
        if record.output != record.original:
            at = lines.place(record.span.start)[0] - 1
            findings = sorted(record.findings, key=lambda f: len(f.span))  # what is said of few words first
            why = (*(f"{f.rule}: {f.message}" for f in findings), *(said or {}).get(record.key, ()))
            remarks.setdefault(at, []).extend(dict.fromkeys(why))
    changed = sum(r.output != r.original for r in result.records)
    left = sum(r.status == "review" for r in result.records)
    return Comparison(result.document.name, result.document.text, result.output, remarks, f"{changed} changed, {left} for review")


def page(comparisons: Iterable[Comparison], columns: tuple[str, str] = ("before", "after")) -> Iterator[str]:
    """The pieces of the page."""
    yield begin("What changed", _STYLE)
    empty = True
    for comparison in comparisons:
        empty = False
        yield from _section(comparison, columns)
    if empty:
        yield NOTHING
    yield END


def _section(c: Comparison, columns: tuple[str, str]) -> Iterator[str]:
    yield f"<section><h2>{shown(c.name)}</h2>\n"
    if c.summary:
        yield f'<p class="sum">{shown(c.summary)}</p>\n'
    left, right = map(shown, columns)
    yield f'<table><thead><tr><th scope="col">line</th><th scope="col">{left}</th><th scope="col">{right}</th></tr></thead><tbody>\n'
    for hunk in hunks(c.old, c.new):
        at = hunk.old_start
        for old, new in paired(hunk):
            if (old or "").strip() or (new or "").strip():
                yield _row(at, old, new, c.remarks.get(at, ()) if old is not None else ())
            at += old is not None
    yield "</tbody></table></section>\n"


def _row(at: int, old: str | None, new: str | None, remarks: Sequence[str]) -> str:
    pieces = compare(old or "", new or "")
    why = "".join(f"<li>{shown(r)}</li>" for r in remarks)
    return (
        f'<tr{"" if old != new else " class=same"}><td class="n">{at + 1 if old is not None else ""}</td>'
        f'<td>{_side(pieces, "old", "del")}</td><td>{_side(pieces, "new", "ins")}{f"<ul class=why>{why}</ul>" if why else ""}</td></tr>\n'
    )


def _side(pieces: Iterable[Piece], kind: str, tag: str) -> str:
    made = "".join(
        shown(p.text) if p.kind == "same" else f"<{tag}>{shown(p.text)}</{tag}>" for p in pieces if p.kind in ("same", kind)
    )
    return made.rstrip("\r\n")
