"""Answers teach: what a reviewer makes of one is checked, written down and, where it is a regression case, put into its file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..core import CleanerError, Finding
from ..taught import spaced, telling
from . import journal, learned, listing
from .item import Entry, Item
from .learned import Learned
from .queue import Queue, settle
from .states import holding

#: The file, in the folder of cases, that answers are added to.
CASES = "reviewed.cases.jsonl"
#: A term has at most so many words.
LONGEST = 8
_GLOSSARY = "glossary"


class Teacher:
    """What `who` makes the tool learn. `cases` is the folder of regression cases."""

    def __init__(self, queue: Queue, who: str, cases: Path) -> None:
        self._queue = queue
        self._who = who
        self._file = cases / CASES

    def case(self, item: Item) -> Entry:
        """A regression case from an answered item. Raises CleanerError when it has no answer, or rests on the glossary alone."""
        from ..regress.writing import from_item

        own = next((v for v in item.votes if v.who == self._who), None)
        answer = item.entry or own or holding(item.votes, 1)
        rules = item.rules - {_GLOSSARY}
        if item.rules and not rules:
            raise CleanerError("the glossary alone made that suggestion: a regression case is about rules")
        kept = tuple(f for f in item.findings if f.rule != _GLOSSARY)
        content = json.dumps(from_item(replace(item, entry=answer, findings=kept)), ensure_ascii=False)
        return self._keep(item, Learned(0, "", "", "case", item.doc, item.key, content=content), answer, rules)

    def term(self, item: Item | None, wrong: str, right: str, *, always: bool) -> Entry:
        """An entry of the glossary. Raises CleanerError for what is empty, the same, or too long to be a name or term."""
        doc, key = (item.doc, item.key) if item else ("", "")
        thing = self._checked(Learned(0, "", "", "term", doc, key, spaced(wrong), spaced(right), always))
        return self._keep(item, thing, item.entry if item else None, {_GLOSSARY})

    def _checked(self, thing: Learned) -> Learned:
        wrong, right = thing.wrong, thing.right
        if not wrong or not right:
            raise CleanerError("an entry of the glossary needs both: what is wrong, and what it should read")
        if wrong == right:
            raise CleanerError(f"“{wrong}” is on both sides: write what it should read instead")
        if max(len(wrong.split()), len(right.split())) > LONGEST:
            raise CleanerError(f"an entry of the glossary is a name or a term, of at most {LONGEST} words")
        if not any(c.isalnum() for c in wrong):
            raise CleanerError(f"“{wrong}” has no letter or figure: the glossary is for names and terms")
        return thing

    def ignore(self, item: Item, finding: Finding) -> Entry:
        """That a rule is not right about these words, in whatever document; about words that say little, only in this sentence."""
        words = spaced(item.words(finding))
        sentence = "" if telling(words) else spaced(item.original)
        thing = Learned(0, "", "", "ignore", item.doc, item.key, rule=finding.rule, words=words, sentence=sentence)
        return self._keep(item, thing, item.entry, {finding.rule})

    def _keep(self, item: Item | None, thing: Learned, origin: Entry | None, rules: Iterable[str]) -> Entry:
        with self._queue.write() as db:
            if (same := learned.known(db, thing)) is not None:
                raise CleanerError(f"that was learnt before, from {same.who}, as number {same.id}")
            return self._written(db, thing, origin, rules)

    def _written(
        self, db: sqlite3.Connection, thing: Learned, origin: Entry | None, rules: Iterable[str], batch: int | None = None,
    ) -> Entry:
        made = journal.write(db, self._who, "learn", thing.doc, thing.key, thing.described, rules, batch=batch)
        thing = replace(thing, id=made.id, origin=origin.id if origin else None)
        learned.keep(db, thing)
        if thing.kind == "case" and not self._add([thing]):
            raise CleanerError(f"{self._file}: has a case about that sentence already; change it there")
        if thing.kind == "ignore":
            listing.remark(db, [made])
        return made

    def every(self, things: Iterable[Learned]) -> int:
        """Terms and ignores from elsewhere, as one step; returns how many were not known. Raises CleanerError, and learns nothing, for a
        useless one.
        """
        made: list[Entry] = []
        with self._queue.write() as db:
            for thing in things:
                if thing.kind == "term":
                    self._checked(thing)
                if learned.known(db, thing) is None:
                    rule = _GLOSSARY if thing.kind == "term" else thing.rule
                    made.append(self._written(db, thing, None, {rule}, made[0].id if made else None))
            if len(made) > 1:
                journal.first_of_batch(db, made[0].id)
        return len(made)

    def forget(self, number: int) -> Entry:
        """Take back what was learnt under a number, whoever taught it. Raises CleanerError where there is no such thing any more."""
        with self._queue.write() as db:
            thing = learned.find(db, number)
            held = journal.find(db, number)
            if thing is None or held is None:
                raise CleanerError(f"nothing is learnt under the number {number}; `cleaner learn` lists what is")
            entries = journal.take_back(db, self._who, [held])
            self.follow(db, entries, back=True)
            return settle(db, entries, self._who) or held

    def follow(self, db: sqlite3.Connection, entries: Iterable[Entry], *, back: bool) -> None:
        """Put the regression cases among the entries into their file, or take them out again when they are taken `back`.

        Called in the entries' transaction, so that two processes never write the file at once.
        """
        things = [t for e in entries if e.verdict == "learn" and (t := learned.find(db, e.id)) is not None and t.kind == "case"]
        if things and back:
            from ..regress import writing

            writing.remove(self._file, [t.case for t in things])
        elif things:
            self._add(things)

    def _add(self, things: list[Learned]) -> int:
        """Put regression cases into their file; returns how many were not there."""
        from ..regress import writing

        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CleanerError(f"{self._file.parent}: cannot be made ({error.strerror}); choose another place with `cases`") from error
        return writing.append(self._file, [t.case for t in things])
