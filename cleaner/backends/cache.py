"""Answers remembered on disk (SQLite), so that a run that was cut off goes on where it stopped and nothing is paid for twice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from ..languagetool import cache_folder
from . import Candidate, Request, Signature

FILE = "rewrites.sqlite"
_MOST_ROWS = 200_000
_SCHEMA = 1


class Model(Protocol):
    """What `Remembered` asks: a model that answers as it goes."""

    @property
    def signature(self) -> Signature: ...

    def prompt(self, request: Request) -> str:
        """All that the answer depends on, the signature aside."""
        ...

    def answers(self, requests: Sequence[Request]) -> Iterator[tuple[int, list[Candidate] | None]]:
        """For each request its index and its candidates, in any order; None where it failed and may be asked again another time."""
        ...

    def close(self) -> None: ...


class Remembered:
    """A backend that asks a model only what it was not asked before."""

    def __init__(self, model: Model, path: Path | None, say: Callable[[str], None]) -> None:
        self.model = model
        self._store = _Store(path, say) if path else None

    @property
    def signature(self) -> Signature:
        return self.model.signature

    def propose(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        keys = [self._key(r) for r in requests]
        known = self._store.read(dict.fromkeys(keys)) if self._store else {}
        new = {key: r for key, r in zip(keys, requests, strict=True) if key not in known}
        names = list(new)
        for i, found in self.model.answers(list(new.values())):
            if found is not None:
                known[names[i]] = found
                if self._store:
                    self._store.write(names[i], found)
        return [known.get(key, []) for key in keys]

    def _key(self, request: Request) -> str:
        return hashlib.sha256(f"{self.model.signature}\x1f{self.model.prompt(request)}".encode()).hexdigest()

    def close(self) -> None:
        self.model.close()
        if self._store:
            self._store.close()


def place(setting: str) -> Path | None:
    """Where answers are remembered: None for ``off``; by default in the user's cache folder."""
    if setting == "off":
        return None
    return Path(setting) if setting else cache_folder() / FILE


class _Store:
    """The file. Where it cannot be used, one warning, and nothing is remembered."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self._lock = threading.Lock()
        self._say = say
        self._path = path
        self._file: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)
            if self._file.execute("PRAGMA user_version").fetchone()[0] not in (0, _SCHEMA):
                raise sqlite3.DatabaseError("it is of another version of this tool; remove it")
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, candidates TEXT NOT NULL)")
            self._file.execute(f"PRAGMA user_version = {_SCHEMA}")
        except (sqlite3.Error, OSError) as error:
            self._lost(error)

    def read(self, keys: Sequence[str] | dict[str, None]) -> dict[str, list[Candidate]]:
        found = {}
        with self._lock:
            try:
                for key in keys if self._file else ():
                    row = self._file.execute("SELECT candidates FROM answer WHERE key = ?", (key,)).fetchone() if self._file else None
                    if row:
                        found[key] = [Candidate(text, score) for text, score in json.loads(row[0])]
            except (sqlite3.Error, ValueError, TypeError) as error:
                self._lost(error)
        return found

    def write(self, key: str, candidates: Sequence[Candidate]) -> None:
        value = json.dumps([(c.text, c.score) for c in candidates], ensure_ascii=False)
        with self._lock:
            if self._file:
                try:
                    self._file.execute("INSERT OR REPLACE INTO answer VALUES (?, ?)", (key, value))
                except sqlite3.Error as error:
                    self._lost(error)

    def _lost(self, error: Exception) -> None:
        self._say(f"{self._path}: rewrites cannot be remembered ({error}); remove the file, or set rewriting.cache")
        if self._file:
            self._file.close()
        self._file = None

    def close(self) -> None:
        """Forget the oldest answers where there are very many, and close the file."""
        with self._lock:
            if self._file:
                try:
                    oldest = "SELECT rowid FROM answer ORDER BY rowid DESC LIMIT -1 OFFSET ?"
                    self._file.execute(f"DELETE FROM answer WHERE rowid IN ({oldest})", (_MOST_ROWS,))
                finally:
                    self._file.close()
                    self._file = None
