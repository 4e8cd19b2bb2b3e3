"""Orders to the tool inside a text, as HTML comments: ``<!-- cleaner: ignore -->``.

``ignore`` silences the block it stands in, or the next one when it stands alone; ``off`` silences all up to ``on`` or the end. Either
may name rules, parted by spaces or commas; without any it means all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .core import Block, CleanerError, Span, Suppression

COMMENT = re.compile(r"<!--\s*cleaner\s*:(.*?)-->", re.DOTALL)
_RULE = re.compile(r"[a-z][a-z0-9-]*(?:\.[A-Za-z0-9_-]+)*")


def comments(text: str) -> list[Span]:
    """Where the orders stand."""
    return [Span(m.start(), m.end()) for m in COMMENT.finditer(text)]


def suppressions(name: str, text: str, orders: Sequence[Span], blocks: Sequence[Block]) -> tuple[Suppression, ...]:
    """What the `orders` silence. Raises CleanerError, with the line, for one that is not understood."""
    found: list[Suppression] = []
    off: tuple[int, frozenset[str]] | None = None
    for span in orders:
        match = COMMENT.fullmatch(span.of(text))
        words = match.group(1).replace(",", " ").split() if match else []
        verb, rules = (words[0] if words else ""), frozenset(words[1:])
        wrong = [r for r in sorted(rules) if not _RULE.fullmatch(r)]
        if verb not in {"ignore", "off", "on"} or wrong or (verb == "on" and rules):
            raise _unknown(name, text, span, "is not understood; write ignore, off or on, and rule names after ignore and off")
        if verb == "ignore":
            block = next((b for b in blocks if b.span.end > span.start), None)
            if block is None:
                raise _unknown(name, text, span, "ignores nothing: no text follows it")
            found.append(Suppression(block.span, rules))
        elif verb == "off":
            if off is not None:
                raise _unknown(name, text, span, "follows another off without an on in between")
            off = (span.end, rules)
        elif off is None:
            raise _unknown(name, text, span, "has no off before it")
        else:
            found.append(Suppression(Span(off[0], span.start), off[1]))
            off = None
    if off is not None:
        found.append(Suppression(Span(off[0], len(text)), off[1]))
    return tuple(found)


def _unknown(name: str, text: str, span: Span, problem: str) -> CleanerError:
    line = len(re.findall(r"\r\n|\n|\r", text[:span.start])) + 1
    return CleanerError(f"{name}:{line}: the order {' '.join(span.of(text).split())} {problem}")
