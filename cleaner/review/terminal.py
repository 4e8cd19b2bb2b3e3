"""Review in the terminal: one key decides and moves on. Draws on stderr; keys come from the terminal, or one by one from a pipe."""

from __future__ import annotations

import os
import sys
import termios
from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

import click

from ..core import CleanerError
from .item import Entry, Item
from .queue import TakenError
from .screen import HELP, KEYS, Screen
from .service import Filter, Review, choices, lesson, ranked, tidy

if TYPE_CHECKING:
    from rich.console import Console

_ALIASES = {"\x1b[C": "s", "\x1b[D": "b", "\x1bOC": "s", "\x1bOD": "b", "\x03": "q", "\x04": "q", "\x1a": "u", "\x19": "U"}
_WARNED = "[Enter] keep it all the same  [e] edit it again  [Esc] drop it"
_PAST = {"accept": "accepted", "edit": "edited", "reject": "kept as they were", "dismiss": "findings dismissed"}


class Keys(Protocol):
    """Where decisions come from."""

    def key(self) -> str:
        """The next key; "q" at the end of input."""

    def line(self, text: str, *, editor: bool) -> str | None:
        """`text` as the reviewer changed it, or None when they gave up."""


class TerminalKeys:
    """A person at a keyboard. Between `with` and its end keys are read as they are typed, quick ones are kept, and none is shown."""

    def __init__(self) -> None:
        self._typed: list[str] = []
        self._fd = sys.stdin.fileno()
        self._usual: list[Any] = []

    def __enter__(self) -> TerminalKeys:
        self._usual = termios.tcgetattr(self._fd)
        self._single()
        return self

    def __exit__(self, *_: object) -> None:
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._usual)

    def _single(self) -> None:
        """One key at a time, unechoed; Ctrl+C and Ctrl+Z are keys. Draining, not flushing: what was typed ahead stays."""
        mode = [*self._usual]
        mode[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
        mode[6] = [*mode[6]]
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._fd, termios.TCSADRAIN, mode)

    def key(self) -> str:
        if not self._typed:
            got = os.read(self._fd, 64).decode(errors="replace")
            self._typed = [got] if got.startswith("\x1b") else list(got) or ["q"]
        return self._typed.pop(0)

    def line(self, text: str, *, editor: bool) -> str | None:
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._usual)
        try:
            return self._line(text, editor=editor)
        finally:
            self._single()

    def _line(self, text: str, *, editor: bool) -> str | None:
        if editor or "\n" in text or not sys.stdout.isatty():
            try:
                return click.edit(text, extension=".txt")
            except click.ClickException as error:
                raise CleanerError(f"the editor did not work ({error.format_message()}); set $EDITOR to one that does") from error
        import readline

        readline.set_startup_hook(lambda: readline.insert_text(text))
        try:
            return input("\n\n> ")
        except (KeyboardInterrupt, EOFError):
            return None
        finally:
            readline.set_startup_hook(None)


class PipedKeys:
    """Keys from a pipe: one character each, line ends count for nothing; after an edit key the rest of the line is the new text."""

    def __enter__(self) -> PipedKeys:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def key(self) -> str:
        while (key := sys.stdin.read(1)) in ("\n", "\r"):
            pass
        return key or "q"

    def line(self, text: str, *, editor: bool) -> str | None:
        return sys.stdin.readline().strip("\r\n") or None


class Sitting:
    """One reviewer going through what waits."""

    def __init__(self, review: Review, wanted: Filter, keys: Keys, console: Console) -> None:
        self._review = review
        self._wanted = wanted
        self._keys = keys
        self._console = console
        self._screen = Screen(console)
        self._items = review.pending(wanted)
        self._at = 0
        self._offset = 0
        self._notice = ""
        self._claimed: Item | None = None
        self.entries: list[Entry] = []

    @property
    def left(self) -> int:
        return len(self._items)

    def run(self) -> None:
        """Ask until everything was seen or the reviewer quits."""
        try:
            if not self._console.is_terminal:
                self._ask()
                return
            with self._console.screen(hide_cursor=False):
                self._ask()
        finally:
            self._claim(None)

    def _claim(self, item: Item | None) -> None:
        """Let go of the sentence before, and say that this one is being worked on. Raises TakenError while somebody else is at it."""
        if self._claimed and (item is None or (item.doc, item.key) != (self._claimed.doc, self._claimed.key)):
            self._review.release(self._claimed)
            self._claimed = None
        if item is not None:
            self._review.claim(item)
            self._claimed = item

    def _ask(self) -> None:
        while self._at < len(self._items):
            item = self._review.fresh(self._items[self._at])
            if item is None:
                self._items.pop(self._at)
                self._notice = "Somebody else decided about a sentence meanwhile."
                continue
            try:
                self._claim(item)
            except TakenError as error:
                self._at += 1
                self._notice = str(error)
                continue
            done = len(self.entries)
            parts = self._screen.item(self._items[self._at], f"{done + self._at + 1}/{done + len(self._items)}", self._notice)
            more = self._screen.page(parts, self._offset, KEYS)
            key = self._keys.key()
            self._notice = ""
            if key in (" ", "\x1b[6~"):
                self._offset = more
                continue
            self._offset = 0
            try:
                if not self._act(_ALIASES.get(key, key), self._items[self._at]):
                    return
            except TakenError as error:
                self._items.pop(self._at)
                self._notice = str(error)

    def _act(self, key: str, item: Item) -> bool:
        """Do what a key says; False to stop."""
        offered = choices(item)
        if key == "q":
            return False
        if key == "a" or key in set("123456789"):
            n = 0 if key == "a" else int(key) - 1
            if n < len(offered):
                self._decided(self._review.accept(item, offered[n]))
            else:
                self._notice = f"There is no suggestion {n + 1}: choose another, edit (e), or keep the original (r)."
        elif key == "r":
            self._decided(self._review.reject(item))
        elif key in ("e", "o", "E"):
            self._edit(item, item.original if key == "o" or not offered else offered[0].text, editor=key == "E")
        elif key in ("d", "x"):
            self._dismiss(item, everywhere=key == "x")
        elif key == "s":
            self._at += 1
        elif key == "b":
            self._at = max(0, self._at - 1)
        elif key == "u":
            self._undo()
        elif key == "U":
            self._redo()
        elif key == "c":
            self._comment(item)
        elif key in ("k", "g", "i"):
            self._teach(key, item)
        elif key == "?":
            self._help()
        else:
            self._notice = f"The key {key!r} does nothing; ? shows the keys."
        return True

    def _decided(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._items.pop(self._at)

    def _edit(self, item: Item, text: str, *, editor: bool) -> None:
        while True:
            try:
                written = self._keys.line(text, editor=editor)
            except CleanerError as error:
                self._notice = str(error)
                return
            text = tidy(written or "")
            if not text:
                self._notice = "The edit was dropped."
                return
            failed = self._review.check(item, text) if text != item.original else ()
            if failed:
                self._screen.page(self._screen.edited(item.original, text, failed), 0, _WARNED)
                key = self._keys.key()
                if key == "e":
                    continue
                if key not in ("\r", "\n", "y"):
                    self._notice = "The edit was dropped."
                    return
            self._decided(self._review.edit(item, text))
            return

    def _dismiss(self, item: Item, *, everywhere: bool) -> None:
        finding = ranked(item)[0]
        self.entries.append(self._review.dismiss(item, finding, everywhere=everywhere))
        where = f"in all of {item.doc}" if everywhere else "here"
        self._notice = f"{finding.rule} is dismissed {where}."
        self._reload(item.key)

    def _comment(self, item: Item) -> None:
        text = tidy(self._keys.line("", editor=False) or "")
        if text:
            self._review.comment(item, text)
        self._notice = "Your comment is kept." if text else "The comment was dropped."

    def _teach(self, key: str, item: Item) -> None:
        """Learn from the decision before (a case, a term), or from the finding that is shown (an ignore)."""
        try:
            if key == "i":
                entry = self._review.learn_ignore(item, ranked(item)[0])
                self._reload(item.key)
            else:
                entry = self._learn(as_case=key == "k")
            self._notice = f"Learnt (u takes it back): {entry.text}"
        except CleanerError as error:
            self._notice = str(error)

    def _learn(self, *, as_case: bool) -> Entry:
        decided = next((e for e in reversed(self.entries) if e.verdict != "dismiss"), None)
        item = self._review.item(decided.doc, decided.key) if decided else None
        if decided is None or item is None:
            raise CleanerError("Nothing was decided in this sitting that could be learnt from.")
        if as_case:
            return self._review.learn_case(item)
        found = lesson(item.original, decided.text)
        if found is None:
            raise CleanerError("That answer changed more than one term: `cleaner learn --term WRONG RIGHT` teaches one.")
        return self._review.learn_term(item, found.wrong, found.right)

    def _undo(self) -> None:
        entry = self._review.undo()
        if entry is None:
            self._notice = "There is nothing to undo."
            return
        self.entries = [e for e in self.entries if e.id != entry.id]
        self._notice = f"Undone: {entry.verdict} of {entry.at[:16].replace('T', ' ')}."
        if entry.verdict not in ("accept", "edit", "reject") or entry.count > 1:
            self._reload(entry.key)
        elif (item := self._review.item(entry.doc, entry.key)) and not item.stale:
            self._items.insert(self._at, item)

    def _redo(self) -> None:
        entry = self._review.redo()
        if entry is None:
            self._notice = "There is nothing to bring back."
            return
        if entry.verdict in _PAST:
            self.entries.append(entry)
        self._notice = f"Again: {entry.verdict} of {entry.at[:16].replace('T', ' ')}."
        self._reload(entry.key)

    def _reload(self, key: str) -> None:
        """Read the list anew; stay at the item `key`, or where its place was."""
        before = {i.key for i in self._items[:self._at]}
        self._items = self._review.pending(self._wanted)
        keys = [i.key for i in self._items]
        self._at = keys.index(key) if key in keys else sum(k in before for k in keys)

    def _help(self) -> None:
        from rich.text import Text

        self._screen.page([Text(HELP)], 0, "")
        self._keys.key()

    def summary(self) -> str:
        """What was done, and how it reaches the files."""
        count = Counter(e.verdict for e in self.entries)
        done = ", ".join(f"{n} {_PAST[verdict]}" for verdict, n in count.items()) or "nothing decided"
        left = f"{self.left} left; `cleaner review` goes on" if self.left else "nothing left"
        docs = list(dict.fromkeys(e.doc for e in self.entries))
        names = " ".join(docs) if len(docs) <= 3 else "PATHS"
        apply = f"\nTo apply it: cleaner clean {names} -o DIR (or --in-place)" if docs else ""
        return f"{done}; {left}.{apply}"
