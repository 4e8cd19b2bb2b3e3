"""Grammar rules over the parse."""

import pytest

from cleaner import registry
from cleaner.analysis import Analysis
from cleaner.segment import from_text


def changed(text: str, name: str) -> list[str]:
    """The text with the first replacement of each finding made."""
    made = []
    for f in registry.detectors()[name](Analysis(from_text(text))):
        made += [text[:r.span.start] + r.text + text[r.span.end:] for r in f.replacements[:1]] or [text]
    return made


@pytest.mark.parametrize(("text", "after"), [
    ("The match has been postponed on the 19th.", "The match was postponed on the 19th."),
    ("The owners have sold the inn last year.", "The owners sold the inn last year."),
    ("She has been working until the 16th.", "She was working until the 16th."),
    ("They have never been seen in 2012.", "They were never seen in 2012."),
])
def test_finished_time_takes_the_past(text: str, after: str) -> None:
    assert changed(text, "perfect-with-finished-time") == [after]


@pytest.mark.parametrize("text", [
    "The match has been postponed since the 19th.",
    "The inn has been open since last year.",
    "The owners may have sold the inn last year.",
    "He has lived here from the start; in 2012 he left.",
    "Having sold the inn last year, the owners left.",
])
def test_unfinished_time_keeps_the_perfect(text: str) -> None:
    assert not changed(text, "perfect-with-finished-time")


@pytest.mark.parametrize(("text", "after"), [
    ("It is one of the oldest church in town.", "It is one of the oldest churches in town."),
    ("It was one of the best story of the year.", "It was one of the best stories of the year."),
])
def test_one_of_the_takes_a_plural(text: str, after: str) -> None:
    assert changed(text, "one-of-the-singular") == [after]


def test_irregular_past_is_not_guessed() -> None:
    text = "The geese have flown south last week."
    assert changed(text, "perfect-with-finished-time") == [text]
