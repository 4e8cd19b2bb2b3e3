"""`cleaner score`: order, score, formats, and a page that is safe to open whatever a document says."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cleaner import formats
from cleaner.cli import cli
from cleaner.config import Config
from cleaner.core import CleanerError, Finding, Span
from cleaner.estimator import Estimate, Word
from cleaner.outputs import heatmap
from cleaner.pipeline import Pipeline
from cleaner.scoring import Assessment, level
from cleaner.segment import from_text

GOOD = "The council voted on Tuesday to close the pool. Repairs will take six weeks, officials said.\n"
BAD = (
    "The voltage of the opening was folded by the second goodbye. Did. I was received of the feeling with the wall.\n\n"
    "It became the form of did.\n"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("good.txt").write_text(GOOD)
    Path("bad.txt").write_text(BAD)
    return tmp_path


def score(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["score", "--no-languagetool", *arguments], standalone_mode=False, catch_exceptions=False)


def assessed(text: str, risks: tuple[float, ...]) -> Assessment:
    return Assessment(from_text(text), (), risks, ())


def test_riskiest_come_first_and_documents_are_ranked() -> None:
    run = score("good.txt", "bad.txt")
    assert run.return_value == 0
    own = re.findall(r"^bad\.txt:\d+:\d+ risk (\d\.\d\d)", run.stdout, re.MULTILINE)
    assert len(own) == 4
    assert own == sorted(own, reverse=True)
    ranked = run.stdout.partition("documents, worst first")[2]
    assert ranked.index("bad.txt") < ranked.index("good.txt")
    assert "⟦" in run.stdout


def test_jsonl_holds_the_same() -> None:
    rows = [json.loads(line) for line in score("bad.txt", "--output-format", "jsonl").stdout.splitlines()]
    *segments, whole = rows
    assert [r["kind"] for r in rows] == ["segment"] * 4 + ["document"]
    assert all(BAD[r["start"]:r["end"]] == r["text"] for r in segments)
    assert all(r["start"] <= a < b <= r["end"] for r in segments for a, b in r["doubted"])
    words = [len(r["text"].split()) for r in segments]
    risk = sum(w * r["risk"] for w, r in zip(words, segments, strict=True)) / sum(words)
    assert whole["score"] == pytest.approx(100 * (1 - risk), abs=0.01)
    assert whole["segments"] == 4


def test_a_budget_shows_what_would_go_to_review() -> None:
    run = score("good.txt", "bad.txt", "--review-budget", "25%")
    assert len(re.findall(r"^(?:good|bad)\.txt:\d", run.stdout, re.MULTILINE)) == 2
    (bar,) = re.findall(r"--min-risk (\S+)", run.stderr)
    found = score("good.txt", "bad.txt", "--min-risk", bar).stdout
    assert len(re.findall(r"^(?:good|bad)\.txt:\d", found, re.MULTILINE)) == 2


def test_fail_under() -> None:
    assert score("bad.txt", "--fail-under", "100").return_value == 1
    assert score("bad.txt", "--fail-under", "0").return_value == 0


def test_nothing_is_changed_or_stored(here: Path) -> None:
    score("bad.txt")
    assert sorted(p.name for p in here.iterdir()) == ["bad.txt", "good.txt"]
    assert Path("bad.txt").read_text() == BAD


def test_a_bad_input_is_one_line_and_the_others_are_read() -> None:
    Path("broken.txt").write_bytes(b"\xff\xfe\xfa")
    run = score("broken.txt", "missing.txt", "bad.txt")
    assert run.return_value == 2
    assert "bad.txt: score" in run.stdout
    assert len([line for line in run.stderr.splitlines() if line.startswith("cleaner: ")]) == 2


@pytest.mark.parametrize("text", [
    "# Only a heading\n", "```\ncode only\n```\n", "日本語。\n", "| a | b |\n| - | - |\n| 1 | 2 |\n", "***\n", "word " * 3000,
])
def test_any_document_has_a_score(text: str) -> None:
    Path("odd.md").write_text(text)
    run = score("odd.md", "--html", "odd.html")
    assert run.return_value == 0
    assert "odd.md: score" in run.stdout


def test_score_is_the_share_of_words_without_risk() -> None:
    assert assessed("One two three four. Five six.", (1.0, 0.0)).score == pytest.approx(100 * 2 / 6)
    assert assessed("", ()).score == 100
    assert [level(r) for r in (0.0, 0.19, 0.2, 0.4, 0.6, 0.8, 1.0)] == [0, 0, 1, 2, 3, 4, 4]


def test_reasons_are_the_rules_then_the_model() -> None:
    document = from_text("Nobody were there.")
    finding = Finding(Span(7, 11), "agreement", "fluency/grammar", "major", "“Nobody” takes “was”.", 0.9)
    weak = Finding(Span(0, 6), "cue", "fluency/grammar", "minor", "A weak cue.", 0.2)
    words = (Word(Span(0, 6), 0.1, 0.1, 0.1), Word(Span(7, 11), 0.8, 0.1, 0.1))
    made = Assessment(document, (weak, finding), (0.5,), (Estimate(0.0, words),))
    assert made.reasons(0) == ["“Nobody” takes “was”.", "A weak cue.", "The quality model doubts “were”."]


class _Page(HTMLParser):
    """Tags, classes and text of a page; fails on tags that do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.said = ""
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


def test_page_says_the_article_and_nothing_runs() -> None:
    text = (
        "# A <b>bold</b> head\n\nHe said \"<script>alert(1)</script>\" & left' onmouseover=alert(1) x='. I emphasized.\u202e\x1b[31m\n\n"
        "```\n<img src=x onerror=alert(1)>\n```\n\n- an item\n"
    )
    document = formats.parse("<i>name</i>.md", text)
    with Pipeline(Config(languagetool=False)) as pipeline:
        page = "".join(heatmap.page([pipeline.assess(document)]))
    read = _Page(page)
    assert not read.tags & {"script", "img", "b", "i", "link", "iframe"}
    assert not any(name.startswith("on") or name in ("src", "srcdoc") for name, _ in read.attributes)
    assert all(value.startswith("#") for name, value in read.attributes if name == "href" and value)
    assert any(name == "content" and value and "default-src 'none'" in value for name, value in read.attributes)
    assert "<script>alert(1)</script>" in read.said
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_page_marks_by_number_and_line_not_by_colour_alone() -> None:
    document = from_text("It became the form of did. Fine words.")
    doubts = Estimate(1.0, (Word(Span(0, 2), 0.1, 0.0, 0.0), Word(Span(14, 18), 0.9, 0.0, 0.0)))
    page = "".join(heatmap.page([Assessment(document, (), (0.87, 0.05), (doubts, Estimate(-3.0, ())))]))
    assert "<u>form</u>" in page
    assert "<sup>87</sup>" in page
    assert page.count("<sup>") == 1
    assert 'title="Risk 87 (very high). The quality model doubts “form”."' in page


def test_page_ranks_documents_and_links_to_places() -> None:
    page = "".join(heatmap.page(assessed(t, r) for t, r in (("Good one.", (0.1,)), ("Bad one.", (0.9,)))))
    rows = re.findall(r'<tr><td>(\d+)</td><td><a href="#(d\d)"', page)
    assert rows == [("10", "d2"), ("90", "d1")]
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


def test_html_takes_every_format_of_output() -> None:
    run = score("bad.txt", "--html", "out/heat.html", "--output-format", "jsonl")
    assert run.return_value == 0
    assert Path("out/heat.html").read_text().startswith("<!doctype html>")
    assert all(json.loads(line) for line in run.stdout.splitlines())


def test_wrong_use_is_told() -> None:
    with pytest.raises(click.UsageError):
        score("bad.txt", "--fail-under", "101")
    with pytest.raises(CleanerError, match="write a share"):
        score("bad.txt", "--review-budget", "lots")
