"""What any rewrite must keep whatever it says: its size, its placeholders and addresses, its script, and no stammering."""

from __future__ import annotations

import re
from collections import Counter

from ..language.wording import MARKUP, contains, listing, words
from ..registry import Breaks, Keeps, Outcome, Pair, gate

SHORTEST, LONGEST, SLACK = 0.5, 2.0, 7
STUMBLE, REPEATED_WORDS = 3, 6
_FOREIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff10-\uff5e\ufffd]")


@gate(threshold=0.99, examples=[
    Breaks("The council met on Monday and approved the budget for the coming year after a long debate.", "The council met."),
    Breaks("He left.", "He left the hall at once, and nobody who had seen him that night could say where he had gone."),
    Keeps("Did.", "President Lukashenko did so."),
    Keeps("It can be seen that the number of visitors is on the decline.", "Visitors are on the decline."),
])
def length(pair: Pair) -> Outcome:
    """A rewrite has between half and twice the words of its original; seven words more or fewer are always allowed."""
    old, new = len(words(pair.original)), len(words(pair.rewrite))
    if old and not new:
        return Outcome(0.0, "nothing is left of the text")
    if SHORTEST * old - SLACK / 2 <= new <= LONGEST * old or abs(new - old) <= SLACK:
        return Outcome(1.0)
    verb = "shrinks" if new < old else "grows"
    return Outcome(min(old, new) / max(old, new, 1), f"the text {verb} from {old} words to {new}")


@gate(examples=[
    Breaks("Write to press@example.org.", "Write to the press office."),
    Breaks("Saved {count} files to <b>%s</b>.", "Saved {total} files to <b>%s</b>."),
    Breaks("See https://example.org/a.", "See https://example.org/b."),
    Keeps("See https://example.org/a for the the list.", "See the list at https://example.org/a."),
    Keeps("Saved {count} file.", "{count} file was saved."),
])
def markup(pair: Pair) -> Outcome:
    """Addresses, e-mail, placeholders, tags, entities, hashtags and code stay to the letter, as often as they stood."""
    old, new = Counter(MARKUP.findall(pair.original)), Counter(MARKUP.findall(pair.rewrite))
    if old == new:
        return Outcome(1.0)
    lost, added = list(old - new), list(new - old)
    said = [f"{listing(part)} {verb}" for part, verb in ((lost, "lost"), (added, "new")) if part]
    return Outcome(1 - (len(lost) + len(added)) / max(old.total() + new.total(), len(lost) + len(added)), "; ".join(said))


@gate(examples=[
    Breaks("The river rose.", "The 川 rose."),
    Breaks("It cost 30 yen.", "It cost ３０ yen."),
    Keeps("The 川 (river) rose.", "The river (川) rose."),
    Keeps("The river rose.", "The river rose fast."),
])
def script(pair: Pair) -> Outcome:
    """No character of an East Asian script, full-width form or decoding error comes in with the rewrite."""
    added = set(_FOREIGN.findall(pair.rewrite)) - set(_FOREIGN.findall(pair.original))
    return Outcome(0.0, f"{listing(sorted(added))} new") if added else Outcome(1.0)


@gate(examples=[
    Breaks("He went to the station.", "He went to the station he went to the station."),
    Breaks("The plan was dropped.", "The plan was dropped, the plan was dropped."),
    Keeps("He went to the station, he went to the station.", "He went to the station."),
    Keeps("The plan was dropped, and the plan for the park too.", "The plan was dropped, and so was the plan for the park."),
])
def repetition(pair: Pair) -> Outcome:
    """A rewrite does not stumble, as models do: it says no three words twice in a row, and no six words again anywhere, that the original
    says once.
    """
    new = [w.lower for w in words(pair.rewrite)]
    if len(new) < 2 * STUMBLE:
        return Outcome(1.0)
    old = [w.lower for w in words(pair.original)]
    for n in range(STUMBLE, min(12, len(new) // 2) + 1):
        for i in range(len(new) - 2 * n + 1):
            if new[i] == new[i + n] and new[i:i + n] == new[i + n:i + 2 * n] and contains(old, new[i:i + 2 * n]) == 0:
                return Outcome(0.0, f"“{' '.join(new[i:i + n])}” is said twice")
    known = _runs(old)
    again = next((run for run, n in _runs(new).items() if n > max(known[run], 1)), None)
    return Outcome(0.0, f"“{' '.join(again)}” is said again") if again else Outcome(1.0)


def _runs(found: list[str]) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(found[i:] for i in range(REPEATED_WORDS)), strict=False))
