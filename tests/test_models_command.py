"""`cleaner models`: what is listed, what is noticed, and what conversion says where it cannot be done."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from cleaner import cli, encoder, estimator, language_model, models
from cleaner.commands import doctor


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def call(*args: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["cleaner", "models", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, *capsys.readouterr())

    return call


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The quality model as a copy that may be damaged, and a whole language model of three small files."""
    at = estimator.folder()
    assert at
    shutil.copytree(at, tmp_path / "quality")
    monkeypatch.setattr(estimator, "folder", lambda: tmp_path / "quality")
    weights = tmp_path / "language"
    weights.mkdir()
    (weights / "weights.bin").write_bytes(b"12345")
    digest = hashlib.sha256(b"12345").hexdigest()
    (weights / "model.json").write_text(json.dumps({"licence": "Apache-2.0", "sha256": {"weights.bin": digest}}))
    monkeypatch.setattr(language_model, "folder", lambda: weights)
    monkeypatch.setattr(language_model, "shipped", lambda: weights)
    monkeypatch.setattr(language_model, "damage", encoder.damage)
    return tmp_path


@pytest.fixture
def converted(tmp_path: Path) -> Path:
    """A folder like those that `cleaner models convert` makes."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    (folder / "model.json").write_text(json.dumps({
        "name": "mine", "version": "abc", "licence": "MIT\x1b[31m", "quantization": "int8", "sha256": {"model.bin": digest},
    }))
    return folder


def test_shipped_models_are_listed_with_version_licence_and_size(run: Callable[..., Ran], copies: Path) -> None:
    ran = run("list")
    assert ran.code == 0
    assert not ran.err
    quality = next(line for line in ran.out.splitlines() if "quality" in line)
    assert quality.startswith("ok")
    version = json.loads((copies / "quality/model.json").read_text(encoding="utf-8"))["version"]
    assert f"version {version}," in quality
    assert " MB" in quality
    listed = json.loads(run("list", "--json").out)
    assert [m["name"] for m in listed] == [m.name for m in models.shipped()]
    own = next(m for m in listed if m["name"] == "quality")
    assert own["whole"]
    assert own["bytes"] > 1_000_000
    assert set(own["sha256"]) >= {"model.onnx", "tokenizer.json"}


@pytest.mark.parametrize("command", ["list", "verify"])
def test_a_damaged_model_is_told_with_what_mends_it(run: Callable[..., Ran], copies: Path, command: str) -> None:
    (copies / "quality" / "tokenizer.json").write_text("{}")
    ran = run(command)
    assert ran.code == 1
    assert ran.out.splitlines()[0].startswith("broken")
    assert ran.err == f"quality: tokenizer.json does not match its checksum; mend it with: git checkout -- {copies / 'quality'}\n"
    row = next(c for c in doctor.examine() if c.what == "Quality model")
    assert row.found == "tokenizer.json does not match its checksum; only the rules run"
    assert not row.required


def test_a_missing_model_is_told(run: Callable[..., Ran], copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimator, "folder", lambda: None)
    (copies / "language/weights.bin").unlink()
    ran = run("verify")
    assert ran.code == 1
    assert "quality: not there; mend it with: git checkout -- models/quality" in ran.err
    assert "language: " in ran.err
    assert "cleaner doctor --install" in ran.err


def test_one_model_is_described(run: Callable[..., Ran], copies: Path, converted: Path) -> None:
    ran = run("info", "quality")
    assert ran.code == 0
    assert "whole" in ran.out
    assert "model.onnx" in ran.out
    own = run("info", converted)
    assert own.code == 0
    assert "int8" in own.out
    assert "MIT\\x1b[31m" in own.out, "a stranger's file may not speak to the terminal"
    assert json.loads(run("info", converted, "--json").out)["version"] == "abc"


def test_converted_models_are_checked_too(run: Callable[..., Ran], copies: Path, converted: Path) -> None:
    assert run("verify", converted).code == 0
    (converted / "model.bin").write_bytes(b"other")
    ran = run("verify", "quality", converted)
    assert ran.code == 1
    assert [line.split()[0] for line in ran.out.splitlines()] == ["ok", "broken"]
    assert run("info", converted).code == 1


def test_a_model_that_nobody_knows_is_an_error(run: Callable[..., Ran], copies: Path) -> None:
    for command in ("info", "verify"):
        ran = run(command, "qualty")
        assert ran.code == 2
        assert ran.err == (
            "cleaner: no model 'qualty' (did you mean 'quality'?); give "
            f"{', '.join(m.name for m in models.shipped())}, or the folder of a converted model\n"
        )


def test_conversion_without_its_packages_says_which(run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    ran = run("convert", tmp_path, tmp_path / "new")
    assert ran.code == 2
    assert "pip install 'cleaner[torch,ct2]'" in ran.err
    assert not (tmp_path / "new").exists()
    ran = run("convert", tmp_path, tmp_path)
    assert ran.code == 2
    assert "is there already" in ran.err
