"""The command line as a person meets it: outputs, exit codes, and one clear line for whatever is wrong."""

import errno
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from cleaner import cli
from cleaner.core import Document
from cleaner.pipeline import Pipeline

FIXABLE = "Prices rose,, they say.\n"
FIXED = "Prices rose, they say.\n"
DOUBTFUL = 'The sign said "" in red.\n'
GOOD = "Prices rose, they say.\n\nNobody knows why.\n"
FAST = ("--no-languagetool", "--select", "doubled-mark,quote-empty,quote-nested")


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def cleaner(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ran]:
    """Run the command line in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def run(*args: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["cleaner", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, out, err)

    return run


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


# What comes out


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (FIXABLE, 0), (DOUBTFUL, 1), (FIXABLE + "\n" + DOUBTFUL, 1)])
def test_exit_code_says_what_is_left(cleaner: Callable[..., Ran], text: str, code: int) -> None:
    write("a.txt", text)
    assert cleaner("clean", "a.txt", "-o", "out", *FAST).code == code
    assert Path("out/a.txt").read_text() == text.replace(",,", ",")
    assert Path("a.txt").read_text() == text


def test_without_an_output_nothing_is_written_and_fixes_are_left(cleaner: Callable[..., Ran]) -> None:
    write("a.txt", FIXABLE)
    ran = cleaner("clean", "a.txt", "--no-queue", *FAST)
    assert ran.code == 1
    assert "doubled-mark" in ran.out
    assert "rose,[-,-] they" in ran.out
    assert sorted(os.listdir()) == ["a.txt"]
    assert cleaner("clean", "a.txt", "--no-queue", "--exit-zero", *FAST).code == 0


def test_in_place_writes_only_what_changed(cleaner: Callable[..., Ran]) -> None:
    changed, same = write("a.txt", FIXABLE), write("b.txt", GOOD)
    os.utime(same, (1, 1))
    assert cleaner("clean", "a.txt", "b.txt", "--in-place", *FAST).code == 0
    assert changed.read_text() == FIXED
    assert same.stat().st_mtime == 1


@pytest.mark.parametrize("data", [FIXABLE.encode(), b"\xef\xbb\xbf" + FIXABLE.replace("\n", "\r\n").encode(), FIXABLE.encode("utf-16")])
def test_standard_input_comes_out_cleaned_byte_for_byte(cleaner: Callable[..., Ran], data: bytes, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "cleaner", "clean", "-", *FAST], input=data, capture_output=True, check=True, cwd=tmp_path)
    assert done.stdout == data.replace(b",,", b",").replace(b",\0,\0", b",\0")
    assert not (tmp_path / ".cleaner").exists() or not list((tmp_path / ".cleaner").glob("*.jsonl"))


def test_diff_can_be_applied_and_says_what_it_cannot_fix(cleaner: Callable[..., Ran]) -> None:
    write("a.txt", f"{GOOD}\n{FIXABLE}\n{DOUBTFUL}\n{GOOD.rstrip()}")
    ran = cleaner("clean", "a.txt", "--diff", *FAST)
    assert ran.code == 1
    assert "1 cannot be fixed without a person" in ran.err
    assert not Path(".cleaner").exists()
    Path("patch").write_text(ran.out)
    subprocess.run(["patch", "--quiet", "a.txt", "patch"], check=True)
    assert Path("a.txt").read_text() == f"{GOOD}\n{FIXED}\n{DOUBTFUL}\n{GOOD.rstrip()}"


def test_folders_patterns_and_their_places(cleaner: Callable[..., Ran]) -> None:
    for name in ("in/a.txt", "in/sub/a.txt", "in/sub/b.md", "in/.hidden.txt", "in/.git/c.txt", "in/image.png"):
        write(name, FIXABLE)
    assert cleaner("clean", "in", "-o", "in/out", *FAST).code == 0
    assert sorted(str(p) for p in Path("in/out").rglob("*.*")) == ["in/out/a.txt", "in/out/sub/a.txt", "in/out/sub/b.md"]
    ran = cleaner("clean", "in", "-o", "in/out", "--statistics", *FAST)
    assert "3 files: 3 sentences fixed, 0 for review" in ran.err  # the outputs of the first run are no inputs of the second
    assert "     3 doubled-mark (fixed)" in ran.err
    assert cleaner("clean", "in/**/a.txt", "-o", "globbed", *FAST).code == 0
    assert Path("globbed/sub/a.txt").exists()
    shutil.rmtree("in/out")
    assert cleaner("clean", "in/a.txt", "in", "./in/a.txt", "in/sub/a.txt", "--output-format", "concise", *FAST).out.count("/a.txt:") == 2


def test_odd_names(cleaner: Callable[..., Ran]) -> None:
    odd = os.fsdecode(b"caf\xe9 \x1b[31m.txt")
    write(odd, FIXABLE + "\n" + DOUBTFUL)
    ran = cleaner("clean", ".", "-o", "out", "--report", "r.jsonl", "--output-format", "concise", *FAST)
    assert ran.code == 1
    assert Path("out", odd).exists()
    assert "caf\\xe9 \\x1b[31m.txt:1:12 doubled-mark" in ran.out
    assert {json.loads(line)["doc"] for line in Path("r.jsonl").read_text().splitlines()} == {"caf\\xe9 \x1b[31m.txt"}
    write("a.txt", GOOD)
    taken = cleaner("clean", "a.txt", "-", "--stdin-filename", "a.txt", "--output-format", "concise", *FAST)
    assert taken.code == 2
    assert "--stdin-filename" in taken.err


def test_report_and_statistics_agree(cleaner: Callable[..., Ran]) -> None:
    write("a.txt", f"{FIXABLE}\n{DOUBTFUL}\n{GOOD}")
    ran = cleaner("clean", "a.txt", "--report", "deep/report.jsonl", "--output-format", "jsonl", *FAST)
    lines = Path("deep/report.jsonl").read_text()
    assert ran.out == lines
    assert [json.loads(line)["status"] for line in lines.splitlines()] == ["fixed", "review", "unchanged", "unchanged"]


# What goes wrong


def test_a_bad_file_is_told_and_the_others_go_on(cleaner: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.txt", FIXABLE)
    Path("latin.txt").write_bytes("Café closed,, they say.".encode("latin-1"))
    write("empty.txt", "")
    write("crash.txt", "Boom.\n")
    write("z.txt", FIXABLE)
    usual = Pipeline.clean

    def clean(self: Pipeline, document: Document) -> object:
        if "Boom" in document.text:
            raise ZeroDivisionError("boom")
        return usual(self, document)

    monkeypatch.setattr(Pipeline, "clean", clean)
    names = ("a.txt", "latin.txt", "empty.txt", "crash.txt", "missing.txt", "z.txt")
    ran = cleaner("clean", *names, "-o", "out", "--report", "r.jsonl", *FAST)
    assert ran.code == 2
    complaints = [line for line in ran.err.splitlines() if line.startswith("cleaner: ")]
    assert len(complaints) == 4
    for name, hint in (("latin.txt", "iconv"), ("empty.txt", "empty"), ("crash.txt", "ZeroDivisionError"), ("missing.txt", "no such file")):
        assert any(name in line and hint in line for line in complaints)
    assert Path("out/a.txt").read_text() == Path("out/z.txt").read_text() == FIXED
    assert len(Path("r.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(("args", "says"), [
    (["missing.txt"], "no such file"),
    (["*.nothing"], "no file matches"),
    (["empty"], "holds no file"),
    (["a.txt", "b/a.txt", "-o", "out"], "both become out/a.txt"),
    (["a.txt", "-o", "."], "--in-place"),
    (["a.txt", "-o", "a.txt"], "a.txt"),
    (["a.txt", "--select", "doubled-marks"], "did you mean 'doubled-mark'?"),
    (["a.txt", "--config", "none.toml"], "no such settings file"),
    (["a.txt", "--report", "a.txt/report"], "a.txt/report"),
    (["a.txt", "--output-format", "xml"], "xml"),
    (["a.txt", "-o", "out", "--in-place"], "exclude each other"),
    (["a.txt", "--diff", "--output-format", "json"], "choose one"),
    (["-", "--in-place"], "in place"),
    (["-", "a.txt"], "stdout"),
    (["image.png"], "unknown kind of file"),
    ([], "Missing argument"),
])
def test_every_mistake_is_explained(cleaner: Callable[..., Ran], args: list[str], says: str) -> None:
    write("a.txt", FIXABLE)
    write("b/a.txt", FIXABLE)
    write("image.png", FIXABLE)
    Path("empty").mkdir()
    before = {p: p.read_bytes() for p in Path().rglob("*") if p.is_file() and ".cleaner" not in p.parts}
    ran = cleaner("clean", *args, "--no-languagetool", *([] if "--select" in args else FAST[1:]))
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert {p: p.read_bytes() for p in Path().rglob("*") if p.is_file() and ".cleaner" not in p.parts} == before


def test_forbidden_files_and_folders(cleaner: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    write("secret.txt", FIXABLE)
    write("a.txt", FIXABLE)
    read, make = Path.read_bytes, tempfile.mkstemp

    def read_bytes(self: Path) -> bytes:  # tests may run as root, to whom nothing is forbidden
        if self.name == "secret.txt":
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(self)

    def mkstemp(**where: object) -> tuple[int, str]:
        if str(where["dir"]) == "locked":
            raise PermissionError(errno.EACCES, "Permission denied")
        return make(**where)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    monkeypatch.setattr(tempfile, "mkstemp", mkstemp)
    ran = cleaner("clean", "secret.txt", "a.txt", "-o", "locked", *FAST)
    assert ran.code == 2
    assert "secret.txt: cannot be read (Permission denied)" in ran.err
    assert "locked/a.txt: cannot be written (Permission denied)" in ran.err
    report = cleaner("clean", "a.txt", "--report", "locked/r.jsonl", *FAST)
    assert report.code == 2
    assert "locked/r.jsonl: cannot be written (Permission denied)" in report.err


def test_output_folder_that_is_a_file(cleaner: Callable[..., Ran]) -> None:
    write("a.txt", FIXABLE)
    write("out", "precious")
    ran = cleaner("clean", "a.txt", "-o", "out", *FAST)
    assert ran.code == 2
    assert "out/a.txt: cannot be written" in ran.err
    assert Path("out").read_text() == "precious"


def test_a_closed_pipe_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{FIXABLE}\n" * 2000)
    done = subprocess.run(
        f"{sys.executable} -m cleaner clean a.txt --no-queue --output-format jsonl {' '.join(FAST)} | head -c 10", shell=True,
        capture_output=True, check=False, cwd=tmp_path,
    )
    assert done.stdout == b'{"schema":'
    assert done.stderr == b""


def test_interrupted_work_is_kept(tmp_path: Path) -> None:
    for n in range(300):
        (tmp_path / f"{n:03}.txt").write_text(f"{FIXABLE}\n{GOOD}\n" * 20)
    run = subprocess.Popen(
        [sys.executable, "-m", "cleaner", "clean", ".", "-o", "out", "--report", "r.jsonl", "--no-progress", *FAST], cwd=tmp_path,
        stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores it
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "out" / "001.txt").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 2
    assert b"cleaner: stopped" in err
    assert b"Traceback" not in err
    done = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert 2 <= len(done) < 300
    reported = {json.loads(line)["doc"] for line in (tmp_path / "r.jsonl").read_text().splitlines()}
    assert sorted(reported) == done
    assert not list(tmp_path.rglob("*.part"))


# Speed and safety


def test_nothing_heavy_is_imported_for_help() -> None:
    heavy = "{'spacy', 'rich', 'transformers', 'sentencex', 'numpy', 'markdown_it', 'language_tool_python', 'sqlite3', 'rapidfuzz'}"
    code = f"import sys, cleaner.cli, cleaner.commands.clean, cleaner.commands.diff; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.mark.parametrize("args", [("--help",), *((c, "--help") for c in cli.COMMANDS), ("--version",)])
def test_help_of_every_command(cleaner: Callable[..., Ran], args: tuple[str, ...]) -> None:
    ran = cleaner(*args)
    assert ran.code == 0
    assert args == ("--version",) or "Usage: " in ran.out


def test_unknown_command(cleaner: Callable[..., Ran]) -> None:
    assert cleaner("cleen").code == 2


def test_a_large_batch_is_read_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaner.config import Config
    from cleaner.pipeline import run
    from cleaner.segment import from_text

    read = 0

    def documents() -> object:
        nonlocal read
        for n in range(100):
            read += 1
            yield from_text(FIXABLE, f"{n}.txt")

    with Pipeline(Config(select=("doubled-mark",), languagetool=False, jobs=2)) as pipeline:
        results = run(pipeline, documents())
        assert next(results).document.name == "0.txt"
        assert read <= 5
        assert [r.document.name for r in results] == [f"{n}.txt" for n in range(1, 100)]


@pytest.mark.parametrize("form", ["full", "concise", "github"])
def test_document_text_cannot_steer_a_terminal(cleaner: Callable[..., Ran], form: str) -> None:
    write("a.txt", 'Bold \u202emove,, he said\u2028"" ::error::x.\n\n::warning::Prices\t[red]rose[/red],, 50%0A.\n')
    ran = cleaner("clean", "a.txt", "--output-format", form, *FAST)
    assert "\u202e" not in ran.out
    assert "\u2028" not in ran.out
    if form == "full":
        assert "\\u202e" in ran.out
        assert "[red]rose[/red]" in ran.out
    assert not any(line.lstrip().startswith(("::error::", "::warning::")) for line in ran.out.splitlines())


def test_colours_go_to_terminals_only(cleaner: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.txt", FIXABLE)
    assert "\x1b" not in cleaner("clean", "a.txt", "--diff", *FAST).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31m" in cleaner("clean", "a.txt", "--diff", *FAST).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in cleaner("clean", "a.txt", "--diff", *FAST).out


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_terminals(cleaner: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        write(f"in/{n}.txt", FIXABLE)
    assert "cleaning" not in cleaner("clean", "in", "-o", "out", *FAST).err
    monkeypatch.setattr(sys, "stderr", Terminal(io.FileIO(2, "wb", closefd=False), encoding="utf-8", write_through=True))
    monkeypatch.setenv("TERM", "xterm")
    shown = cleaner("clean", "in", "-o", "out", "--output-format", "concise", *FAST)
    assert "3/3" in shown.err
    assert "3/3" not in shown.out
    assert shown.out.count("doubled-mark") == 3
    assert "3/3" not in cleaner("clean", "in", "-o", "out", "--no-progress", *FAST).err


def test_rules(cleaner: Callable[..., Ran]) -> None:
    listed = cleaner("rules").out
    assert re.search(r"^doubled-mark +minor +fluency/punctuation +The same comma", listed, re.MULTILINE)
    explained = cleaner("rules", "doubled-mark").out
    assert "bad   He came[,,] then left.\n  after He came, then left." in explained
    assert "changed without asking" in explained
    assert "is a member of the family languagetool" in cleaner("rules", "languagetool.SOME_RULE").out
    family = cleaner("rules", "quotation").out
    assert "quote-nested" in family
    assert "doubled-mark" not in family
    assert cleaner("rules", "quotation", "--markdown").out.count("### ") == len(family.splitlines())
    unknown = cleaner("rules", "doubld-mark")
    assert unknown.code == 2
    assert "did you mean 'doubled-mark'?" in unknown.err
    assert cleaner("rules", "--json", "--markdown").code == 2


def test_rules_for_programs(cleaner: Callable[..., Ran]) -> None:
    rules = json.loads(cleaner("rules", "--json").out)
    assert {"name", "family", "category", "severity", "doc", "source", "changes", "rewriters", "examples"} == set(rules[0])
    [one] = [r for r in rules if r["name"] == "doubled-mark"]
    first = one["examples"][0]
    assert first["bad"][first["start"]:first["end"]] == ",,"
    assert json.loads(cleaner("rules", "doubled-mark", "--json").out) == [one]


def test_the_interrupt_is_told_in_a_line(cleaner: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    def clean(self: Pipeline, document: Document) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pipeline, "clean", clean)
    write("a.txt", FIXABLE)
    ran = cleaner("clean", "a.txt", "-o", "out", "--report", "r.jsonl", *FAST)
    assert (ran.code, ran.err.strip()) == (2, "cleaner: stopped; what was done until then is kept")
    assert Path("r.jsonl").read_text() == ""


# The queue


def test_answers_are_applied_and_dismissals_stay(cleaner: Callable[..., Ran]) -> None:
    from cleaner.review.queue import Queue

    write("a.txt", f"{DOUBTFUL}\n{GOOD}")
    assert cleaner("clean", "a.txt", "-o", "out", *FAST).code == 1
    with Queue.open(".cleaner/review.sqlite", create=False) as queue:
        [item] = queue.pending()
        queue.decide(item, "edit", "The sign was red.", "ada")
    ran = cleaner("clean", "a.txt", "-o", "out", *FAST)
    assert ran.code == 0
    assert Path("out/a.txt").read_text() == f"The sign was red.\n\n{GOOD}"
    write("b.txt", DOUBTFUL.replace("red", "blue"))
    assert cleaner("clean", "b.txt", "--diff", *FAST).code == 1
    with Queue.open(".cleaner/review.sqlite", create=False) as queue:
        assert queue.documents() == ["a.txt"]
        queue.dismiss("b.txt", "quote-empty", "ada")
    assert cleaner("clean", "b.txt", "-o", "out", *FAST).code == 0


def test_an_answer_follows_its_sentence_to_new_surroundings(cleaner: Callable[..., Ran]) -> None:
    from cleaner.review.queue import Queue

    sentence = 'The old sign at the station said "" in red letters.'
    write("a.txt", f"Before.\n\n{sentence}\n")
    cleaner("clean", "a.txt", "-o", "out", *FAST)
    with Queue.open(".cleaner/review.sqlite", create=False) as queue:
        [item] = queue.pending()
        queue.decide(item, "edit", "The old sign was red.", "ada")
    write("a.txt", f"Another beginning.\n\n{sentence}\n\nAnd an end.\n")
    assert cleaner("clean", "a.txt", "-o", "out", *FAST).code == 0
    assert Path("out/a.txt").read_text() == "Another beginning.\n\nThe old sign was red.\n\nAnd an end.\n"


def test_a_damaged_queue_stops_before_anything_is_written(cleaner: Callable[..., Ran]) -> None:
    write("a.txt", FIXABLE)
    write("broken.sqlite", "no database " * 100)
    ran = cleaner("clean", "a.txt", "-o", "out", "--queue", "broken.sqlite", *FAST)
    assert ran.code == 2
    assert "broken.sqlite" in ran.err
    assert not Path("out").exists()
