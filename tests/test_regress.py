"""Regression cases: their files, the errors in them, how they are judged, written, and run from the command line."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from test_queue import records

from cleaner import languagetool
from cleaner.commands.regress import command
from cleaner.config import Config
from cleaner.core import CleanerError
from cleaner.regress import Outcome, Regression
from cleaner.regress.cases import Case, find, load
from cleaner.regress.junit import junit
from cleaner.review.queue import Queue

CASES = Path(__file__).parent / "cases"
GOOD = """\
# A comment.
- name: spoken
  context: |
    Voters go to the polls.
  sentence: 'Mayor Ada Rusk said, "We will rebuild the bridge." I emphasized.'
  after: The bridge is old.
  flag: [stranded-attribution, fluency/attribution, fluency, attribution, any]
  gone: [I emphasized, 're:\\bI em']
  accept: 'Mayor Ada Rusk emphasized, "We will rebuild the bridge."'
  keep: We will rebuild the bridge
# About the next one.

- sentence: He had had enough.
  clean: true
- {sentence: The bridge is old., keep: old, note: nothing more}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str, name: str = "a.cases.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def regress(*arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments], standalone_mode=False)


def test_a_yaml_file_is_read(folder: Path) -> None:
    first, second, third = load(write(folder, GOOD))
    assert (first.name, first.line, first.end) == ("spoken", 2, 11)
    assert first.text == (
        'Voters go to the polls.\n\nMayor Ada Rusk said, "We will rebuild the bridge." I emphasized. The bridge is old.\n'
    )
    assert first.sentence.startswith("Mayor")
    assert first.sentence.endswith("emphasized.")
    assert first.accept == ('Mayor Ada Rusk emphasized, "We will rebuild the bridge."',)
    assert second.clean
    assert second.name == "He had had enough."
    assert second.text == "He had had enough.\n"
    assert second.place.endswith("a.cases.yaml:13")
    assert (third.line, third.end) == (15, 16)


def test_json_lines_are_read(folder: Path) -> None:
    lines = [{"sentence": "He left.", "clean": True, "after": "\nThe end."}, {"sentence": "It rained.", "keep": ["rained"]}]
    path = write(folder, "\n".join(json.dumps(line) for line in lines) + "\n\n", "a.cases.jsonl")
    first, second = load(path)
    assert first.text == "He left.\n\nThe end.\n"
    assert (second.line, second.keep) == (2, ("rained",))
    assert load(write(folder, "", "b.cases.yaml")) == []


def test_a_document_is_read(folder: Path) -> None:
    write(folder, "He came.\n\nHe left.\n", "article.txt")
    text = "- document: article.txt\n  sentences:\n    - sentence: He left.\n      clean: true\n    - {sentence: He came., keep: He}\n"
    first, second = load(write(folder, text))
    assert (first.doc, first.line, first.end, first.span.start) == ("article.txt", 3, 5, 10)
    assert (second.line, second.end) == (5, 6)
    lines = json.dumps({"document": "article.txt", "sentences": [{"sentence": "He left.", "clean": True}]})
    assert load(write(folder, lines, "b.cases.jsonl"))[0].span.start == 10


@pytest.mark.parametrize(("text", "said"), [
    ("sentence: x", ":1: a file of cases is a list"),
    ("- just words", ":1: a case is a mapping"),
    ("- sentence: [", ":1: not YAML"),
    ("- a: b: c", ":1: not YAML"),
    ("\x00", "not YAML"),
    ("- sentence: x\n  sentence: y\n  clean: true", ":1: 'sentence' stands twice"),
    ("- clean: true", ":1: a case needs a “sentence”"),
    ("- {sentence: x, clean: true}\n- sentence: 12\n  clean: true", ":2: 'sentence' must be text"),
    ("- {sentence: x, cleen: true}", "unknown key 'cleen' (did you mean 'clean'?)"),
    ("- {sentence: x, clean: 1}", "'clean' must be true or false"),
    ("- {sentence: x, keep: [1]}", "'keep' must be text or a list of texts"),
    ("- {sentence: x}", "the case expects nothing"),
    ("- {sentence: x, clean: true, flag: any}", "cannot have flag, gone or accept as well"),
    ("- {sentence: x, flag: doubled-marks}", "unknown rule or category 'doubled-marks' (did you mean 'doubled-mark'?)"),
    ("- {sentence: x, gone: y}", "'y' is not in the sentence, so it cannot be gone"),
    ("- {sentence: x, gone: 're:('}", "is no regular expression"),
    ("- {sentence: x, keep: y}", "'y' is not in the sentence, so it cannot be kept"),
    ("- {sentence: x  y, accept: x y}", "cannot be an accepted rewrite"),
    ("- {document: none.txt, sentences: [{sentence: x, clean: true}]}", "none.txt"),
    ("- {document: a.txt}", "needs its path as “document” and a list of cases"),
    ("- {document: a.txt, sentences: [x]}", "a case is a mapping"),
    ("- {document: a.txt, sentence: x}", "has the keys document, sentences and note, not sentence"),
    ("- {document: a.txt, sentences: [{sentence: He, clean: true}]}", "must stand in the document exactly once"),
    ("- {document: a.txt, sentences: [{sentence: She left., context: x, clean: true}]}", "leave out “context”, “after” and “source”"),
])
def test_what_is_wrong_with_a_file_is_said_in_one_line(folder: Path, text: str, said: str) -> None:
    write(folder, "He came. He stayed. She left.\n", "a.txt")
    with pytest.raises(CleanerError) as caught:
        load(write(folder, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "a.cases.yaml" in str(caught.value)


def test_what_is_wrong_with_json_lines(folder: Path) -> None:
    with pytest.raises(CleanerError, match=r"a\.cases\.jsonl:2: not JSON \(.* at character 2\)"):
        load(write(folder, '{"sentence": "x", "clean": true}\n{', "a.cases.jsonl"))
    (folder / "b.cases.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(CleanerError, match="UTF-8"):
        load(folder / "b.cases.jsonl")


def test_files_are_found(folder: Path) -> None:
    a, b = write(folder, GOOD, "x/a.cases.yaml"), write(folder, "", "x/y/b.cases.jsonl")
    write(folder, "", "x/other.yaml")
    assert find(["x", a]) == [Path("x/a.cases.yaml"), Path("x/y/b.cases.jsonl"), a]
    assert b.exists()
    with pytest.raises(CleanerError, match="no such file or folder"):
        find(["none"])
    (folder / "empty").mkdir()
    with pytest.raises(CleanerError, match="holds no file of cases"):
        find(["empty"])


def test_cases_pass_and_fail_with_a_diff(folder: Path) -> None:
    write(folder, GOOD)
    done = regress("a.cases.yaml", "--no-languagetool")
    assert done.return_value == 0, done.stdout
    assert re.search(r"all +3 +3 +0 +0 +0", done.stdout)
    write(folder, """\
- {sentence: 'He came,, then left.', clean: true}
- {sentence: The bridge is old., flag: invented-i, gone: old, accept: The bridge is ancient.}
- {sentence: 'He came,, then left.', keep: ',,'}
- {sentence: He is old., flag: any, known: nobody minds}
- {sentence: 'She came,, then left.', flag: any, known: no longer}
""")
    done = regress("a.cases.yaml", "--no-languagetool", "--junit", "out/x.xml")
    assert done.return_value == 1
    assert "a.cases.yaml:1: He came,, then left." in done.stdout
    assert "flagged, though it is good: doubled-mark" in done.stdout
    assert "changed, though it is good" in done.stdout
    assert "not flagged as invented-i" in done.stdout
    assert "“old” survives" in done.stdout
    assert "no accepted rewrite is the output" in done.stdout
    assert "nearest accepted, against the output: The bridge is [-ancient-]{+old+}." in done.stdout
    assert "“,,” is lost" in done.stdout
    assert "a.cases.yaml:5: passes now; take “known” out" in done.stdout
    assert "He is old" not in done.stdout
    assert "He is old" in regress("a.cases.yaml", "--no-languagetool", "--known").stdout
    root = ElementTree.parse("out/x.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("5", "3", "1")
    assert [c.get("line") for c in root.iter("testcase")] == ["1", "2", "3", "4", "5"]
    assert "survives" in (root.find(".//testcase[2]/failure").text or "")  # type: ignore[union-attr]


def test_cases_that_need_languagetool_are_skipped_visibly(folder: Path) -> None:
    write(folder, "- {sentence: He has an dog., flag: languagetool}\n- {sentence: He has a dog., clean: true}\n")
    done = regress("a.cases.yaml", "--no-languagetool")
    assert done.return_value == 0
    assert "skipped 1: languagetool needs LanguageTool: `cleaner doctor --install` brings it" in done.stdout
    assert re.search(r"all +2 +1 +0 +0 +1", done.stdout)


def test_without_an_installed_languagetool_the_pipeline_does_without(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languagetool, "available", lambda: False)
    cases = load(write(folder, "- {sentence: He has an dog., flag: languagetool}\n- {sentence: He has a dog., clean: true}\n"))
    with Regression(Config()) as regression:
        assert [o.skipped != "" for o in regression.outcomes(cases)] == [True, False]
        assert [o.passed for o in map(regression.outcome, cases)] == [False, True]


def test_expectations_are_updated_only_when_asked_and_only_where_they_fail(folder: Path) -> None:
    text = """\
# Head.
- name: wrong
  sentence: "He came,, then left."
  clean: true   # it is not
# Between.

- {sentence: The bridge is old., flag: invented-i}
- sentence: He had had enough.
  clean: true
"""
    path = write(folder, text)
    write(folder, "He came.\n\nHe left.\n", "article.txt")
    document = "- document: article.txt\n  sentences:\n    - sentence: He left.\n      flag: any\n    - {sentence: He came., keep: He}\n"
    other = write(folder, document, "b.cases.yaml")
    lines = write(folder, '{"sentence": "He left.", "flag": "any"}\n{"sentence": "He ran.", "clean": true}\n', "c.cases.jsonl")
    assert regress(".", "--no-languagetool").return_value == 1
    assert path.read_text() == text
    assert regress(".", "--no-languagetool", "--update").return_value == 0
    assert path.read_text() == """\
# Head.
- name: wrong
  sentence: He came,, then left.
  flag:
  - doubled-mark
  accept:
  - He came, then left.
# Between.

- sentence: The bridge is old.
  clean: true
- sentence: He had had enough.
  clean: true
"""
    assert other.read_text() == """\
- document: article.txt
  sentences:
    - sentence: He left.
      clean: true
    - {sentence: He came., keep: He}
"""
    assert lines.read_text() == '{"sentence": "He left.", "clean": true}\n{"sentence": "He ran.", "clean": true}\n'
    assert regress(".", "--no-languagetool", "--update").return_value == 0


def test_reviewed_sentences_become_cases(folder: Path) -> None:
    with Queue.open("q.sqlite") as queue:
        queue.store("a.txt", records("Calm.", "!It will be done.", "!They called.", "!Open."))
        first, second, third = queue.pending()
        queue.decide(first, "edit", "The work starts.", "ada")
        queue.decide(second, "reject", second.original, "ada")
    assert regress("add", first.key[:8], second.key, "--queue", "q.sqlite", "--to", "x/r.cases.jsonl").return_value == 0
    made = [json.loads(line) for line in Path("x/r.cases.jsonl").read_text().splitlines()]
    assert made == [
        {"name": f"a.txt {first.key[:8]}", "context": "Calm.", "sentence": "!It will be done.", "after": "!They called.",
         "flag": ["fragment"], "accept": ["The work starts."]},
        {"name": f"a.txt {second.key[:8]}", "context": "!It will be done.", "sentence": "!They called.", "after": "!Open.",
         "clean": True},
    ]
    again = regress("add", "--all", "--queue", "q.sqlite", "--to", "x/r.cases.jsonl")
    assert "0 added to x/r.cases.jsonl, 2 were there already" in again.stderr
    assert len(Path("x/r.cases.jsonl").read_text().splitlines()) == 2
    for arguments, said in (
        ([third.key], "nobody has decided about it yet"), (["zzz"], "no sentence has such a key"),
        ([""], "several sentences have keys that begin so"), ([first.key, "--to", "x.yaml"], "ends in .cases.jsonl"),
    ):
        with pytest.raises(CleanerError, match=re.escape(said)):
            CliRunner().invoke(command, ["add", *arguments, "--queue", "q.sqlite"], standalone_mode=False, catch_exceptions=False)
    with pytest.raises(click.UsageError):
        CliRunner().invoke(command, ["add", "--queue", "q.sqlite"], standalone_mode=False, catch_exceptions=False)


def test_help_is_that_of_running(folder: Path) -> None:
    assert "cleaner regress add" in CliRunner().invoke(command, ["--help"]).stdout
    assert "reviewed sentences" in CliRunner().invoke(command, ["add", "--help"]).stdout


def test_junit_holds_any_text() -> None:
    case = Case(Path("a.cases.yaml"), 1, 2, "\x1b[2J￾ <&>", "x", "case.txt", load(CASES / "seed.cases.yaml")[0].span)
    xml = junit([Outcome(case, ("\x00 lost",), output="\x07")])
    assert ElementTree.fromstring(xml).find(".//testcase").get("name") == r"\x1b[2J <&>"  # type: ignore[union-attr]


def test_the_shipped_cases_are_enough_and_of_our_own_writing() -> None:
    cases = [c for path in find([CASES]) for c in load(path)]
    own = [c for c in cases if c.doc == "case.txt"]
    assert sum(not c.clean for c in own) >= 120
    assert sum(c.clean for c in own) >= 120
    article = next(c.text for c in cases if c.doc != "case.txt")
    rest = article
    for c in cases:
        if c.doc != "case.txt":
            rest = rest.replace(c.sentence, "")
        else:
            assert c.sentence not in article
    assert not rest.strip()  # the seed article is there whole
