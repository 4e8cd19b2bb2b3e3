"""Gates over texts of all kinds: what must hold for any input, and what the examples in the gates do not show."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import gating, registry
from cleaner.config import Config
from cleaner.core import CleanerError
from cleaner.language import quantities, wording
from cleaner.registry import Gate, Outcome, Pair

GATES = registry.gates()
#: Text that gates have an opinion on, mixed with anything.
_PIECES = st.sampled_from([
    "Tokyo", "NATO", "U.S.", "I", "he", "they", "not", "n't", "don't", "neither", "nor", "may", "must", "it is said", "twenty", "-", "five",
    "hundred", "and", "half", "dozen", "2,000", "1.5", "10th", "%", "$", "km", "May", "Sept.", "last", "week", '"', "“", "”", "'", "’",
    "「", ".", ",", "\n", "{0}", "%s", "<b>", "&amp;", "http://a.b/c", "川", "½", "1.2.3", "٣", "²", "III", "only", "\u0000", "😀",
])
TEXTS = st.tuples(st.sampled_from(["", " "]), st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=24)).map(lambda x: x[0].join(x[1]))


def failed(original: str, rewrite: str, context: str = "") -> list[str]:
    return [v.gate for v in gating.measure(Pair(original, rewrite, context), Config()) if not v.passed]


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=300)
def test_any_text_can_be_measured(original: str, rewrite: str, context: str) -> None:
    for gate in GATES.values():
        outcome = gate.measure(Pair(original, rewrite, context))
        assert 0 <= outcome.score <= 1
        assert outcome == gate.measure(Pair(original, rewrite, context))
        assert outcome.reason or outcome.score == 1, "a gate says what is wrong"


@given(TEXTS, TEXTS)
@settings(max_examples=300)
def test_an_unchanged_text_passes(text: str, context: str) -> None:
    assert not failed(text, text, context)


@pytest.mark.parametrize(("a", "b"), [
    ("It took 2,000 men.", "It took two thousand men."),
    ("It took 2.5 million yen.", "It took 2,500,000 yen."),
    ("It is the 21st case.", "It is the twenty-first case."),
    ("A hundred and five came.", "105 came."),
    ("He lost two-thirds of it.", "He lost two thirds of it."),
    ("It fell by half.", "It fell by 0.5."),
    ("Two and a half dozen, or 3 dozen", "Two and a half dozen, or 36"),
    ("World War II", "World War 2"),
    ("12.800.000 people", "12,800,000 people"),
    ("１２３ people", "123 people"),
    ("½ litre", "0.5 litre"),
])
def test_numbers_are_equal_in_any_form(a: str, b: str) -> None:
    assert "numbers" not in failed(a, b)


@pytest.mark.parametrize(("gate", "original", "rewrite", "context"), [
    ("numbers", "Two and a half hours", "Two hours", ""),
    ("numbers", "From 10.5.2020", "From 10.6.2020", ""),
    ("numbers", "Hundreds of people came.", "Thousands of people came.", ""),
    ("numbers", "They won 3-2 and 3-2.", "They won 3-2 and 3-1.", ""),
    ("dates", "He spoke in March.", "He spoke in April.", ""),
    ("dates", "Yesterday he left.", "Tomorrow he left.", ""),
    ("dates", "He spoke.", "He spoke on Sunday.", ""),
    ("units", "It is 20 °C.", "It is 20 F.", ""),
    ("units", "A run of 10 m", "A run of 10 h", ""),
    ("units", "It weighs five tons.", "It weighs five kilos.", ""),
    ("names", "Ueno and Sato met.", "Ueno met.", "Ueno and Sato met."),
    ("names", "Ueno met Sato.", "Ueno met Abe.", "Ueno, Sato and Abe are ministers. Ueno met Sato."),
    ("names", "The minister left.", "Minister Tanaka left.", ""),
    ("names", "Masijiro Omura spoke.", "Masujiro Omura spoke.", ""),
    ("negation", "It is not only cheap.", "It is only cheap.", ""),
    ("negation", "They don't agree.", "They do agree.", ""),
    ("negation", "They agree.", "They dont agree.", ""),
    ("negation", "Neither side won.", "Either side won.", ""),
    ("modality", "It must be closed.", "It is closed.", ""),
    ("modality", "It will rain.", "It might rain.", ""),
    ("modality", "He left.", "He allegedly left.", ""),
    ("pronouns", "He's late.", "She's late.", ""),
    ("pronouns", "I left.", "We left.", "I left. We stayed."),
    ("pronouns", "I left.", "He left.", "I told him and he liked my plan, I think. I left. I am glad I did. My dog is too."),
    ("quoted-words", "He said “no, we will not.”", "He said “yes, we will not.”", ""),
    ("quoted-words", "He called it 'the end of it all'.", "He called it 'the end of it'.", ""),
    ("quoted-words", 'He said, "We will see', 'He said, "We shall see"', ""),
    ("quoted-words", 'He sat."We will win," he said.', 'He sat."We will lose," he said.', ""),
    ("markup", 'See <a href="x">here</a>.', 'See <a href="y">here</a>.', ""),
    ("length", "He left the house at once.", "", ""),
    ("markup", "Hi {name}, 5%s.", "Hi {name}, 5.", ""),
])
def test_changed_facts_are_refused(gate: str, original: str, rewrite: str, context: str) -> None:
    assert gate in failed(original, rewrite, context)


@pytest.mark.parametrize(("original", "rewrite", "context"), [
    ('" I am tired, "he said.', '"I am tired," he said.', ""),
    ('"A. We go." I emphasized.', 'Sato emphasized, "A. We go."', "Minister Sato spoke. I emphasized."),
    ('"We go home now," he said, "and rest."', 'He said, "We go home now and rest."', ""),
    ("The Prime Minister's office, it is said that he resigned.", "The prime minister reportedly resigned from his office.", ""),
    ("On the other hand, regarding prices, they rose.", "Prices rose.", ""),
    ("Become a member of the UN.", "It became a member of the United Nations.", ""),
    ("It was impossible.", "It was not possible.", ""),
    ("He didn't find anything.", "He found nothing.", ""),
    ("Russia's navy said it can be seen that ships are few.", "The Russian navy said that ships are few.", ""),
    ("Chávez spoke.", "Chavez spoke.", ""),
    ('He said, "We have time."We will win," he said.', 'He said, "We have time. We will win."', ""),
    ("● < Local time 7/24 Oakland > He won.", "● <Local time 7/24 Oakland> He won.", ""),
    ("McDonald's opened.", "McDonald's has opened.", ""),
    ("It costs 5 %.", "It costs 5 percent.", ""),
    ("May came.", "May has come.", "Theresa May spoke. May came."),
])
def test_harmless_rewrites_pass(original: str, rewrite: str, context: str) -> None:
    assert not failed(original, rewrite, context)


def test_reasons_name_what_is_lost() -> None:
    verdicts = {v.gate: v for v in gating.measure(Pair("Abe paid 10 yen.", "Abe paid 12 dollars."), Config())}
    assert verdicts["numbers"].reason == "“10” is lost; “12” is new"
    assert verdicts["units"].reason == "“yen” is lost; “dollars” is new"
    assert verdicts["names"].passed


def test_a_crashing_gate_has_not_passed() -> None:
    def crash(pair: Pair) -> Outcome:
        raise RuntimeError("no weights")

    (verdict,) = gating.measure(Pair("a", "a"), Config(), [Gate("broken", "", 0.0, (), crash)])
    assert not verdict.passed
    assert "could not run (no weights)" in verdict.reason


def test_settings_move_a_threshold() -> None:
    pair = Pair("Ten men and 2 dogs and 3 cats came.", "Ten men and 2 dogs and 4 cats came.")
    assert [v.gate for v in gating.measure(pair, Config()) if not v.passed] == ["numbers"]
    assert all(v.passed for v in gating.measure(pair, Config(gates={"numbers": 0.5})))


def test_unknown_gates_are_named() -> None:
    assert [g.name for g in gating.chosen(["names", "dates"], ["dates"], Config())] == ["names"]
    with pytest.raises(CleanerError, match="did you mean 'names'"):
        gating.chosen(["nmes"], [], Config())
    with pytest.raises(CleanerError, match="unknown gate 'colour'"):
        gating.chosen([], [], Config(gates={"colour": 0.5}))
    with pytest.raises(CleanerError, match="no gate is left"):
        gating.chosen(["names"], ["names"], Config())


def test_values_of_digits() -> None:
    assert [int(v) for v in quantities.digits("1.234.567")] == [1234567]
    assert [str(v) for v in quantities.digits("3,5")] == ["3.5"]
    assert [int(v) for v in quantities.digits("10.5.2020")] == [10, 5, 2020]


def test_words_know_where_sentences_start() -> None:
    assert [w.text for w in wording.words("He met U.S. President Biden. “Good,” he said.") if w.initial] == ["He", "Good"]
    assert wording.is_word("regretting")
    assert not wording.is_common("kyoto")


@given(st.lists(st.text(min_size=1), min_size=1, max_size=9))
def test_listing_shows_the_first_few(items: list[str]) -> None:
    shown = wording.listing(items)
    assert shown.startswith(f"“{items[0]}”")
    assert (" more" in shown) or len(items) <= 4 or " more" in "".join(items)
