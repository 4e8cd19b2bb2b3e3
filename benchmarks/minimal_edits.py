"""Minimal grammar edits: ERRANT's F0.5 on planted errors, as shared tasks in grammatical error correction report it.

    pip install --no-deps errant==3.0.2 lemminflect==0.2.3 && python benchmarks/minimal_edits.py [--sentences N]

Sentences of Wikinews articles that no model was trained on get one to three errors in articles, prepositions, forms of verbs and nouns,
pronouns and small words (`models/train/edit_data.worsen`). The right text is the sentence as it was; edits are extracted and compared,
place and correction, by ERRANT (Bryant, Felice and Briscoe, ACL 2017). What is measured is far from what machine translation does to
news: it says how much plain grammar each part mends. Reads ../shared and needs the two packages; without them nothing is measured.
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import post_edits
import rules
import speed

from cleaner import formats
from cleaner.analysis import pipeline
from cleaner.config import Config
from cleaner.pipeline import Pipeline

if TYPE_CHECKING:
    from spacy.tokens import Doc

SEED = 17
Edit = tuple[int, int, str]


def sentences(count: int) -> Iterator[tuple[str, str]]:
    """(with errors, as it was)."""
    import edit_data

    rng = random.Random(SEED)
    good = [text for article in rules.data.lines("wikinews_2020.jsonl.gz") if rules.data.kept_out(article)
            for text in rules.data.sentences(article) if 6 <= len(text.split()) <= 40]
    rng.shuffle(good)
    forms = edit_data.table(good)
    made = ((edit_data.worsen(text, forms, rng), text) for text in good[:count])
    return ((bad, text) for bad, text in made if bad != text)


def corrected(texts: Sequence[str], *, spelling: bool) -> list[str]:
    """LanguageTool's first replacements made."""
    with speed.checker() as tool:
        if not spelling:
            tool.disable_spellchecking()
        return [tool.correct(text) for text in texts]


def cleaned(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """What the tool makes of each text, a document each: automatic changes, and with the first suggestions on top."""
    documents = [formats.parse(f"{i}.txt", text + "\n") for i, text in enumerate(texts)]
    with Pipeline(Config()) as working:
        found = post_edits.reports(working, documents)
    changed, suggested = (
        [post_edits.carried_out(d.text, rows, suggested=s).strip() for d, rows in zip(documents, found, strict=True)] for s in (False, True)
    )
    return changed, suggested


def score(
    old: Sequence[str], new: Sequence[str], good: Sequence[str], edits: Callable[[str, str], set[Edit]],
) -> tuple[float, float, float]:
    """(precision, recall, F0.5) over all edits of all sentences."""
    count = collections.Counter[str]()
    for before, after, right in zip(old, new, good, strict=True):
        made, wanted = edits(before, after), edits(before, right)
        count["right"] += len(made & wanted)
        count["made"] += len(made)
        count["wanted"] += len(wanted)
    precision, recall = count["right"] / max(1, count["made"]), count["right"] / max(1, count["wanted"])
    return precision, recall, 1.25 * precision * recall / (0.25 * precision + recall) if count["right"] else 0.0


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--sentences", type=int, default=1000, metavar="N", help="[default: 1000]")
    args = ap.parse_args()
    if not rules.SHARED.is_dir():
        print("benchmarks/minimal_edits.py: ../shared is not here, so there is nothing to measure on: skipped")
        return
    try:
        import errant
        import lemminflect  # noqa: F401  # plants the errors
    except ImportError as error:
        sys.exit(f"benchmarks/minimal_edits.py: {error}; pip install --no-deps errant==3.0.2 lemminflect==0.2.3")
    annotator = errant.load("en", pipeline())
    old, good = zip(*sentences(args.sentences), strict=True)

    @cache
    def read(text: str) -> Doc:
        return annotator.parse(text, tokenise=True)

    @cache  # the edits that are wanted are the same for every way
    def edits(before: str, after: str) -> set[Edit]:
        return {(e.o_start, e.o_end, e.c_str) for e in annotator.annotate(read(before), read(after)) if e.type != "noop"}

    changed, suggested = cleaned(old)
    ways = {
        "LanguageTool, its first replacements made": corrected(old, spelling=True),
        "LanguageTool, spell checker off": corrected(old, spelling=False),
        "automatic changes": changed,
        "first suggestions on top": suggested,
    }
    print(f"{len(old)} sentences\n\n| | precision | recall | F0.5 |\n| --- | --- | --- | --- |")
    for name, new in ways.items():
        print(f"| {name} | " + " | ".join(f"{x:.3f}" for x in score(old, new, good, edits)) + " |")


if __name__ == "__main__":
    main()
