"""What is fitted again on several languages says nothing of which language a text is from. `make test-torch`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", minversion="2")  # this folder itself can be found as "torch", without a version
pytest.importorskip("onnx")

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models/train"))


def test_ratings_follow_what_counts_within_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    import refit

    monkeypatch.setattr(refit, "RATINGS_PENALTY", 1e-6)
    rng = np.random.default_rng(0)
    languages = ["et", "ru"] * 200
    other = np.array([language == "ru" for language in languages])
    x = rng.normal(size=(400, 3)) + np.outer(other, [0, 2, 0])  # the second feature tells the language
    ratings = 0.5 * x[:, 0] - 3 * other
    slopes, bias = refit._ratings(*refit._columns(list(zip(x, ratings, languages, strict=True))))
    assert np.allclose(slopes, [0.5, 0, 0], atol=1e-4)
    assert float(bias) == pytest.approx(ratings.mean() - 0.5 * x[:, 0].mean(), abs=1e-4)
