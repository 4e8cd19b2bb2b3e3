"""The benchmark of minimal edits: what counts as right."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import minimal_edits


def words(before: str, after: str) -> set[minimal_edits.Edit]:
    """Edits word by word, of texts with as many words."""
    return {(i, i + 1, b) for i, (a, b) in enumerate(zip(before.split(), after.split(), strict=True)) if a != b}


def test_place_and_correction_must_agree() -> None:
    precision, recall, f = minimal_edits.score(
        ["He go in home", "She sing"], ["He goes at home", "She sing"], ["He goes to home", "She sings"], words,
    )
    assert (precision, recall) == pytest.approx((1 / 2, 1 / 3))
    assert f == pytest.approx(1.25 * (1 / 6) / (0.125 + 1 / 3))


def test_nothing_made_is_no_score() -> None:
    assert minimal_edits.score(["He go"], ["He go"], ["He goes"], words) == (0.0, 0.0, 0.0)
