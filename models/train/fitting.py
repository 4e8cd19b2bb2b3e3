"""Small statistics that the recipes share: a penalised logistic regression, the area under the ROC curve, the calibration error."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PENALTY = 2.0


def fit(x: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None, penalty: float = PENALTY, free: int = 1) -> np.ndarray:
    """Weights of a penalised logistic regression; x (rows, features), y (rows,) of 0 and 1; the bias is not penalised, nor what else is
    among the first `free` features. `weights` (rows,) say how much each row counts, by default 1.
    """
    count = np.ones(len(y)) if weights is None else weights
    w = np.zeros(x.shape[1])
    ridge = penalty * np.eye(x.shape[1])
    ridge[:free] = 0
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ w))
        step = np.linalg.solve((x.T * (count * p * (1 - p))) @ x + ridge, x.T @ (count * (p - y)) + ridge @ w)
        w -= step
        if np.abs(step).max() < 1e-9:
            break
    return w


def held_out(x: np.ndarray, y: np.ndarray, names: np.ndarray, folds: int = 10, weights: np.ndarray | None = None) -> np.ndarray:
    """Log-odds for every row from weights fitted without its fold of the documents, which `names` are."""
    count = np.ones(len(y)) if weights is None else weights
    odds = np.zeros(len(y))
    documents = sorted(set(names))
    for fold in range(folds):
        out = np.isin(names, documents[fold::folds])
        odds[out] = x[out] @ fit(x[~out], y[~out], count[~out])
    return odds


def tables(recipe: str, fitted: Mapping[str, tuple[Sequence[str], Iterable[float]]]) -> str:
    """Fitted weights as TOML, a table each, by the names of their features."""
    lines = [f"# Fitted by `python models/train/{recipe}.py`; do not edit."]
    for name, (keys, weights) in fitted.items():
        lines += [f"[{name}]", *(f"{key} = {w:.4f}" for key, w in zip(keys, weights, strict=True)), ""]
    return "\n".join(lines)


def asked(description: str | None, *folders: str) -> argparse.Namespace:
    """What somebody wants of a recipe: its `folders`, by default `work`, and `dry_run`, only to measure."""
    ap = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in folders or ("work",):
        ap.add_argument(name, type=Path)
    ap.add_argument("--dry-run", action="store_true")
    return ap.parse_args()


def ship(recipe: str, fitted: Mapping[str, tuple[Sequence[str], Iterable[float]]], *, dry_run: bool) -> None:
    """Print a recipe's tables, and write them where the tool reads them."""
    text = tables(recipe, fitted)
    print(text)
    if not dry_run:
        (ROOT / f"cleaner/data/{recipe}.toml").write_text(text, encoding="utf-8")


def auc(scores: np.ndarray, y: np.ndarray) -> float:
    """Area under the ROC curve, ties half."""
    pos, neg = scores[y == 1], scores[y == 0]
    return float(((pos[:, None] > neg).sum() + 0.5 * (pos[:, None] == neg).sum()) / (len(pos) * len(neg)))


def calibration_error(p: np.ndarray, y: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count (Guo et al. 2017)."""
    order = np.array_split(np.argsort(p, kind="stable"), bins)
    return float(sum(len(b) * abs(p[b].mean() - y[b].mean()) for b in order if len(b)) / len(p))
