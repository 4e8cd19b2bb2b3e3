"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from .core import CleanerError


@contextmanager
def atomic(path: Path) -> Iterator[TextIO]:
    """A text file (UTF-8, line ends as given) that takes the place of `path` when the block ends, however it ends.

    Makes the folders that are missing. When the block is broken off, what was written so far is kept: each line is whole.
    Raises CleanerError where nothing can be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise CleanerError(f"{path.as_posix()}: cannot be written ({error.strerror}); choose another place") from error
    try:
        try:
            with open(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                yield file
        finally:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(temporary, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~mask)
            os.replace(temporary, path)
    except OSError as error:
        raise CleanerError(f"{path.as_posix()}: cannot be written ({error.strerror}); is the disk full?") from error
