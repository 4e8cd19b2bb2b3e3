"""What an edit tagger learns from: texts with a better text beside each, as a tag for every word and every gap (`edit_tags`).

post-edits   MLQE-PE: the editor's text. They saw the source, so much of it cannot be known from the English; the tagger learns how
likely each edit is, and what no tag can say is OTHER.
consensus    WMT outputs: an edit towards another system's output or a reference counts when more of the other texts put it between
the same neighbours than put what stood there. Words without such support either way are left unlabelled.
planted      English by people with grammar errors put in: the original.
annotated    the bench's tune split: the post-edit from the English document alone.
"""

from __future__ import annotations

import collections
import random
import re
from collections.abc import Iterable, Sequence

from edit_tags import KEEP, MOST, NOUN, VERB, Forms, difference, tags, words
from rapidfuzz.distance import Levenshtein

_QUOTES = str.maketrans("“”„‟‘’`", '""""\'\'\'')
Tagged = tuple[int, str, str]  # characters before the word, the word's tag, the tag of the gap before it


def table(texts: Iterable[str], lemmas: int = 6000) -> Forms:
    """The forms of the commonest verbs and nouns of `texts`, from LemmInflect (MIT)."""
    from lemminflect import getAllLemmas, getInflection  # only the recipe has it; benchmarks read this module too

    count: dict[str, collections.Counter[str]] = {"VERB": collections.Counter(), "NOUN": collections.Counter()}
    seen = collections.Counter(w for t in texts for w in re.findall(r"\b[a-z]+\b", t))
    for word, n in seen.items():
        for part, found in getAllLemmas(word).items():
            part = "VERB" if part == "AUX" else part
            if part in count:
                count[part][found[0]] += n
    rows: dict[str, list[tuple[str, ...]]] = {"VERB": [], "NOUN": []}
    for part, names in (("VERB", ("VBZ", "VBD", "VBN", "VBG")), ("NOUN", ("NNS",))):
        for lemma, n in count[part].most_common(lemmas):
            forms = (lemma, *(next(iter(getInflection(lemma, name)), "") for name in names))
            if n >= 3 and all(forms) and len(set(forms) & seen.keys()) > len(names) // 2 and forms[-1] in seen:
                rows[part].append(forms)
    return Forms(rows["VERB"], rows["NOUN"])


def joined(text: str) -> str:
    """A tokenised text with clitics at their words and straight quotation marks."""
    return re.sub(r" (n't|'(?:s|re|ve|ll|d|m|t))\b", r"\1", text.translate(_QUOTES))


def tokens(text: str) -> list[str]:
    """The words and marks of a tokenised text."""
    text = joined(text)
    return [s.of(text) for s in words(text)]


def towards(text: str, better: str, forms: Forms) -> list[Tagged]:
    """Tags that turn `text` into `better`."""
    spans = words(text)
    old, new = [s.of(text).translate(_QUOTES) for s in spans], tokens(better)
    here, gap = [KEEP] * len(old), [KEEP] * len(old)
    for a, b, c, d in difference(old, new):
        if a == len(old):
            continue  # after the last mark
        if b - a == 1 == d - c and old[a].lower() == new[c].lower():
            continue  # case alone: engines of post-editing tools differ in it
        made = tags(old, new[c:d], a, b, forms)
        (gap if a == b else here)[a:a + len(made)] = made
    return [(s.start, h, g) for s, h, g in zip(spans, here, gap, strict=True)]


def consensus(text: str, others: Sequence[tuple[str, int]], forms: Forms) -> list[Tagged]:
    """Tags that `others`, (text, weight) of the same source, support against `text`."""
    spans = words(text)
    old = ["^", *(s.of(text).translate(_QUOTES) for s in spans), "$"]
    low = [w.lower() for w in old]
    lists = [(other, [w.lower() for w in other], weight) for other, weight in ((["^", *tokens(t), "$"], weight) for t, weight in others)]
    grams: collections.Counter[tuple[str, ...]] = collections.Counter()
    for _, lower, weight in lists:
        seen = {tuple(lower[i:i + n]) for n in (2, 3, 4, 5) for i in range(len(lower) - n + 1)}
        for g in seen:
            grams[g] += weight
    total = sum(weight for _, weight in others)
    size = len(spans)
    here, gap = [""] * size, [""] * size
    for k in range(size):
        if grams[tuple(low[k:k + 3])] >= 0.3 * total:
            here[k] = KEEP
        if grams[tuple(low[k:k + 2])] >= 0.3 * total:
            gap[k] = KEEP
    near = sorted(lists, key=lambda o: Levenshtein.normalized_distance(low, o[1]))[:4]
    best: dict[tuple[int, int], tuple[float, list[str]]] = {}
    for other, lower, _ in near:
        for a, b, c, d in difference(low, lower):
            if not a or b > size + 1 or b - a > MOST or d - c > MOST or a == size + 1:
                continue
            new = grams[(low[a - 1], *lower[c:d], low[b])]
            was = grams[tuple(low[a - 1:b + 1])]
            if new >= max(2, 0.25 * total) and new >= 2 * was + 1 and new > best.get((a, b), (0, []))[0]:
                best[a, b] = (new, other[c:d])
    for (a, b), (_, new) in best.items():
        if not new and not all(low[k] in _SMALL or not low[k].isalnum() for k in range(a, b)):
            continue  # an engine that leaves something out is no editor
        made = tags(old[1:-1], new, a - 1, b - 1, forms)
        (gap if a == b else here)[a - 1:a - 1 + len(made)] = made
    return [(s.start, h, g) for s, h, g in zip(spans, here, gap, strict=True)]


_ARTICLES = ("the", "a", "an")
_PREPOSITIONS = ("in", "on", "at", "of", "to", "for", "with", "by", "from", "about", "into", "as", "over", "during")
_SMALL = frozenset((*_ARTICLES, *_PREPOSITIONS, "is", "was", "were", "are", "has", "had", "have", "been", "be", "that", "which", "who",
                    "it", "and", "will", "would", "their", "its", "his"))
#: Words in the place of others, as engines choose them when the source names no subject, number or order.
_CONFUSED = {"he": ("i", "it", "they"), "she": ("i", "he", "it"), "they": ("we", "it", "i"), "it": ("they", "this", "he"),
             "who": ("which",), "his": ("my", "its", "their"),
             "their": ("its", "our", "his"), "its": ("their", "his"), "that": ("which", "it"),
             "many": ("much", "a lot of"), "much": ("many",), "fewer": ("less",), "when": ("if", "while"), "although": ("but",),
             "because": ("for",), "make": ("do",), "made": ("did",), "said": ("told", "talked"), "told": ("said",), "also": ("even",),
             "this": ("that",), "these": ("this",), "those": ("that",), "would": ("will",), "could": ("can",), "will": ("would",)}


def worsen(text: str, forms: Forms, rng: random.Random) -> str:
    """English by people with one to three grammar errors put in."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        spans = words(text)
        if len(spans) < 4:
            return text
        for _ in range(8):
            k = rng.randrange(len(spans) - 1)
            span, word = spans[k], spans[k].of(text)
            lower, new = word.lower(), None
            draw = rng.random()
            if lower in _ARTICLES:
                new = "" if draw < 0.5 else ("the" if lower != "the" else "a")
            elif lower in _PREPOSITIONS:
                new = "" if draw < 0.2 else rng.choice(_PREPOSITIONS)
            elif lower in _CONFUSED and draw < 0.6:
                new = rng.choice(_CONFUSED[lower])
            elif lower in _SMALL:
                new = "" if draw < 0.5 else None
            elif word.islower() and draw < 0.6:
                tag = rng.choice((*VERB, *NOUN, *NOUN, *NOUN))
                new = forms.form(lower, tag)
            elif word.islower() and draw < 0.75:
                new = rng.choice(("the", "a", *_PREPOSITIONS)) + " " + word
            if new is None or new == lower:
                continue
            if word[:1].isupper():
                new = new[:1].upper() + new[1:]
            end = span.end + (1 if not new and text[span.end:span.end + 1] == " " else 0)
            text = text[:span.start] + ("I" + new[1:] if new.lower() == "i" else new) + text[end:]
            break
    return text
