"""What the gates for models' texts refuse: post-edits of people, and texts that say something else.

    python benchmarks/neural_gates.py [--each N] [--seed N] [--split dev|test]

People's: `mt_raw` → `pe` (joined again from its tokens) of MLQE-PE where something changed, by HTER. Editors saw the source, so that much
of what they put in could not be known from the English: what `support` refuses there is what a model may not invent either. Broken:
sentences of Wikinews, with the article as context, with a word that carries content exchanged, put in or taken out (words that the
article does not have), with a third of such words exchanged, or with another sentence of the article in their place.
Reads ../shared, which only a checkout has.
"""

from __future__ import annotations

import argparse
import collections
import random
import re
from collections.abc import Iterator

from gates import Corpus, post_edits

from cleaner import gating
from cleaner.config import Config
from cleaner.language.content import is_plain
from cleaner.registry import Pair, gates

HTER = (0.1, 0.2, 0.3, 0.5, 1.0)
THRESHOLDS = {"meaning": (0.4, 0.5, 0.6, 0.7, 0.8), "edit-budget": (0.3, 0.4, 0.5, 0.6, 0.7)}


def broken(corpus: Corpus, each: int, rng: random.Random) -> Iterator[tuple[str, Pair]]:
    """(kind, pair) for `each` sentences of Wikinews."""
    places = [(text, s) for text, sentences in corpus.articles for s in sentences]
    for article, sentence in rng.sample(places, each):
        found = [m for m in re.finditer(r"\b[a-z]{4,}\b", sentence) if not is_plain(m.group())]
        if len(found) < 3:
            continue
        one = rng.choice(found)
        strange = [w for w in rng.sample(corpus.words, 60) if w not in article.lower()]
        before, after = sentence[:one.start()], sentence[one.end():]
        yield "a word exchanged", Pair(sentence, before + strange[0] + after, article)
        yield "a word put in", Pair(sentence, f"{before}{strange[0]} {one.group()}{after}", article)
        yield "a word taken out", Pair(sentence, before + after.lstrip(), article)
        many = {m.start() for m in rng.sample(found, -(-len(found) // 3))}

        parts = re.finditer(r"\w+|\W+", sentence)
        changed = "".join(rng.choice(strange) if m.start() in many else m.group() for m in parts)
        yield "a third exchanged", Pair(sentence, changed, article)
        yield "another sentence", Pair(sentence, rng.choice([s for t, s in places if t == article and s != sentence]), article)


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--each", type=int, default=400)
    ap.add_argument("--seed", type=int, default=20200101)
    ap.add_argument("--split", default="dev", choices=["dev", "test"])
    args = ap.parse_args()
    own = [g for g in gates().values() if g.neural]
    scores: dict[str, dict[str, list[float]]] = collections.defaultdict(lambda: collections.defaultdict(list))
    refused: dict[str, list[bool]] = collections.defaultdict(list)

    def note(kind: str, pair: Pair) -> None:
        verdicts = gating.measure(pair, Config(), own)
        refused[kind].append(not all(v.passed for v in verdicts))
        for v in verdicts:
            scores[kind][v.gate].append(v.score)

    for pair, hter, _ in post_edits(args.split):
        if pair.original != pair.rewrite:
            note(f"post-edit, HTER ≤ {next((h for h in HTER if hter <= h), HTER[-1])}", pair)
    for kind, pair in broken(Corpus(), args.each, random.Random(args.seed)):
        note(kind, pair)
    print(f"{'':24} {'pairs':>6} {'refused':>8}  {'  '.join(g.name for g in own)}   (MLQE-PE {args.split})")
    for kind in sorted(refused, key=lambda k: (not k.startswith("post"), k)):
        shares = [sum(x < g.threshold for x in scores[kind][g.name]) / len(refused[kind]) for g in own]
        print(f"{kind:24} {len(refused[kind]):6} {sum(refused[kind]) / len(refused[kind]):8.1%}  {'  '.join(f'{s:7.1%}' for s in shares)}")
    for name, thresholds in THRESHOLDS.items():
        print(f"\n{name}, refused by threshold: {'  '.join(f'{t:6}' for t in thresholds)}")
        for kind in sorted(refused, key=lambda k: (not k.startswith("post"), k)):
            print(f"{kind:28} {'  '.join(f'{sum(x < t for x in scores[kind][name]) / len(refused[kind]):6.1%}' for t in thresholds)}")


if __name__ == "__main__":
    main()
