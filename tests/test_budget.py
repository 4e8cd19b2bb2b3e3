"""The review budget: who goes to review, who does not, and what stays as it was."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cleaner import budget
from cleaner.cli import cli
from cleaner.config import Config, load
from cleaner.core import Answer, CleanerError, Finding, Record, Span
from cleaner.pipeline import Pipeline, Result
from cleaner.segment import from_text

BAD = (
    "The voltage of the opening was folded by the second goodbye. I was received of the feeling with the wall. Did. It became the form of "
    "did. The council met on Tuesday,, officials said. Repairs will take six weeks, officials said."
)


def clean(text: str = BAD, answers: dict[str, Answer] | None = None, **settings: object) -> Result:
    with Pipeline(Config(languagetool=False, **settings), answers) as pipeline:
        return pipeline.clean(from_text(text))


@pytest.mark.parametrize(("said", "chosen"), [
    ("all", {0, 1, 2, 3, 4}), ("20%", {1}),
    ("40 %", {1, 4}), ("2", {1, 4}), ("99", {0, 1, 2, 3, 4}), ("0.5%", {1}), ("100%", {0, 1, 2, 3, 4}),
])
def test_budget_takes_the_riskiest(said: str, chosen: set[int]) -> None:
    assert budget.parse(said).chosen([0.1, 0.9, 0.2, 0.3, 0.8]) == chosen


def test_least_risk_and_share_together() -> None:
    risks = [0.1, 0.9, 0.2, 0.3, 0.8]
    assert budget.parse("all", 0.3).chosen(risks) == {1, 3, 4}
    assert budget.parse("20%", 0.3).chosen(risks) == {1}
    assert budget.parse("20%", 0.95).chosen(risks) == set()
    assert budget.parse("20%").chosen([]) == set()


@pytest.mark.parametrize("said", ["", "0", "0%", "101%", "-3", "20 percent", "1e3", "many"])
def test_what_is_no_budget_is_said(said: str) -> None:
    with pytest.raises(CleanerError, match="write a share"):
        budget.parse(said)


def test_settings_take_a_number_or_a_share(tmp_path: Path) -> None:
    file = tmp_path / "cleaner.toml"
    for written, held in (("15", "15"), ('"20%"', "20%"), ('"all"', "all")):
        file.write_text(f"review_budget = {written}\nmin_risk = 0.4\n")
        assert load(file).review_budget == held
    file.write_text("review_budget = true\n")
    with pytest.raises(CleanerError, match=r"cleaner\.toml.*write a share"):
        load(file)


def test_the_riskiest_go_to_review_flagged_or_not() -> None:
    everything = clean()
    limited = clean(review_budget="3")
    order = sorted(everything.records, key=lambda r: -r.risk)
    assert {r.original for r in limited.records if r.status == "review"} <= {r.original for r in order[:4]}
    assert sum(r.status == "review" for r in limited.records) == 3
    for r in limited.records:
        added = [f for f in r.findings if f.rule == budget.RISKIEST]
        assert all(r.span.contains(f.span) and "review budget" in f.message for f in added)
        assert not added or r.status == "review"


def test_what_is_beyond_keeps_its_findings_and_says_why() -> None:
    free, limited = clean().records, clean(review_budget="1").records
    beyond = [(a, b) for a, b in zip(free, limited, strict=True) if b.reason]
    assert beyond
    for before, after in beyond:
        assert before.status == "review"
        assert after.status in ("unchanged", "fixed")
        assert after.findings == before.findings
        assert after.output == before.output
        assert not any(after.is_fixed(f) for f in after.findings if f not in after.settled)


def test_sure_repairs_stay() -> None:
    limited = clean(review_budget="1", min_risk=0.99)
    assert "Tuesday, officials" in limited.output
    assert not any(r.status == "review" for r in limited.records)


def test_a_risk_is_a_bar() -> None:
    limited = clean(min_risk=0.3)
    assert any(r.status == "review" for r in limited.records)
    assert all((r.risk >= 0.3) == (r.status == "review") for r in limited.records if r.output == r.original)


def test_unflagged_ones_can_be_refused() -> None:
    for pattern in (budget.RISKIEST, "quality"):
        limited = clean("The council voted to close the pool. Repairs will take six weeks.", review_budget="1", ignore=(pattern,))
        assert not any(r.status == "review" for r in limited.records)
    silent = clean("<!-- cleaner: ignore quality -->\n\n" + BAD.split(" Did.")[0], review_budget="50%")
    assert not any(f.rule == budget.RISKIEST for r in silent.records for f in r.findings)


def test_answered_sentences_use_up_the_budget() -> None:
    first = clean(review_budget="1")
    (asked,) = [r for r in first.records if r.status == "review"]
    answer = Answer("reject", asked.original, frozenset(f.rule for f in asked.findings))
    again = clean(answers={asked.key: answer}, review_budget="1")
    assert not any(r.status == "review" for r in again.records)


def record(status: str, *, output: str = "a", settled: frozenset[Finding] = frozenset()) -> Record:
    found = Finding(Span(0, 1), "rule", "fluency/grammar", "major", "wrong")
    return Record(Span(0, 1), "a", output, status, 0.5, "key", (found,), (), settled=settled)  # type: ignore[arg-type]


@pytest.mark.parametrize(("status", "within", "after"), [
    ("review", True, "review"), ("review", False, "unchanged"), ("unchanged", True, "review"), ("fixed", True, "review"),
    ("unchanged", False, "unchanged"), ("fixed", False, "fixed"),
])
def test_limit_by_status(status: str, within: bool, after: str) -> None:
    never: Callable[[Record], bool] = lambda _: False  # noqa: E731  # a one-line stand-in
    doubt = Finding(Span(0, 1), budget.RISKIEST, "accuracy/mistranslation", "major", "risky")
    records = [record(status), record("unchanged")]
    made = budget.limit(records, [0.5, 0.1 if within else 0.9], budget.parse("1"), settled=never, doubt=lambda _: doubt)
    assert made[0].status == after
    assert bool(made[0].reason) == (status == "review" and not within)


def test_a_changed_record_beyond_the_budget_stays_changed() -> None:
    (made, _) = budget.limit(
        [record("review", output="b"), record("unchanged")], [0.1, 0.9], budget.parse("1"), settled=lambda _: False, doubt=lambda _: None,
    )
    assert (made.status, made.output) == ("fixed", "b")
    assert not made.is_fixed(made.findings[0])


def test_command_line_limits_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(BAD)
    run = CliRunner().invoke(cli, [
        "clean", "a.txt", "-o", "out", "--no-languagetool", "--review-budget", "1", "--report", "r.jsonl",
    ], standalone_mode=False, catch_exceptions=False)
    rows = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    assert run.return_value == 1
    assert sum(r["status"] == "review" for r in rows) == 1
    assert any(r["reason"].startswith("beyond the review budget") for r in rows)
    assert "beyond the review budget" in run.stderr
    key = next(r["key"] for r in rows if r["status"] == "review")
    from cleaner.review.queue import Queue

    with Queue.open(tmp_path / ".cleaner/review.sqlite") as queue:
        assert [i.key for i in queue.pending()] == [key]
    none = CliRunner().invoke(
        cli, ["clean", "a.txt", "-o", "out", "--no-languagetool", "--min-risk", "1", "--no-queue"], standalone_mode=False,
    )
    assert none.return_value == 0
    with pytest.raises(CleanerError, match="command line: a review budget cannot be"):
        CliRunner().invoke(cli, ["clean", "a.txt", "--review-budget", "x"], standalone_mode=False, catch_exceptions=False)


def test_what_was_answered_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("The council voted on Tuesday to close the pool. Repairs will take six weeks, officials said. All left.\n")

    def run(*arguments: str, keys: str = "") -> int:
        done = CliRunner().invoke(cli, arguments, input=keys, standalone_mode=False, catch_exceptions=False)
        assert isinstance(done.return_value, int)
        return done.return_value

    clean = ("clean", "a.txt", "-o", "out", "--no-languagetool", "--review-budget")
    assert run(*clean, "1") == 1
    assert run("review", keys="r") == 0
    assert run(*clean, "1") == 0
    assert run(*clean, "2") == 1
    shown = CliRunner().invoke(cli, ["clean", "a.txt", "--no-languagetool", "--review-budget", "2"], standalone_mode=False)
    assert "no suggestion: a person must look at this" in shown.stdout
