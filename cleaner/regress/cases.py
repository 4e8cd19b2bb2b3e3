"""Regression cases: what their files look like, and the one line that says what is wrong with one.

A file is YAML (``*.cases.yaml``) or JSON Lines (``*.cases.jsonl``) with a case an entry; docs/regression.md describes the keys. A case
states what a good editor expects of the tool, not what the tool does today.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .. import formats, registry
from ..config import did_you_mean
from ..core import CATEGORIES, CleanerError, Document, Span
from ..sources import paired

SUFFIXES = (".cases.yaml", ".cases.yml", ".cases.jsonl")
PATTERN = "re:"
ANY = "any"
_TEXTS = ("name", "context", "sentence", "after", "source", "note", "known")
_LISTS = ("flag", "gone", "accept", "keep")
_KEYS = (*_TEXTS, *_LISTS, "clean")


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence in a text and what is expected of it.

    Attributes:
        file: the file of cases; `line` is the case's first line there, `end` the one behind its last, both from 1.
        text: the whole text that is cleaned, and `doc` its name, whose suffix says how it is read.
        span: where the sentence is in it.
        flag: rules, families or categories, each of which a finding on the sentence must belong to; ``any`` for whatever finding.
        gone: what may not survive in the output of the sentence: words, or a regular expression after ``re:``.
        accept: texts one of which must be the output, or among the first three suggestions.
        keep: words that the output must still have.
        clean: whether the sentence must stay as it is, and unflagged.
        source: what the text was translated from, paragraph for paragraph.
        known: why the tool does not do this yet; the case then may fail, and says so when it no longer does.

    """

    file: Path
    line: int
    end: int
    name: str
    text: str
    doc: str
    span: Span
    flag: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    clean: bool = False
    source: str = ""
    known: str = ""

    @property
    def document(self) -> Document:
        """The text as it is cleaned."""
        document = formats.parse(self.doc, self.text)
        return paired(document, self.source, f"{self.place}: source") if self.source else document

    @property
    def sentence(self) -> str:
        return self.span.of(self.text)

    @property
    def place(self) -> str:
        return f"{self.file.as_posix()}:{self.line}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping of a file of cases, with its lines: the first one, and the one behind the last, from 1."""

    values: dict[str, Any]
    line: int
    end: int


def find(arguments: Iterable[str | Path]) -> list[Path]:
    """The files of cases that files and folders stand for. Raises CleanerError for an argument that stands for none."""
    found: dict[Path, None] = {}
    for path in map(Path, arguments):
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*.cases.*") if p.name.endswith(SUFFIXES))
            if not inside:
                raise CleanerError(f"{path}: holds no file of cases; their names end in {', '.join(SUFFIXES)}")
            found |= dict.fromkeys(inside)
        elif path.is_file():
            found[path] = None
        else:
            raise CleanerError(f"{path}: there is no such file or folder; name a file of cases, or make one with `cleaner regress add`")
    return list(found)


def load(path: Path) -> list[Case]:
    """The cases of a file, in order. Raises CleanerError, with file and line, for anything that is not as described."""
    cases: list[Case] = []
    for entry in entries(path):
        cases += _cases(path, entry)
    return cases


def entries(path: Path) -> list[Entry]:
    """The mappings of a file, read but not yet checked."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CleanerError(f"{path}: cannot be read ({error}); a file of cases is UTF-8 text") from error
    return list(_json_lines(path, text) if path.suffix == ".jsonl" else _yaml(path, text))


def _json_lines(path: Path, text: str) -> Iterator[Entry]:
    for n, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except json.JSONDecodeError as error:
            raise CleanerError(f"{path}:{n}: not JSON ({error.msg} at character {error.pos + 1})") from error
        yield Entry(_mapping(path, n, values), n, n + 1)


def _yaml(path: Path, text: str) -> Iterator[Entry]:
    lines = text.split("\n")
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            return
        if not isinstance(root, yaml.SequenceNode):
            raise CleanerError(f"{path}:{root.start_mark.line + 1}: a file of cases is a list; begin each case with “- ”")
        for node in root.value:
            line = node.start_mark.line + 1
            if isinstance(node, yaml.MappingNode):
                names = [k.value for k, _ in node.value]
                for name in names:
                    if names.count(name) > 1:
                        raise CleanerError(f"{path}:{line}: {name!r} stands twice in one case")
            values = _mapping(path, line, loader.construct_object(node, deep=True))
            for key, inner in ((k.value, v) for k, v in node.value):
                if key == "sentences" and isinstance(inner, yaml.SequenceNode):
                    pairs = zip(inner.value, values[key], strict=True)
                    values[key] = [Entry(_mapping(path, _line(n), v), _line(n), _end(n, lines)) for n, v in pairs]
            yield Entry(values, line, _end(node, lines))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CleanerError(f"{path}:{mark.line + 1 if mark else 1}: not YAML ({error.problem or error.context})") from error
    except yaml.YAMLError as error:
        raise CleanerError(f"{path}: not YAML ({' '.join(str(error).split())})") from error


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _end(node: yaml.Node, lines: list[str]) -> int:
    """The line behind a node's last one. A block ends where the next thing begins; blank lines and comments before that are none of it."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return int(node.end_mark.line) + 2
    last = min(int(node.end_mark.line), len(lines))
    while last > node.start_mark.line + 1 and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return last + 1


def _mapping(path: Path, line: int, values: object) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise CleanerError(f"{path}:{line}: a case is a mapping with the keys {', '.join(_KEYS)}")
    return {str(k): v for k, v in values.items()}


def _cases(path: Path, entry: Entry) -> Iterator[Case]:
    if "document" not in entry.values:
        yield _case(path, entry, None)
        return
    where = f"{path}:{entry.line}"
    extra = entry.values.keys() - {"document", "sentences", "note"}
    if extra:
        raise CleanerError(f"{where}: a document has the keys document, sentences and note, not {', '.join(sorted(extra))}")
    name, sentences = entry.values["document"], entry.values.get("sentences")
    if not isinstance(name, str) or not isinstance(sentences, list) or not sentences:
        raise CleanerError(f"{where}: a document needs its path as “document” and a list of cases as “sentences”")
    try:
        document = formats.load(path.parent / name)
    except CleanerError as error:
        raise CleanerError(f"{where}: {error}") from error
    for inner in sentences:
        own = inner if isinstance(inner, Entry) else Entry(_mapping(path, entry.line, inner), entry.line, entry.end)
        yield _case(path, own, (Path(name).name, document.text))


def _case(path: Path, entry: Entry, document: tuple[str, str] | None) -> Case:
    where = f"{path}:{entry.line}"
    values = entry.values
    for key in values:
        if key not in _KEYS:
            raise CleanerError(f"{where}: unknown key {key!r}{did_you_mean(key, _KEYS)}; known are {', '.join(_KEYS)}")
    for key in _TEXTS:
        if key in values and not (isinstance(values[key], str) and values[key].strip()):
            raise CleanerError(f"{where}: {key!r} must be text (in quotation marks, if YAML reads it as something else)")
    if "sentence" not in values:
        raise CleanerError(f"{where}: a case needs a “sentence”")
    if not isinstance(values.get("clean", True), bool):
        raise CleanerError(f"{where}: 'clean' must be true or false")
    lists = {key: _strings(where, key, values.get(key, ())) for key in _LISTS}
    sentence = values["sentence"] if document else values["sentence"].strip()
    if document is None:
        doc, text, start = "case.txt", *_joined(values.get("context", ""), sentence, values.get("after", ""))
    else:
        doc, text = document
        if "context" in values or "after" in values or "source" in values:
            raise CleanerError(f"{where}: a sentence of a document has its context there; leave out “context”, “after” and “source”")
        start = text.find(sentence)
        if start < 0 or text.find(sentence, start + 1) >= 0:
            raise CleanerError(f"{where}: the sentence must stand in the document exactly once")
    span = Span(start, start + len(sentence))
    name = values.get("name") or " ".join(sentence.split())[:60]
    clean = bool(values.get("clean", False))
    _expects(where, sentence, lists, clean)
    known, source = values.get("known", ""), values.get("source", "")
    case = Case(path, entry.line, entry.end, name, text, doc, span, clean=clean, source=source, known=known, **lists)
    if source:
        _ = case.document  # a source with other paragraphs is told of now
    return case


def _strings(where: str, key: str, value: object) -> tuple[str, ...]:
    many = [value] if isinstance(value, str) else value
    if not isinstance(many, list | tuple) or not all(isinstance(v, str) and v.strip() for v in many):
        raise CleanerError(f"{where}: {key!r} must be text or a list of texts")
    return tuple(many)


def _expects(where: str, sentence: str, lists: Mapping[str, tuple[str, ...]], clean: bool) -> None:
    """Refuse expectations that are unknown, contradict each other or hold whatever the tool does."""
    if clean and (lists["flag"] or lists["gone"] or lists["accept"]):
        raise CleanerError(f"{where}: a sentence that must stay clean cannot have flag, gone or accept as well")
    if not clean and not any(lists.values()):
        raise CleanerError(f"{where}: the case expects nothing; give it flag, gone, accept, keep, or clean: true")
    rules = registry.detectors()
    for name in lists["flag"]:
        category = name in CATEGORIES or any(c.startswith(name + "/") for c in CATEGORIES)
        family = any(r.name.startswith(name + ".") or r.family == name for r in rules.values())
        if not (name == ANY or category or family or registry.rule_of(name)):
            hint = did_you_mean(name, (*rules, *CATEGORIES))
            raise CleanerError(f"{where}: unknown rule or category {name!r}{hint}; `cleaner rules` lists them")
    for words in lists["gone"]:
        try:
            there = pattern(words).search(sentence)
        except re.error as error:
            raise CleanerError(f"{where}: {words!r} is no regular expression ({error})") from error
        if not there:
            raise CleanerError(f"{where}: {words!r} is not in the sentence, so it cannot be gone from it")
    for words in lists["keep"]:
        if words not in sentence:
            raise CleanerError(f"{where}: {words!r} is not in the sentence, so it cannot be kept")
    if any(same(text, sentence) for text in lists["accept"]):
        raise CleanerError(f"{where}: the sentence itself cannot be an accepted rewrite; say clean: true instead")


def _joined(before: str, sentence: str, after: str) -> tuple[str, int]:
    """The text of a case and where its sentence starts: a context that ends with a line end is a paragraph of its own, and so behind."""
    head = before.rstrip() + ("\n\n" if before.endswith("\n") else " ") if before else ""
    tail = ("\n\n" if after.startswith("\n") else " ") + after.strip() if after else ""
    return f"{head}{sentence}{tail}\n", len(head)


def pattern(words: str) -> re.Pattern[str]:
    """What an entry of `gone` looks for."""
    return re.compile(words.removeprefix(PATTERN) if words.startswith(PATTERN) else re.escape(words))


def same(a: str, b: str) -> bool:
    """Whether two texts differ only in their spacing."""
    return a.split() == b.split()
