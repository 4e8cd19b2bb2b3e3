"""A queue's file: opened, checked, brought up to date; and SQLite's errors as one line that says what to do."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core import CleanerError
from . import listing
from .schema import APPLICATION_ID, MIGRATIONS

#: How long a process waits for another one's transaction, in seconds.
PATIENCE = 30.0


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the file at `path`, made if it is missing and `create` is set. Raises CleanerError as `Queue.open` does."""
    if not path.exists() and not create:
        raise CleanerError(f"no review queue at {path}: run `cleaner clean` on your files first")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CleanerError(f"{path.parent}: cannot be made ({error.strerror}); choose another place for the setting `queue`") from error
    with explained(path):
        db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        try:
            _prepare(path, db)
        except BaseException:
            db.close()
            raise
    return db


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's errors as one line that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            what = f"is damaged or not a review queue ({error}); nothing was changed. " \
                f"Move it away (mv {path} {path}.damaged) and run `cleaner clean` again"
        elif name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
            what = "could not be written because the disk is full; what was decided before is safe. Free some space and go on"
        elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            what = f"has been in use by another process for {PATIENCE:.0f} seconds; wait for it or end it, then try again"
        elif name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            what = f"cannot be opened for writing ({error}); check its permissions or choose another place with the setting `queue`"
        else:
            what = f"does not work as a review queue ({error}); run `cleaner doctor`, or move it away and run `cleaner clean` again"
        raise CleanerError(f"{path}: {what}") from error


def _prepare(path: Path, db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    db.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
    version = _version(path, db)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:  # the switch does not wait for others by itself
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    db.execute("PRAGMA synchronous = FULL")
    if version == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for migrate in MIGRATIONS[_version(path, db):]:
            migrate(db)
        listing.rebuild(db)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _version(path: Path, db: sqlite3.Connection) -> int:
    """How many migrations the file has had; raises CleanerError when it is not ours or from a later version."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    mine = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not mine and (version or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]):
        raise CleanerError(f"{path}: is some other program's database; choose another place with the setting `queue`")
    if version > len(MIGRATIONS):
        raise CleanerError(f"{path}: was written by a newer cleaner; update cleaner, or choose another place with the setting `queue`")
    return version
