"""Wordings that copy the source language, as data: one rule for each table of `cleaner/data/calque/*.toml` (see `cleaner.phrases`).

Japanese news has fixed turns (〜とみられる, 一方で, 〜など, A＝B) and terms that engines carry over word by word. Each
table names its source; its confidence is the share of its hits that annotators marked on the tune split, lowered where hits are few
(`benchmarks/mine_calques.py measure`).
"""

from __future__ import annotations

from ..language import phrases

phrases.register("calque")
