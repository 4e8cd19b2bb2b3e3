"""Actors, their ranking, agreement, and the subjects that the rewriter offers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import registry
from cleaner.analysis import Analysis, parse
from cleaner.core import Suggestion
from cleaner.language.actors import actors, by_segment, candidates
from cleaner.language.agreement import agreeing, case, finite_verbs, form, third_person
from cleaner.segment import from_text

RULES = ("invented-i", "invented-we", "invented-you")


def offers(text: str) -> list[Suggestion]:
    analysis = Analysis(from_text(text))
    findings = tuple(f for r in RULES for f in registry.detectors()[r](analysis))
    found = registry.rewriters()["subject-from-document"].rewrite(analysis, findings)
    return sorted(found, key=lambda s: -s.score)


def texts(text: str) -> list[str]:
    return [s.apply(text) for s in offers(text)]


def named(text: str) -> dict[str, tuple[str, str]]:
    return {a.text: (a.kind, a.pronoun) for a in actors(Analysis(from_text(text)))}


def test_actors_are_named_as_a_second_sentence_would() -> None:
    found = named(
        "Members of OPEC such as Kuwait are worried. Four large tankers left the port. "
        "Mayor Yumiko Arai (51) praised the Osaka Fire Department. The department thanked her."
    )
    assert found["OPEC members"] == ("group", "they")
    assert found["Mayor Yumiko Arai"] == ("person", "she")
    assert found["the department"] == ("organisation", "it")
    assert any(name == "the tankers" and kind[1] == "they" for name, kind in found.items())


def test_a_place_where_something_happens_does_not_act() -> None:
    assert not any("Berlin" in name for name in named("Fishing crews in Berlin lost two boats. Farmers from Berlin are angry."))
    assert "Berlin" in named("Fishing crews in Berlin lost two boats. Berlin will pay for them.")


def test_who_was_i_before_is_at_hand() -> None:
    text = (
        "The pitcher Hayashi won. " + "It was cold. " * 5 + "I threw 120 balls on the 3rd. I was tired on the 4th, the paper of Nara wrote."
    )
    assert texts(text)[0] != texts(text)[1]
    second = [s for s in offers(text) if s.span.start > text.index("balls")]
    assert second[0].replacement.startswith("He")


def test_an_era_with_its_year_acts_in_nothing() -> None:
    text = "The clock was hung in 1931 (Showa 6), and Mr. Morita (71) wound it. Showa Bank paid for it."
    assert set(named(text)) >= {"Mr. Morita", "Showa Bank"}
    assert "Showa" not in named(text)


def test_a_person_keeps_one_entry_under_several_names() -> None:
    found = actors(Analysis(from_text("Governor Hiroshi Sato met reporters. Sato said little. Mr. Sato then left.")))
    people = [a for a in found if a.kind == "person" and "Sato" in a.text]
    assert len(people) == 1
    assert len(people[0].mentions) == 3
    assert people[0].gender == "male"


def test_names_joined_by_and_act_together() -> None:
    assert named("Sato and Ito won the doubles.")["Sato and Ito"] == ("group", "they")


def test_quoted_words_name_no_actor() -> None:
    assert "Tanaka" not in named('The coach was angry. "Tanaka played badly," he said.')


def test_candidates_know_their_place_and_their_support() -> None:
    text = "The harbor police searched the ferry. Officials were more cautious than before. They are more cautious now."
    analysis = Analysis(from_text(text))
    best = candidates(analysis, analysis.document.segments[-1])[0]
    assert best.text == "the officials"
    assert best.support.of(text).startswith("Officials were")
    assert best.distance == 1
    assert {a.text for a, _ in by_segment(analysis)[1]} == {"the officials"}


def test_candidates_can_be_asked_for_people_only() -> None:
    analysis = Analysis(from_text("The storm hit Kochi. Mr. Abe watched it. It was loud."))
    found = candidates(analysis, analysis.document.segments[-1], person=True)
    assert found[0].text == "Mr. Abe"
    assert all(c.actor.kind != "thing" for c in found)


@pytest.mark.parametrize(("text", "wanted"), [
    (
        "Mr. Kondo grew up in Aomori on the coast. “Art is for everyone,” he said. When I visited the museum with my family, I was amazed.",
        "When he visited the museum with his family, he was amazed.",
    ),
    ("Minister Kudo spoke on the 3rd. He was calm. I'm sure that I've seen it myself.", "He's sure that he's seen it himself."),
    ("Toto Bank opened on the 2nd. It is the third. We have ten clerks and pay them well.", "It has ten clerks and pays them well."),
    ("The residents of Kure left on the 7th. They were calm. I do not plan to return.", "They do not plan to return."),
    ("Ms. Noda won on the 9th. She was glad. Sumo has changed my husband.", "Sumo has changed her husband."),
    ("The suspect fled on the 9th. He was alone. He talked as if I were a ghost.", "He talked as if he were a ghost."),
])
def test_verbs_and_possessives_follow_the_new_subject(text: str, wanted: str) -> None:
    assert any(t.endswith(wanted) for t in texts(text)), texts(text)


def test_suggestions_say_who_and_why_and_leave_the_decision() -> None:
    text = "Farm workers are wary of the heat. I am drinking more water."
    found = offers(text)
    assert found
    assert all(s.safety == "unsafe" for s in found)
    first = next(s for s in found if s.support)
    assert first.support is not None
    assert first.support.of(text) == "Farm workers are wary of the heat."
    assert "workers" in first.reason


def test_a_long_text_that_shows_nothing_japanese_gets_findings_and_no_names() -> None:
    mill = "Weber runs a mill in Lisbon with the Schmidt family. "
    report = mill * 3 + "Stokes, the owner, sold the Dutch mill. " * 6 + "I closed the mill."
    analysis = Analysis(from_text(report))
    findings = tuple(registry.detectors()["invented-i"](analysis))
    assert findings
    rewrite = registry.rewriters()["subject-from-document"].rewrite
    assert not list(rewrite(analysis, findings))
    analysis = Analysis(from_text(report))
    analysis.source_language = "ja"
    assert list(rewrite(analysis, tuple(registry.detectors()["invented-i"](analysis))))


def test_quoted_first_person_stays() -> None:
    text = 'Mayor Ito met the press on the 4th. "I am tired," she said. I will rest, and I hope that "I win" is true.'
    assert all('"I am tired,"' in t and '"I win"' in t for t in texts(text))
    assert texts(text)


def test_a_looping_engine_gets_a_finding_and_no_name() -> None:
    looped = "I'm not sure of it at all.\n\n" * 2
    text = f"Shortstop Mori signed on the 4th. He is glad.\n\n{looped}The team paid him well.\n"
    analysis = Analysis(from_text(text))
    assert len(list(registry.detectors()["invented-i"](analysis))) == 2
    assert not offers(text)


@pytest.mark.parametrize(("base", "wanted"), [
    ("carry", "carries"), ("play", "plays"), ("go", "goes"), ("watch", "watches"), ("have", "has"), ("be", "is"), ("do", "does"),
])
def test_third_person(base: str, wanted: str) -> None:
    assert third_person(base) == wanted


@pytest.mark.parametrize(("sentence", "plural", "wanted"), [
    ("She has left and is happy.", True, ["have", "are"]),
    ("I was late.", True, ["were"]),
    ("We were late.", False, ["was"]),
    ("He walks.", True, ["walk"]),
    ("I can walk.", True, []),
    ("Do I know them?", False, ["Does"]),
])
def test_agreement(sentence: str, plural: bool, wanted: list[str]) -> None:
    (doc,) = parse([sentence])
    subject = next(t for t in doc if t.dep_ == "nsubj")
    assert [e.text for e in agreeing(subject, plural=plural, spelled=False)] == wanted
    assert list(finite_verbs(subject))


@pytest.mark.parametrize(("sentence", "wanted"), [
    ("I'm late.", [" is"]), ("I've won.", [" has"]), ("I'll go.", [" will"]), ("I'd won it.", [" had"]), ("I'd go.", [" would"]),
])
def test_contractions_are_spelled_out_after_a_name(sentence: str, wanted: list[str]) -> None:
    (doc,) = parse([sentence])
    assert [e.text for e in agreeing(doc[0], plural=False, spelled=True)] == wanted


def test_cases() -> None:
    (doc,) = parse(["She gave him her book, and I hurt myself; the cat saw her. The other book is mine."])
    found = [(t.lower_, case(t)) for t in doc if t.tag_ in ("PRP", "PRP$")]
    assert ("her", "possessive") in found
    assert ("her", "object") in found
    assert ("mine", "absolute") in found
    assert ("myself", "reflexive") in found
    assert form("they", "reflexive") == "themselves"


_WORDS = st.lists(st.sampled_from(
    ["I", "we", "my", "Mr. Sato", "the mayor", "said", "were", "go", '"', "“", "”", ".", ",", "and", "in Kobe", "on the 4th", "\n\n", "I'm"]
), min_size=3, max_size=30)


@given(_WORDS)
def test_suggestions_stay_in_their_segment_and_change_only_their_span(words: list[str]) -> None:
    text = "Mayor Ito left on the 3rd. She was calm. " + " ".join(words)
    document = from_text(text)
    for s in offers(text):
        changed = s.apply(text)
        assert changed.startswith(text[:s.span.start])
        assert changed.endswith(text[s.span.end:])
        assert any(segment.span.contains(s.span) for segment in document.segments)
