"""Fit the chance that a reviewer takes an actor that the rules propose for a subject; measure whether the other scores are such chances.

    python models/train/ranking.py WORK            # read the data once into WORK, fit, write cleaner/data/ranking.toml
    python models/train/ranking.py WORK --dry-run  # only measure

Actors: what the rules propose for invented subjects and stranded verbs in the bench's tune split, and in what two other systems each made
of its documents (WMT21, those with the most first persons that no reference has). All others: what they propose in tune and in what two
other systems, drawn at random, made of each of its documents. A reviewer would take a suggestion that brings the text nearer (chrF++) to
one that the annotator wrote or, for other systems' texts, to a reference too, which is a translation of its own: a lower bound. Figures
are of documents left out in turn.
"""

from __future__ import annotations

import collections
import importlib.util
import itertools
import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from fitting import asked, auc, calibration_error, fit, held_out, ship
from versions import BENCH, Read, annotated, begins, holding, kept, others, systems, tune, version

from cleaner import language_model, ranking
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Document, Suggestion
from cleaner.pipeline import Pipeline

CLOSER = 0.05  # chrF++ points
RULES = ("invented-i", "invented-we", "invented-you", "subjectless-report", "stranded-attribution")
_FIRST = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur)\b")


def scorer() -> Any:
    """The bench's own scorer, for what counts as near."""
    spec = importlib.util.spec_from_file_location("score", BENCH / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of_actors() -> Iterator[Read]:
    """The documents of tune, and other systems' versions of them."""
    yield from annotated()
    for name, rows, own in others():
        count: collections.Counter[str] = collections.Counter()
        for r, (system, text) in ((row, hyp) for row in rows for hyp in dict(row["hyps"]).items()):
            invented = _FIRST.search(text) and not any(_FIRST.search(x) for x in r["refs"]) and '"' not in text
            count[system] += bool(invented) and system != own
        yield from (version(name, rows, system) for system, n in count.most_common(2) if n)


def of_rules() -> Iterator[Read]:
    """The documents of tune, and two other systems' versions of each, drawn at random."""
    yield from annotated()
    rng = random.Random(0)
    for name, rows, system in others():
        yield from (version(name, rows, s) for s in rng.sample([s for s in systems(rows) if s != system], 2))


def proposed(read: Read, made: Sequence[Suggestion], score: Any) -> Iterator[tuple[Suggestion, int, float]]:
    """Suggestions inside one text, with its number and how much nearer they bring it to one that is right."""
    _, _, texts, rights = read
    starts = begins(read)
    for s in made:
        k = holding(starts, s.span.start)
        shift = starts[k]
        if shift <= s.span.start and s.span.end <= shift + len(texts[k]):
            new = texts[k][:s.span.start - shift] + s.replacement + texts[k][s.span.end - shift:]
            yield s, k, score.closeness(new, rights[k]) - score.closeness(texts[k], rights[k])


def actors() -> Iterator[dict]:
    """Suggestions of actors that compete, with their features and whether a reviewer would take them."""
    score, language = scorer(), language_model.load()
    if language is None:
        raise SystemExit("ranking.py: the language model is not installed: `cleaner doctor --install`")
    read = list(of_actors())
    random.Random(0).shuffle(read)
    with Pipeline(Config(languagetool=False, select=RULES, rewriter="none")) as pipeline:
        for number, one in enumerate(read):
            made = ranking.drafts(one[1], [s for s in _all(pipeline, one[1]) if s.rewriter in ranking.WHO])
            liked = {id(made[i].suggestion): value for i, value in ranking.fluency(one[1], made, language, limited=False).items()}
            for s, k, closer in proposed(one, [d.suggestion for d in made if id(d.suggestion) in liked], score):
                features = ranking.features(s, liked[id(s)])
                yield {"file": one[0], "place": [number, k], "score": s.score, "closer": closer, "features": features}


def rules() -> Iterator[dict]:
    """All other suggestions, with whether a reviewer would take them, and whether they are in what the annotator read."""
    score, annotations = scorer(), len(tune())
    with Pipeline(Config(rewriter="none")) as pipeline:
        for number, one in enumerate(of_rules()):
            made = [s for s in _all(pipeline, one[1]) if s.rewriter not in ranking.WHO]
            for s, k, closer in proposed(one, made, score):
                yield {"file": one[0], "place": [number, k], "score": s.score, "closer": closer, "annotated": number < annotations}


def _all(pipeline: Pipeline, document: Document) -> list[Suggestion]:
    analysis = Analysis(document)
    return pipeline.proposals(analysis, [f for f in pipeline.detect(analysis) if f.confidence >= pipeline.config.min_confidence])


def chances(x: np.ndarray, y: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Chances for every row from weights fitted without its tenth of the documents."""
    return 1 / (1 + np.exp(-held_out(x, y, names)))


def show(name: str, found: list[dict], scores: np.ndarray, y: np.ndarray) -> None:
    """Print what an order is worth."""
    places: dict[tuple, list[int]] = collections.defaultdict(list)
    for i, r in enumerate(found):
        places[tuple(r["place"])].append(i)
    first = [max(own, key=lambda i: (scores[i], -i)) for own in places.values()]
    closer = np.array([r["closer"] for r in found])
    pairs = [
        (scores[a] - scores[b], closer[a] - closer[b]) for own in places.values() for a, b in itertools.combinations(own, 2)
        if abs(closer[a] - closer[b]) > CLOSER
    ]
    agree = np.mean([0.5 if s == 0 else (s > 0) == (c > 0) for s, c in pairs])
    print(
        f"{name}: AUC {auc(scores, y):.3f}, calibration error {calibration_error(np.clip(scores, 0, 1), y):.3f}; {len(places)} places, "
        f"first taken {y[first].mean():.3f}, nearer by {closer[first].mean():.2f}; {len(pairs)} pairs in order {agree:.3f}",
    )


def taken(found: list[dict]) -> np.ndarray:
    """Whether a reviewer would take each suggestion."""
    return np.array([r["closer"] > CLOSER for r in found], float)


def main() -> None:
    """Run it."""
    args = asked(__doc__)
    args.work.mkdir(parents=True, exist_ok=True)
    found = kept(args.work / "actors.jsonl", actors)
    x, y, names = np.array([r["features"] for r in found]), taken(found), np.array([r["file"] for r in found])
    print(f"actors: {len(found)} suggestions, {y.mean():.1%} to be taken")
    show("rules' own scores", found, np.array([r["score"] for r in found]), y)
    show("rules' scores, calibrated", found, chances(x[:, :2], y, names), y)
    show("language model alone", found, x[:, 2], y)
    show("both", found, chances(x, y, names), y)
    show("the best there is", found, np.array([r["closer"] for r in found]), y)
    ship("ranking", {"who": (ranking.FEATURES, fit(x, y))}, dry_run=args.dry_run)
    found = kept(args.work / "rules.jsonl", rules)
    own, y = np.array([r["score"] for r in found]), taken(found)
    inside = np.array([r["annotated"] for r in found])
    for name, part in (("all other suggestions", inside | ~inside), ("of them in tune", inside), ("in other systems' texts", ~inside)):
        print(
            f"{name}: {part.sum()}, {y[part].mean():.3f} to be taken, mean score {own[part].mean():.3f}, "
            f"calibration error {calibration_error(own[part], y[part]):.3f}, AUC {auc(own[part], y[part]):.3f}",
        )


if __name__ == "__main__":
    main()
