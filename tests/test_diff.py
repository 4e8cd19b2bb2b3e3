"""Comparisons lose nothing, are readable, and are safe to show."""

import io
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleaner import cli
from cleaner.diff import compare, hunks, lines, marked, paired, shortened, words
from cleaner.outputs.html import Comparison, page
from cleaner.outputs.paragraphs import Change, paragraphs
from cleaner.outputs.tracked import between
from cleaner.outputs.words import cells, inline, side_by_side, unified
from cleaner.records import rewritten
from cleaner.segment import from_text

TEXTS = st.text(st.sampled_from("ab .,\n\r\"'é日\x1b"), max_size=40)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@given(TEXTS, TEXTS)
def test_pieces_make_both_texts(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert "".join(p.text for p in pieces if p.kind != "new") == old
    assert "".join(p.text for p in pieces if p.kind != "old") == new
    assert all(p.text for p in pieces)


@given(TEXTS, TEXTS)
def test_pairs_make_both_texts(old: str, new: str) -> None:
    found = [pair for hunk in hunks(old, new) for pair in paired(hunk)]
    assert "".join(a for a, _ in found if a is not None) == old
    assert "".join(b for _, b in found if b is not None) == new


@given(TEXTS)
def test_words_and_lines_make_the_text(text: str) -> None:
    assert "".join(words(text)) == text
    assert "".join(lines(text)) == text


@pytest.mark.parametrize(("old", "new", "shown"), [
    ("I am here.", "We are here.", "[-I am-]{+We are+} here."),
    ("He didn't go.", "He did go.", "He [-didn't-]{+did+} go."),
    ("Prices rose.", "Prices rose sharply.", "Prices rose{+ sharply+}."),
    ("A U.S. plan", "A US plan", "A [-U.S.-]{+US+} plan"),
    ("same", "same", "same"),
    ("", "new", "{+new+}"),
])
def test_changes_are_whole_words(old: str, new: str, shown: str) -> None:
    assert marked(compare(old, new)) == shown


def test_long_equal_stretches_are_cut() -> None:
    long = " ".join(f"w{n}" for n in range(40))
    shown = marked(shortened(compare(f"{long} old {long}", f"{long} new {long}"), around=3))
    assert shown == "… w38 w39 [-old-]{+new+} w0 w1 …"


def test_a_line_finds_the_line_it_became() -> None:
    [hunk] = [h for h in hunks("one two three\n", "brand new\none two four\n") if h.changed]
    assert list(paired(hunk)) == [(None, "brand new\n"), ("one two three\n", "one two four\n")]
    [back] = [h for h in hunks("brand new\none two four\n", "one two three\n") if h.changed]
    assert list(paired(back)) == [("brand new\n", None), ("one two four\n", "one two three\n")]


def test_renderings_of_equal_texts_are_empty() -> None:
    assert not [*unified("a", "x", "x"), *inline("a", "x", "x"), *side_by_side("a", "x", "x", 80)]


@given(TEXTS, TEXTS)
def test_no_rendering_lets_an_escape_through(old: str, new: str) -> None:
    for shown in (unified("a\x1bb", old, new), inline("a\x1bb", old, new), side_by_side("a\x1bb", old, new, 60)):
        assert "\x1b" not in ANSI.sub("", "".join(shown))
    assert "\x1b" not in "".join(page([Comparison("a\x1bb", old, new, {})]))


def test_side_by_side_keeps_its_columns() -> None:
    old = "日本の経済 grew " + "verylongword" * 10 + "\n"
    shown = [ANSI.sub("", line) for line in "".join(side_by_side("a", old, old.replace("grew", "has grown"), 60)).splitlines()]
    assert all("│" in line or "┼" in line for line in shown)
    assert {cells(line[:line.index("│")]) for line in shown if "│" in line} == {29}
    assert all(cells(line) <= 60 for line in shown)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_whole_and_runs_nothing() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=y> & \u202e \"quoted\"\n"
    html = "".join(page([Comparison("<b>.txt", evil, evil.replace("alert", "notify"), {0: ["<i>why"]}, "<u>")]))
    parsed = _Page()
    parsed.feed(html)
    assert not parsed.open
    assert not {"script", "img", "b", "i", "u", "link"} & set(parsed.tags)
    assert "default-src 'none'" in html
    assert "<del>alert</del>" in html
    assert "<ins>notify</ins>" in html
    assert "&lt;i&gt;why" in html
    assert not re.search(r"https?:|url\(|@import", html)
    assert "<p>Nothing.</p>" in "".join(page([]))


# The command


@pytest.fixture
def diff(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cleaner", "diff", *args])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capfd.readouterr()

    return run


FAST = ("--no-languagetool", "--no-queue", "--select", "doubled-mark,quote-empty")


@pytest.mark.parametrize(("style", "shows"), [
    ("unified", "-Prices rose,, they say.\n+Prices rose, they say.\n"),
    ("words", "3: Prices rose,[-,-] they say.\n"),
    ("side-by-side", "Prices rose,, they say.    │ Prices rose, they say."),
])
def test_shows_what_cleaning_would_change(diff: Callable[..., tuple[int, str, str]], style: str, shows: str) -> None:
    text = 'A sign said "".\n\nPrices rose,, they say.\n'
    Path("a.txt").write_text(text)
    code, out, err = diff("a.txt", "--style", style, "--width", "56", *FAST)
    assert code == 1
    assert shows in out
    assert "1 sentence would change, 1 for review" in err
    assert Path("a.txt").read_text() == text


def test_two_files_are_compared_as_they_are(diff: Callable[..., tuple[int, str, str]]) -> None:
    Path("a.txt").write_text("One,, two.\n")
    Path("b.txt").write_text("One,, three.\n")
    assert diff("a.txt", "a.txt")[:2] == (0, "")
    code, out, _ = diff("a.txt", "b.txt", "--style", "words")
    assert code == 1
    assert out == "a.txt → b.txt\n1: One,, [-two-]{+three+}.\n"
    assert diff("a.txt", "b.txt", "--html", "new/page.html")[0] == 1
    assert "<ins>three</ins>" in Path("new/page.html").read_text()


def test_page_says_why(diff: Callable[..., tuple[int, str, str]]) -> None:
    Path("a.txt").write_text("Prices rose,, they say.\n\nNothing here.\n")
    assert diff("a.txt", "--html", "page.html", *FAST)[0] == 1
    page = Path("page.html").read_text()
    assert "doubled-mark: " in page
    assert "1 changed, 0 for review" in page


def test_tracked_changes_have_the_whole_text_and_notes(diff: Callable[..., tuple[int, str, str]]) -> None:
    Path("a.txt").write_text('Prices rose,, they say.\n\nNothing here.\n\nA sign said "" <b>twice</b>.\n')
    assert diff("a.txt", "--tracked", "page.html", *FAST)[0] == 1
    html = Path("page.html").read_text()
    parsed = _Page()
    parsed.feed(html)
    assert not parsed.open
    assert not {"script", "link", "b"} & set(parsed.tags)
    assert "default-src 'none'" in html
    assert "@media print" in html
    assert "Prices rose,<del>,</del> they say." in html
    assert "Nothing here." in html
    assert "1 place changed, 1 still to be decided" in html
    assert html.count('<li id="note-') == 2
    assert "To be decided." in html
    assert diff("a.txt", "--tracked", "page.html", "--html", "other.html")[0] == 2


def test_two_files_as_tracked_changes(diff: Callable[..., tuple[int, str, str]]) -> None:
    Path("a.txt").write_text("One.\n\nTwo here.\n\nThree.\n")
    Path("b.txt").write_text("New.\n\nOne.\n\nTwo there.\n\nThree.\n\nEnd.")
    assert diff("a.txt", "b.txt", "--tracked", "page.html")[0] == 1
    html = Path("page.html").read_text()
    assert "Two <del>here</del><ins>there</ins>." in html
    assert "<ins>New." in html
    assert "End.</ins>" in html
    assert 'class="notes"' not in html


@given(st.text(st.sampled_from("ab .,\n"), min_size=1, max_size=40).filter(str.strip), TEXTS)
@example("a\n\n", "\na")
@example("b\n", "a\n\nb\n b,")
def test_versions_of_a_text_make_a_result(old: str, new: str) -> None:
    document = from_text(old, "a.txt")
    made = between(document, new, "both")
    assert rewritten(old, made.records) == new
    shown = list(paragraphs(document, [Change(r.span, r.output) for r in made.records]))
    left = "".join(s.old for p in shown for s in p.stretches)
    right = "".join(s.new for p in shown for s in p.stretches)
    assert "".join(left.split()) == "".join(old.split())
    assert "".join(right.split()) == "".join(new.split())


def test_nothing_to_change(diff: Callable[..., tuple[int, str, str]]) -> None:
    Path("a.txt").write_text("Prices rose, they say.\n")
    assert diff("a.txt", *FAST)[:2] == (0, "")
    assert diff("a.txt", "missing.txt", *FAST)[0] == 2
