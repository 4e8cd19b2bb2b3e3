"""The trained edit tagger (`rewriter.py`) at work: its tags become the edits that `edits.py` measures.

An edit tagger is minimal by construction, gives a chance for every edit and can only say what its list of tags can (GECToR, Omelianchuk
et al. 2020).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from edit_tags import KEEP, OTHER, Edit, Forms, apply, edit, words

from cleaner.core import Span
from cleaner.encoder import Encoder
from cleaner.language.wording import listed

LEAST = 0.04  # the chance of exactly this edit from which it is worth a look


class Tags(NamedTuple):
    """The likeliest tags of a word and of the gap before it with their chances, the best first."""

    here: tuple[tuple[str, float], ...]
    gap: tuple[tuple[str, float], ...]


class Tagger(Encoder):
    """The edit tagger, loaded."""

    def __init__(self, at: Path) -> None:
        super().__init__(at)
        saved = json.loads((at / "edits.json").read_text(encoding="utf-8"))
        self._here, self._gap = saved["here"], saved["gap"]
        self.forms = Forms(saved["verbs"], saved["nouns"])

    def tags(self, text: str, context: str) -> dict[int, Tags]:
        """What it says of each word of a segment, by the character where the word starts."""
        found: dict[int, Tags] = {}
        for before, own, offsets in self.parts(text, context):
            rows = (m[0].tolist() for m in self.run(["here", "here_tag", "gap", "gap_tag"], before, own))
            for (start, end), here, here_tag, gap, gap_tag in zip(offsets, *rows, strict=True):
                if end > start:
                    found.setdefault(start, Tags(tuple(zip((self._here[i] for i in here_tag), here, strict=True)),
                                                 tuple(zip((self._gap[i] for i in gap_tag), gap, strict=True))))
        return found


@dataclass(frozen=True, slots=True)
class Option:
    """Edits of neighbouring words that belong together, with the chance that an editor would change something there (`doubt`), and that
    they would change it to just this (`chance`).
    """

    edits: tuple[Edit, ...]
    chance: float
    doubt: float

    @property
    def span(self) -> Span:
        """The words it is about; for an insertion those on both sides."""
        first, last = self.edits[0], self.edits[-1]
        return Span(max(0, first.at - first.before), last.at + 1)


def options(model: Tagger, text: str, context: str) -> list[Option]:
    """What the tagger would change in a text, the likeliest first: each word's and gap's best edits, and runs of them together."""
    spans = words(text)
    tagged = model.tags(text, context)
    found: list[Option] = []
    run: list[Option] = []
    for at, span in enumerate(spans):
        tags = tagged.get(span.start)
        for pairs, own in ((tags.gap, False), (tags.here, True)) if tags else ():
            doubt = 1 - next((p for tag, p in pairs if tag == KEEP), 0.0)
            made = [(e, p) for tag, p in pairs if (e := edit(tag, at, span.of(text), model.forms)) is not None]
            found += [Option((e,), p, doubt) for e, p in made if p >= LEAST]
            if made and pairs[0][0] not in (KEEP, OTHER):
                run.append(Option((made[0][0],), made[0][1], doubt))
            elif own:
                found += _together(run)
                run = []
    found += _together(run)
    return sorted(found, key=lambda o: (-o.chance, o.span))


def _together(run: Sequence[Option]) -> list[Option]:
    """Neighbouring edits as one option; none where there is but one."""
    if len(run) < 2:
        return []
    chance = math.exp(sum(math.log(o.chance) for o in run) / len(run))
    return [Option(tuple(e for o in run for e in o.edits), chance, max(o.doubt for o in run))]


def apart(found: Sequence[Option], most: int) -> list[Option]:
    """The best options that are worth a look and do not touch each other."""
    taken: list[Option] = []
    for o in found:
        if o.chance >= LEAST and len(taken) < most and not any(o.span.overlaps(t.span) for t in taken):
            taken.append(o)
    return taken


def signals(option: Option) -> tuple[float, float]:
    """What a score may look at: the log-odds of just this edit, and of any there."""
    chance, doubt = (min(max(p, 1e-4), 1 - 1e-4) for p in (option.chance, option.doubt))
    return math.log(chance / (1 - chance)), math.log(doubt / (1 - doubt))


def applied(text: str, option: Option) -> str:
    """A text with an option carried out."""
    return apply(text, option.edits, listed("common"))
