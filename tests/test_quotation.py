"""How quotation marks are read, and that repairs touch marks and spaces only."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import registry
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Span
from cleaner.detectors import quotation
from cleaner.language.quotemarks import read, read_block
from cleaner.pipeline import Pipeline
from cleaner.segment import from_text

FAMILY = (
    "quote-spacing", "quote-unbalanced", "quote-nested", "quote-empty", "quote-stop", "quote-comma", "single-quote-spacing",
)


@pytest.mark.parametrize(("text", "roles"), [
    ('"We won," he said. "At last."', "open close open close"),
    ('" We won, "he said.', "open close"),
    ('The coach said," Run," so we ran.', "open close"),
    ('It was the" long "road.', "open close"),
    ('He said the "new" plan, the "old" one and a plank 7" wide.', "open close open close surplus"),
    ('"He told us "run" and we ran," she said.', "open open close close"),
    ('“We won. He said, “At last.”', "open open close"),
    ('She said, "We trained."We will win," and left.', "open surplus close"),
    ('She said, "We trained. "We will win," and left.', "open surplus close"),
    ('The road is closed" now.', "stray"),
    ('"She left, saying, "It is far."', "surplus open close"),
])
def test_roles_of_marks(text: str, roles: str) -> None:
    assert [m.role for m in read_block(text, Span(0, len(text))).marks] == roles.split()


def test_a_quotation_runs_on_over_paragraphs() -> None:
    first, second, third = read(from_text('The farmer said, "We wait for rain.\n\nWithout it nothing grows.\n\nWe may leave."'))
    assert first.unclosed
    assert not second.marks
    assert third.start_open
    assert third.marks[0].role == "close"


def test_markup_beside_a_mark_is_no_space() -> None:
    document = from_text('He wrote "`code`" there.')
    assert not list(quotation.quote_spacing(Analysis(document))) or document.plain == document.text


def clean(text: str) -> str:
    with Pipeline(Config(select=FAMILY, languagetool=False)) as pipeline:
        return pipeline.clean(from_text(text)).output


@pytest.mark.parametrize("text", [
    '"We won," he said. "At last," she added.',
    'She said "[i]t felt like \'am I going to live or am I going to die?\' ".',
    "The players' union met 'Team A' at the Tigers' ground.",
    'The sizes are 20" and 24" and the list ("A"-"C") is "long".',
    '"He told us to wait.\n\n"He told us to go," the driver said.',
])
def test_good_marks_stay(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(("text", "after"), [
    ('They named it"Sora"in May.', 'They named it "Sora" in May.'),
    ('The words " go "and" come " are short.', 'The words "go" and "come" are short.'),
    ('The mayor said, " We will build it. "', 'The mayor said, "We will build it."'),
    ('The mayor called it“a gift”and left.', 'The mayor called it “a gift” and left.'),
])
def test_spacing_is_repaired(text: str, after: str) -> None:
    assert clean(text) == after


@pytest.mark.parametrize(("text", "after"), [
    ('"The ferry is late." a sailor on the pier said.', '"The ferry is late," a sailor on the pier said.'),
    ('"Too late" the harbor master said.', '"Too late" the harbor master said.'),
    ('"The ferry is late again" the harbor master said.', '"The ferry is late again," the harbor master said.'),
    ('"The Last Ferry Home" the critic said.', '"The Last Ferry Home" the critic said.'),
    ('"The ferry is late." The sailor said nothing more.', '"The ferry is late." The sailor said nothing more.'),
    ('"The ferry is late." Mayor Abe said it would leave.', '"The ferry is late." Mayor Abe said it would leave.'),
])
def test_a_speaker_may_be_any_noun_in_small_letters(text: str, after: str) -> None:
    assert clean(text) == after


@pytest.mark.parametrize(("text", "chance"), [
    ('The owner called the rent "unfair and far too high.', 0.6),
    ('"The rent is unfair and far too high.', 0.4),
    ('The owner was tired. "The rent is unfair.', 0.4),
])
def test_a_lost_mark_is_sure_only_inside_a_sentence(text: str, chance: float) -> None:
    (finding,) = registry.detectors()["quote-unbalanced"](Analysis(from_text(text)))
    assert finding.confidence == chance


def test_a_doubtful_pair_is_left_to_a_person() -> None:
    text = 'Hello driver" next week the long programme of the radio "traffic hour'
    assert clean(text) == text


@settings(max_examples=60)
@given(st.lists(st.sampled_from(['"', '"', "“", "”", " ", " ", ", ", ". ", "he said", "Go", "the rain", "\n\n"]), max_size=14))
def test_repairs_touch_marks_and_spaces_only(parts: list[str]) -> None:
    text = "".join(parts)
    letters = re.compile(r"[\w\n]")
    assert letters.findall(clean(text)) == letters.findall(text)
    assert clean(text).count("\n") == text.count("\n")
