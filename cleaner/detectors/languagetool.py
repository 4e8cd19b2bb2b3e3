"""LanguageTool's rules, chosen and rated for machine-translated news in ``data/languagetool.toml``, and its speller for one narrow task."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .. import languagetool as server
from ..analysis import Analysis
from ..core import Block, Replacement, Span
from ..language import lexicon
from ..language.wording import is_word
from ..registry import Bad, Good, Hit, detector

_MOST = 3  # replacements that a reviewer is shown


@dataclass(frozen=True, slots=True)
class Rule:
    """How one of LanguageTool's rules is used; see the head of the table."""

    use: str
    confidence: float
    category: str
    trust: re.Pattern[str] | None
    unless: re.Pattern[str] | None


@cache
def rules() -> dict[str, Rule]:
    """The rules that are asked for, by LanguageTool's name for them."""
    return {
        name: Rule(row["use"], row["confidence"], row["category"], *(re.compile(row[k]) if k in row else None for k in ("trust", "unless")))
        for name, row in lexicon.table("languagetool").items() if row["use"] != "off"
    }


def _blocks(analysis: Analysis) -> list[Block]:
    """The blocks to read: all but code, or of those the ones in focus."""
    focus = analysis.focus
    return [
        b for b in analysis.document.blocks
        if b.kind != "code" and (focus is None or any(b.span.overlaps(f) or b.span.contains(f) for f in focus))
    ]


@detector("fluency/grammar", "minor", remote=True, source="LanguageTool 6.7, languagetool.org", examples=[
    Bad("The mayor opened [[an]] new bridge on Monday.", after="The mayor opened a new bridge on Monday.", safe=True),
    Bad("The owner of the mill praised [[city'S]] new plan.", after="The owner of the mill praised city's new plan.", safe=True),
    Bad("They sat down on [[the an]] old bench.", after="They sat down on the old bench."),
    Bad("The plant was [[destroy]] by the flood.", after="The plant was destroyed by the flood."),
    Bad("They left without [[mentioning about.]]", after="They left without mentioning."),
    Bad("🙂🙂 It took 6 [[month]] to finish the tunnel.", after="🙂🙂 It took 6 months to finish the tunnel."),
    Good("The mayor of Tonosaki opened an old bridge on Monday."),
    Good("They went to the the station."),
    Good("The bus to Xi 'an goes at nine."),
    Good("The fine of 400 lei was paid, and the old man won two million ringgit."),
    Good("Governor: A hundred new trains"),
    Good("He had had enough, and that that was so surprised nobody."),
    Good("They drove up on the on ramp at 5 p.m. and went home."),
])
def languagetool(analysis: Analysis) -> Iterator[Hit]:
    """Plain grammar that LanguageTool knows: articles, number, verb forms, lost auxiliaries.

    Each of its rules is a variant (`languagetool.EN_A_VS_AN`). Only rules that hit translated text clearly more often than human text
    are asked for; its replacements are made alone only where the first one is right by the nature of the rule. Headings are left out.
    """
    document = analysis.document
    blocks = [b for b in _blocks(analysis) if b.kind != "heading"]  # headlines leave out articles and verbs
    texts = [re.sub(r"\s", " ", b.span.of(document.plain)) for b in blocks]
    for block, text, matches in zip(blocks, texts, server.check(texts, frozenset(rules())), strict=True):
        for m in matches:
            rule = rules().get(m.rule)
            span = Span(block.span.start + m.start, block.span.start + m.end)
            if rule is None or span.of(document.text) != text[m.start:m.end]:
                continue  # beside markup, or over a line end
            if rule.unless and rule.unless.match(text, m.start):
                continue
            trusted = rule.use == "trusted" and (rule.trust is None or bool(rule.trust.match(text, m.start)))
            message = _closed(m.message)
            offered = tuple(
                Replacement(span, _closed(new), "safe" if trusted and rank == 0 else "unsafe", f"LanguageTool: {message}")
                for rank, new in enumerate(m.replacements[:_MOST] if rule.use != "flag" else ())
            )
            yield Hit(span, message, rule.confidence, offered, category=rule.category, variant=m.rule)


def _closed(text: str) -> str:
    """Without the space that LanguageTool leaves before a mark where it drops a word: “mentioning .” for “mentioning about.”"""
    return re.sub(r"(?<=\w) (?=[.,;:!?](?!\w))", "", text)


_WORD = re.compile(r"(?<![\w'’@/.#&-])[a-zāēīōū]{4,}(?![\w'’@/#&-]|\.\w)")
_OTHER_ENGLISH = re.compile(r"is \w+ English")
_ROMAJI = re.compile(
    r"(?:(?:[kgnhbpmr]y|sh|ch|j)[auoāōū]|(?:sh|ch|j)[ieī]|tsu|fu|[kgsztdnhbpmr]?[aeiouāēīōū]|y[auoōū]|w[ao]"
    r"|n(?![aeiouāēīōū])|k(?=k)|s(?=sh?)|t(?=t|ch)|p(?=p))+",
)


@detector("accuracy/untranslated", "minor", remote=True, source="Hepburn romanisation: ANSI Z39.11", examples=[
    Bad("The prize was a box of [[tsukudani]] for each child."),
    Bad("Visitors can try [[hanetsuki]] in front of the hall."),
    Bad("The team was [[enthusiatic]] about it.", after="The team was enthusiastic about it."),
    Good("The analysers were recalibrated before the colourful ceremony."),
    Good("Tsukudani is a dish; the shop sells tsukudani in jars."),
    Good("The waterside promenade reopened, and people came en masse to her alma mater."),
])
def untranslated_word(analysis: Analysis) -> Iterator[Hit]:
    """A word in lower case that no English dictionary has: left in Japanese (a cultural term wants a gloss), or made up by the engine.

    Words that have the sounds of Japanese are surer than the rest, which may be slang or jargon. LanguageTool's speller is asked about
    each word that our own list lacks; words that the document also writes with a capital, compounds and other Englishes' spellings pass.
    """
    document = analysis.document
    places = [
        Span(block.span.start + m.start(), block.span.start + m.end())
        for block in _blocks(analysis) for m in _WORD.finditer(block.span.of(document.plain))
    ]
    # the list knows nine words in ten at a thousandth of the speller's price
    words = [w for w in dict.fromkeys(p.of(document.plain) for p in places) if not is_word(w)]
    unknown = {}
    for word, matches in zip(words, server.check(words, server.speller()), strict=True):
        named = word.capitalize() in document.plain
        if matches and not named and not any(_OTHER_ENGLISH.search(m.message) or _compound(word, m.replacements) for m in matches):
            unknown[word] = matches[0]
    places = [p for p in places if p.of(document.plain) in unknown]
    phrases = [_phrase(document.plain, p) for p in places]
    for place, misspelt in zip(places, server.check(phrases, server.speller()), strict=True):
        word = place.of(document.plain)
        if not misspelt:
            continue  # en masse
        if _ROMAJI.fullmatch(word):
            yield Hit(place, f"“{word}” looks like Japanese written in Latin letters: translate it or say what it is.", 0.6)
        else:
            yield Hit(
                place, f"“{word}” is in no English dictionary.", 0.45,
                tuple(Replacement(place, r, "unsafe", "The nearest word in the dictionary.") for r in unknown[word].replacements[:_MOST]),
                category="fluency/spelling", variant="unknown",
            )


def _phrase(text: str, word: Span) -> str:
    """The word with its neighbour on either side; capitals in these are lowered, so that only the word itself is in question."""
    before, after = re.search(r"[\w'’]*\s?$", text[:word.start][-40:]), re.match(r"\s?[\w'’]*", text[word.end:word.end + 40])
    return (before.group() if before else "").lstrip().lower() + word.of(text) + (after.group() if after else "").rstrip().lower()


def _compound(word: str, replacements: tuple[str, ...]) -> bool:
    return any(re.sub(r"[ -]", "", r) == word for r in replacements)
