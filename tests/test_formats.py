"""Files: what is read, what is refused in one line, and bytes that come back as they were."""

import codecs
import os
from pathlib import Path

import pytest

from cleaner import formats
from cleaner.core import CleanerError, Document

MARKDOWN = """---
title: "A fair,, again"
---

# The *fair* opens #

> The mayor said `a,, b` &amp; [went. Home](http://a.example/b.c "t. u") with ![a picture](p.png "x. y").
> It was **very** good; see <http://c.example> or ask tea@example.org. <b>Fine</b>.

1. 1 apple
   - two
     pears

| town | rain\\|snow |
|---|---|
| `x` | *much* snow |
| town | town |

[r]: http://d.example

Setext
======

```text
code,, <!-- cleaner: nonsense -->
```

<!-- cleaner: ignore -->

He said [this][r] and \\*that\\*. And `<!-- cleaner: what -->` too.

<div>
html,, here
</div>
"""


def markdown(ends: str = "\n") -> Document:
    return formats.parse("a.md", MARKDOWN.replace("\n", ends))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_markdown_blocks(ends: str) -> None:
    document = markdown(ends)
    found = [(b.kind, " ".join(b.span.of(document.plain).split())) for b in document.blocks if b.kind != "code"]
    assert found == [
        ("heading", "The fair opens"),
        ("paragraph", "The mayor said went. Home with . It was very good; see or ask . Fine ."),
        ("list_item", "1 apple"), ("list_item", "two pears"),
        ("list_item", "town"), ("list_item", "much snow"), ("list_item", "town"), ("list_item", "town"),
        ("heading", "Setext"),
        ("paragraph", "He said this and that . And too."),
    ]
    assert len(document.plain) == len(document.text)
    assert [b.span.of(document.text)[:7] for b in document.blocks if b.kind == "code"] == ["```text"]


def test_markdown_protects_all_that_is_no_word() -> None:
    document = markdown()
    pieces = ["title:", "`a,, b`", "&amp;", "http://a.example/b.c", "![a picture]", "**", "<b>", "tea@example.org", "code,,", "html,,"]
    for piece in pieces:
        at = document.text.index(piece)
        assert any(p.start <= at < p.end for p in document.protected), piece
        assert not document.plain[at:at + len(piece)].strip()
    assert not any(p.of(document.text).strip().isalpha() for p in document.protected if p.overlaps(document.blocks[0].span))


def test_markdown_orders_but_not_those_shown_as_code() -> None:
    document = markdown()
    assert [s.span.of(document.text)[:12] for s in document.suppressions] == ["He said [thi"]


def test_markdown_quotations_cross_emphasis() -> None:
    document = formats.parse("a.md", '*"It is* good," **he** said.')
    assert [(q.inner.of(document.text), q.speaker and q.speaker.of(document.text)) for q in document.quotations] == [("It is* good,", "he")]


ODD = ["", "***", "[a](b", "`open", "| a |\n|---|", "<div", "- ", "> > # x\n", "a\\\nb", "![", "&amp;&lt;", "~~x~~ y", "[x]: <y"]


@pytest.mark.parametrize("text", ODD)
def test_odd_markdown_is_read(text: str) -> None:
    document = formats.parse("a.md", text)
    assert document.text == text
    assert len(document.plain) == len(text)


ENCODINGS = [
    ("utf-8", b""), ("utf-8-sig", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE),
]


@pytest.mark.parametrize(("encoding", "mark"), ENCODINGS)
def test_bytes_come_back(tmp_path: Path, encoding: str, mark: bytes) -> None:
    text = "He said “go”.\r\nShe  left.\rThe café\n\n😀 closed.\t"
    data = mark + text.encode("utf-8" if encoding == "utf-8-sig" else encoding)
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    document = formats.load(path)
    assert (document.text, document.encoding) == (text, encoding)
    assert document.name == path.as_posix()
    formats.save(tmp_path / "out" / "deep" / "a.txt", document.text, document.encoding)
    assert (tmp_path / "out" / "deep" / "a.txt").read_bytes() == data


REFUSED = [
    (b"", "is empty"), (b" \r\n\t", "is empty"), (codecs.BOM_UTF8, "is empty"),
    (b"caf\xe9 x", r"not UTF-8 \(byte 0xE9 at offset 3\); convert it, e.g. iconv"), (codecs.BOM_UTF8 + b"ab\xff", r"byte 0xFF at offset 5"),
    (b"a\x00b", "no text file"), (b"\x7fELF\x01", "no text file"), (codecs.BOM_UTF32_LE + b"a\0\0\0", "UTF-32"),
    (codecs.BOM_UTF16_LE + b"a\0b", "broken UTF-16"), (b"x" * 200_001, "a line of 200,001 characters"),
]


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(CleanerError, match=message) as caught:
        formats.load(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(path.as_posix())


def test_a_dump_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(formats.LARGEST_FILE + 1)
    with pytest.raises(CleanerError, match="MiB is more than 16; split it"):
        formats.load(path)
    with pytest.raises(CleanerError, match="split it"):
        formats.read("stdin", b"a" * (formats.LARGEST_FILE + 1))


def test_missing_files_folders_and_unknown_kinds(tmp_path: Path) -> None:
    for path in (tmp_path / "no.txt", tmp_path):
        with pytest.raises(CleanerError, match="cannot be read"):
            formats.load(path)
    with pytest.raises(CleanerError, match=r"unknown kind of file '\.docx'; known are \.markdown, \.md, \.txt"):
        formats.parse("a.docx", "x")
    assert formats.parse("README", "He left.").blocks
    assert set(formats.suffixes()) == {"", ".markdown", ".md", ".txt"}


def test_save_keeps_permissions_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    formats.save(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o640)
    mask = os.umask(0)
    os.umask(mask)
    formats.save(tmp_path / "b.txt", "b")
    assert (tmp_path / "b.txt").stat().st_mode & 0o777 == 0o666 & ~mask
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_save_replaces_a_link_unless_told_to_follow(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("input")
    link.symlink_to(real)
    formats.save(link, "in place", follow=True)
    assert (link.is_symlink(), real.read_text()) == (True, "in place")
    formats.save(link, "output")
    assert (link.is_symlink(), link.read_text(), real.read_text()) == (False, "output", "in place")


def test_a_full_disk_leaves_the_original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CleanerError, match="No space left on device"):
        formats.save(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(CleanerError, match="cannot be written"):
        formats.save(tmp_path / "a.txt", "new")
    (tmp_path / "file").write_text("x")
    with pytest.raises(CleanerError, match="cannot be written"):
        formats.save(tmp_path / "file" / "a.txt", "new")


def test_an_interrupted_save_cleans_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        formats.save(tmp_path / "a.txt", "new")
    assert not list(tmp_path.iterdir())
