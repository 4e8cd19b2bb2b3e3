"""`cleaner verify`: the gates alone, over pairs of texts that anybody made."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from .. import config, gating, pairs
from ..core import Verdict


@click.command(name="verify", short_help="Check anybody's rewrites: are numbers, names and quotations kept?")
@click.argument("files", nargs=-1, required=True, metavar="PAIRS.jsonl | ORIGINAL.txt REWRITE.txt")
@click.option("--context", "context_file", metavar="FILE", help="The document that the originals are from, for pairs that bring none.")
@click.option("--gates", "only", multiple=True, metavar="GATE", help="Ask only this gate; may be given again, or with commas.")
@click.option("--ignore-gate", "without", multiple=True, metavar="GATE", help="Do not ask this gate; wins over --gates.")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings file, in place of the nearest one.")
def command(
    files: tuple[str, ...], context_file: str | None, only: tuple[str, ...], without: tuple[str, ...], file: Path | None,
) -> int:
    r"""Measure what a rewrite must not break: numbers, dates, units, names, negation, modality, persons, quoted words and more.

    Pairs come as JSON Lines, {"original": …, "rewrite": …, "context": …} with context optional, or as two texts of as many lines; - is
    standard input. One JSON object is printed for each pair, in order: {"pair": 1, "passed": false, "verdicts": [{"gate", "score",
    "threshold", "passed", "reason"}]}. A gate passes when its score, 0 to 1, reaches its threshold; [tool.cleaner.gates] sets thresholds.

    Exit code: 0 all passed, 1 some pair failed, 2 the input is no list of pairs.
    """
    if len(files) > 2:
        raise click.UsageError("Give one file of pairs, or two texts.")
    if [*files, context_file].count(pairs.STDIN) > 1:
        raise click.UsageError("Standard input can be read only once.")
    settings = config.load(config.locate(file))
    gates = gating.chosen(_names(only), _names(without), settings)
    context = pairs.read_text(context_file) if context_file else ""
    found = pairs.from_jsonl(files[0], context) if len(files) == 1 else pairs.from_texts(files[0], files[1], context)
    failed, number = False, 0
    for number, pair in enumerate(found, 1):
        verdicts = gating.measure(pair, settings, gates)
        passed = all(v.passed for v in verdicts)
        failed = failed or not passed
        click.echo(json.dumps({"pair": number, "passed": passed, "verdicts": [_row(v) for v in verdicts]}, ensure_ascii=False))
    if not number:
        raise click.UsageError("There is no pair to verify: the input is empty.")
    return int(failed)


def _row(verdict: Verdict) -> dict[str, object]:
    return asdict(verdict) | {"score": round(verdict.score, 4)}


def _names(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())
