"""Whose voice a text has: the narrator model."""

import pytest

from cleaner.analysis import Analysis
from cleaner.language.narrator import invented, signs
from cleaner.language.origin import from_japanese
from cleaner.segment import from_text

REPORT = (
    "Governor Endo opened the bridge on the 4th. “It took ten years,” he said.\n\n"
    "The prefecture paid 3 billion yen, and Toyama City paid the rest.\n\n"
    "I have asked the prefecture for more.\n\n"
    "According to the mayor, 2,000 people crossed it on the 5th. She thanked them.\n"
)
DIARY = (
    "I woke up at six and made coffee.\n\nMy wife was still asleep, so I walked the dog.\n\nWe met Mr. Kato on the bridge.\n\n"
    "He told me that his son had moved to Kobe.\n\nI was happy for him.\n"
)
CHAT = (
    "I'm sorry to hear that.\n\nPlease give me your order number, and I'll check it.\n\nThank you for waiting.\n\n"
    "I can see that the rider has left.\n\nIs there anything else I can do for you?\n"
)
INTERVIEW = (
    "Q: Why did Ms. Mori leave the party?\n\nA: She told the press that it had changed.\n\nQ: And the mayor?\n\n"
    "A: He thanked her. I was surprised.\n\nQ: Did Tokyo react?\n\nA: The ministry said nothing.\n"
)


def chance(text: str, words: str) -> float:
    document = from_text(text)
    at = document.segment_index(text.index(words))
    assert at is not None
    analysis = Analysis(document)
    who = next(v.who for v in signs(analysis)[at].voices)
    return invented(analysis, at, who)


def test_a_report_has_no_narrator() -> None:
    assert chance(REPORT, "I have") > 0.5


@pytest.mark.parametrize(("text", "words"), [
    (DIARY, "I woke"), (DIARY, "We met"), (DIARY, "I was happy"), (CHAT, "I'm sorry"), (CHAT, "I can see"), (INTERVIEW, "I was surprised"),
])
def test_a_narrator_is_believed(text: str, words: str) -> None:
    assert chance(text, words) < 0.3


def test_a_sentence_alone_tells_nothing() -> None:
    assert chance("I have asked Governor Endo for a plan.", "I have") == 0.0


def test_quoted_words_are_no_voice() -> None:
    analysis = Analysis(from_text('"I am glad," said the mayor. ‘We won,’ he added. He told me “you are late”.'))
    assert [v.token.text for s in signs(analysis) for v in s.voices] == ["me"]


def test_numerals_and_countries_are_no_voice() -> None:
    analysis = Analysis(from_text("World War I ended in 1918. The US army left Interstate I-95, i.e. the road, to us."))
    assert [v.token.text for s in signs(analysis) for v in s.voices] == ["us"]


def test_marks_that_do_not_pair_make_a_voice_doubtful() -> None:
    text = "The mayor left.\n\nIt is a shame that I lost.\" He went home.\n\nI slept.\n"
    voices = [v for s in signs(Analysis(from_text(text))) for v in s.voices]
    assert voices
    assert voices[0].doubtful


def test_an_open_quotation_makes_the_next_paragraph_doubtful() -> None:
    text = "He wrote: \"A month ago I had a stroke.\n\nI could not walk.\n\nThe doctors were kind to me.\n"
    voices = {v.token.sent.text: v.doubtful for s in signs(Analysis(from_text(text))) for v in s.voices}
    assert voices.get("I could not walk.", True)


def test_a_text_from_a_language_that_names_its_persons_keeps_them() -> None:
    analysis = Analysis(from_text(REPORT))
    at = next(i for i, s in enumerate(signs(analysis)) if s.voices)
    told, invention = {}, invented(analysis, at, "I")
    for code in ("ja", "ja-JP", "cs"):
        analysis.source_language = code
        told[code] = invented(analysis, at, "I")
    assert told["cs"] == 0.0 < invention < told["ja"] == told["ja-JP"]


@pytest.mark.parametrize(("text", "japanese"), [
    ("Governor Endo met Mr. Kitagawa in Tokushima Prefecture on the 4th. The plan costs 3 billion yen, Kitagawa (58) said.", True),
    ("On Tuesday the council of Bergen voted. According to Lund, the Scottish office in Brussels had told Schmidt. " * 4, False),
])
def test_a_text_shows_where_it_comes_from(text: str, japanese: bool) -> None:
    assert (from_japanese(Analysis(from_text(text))) > 0.5) == japanese
