"""`cleaner learn`: what reviewers' answers taught, shown, added to, handed on and taken back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import config as settings
from ..console import note, one_line
from ..core import CleanerError
from ..writing import atomic

if TYPE_CHECKING:
    from ..review.service import Learned, Review

_KEYS = {"term": ("wrong", "right", "always"), "ignore": ("rule", "words", "sentence")}


@click.command(name="learn", short_help="Show what answers taught, and take it back.")
@click.option("--undo", "numbers", type=int, multiple=True, metavar="N", help="Take back what was learnt under this number.")
@click.option("--term", type=(str, str), metavar="WRONG RIGHT", help="Teach a name or term: what is wrong, and what it should read.")
@click.option("--always", is_flag=True, help="With --term: put it right without asking.")
@click.option("--export", "to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write terms and ignores there.")
@click.option("--import", "source", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Learn what --export wrote.")
@click.option("--json", "as_json", is_flag=True, help="List as JSON.")
@click.option("--who", metavar="NAME", help="Who teaches. [default: $CLEANER_REVIEWER, or your login]")
@click.option("--queue", type=click.Path(dir_okay=False), metavar="FILE", help="The review queue.")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings file, in place of the nearest one.")
def command(
    numbers: tuple[int, ...], term: tuple[str, str] | None, always: bool, to: Path | None, source: Path | None, as_json: bool,
    who: str | None, queue: str | None, file: Path | None,
) -> int:
    """List what was learnt from answers: regression cases, terms of the glossary, findings to ignore.

    The next `cleaner clean` puts terms right (or suggests it) and says nothing of what is to be ignored. --undo takes something back by
    its number; so does u in `cleaner review`, for whoever taught it.

    Exit code: 0 done, 2 an error.
    """
    from ..review.queue import Queue
    from ..review.service import Review, gates, reviewer

    if always and not term:
        raise click.UsageError("--always needs --term.")
    config = settings.load(settings.locate(file), queue=queue)
    with Queue.open(config.queue, create=bool(term or source), reviewers=config.reviewers) as store:
        review = Review(store, who or reviewer(), gates(config), cases=Path(config.cases))
        for number in numbers:
            entry = review.forget(number)
            note(f"taken back: {number}, {entry.text}")
        if term:
            note(f"learnt: {review.learn_term(None, *term, always=always).text}")
        if source:
            _learn(review, source)
        if to:
            _export(to, review.learned())
        if not (numbers or term or source or to):
            _list(review.learned(), as_json=as_json)
    return 0


def _list(things: list[Learned], *, as_json: bool) -> None:
    if as_json:
        for t in things:
            about = {"id": t.id, "who": t.who, "at": t.at, "doc": t.doc, "key": t.key, "origin": t.origin}
            click.echo(json.dumps(about | _object(t), ensure_ascii=False))
        return
    if not things:
        note("Nothing was learnt yet: in `cleaner review --web`, an answer can become a case, a term or an ignore by one key.")
        return
    rows = [(str(t.id), t.kind, t.who, t.at[:10], t.described) for t in things]
    heads = ("N", "KIND", "WHO", "DAY", "WHAT")
    wide = [max(len(one_line(r[n])) for r in (heads, *rows)) for n in range(4)]
    width = 140 if sys.stdout.isatty() else 1000
    for row in (heads, *rows):
        click.echo("  ".join((*(f"{one_line(cell):{w}}" for cell, w in zip(row, wide, strict=False)), one_line(row[-1], width))).rstrip())


def _object(t: Learned) -> dict[str, Any]:
    if t.kind == "case":
        return {"kind": "case", "case": t.case}
    return {"kind": t.kind} | {key: getattr(t, key) for key in _KEYS[t.kind]}


def _export(path: Path, things: Iterable[Learned]) -> None:
    lines = [json.dumps(_object(t), ensure_ascii=False) + "\n" for t in things if t.kind != "case"]
    with atomic(path) as out:
        out.writelines(lines)
    note(f"{len(lines)} written to {path}; regression cases are in their own file")


def _learn(review: Review, path: Path) -> None:
    """Learn every line of a file that --export wrote, or none. Raises CleanerError, with the line, for one that is not of that kind."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CleanerError(f"{path}: cannot be read ({error}); it should be what `cleaner learn --export` wrote") from error
    wanted = []
    for n, line in enumerate(lines, 1):
        if line.strip():
            wanted.append(_read(path, n, line))
    done = review.learn_all(wanted)
    note(f"{done} learnt from {path}" + (f", {len(wanted) - done} were known already" if done < len(wanted) else ""))


def _read(path: Path, n: int, line: str) -> Learned:
    from ..review.service import Learned

    try:
        values = json.loads(line)
        kind = values.pop("kind")
        good = set(values) == set(_KEYS[kind]) and all(isinstance(v, bool if k == "always" else str) for k, v in values.items())
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CleanerError(f"{path}:{n}: is not a term or an ignore as `cleaner learn --export` writes it") from error
    if not good:
        raise CleanerError(f"{path}:{n}: a {kind} has the keys kind, {', '.join(_KEYS[kind])}")
    return Learned(0, "", "", kind, "", "", **values)
