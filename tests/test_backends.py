"""Rewrite models: what they are asked, what becomes of their answers, and that none of them can break a run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from cleaner import backends, config
from cleaner.analysis import Analysis
from cleaner.backends import Candidate, Guarded, Request, Signature, prompts
from cleaner.backends.cache import Remembered
from cleaner.backends.settings import Settings
from cleaner.commands.config import command
from cleaner.config import Config
from cleaner.core import CleanerError, Finding, Span
from cleaner.pipeline import Pipeline
from cleaner.rewriters.neural import edits
from cleaner.segment import from_text

RULES = ("doubled-mark", "quote-empty")


class Fake:
    """A backend that knows its answers by heart."""

    signature = Signature("fake", "7", (("beams", 2),))

    def __init__(self, answers: dict[str, list[Candidate]]) -> None:
        self.answers = answers
        self.asked: list[list[Request]] = []

    def propose(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        self.asked.append(list(requests))
        return [self.answers.get(r.text, []) for r in requests]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Make every ``ct2:`` spec load this backend, or raise this error."""

    def put(backend: object) -> None:
        def load(spec: str, settings: Settings, say: Callable[[str], None]) -> object:
            if isinstance(backend, Exception):
                raise backend
            return backend

        monkeypatch.setattr(backends, "load", load)

    return put


def pipeline(**given: object) -> Pipeline:
    return Pipeline(Config(**{"select": RULES, "languagetool": False, "rewriter": "ct2:x", **given}))  # type: ignore[arg-type]


def finding(start: int, end: int) -> Finding:
    return Finding(Span(start, end), "doubled-mark", "fluency/punctuation", "minor", "twice")


TEXT = "Nobody came. Prices are rose,, they  say. All is well."


def test_flagged_segments_are_asked_about_in_one_batch_with_their_context(install: Callable[[object], None]) -> None:
    fake = Fake({"Prices are rose,, they say.": [Candidate("Prices rose, they say.", 0.8)]})
    install(fake)
    with pipeline() as made:
        result = made.clean(from_text(TEXT))
    [[request]] = fake.asked
    assert (request.before, request.text, request.after) == ("Nobody came.", "Prices are rose,, they say.", "All is well.")
    assert [(f.rule, f.span.of(request.text)) for f in request.findings] == [("doubled-mark", ",,")]
    record = next(r for r in result.records if r.original.startswith("Prices"))
    by_model = [p for p in record.proposals if p.rewriter.startswith("neural")]
    assert by_model[0].text == "Prices rose, they  say."
    assert by_model[0].rewriter == "neural:fake@7;beams=2"
    assert by_model[0].safety == "unsafe"


def test_what_no_rule_flagged_is_left_alone_unless_asked_for(install: Callable[[object], None]) -> None:
    install(fake := Fake({"Nobody came.": [Candidate("No one came.", 0.9)]}))
    with pipeline() as made:
        assert all(r.original != "Nobody came." or not r.proposals for r in made.clean(from_text(TEXT)).records)
    with pipeline(rewriting={"every_segment": True}) as made:
        [record] = [r for r in made.clean(from_text(TEXT)).records if r.original == "Nobody came."]
    assert [p.text for p in record.proposals] == ["No one came."]
    assert [len(batch) for batch in fake.asked] == [1, 3]


def test_distant_edits_are_suggestions_of_their_own_and_one_together(install: Callable[[object], None]) -> None:
    install(Fake({"Prices are rose,, they say.": [Candidate("The prices are rose,, as they say.", 0.6)]}))
    with pipeline() as made:
        analysis = Analysis(from_text(TEXT))
        found = made.suggest(analysis, made.detect(analysis))
    texts = {s.apply(TEXT)[13:-13].rstrip(): s for s in found if s.rewriter.startswith("neural")}
    assert set(texts) == {
        "The prices are rose,, as they  say.", "The prices are rose,, they  say.", "Prices are rose,, as they  say.",
    }
    assert [s.findings for t, s in texts.items() if t.startswith("The") and "as" not in t] == [()]


def test_a_model_s_scores_rank_below_the_rules(install: Callable[[object], None]) -> None:
    install(Fake({"Prices are rose,, they say.": [Candidate("Prices rose,, they say.", 1.0)]}))
    with pipeline() as made:
        analysis = Analysis(from_text(TEXT))
        found = made.suggest(analysis, made.detect(analysis))
    assert [s.rewriter.startswith("neural") for s in found] == [False, True]


@pytest.mark.parametrize("candidate", [
    "", "Prices are rose,, they say.", "Prices\nrose, they say.", "Prices ⁇ rose", "Prices\x1b[31m rose,, they say.", "Prices " * 40,
])
def test_what_cannot_be_a_post_edit_is_dropped(candidate: str, install: Callable[[object], None]) -> None:
    install(Fake({"Prices are rose,, they say.": [Candidate(candidate, 0.9)]}))
    guarded = Guarded("ct2:x", Settings(), pytest.fail)
    assert guarded.propose([Request("Prices are rose,, they say.")]) == [[]]


def test_a_model_that_is_missing_means_one_warning(install: Callable[[object], None], capsys: pytest.CaptureFixture[str]) -> None:
    install(CleanerError("x: there is no such model"))
    with pipeline() as made:
        first = made.clean(from_text(TEXT))
        made.clean(from_text(TEXT))
    assert "Prices are rose, they  say." in first.output
    assert capsys.readouterr().err == "cleaner: the rewriter ct2:x cannot be used (x: there is no such model): fewer suggestions\n"


def test_a_model_that_crashes_means_one_warning_and_is_left_alone_in_the_end(install: Callable[[object], None]) -> None:
    class Broken(Fake):
        def propose(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            self.asked.append(list(requests))
            raise MemoryError("no room\nat all")

    install(fake := Broken({}))
    said: list[str] = []
    guarded = Guarded("ct2:x", Settings(), said.append)
    assert [guarded.propose([Request("A b c.")]) for _ in range(4)] == [[[]]] * 4
    assert said == ["the rewriter ct2:x failed (no room): fewer suggestions"]
    assert len(fake.asked) == 3
    assert not guarded


def test_without_a_model_nothing_is_asked_or_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pipeline(rewriter="none") as made:
        assert not made.model
        made.clean(from_text(TEXT))
    assert not capsys.readouterr().err


@pytest.mark.parametrize("spec", ["", "gpt", "hf:", "none:x", "embedded", "openai:http://x/v1", "openai:ftp://x#m"])
def test_an_unknown_rewriter_is_told(spec: str) -> None:
    with pytest.raises(CleanerError, match="no such rewriter"):
        backends.split(spec)


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("He go to school by the train.", "He goes to school by train.", [("go", "goes"), ("the ", "")]),
    ("I saw yesterday the big dog in park.", "Yesterday I saw the big dog in park.", [("I saw yesterday", "Yesterday I saw")]),
    ("The report that was long he gave us in May today.", "He gave us the long report in May today.",
     [("The report that was long he gave us", "He gave us the long report")]),
    ("Go", "Go now", [("Go", "Go now")]),
    ("They met in.", "They met.", [(" in", "")]),
    ("He said “no”.", 'He  said "no" .', []),
    ("Big dog ran.", "A big dog ran.", [("Big", "A big")]),
    ("We visit park.", "We visit the park.", [("park", "the park")]),
])
def test_edits_are_the_smallest_changes(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert [(e.span.of(old), e.replacement) for e in edits(old, new)] == expected


def test_settings_of_a_model_come_from_its_table_over_the_general_one(tmp_path: Path) -> None:
    path = tmp_path / "cleaner.toml"
    path.write_text('rewriter = "ct2:a"\n[rewriting]\nbeams = 6\ncandidates = 2\n[rewriting."ct2:a"]\nprompt = "Mend: {text}"\nbeams = 5\n')
    held = config.load(path, max_requests=7)
    guarded = Guarded.of(held, pytest.fail)
    assert (guarded.spec, guarded.settings) == ("ct2:a", Settings(prompt="Mend: {text}", beams=5, candidates=2, max_requests=7))
    assert Guarded.of(replace(held, rewriter="ct2:b"), pytest.fail).settings.beams == 6


@pytest.mark.parametrize(("written", "says"), [
    ("[rewriting]\nbeam = 1\n", "'rewriting.beam' is unknown (did you mean 'beams'?)"),
    ("[rewriting]\nbeams = 0\n", "'rewriting.beams' cannot be 0; the default is 4"),
    ("[rewriting]\ntimeout = true\n", "'rewriting.timeout' cannot be True"),
    ("[rewriting]\ngrowth = 0.5\n", "'rewriting.growth' cannot be 0.5"),
    ('[rewriting]\nprompt = "Mend it."\n', "'rewriting.prompt' has no {text}"),
    ('[rewriting."hf:x"]\nmax_tokens = 3\n', "'rewriting.hf:x.max_tokens' is unknown"),
    ("rewriting = 3\n", "'rewriting' cannot be 3"),
    ("max_requests = 0\n", "'max_requests' cannot be 0"),
])
def test_mistakes_in_settings_are_told(tmp_path: Path, written: str, says: str) -> None:
    path = tmp_path / "cleaner.toml"
    path.write_text(written)
    with pytest.raises(CleanerError, match=re.escape(says)):
        config.load(path)


def test_settings_are_printed_so_that_they_can_be_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written = '[rewriting]\nbeams = 6\n[rewriting."ct2:a"]\nprompt = "Mend: {text}"\n'
    (tmp_path / "cleaner.toml").write_text(written)
    shown = CliRunner().invoke(command, ["--rewriter", "none", "--max-tokens", "9"], standalone_mode=False).output
    held = tomllib.loads(shown)
    assert (held["rewriter"], held["max_tokens"]) == ("none", 9)
    assert held["rewriting"] == tomllib.loads(written)["rewriting"]


def test_a_chat_model_is_shown_the_document_as_data() -> None:
    request = Request("He go.", "Before.", "After.", (finding(3, 5), finding(3, 5)))
    shown = prompts.chat(request)
    [mark] = set(re.findall(r"(?:BEGIN|END) \w+ (\w+)", shown))
    assert shown == (
        f"BEGIN BEFORE {mark}\nBefore.\nEND BEFORE {mark}\nBEGIN AFTER {mark}\nAfter.\nEND AFTER {mark}\n"
        f"BEGIN SENTENCE {mark}\nHe go.\nEND SENTENCE {mark}\nBEGIN DOUBTS {mark}\n- twice (at: go)\nEND DOUBTS {mark}"
    )
    assert re.search(r"\nBEGIN SOURCE (\w+)\n行く。\nEND SOURCE \1\nBEGIN SENTENCE", prompts.chat(replace(request, source="行く。")))
    assert prompts.chat(replace(request, source="行く。"), "{source} {text}") == "行く。 He go."
    assert prompts.chat(request, "{text} <{before}> {findings} {x}") == "He go. <Before.> - twice (at: go) {x}"
    assert prompts.prefixed("grammarly/coedit-large", "", request) == "Fix grammatical errors in this sentence: He go."
    assert prompts.prefixed("other", "", request) == "He go."


@pytest.mark.parametrize(("said", "taken"), [
    (" He goes.\nI changed the verb.", "He goes."), ("“He goes.”", "He goes."), ("Corrected sentence: He goes.", "He goes."),
    ("I'm sorry, I cannot do that.", ""), ("As an AI language model, I …", ""), ("\n\n", ""),
])
def test_a_chat_model_s_talk_is_taken_off(said: str, taken: str) -> None:
    assert prompts.answered(said, Request("He go.")) == taken


def test_a_sentence_s_own_apology_is_no_refusal() -> None:
    assert prompts.answered("“I'm sorry,” he says.", Request("“I'm sorry,” he say.")) == "“I'm sorry,” he says."


def test_answers_are_remembered_by_prompt_and_signature(tmp_path: Path) -> None:
    class Model:
        signature = Signature("m", "1")
        asked = 0

        def prompt(self, request: Request) -> str:
            return request.text

        def answers(self, requests: Sequence[Request]) -> Iterator[tuple[int, list[Candidate] | None]]:
            for i, r in reversed(list(enumerate(requests))):
                self.asked += 1
                yield i, None if "fails" in r.text else [Candidate(r.text.upper(), 0.5)]

        def close(self) -> None: ...

    model = Model()
    requests = [Request("a"), Request("fails"), Request("b"), Request("a", before="elsewhere")]
    for expected in (3, 4):  # what failed is asked about again
        remembered = Remembered(model, tmp_path / "answers.sqlite", pytest.fail)
        assert [[c.text for c in found] for found in remembered.propose(requests)] == [["A"], [], ["B"], ["A"]]
        remembered.close()
        assert model.asked == expected
    model.signature = Signature("m", "2")
    Remembered(model, tmp_path / "answers.sqlite", pytest.fail).propose(requests)
    assert model.asked == 7
