"""What reading a document once is worth: candidates ranked in their document, against reading the context again for each.

    python benchmarks/language.py [--articles N] [--candidates N]

Whole articles of Wikinews; every third sentence gets candidates (one of its words left out), all of an article in one go as ranking asks
for them. "Again" is the same model without what it keeps: the context and the candidate in one pass, as CTranslate2's and others' scoring
has it. Reads ../shared, which only a checkout has, and needs the language model.
"""

from __future__ import annotations

import argparse
import sys
import time

from gates import Corpus

from cleaner import language_model
from cleaner.language_model import LONGEST, Place


def main() -> None:
    """Run it."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--articles", type=int, default=3)
    ap.add_argument("--candidates", type=int, default=4)
    args = ap.parse_args()
    model = language_model.load()
    if model is None:
        sys.exit("benchmarks/language.py: the language model is not installed: `cleaner doctor --install`")
    once = again = 0.0
    texts = tokens = read = 0
    farthest = 0.0
    for _, sentences in Corpus().articles[:args.articles]:
        pieces = [s if not i else f" {s}" for i, s in enumerate(" ".join(s.split()) for s in sentences)]
        while sum(len(model.tokens(p)) for p in pieces) >= LONGEST:
            pieces.pop()
        places = []
        for i in range(1, len(pieces), 3):
            words = pieces[i].split(" ")
            made = [" ".join(words[:k] + words[k + 1:]) for k in range(1, min(len(words), args.candidates + 1))]
            places.append(Place(i, i, tuple(made)))
        begin = time.process_time()
        reading = model.read(pieces, {p.first for p in places})
        found = reading.score(places)
        once += time.process_time() - begin
        begin = time.process_time()
        for place, means in zip(places, found, strict=True):
            for text, mean in zip(place.texts, means, strict=True):
                alone = model.read([*pieces[:place.first], text], {place.first})
                farthest = max(farthest, abs(float(alone.chances[alone.starts[place.first]:].mean()) - mean))
                tokens += len(alone.tokens)
                texts += 1
        again += time.process_time() - begin
        read += len(reading.tokens)
    print(f"{args.articles} articles, {read} tokens, {texts} candidates; seconds of processor time, one thread")
    print(f"read once   {once:7.2f}  {1000 * once / texts:6.1f} ms a candidate")
    print(f"read again  {again:7.2f}  {1000 * again / texts:6.1f} ms each, {again / once:.1f} times that; {tokens / again:.0f} tokens/s")
    print(f"the means differ by at most {farthest:.3f}: rounding, which int8 makes visible")


if __name__ == "__main__":
    main()
