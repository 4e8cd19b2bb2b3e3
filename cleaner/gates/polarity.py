"""Negation and modality: what was denied stays denied, what was uncertain stays so."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache

from ..language.lexicon import table
from ..language.wording import listing, words
from ..registry import Breaks, Keeps, Outcome, Pair, gate


@lru_cache(maxsize=2048)
def _lower(text: str) -> tuple[str, ...]:
    """Words in small letters, with the parted forms of a negation put together: "do n't", "can not"."""
    return tuple(w.lower for w in words(text))


@lru_cache(maxsize=2048)
def negations(text: str) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """(negators, words that deny by their meaning, how often "not only" stands)."""
    plain, quiet = _negators("plain"), _negators("quiet")
    ws = _lower(text)
    hard: list[str] = []
    soft: list[str] = []
    only = 0
    paired = 0
    for i, w in enumerate(ws):
        following = ws[i + 1] if i + 1 < len(ws) else ""
        if w in ("not", "n't") and following in ("only", "just", "merely", "simply"):
            only += 1
        elif w in ("neither", "either") and "nor" in ws[i + 1:]:
            if w == "neither":
                hard.append(w)
                paired += 1
        elif w == "nor" and paired:
            paired -= 1
        elif w == "no" and following[:1].isdigit():
            continue
        elif w in plain or w.endswith("n't") or (w == "t" and i and ws[i - 1].endswith(("n", "n'"))):  # "don' t", parted by an engine
            hard.append(w)
        elif w in quiet or (len(w) > 5 and w.endswith("less")) or (w[:2] in ("un", "in", "im", "il", "ir") and w in _negators("opposites")):
            soft.append(w)
    return tuple(hard), tuple(soft), only


@cache
def _negators(kind: str) -> frozenset[str]:
    return frozenset(table("polarity")["negation"][kind])


@gate(examples=[
    Breaks("Russia did not attack.", "Russia did attack."),
    Breaks("The plant is safe.", "The plant isn't safe."),
    Breaks("He left without a word.", "He left with a word."),
    Breaks("He never came and did not call.", "He never came and did call."),
    Keeps("He did not have any money.", "He had no money."),
    Keeps("He was not able to come.", "He was unable to come."),
    Keeps("It is not only cheap but also good.", "It is both cheap and good."),
    Keeps("Neither he nor she came.", "He and she did not come."),
])
def negation(pair: Pair) -> Outcome:
    """As many denials in the rewrite as in the original: not, no, never, none, without, neither …, whichever word says it.

    "Neither … nor" is one, "not only" is none. A word that denies by its meaning ("unable", "fail", "lack") may stand for one.
    """
    old, old_soft, old_only = negations(pair.original)
    new, new_soft, new_only = negations(pair.rewrite)
    if len(old) == len(new) and old_only == new_only:
        return Outcome(1.0)
    if old_only != new_only:
        spare = [sum(w in ("only", "just", "merely", "simply") for w in _lower(t)) for t in (pair.original, pair.rewrite)]
        if len(old) == len(new) and spare[1] - new_only == spare[0] - old_only:
            return Outcome(1.0)
    gap, swing = len(new) - len(old), len(old_soft) - len(new_soft)
    if gap and gap * swing > 0 and abs(swing) >= abs(gap):
        return Outcome(1.0)
    lost, added = Counter(old) - Counter(new), Counter(new) - Counter(old)
    if gap <= 0 and (lost or old_only > new_only):
        said = f"the denial {listing(list(lost) or ['not'])} is lost"
    else:
        said = f"the denial {listing(list(added) or ['not'])} is new"
    return Outcome(1 - max(abs(gap), 1) / max(len(old), len(new), 1), said)


@lru_cache(maxsize=2048)
def _certainty(text: str) -> Counter[str]:
    """How often the text says each class of `data/polarity.toml`, phrases first."""
    found = Counter[str]()
    ws, i = words(text), 0
    phrases, longest = _phrases()
    while i < len(ws):
        for length in range(min(longest.get(ws[i].lower, 0), len(ws) - i), 0, -1):
            kinds = phrases.get(" ".join(w.lower for w in ws[i:i + length]))
            if kinds:
                if length > 1 or ws[i].initial or not ws[i].capital:  # not the month, not the woman called May, the man called Will
                    found.update(kinds)
                i += length
                break
        else:
            i += 1
    return found


@cache
def _phrases() -> tuple[dict[str, list[str]], dict[str, int]]:
    """(phrase → its classes, first word → words in the longest phrase that starts with it)."""
    found: dict[str, list[str]] = {}
    longest: dict[str, int] = {}
    for kind, phrases in table("polarity")["modality"].items():
        for phrase in phrases:
            found.setdefault(phrase, []).append(kind)
            first, _, rest = phrase.partition(" ")
            longest[first] = max(longest.get(first, 0), 1 + len(rest.split()))
    return found, longest


_SAID = {
    "guess": "that something is only possible", "hearsay": "that something is only reported or apparent",
    "duty": "that something has to be done",
}
#: Class → the classes of the other version that may take its place.
_HELD_BY = {"guess": ("guess", "hearsay", "could", "weak"), "hearsay": ("guess", "hearsay", "could", "weak"), "duty": ("duty", "due")}


@gate(examples=[
    Breaks("The storm may reach Kyushu.", "The storm will reach Kyushu."),
    Breaks("He reportedly resigned.", "He resigned."),
    Breaks("The firm must pay.", "The firm may pay."),
    Breaks("The dam could burst.", "The dam will burst."),
    Keeps("It can be seen that prices are falling.", "Prices are falling."),
    Keeps("The storm may reach Kyushu.", "The storm could reach Kyushu."),
    Keeps("It is said that he resigned.", "He reportedly resigned."),
    Keeps("It seems that there is also an aim to win time.", "Another aim is apparently to win time."),
    Keeps("Before he could answer, she left.", "She left before he was able to answer."),
])
def modality(pair: Pair) -> Outcome:
    """A guess stays a guess, hearsay stays hearsay, a duty a duty, and none of them comes in.

    Guesses (may, might, perhaps, probably) and hearsay (reportedly, apparently, is said to) may stand for each other, since both keep the
    writer from vouching, and so may weaker hedges (could, likely, seems, is believed), which alone prove nothing. Duties are must,
    should, have to. A prophecy ("will") may not become a guess, nor a guess or "could" a prophecy. Phrases that say nothing ("it can be
    seen that") count for nothing.
    """
    old, new = _certainty(pair.original), _certainty(pair.rewrite)
    if old == new:
        return Outcome(1.0)
    wrong = [f"the rewrite no longer says {_SAID[k]}" for k, held in _HELD_BY.items() if old[k] and not any(new[h] for h in held)]
    wrong += [f"the rewrite newly says {_SAID[k]}" for k, held in _HELD_BY.items() if new[k] and not any(old[h] for h in held)]
    fewer, more = old - new, new - old
    if "will" in more and ("could" in fewer or "guess" in fewer) and not wrong:
        wrong.append("what was only possible is now certain to come")
    if "will" in fewer and ("could" in more or "guess" in more) and not wrong:
        wrong.append("what was certain to come is now only possible")
    return Outcome(1 - min(len(wrong), 4) / 4, "; ".join(wrong))
