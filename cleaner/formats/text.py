"""Plain text: blank lines part the blocks; lines do where each is a paragraph of its own."""

from __future__ import annotations

from ..core import Document
from ..segment import from_text

SUFFIXES = (".txt", "")


def parse(name: str, text: str) -> Document:
    """Read plain text."""
    return from_text(text, name)
