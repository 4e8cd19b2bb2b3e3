"""Settings: where they come from, that mistakes in them are told, and that what is printed can be used."""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from cleaner import cli, config
from cleaner.core import CleanerError
from cleaner.pipeline import Pipeline


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shown(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cleaner", "config", *args])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capsys.readouterr()

    return run


def test_nearest_file_wins(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.cleaner]\njobs = 3\n")
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    assert config.find(inner) == folder / "pyproject.toml"
    (folder / "a" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert config.find(inner) == folder / "pyproject.toml"
    (folder / "a" / "cleaner.toml").write_text("jobs = 4\n")
    assert config.find(inner) == folder / "a" / "cleaner.toml"
    assert config.load(config.find(inner)).jobs == 4


def test_order_of_precedence_and_origins(folder: Path) -> None:
    path = folder / "cleaner.toml"
    path.write_text('jobs = 3\nmin-confidence = 0.7\nignore = ["calque"]\n[gates]\nnumbers = 0.5\n')
    held = config.load(path, jobs=5, select=None)
    assert (held.jobs, held.min_confidence, held.ignore, held.select, held.gates) == (5, 0.7, ("calque",), ("all",), {"numbers": 0.5})
    origins = {s.name: s.origin for s in config.settings(path, jobs=5)}
    assert (origins["jobs"], origins["ignore"], origins["select"]) == ("command line", str(path), "default")


def test_the_queue_lies_beside_the_settings_file(folder: Path) -> None:
    path = folder / "cleaner.toml"
    path.write_text("")
    assert config.load(path).queue == str(folder / ".cleaner/review.sqlite")
    path.write_text('queue = "/elsewhere/q.sqlite"\n')
    assert config.load(path).queue == "/elsewhere/q.sqlite"
    assert config.load(path, queue="here.sqlite").queue == "here.sqlite"
    assert config.load(None).queue == ".cleaner/review.sqlite"
    path.write_text('cases = "mine"\nreviewers = 2\n')
    assert (config.load(path).cases, config.load(path).reviewers) == (str(folder / "mine"), 2)


@pytest.mark.parametrize(("text", "says"), [
    ("ignroe = []", "did you mean 'ignore'?"),
    ("jobs = 0", "'jobs' cannot be 0"),
    ("jobs = true", "'jobs' cannot be True"),
    ("unsafe_fixes = 1", "cannot be 1"),
    ('select = "all"', "cannot be 'all'"),
    ("select = [1]", "cannot be [1]"),
    ("min_confidence = 2", "cannot be 2"),
    ('queue = ""', "cannot be ''"),
    ("[gates]\nnumbers = 7", "'gates' cannot be"),
    ("[gates]\nnumbers = true", "'gates' cannot be"),
    ("jobs =", "not valid TOML"),
    ("\xff", "not valid TOML"),
])
def test_mistakes_are_told(folder: Path, text: str, says: str) -> None:
    path = folder / "cleaner.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(CleanerError, match=r"cleaner\.toml") as error:
        config.load(path)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("value", ["1", "[1]", '"x"'])
def test_tool_cleaner_must_be_a_table(folder: Path, value: str) -> None:
    (folder / "pyproject.toml").write_text(f"[tool]\ncleaner = {value}\n")
    with pytest.raises(CleanerError, match="must be a table"):
        config.load(config.find(folder))


def test_names_that_nobody_has() -> None:
    with pytest.raises(CleanerError, match=r"unknown rule 'doubled-marks' \(did you mean 'doubled-mark'"):
        Pipeline(config.Config(ignore=("doubled-marks",)))
    with pytest.raises(CleanerError, match="unknown gate 'nonesuch'"):
        Pipeline(config.Config(gates={"nonesuch": 0.5}))


def test_printed_settings_can_be_used_as_they_are(folder: Path, shown: Callable[..., tuple[int, str, str]]) -> None:
    text = 'select = ["doubled-mark", "odd \\"name\\""]\njobs = 7\nunsafe-fixes = true\n[gates]\nnumbers = 0.5\n"odd name" = 1\n'
    (folder / "cleaner.toml").write_text(text)
    code, out, _ = shown("--min-confidence", "0.4")
    assert code == 0
    assert "jobs = 7  # cleaner.toml\n" in out
    assert "min_confidence = 0.4  # command line\n" in out
    assert "language = \"en-US\"  # default\n" in out
    before = config.load(folder / "cleaner.toml", min_confidence=0.4)
    tomllib.loads(out)
    (folder / "cleaner.toml").write_text(out)
    assert config.load(folder / "cleaner.toml") == before
    assert shown()[1].count("# cleaner.toml\n") == out.count("# cleaner.toml\n") + out.count("# command line\n") + out.count("# default\n")


def test_without_a_file_all_is_default(shown: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = shown()
    assert code == 0
    assert "# settings file: none found" in out
    assert out.count("# default") == len(config.settings(None))


def test_unknown_key_stops_the_command(folder: Path, shown: Callable[..., tuple[int, str, str]]) -> None:
    (folder / "cleaner.toml").write_text("job = 1\n")
    code, out, err = shown()
    assert (code, out) == (2, "")
    assert "unknown setting 'job' (did you mean 'jobs'?)" in err


@pytest.mark.parametrize("code", ["auto", "ja", "pt-BR", "zh_Hans"])
def test_a_source_language_is_a_code(tmp_path: Path, code: str) -> None:
    path = tmp_path / "cleaner.toml"
    path.write_text(f'source-language = "{code}"\n')
    assert config.load(path).source_language == code
    path.write_text('source-language = "Japanese"\n')
    with pytest.raises(CleanerError, match="such as ja or de, or auto"):
        config.load(path)
