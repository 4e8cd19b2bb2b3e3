"""The benchmark that holds changes and suggestions against people's post-edits: what a report does to a text is nearer or farther."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import post_edits

from cleaner.segment import from_text

ROWS = [
    {"start": 0, "end": 2, "output": "A.", "suggestions": [{"text": "Aa."}, {"text": "B."}]},
    {"start": 3, "end": 5, "output": "Yy.", "suggestions": []},
]


def test_a_report_is_carried_out_with_changes_or_with_suggestions() -> None:
    assert post_edits.carried_out("X. Y. Z.", ROWS, suggested=False) == "A. Yy. Z."
    assert post_edits.carried_out("X. Y. Z.", ROWS, suggested=True) == "Aa. Yy. Z."


def test_effects_are_nearer_or_farther_and_known_by_what_made_them() -> None:
    row = {
        "start": 0, "end": 24, "original": "They went to the the hut", "output": "They went to the hut",
        "findings": [{"rule": "repeated-word"}],
        "suggestions": [{"text": "They walked to the hut", "rewriter": "wording"}],
    }
    change, suggestion = post_edits.effects([from_text("They went to the the hut")], ["They went to the hut"], [[row]])
    assert (change.kind, change.by, change.new) == ("change", "repeated-word", "They went to the hut")
    assert change.gain > 0 > suggestion.gain
    assert (suggestion.kind, suggestion.by, suggestion.old) == ("suggestion", "wording", "They went to the hut")
    assert post_edits.balance([change]) == (1, 0)
    assert post_edits.balance([change, suggestion]) == (1, 1)


def test_a_report_without_changes_has_no_effects() -> None:
    row = {"start": 0, "end": 3, "original": "Go.", "output": "Go.", "findings": [], "suggestions": []}
    assert not list(post_edits.effects([from_text("Go.")], ["Went."], [[row]]))
