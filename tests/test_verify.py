"""`cleaner verify`: pairs in, verdicts out, one clear line for bad input."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cleaner import cli, registry

KEPT = {"original": "He paid 10 yen.", "rewrite": "He paid ten yen."}
LOST = {"original": "He paid 10 yen.", "rewrite": "He paid 12 yen."}


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ran]:
    """Run `cleaner verify` in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["cleaner", "verify", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, *capfd.readouterr())

    return run


def write(name: str, *rows: object) -> str:
    Path(name).write_text("".join(f"{r if isinstance(r, str) else json.dumps(r)}\n" for r in rows), encoding="utf-8")
    return name


def test_pairs_that_pass(verify: Callable[..., Ran]) -> None:
    ran = verify(write("pairs.jsonl", KEPT, "", {**KEPT, "id": 7}))
    assert ran.code == 0
    assert [r["pair"] for r in ran.rows] == [1, 2]
    assert all(r["passed"] for r in ran.rows)
    assert {v["gate"] for v in ran.rows[0]["verdicts"]} == {g.name for g in registry.gates().values() if not g.neural}
    assert set(ran.rows[0]["verdicts"][0]) == {"gate", "score", "threshold", "passed", "reason"}


def test_a_pair_that_fails(verify: Callable[..., Ran]) -> None:
    ran = verify("-", stdin=b"\xef\xbb\xbf" + "\r\n".join(map(json.dumps, (LOST, KEPT))).encode())
    assert ran.code == 1
    assert [r["passed"] for r in ran.rows] == [False, True]
    (numbers,) = (v for v in ran.rows[0]["verdicts"] if not v["passed"])
    assert numbers == {"gate": "numbers", "score": 0.0, "threshold": 1.0, "passed": False, "reason": "“10” is lost; “12” is new"}


def test_two_texts(verify: Callable[..., Ran]) -> None:
    write("a.txt", "He paid 10 yen.", "", "She left.")
    write("b.txt", "He paid ten yen.", "", "He left.")
    ran = verify("a.txt", "b.txt")
    assert ran.code == 1
    assert [r["passed"] for r in ran.rows] == [True, False]
    write("b.txt", "He paid ten yen.")
    ran = verify("a.txt", "b.txt")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "cleaner: a.txt has 3 lines and b.txt has 1: give both the same number, line for line\n"


def test_context_of_a_file_and_of_a_pair(verify: Callable[..., Ran]) -> None:
    bare = {"original": "Emphasized this.", "rewrite": "Sato emphasized this."}
    write("doc.txt", "Sato came.", "Emphasized this.")
    assert verify(write("p.jsonl", bare)).code == 1
    assert verify("p.jsonl", "--context", "doc.txt").code == 0
    assert verify(write("p.jsonl", {**bare, "context": "Abe came."}), "--context", "doc.txt").code == 1
    assert verify(write("p.jsonl", {**bare, "context": None}), "--context", "doc.txt").code == 0


def test_gates_and_thresholds_can_be_chosen(verify: Callable[..., Ran]) -> None:
    write("p.jsonl", LOST)
    assert verify("p.jsonl", "--gates", "names,dates").code == 0
    assert verify("p.jsonl", "--gates", "names", "--gates", "numbers").code == 1
    assert verify("p.jsonl", "--ignore-gate", "numbers").code == 0
    write("cleaner.toml", "[gates]\nnumbers = 0.0")
    assert verify("p.jsonl").code == 0
    write("other.toml", "[gates]\nnumbers = 1.0")
    assert verify("p.jsonl", "--config", "other.toml").code == 1


@pytest.mark.parametrize(("content", "message"), [
    ("{", "p.jsonl, line 2: not JSON (Expecting property name enclosed in double quotes)"),
    ("[1, 2]", "p.jsonl, line 2: not a pair"),
    ('{"original": "a"}', "p.jsonl, line 2: has no 'rewrite'"),
    ('{"original": 1, "rewrite": "a"}', "p.jsonl, line 2: 'original' must be text in quotation marks, not 1"),
    ('{"original": "a", "rewrite": "a", "context": ["b"]}', "p.jsonl, line 2: 'context' must be text in quotation marks"),
    ('{"original": "a", "rewrite": "\\ud83d"}', "p.jsonl, line 2: 'rewrite' holds half a character"),
    ("[" * 100_000, "p.jsonl, line 2: not JSON"),
])
def test_bad_pairs_are_one_clear_line(verify: Callable[..., Ran], content: str, message: str) -> None:
    ran = verify(write("p.jsonl", KEPT, content))
    assert ran.code == 2
    assert ran.err.startswith(f"cleaner: {message}")
    assert ran.err.count("\n") == 1


def test_bad_files_are_one_clear_line(verify: Callable[..., Ran]) -> None:
    assert "nowhere.jsonl: cannot be read (No such file or directory)" in verify("nowhere.jsonl").err
    Path("bytes.jsonl").write_bytes(b'{"original": "\xff"}\n')
    assert "bytes.jsonl, line 1: not UTF-8 (byte 15)" in verify("bytes.jsonl").err
    assert "the input is empty" in verify("-").err
    assert "Give one file of pairs, or two texts." in verify("a", "b", "c").err
    assert "only once" in verify("-", "--context", "-").err
    assert "unknown gate 'nmes' (did you mean 'names'?)" in verify("-", "--gates", "nmes").err
    assert [verify(*args).code for args in (["nowhere.jsonl"], ["-"], ["a", "b", "c"], ["-", "--gates", "nmes"])] == [2, 2, 2, 2]
