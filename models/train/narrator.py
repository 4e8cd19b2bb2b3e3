"""Fit what tells an invented "I" or "we" from that of a narrator: whether a text came from Japanese, and what stands around the sentence.

    python models/train/narrator.py WORK            # read the data once into WORK, fit, write cleaner/data/narrator.toml
    python models/train/narrator.py WORK --dry-run  # only measure

Read are the bench's tune split and what six other systems each made of its documents; what one system each made of nine in ten of the
other documents of WMT21/22, from nine languages; English that people wrote for WMT, and Wikinews. A first person is invented where no
text that is right for the segment (an annotator's, a reference) has one. From each document come its sentences in their whole text, and
once more with only two neighbours on either side, for short texts are cleaned too. Where a text came from is fitted on whole documents,
those from Japanese counting as much as all others. Figures are of documents left out in turn, at the chance of one half.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import numpy as np
from fitting import asked, auc, fit, held_out, ship
from quality_data import PAGE, kept_out, lines, pages
from versions import Read, annotated, begins, holding, kept, kept_for_reading, others, parsed, systems, translated, version

from cleaner.analysis import Analysis
from cleaner.language import narrator, origin
from cleaner.language.narrator import Who

VERSIONS = 6  # other systems' versions of a document of tune
AROUND = 2  # segments on either side in an excerpt
OTHERS = 0.02  # how much a sentence of another language counts: they are many, and say only what narrators are like
_FIRST: dict[Who, re.Pattern[str]] = {
    "I": re.compile(r"\b(?:I|me|my|mine|myself)\b(?![.&-]\w)"), "we": re.compile(r"\b(?:[Ww]e|us|[Oo]ur|ours|ourselves)\b"),
}


def documents() -> Iterator[tuple[str, Read]]:
    """Documents with the language that they came from, `human` where people wrote them."""
    rng = random.Random(0)
    for read in annotated():
        yield "ja", read
    for name, rows, own in others():
        named = [s for s in systems(rows) if s != own]
        for system in rng.sample(named, min(VERSIONS, len(named))):
            yield "ja", version(name, rows, system)
    for (language, doc), rows in sorted(translated().items()):
        if language != "ja" and not kept_for_reading(f"{language}/{doc}"):
            yield language, version(f"{language}/{doc}", rows, rng.choice(systems(rows)))
    for i, page in enumerate(pages()):
        texts = [" ".join(t.split()) for t in page]
        yield "human", (f"written/{PAGE * i}", parsed(texts), texts, [[t] for t in texts])
    for article in lines("wikinews_2020.jsonl.gz"):
        if not kept_out(article):
            texts = [" ".join(t.split()) for t in article["paragraphs"] if t.strip()]
            yield "news", (f"wikinews/{article['url_title']}", parsed(texts), texts, [[t] for t in texts])


def rows() -> Iterator[dict]:
    """A row for each document, and each sentence with an "I" or "we" outside quotations; of each also one from an excerpt."""
    for language, read in documents():
        name, document, texts, rights = read
        if not texts:
            continue
        whole = Analysis(document)
        many = origin.counts(whole.texts)
        yield {"language": language, "file": name, "origin": many, "short": False}
        starts = begins(read)
        for i, (segment, signs) in enumerate(zip(document.segments, narrator.signs(whole), strict=True)):
            k = holding(starts, segment.span.start)
            for who in ("I", "we"):
                if not any(v.who == who for v in signs.voices):
                    continue
                invented = not any(_FIRST[who].search(text) for text in rights[k])
                row = {"language": language, "file": name, "who": who, "invented": invented}
                signs_of = {"narrator": narrator.features(whole, i, who), "sparse": narrator.sparse(whole, i)}
                yield row | signs_of | {"origin": many, "short": False}
                first = max(0, i - AROUND)
                excerpt = Analysis(parsed([s.target for s in document.segments[first:i + AROUND + 1]]))
                at = next((j for j, s in enumerate(excerpt.document.segments) if s.target == segment.target), None)
                if at is not None and any(v.who == who for v in narrator.signs(excerpt)[at].voices):
                    few = origin.counts(excerpt.texts)
                    yield {"language": language, "file": name, "origin": few, "short": True}
                    signs_of = {"narrator": narrator.features(excerpt, at, who), "sparse": narrator.sparse(excerpt, at)}
                    yield row | signs_of | {"origin": few, "short": True}


def balanced(japanese: np.ndarray) -> np.ndarray:
    """Weights that let both kinds count alike, a quarter of all rows each."""
    return np.where(japanese, 1 / japanese.sum(), 1 / (~japanese).sum()) * len(japanese) / 4


def main() -> None:
    """Run it."""
    args = asked(__doc__)
    args.work.mkdir(parents=True, exist_ok=True)
    read = kept(args.work / "narrator.jsonl", rows)

    texts, voices = [r for r in read if "who" not in r], [r for r in read if "who" in r]
    x, japanese = np.array([origin.features(origin.Counts(*r["origin"])) for r in texts]), np.array([r["language"] == "ja" for r in texts])
    names, weights = np.array([r["file"] for r in texts]), np.where([r["short"] for r in texts], 0.0, balanced(japanese))
    odds, first = held_out(x, japanese.astype(float), names, weights=weights), fit(x, japanese.astype(float), weights)
    whole = weights > 0
    print(f"from Japanese: {whole.sum()} texts, AUC {auc(odds[whole], japanese[whole].astype(float)):.3f}")

    unseen = {(r["file"], *r["origin"]): origin.chance(float(value), r["origin"][0]) for r, value in zip(texts, odds, strict=True)}
    x, y = np.array([r["narrator"] for r in voices]), np.array([r["invented"] for r in voices], float)
    japanese, short = np.array([r["language"] == "ja" for r in voices]), np.array([r["short"] for r in voices])
    names, weights = np.array([r["file"] for r in voices]), np.where(japanese, 1.0, OTHERS) * np.where(short, 0.5, 1.0)
    odds = held_out(x, y, names, weights=weights) + [r["sparse"] for r in voices]
    chance = np.array([unseen[r["file"], *r["origin"]] for r in voices]) / (1 + np.exp(-odds))
    second = fit(x, y, weights)
    for size, part in (("whole texts", ~short), ("excerpts", short)):
        print(size)
        for language in sorted({r["language"] for r in voices}):
            own = part & np.array([r["language"] == language for r in voices])
            flagged = own & (chance >= 0.5)
            right = f"{y[flagged].mean():.2f} of them, {y[flagged].sum() / max(1, y[own].sum()):.2f} of all such" if flagged.any() else "-"
            print(f"  {language:6} {own.sum():5} sentences, {y[own].mean():.2f} invented; {flagged.sum():4} flagged, right: {right}")
    ship("narrator", {"origin": (origin.FEATURES, first), "narrator": (narrator.FEATURES, second)}, dry_run=args.dry_run)


if __name__ == "__main__":
    main()
