"""Edits sorted by kind."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "models/train"))
from edit_kinds import KINDS, Kind, kinds


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("It is a information.", "It is information.", ["article"]),
    ("He sold a old car.", "He sold an old car.", ["article"]),
    ("The talks begin in Monday.", "The talks begin on Monday.", ["preposition"]),
    ("The talks begin Monday.", "The talks begin on Monday.", ["preposition"]),
    ("Two men was seen.", "Two men were seen.", ["agreement"]),
    ("He go home.", "He goes home.", ["agreement"]),
    ("She see him yesterday.", "She saw him yesterday.", ["tense"]),
    ("He was go home.", "He has gone home.", ["tense"]),
    ("There were many problem.", "There were many problems.", ["number"]),
    ("It rained , he left.", "It rained; he left.", ["punctuation"]),
    ("the dog barked.", "The dog barked.", ["punctuation"]),
    ("He came came late.", "He came late.", ["duplicate"]),
    ("He sold the house in the house in May.", "He sold the house in May.", ["duplicate"]),
    ("There is many problem.", "There are many problems.", ["agreement", "number"]),
    ("He  came.", "He came.", []),
])
def test_small_edits_have_their_kind(old: str, new: str, expected: list[Kind]) -> None:
    assert list(kinds(old, new)) == expected


@pytest.mark.parametrize(("old", "new"), [
    ("He bought a car.", "He bought a house."),
    ("It was decided without him.", "It was decided with him."),
    ("He did not go.", "He did go."),
    ("I am here.", "They are here."),
    ("It may rain.", "It will rain."),
    ("It rose by 5 percent.", "It rose by 6 percent."),
    ("He said he was here.", "Sato said he was here."),
    ("We left the March house.", "We left the march house."),
])
def test_what_changes_the_content_is_no_small_edit(old: str, new: str) -> None:
    assert "other" in kinds(old, new)


@pytest.mark.parametrize("text", ["", " ", "日本語。", "?!…", "word " * 300])
def test_odd_text_has_kinds_too(text: str) -> None:
    assert kinds(text, text) == ()
    assert set(kinds(text, "It rained.")) <= set(KINDS)
