"""The benchmark of quality estimation: its statistics are right, its plot is a picture, and it says so when there is nothing to measure."""

import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from cleaner.core import Span
from cleaner.estimator import Estimate, Word

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import quality
import quality_plot


def test_spearman_is_of_ranks_with_ties() -> None:
    assert quality.spearman([1, 2, 3, 4], [10, 20, 30, 1000]) == pytest.approx(1)
    assert quality.spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert quality.spearman([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(0.9487, abs=1e-4)


def test_words_at_the_best_threshold() -> None:
    chances, wrong = np.array([0.1, 0.2, 0.7, 0.9]), np.array([False, False, True, True])
    assert quality.mcc(chances, wrong, 0.5) == pytest.approx(1)
    assert quality.mcc(chances, wrong, 0.95) == 0
    assert quality.mcc(chances, ~wrong, 0.5) == pytest.approx(-1)
    assert 0.2 < quality.best(chances, wrong) <= 0.7


def test_chance_of_a_word_is_that_of_its_worst_piece() -> None:
    estimate = Estimate(0.0, (Word(Span(0, 2), 0.0, 0.0, 0.3), Word(Span(2, 5), 0.0, 0.0, 0.6), Word(Span(6, 9), 0.0, 0.0, 0.1)))
    assert quality.chance_of("abcde fgh", estimate, "bad", [(0, 5), (5, 5), (6, 9)]) == [0.6, 0.0, 0.1]


def test_the_plot_is_a_picture() -> None:
    rng = np.random.default_rng(0)
    chances = rng.random(200)
    root = ElementTree.fromstring(quality_plot.svg(chances, (rng.random(200) < chances).astype(float), "Risk <held out>"))
    circles = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == 10
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Risk <held out>"
    low, high = quality_plot.interval(0.5, 100)
    assert (low, high) == pytest.approx((0.404, 0.596), abs=1e-3)


def test_without_data_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(quality, "SHARED", tmp_path / "shared")
    monkeypatch.setattr(sys, "argv", ["quality.py"])
    quality.main()
    assert "../shared is not here" in capsys.readouterr().out
