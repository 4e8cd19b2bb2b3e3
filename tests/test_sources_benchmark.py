"""The benchmark that holds the rules of sources against what people and engines made of them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import rules
import sources

WMT = [
    {
        "pair": "de-en", "doc": None, "src": "Er verkaufte 1.284 Autos.", "refs": ["He sold 1,284 cars."],
        "hyps": {"a": "He sold 1,824 cars."},
    },
    {"pair": "de-en", "doc": None, "src": "Er ging.", "refs": ["He left."], "hyps": {"a": ""}},
    {"pair": "ja-en", "doc": "d", "src": "費用は７０億円。", "refs": ["It cost 7 billion yen."], "hyps": {"a": "It cost 70 billion yen."}},
]
MLQE = [{"pair": "et-en", "split": "train", "src": "See oli 1895. aastal.", "mt_raw": "That was in 1859.", "pe": "That was in 1895 ."}]


def test_engines_and_people_are_counted_apart(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(rules.data, "lines", lambda name: iter(WMT if name.startswith("wmt") else MLQE))
    monkeypatch.setattr(rules, "SHARED", Path(__file__).parent)
    monkeypatch.setattr(sources, "persons", lambda: None)
    monkeypatch.setattr(sys, "argv", ["sources.py"])
    sources.main()
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in capsys.readouterr().out.splitlines()]
    rows = {tuple(cells[:2]): cells[2:] for cells in table}
    assert rows["de", "reference"][:2] == ["2", "0"]
    assert rows["de", "system"][:2] == ["1", "1"]
    assert rows["ja", "system"][:2] == ["1", "1"]
    assert rows["MLQE et", "reference"][:2] == ["1", "0"]
    assert rows["MLQE et", "system"][:2] == ["1", "1"]


def test_texts_without_words_have_no_document() -> None:
    assert sources.beside(["Er ging.", ""], ["", "He left."]) is None
    found = sources.beside(["Er ging.", "Er\nkam."], ["He left.", "He came."])
    assert found is not None
    assert [s.source for s in found.segments] == ["Er ging.", "Er kam."]
