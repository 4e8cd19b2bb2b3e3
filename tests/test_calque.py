"""Phrase rules as data: how they are read, matched and fitted into their sentence."""

import re
from pathlib import Path

import pytest

from cleaner import registry
from cleaner.analysis import Analysis
from cleaner.core import CleanerError, Finding
from cleaner.language import phrases
from cleaner.segment import from_text

TABLE = """
[spare]
message = "m."
reason = "r."
source = "s"
confidence = 0.9
safe = true
forms = [['\\bspare (?P<n>wheel)', 'extra \\g<n>'], ['\\breally ', '']]
bad = [["a [[spare wheel]]", "a extra wheel"], ["[[really ]]"]]
good = ["a wheel", "a tire"]
"""


@pytest.fixture
def read_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Read the tables of a text as a family called `own`."""

    def read(text: str) -> list[phrases.Phrase]:
        (tmp_path / "data/own").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data/own/a.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(phrases.resources, "files", lambda _: tmp_path)
        return list(phrases.read("own"))

    return read


def applied(text: str, rule: phrases.Phrase) -> str:
    hit = next(iter(rule(Analysis(from_text(text)))))
    r = hit.replacements[0]
    return text[:r.span.start] + r.text + text[r.span.end:]


def found(text: str, *names: str) -> list[Finding]:
    analysis = Analysis(from_text(text))
    return [f for name in names for f in registry.detectors()[name](analysis)]


def test_reads_a_table(read_tables) -> None:
    (rule,) = read_tables(TABLE)
    assert rule.name == "own.spare"
    assert rule.examples == (registry.Bad("a [[spare wheel]]", "a extra wheel", True), registry.Bad("[[really ]]"),
                             registry.Good("a wheel"), registry.Good("a tire"))


@pytest.mark.parametrize(("before", "after"), [
    ("Spare wheel wanted.", "Extra wheel wanted."),
    ("He has a spare wheel.", "He has a extra wheel."),
    ("Really cold days came.", "Cold days came."),
    ("It was really cold.", "It was cold."),
    ("A spare\nwheel.", None),
])
def test_fits_the_replacement_into_its_sentence(read_tables, before: str, after: str | None) -> None:
    (rule,) = read_tables(TABLE)
    assert applied(before, rule) == (after or "A extra wheel.")


def test_offers_but_never_makes_a_change_inside_a_quotation(read_tables) -> None:
    (rule,) = read_tables(TABLE)
    (hit,) = rule(Analysis(from_text('He said, "A spare wheel is missing."')))
    assert hit.replacements[0].safety == "unsafe"


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ('message = "m."', "", "missing keys ['message']"),
    ('safe = true', "sure = true", "unknown keys ['sure']"),
    (r"\\bspare (?P<n>wheel)", "spare (", "rule 'spare' is wrong"),
    ("[spare]", "[spare", "not valid TOML"),
])
def test_wrong_data_is_one_clear_error(read_tables, old: str, new: str, complaint: str) -> None:
    with pytest.raises(CleanerError, match=re.escape(complaint)):
        read_tables(TABLE.replace(old.replace("\\\\", "\\"), new))


def test_a_topic_needs_two_words() -> None:
    assert phrases.topics("The pitcher left in the sixth inning.") >= {"baseball"}
    assert "baseball" not in phrases.topics("A pitcher of water stood on the table.")


def test_baseball_terms_stay_silent_elsewhere() -> None:
    assert found("In the third inning the batter hit a straight ball off the pitcher.", "calque.fastball")
    assert not found("Draw a straight ball of wool through the loop.", "calque.fastball")


def test_every_replacement_template_names_its_groups() -> None:
    for rule in (*phrases.read("calque"), *phrases.read("grammar")):
        for pattern, templates in rule.forms:
            assert set(re.findall(r"\\g<(\w+)>", " ".join(templates))) <= set(pattern.groupindex), rule.name


@pytest.mark.parametrize(("text", "after"), [
    ("WHO = World Health Organization sent doctors.", "WHO (World Health Organization) sent doctors."),
    ("The World Health Organization = WHO sent doctors.", "The World Health Organization (WHO) sent doctors."),
    ("The singer = born in Lyon = smiled.", "The singer (born in Lyon) smiled."),
    ("Fans leave the concert = Harbor Stadium", "Fans leave the concert at Harbor Stadium"),
    ("Rain floods a street = Harbor City", "Rain floods a street in Harbor City"),
    ("The drill = a test of the pumps, began.", "The drill (a test of the pumps), began."),
])
def test_glosses_with_an_equals_sign(text: str, after: str) -> None:
    (f,) = found(text, "equals-gloss")
    r = f.replacements[0]
    assert text[:r.span.start] + r.text + text[r.span.end:] == after


@pytest.mark.parametrize("text", ["if a == b: pass", "Set x=5 and go.", "1 cm = about 0.39 inch", "E = mc2 is on the wall.", "2 + 2 = 4"])
def test_formulas_are_no_glosses(text: str) -> None:
    assert not found(text, "equals-gloss")


@pytest.mark.parametrize(("text", "after"), [
    ("It is said that the lake freezes every year.", "The lake is said to freeze every year."),
    ("It was believed that the miners were dead.", "The miners were believed to have been dead."),
    ("It can be seen that ships are leaving the port.", "Ships can be seen leaving the port."),
    ("It is expected that the bridge will open in May.", "The bridge is expected to open in May."),
    ("It is said that the walls have stood for ages.", "The walls are said to have stood for ages."),
    ("It is said that it has a long history.", "It is said to have a long history."),
    ("It is expected that there will be long lines.", "There are expected to be long lines."),
    ("It is said that farmers planted the trees.", "Farmers are said to have planted the trees."),
])
def test_hearsay_raises_the_subject_in_a_chain(text: str, after: str) -> None:
    f, _ = found(text + " It is said that it is cold, and it is said that it rains.", "hearsay-opening")[:2]
    r = f.replacements[0]
    assert text[:r.span.start] + r.text + text[r.span.end:] == after


@pytest.mark.parametrize("text", ["It is said that what he did is known.", "It is said that nobody lives there and that it is cold.",
                                  "It is said that the man is not guilty."])
def test_hearsay_offers_nothing_where_the_clause_does_not_allow_it(text: str) -> None:
    (f,) = found(text, "hearsay-opening")
    assert not f.replacements or " not " not in f.replacements[0].text


@pytest.mark.parametrize("text", [
    "It is said that the lake freezes every year.", "It can be said that the lake is old. It is said that it is cold.",
])
def test_hearsay_said_once_is_english_and_gets_no_suggestion(text: str) -> None:
    assert not found(text, "hearsay-opening")[0].replacements
