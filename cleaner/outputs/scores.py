"""Assessments for a terminal and for programs: each document's segments, riskiest first, and its score."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import click

from ..console import one_line
from ..scoring import NAMES, Assessment, level
from .places import Lines
from .words import BAR, flat

SCHEMA = 1
FORMATS = ("text", "jsonl")
_COLOURS = ("green", "green", "yellow", "red", "magenta")


def text(a: Assessment, shown: Iterable[int]) -> Iterator[str]:
    """The score, then a paragraph for each of the segments `shown`: its place, its words with the doubted ones marked, and the reasons."""
    places = Lines(a.document.text)
    name = one_line(a.document.name)
    yield click.style(f"{name}: score {a.score:.0f} of 100", bold=True) + f", {_count(len(a.risks))}\n\n"
    for i in shown:
        line, column = places.place(a.document.segments[i].span.start)
        risk = click.style(f"risk {a.risks[i]:.2f}", fg=_COLOURS[level(a.risks[i])])
        yield f"{click.style(f'{name}:{line}:{column}', bold=True)} {risk} {NAMES[level(a.risks[i])]}\n"
        yield f"{BAR}{_marked(a, i)}\n"
        yield from (f"    {one_line(reason)}\n" for reason in a.reasons(i))
        yield "\n"


def ranking(scores: Iterable[tuple[float, str, int]]) -> Iterator[str]:
    """Documents, worst first; each (score, name, number of segments)."""
    for score, name, size in sorted(scores):
        yield f"{score:5.1f}  {one_line(name)} ({_count(size)})\n"


def jsonl(a: Assessment, shown: Iterable[int]) -> Iterator[str]:
    """A line for each of the segments `shown`, then one for the document (docs/cli.md)."""
    for i in shown:
        segment = a.document.segments[i]
        yield _line(a, "segment", {
            "start": segment.span.start, "end": segment.span.end, "text": segment.target, "risk": a.risks[i],
            "doubted": [[s.start, s.end] for s in a.doubted(i)], "reasons": a.reasons(i),
        })
    yield _line(a, "document", {"score": round(a.score, 2), "segments": len(a.risks)})


def _line(a: Assessment, kind: str, values: dict[str, Any]) -> str:
    return json.dumps({"schema": SCHEMA, "kind": kind, "doc": a.document.name, **values}, ensure_ascii=False) + "\n"


def _marked(a: Assessment, i: int) -> str:
    """The segment on one line, doubted words between marks that are seen without colours too."""
    return "".join(click.style(f"⟦{flat(text)}⟧", fg="red") if doubted else flat(text) for text, doubted in a.pieces(i))


def _count(number: int) -> str:
    return f"{number} sentence{'' if number == 1 else 's'}"
