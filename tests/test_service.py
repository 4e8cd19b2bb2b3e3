"""What every front end shares: pages of a filtered queue, redo, bulk decisions, claims, two who must agree, audit, numbers, tuning."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_queue import LONG, records, rerun

from cleaner.commands.review import command
from cleaner.config import Config
from cleaner.core import Answer, CleanerError, Record, Verdict
from cleaner.review import claims, schema
from cleaner.review.queue import Queue
from cleaner.review.service import ALL, Filter, Review, TakenError
from cleaner.review.statistics import Rate, wilson
from cleaner.review.tuning import Tuning, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "review.sqlite"


@pytest.fixture
def queue(path: Path):
    with Queue.open(path) as q:
        yield q


def at(queue: Queue, who: str) -> Review:
    return Review(queue, who, lambda pair: ())


def texts(review: Review, wanted: Filter) -> list[str]:
    return [r.text for r in review.page(wanted).rows]


def passing(record: Record) -> Record:
    """The record with a suggestion that passed every gate."""
    [offer] = record.proposals
    return replace(record, proposals=(replace(offer, verdicts=(Verdict("numbers", 1.0, 1.0, True),)),))


def many(queue: Queue) -> Review:
    """Six sentences in two documents; those of b.txt have suggestions that passed every gate."""
    queue.store("a.txt", records("!One is here.", "!Two is here.", "!Three is here."))
    queue.store("b.txt", [passing(r) for r in records("!Four is here.", "!Five is there.", "!Six is here.", rules=("calque.gloss",))])
    return at(queue, "ada")


# Lists


def test_pages_are_parts_of_the_list(queue: Queue) -> None:
    review = many(queue)
    first, second = review.page(Filter(), limit=4), review.page(Filter(), offset=4, limit=4)
    assert [r.text for r in (*first.rows, *second.rows)] == [i.original for i in review.pending(Filter())]
    assert (first.total, first.pending, first.decided, second.offset) == (6, 6, 0, 4)
    row = second.rows[0]
    assert (row.doc, row.rules, row.severity, row.offers, row.ready, row.claimed, row.state) == (
        "b.txt", ("calque.gloss",), "major", 1, True, "", "initial")
    assert not first.rows[0].ready
    review.reject(review.pending(Filter())[0])
    page = review.page(Filter())
    assert (page.total, page.pending, page.decided) == (5, 5, 1)
    page = review.page(Filter(doc="a.txt", state="final"))
    assert (len(page.rows), page.pending, page.decided) == (1, 2, 1)


@pytest.mark.parametrize(("wanted", "found"), [
    (Filter(doc="b.txt"), ["Four", "Five", "Six"]),
    (Filter(rule="calque"), ["Four", "Five", "Six"]),
    (Filter(rule="calq"), []),
    (Filter(rule="fragment", min_risk=0.505), ["Two", "Three"]),
    (Filter(max_risk=0.505), ["One", "Four"]),
    (Filter(category="fluency"), ["One", "Two", "Three", "Four", "Five", "Six"]),
    (Filter(category="fluency/frag"), []),
    (Filter(severity="minor"), []),
    (Filter(severity="major", doc="a.txt", by_risk=True), ["Three", "Two", "One"]),
    (Filter(text="IS  there"), ["Five"]),
    (Filter(text="better four"), ["Four"]),
    (Filter(text="b.txt"), ["Four", "Five", "Six"]),
    (Filter(text="%"), []),
    (Filter(state="initial", doc="a.txt"), ["One", "Two", "Three"]),
    (Filter(state="translated"), []),
    (Filter(state=ALL, doc="a.txt"), ["One", "Two", "Three"]),
])
def test_filters(queue: Queue, wanted: Filter, found: list[str]) -> None:
    review = many(queue)
    assert [t.split()[0].strip("!") for t in texts(review, wanted)] == found
    assert len(review.pending(wanted)) == len(found)


def test_unknown_states_and_severities_are_refused() -> None:
    with pytest.raises(CleanerError, match=r"unknown state 'finall' \(did you mean 'final'\?\)"):
        Filter(state="finall")
    with pytest.raises(CleanerError, match="unknown severity"):
        Filter(severity="grave")


def test_facets_count_what_fits(queue: Queue) -> None:
    review = many(queue)
    found = review.facets(Filter())
    assert found.docs == (("a.txt", 3), ("b.txt", 3))
    assert dict(found.rules) == {"fragment": 3, "calque.gloss": 3}
    assert found.categories == (("fluency/fragment", 6),)
    assert found.severities == (("major", 6),)
    assert found.states == (("initial", 6),)
    assert review.facets(Filter(doc="a.txt")).rules == (("fragment", 3),)


def test_facets_count_items_whatever_they_have_and_whatever_a_document_is_called(queue: Queue) -> None:
    queue.store("two\nlines.txt", records("!One is here.", "!Two is here.", rules=("fragment", "calque.gloss", "fragment")))
    review = many(queue)
    assert review.facets(Filter()).docs == (("a.txt", 3), ("b.txt", 3), ("two\nlines.txt", 2))
    assert dict(review.facets(Filter()).rules) == {"fragment": 5, "calque.gloss": 5}
    assert review.facets(Filter(rule="calque", text="one")).rules == (("calque.gloss", 1), ("fragment", 1))
    assert review.facets(Filter(state="final")).docs == ()
    assert review.facets(Filter(state="final")).states == (("initial", 8),)


def test_the_next_item_is_behind_the_last_one_even_when_that_is_decided(queue: Queue) -> None:
    review = many(queue)
    wanted = Filter()
    order = review.pending(wanted)
    assert review.next(wanted) == order[0]
    review.reject(order[0])
    found = review.next(wanted, (order[0].doc, order[0].key))
    assert found is not None
    assert found.key == order[1].key
    assert review.rank(wanted, found.doc, found.key) == 0
    assert review.rank(wanted, order[0].doc, order[0].key) is None
    again = review.next(wanted, (order[5].doc, order[5].key))
    assert again is not None
    assert again.key == order[1].key  # round once
    back = review.previous(wanted, (order[3].doc, order[3].key))
    assert back is not None
    assert back.key == order[2].key
    risky = review.next(Filter(by_risk=True), (order[5].doc, order[5].key))
    assert risky is not None
    assert risky.key == order[1].key
    assert review.next(Filter(text="nothing")) is None


def test_what_the_tool_changed_alone_is_translated_and_does_not_wait(queue: Queue) -> None:
    [record] = records("!It will be done.")
    queue.store("a.txt", [replace(record, status="fixed", output="It is done.")])
    review = at(queue, "ada")
    assert review.page(Filter()).total == 0
    [row] = review.page(Filter(state="translated")).rows
    item = review.item(row.doc, row.key)
    assert item is not None
    assert item.state == "translated"
    assert review.waiting(row.doc, row.key) is None
    review.reject(item)
    assert [r.state for r in review.page(Filter(state=ALL)).rows] == ["final"]
    assert queue.answers()[item.key].verdict == "reject"


# Undo, redo, many at once


def test_redo_brings_back_in_order_until_something_new_is_done(queue: Queue) -> None:
    review = many(queue)
    first, second, third = review.pending(Filter())[:3]
    review.reject(first)
    review.edit(second, "Two.")
    assert review.redo() is None
    review.undo()
    review.undo()
    assert review.page(Filter()).pending == 6
    again = review.redo()
    assert again is not None
    assert again.key == first.key
    again = review.redo()
    assert again is not None
    assert again.key == second.key
    assert review.redo() is None
    assert queue.answers()[second.key].text == "Two."
    undone = review.undo()
    assert undone is not None
    assert undone.key == second.key
    review.reject(third)
    assert review.redo() is None
    assert [e.verdict for e in queue.log()] == ["reject", "edit", "undo", "undo", "redo", "redo", "undo", "reject"]
    assert next((e.verdict, e.undone) for e in review.history(second)) == ("edit", True)


def test_redo_gives_way_to_what_somebody_else_decided_meanwhile(queue: Queue) -> None:
    review = many(queue)
    first = review.pending(Filter())[0]
    review.reject(first)
    review.undo()
    bob = at(queue, "bob")
    bob.edit(bob.pending(Filter())[0], "Bob's.")
    with pytest.raises(TakenError, match="bob has decided"):
        review.redo()
    assert queue.answers()[first.key].text == "Bob's."


def test_bulk_decisions_are_undone_as_one(queue: Queue) -> None:
    review = many(queue)
    bulk = review.accept_all(Filter())
    assert (bulk.done, bulk.left) == (3, 3)  # those whose suggestion failed a gate are left
    assert bulk.entry is not None
    assert bulk.entry.count == 3
    assert {a.text for a in queue.answers().values()} == {"Better Four is here.", "Better Five is there.", "Better Six is here."}
    undone = review.undo()
    assert undone is not None
    assert undone.count == 3
    assert queue.answers() == {}
    again = review.redo()
    assert again is not None
    assert again.count == 3
    bulk = review.reject_all(Filter(doc="a.txt"))
    assert (bulk.done, bulk.left) == (3, 0)
    assert review.page(Filter()).pending == 0
    review.undo()
    review.undo()
    assert review.page(Filter()).pending == 6
    assert review.reject_all(Filter(doc="none")).entry is None


def test_comments_decide_nothing(queue: Queue) -> None:
    review = many(queue)
    first = review.pending(Filter())[0]
    at(queue, "bob").comment(first, " Who is\x07 meant? ")
    review.reject(first)  # a comment since it was read is no reason to refuse
    assert [(e.who, e.text) for e in review.comments(first)] == [("bob", "Who is meant?")]
    with pytest.raises(CleanerError, match="says nothing"):
        review.comment(first, "\x07 ")
    at(queue, "bob").undo()
    assert review.comments(first) == []


# Several people


def test_a_claimed_sentence_is_left_to_its_reviewer(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = many(queue), at(queue, "bob")
    first, second = ada.pending(Filter())[:2]
    claim = ada.claim(first)
    assert claim.until > time.time() + 500
    assert ada.claim(first).since == claim.since  # renewed
    with pytest.raises(TakenError, match="ada is at this sentence now; it is free again when they move on, or in 10 minutes"):
        bob.claim(first)
    with pytest.raises(TakenError, match="ada is at this sentence now"):
        bob.reject(first)
    found = bob.next(Filter())
    assert found is not None
    assert found.key == second.key
    assert bob.page(Filter()).rows[0].claimed == "ada"
    assert bob.reject_all(Filter(doc="a.txt")).left == 1
    shown = bob.item(first.doc, first.key)
    assert shown is not None
    assert shown.claim is not None
    assert shown.claim.who == "ada"
    ada.skip(first)
    bob.claim(first)
    bob.reject(first)
    assert [e.verdict for e in ada.history(first)] == ["claim", "release", "claim", "reject"]
    third = ada.pending(Filter())[0]
    ada.claim(third)
    real = time.time
    monkeypatch.setattr(claims.time, "time", lambda: real() + claims.LASTS + 1)
    assert bob.claim(third).who == "bob"  # hers has lapsed


def test_two_people_must_agree(path: Path) -> None:
    with Queue.open(path, reviewers=2) as queue:
        rerun(queue, "!It will be done.", "!They called.")
        ada, bob = at(queue, "ada"), at(queue, "bob")
        first, second = ada.pending(Filter())
        ada.edit(first, "They will do it.")
        assert queue.answers() == {}
        assert [i.key for i in ada.pending(Filter())] == [second.key]  # it is bob's turn
        assert (ada.page(Filter()).pending, bob.page(Filter()).pending) == (1, 2)
        [row] = bob.page(Filter(state="reviewed")).rows
        assert row.key == first.key
        bob.edit(first, "We will do it.")  # he had not seen hers: no reason to refuse
        disputed = ada.item(first.doc, first.key)
        assert disputed is not None
        assert [(v.who, v.text) for v in disputed.votes] == [("ada", "They will do it."), ("bob", "We will do it.")]
        assert (disputed.state, disputed.entry) == ("reviewed", None)
        assert [i.key for i in ada.pending(Filter())] == [first.key, second.key]  # both see it again
        ada.edit(disputed, "We will do it.")
        assert queue.answers() == {first.key: Answer("edit", "We will do it.", frozenset({"fragment"}))}
        final = bob.item(first.doc, first.key)
        assert final is not None
        assert (final.state, final.entry is not None) == ("final", True)
        with pytest.raises(TakenError):
            at(queue, "cyd").reject(first)
        ada.reject(second)
        with pytest.raises(TakenError, match="ada was quicker"):
            ada.reject(second)  # the same person in another window
        bob.reject(second)
        assert queue.answers()[second.key].verdict == "reject"
        made, _ = rerun(queue, "!It will be done.", "!They called.")
        assert [r.output for r in made] == ["We will do it.", "!They called."]
        bob.undo()
        assert second.key not in queue.answers()
    with Queue.open(path) as queue:  # with one reviewer again, one answer is enough
        assert queue.answers()[second.key].verdict == "reject"
        assert at(queue, "ada").page(Filter()).pending == 0


def test_both_answers_are_carried_to_new_surroundings(path: Path) -> None:
    with Queue.open(path, reviewers=2) as queue:
        rerun(queue, "Old words stand here.", "!" + LONG)
        for who in ("ada", "bob"):
            at(queue, who).edit(at(queue, who).pending(Filter())[0], LONG)
        made, stored = rerun(queue, "Quite other words are here.", "!" + LONG)
        assert stored.carried == 1
        made, _ = rerun(queue, "Quite other words are here.", "!" + LONG)
        assert made[1].output == LONG


def test_a_run_that_did_not_see_an_undo_or_an_answer_loses_neither(queue: Queue) -> None:
    rerun(queue, "!It will be done.", "!They called.")
    review = at(queue, "ada")
    first, second = review.pending(Filter())
    review.edit(first, "We will do it.")
    told = queue.answers()
    made = records("!It will be done.", "!They called.", answers=told)  # a run is under way
    review.undo()
    review.reject(second)
    stored = queue.store("a.txt", made, told)
    assert stored.carried == 1  # his answer to the second is news to the run
    assert [i.key for i in review.pending(Filter())] == [first.key]
    now = queue.item(first.doc, first.key)
    assert now is not None
    assert (now.status, now.output) == ("review", first.original)


CLICKER = """
import sys, time
sys.path.insert(0, {tests!r})
from cleaner.review.queue import Queue, TakenError
from cleaner.review.service import Filter, Review
who, path = sys.argv[1:]
with Queue.open(path) as queue:
    review = Review(queue, who, lambda pair: ())
    print("ready", flush=True)
    while (item := review.next(Filter())) is not None:
        try:
            review.claim(item)
            entry = review.edit(item, f"{{who}} did this to {{item.original}}")
        except TakenError:
            continue
        print(entry.id, flush=True)
"""


def clicker(path: Path, who: str) -> subprocess.Popen[str]:
    code = CLICKER.format(tests=str(Path(__file__).parent))
    return subprocess.Popen([sys.executable, "-c", code, who, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_three_people_and_a_running_clean_lose_nothing(path: Path) -> None:
    sentences = [f"!Sentence number {n} will be done." for n in range(60)]
    with Queue.open(path) as queue:
        queue.store("a.txt", records(*sentences))
        people = [clicker(path, who) for who in ("ada", "bob", "cyd")]
        while any(p.poll() is None for p in people):
            told = queue.answers()
            queue.store("a.txt", records(*sentences, answers=told), told)
        said = set()
        for process in people:
            out, error = process.communicate(timeout=120)
            assert process.returncode == 0, error
            said |= set(out.split()) - {"ready"}
        answers = [e for e in queue.log() if e.verdict == "edit"]
        assert said == {str(e.id) for e in answers}
        assert len({e.key for e in answers}) == len(answers) == 60  # nobody did another's sentence
        assert len(queue.answers()) == 60
        assert at(queue, "ada").page(Filter(state="final")).total == 60


def test_a_killed_reviewer_loses_nothing_and_blocks_nobody_for_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Queue.open(path) as queue:
        queue.store("a.txt", records(*(f"!Sentence number {n} will be done." for n in range(300))))
        process = clicker(path, "ada")
        assert process.stdout is not None
        confirmed = {process.stdout.readline().strip() for _ in range(12)} - {"ready"}
        os.kill(process.pid, signal.SIGKILL)
        confirmed |= set(process.stdout.read().split("\n")[:-1])
        process.wait()
        assert confirmed <= {str(e.id) for e in queue.log()}
        bob = at(queue, "bob")
        real = time.time
        monkeypatch.setattr(claims.time, "time", lambda: real() + claims.LASTS + 1)
        left = bob.page(Filter()).pending
        assert bob.reject_all(Filter()).done == left
        assert len(queue.answers()) == 300
        assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


# The file


def first_version(path: Path) -> None:
    """A queue as the first version of the schema left it, with an answer, one that was undone, and a dismissal."""
    db = sqlite3.connect(path)
    schema._first(db)
    text = '[[0, 3, "fragment", "fluency/fragment", "major", "No subject.", 0.8]]'
    for n, key in enumerate(("k1", "k2", "k3")):
        db.execute("INSERT INTO items VALUES ('a.txt', ?, ?, ?, ?, ?, '', '', 0.5, 'review', '[\"fragment\"]', ?, '[]', 0, '2026')",
                   (key, 20 * n, 20 * n + 15, f"!Sentence {n}.", f"!Sentence {n}.", text.replace("[[0, 3", f"[[{20 * n}, {20 * n + 3}")))
    insert = "INSERT INTO log (at, who, verdict, doc, key, text, rules, words, undoes) VALUES ('2026', 'ada', ?, 'a.txt', ?, ?, ?, ?, ?)"
    rules = '["fragment"]'
    db.execute(insert, ("edit", "k1", "Sentence.", rules, None, None))
    db.execute(insert, ("reject", "k2", "!Sentence 1.", rules, None, None))
    db.execute(insert, ("undo", "k2", "", rules, None, 2))
    db.execute(insert, ("dismiss", "k3", "", rules, "!Se", None))
    db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()


def test_a_file_of_the_first_version_is_brought_up_to_date(path: Path) -> None:
    first_version(path)
    with Queue.open(path) as queue:
        review = at(queue, "ada")
        assert [r.text for r in review.page(Filter()).rows] == ["!Sentence 1."]
        assert [r.state for r in review.page(Filter(state=ALL)).rows] == ["final", "initial", "final"]
        assert queue.answers()["k1"].text == "Sentence."
        assert queue.answers()["k3"].verdict == "reject"
        assert [e.id for e in queue.log()] == [1, 2, 3, 4]
        assert review.redo() is None  # she dismissed something since her undo
        made = review.reject(review.pending(Filter())[0])
        assert made.id == 5
        for _ in range(3):
            review.undo()
        assert review.page(Filter()).pending == 3
        assert review.facets(Filter()).rules == (("fragment", 3),)
    with Queue.open(path) as queue:
        assert at(queue, "ada").statistics().effort.decisions == 0


def test_the_source_of_a_sentence_is_kept(queue: Queue) -> None:
    [record] = records("!It will be done.")
    queue.store("a.txt", [replace(record, source="やります。")])
    [item] = queue.pending()
    assert item.source == "やります。"


def test_an_empty_edit_and_a_sentence_that_is_gone_are_refused(queue: Queue) -> None:
    review = many(queue)
    first = review.pending(Filter())[0]
    with pytest.raises(CleanerError, match="empty text"):
        review.edit(first, " \x07 ")
    assert review.seen(first.doc, first.key, first.last) == first
    queue.store("a.txt", [])
    with pytest.raises(TakenError, match="no longer there"):
        review.seen(first.doc, first.key, first.last)


# Numbers


def decided(
    queue: Queue, *, accepted: int, rejected: int, rule: str = "calque.gloss", confidence: float = 0.6, doc: str = "s.txt",
) -> Review:
    """A document whose sentences were decided so."""
    made = []
    for n, record in enumerate(records(*(f"!Sentence {n} of {doc} is here." for n in range(accepted + rejected)), rules=(rule,))):
        risk = 0.85 if n < accepted else 0.15
        made.append(replace(record, risk=risk, findings=tuple(replace(f, confidence=confidence) for f in record.findings)))
    queue.store(doc, made)
    review = at(queue, "ada")
    for n, item in enumerate(review.pending(Filter(doc=doc))):
        review.claim(item)
        review.accept(item, item.proposals[0]) if n < accepted else review.reject(item)
    return review


def test_statistics(queue: Queue) -> None:
    review = decided(queue, accepted=3, rejected=1)
    queue.store("e.txt", records("!It will be done."))
    bob = at(queue, "bob")
    [item] = bob.pending(Filter())
    bob.edit(item, "Better It will be done now.")
    found = review.statistics()
    assert found.rules[0] == Rate("calque.gloss", 3, 0, 1, 0)
    assert found.rules[1] == Rate("fragment", 0, 1, 0, 0)
    assert found.rewriters == (Rate("test", 3, 1, 1, 0),)
    assert [(b.low, b.count, b.changed) for b in found.calibration] == [(0.1, 1, 0.0), (0.5, 1, 1.0), (0.8, 3, 1.0)]
    assert found.people == (("ada", 4), ("bob", 1))
    assert found.states == (("final", 5),)
    assert found.seconds.count == 4
    assert 0 <= found.seconds.median < 60
    assert found.effort.decisions == 4
    assert found.effort.typed == len(" now")
    assert found.effort.whole > found.effort.saved > 0
    assert found.rejected == ()
    low, high = wilson(3, 4)
    assert low < found.rules[0].rate == 0.75 < high
    review.undo()
    assert review.statistics().rules[0].rejected == 0


def test_rules_that_people_reject_are_found_and_a_setting_is_proposed(queue: Queue) -> None:
    review = decided(queue, accepted=1, rejected=14)
    review = decided(queue, accepted=12, rejected=0, rule="fragment", confidence=0.9, doc="t.txt")
    assert [r.name for r in review.statistics().rejected] == ["calque.gloss"]
    [tuning] = review.proposals(Config(ignore=("doubled-mark",)))
    assert tuning.line == 'ignore = ["doubled-mark", "calque.gloss"]'
    assert "1 of 15 taken" in tuning.reason
    assert review.proposals(Config(ignore=("calque.gloss",))) == ()


def test_unsure_findings_that_lead_to_nothing_raise_the_bar(queue: Queue) -> None:
    for n in range(8):  # many rules, each with too few decisions to judge it alone
        review = decided(queue, accepted=0, rejected=4, rule=f"rule-{n}", confidence=0.62, doc=f"{n}.txt")
    review = decided(queue, accepted=9, rejected=0, rule="sure", confidence=0.9, doc="sure.txt")
    [tuning] = review.proposals(Config())
    assert (tuning.setting, tuning.value) == ("min_confidence", 0.65)
    assert "0 of 32 findings below 0.65" in tuning.reason


@pytest.mark.parametrize(("name", "before", "after"), [
    ("cleaner.toml", None, 'ignore = ["a", "b"]\nmin_confidence = 0.7\n'),
    ("cleaner.toml", '# mine\nignore = [  # why\n  "a",\n]\njobs = 2\n\n[gates]\nlength = 0.8\n', None),
    ("cleaner.toml", 'jobs = 2 # two\nmin-confidence = 0.5 # half\n[gates]\nlength = 0.8', None),
    ("pyproject.toml", '[project]\nname = "x"\n\n[tool.cleaner]\nignore = ["a"]\n[tool.other]\nignore = 1\n', None),
])
def test_settings_are_written_and_everything_else_stays(tmp_path: Path, name: str, before: str | None, after: str | None) -> None:
    import tomllib

    path = tmp_path / name
    if before is not None:
        path.write_text(before)
    write(path, [Tuning("min_confidence", 0.7, ""), Tuning("ignore", ("a", "b"), "")])
    text = path.read_text()
    if after is not None:
        assert text == after
        return
    assert before is not None
    table = tomllib.loads(text)
    own = table["tool"]["cleaner"] if name == "pyproject.toml" else table
    assert own["ignore"] == ["a", "b"]
    assert own.get("min_confidence", own.get("min-confidence")) == 0.7
    assert all(line in text for line in before.splitlines() if "ignore = [" not in line and "confidence" not in line and '"a"' not in line)


def test_a_file_that_cannot_be_changed_safely_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[tool]\ncleaner = {ignore = ["a"]}\n')
    with pytest.raises(CleanerError, match=r'put it there yourself: ignore = \["b"\]'):
        write(path, [Tuning("ignore", ("b",), "")])
    assert path.read_text() == '[tool]\ncleaner = {ignore = ["a"]}\n'


def test_stats_and_auto_tune_on_the_command_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(command, ["--queue", "review.sqlite", *arguments], standalone_mode=False, catch_exceptions=False)
        assert done.return_value == 0
        return done.stdout + done.stderr

    with Queue.open(path) as queue:
        queue.store("a.txt", [])
        assert "nothing was decided yet" in run("--stats")
        assert "No setting is proposed" in run("--auto-tune")
        decided(queue, accepted=1, rejected=20)
    said = run("--stats")
    assert "calque.gloss         1       0        20          0  0.05 (0.01–0.23)" in said
    assert "rejected more often than not" in said
    assert 'ignore = ["calque.gloss"]' in run("--auto-tune")
    assert not Path("cleaner.toml").exists()
    run("--auto-tune", "--write")
    assert Path("cleaner.toml").read_text() == 'ignore = ["calque.gloss"]\n'


def test_what_an_offer_that_passed_has_brought_is_not_held_against_an_edit_of_it(queue: Queue) -> None:
    lost = Verdict("numbers", 0.5, 1.0, False, "“70” is lost")
    [record] = records("!It cost 70 yen.")
    [offer] = record.proposals
    offers = replace(offer, text="It cost 76 yen.", verdicts=(Verdict("numbers", 1.0, 1.0, True),)), replace(offer, verdicts=(lost,))
    queue.store("a.txt", [replace(record, proposals=offers)])
    [item] = queue.pending()
    review = Review(queue, "ada", lambda pair: () if ("76" in pair.original) == ("76" in pair.rewrite) else (lost,))
    assert review.check(item, "It had cost 76 yen.") == ()
    assert review.check(item, "It had cost !70 yen.") == ()
    refused = replace(item, proposals=offers[1:])
    assert review.check(refused, "It had cost 76 yen.") == (lost,)
