"""The review queue: answers survive edits, undo, other processes and kill -9; damage and full disks are said in one line."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cleaner.core import Answer, CleanerError, Finding, Proposal, Record, Span, Verdict, record_key
from cleaner.review.queue import Queue, Stored, TakenError
from cleaner.review.schema import MIGRATIONS

LONG = "The harbour of Velmont it will be closed on Friday."


def finding(start: int, end: int, rule: str = "fragment", confidence: float = 0.8) -> Finding:
    return Finding(Span(start, end), rule, "fluency/fragment", "major", "No subject.", confidence)


def records(*texts: str, rules: tuple[str, ...] = ("fragment",), answers: dict[str, Answer] | None = None) -> list[Record]:
    """Records of a text whose sentences are all flagged when they begin with "!", as the pipeline would make them."""
    made, at = [], 0
    for i, text in enumerate(texts):
        before, after = texts[i - 1] if i else "", texts[i + 1] if i + 1 < len(texts) else ""
        found = tuple(finding(at, at + 3, rule) for rule in rules) if text.startswith("!") else ()
        key = record_key(text, before, after)
        answer = (answers or {}).get(key)
        holds = answer is not None and {f.rule for f in found} <= answer.rules
        output = answer.text if answer is not None and holds else text
        status = "fixed" if output != text else "review" if found and not holds else "unchanged"
        verdicts = (Verdict("numbers", 1.0, 1.0, True), Verdict("names", 0.5, 1.0, False, "lost Velmont"))
        made.append(Record(
            Span(at, at + len(text)), text, output, status, 0.5 + i / 100, key, found,
            (Proposal("Better " + text[1:], "test", "unsafe", 0.6, "It reads better.", verdicts),) if found else (), before, after,
        ))
        at += len(text) + 1
    return made


@pytest.fixture
def queue(tmp_path: Path):
    with Queue.open(tmp_path / "sub" / "review.sqlite") as q:
        yield q


def rerun(queue: Queue, *texts: str, rules: tuple[str, ...] = ("fragment",)) -> tuple[list[Record], Stored]:
    made = records(*texts, rules=rules, answers=queue.answers())
    return made, queue.store("a.txt", made)


def test_an_item_comes_back_as_it_was_stored(queue: Queue) -> None:
    made, stored = rerun(queue, "Fine.", "!It will be done.", "Good.")
    assert stored == Stored(1, 0, 0)
    [item] = queue.pending()
    record = made[1]
    for name in ("key", "span", "original", "output", "risk", "findings", "proposals"):
        assert getattr(item, name) == getattr(record, name)
    assert (item.before, item.after, item.stale, item.entry) == ("Fine.", "Good.", False, None)
    assert item.words(item.findings[0]) == "!It"


def test_an_answer_feeds_the_pipeline_and_outlives_a_rerun(queue: Queue) -> None:
    rerun(queue, "One.", "!It will be done.", "Two.")
    [item] = queue.pending()
    entry = queue.decide(item, "edit", "The work will be done.", "ada")
    assert queue.answers() == {item.key: Answer("edit", "The work will be done.", frozenset({"fragment"}))}
    assert queue.pending() == []
    made, stored = rerun(queue, "A new beginning.", "One.", "!It will be done.", "Two.")
    assert stored == Stored(0, 0, 0)
    assert made[2].output == "The work will be done."
    assert queue.pending() == []
    [answered] = queue.answered()
    assert answered.entry == entry
    assert (answered.status, answered.output) == ("review", "!It will be done.")  # what the tool alone made of it
    assert entry.who == "ada"
    assert entry.at.endswith("+00:00")


def test_a_new_rule_asks_again(queue: Queue) -> None:
    rerun(queue, "!It will be done.")
    queue.decide(queue.pending()[0], "reject", "!It will be done.", "ada")
    made, _ = rerun(queue, "!It will be done.", rules=("fragment", "calque"))
    assert made[0].status == "review"
    [item] = queue.pending()
    queue.decide(item, "reject", item.original, "ada")
    assert queue.answers()[item.key].rules == {"fragment", "calque"}
    assert queue.pending() == []


def test_undo_is_a_new_entry_and_goes_all_the_way_back(queue: Queue) -> None:
    rerun(queue, "!It will be done.", "!It was called.")
    first, second = queue.pending()
    queue.decide(first, "accept", "x", "ada")
    queue.decide(second, "reject", second.original, "ada")
    rerun(queue, "!It will be done.", "!It was called.")
    undone = queue.undo("ada")
    assert undone is not None
    assert undone.key == second.key
    assert [i.key for i in queue.pending()] == [second.key]
    assert queue.undo("bob") is None
    queue.undo("ada")
    assert [i.key for i in queue.pending()] == [first.key, second.key]
    assert queue.undo("ada") is None
    assert [e.verdict for e in queue.log()] == ["accept", "reject", "undo", "undo"]
    assert queue.answers() == {}


def test_the_newest_answer_counts_and_undo_brings_back_the_one_before(queue: Queue) -> None:
    rerun(queue, "!It will be done.")
    [item] = queue.pending()
    queue.decide(item, "reject", item.original, "ada")
    again = queue.item(item.doc, item.key)
    assert again is not None
    queue.decide(again, "accept", "Done.", "ada")
    assert queue.answers()[item.key].text == "Done."
    queue.undo("ada")
    assert queue.answers()[item.key].verdict == "reject"


def test_two_reviewers_cannot_decide_one_item_unseen(queue: Queue) -> None:
    rerun(queue, "!It will be done.")
    [item] = queue.pending()
    queue.decide(item, "reject", item.original, "ada")
    with pytest.raises(TakenError, match="ada was quicker: reject"):
        queue.decide(item, "accept", "x", "bob")
    assert len(queue.log()) == 1


def test_records_that_are_no_longer_produced_are_retired_and_revived(queue: Queue) -> None:
    rerun(queue, "!It will be done.", "Next.")
    [item] = queue.pending()
    _, stored = rerun(queue, "It is fine now.", "Next.")
    assert stored.retired == 1
    assert queue.pending() == []
    [kept] = queue.find(item.key[:8])
    assert kept.stale
    assert queue.documents() == []
    rerun(queue, "!It will be done.", "Next.")
    assert [i.key for i in queue.pending()] == [item.key]
    assert queue.documents() == ["a.txt"]


@pytest.mark.parametrize("verdict", ["reject", "edit"])
def test_an_answer_is_carried_when_the_surroundings_change(queue: Queue, verdict: str) -> None:
    rerun(queue, "Old words stand here.", "!" + LONG, "Old words stand there.")
    [item] = queue.pending()
    queue.decide(item, verdict, item.original if verdict == "reject" else LONG, "ada")
    _, stored = rerun(queue, "Quite other words are here.", "!" + LONG, "And new ones follow.")
    assert stored == Stored(1, 1, 1)
    assert queue.pending() == []
    made, stored = rerun(queue, "Quite other words are here.", "!" + LONG, "And new ones follow.")
    assert stored == Stored(0, 0, 0)
    assert made[1].output == ("!" + LONG if verdict == "reject" else LONG)
    queue.undo("ada")
    assert len(queue.pending()) == 1


def test_an_accepted_text_that_was_written_to_the_file_is_not_asked_about_again(queue: Queue) -> None:
    rerun(queue, "Before.", "!" + LONG)
    [item] = queue.pending()
    queue.decide(item, "accept", "!Still flagged " + LONG, "ada")
    _, stored = rerun(queue, "Before.", "!Still flagged " + LONG)
    assert stored.carried == 1
    assert queue.pending() == []


def test_a_short_sentence_in_new_surroundings_is_a_new_question(queue: Queue) -> None:
    rerun(queue, "The bridge was built.", "!It is done.", "Cars cross it.")
    [item] = queue.pending()
    queue.decide(item, "accept", "The bridge is done.", "ada")
    _, stored = rerun(queue, "A song was written.", "!It is done.", "People sing it.")
    assert stored.carried == 0
    assert len(queue.pending()) == 1


def test_clashing_answers_are_not_carried(queue: Queue) -> None:
    rerun(queue, "A.", "!" + LONG, "B.", "!" + LONG, "C.")
    first, second = queue.pending()
    queue.decide(first, "reject", first.original, "ada")
    queue.decide(second, "accept", LONG, "ada")
    _, stored = rerun(queue, "D.", "!" + LONG, "E.")
    assert stored.carried == 0


def test_twins_share_their_answer(queue: Queue) -> None:
    twins = ("Same.", "!It will be done.", "Same.", "!It will be done.", "Same.")
    rerun(queue, *twins)
    [item] = queue.pending()
    queue.decide(item, "edit", "Done.", "ada")
    made, _ = rerun(queue, *twins)
    assert [r.output for r in made if r.findings] == ["Done.", "Done."]


def test_a_finding_dismissed_once_or_in_the_whole_document(queue: Queue) -> None:
    rerun(queue, "!It will be done.", "!They called.", rules=("fragment", "calque"))
    first, second = queue.pending()
    queue.dismiss("a.txt", "calque", "ada")
    assert queue.dismissed_rules("a.txt") == {"calque"}
    assert queue.dismissed_rules("b.txt") == frozenset()
    assert [i.rules for i in queue.pending()] == [{"fragment"}, {"fragment"}]
    queue.dismiss("a.txt", "fragment", "ada", item=first, words=first.words(first.findings[0]))
    [left] = queue.pending()
    assert left.key == second.key
    assert queue.answers() == {first.key: Answer("reject", first.original, frozenset({"fragment", "calque"}))}
    queue.decide(left, "reject", left.original, "ada")
    assert queue.answers()[left.key].rules == {"fragment", "calque"}
    for _ in range(3):
        queue.undo("ada")
    assert [i.rules for i in queue.pending()] == [{"fragment", "calque"}] * 2


def test_filters_and_order(queue: Queue) -> None:
    queue.store("a.txt", records("!One here.", "!Two here."))
    queue.store("b.txt", records("!Three here.", rules=("calque.gloss",)))
    assert [i.original for i in queue.pending(doc="a.txt")] == ["!One here.", "!Two here."]
    assert [i.original for i in queue.pending(rule="calque")] == ["!Three here."]
    assert [i.original for i in queue.pending(rule="calq")] == []
    assert [i.original for i in queue.pending(min_risk=0.505)] == ["!Two here."]
    assert [i.original for i in queue.pending(by_risk=True)] == ["!Two here.", "!One here.", "!Three here."]
    assert queue.item("a.txt", "nothing") is None


WRITER = """
import sys
from cleaner.review.queue import Queue
sys.path.insert(0, {tests!r})
from test_queue import records
name, path = sys.argv[1:]
with Queue.open(path) as queue:
    print("ready", flush=True)
    for n in range(int({count})):
        queue.store(f"{{name}}-{{n}}.txt", records(f"!Sentence {{n}} of {{name}}."))
        [item] = queue.pending(doc=f"{{name}}-{{n}}.txt")
        queue.decide(item, "reject", item.original, name)
        print(item.key, flush=True)
"""


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    code = WRITER.format(tests=str(Path(__file__).parent), count=count)
    return subprocess.Popen([sys.executable, "-c", code, name, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    writers = [writer(path, name, 25) for name in ("ada", "bob")]
    said = []
    for process in writers:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        said += out.split()
    with Queue.open(path) as queue:
        assert set(said) - {"ready"} == set(queue.answers())
        assert len(queue.log()) == 50
        assert {e.who for e in queue.log()} == {"ada", "bob"}


def test_a_killed_process_loses_nothing_it_had_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    confirmed: set[str] = set()
    for turn in range(3):
        process = writer(path, f"turn{turn}", 100_000)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(5 + 7 * turn):
            confirmed.add(process.stdout.readline().strip())
        os.kill(process.pid, signal.SIGKILL)
        confirmed |= set(process.stdout.read().split("\n")[:-1])
        process.wait()
    with Queue.open(path) as queue:
        known = set(queue.answers())
        assert confirmed <= known
        assert len(known - confirmed) <= 3  # written, but killed before it could say so
        assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_writer_waits_for_another(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    with Queue.open(path) as queue:
        queue.store("a.txt", records("!One."))
        with queue.write():
            other = writer(path, "bob", 1)
            assert other.stdout is not None
            assert other.stdout.readline() == "ready\n"
            time.sleep(0.3)
            assert other.poll() is None
        assert other.communicate(timeout=60)[0].strip() in queue.answers()


@pytest.mark.parametrize("content", [b"No database, only some words. " * 50, b"SQLite format 3\0" + bytes(range(256)) * 40])
def test_a_damaged_file_is_one_line_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "review.sqlite"
    path.write_bytes(content)
    with pytest.raises(CleanerError, match="damaged or not a review queue") as caught:
        Queue.open(path)
    assert "\n" not in str(caught.value)
    assert "Move it away" in str(caught.value)
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["review.sqlite"]


def test_damage_inside_is_one_line_too(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    with Queue.open(path) as queue:
        queue.store("a.txt", records(*(f"!Sentence number {n} is here." for n in range(300))))
    content = bytearray(path.read_bytes())
    content[12 * 4096:] = os.urandom(len(content) - 12 * 4096)
    path.write_bytes(content)
    with pytest.raises(CleanerError, match="damaged"), Queue.open(path) as queue:
        queue.pending()


def test_other_peoples_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE contacts (name)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(CleanerError, match="some other program's database"):
        Queue.open(path)
    assert path.read_bytes() == before


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    Queue.open(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(CleanerError, match="newer cleaner"):
        Queue.open(path)


def test_a_failed_migration_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "review.sqlite"
    with Queue.open(path) as queue:
        queue.store("a.txt", records("!One."))

    def broken(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE items ADD COLUMN extra")
        db.execute("SELECT nonsense")

    def sound(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE more (x)")

    monkeypatch.setattr("cleaner.review.opening.MIGRATIONS", [*MIGRATIONS, broken])
    with pytest.raises(CleanerError):
        Queue.open(path)
    monkeypatch.setattr("cleaner.review.opening.MIGRATIONS", [*MIGRATIONS, sound])
    with Queue.open(path) as queue:
        assert len(queue.pending()) == 1
        assert queue.rows("SELECT count(*) FROM more")[0][0] == 0


def test_a_missing_queue_is_made_only_where_that_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(CleanerError, match="no review queue at"):
        Queue.open(tmp_path / "none.sqlite", create=False)
    (tmp_path / "file").write_text("x")
    with pytest.raises(CleanerError, match="cannot be made"):
        Queue.open(tmp_path / "file" / "review.sqlite")
    with pytest.raises(CleanerError, match="cannot be opened"):
        Queue.open(tmp_path)


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    with Queue.open(path) as queue:
        queue.store("a.txt", records("!One."))
        queue.decide(queue.pending()[0], "reject", "!One.", "ada")
        pages = queue.rows("PRAGMA page_count")[0][0]
        queue.rows(f"PRAGMA max_page_count = {pages + 2}")  # SQLite's own way to run out of room: SQLITE_FULL, as on a full disk
        with pytest.raises(CleanerError, match="disk is full") as caught:
            queue.store("b.txt", records(*(f"!Sentence number {n} is here." for n in range(500))))
        assert "\n" not in str(caught.value)
        assert queue.documents() == ["a.txt"]
        assert len(queue.answers()) == 1


def test_a_read_only_folder_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "review.sqlite"
    Queue.open(path).close()

    def refuse(*_: object, **__: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorname = "SQLITE_READONLY"
        raise error

    monkeypatch.setattr(sqlite3, "connect", refuse)
    with pytest.raises(CleanerError, match="permissions"):
        Queue.open(path)
