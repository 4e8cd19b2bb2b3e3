"""Reports and outputs: the schema as documented, SARIF as specified, GitHub's escapes, and places that an editor can jump to."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.core import Document, Finding, Proposal, Record, Span, Verdict
from cleaner.outputs import FORMATS, render
from cleaner.outputs.places import Lines
from cleaner.pipeline import Result
from cleaner.report import row
from cleaner.segment import from_text

DOCS = Path(__file__).parents[1] / "docs"
TEXT = "First line,, here.\r\nI emphasized.\n\nGood one.\n"


def finding(text: str, part: str, rule: str, **more: object) -> Finding:
    at = text.index(part)
    base = {"category": "fluency/grammar", "severity": "major", "message": f"“{part}” is wrong.", "confidence": 0.87654}
    return Finding(Span(at, at + len(part)), rule, **{**base, **more})


def result(text: str = TEXT, name: str = "a.txt") -> Result:
    """A fixed sentence, one for review with a refused suggestion, and a good one."""
    fixed, review, good = (Span(text.index(a), text.index(a) + len(a)) for a in ("First line,, here.", "I emphasized.", "Good one."))
    refused = Verdict("names", 0.51234, 1.0, False, "adds “He”")
    proposals = (
        Proposal("He emphasized.", "subject", "unsafe", 0.61234, "“I” is nobody.", (Verdict("numbers", 1.0, 1.0, True), refused)),
        Proposal("They emphasized.", "subject", "unsafe", 0.4, "“I” is nobody.", ()),
    )
    records = (
        Record(
            fixed, fixed.of(text), "First line, here.", "fixed", 0.2, "k1", (finding(text, ",,", "doubled-mark", severity="minor"),), (),
        ),
        Record(review, review.of(text), review.of(text), "review", 0.93, "k2", (
            finding(text, "I", "invented-i"), finding(text, "I emphasized.", "stranded-attribution", severity="critical"),
        ), proposals),
        Record(good, good.of(text), good.of(text), "unchanged", 0.1, "k3", (), ()),
    )
    return Result(Document(name, text, text, (), ()), text.replace(",,", ","), records)


def printed(form: str, *results: Result) -> str:
    return click.unstyle("".join(render(form, iter(results))))


def test_row_is_as_documented() -> None:
    made = row("a.txt", result().records[1])
    assert made == {
        "schema": 1, "doc": "a.txt", "start": 20, "end": 33, "original": "I emphasized.", "output": "I emphasized.", "source": None,
        "status": "review",
        "reason": "", "risk": 0.93, "key": "k2",
        "findings": [
            {"start": 20, "end": 21, "rule": "invented-i", "category": "fluency/grammar", "severity": "major", "confidence": 0.877,
             "message": "“I” is wrong."},
            {"start": 20, "end": 33, "rule": "stranded-attribution", "category": "fluency/grammar", "severity": "critical",
             "confidence": 0.877, "message": "“I emphasized.” is wrong."},
        ],
        "suggestions": [
            {"text": "He emphasized.", "rewriter": "subject", "safety": "unsafe", "score": 0.612, "reason": "“I” is nobody.", "verdicts": [
                {"gate": "numbers", "score": 1.0, "threshold": 1.0, "passed": True, "reason": ""},
                {"gate": "names", "score": 0.512, "threshold": 1.0, "passed": False, "reason": "adds “He”"},
            ]},
            {"text": "They emphasized.", "rewriter": "subject", "safety": "unsafe", "score": 0.4, "reason": "“I” is nobody.",
             "verdicts": []},
        ],
    }


def keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def test_every_field_has_its_line_in_the_docs() -> None:
    text = (DOCS / "report.md").read_text()
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    documented = {name.strip(" `") for cell in rows for name in cell.split(",")}
    assert set(keys([row("a.txt", r) for r in result().records])) == documented


def test_json_and_json_lines_hold_the_same() -> None:
    lines = [json.loads(line) for line in printed("jsonl", result()).splitlines()]
    assert lines == [row("a.txt", r) for r in result().records]
    assert json.loads(printed("json", result())) == lines
    assert json.loads(printed("json")) == []


def test_concise() -> None:
    assert printed("concise", result()) == (
        "a.txt:1:11 doubled-mark [fix] “,,” is wrong.\n"
        "a.txt:2:1 invented-i “I” is wrong.\n"
        "a.txt:2:1 stranded-attribution “I emphasized.” is wrong.\n"
    )


def test_full() -> None:
    shown = printed("full", result())
    assert "a.txt:1:11 doubled-mark minor, 88% sure: “,,” is wrong.\n  │ First line,, here.\n  │           ^^\n" in shown
    assert "  │ First line,[-,-] here.\n" in shown
    assert "suggestion 1, unsafe\n  │ [-I-]{+He+} emphasized.\n    why: “I” is nobody.\n    refused by names: adds “He”\n" in shown
    assert shown.count("why:") == 1
    assert "Good one" not in shown


def test_full_shows_a_long_sentence_around_its_finding() -> None:
    text = f"{'so ' * 100}bad {'and ' * 100}end."
    found = (finding(text, "bad", "some-rule", message="Bad."), finding(text, text, "other", message="All bad."))
    record = Record(Span(0, len(text)), text, text, "review", 0.5, "k", found, ())
    shown = printed("full", Result(Document("a.txt", text, text, (), ()), text, (record,)))
    assert max(len(line) for line in shown.splitlines()) < 130
    assert "no suggestion" in shown


def test_a_finding_over_two_records_is_told_once() -> None:
    text = "One two. Three four."
    wide = finding(text, "two. Three", "invented-i")
    records = tuple(
        Record(Span(a, b), text[a:b], text[a:b], "review", 0.5, str(a), (wide,), ()) for a, b in ((0, 8), (9, 20))
    )
    whole = Result(Document("a.txt", text, text, (), ()), text, records)
    assert printed("concise", whole).count("invented-i") == 1
    assert len(json.loads(printed("sarif", whole))["runs"][0]["results"]) == 1


def test_github() -> None:
    odd = "Rate 5%,\nI said, 50%: ::x::.\n"
    f = finding(odd, "5%,\nI", "odd-rule", message="50%\r\nand ::more::\x1b[2J", severity="critical")
    one = finding(odd, "I", "odd-rule", severity="neutral")
    record = Record(Span(0, len(odd) - 1), odd[:-1], odd[:-1], "review", 0.5, "k", (f, one), ())
    shown = printed("github", Result(Document("a,b:c.txt", odd, odd, (), ()), odd, (record,)))
    assert shown == (
        "::error file=a%2Cb%3Ac.txt,line=1,endLine=2,title=odd-rule::50%25%0D%0Aand ::more::\\x1b[2J\n"
        "::notice file=a%2Cb%3Ac.txt,line=2,endLine=2,col=1,endColumn=2,title=odd-rule::“I” is wrong.\n"
    )
    assert printed("github", result()).count("::warning ") == 1
    assert "Perhaps: He emphasized." in printed("github", result())
    assert "doubled-mark" not in printed("github", result())


def test_sarif() -> None:
    log = json.loads(printed("sarif", result(), result(TEXT.replace("First", "Another First"), "dir with space/ü.txt")))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert driver["name"] == "cleaner"
    for made in run["results"]:
        assert driver["rules"][made["ruleIndex"]]["id"] == made["ruleId"]
        assert made["level"] in {"none", "note", "warning", "error"}
        place = made["locations"][0]["physicalLocation"]
        region = place["region"]
        assert region["charLength"] == region["endColumn"] - region["startColumn"]
        assert all(region[k] >= 1 for k in ("startLine", "startColumn", "endLine", "endColumn"))
        assert len(next(iter(made["partialFingerprints"].values()))) == 32
    first, second = run["results"][0], run["results"][1]
    texts = [[f["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] for f in r["fixes"]] for r in (first, second)]
    assert texts == [["First line, here."], ["He emphasized.", "They emphasized."]]
    assert run["results"][3]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "dir%20with%20space/%C3%BC.txt"
    prints = [json.dumps(r["partialFingerprints"]) for r in run["results"]]
    assert prints[:3] == prints[3:]  # the words are the same, the places are not
    assert len(set(prints)) == 3
    assert json.loads(printed("sarif"))["runs"][0]["results"] == []
    assert "file:///x/y.txt" in printed("sarif", result(name="/x/y.txt"))


def test_sarif_needs_a_known_rule() -> None:
    record = Record(Span(0, 2), "ab", "ab", "review", 0.5, "k", (finding("ab", "ab", "no-such-rule"),), ())
    with pytest.raises(ValueError, match="no-such-rule"):
        printed("sarif", Result(Document("a.txt", "ab", "ab", (), ()), "ab", (record,)))


@given(st.text(st.sampled_from("ab\n\r日"), max_size=30), st.data())
def test_places_lead_back(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    line, column = Lines(text).place(offset)
    assert line >= 1
    assert column >= 1
    start = offset - column + 1
    assert start == 0 or text[start - 1] in "\r\n"
    assert Lines(text).place(start) == (line, 1)


@pytest.mark.parametrize("form", FORMATS)
def test_outputs_do_not_wait_for_the_end(form: str) -> None:
    taken = []

    def results() -> Iterator[Result]:
        for n in range(3):
            taken.append(n)
            yield result(name=f"{n}.txt")

    for piece in render(form, results()):
        if "0.txt" in piece:
            break
    assert taken == [0]


def test_settled_records_are_not_listed() -> None:
    document = from_text("Kept as it is.")
    record = Record(Span(0, 14), document.text, document.text, "unchanged", 0.5, "k", (finding(document.text, "Kept", "doubled-mark"),), ())
    whole = Result(document, document.text, (record,))
    assert printed("concise", whole) == printed("full", whole) == printed("github", whole) == ""


def test_what_is_dealt_with_in_a_record_for_review_is_marked() -> None:
    text = "I said,, so."
    done, left = finding(text, ",,", "doubled-mark"), finding(text, "I", "invented-i")
    record = Record(Span(0, 12), text, "I said, so.", "review", 0.5, "k", (left, done), (), settled=frozenset({done}))
    whole = Result(Document("a.txt", text, text, (), ()), "I said, so.", (record,))
    assert printed("concise", whole) == "a.txt:1:1 invented-i “I” is wrong.\na.txt:1:7 doubled-mark [fix] “,,” is wrong.\n"
    assert "doubled-mark" not in printed("github", whole)
    assert [r["properties"]["fixed"] for r in json.loads(printed("sarif", whole))["runs"][0]["results"]] == [False, True]
