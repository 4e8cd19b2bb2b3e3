"""The benchmark of what each part earns: each configuration runs the parts that it names, and what was done is counted as it was done."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cleaner import backends, language_model
from cleaner.backends import Candidate, Signature
from cleaner.core import Span
from cleaner.segment import from_text

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import parts

TEXT = "They went to the the station with an umbrella."
INVENTED = TEXT.replace("umbrella", "umbrella of 12 colours")


def test_replacements_are_made_from_the_end_and_overlapping_ones_once() -> None:
    matches = [
        SimpleNamespace(offset=start, error_length=end - start, replacements=new)
        for start, end, new in ((2, 4, ["went", "goes"]), (5, 8, ["at"]), (6, 9, ["o"]), (0, 1, []))
    ]
    made = parts.corrected(from_text("Fine.\n\nI go tooo bed"), Span(7, 20), matches)
    assert made["output"] == "I went to bed"
    assert (made["start"], made["end"], made["status"], made["risk"]) == (7, 20, "fixed", 0.8)
    assert {(f["start"], f["end"]) for f in made["findings"]} == {(9, 11), (12, 15), (13, 16), (7, 8)}
    assert parts.corrected(from_text("Fine."), Span(0, 5), [])["status"] == "unchanged"


def test_tables() -> None:
    head, rows = ("", "made"), [("rules", "1 : 0")]
    assert parts.table(head, rows, markdown=True) == "|  | made |\n| --- | --- |\n| rules | 1 : 0 |"
    assert parts.table(head, rows, markdown=False) == "       made\nrules  1 : 0"
    assert (parts.share(None), parts.share(0.456)) == ("–", "0.46")


class Inventor:
    """A rewrite model that puts a number where none was."""

    signature = Signature("inventor", "1")
    calibrated = False

    def propose(self, requests: list[backends.Request]) -> list[list[Candidate]]:
        return [[Candidate(r.text.replace("umbrella", "umbrella of 12 colours"), 0.5)] for r in requests]

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("kinds", "output"), [
    ({}, TEXT.replace("the the", "the")),
    ({"rules": False}, TEXT),
    ({"everything": True}, TEXT.replace("the the", "the")),
    ({"rules": False, "gated": False, "everything": True}, INVENTED),
    ({"gated": False, "everything": True}, INVENTED.replace("the the", "the")),
])
def test_a_configuration_has_the_parts_it_names(monkeypatch: pytest.MonkeyPatch, kinds: dict[str, bool], output: str) -> None:
    monkeypatch.setattr(backends, "load", lambda *_: Inventor())
    monkeypatch.setattr(language_model, "load", language_model.load)
    with parts.Parted(parts.Part("one", model=True, **kinds), "hf:inventor") as pipeline:
        assert pipeline.clean(from_text(TEXT)).output == output
    assert language_model.load() is None


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts.languagetool, "available", lambda: False)
    monkeypatch.setattr(language_model, "load", lambda: None)
    assert parts.Part("all", languagetool=True, language=True).missing() == "LanguageTool and the language model"
    assert parts.Part("rules").missing() == ""


def test_without_data_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(parts, "SHARED", tmp_path / "shared")
    monkeypatch.setattr(sys, "argv", ["parts.py"])
    parts.main()
    assert "../shared is not here" in capsys.readouterr().out
