"""What holds for any text: nothing is lost, everything stays in its place, and only what a record changed differs."""

import codecs
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaner import formats
from cleaner.config import Config
from cleaner.core import CleanerError, Document
from cleaner.pipeline import Pipeline, Result

PIECES = [
    "He said", "she left", "The mayor opened the fair", "I emphasized", "Did.", "U.S.", "5 p.m.", "No. 1", "Mr. Brown",
    "2019 / 20", "£ 75", '"', '" ', ' "', "“", "”", "'", "‘", "’", "「", "」", ",,", ", ", ". ", ".", "! !!", "...", " ..", "(",
    ")", " ( ", "【", "】", "・", "、", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\t", " ", "  ", "\u3000", "\xa0", "\u2028", "😀",
    "é", "é", "無死満塁", "한국", "- ", "1. ", "# ", "> ", "`", "```\n", "**", "*", "_", "[a](b)", "![x](y)", "<b>", "</b>", "<br>",
    "&amp;", "|", "\\", "https://a.example/b", "tea@example.org", "<!-- cleaner: ignore -->", "<!-- x -->", "--Yahoo! News",
    "the the", "12800,000", '6\'2"', "=", "---\n", "~~", "\u200b",
]
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=200).filter(lambda t: "\x00" not in t))
NAMES = st.sampled_from(["a.txt", "a.md"])
CALM = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
RULES = (
    "doubled-mark", "full-width-mark", "space-in-brackets", "glued-dash", "broken-exclamation", "orphan-dots", "html-entity",
    "repeated-word",
)


def read(name: str, text: str) -> Document | None:
    """The document, or None for one whose orders to the tool are refused."""
    try:
        return formats.parse(name, text)
    except CleanerError:
        if "cleaner: ignore" in text:  # with no text after it
            return None
        raise


@CALM
@given(NAMES, TEXTS)
def test_nothing_is_lost_or_moved(name: str, text: str) -> None:
    document = read(name, text)
    if document is None:
        return
    assert document.text == text
    assert len(document.plain) == len(text)
    assert all(p == t or (p == " " and t not in "\r\n") for p, t in zip(document.plain, text, strict=True))
    for before, after in zip(document.blocks, document.blocks[1:], strict=False):
        assert before.span.end <= after.span.start
    for before, after in zip(document.segments, document.segments[1:], strict=False):
        assert before.span.end <= after.span.start
    for segment in document.segments:
        assert segment.target == segment.span.of(text)
        assert segment.block.span.contains(segment.span)
        assert segment.target.strip() == segment.target != ""
    held = {i for s in document.segments for i in range(s.span.start, s.span.end)}
    for block in document.blocks:
        if block.kind != "code":
            assert all(document.plain[i].isspace() or i in held for i in range(block.span.start, block.span.end))
    for start, quotation in zip([-1, *(q.span.start for q in document.quotations)], document.quotations, strict=False):
        assert start <= quotation.span.start
        assert quotation.span.contains(quotation.inner)
        assert quotation.span.end <= len(text)
        for part in (quotation.speaker, quotation.verb):
            assert part is None or part.of(document.plain).strip()
    for protected in (*document.protected, *(s.span for s in document.suppressions)):
        assert protected.end <= len(text)


@CALM
@given(st.sampled_from([b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE]), NAMES, st.one_of(TEXTS, st.binary(max_size=60)))
def test_bytes_that_decode_come_back(mark: bytes, name: str, body: str | bytes) -> None:
    codec = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(mark, "utf-8")
    data = mark + (body if isinstance(body, bytes) else body.encode(codec))
    try:
        document = formats.read(name, data)
    except CleanerError:
        return
    assert formats.encode(document.text, document.encoding) == data


@cache
def pipeline(unsafe: bool) -> Pipeline:
    return Pipeline(Config(select=RULES, languagetool=False, unsafe_fixes=unsafe))


def check(result: Result) -> None:
    text, output, at = result.document.text, [], 0
    assert [r.span for r in result.records] == sorted(r.span for r in result.records)
    for record in result.records:
        assert at <= record.span.start <= record.span.end <= len(text)
        assert record.original == record.span.of(text)
        output += [text[at:record.span.start], record.output]
        at = record.span.end
    assert "".join([*output, text[at:]]) == result.output, "something changed outside the records"
    for protected in result.document.protected:
        assert protected.of(text) in result.output


@CALM
@given(st.booleans(), NAMES, TEXTS)
def test_changes_stay_inside_their_records(unsafe: bool, name: str, text: str) -> None:
    document = read(name, text)
    if document is not None:
        check(pipeline(unsafe).clean(document))


def test_a_change_touches_nothing_else() -> None:
    text = "\tHe came,, then  left.\r\n\r\n`a,, b`  was   here,, too. \r"
    result = pipeline(False).clean(formats.parse("a.md", text))
    check(result)
    assert result.output == "\tHe came,, then  left.\r\n\r\n`a,, b`  was   here, too. \r"  # a tab makes code of the first line
