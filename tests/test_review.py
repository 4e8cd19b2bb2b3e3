"""The terminal review and the service under it: one key decides, everything is saved, nothing in a text can harm the terminal."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from test_queue import LONG, records

from cleaner.commands.review import command
from cleaner.core import CleanerError, Document, Finding, Proposal, Record, Span, Verdict
from cleaner.registry import Pair
from cleaner.review import service
from cleaner.review.queue import Queue
from cleaner.review.screen import Screen, table
from cleaner.review.service import Filter, Review, choices, failed_first, ranked, tidy
from cleaner.review.terminal import TerminalKeys

THREE = ("Calm.", "!It will be done.", "!They called.", "Quiet.", "!" + LONG)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLEANER_REVIEWER", "ada")
    monkeypatch.setattr(service, "gates", lambda config: lambda pair: ())
    made = tmp_path / "review.sqlite"
    with Queue.open(made) as queue:
        queue.store("news/a.txt", records(*THREE))
    return made


def press(keys: str, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["--queue", "review.sqlite", *arguments], input=keys, standalone_mode=False)


def verdicts(path: Path) -> list[tuple[str, str]]:
    with Queue.open(path) as queue:
        return [(e.verdict, e.text) for e in queue.log()]


def test_accept_keep_and_edit(path: Path) -> None:
    done = press("1reThe harbour of Velmont will be closed on Friday.\n")
    assert verdicts(path) == [
        ("accept", "Better It will be done."), ("reject", "!They called."), ("edit", "The harbour of Velmont will be closed on Friday."),
    ]
    assert done.return_value == 0
    assert "1 accepted, 1 kept as they were, 1 edited; nothing left." in done.stderr
    assert "cleaner clean news/a.txt" in done.stderr
    assert "1/3" in done.stderr
    assert "3/3" in done.stderr
    assert press("").return_value == 0


def test_what_is_shown(path: Path) -> None:
    shown = press("q").stderr
    assert "⟦!It⟧ will be done." in shown  # the faulty span; here without colours
    assert "[-!-]{+Better +}It will be done." in shown
    assert "names: lost Velmont" in shown
    assert "numbers" not in shown  # a gate that passed
    assert "It reads better." in shown
    assert shown.index("Calm.") < shown.index("⟦!It⟧") < shown.index("They called.")
    assert "fragment (major, 80%) “!It”: No subject." in shown


def test_quitting_keeps_what_was_decided_and_the_next_sitting_goes_on(path: Path) -> None:
    done = press("aq")
    assert done.return_value == 1
    assert "2 left" in done.stderr
    again = press("q")
    assert "1/2" in again.stderr
    assert "It will be done" not in again.stderr.split("⟦")[1]


def test_undo_goes_back_to_earlier_sittings(path: Path) -> None:
    press("arq")
    press("uuuq")
    assert [v for v, _ in verdicts(path)] == ["accept", "reject", "undo", "undo"]
    with Queue.open(path) as queue:
        assert len(queue.pending()) == 3


def test_skip_and_back_decide_nothing(path: Path) -> None:
    done = press("sbsss")
    assert verdicts(path) == []
    assert done.return_value == 1
    assert "nothing decided; 3 left" in done.stderr


def test_a_wrong_key_says_so_and_decides_nothing(path: Path) -> None:
    done = press("9Z?qq")
    assert verdicts(path) == []
    assert "There is no suggestion 9" in done.stderr
    assert "The key 'Z' does nothing" in done.stderr
    assert "dismiss the first finding" in done.stderr


def test_dismissing_a_rule_in_the_document_empties_the_list(path: Path) -> None:
    done = press("x")
    assert done.return_value == 0
    with Queue.open(path) as queue:
        assert queue.dismissed_rules("news/a.txt") == {"fragment"}
    press("", "--list")
    assert press("uq").return_value == 0  # nothing is shown, so there is no key to press
    with Queue.open(path) as queue:
        queue.undo("ada")
    assert press("dq").return_value == 1
    with Queue.open(path) as queue:
        assert [i.original for i in queue.pending()] == ["!They called.", "!" + LONG]


def test_undoing_a_dismissal_brings_the_sentence_back(path: Path) -> None:
    press("duq")
    with Queue.open(path) as queue:
        assert len(queue.pending()) == 3


def test_an_edit_that_fails_a_gate_warns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def measure(pair: Pair) -> tuple[Verdict, ...]:
        seen.append(pair)
        return (Verdict("numbers", 1.0, 1.0, True), Verdict("names", 0.0, 1.0, "lost" not in pair.rewrite, "Velmont is gone"))

    monkeypatch.setattr(service, "gates", lambda config: measure)
    done = press("elost\nqelost\neThey phoned, lost.\nyoAll is well.\nq")
    assert verdicts(path) == [("edit", "They phoned, lost."), ("edit", "All is well.")]
    assert "names: Velmont is gone" in done.stderr
    assert "The edit was dropped." in done.stderr
    assert seen[0] == Pair("!It will be done.", "lost", "Calm. !It will be done. !They called.")


def test_an_edit_back_to_the_original_keeps_it_and_an_empty_one_is_dropped(path: Path) -> None:
    press("e!It will be done.\neBetter They called.\ne\nq")
    assert verdicts(path) == [("reject", "!It will be done."), ("accept", "Better They called.")]


def test_undo_and_redo(path: Path) -> None:
    done = press("arqq")
    assert done.return_value == 1
    shown = press("uuUq").stderr
    assert "Undone: accept" in shown
    assert "Again: accept" in shown
    assert [v for v, _ in verdicts(path)] == ["accept", "reject", "undo", "undo", "redo"]
    assert "There is nothing to bring back." in press("rUq").stderr


def test_comments_and_lessons_by_one_key(path: Path) -> None:
    done = press("kcWho is meant?\neIt will be made.\nkgiq")
    assert "Nothing was decided in this sitting" in done.stderr
    assert "Your comment is kept." in done.stderr
    assert "Learnt (u takes it back): !It will be done. → It will be made." in done.stderr
    assert "changed more than one term" in done.stderr
    with Queue.open(path) as queue:
        kinds = [t.kind for t in queue.learned()]
        assert kinds[0] == "case"
        assert kinds[-1] == "ignore"
        assert [e.verdict for e in queue.log()][:3] == ["comment", "edit", "learn"]
        assert [i.original for i in queue.pending()] == ["!" + LONG]
    assert "Undone: learn" in press("uq").stderr
    with Queue.open(path) as queue:
        assert len(queue.pending()) == 2


def test_a_sentence_that_somebody_else_is_at_is_passed_over(path: Path) -> None:
    with Queue.open(path) as queue:
        queue.claim(queue.pending()[0], "bob")
    done = press("rq")
    assert "bob is at this sentence now" in done.stderr
    assert verdicts(path) == [("reject", "!They called.")]
    with Queue.open(path) as queue:
        assert [c["who"] for c in queue.rows("SELECT who FROM claims")] == ["bob"]  # a sitting leaves no claims behind


def test_filters_and_lists(path: Path) -> None:
    listed = press("", "--list")
    assert listed.return_value == 1
    lines = listed.stdout.splitlines()
    assert lines[0].split() == ["KEY", "RISK", "STATE", "DOCUMENT", "RULES", "TEXT"]
    assert len(lines) == 4
    assert len(press("", "--list", "--min-risk", "0.515").stdout.splitlines()) == 3
    assert press("", "--list", "--by-risk").stdout.splitlines()[1].endswith("!" + LONG)
    assert len(press("", "--list", "--doc", "a.txt").stdout.splitlines()) == 4
    assert press("", "--list", "--rule", "calque").return_value == 0
    press("rq")
    answered = press("", "--list", "--answered").stdout.splitlines()
    assert "reject by ada" in answered[1]
    assert "Nothing waits for review that fits." in press("", "--rule", "calque").stderr


def test_errors_are_one_line(path: Path) -> None:
    for arguments, expected in (
        (["--doc", "b.txt"], "b.txt: no such document in the queue; it holds news/a.txt"),
        (["--queue", "none.sqlite"], "no review queue at none.sqlite"),
    ):
        with pytest.raises(CleanerError, match=re.escape(expected)):
            CliRunner().invoke(command, ["--queue", "review.sqlite", *arguments], standalone_mode=False, catch_exceptions=False)
    with pytest.raises(click.UsageError):
        CliRunner().invoke(command, ["--answered"], standalone_mode=False, catch_exceptions=False)
    with Queue.open(path) as queue:
        queue.store("other/a.txt", records("!New."))
    with pytest.raises(CleanerError, match=r"several documents end so: news/a\.txt, other/a\.txt"):
        CliRunner().invoke(command, ["--queue", "review.sqlite", "--doc", "a.txt"], standalone_mode=False, catch_exceptions=False)


def test_somebody_elses_decision_is_noticed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Review.pending

    def then_another_decides(self: Review, wanted: Filter) -> list[object]:
        items = real(self, wanted)
        if self.who == "ada" and not self.queue.log():
            with Queue.open(path) as other:
                other.decide(items[0], "reject", items[0].original, "bob")
        return items

    monkeypatch.setattr(Review, "pending", then_another_decides)
    with Queue.open(path) as queue:
        from rich.console import Console

        from cleaner.review.terminal import PipedKeys, Sitting
        sitting = Sitting(Review(queue, "ada", lambda _: ()), Filter(), PipedKeys(), Console(stderr=True))
        monkeypatch.setattr(PipedKeys, "key", lambda self: "q")
        sitting.run()
        assert sitting.left == 2
        assert [e.who for e in queue.log()] == ["bob"]


def hostile() -> Record:
    text = "\x1b[2J\x1b]0;gone\x07[red]It\u202e will\r be[/red] done."
    found = (Finding(Span(0, 12), "fragment", "fluency/fragment", "major", "No \x1b[31msubject[/].", 0.8),)
    failed = Verdict("names", 0, 1, False, "\x1b[5m")
    offer = (Proposal("\x1b[2J [bold]Better\x9b.", "test", "unsafe", 0.6, "It \x1b[1mreads better.", (failed,)),)
    return Record(Span(0, len(text)), text, text, "review", 0.5, "h" * 24, found, offer, "\x1b[0mBefore", "After\x00")


def test_no_text_can_harm_the_terminal(path: Path) -> None:
    with Queue.open(path) as queue:
        queue.store("evil\x1b[2J.txt", [hostile()])
    shown = press("q", "--doc", "evil\x1b[2J.txt").stderr + press("", "--list").stdout
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown)
    assert "[red]It" in shown
    assert r"\x1b[2J" in shown


def test_colours_and_paging() -> None:
    from rich.console import Console

    console = Console(force_terminal=True, color_system="standard", width=60, height=8, legacy_windows=False)
    screen = Screen(console)
    with Queue.open(":memory:") as queue:
        queue.store("a.txt", records("!It will be done. " * 20))
        [item] = queue.pending()
    parts = screen.item(item, "1/1", "Look.")
    with console.capture() as captured:
        more = screen.page(parts, 0, "keys")
    assert more == 6
    assert "space for more" in captured.get()
    assert "⟦" not in captured.get()
    assert "\x1b[1;4;31m!It" in captured.get()
    while more:
        with console.capture() as captured:
            more = screen.page(parts, more, "keys")
    assert "space for more" not in captured.get()


def test_the_source_is_shown_and_harmless(path: Path) -> None:
    [record] = records("!It will be done.")
    with Queue.open(path) as queue:
        queue.store("b.txt", [replace(record, source="\x1b[2Jする。")])
    assert r"Source: \x1b[2Jする。" in press("q", "--doc", "b.txt").stderr


def test_choices_hold_what_the_tool_repaired_alone() -> None:
    [record] = records("!It will be done.")
    with Queue.open(":memory:") as queue:
        queue.store("a.txt", [Record(*(getattr(record, n) if n != "output" else "!It is half done." for n in Record.__slots__))])
        [item] = queue.pending()
    assert [c.text for c in choices(item)] == ["Better It will be done.", "!It is half done."]
    assert choices(item)[1].rewriter == service.TOOL
    assert [v.gate for v in failed_first(item.proposals[0])] == ["names", "numbers"]


def test_findings_are_ranked_and_text_is_tidied() -> None:
    [record] = records("!It will be done.", rules=("a", "b"))
    graver = Finding(Span(0, 1), "c", "fluency/fragment", "critical", "", 0.5)
    with Queue.open(":memory:") as queue:
        queue.store("a.txt", [Record(*(getattr(record, n) if n != "findings" else (*record.findings, graver) for n in Record.__slots__))])
        [item] = queue.pending()
    assert [f.rule for f in ranked(item)] == ["c", "a", "b"]
    assert tidy("  a\x1b[31m\tb\x07\n") == "a[31m\tb"
    assert len(list(table([item], 40))[1]) == 40


def test_the_real_gates_run_on_edits() -> None:
    from cleaner.config import Config

    with Queue.open(":memory:") as queue:
        queue.store("a.txt", records("!The ship arrived in 1999."))
        [item] = queue.pending()
        review = Review(queue, "ada", service.gates(Config(languagetool=False)))
        assert review.check(item, item.original) == ()
        assert any("1999" in v.reason for v in review.check(item, "The ship arrived in 1998."))


def test_the_reviewer_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANER_REVIEWER", "Ada L.")
    assert service.reviewer() == "Ada L."
    monkeypatch.delenv("CLEANER_REVIEWER")

    def nobody() -> str:
        raise KeyError("uid 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert service.reviewer() == "unknown"


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end of a terminal where keys are typed; the other end is standard input."""
    master, slave = pty.openpty()
    with open(slave, closefd=False) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield master
    os.close(master)
    os.close(slave)


def test_quick_typing_loses_no_key(keyboard: int) -> None:
    with TerminalKeys() as keys:
        for typed in (b"ar", b"\x1b[C"):
            os.write(keyboard, typed)
            assert "".join(keys.key() for _ in range(2 if typed == b"ar" else 1)) == typed.decode()


def test_the_editor_is_used_where_readline_cannot_be(keyboard: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with TerminalKeys() as keys:
        monkeypatch.setenv("EDITOR", "sed -i s/old/new/")
        assert keys.line("old text", editor=True) == "new text\n"
        monkeypatch.setenv("EDITOR", "/nowhere/editor")
        with pytest.raises(CleanerError, match="set \\$EDITOR"):
            keys.line("old text", editor=True)


class Typist:
    """A real terminal with `cleaner review` in it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "90", "LINES": "40", "CLEANER_REVIEWER": "ada"}
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cleaner", "review", "--queue", "review.sqlite", *arguments], cwd=folder, env=environment,
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, preexec_fn=lambda: __import__("fcntl").ioctl(0, 0x540E, 0),
        )
        os.close(slave)
        self.screen = ""

    def wait_for(self, text: str) -> str:
        """What was drawn until `text` came, without escapes."""
        drawn = ""
        deadline = time.monotonic() + 60
        while text not in (plain := re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]", "", drawn)):
            assert time.monotonic() < deadline, f"{text!r} never came; there is {plain!r}"
            if select.select([self._master], [], [], 0.2)[0]:
                try:
                    drawn += os.read(self._master, 65536).decode()
                except OSError:
                    pytest.fail(f"ended without {text!r}: {plain!r}")
        self.screen = drawn
        return plain

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def end(self) -> int:
        code = self.process.wait(timeout=60)
        os.close(self._master)
        return code


@pytest.mark.skipif(sys.platform != "linux", reason="takes the terminal by Linux's ioctl")
def test_a_whole_queue_in_a_real_terminal(path: Path) -> None:
    typist = Typist(path.parent)
    shown = typist.wait_for("[q] quit")
    assert "1/3" in shown
    assert "\x1b[?1049h" in typist.screen  # a screen of its own
    assert "\x1b[1;4;31m!It" in typist.screen
    typist.type("1")
    assert "2/3" in typist.wait_for("[q] quit")
    typist.type("u")
    assert "Undone: accept" in typist.wait_for("[q] quit")
    typist.type("e")
    typist.wait_for("> Better It will be done.")
    typist.type("\x01\x0bThe work starts now.\r")  # to the start of the line, cut it, write anew
    assert "2/3" in typist.wait_for("[q] quit")
    typist.type("q")
    typist.wait_for("To apply it: cleaner clean news/a.txt -o DIR (or --in-place)")
    assert typist.end() == 1
    assert [v for v, _ in verdicts(path)] == ["accept", "undo", "edit"]
    assert verdicts(path)[-1][1] == "The work starts now."
    typist = Typist(path.parent)
    assert "1/2" in typist.wait_for("[q] quit")
    typist.type("r")
    assert "2/2" in typist.wait_for("[q] quit")
    typist.type("a")
    typist.wait_for("nothing left.")
    assert typist.end() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="takes the terminal by Linux's ioctl")
def test_a_killed_review_keeps_its_decisions(path: Path) -> None:
    typist = Typist(path.parent)
    typist.wait_for("[q] quit")
    typist.type("r")
    typist.wait_for("2/3")
    typist.process.send_signal(signal.SIGKILL)
    typist.end()
    assert [v for v, _ in verdicts(path)] == ["reject"]
    typist = Typist(path.parent)
    assert "1/2" in typist.wait_for("[q] quit")
    typist.type("\x03")  # Ctrl+C leaves in good order
    typist.wait_for("2 left")
    assert typist.end() == 1


ARTICLE = """\
Fishing crews in Port Hallow have lost three boats since January. I am asking the harbor office for a longer wall.

The office did not answer on Friday. The council will vote on June 31 in the old town hall of Port Hallow.
"""


def clean(*arguments: str) -> int:
    from cleaner.commands.clean import command as clean_command

    done = CliRunner().invoke(
        clean_command,
        [*arguments, "--no-languagetool", "--ignore", "quality", "--queue", "review.sqlite", "--output-format", "concise", "--no-progress"],
        standalone_mode=False, catch_exceptions=False,
    )
    code: int = done.return_value
    return code


def test_answers_reach_the_file_and_outlive_edits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLEANER_REVIEWER", "ada")
    monkeypatch.setattr(service, "gates", lambda config: lambda pair: ())
    Path("a.txt").write_text(ARTICLE)
    assert clean("a.txt", "-o", "out") == 1
    assert Path("out/a.txt").read_text() == ARTICLE
    assert press("eThe crews are asking the harbor office for a longer wall.\nr").return_value == 0
    assert clean("a.txt", "-o", "out") == 0
    wanted = ARTICLE.replace("I am asking", "The crews are asking")
    assert Path("out/a.txt").read_text() == wanted
    Path("a.txt").write_text("A new first paragraph stands here.\n\n" + ARTICLE.replace("did not answer on Friday", "kept silent"))
    assert clean("a.txt", "-o", "out") == 0  # the second sentence has another neighbour now: its answer is carried
    assert "The crews are asking" in Path("out/a.txt").read_text()
    assert "June 31" in Path("out/a.txt").read_text()
    assert press("").return_value == 0
    assert clean("a.txt", "--in-place") == 0
    assert clean("a.txt", "--in-place") == 0
    assert "The crews are asking" in Path("a.txt").read_text()
    with Queue.open("review.sqlite") as queue:
        assert queue.undo("ada") is not None  # the newest is the rejection
    assert clean("a.txt", "--in-place") == 1


def test_with_two_reviewers_a_file_is_changed_when_they_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(service, "gates", lambda config: lambda pair: ())
    Path("cleaner.toml").write_text("reviewers = 2\n")
    Path("a.txt").write_text(ARTICLE.partition("\n")[0] + "\n")
    keys = "eThe crews are asking the harbor office for a longer wall.\n"
    assert clean("a.txt", "-o", "out") == 1
    assert press(keys, "--who", "ada").return_value == 0
    assert "Nothing waits" in press("", "--who", "ada").stderr
    assert clean("a.txt", "-o", "out") == 1
    assert "I am asking" in Path("out/a.txt").read_text()
    listed = press("", "--list", "--who", "bob").stdout
    assert "reviewed, accept by ada" in listed
    assert press(keys, "--who", "bob").return_value == 0
    assert clean("a.txt", "-o", "out") == 0
    assert "The crews are asking" in Path("out/a.txt").read_text()
    assert "final, accept by ada, accept by bob" in press("", "--list", "--answered").stdout


def test_an_answer_given_during_a_run_is_in_its_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaner.pipeline import Pipeline

    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(ARTICLE)
    assert clean("a.txt", "-o", "out") == 1
    real = Pipeline.clean
    answered: list[str] = []

    def meanwhile(self: Pipeline, document: Document) -> object:
        result = real(self, document)
        if not answered:
            with Queue.open("review.sqlite") as queue:
                review = Review(queue, "ada", lambda pair: ())
                answered.append(review.edit(review.pending(Filter())[0], "The crews want a longer wall.").text)
        return result

    monkeypatch.setattr(Pipeline, "clean", meanwhile)
    assert clean("a.txt", "-o", "out") == 1
    assert Path("out/a.txt").read_text() == ARTICLE.replace("I am asking the harbor office for a longer wall.", answered[0])
