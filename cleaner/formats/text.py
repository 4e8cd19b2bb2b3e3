"""Plain text: blank lines part the blocks."""

from __future__ import annotations

from ..core import Document
from ..segment import build, text_blocks

SUFFIXES = (".txt", "")


def parse(name: str, text: str) -> Document:
    """Read plain text."""
    return build(name, text, text_blocks(text))
