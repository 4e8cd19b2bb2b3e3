"""Answers teach: regression cases, glossary, ignores; learnt by a key, used by the next run, taken back by an entry."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from test_queue import records
from test_review import clean

from cleaner.commands.learn import command
from cleaner.config import Config
from cleaner.core import CleanerError, Finding, Span
from cleaner.pipeline import Pipeline
from cleaner.regress import cases
from cleaner.review import service
from cleaner.review.learned import Lesson, lesson
from cleaner.review.queue import Queue
from cleaner.review.service import Filter, Review
from cleaner.segment import from_text
from cleaner.taught import Ignore, Taught, Term, corrected, telling


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with Queue.open("review.sqlite") as queue:
        queue.store("a.txt", records("Calm.", "!It will be done by the town.", "!They called the office.", "Quiet."))
        yield Review(queue, "ada", lambda pair: (), cases=tmp_path / "cases")


def written(review: Review) -> list[dict[str, object]]:
    path = Path("cases/reviewed.cases.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_an_answer_becomes_a_regression_case(review: Review) -> None:
    first, second = review.pending(Filter())
    with pytest.raises(CleanerError, match="nobody has decided"):
        review.learn_case(first)
    review.edit(first, "The town will do it.")
    answered = review.item(first.doc, first.key)
    assert answered is not None
    made = review.learn_case(answered)
    [case] = written(review)
    assert case == {
        "name": f"a.txt {first.key[:8]}", "context": "Calm.", "sentence": first.original, "after": second.original, "flag": ["fragment"],
        "accept": ["The town will do it."],
    }
    [learnt] = review.learned()
    assert (learnt.id, learnt.kind, learnt.who, learnt.origin) == (made.id, "case", "ada", answered.entry.id if answered.entry else None)
    with pytest.raises(CleanerError, match=f"learnt before, from ada, as number {made.id}"):
        review.learn_case(answered)
    review.reject(second)
    kept = review.item(second.doc, second.key)
    assert kept is not None
    review.learn_case(kept)
    assert written(review)[1]["clean"] is True
    review.forget(made.id)
    assert [c["sentence"] for c in written(review)] == [second.original]
    assert review.undo() is not None  # the second lesson: the first was taken back already
    assert written(review) == []
    review.redo()
    assert [c["sentence"] for c in written(review)] == [second.original]


def test_a_case_that_is_in_the_file_already_is_not_learnt(review: Review) -> None:
    first = review.pending(Filter())[0]
    review.edit(first, "The town will do it.")
    answered = review.item(first.doc, first.key)
    assert answered is not None
    review.learn_case(answered)
    review.forget(review.learned()[0].id)
    Path("cases/reviewed.cases.jsonl").write_text(json.dumps({
        "context": "Calm.", "sentence": first.original, "after": "!They called the office.", "clean": True}) + "\n")
    with pytest.raises(CleanerError, match="has a case about that sentence already"):
        review.learn_case(answered)
    assert review.learned() == []
    assert len(written(review)) == 1


def test_written_cases_are_read_by_the_regression(review: Review) -> None:
    first = review.pending(Filter())[0]
    review.edit(first, "The town will do it.")
    answered = review.item(first.doc, first.key)
    assert answered is not None
    review.learn_case(answered)
    [case] = cases.load(Path("cases/reviewed.cases.jsonl"))
    assert case.accept == ("The town will do it.",)


@pytest.mark.parametrize(("wrong", "right", "problem"), [
    ("", "x", "needs both"), ("x", " ", "needs both"), ("x  y", "x y", "on both sides"), ("...", "x", "no letter"),
    ("a b c d e f g h i", "x", "at most 8 words"),
])
def test_useless_terms_are_refused(review: Review, wrong: str, right: str, problem: str) -> None:
    with pytest.raises(CleanerError, match=problem):
        review.learn_term(None, wrong, right)
    assert review.learned() == []


def test_the_glossary_is_used_by_the_next_run_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "The ferry leaves Port Halow at noon.\n\nThe mayor of Port Halow saw the water association on Friday.\n"
    Path("a.txt").write_text(text)
    assert clean("a.txt", "-o", "out") == 0
    with Queue.open("review.sqlite") as queue:
        review = Review(queue, "ada", lambda pair: (), cases=tmp_path / "cases")
        review.learn_term(None, "Port Halow", "Port Hallow", always=True)
        review.learn_term(None, "water association", "water board")
        with pytest.raises(CleanerError, match="learnt before"):
            review.learn_term(None, "Port Halow", "Port Hallow", always=True)
    assert clean("a.txt", "-o", "out") == 1
    assert Path("out/a.txt").read_text() == text.replace("Halow", "Hallow")
    with Queue.open("review.sqlite") as queue:
        review = Review(queue, "ada", lambda pair: (), cases=tmp_path / "cases")
        [item] = review.pending(Filter(rule="glossary"))
        assert item.proposals[0].text == "The mayor of Port Hallow saw the water board on Friday."
        assert all(v.passed for v in item.proposals[0].verdicts)
        review.accept(item, item.proposals[0])
        answered = review.item(item.doc, item.key)
        assert answered is not None
        with pytest.raises(CleanerError, match="the glossary alone"):
            review.learn_case(answered)
    assert clean("a.txt", "-o", "out") == 0
    assert Path("out/a.txt").read_text() == text.replace("Halow", "Hallow").replace("association", "board")
    with Queue.open("review.sqlite") as queue:
        review = Review(queue, "bob", lambda pair: ())
        for thing in review.learned():
            review.forget(thing.id)
        with pytest.raises(CleanerError, match="nothing is learnt under the number"):
            review.forget(thing.id)
        assert review.learned() == []
        assert queue.undo("ada") is not None  # her answer: what she taught is gone already
    assert clean("a.txt", "-o", "out") == 0
    assert Path("out/a.txt").read_text() == text


def test_an_ignore_is_silent_at_once_and_in_later_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("The council will vote on June 31 in the hall.\n")
    Path("b.txt").write_text("Nobody comes on June 31, they say.\n")
    assert clean("a.txt", "-o", "out") == 1
    with Queue.open("review.sqlite") as queue:
        review = Review(queue, "ada", lambda pair: ())
        [item] = review.pending(Filter())
        [found] = item.findings
        review.learn_ignore(item, found)
        assert review.pending(Filter()) == []
        assert review.page(Filter(state="final")).total == 1
        [thing] = review.learned()
        assert (thing.kind, thing.rule, thing.words, thing.sentence) == ("ignore", found.rule, item.words(found), "")
    assert clean("a.txt", "b.txt", "-o", "out") == 0
    with Queue.open("review.sqlite") as queue:
        review = Review(queue, "ada", lambda pair: ())
        review.undo()
    assert clean("a.txt", "b.txt", "-o", "out") == 1


def test_an_ignore_of_words_that_say_little_holds_for_its_sentence(review: Review) -> None:
    first, second = review.pending(Filter())
    review.learn_ignore(first, Finding(Span(6, 9), "fragment", "fluency/fragment", "major", ""))
    assert review.learned()[0].sentence == first.original
    assert [i.key for i in review.pending(Filter())] == [second.key]
    ignore = Ignore("fragment", "I", "I saw it.")
    assert ignore.covers("i", "i  saw it.")
    assert not ignore.covers("I", "I heard it.")
    assert telling("Port Hallow")
    assert not telling("they")


def test_gates_ask_nothing_of_what_people_taught() -> None:
    from cleaner.registry import Pair

    pair = Pair("The mayor of Velmont left.", "The mayor of Belmond left.")
    with Pipeline(Config(languagetool=False, select=("glossary",)), taught=Taught((Term("Velmont", "Belmond"),))) as taught:
        assert all(v.passed for v in taught.measure(pair))
        assert any(not v.passed for v in taught.measure(Pair(pair.original, "The mayor of Orlenka left.")))
        found = taught.detect(__import__("cleaner.analysis").analysis.Analysis(from_text("In Velmont, “Velmont” is dear.")))
        assert [f.replacements[0].safety for f in found] == ["unsafe", "unsafe"]
    with Pipeline(Config(languagetool=False, select=("glossary",))) as plain:
        assert any(not v.passed for v in plain.measure(pair))


def test_an_edit_that_follows_the_glossary_is_not_warned_of(tmp_path: Path) -> None:
    with Queue.open(tmp_path / "review.sqlite") as queue:
        queue.store("a.txt", records("!The mayor of Velmont left."))
        [item] = queue.pending()
        review = Review(queue, "ada", service.gates(Config(languagetool=False)))
        assert [v.gate for v in review.check(item, "!The mayor of Belmond left.")] == ["names"]
        review.learn_term(item, "Velmont", "Belmond")
        assert review.check(item, "!The mayor of Belmond left.") == ()


def test_terms_are_words_and_their_right_forms_are_left_alone() -> None:
    terms = (Term("NATO", "NATO members"), Term("harbor office", "harbour office"), Term("us", "we"))
    assert corrected("NATO members left NATO. NATOs", terms) == "NATO members left NATO members. NATOs"
    assert corrected("Harbor\noffice of the harbor offices", terms) == "Harbour office of the harbor offices"
    assert corrected("US Us us", terms) == "US We we"


def test_a_lesson_is_one_short_change() -> None:
    assert lesson("The mayor of Halow left.", "The mayor of Hallow left.") == Lesson("Halow", "Hallow")
    assert lesson("The Upper Council of Halow met.", "The Senate of Halow met.") == Lesson("Upper Council", "Senate")
    assert lesson("The mayor of Halow left the hall.", "The mayor of Hallow left the town.") is None
    assert lesson("He left.", "He left.") is None
    assert lesson("He, left.", "He left.") is None


def learn(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["--queue", "review.sqlite", *arguments], standalone_mode=False)


def test_the_command_lists_teaches_and_takes_back(review: Review) -> None:
    Path("cleaner.toml").write_text('cases = "cases"\n')
    assert "Nothing was learnt yet" in learn().stderr
    assert learn("--term", "Port Halow", "Port Hallow", "--always", "--who", "bob").return_value == 0
    first = review.pending(Filter())[0]
    review.learn_ignore(first, first.findings[0])
    review.edit(first, "The town will do it.")
    answered = review.item(first.doc, first.key)
    assert answered is not None
    review.learn_case(answered)
    lines = learn().stdout.splitlines()
    assert [line.split()[1:3] for line in lines] == [["KIND", "WHO"], ["term", "bob"], ["ignore", "ada"], ["case", "ada"]]
    assert lines[1].endswith("Port Halow → Port Hallow (always)")
    assert "→ The town will do it." in lines[3]
    listed = [json.loads(line) for line in learn("--json").stdout.splitlines()]
    assert listed[0]["wrong"] == "Port Halow"
    assert listed[2]["case"]["sentence"] == first.original
    number = str(listed[0]["id"])
    assert f"taken back: {number}, Port Halow → Port Hallow (always)" in learn("--undo", number, "--undo", str(listed[2]["id"])).stderr
    assert [t.kind for t in review.learned()] == ["ignore"]
    assert written(review) == []
    error = learn("--undo", number).exception
    assert isinstance(error, CleanerError)
    assert "nothing is learnt under the number" in str(error)
    assert isinstance(learn("--always").exception, click.UsageError)


def test_terms_and_ignores_are_handed_on(review: Review) -> None:
    first = review.pending(Filter())[0]
    review.learn_ignore(first, first.findings[0])
    review.learn_term(None, "Halow", "Hallow")
    assert "2 written" in learn("--export", "taught.jsonl").stderr
    assert "0 learnt from taught.jsonl, 2 were known already" in learn("--import", "taught.jsonl").stderr
    other = CliRunner().invoke(command, ["--queue", "other.sqlite", "--import", "taught.jsonl"], standalone_mode=False)
    assert "2 learnt" in other.stderr
    with Queue.open("other.sqlite") as queue:
        assert queue.taught() == review.queue.taught()
        undone = Review(queue, service.reviewer(), lambda pair: ()).undo()
        assert undone is not None
        assert undone.count == 2
        assert queue.taught() == Taught()


@pytest.mark.parametrize("line", [
    "no JSON", "[]", '{"kind": "case"}', '{"kind": "term", "wrong": "a"}', '{"kind": "term", "wrong": "a", "right": "b", "always": 1}',
    '{"kind": "term", "wrong": "a", "right": "", "always": true}',
])
def test_a_broken_import_is_one_line_and_learns_nothing(review: Review, line: str) -> None:
    Path("taught.jsonl").write_text('{"kind": "term", "wrong": "x", "right": "y", "always": false}\n' + line + "\n")
    error = learn("--import", "taught.jsonl").exception
    assert isinstance(error, CleanerError)
    assert "\n" not in str(error)
    assert review.learned() == []
