"""The pytest plugin: each case a test, in a pytest of its own."""

import subprocess
import sys
from pathlib import Path

CASES = """\
- {sentence: 'He came,, then left.', flag: doubled-mark, gone: ',,'}
- {sentence: The bridge is old., clean: true}
- {name: wrong, sentence: The bridge is old., flag: invented-i}
- {name: wrong, sentence: The bridge is old., flag: invented-you, known: it is not}
- {sentence: He has an dog., flag: languagetool}
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "cleaner.toml").write_text("languagetool = false\n")
    command = [sys.executable, "-m", "pytest", "-v", "-rA", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_each_case_is_a_test(tmp_path: Path) -> None:
    (tmp_path / "a.cases.yaml").write_text(CASES)
    (tmp_path / "theirs.yaml").write_text("- not ours\n")
    done = run(tmp_path)
    assert done.returncode == 1, done.stderr
    assert "1 failed, 2 passed, 1 skipped, 1 xfailed" in done.stdout
    assert "PASSED a.cases.yaml::He came,, then left." in done.stdout
    assert "XFAIL a.cases.yaml::wrong (2) - it is not" in done.stdout
    assert "not flagged as invented-i" in done.stdout
    assert "needs LanguageTool" in done.stdout
    assert "Traceback" not in done.stdout
    assert "theirs.yaml" not in done.stdout


def test_a_broken_file_is_a_collection_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.cases.jsonl").write_text('{"sentence": "x"}\n')
    done = run(tmp_path)
    assert done.returncode == 2
    assert "a.cases.jsonl:1: the case expects nothing" in done.stdout
    assert "Traceback" not in done.stdout


def test_other_runs_pay_nothing_for_the_plugin() -> None:
    code = "import sys, cleaner.pytest_plugin; print([m for m in sys.modules if m.startswith('cleaner.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "['cleaner.pytest_plugin']"


def test_a_crash_is_shown_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.cases.yaml").write_text(CASES)
    (tmp_path / "conftest.py").write_text(
        "import cleaner.regress\ndef broken(*_): raise RuntimeError('broken pipeline')\ncleaner.regress.Regression.outcome = broken\n"
    )
    done = run(tmp_path)
    assert "RuntimeError: broken pipeline" in done.stdout


