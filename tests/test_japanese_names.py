"""Names in a Japanese source, their readings, what foreign ones sound like, and the rules that compare any source with any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import formats
from cleaner.analysis import Analysis
from cleaner.detectors.source import term_misread
from cleaner.detectors.source_counters import counter_misread
from cleaner.detectors.source_gender import sex_not_in_source
from cleaner.detectors.source_names import name_not_translated, name_rendered_otherwise
from cleaner.language.japanese_names import alike, heard, names, people
from cleaner.sources import paired


@pytest.mark.parametrize(("source", "expected"), [
    ("山田花子さんが話した。", {"山田花子": "Yamada"}),
    ("元外野手の山田監督（５２）は、", {"山田": "Yamada"}),
    ("山田（５２）は、", {"山田": "Yamada"}),
    ("同社の山田花子副社長と", {"山田花子": "Yamada"}),
    ("長野県松本市の", {"松本市": "Matsumoto"}),
    ("名古屋駅で", {"名古屋駅": "Nagoya"}),
])
def test_people_and_places_are_found_with_their_readings(source: str, expected: dict[str, str]) -> None:
    assert {n.text: n.first[0] for n in names(source)} == expected


@pytest.mark.parametrize("source", [
    "森の中で", "学生さんと先生", "外野手（27）が", "李克強首相", "同市の警察署長", "前監督と新監督", "都市と地区", "３人の女性（２３）",
    "", "No Japanese (23)",
])
def test_what_is_no_name_for_certain_is_left_alone(source: str) -> None:
    assert names(source) == ()


@pytest.mark.parametrize(("source", "expected"), [
    ("森由美子さん", "female"), ("長谷川健太郎選手", "male"), ("坂上愛子（３０）は", "female"), ("山田薫さん", None), ("山田選手", None),
    ("市長", None),
])
def test_first_names_tell_a_sex(source: str, expected: str | None) -> None:
    (person,) = people(source)
    assert (person and person.sex) == expected


@pytest.mark.parametrize(("source", "text", "flagged"), [
    ("山田花子さんが来た。山田さんは笑った。", "Hanako Yamada came. He laughed.", True),
    ("山田花子さんが来た。山田さんは笑った。", "Hanako Yamada came. She laughed.", False),
    ("佐藤健太郎さんが来た。手を振った。", "Kentaro Sato came. She waved.", True),
    ("山田花子さんと山田薫さんが来た。山田さんは笑った。", "Hanako Yamada and Kaoru Yamada came. He laughed.", False),
    ("山田花子さんが来た。記者は笑った。", "Hanako Yamada came. He laughed, the reporter.", False),
    ("山田花子さんが来た。父は笑った。", "Hanako Yamada came. He laughed.", False),
    ("女性が来た。「彼が好き」と言った。", 'A woman came. "I like him," she said.', False),
    ("男女が来た。笑った。", "Two came. He laughed.", False),
    ("女性が来た。\n雨だ。\n寒い。\n風だ。\n転んだ。", "A woman came.\nIt rained.\nIt was cold.\nThe wind blew.\nHe fell.", False),
])
def test_a_person_of_the_other_sex_than_in_the_source_is_flagged(source: str, text: str, flagged: bool) -> None:
    document = paired(formats.parse("a.txt", text.replace("\n", "\n\n")), source.replace("\n", "\n\n"), "a.ja.txt")
    assert bool(list(sex_not_in_source(Analysis(document)))) == flagged


@given(st.text(alphabet=st.sampled_from("山田花子森学生長野県松本市駅李々ヶさん氏監督(（２３）) 「」の。abアー"), max_size=60))
def test_any_text_is_read(text: str) -> None:
    for name in names(text):
        assert name.text
        assert name.first


@given(st.text(max_size=20), st.text(max_size=20))
def test_sounds_of_any_text_are_compared(katakana: str, word: str) -> None:
    assert 0 <= alike(katakana, word) <= 1


@pytest.mark.parametrize(("a", "b"), [
    ("Kōno", "Kohno"), ("Ōno", "Oono"), ("Shin'ichi", "Sinichi"), ("Honma", "Homma"), ("Kami-chō", "KAMICHO"),
])
def test_spellings_of_a_name_are_heard_alike(a: str, b: str) -> None:
    assert heard(a) == heard(b)


@pytest.mark.parametrize(("katakana", "word"), [
    ("ロビンソン", "Robinson"), ("シュミット", "Schmidt"), ("フィリップ", "Philip"), ("ジャクソン", "Jackson"),
    ("ヴァレンティン", "Valentin"),
])
def test_a_name_sounds_like_its_katakana(katakana: str, word: str) -> None:
    assert alike(katakana, word) >= 0.9


@pytest.mark.parametrize(("katakana", "word"), [("ロビンソン", "Jackson"), ("ヒーロー", "from"), ("ベン", "be"), ("アー", "a")])
def test_other_words_do_not(katakana: str, word: str) -> None:
    assert alike(katakana, word) < 0.9


def _hits(rule, text: str, source: str) -> list[tuple[str, list[str]]]:
    document = paired(formats.parse("a.txt", text), source, "a.ja")
    return [(f.span.of(document.text), [r.text for r in f.replacements]) for f in rule(Analysis(document))]


def test_a_reading_that_the_document_has_is_offered_first() -> None:
    text = "Kuyama, the priest, spoke.\n\nThe priest Tisuyama prayed.\n"
    source = "久山宮司が話した。\n\n久山宮司が祈った。\n"
    assert _hits(name_not_translated, text, source) == [("Tisuyama", ["Hisayama", "Kuyama"])]


def test_a_name_may_end_at_a_line_or_in_a_possessive() -> None:
    assert not _hits(name_not_translated, "Yamada's team and O-\nno won.\n", "山田監督のチームが勝った。\n")
    assert not _hits(name_not_translated, "A shrine in Hizenmachi, Karatsu City.\n", "唐津市肥前町の神社。\n")


def test_the_spelling_that_the_source_has_in_latin_letters_wins() -> None:
    text = "Captella grows. Captella sells.\n"
    source = "Kaptera社は伸びる。カプテラは売れる。\n"
    assert ("Captella", ["Kaptera"]) in _hits(name_rendered_otherwise, text, source)


def test_a_source_of_another_language_is_not_asked() -> None:
    assert not _hits(name_not_translated, "The firm in Before won.\n", "Die Firma in Bizen gewann.\n")
    assert not _hits(name_not_translated, "Li spoke.\n", "李克强总理讲话。\n")


@given(
    st.text(alphabet=st.sampled_from("18歳年月日回死番背号さん山田(（２３）) 無目をに満塁二十"), max_size=40),
    st.text(alphabet=st.sampled_from("for the 123 one two dead deaths months month days day year-old times pm. "), max_size=60),
)
def test_any_text_and_source_are_compared(source: str, text: str) -> None:
    document = paired(formats.parse("a.txt", f"Baker {text.strip()} spoke.\n"), f"ベーカー{''.join(source.split())}が話した。\n", "a.ja")
    for rule in (counter_misread, name_not_translated, name_rendered_otherwise, term_misread):
        for finding in rule(Analysis(document)):
            assert 0 <= finding.span.start < finding.span.end <= len(document.text)
