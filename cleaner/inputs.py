"""What the command line was asked to read: files, folders and patterns to a list of sources, each with its place in an output folder."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from . import formats
from .core import CleanerError

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read. `name` is what reports call it, `relative` its place under an output folder; no `path` means standard input.
    `original` is the text that it was translated from, where that is known.
    """

    name: str
    relative: PurePath
    path: Path | None = None
    original: Path | None = None


def find(arguments: Sequence[str], *, stdin_name: str = "stdin", leave: Path | None = None) -> tuple[list[Source], list[CleanerError]]:
    """The sources that arguments stand for, each file once, in the order given; and an error for each argument that stands for none.

    A folder stands for all files below it whose suffix a format knows, but for hidden ones and those in the folder `leave` (where
    outputs go). Patterns that the shell left alone are expanded here, ``**`` included.
    """
    sources: dict[str, Source] = {}
    errors = []
    for argument in arguments:
        try:
            for source in _expand(argument, stdin_name, leave):
                sources.setdefault(os.path.realpath(source.path) if source.path else STDIN, source)
        except CleanerError as error:
            errors.append(error)
    if STDIN in sources and any(s.path and s.name == stdin_name for s in sources.values()):
        del sources[STDIN]
        errors.append(CleanerError(f"{stdin_name}: is the name of a file here; give standard input another with --stdin-filename"))
    return list(sources.values()), errors


def _expand(argument: str, stdin_name: str, leave: Path | None) -> Iterator[Source]:
    if argument == STDIN:
        yield Source(stdin_name, PurePath(PurePath(stdin_name).name))
        return
    path = Path(argument)
    if path.is_dir():
        yield from _folder(path, leave)
    elif path.exists() or path.is_symlink():
        yield Source(_name(path), PurePath(path.name), path)
    elif glob.has_magic(argument):
        found = sorted(Path(p) for p in glob.glob(argument, recursive=True))
        files = [p for p in found if p.is_file()]
        if not files:
            raise CleanerError(f"{argument}: no file matches this pattern; check it for a typo")
        base = _base(argument)
        yield from (Source(_name(p), PurePath(os.path.relpath(p, base)), p) for p in files)
    else:
        raise CleanerError(f"{argument}: there is no such file or folder; check the path")


def _folder(folder: Path, leave: Path | None) -> Iterator[Source]:
    suffixes = tuple(s for s in formats.suffixes() if s)
    skip = leave.resolve() if leave and leave.resolve() != folder.resolve() else None
    found = False
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (here / f).resolve() != skip)
        for file in sorted(files):
            if not file.startswith(".") and file.lower().endswith(suffixes):
                found = True
                yield Source(_name(here / file), PurePath(os.path.relpath(here / file, folder)), here / file)
    if not found:
        raise CleanerError(f"{folder.as_posix()}: holds no file that can be read; known suffixes are {', '.join(suffixes)}")


def _name(path: Path) -> str:
    """How a path is written down; bytes that are no UTF-8 are written out."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _base(pattern: str) -> str:
    """The folders of a pattern before its first special character."""
    fixed = []
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            break
        fixed.append(part)
    return os.path.join(*fixed) if fixed else "."


def originals(sources: Sequence[Source], given: Path) -> tuple[list[Source], list[CleanerError]]:
    """The sources with the texts that they were translated from, and an error for each that has none.

    `given` is a file, for a single source, or a folder that has a file of the same place and name as each but for its suffix.
    """
    if not given.is_dir():
        if not given.exists():
            return [], [CleanerError(f"{given.as_posix()}: there is no such file or folder; check the path after --source")]
        if len(sources) > 1:
            many = f"is one file for {len(sources)} inputs"
            return [], [CleanerError(f"{given.as_posix()}: {many}; give --source a folder that has one for each")]
        return [replace(s, original=given) for s in sources], []
    found, errors = [], []
    for source in sources:
        place = given / source.relative
        near = place.parent.glob(f"{glob.escape(place.stem)}.*") if place.parent.is_dir() else ()
        fit = sorted(p for p in near if p.stem == place.stem and p.is_file() and not (source.path and p.samefile(source.path)))
        if len(fit) == 1 or place in fit:
            found.append(replace(source, original=place if place in fit else fit[0]))
        else:
            seen = f"several files called {place.stem}.*" if fit else f"no other file called {place.stem}.*"
            errors.append(CleanerError(f"{source.name}: {place.parent.as_posix()} has {seen}; which is its source?"))
    return found, errors


def targets(sources: Iterable[Source], folder: Path) -> dict[str, Path]:
    """Where each source's output goes under `folder`, by the source's name.

    Raises CleanerError when two would be one file, or when an output would replace an input.
    """
    sources = list(sources)
    inputs = {os.path.realpath(s.path) for s in sources if s.path}
    made: dict[str, Path] = {}
    taken: dict[str, str] = {}
    for source in sources:
        target = folder / source.relative
        place = os.path.realpath(target)
        if place in inputs:
            raise CleanerError(f"{target.as_posix()}: the output would replace an input; choose another folder, or say --in-place")
        if place in taken:
            raise CleanerError(
                f"{taken[place]} and {source.name} would both become {target.as_posix()}; give the folder that holds both instead"
            )
        taken[place] = source.name
        made[source.name] = target
    return made
