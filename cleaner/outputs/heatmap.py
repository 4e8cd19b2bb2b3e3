"""Assessments as one HTML page: the article as it reads, each sentence shaded by its risk. No scripts, nothing fetched, every text escaped.

Colour is never alone: the risk stands beside each risky sentence as a number, doubted words have a wavy line, and reasons are listed below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..core import Block
from ..scoring import LEVELS, NAMES, Assessment, level
from .standalone import END, NOTHING, begin, shown

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --dim: #57606a; --ink: #1f2328; --paper: #fff; --word: #b3001b;
  --r1: #fff4c2; --r2: #ffe08a; --r3: #ffbe7a; --r4: #ff9c8c; }
@media (prefers-color-scheme: dark) {
  :root { --dim: #9aa4ae; --ink: #e6e9ec; --paper: #15181c; --word: #ffb3a7; --r1: #3a3412; --r2: #5b450b; --r3: #743f0d; --r4: #8a2a20; }
}
* { box-sizing: border-box; }
body { font: 17px/1.65 Georgia, "Times New Roman", serif; color: var(--ink); background: var(--paper); margin: 0 auto; max-width: 46rem;
  padding: 1.5rem; }
h1, h2, h3, .sum, .key, table, sup, .why, .bar { font-family: system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .25rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
.sum, .key { color: var(--dim); font-size: .85rem; margin: .25rem 0; }
.key { display: flex; flex-wrap: wrap; gap: .3rem .9rem; padding: 0; list-style: none; }
.key span { padding: 0 .35rem; border-radius: .2em; color: var(--ink); }
.bar { display: flex; height: .8rem; margin: .5rem 0 1rem; border: 1px solid var(--line); border-radius: .2rem; overflow: hidden; }
article { border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: .5rem 0; overflow-wrap: anywhere; }
article p { margin: .8rem 0; }
article .heading { font-weight: bold; }
article .list_item { margin-left: 1.2rem; }
article .caption { font-style: italic; }
pre { white-space: pre-wrap; font-size: .8rem; color: var(--dim); }
.s { border-radius: .2em; padding: .08em .1em; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.s:target { outline: 2px solid var(--word); }
.r1 { background: var(--r1); } .r2 { background: var(--r2); } .r3 { background: var(--r3); } .r4 { background: var(--r4); }
u { text-decoration: underline wavy var(--word) 1.5px; text-underline-offset: .22em; text-decoration-skip-ink: none; }
sup { font-size: .62rem; font-weight: 600; line-height: 0; margin-left: .15em; }
.r3 sup, .r4 sup { font-weight: 800; }
.why { font-size: .85rem; line-height: 1.45; padding-left: 0; list-style: none; }
.why > li { border-top: 1px solid var(--line); padding: .45rem 0; display: grid; grid-template-columns: 3.2rem 1fr; gap: .6rem;
  break-inside: avoid; overflow-wrap: anywhere; }
.why a { color: inherit; font-weight: 700; text-align: center; border-radius: .2em; align-self: start; text-decoration: none; }
.why ul { margin: .2rem 0 0; padding-left: 1.1rem; color: var(--dim); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; margin: 1rem 0; }
th, td { text-align: left; border-top: 1px solid var(--line); padding: .3rem .5rem; }
td:nth-child(2) { overflow-wrap: anywhere; }
th { color: var(--dim); font-size: .8rem; }
td:first-child, th:first-child, td:nth-child(n+3), th:nth-child(n+3) { text-align: right; width: 5rem; }
td a { color: inherit; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  section + section { break-before: page; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
_RISKY = 2  # from this level on a sentence is in the list of reasons


@dataclass(frozen=True, slots=True)
class _Section:
    score: float
    row: str
    body: str


def page(assessments: Iterable[Assessment]) -> Iterator[str]:
    """The pieces of the page, the worst document first. A document is drawn as it comes, and only its drawing is kept."""
    sections = [_section(a, f"d{n}") for n, a in enumerate(assessments, 1)]
    sections.sort(key=lambda s: s.score)
    yield (
        begin("Heat map", _STYLE, "Where to look")
        + '<p class="sum">The number behind a sentence is its risk: the chance in per cent that it has a major error. '
        "Sentences without a number hardly have any.</p>\n"
    )
    edges = [f"{int(100 * a)}–{int(100 * b)}" for a, b in zip(LEVELS, (*LEVELS[1:], 1), strict=True)]
    named = enumerate(zip(NAMES[1:], edges, strict=True), 1)
    keys = "".join(f'<li><span class="r{n}">{name}</span> {edge}</li>' for n, (name, edge) in named)
    yield f'<ul class="key">{keys}<li><span><u>doubted</u></span> words that look wrong</li></ul>\n'
    if not sections:
        yield NOTHING
    if len(sections) > 1:
        yield (
            '<table><thead><tr><th scope="col">score</th><th scope="col">document, worst first</th><th scope="col">sentences</th>'
            f'<th scope="col">risky</th></tr></thead><tbody>{"".join(s.row for s in sections)}</tbody></table>\n'
        )
    for s in sections:
        yield s.body
    yield END


def _section(a: Assessment, name: str) -> _Section:
    levels = Counter(map(level, a.risks))
    risky = sum(n for k, n in levels.items() if k >= _RISKY)
    title, count = shown(a.document.name), len(a.risks)
    row = f'<tr><td>{a.score:.0f}</td><td><a href="#{name}">{title}</a></td><td>{count}</td><td>{risky}</td></tr>'
    bar = "".join(f'<span class="r{k}" style="flex:{levels[k]}"></span>' for k in range(len(NAMES)) if levels[k])
    listed = [i for i in a.ranked() if level(a.risks[i]) >= _RISKY]
    why = "".join(_why(a, name, i) for i in listed)
    body = (
        f'<section><h2 id="{name}">{title}</h2>\n<p class="sum">Score {a.score:.0f} of 100 · {count} sentences · '
        f'{risky} with a risk of {100 * LEVELS[_RISKY - 1]:.0f} or more</p>\n<div class="bar" aria-hidden="true">{bar}</div>\n'
        f"<article>\n{''.join(_blocks(a, name))}</article>\n"
        + (f'<h3>Riskiest first, with reasons</h3>\n<ol class="why">{why}</ol>\n' if why else "") + "</section>\n"
    )
    return _Section(a.score, row, body)


def _blocks(a: Assessment, name: str) -> Iterator[str]:
    at = 0
    for block in a.document.blocks:
        if block.span.start < at:
            continue
        at = block.span.end
        if block.kind == "code":
            yield f"<pre>{shown(block.span.of(a.document.text))}</pre>\n"
        else:
            yield f'<p class="{block.kind}">{"".join(_sentences(a, block, name))}</p>\n'


def _sentences(a: Assessment, block: Block, name: str) -> Iterator[str]:
    text, at = a.document.text, block.span.start
    for i in a.document.indices_in(block.span):
        span, risk = a.document.segments[i].span, a.risks[i]
        yield shown(text[at:span.start])
        number = f"<sup>{100 * risk:.0f}</sup>" if level(risk) else ""
        title = shown(" ".join([f"Risk {100 * risk:.0f} ({NAMES[level(risk)]}).", *a.reasons(i)]))
        yield f'<span class="s r{level(risk)}" id="{name}s{i}" title="{title}">{_marked(a, i)}{number}</span>'
        at = span.end
    yield shown(text[at:block.span.end])


def _marked(a: Assessment, i: int) -> str:
    return "".join(f"<u>{shown(text)}</u>" if doubted else shown(text) for text, doubted in a.pieces(i))


def _why(a: Assessment, name: str, i: int) -> str:
    risk = a.risks[i]
    reasons = a.reasons(i) or ["No single reason: the sentence and the document around it read like this."]
    return (
        f'<li><a class="r{level(risk)}" href="#{name}s{i}">{100 * risk:.0f}</a><div>{_marked(a, i)}'
        f"<ul>{''.join(f'<li>{shown(r)}</li>' for r in reasons)}</ul></div></li>"
    )
