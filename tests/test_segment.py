"""Blocks, sentences, quotations with their speakers, and inline orders."""

import time

import pytest

from cleaner.core import CleanerError
from cleaner.quotations import double_marks
from cleaner.segment import LONGEST_BLOCK, from_text
from cleaner.sentences import LONGEST_QUOTATION

SENTENCES = [
    "He lives in the U.S. | He works there.",
    "At 5 p.m. he left. | Mr. Smith came.",
    "Jan. 3 was cold. | No. 1 in rank. | J. R. R. Tolkien wrote.",
    "He came from Acme Inc. and left. | Acme Co. Ltd. said so.",
    "The U.S. Government and the U.S. Army said so.",
    "said Lt. Col. John Smith, Jr. | He left.",
    "Mt. Fuji is high. | Dr. Who is on. | Prof. X said.",
    "See Fig. 3 and p. 12. | Vol. 3 is out.",
    "It costs 3.5 dollars. | 12.5 percent is much.",
    "He met Gen. Lee at St. Louis vs. Rome, e.g. here, i.e. there, etc. | And so on.",
    "He left at 3 p.m. | The end came at 3 p.m. Tokyo time.",
    "The Ph.D. students left. | He is approx. 30 years old.",
    "What? | No! | Yes... maybe. | Well...",
    "wait… | Then he left.",
    '"It is a threat. We are developing it. " | He left.',
    '"I am tired," he said. | "Go home." | She left.',
    '" I am tired, "he said. | Then he left.',
    'He said." | Then he left.',
    'It was "done." | The next day came.',
    "“I said ‘go.’ He went.” | Then he left.",
    "He said, 'It is done. We go.' | Then he went.",
    '"Really?" Tom asked. | "Yes!" said Tom.',
    '"What is it? " he asked.',
    '"I am strong." | I emphasized.',
    '"The plan is good. | But it is late.',
    'He said, “ Go. ” | Then he left.',
    "He is 6'2\". | She is 5'4\". | They left.",
    "The players' union. | It's the teams' fault. | He left.",
    "1. First item. | 2. Second item.",
    "Done.) | He left. | (He left.) | Then he slept.",
    "I like it (really. I do.) a lot.",
    "彼は。 | 次は。",
    "It is on Yahoo! News today. | Fair held --Yahoo! News",
    "It opened at 9 a.m. Monday. | It closed at 5 p.m. | They left.",
    "😀 Hi. | It is “ok.” | And so on.",
    "He waited! ! | Then he left.",
]


@pytest.mark.parametrize("marked", SENTENCES)
def test_sentences_end_where_a_reader_ends_them(marked: str) -> None:
    document = from_text(marked.replace(" | ", " "))
    assert [s.target for s in document.segments] == marked.split(" | ")


def test_fused_sentences_are_two() -> None:
    assert [s.target for s in from_text("Then he left.The world ended. Node.js is used.").segments] == [
        "Then he left.", "The world ended.", "Node.js is used.",
    ]


def test_a_page_in_quotation_marks_is_cut_at_its_sentences() -> None:
    speech = "We will build it. " * (LONGEST_QUOTATION // 12)
    document = from_text(f'"{speech}" he said. Then he left.')
    assert len(document.segments) > 20
    assert max(len(s.span) for s in document.segments) < 60


KINDS = [
    ("Mayor opens the fair", "heading"), ("The mayor opened the fair.", "paragraph"), ("- rice", "list_item"), ("(2) rice", "list_item"),
    ("(Photo: the mayor at the fair)", "caption"), ("The mayor said:", "paragraph"), ('He said "go."', "paragraph"),
    ("word " * 30, "paragraph"), ("■ What to bring", "list_item"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_kind_of_a_block(text: str, kind: str) -> None:
    assert [b.kind for b in from_text(text).blocks] == [kind]


def test_a_line_is_a_paragraph_unless_the_text_is_wrapped() -> None:
    lines = "Mayor opens the fair\nThe mayor opened the fair on Friday, and many people came to see it in the rain.\nHe left at noon.\n"
    assert [b.kind for b in from_text(lines).blocks] == ["heading", "paragraph", "paragraph"]
    wrapped = (
        "The mayor opened the fair on Friday, and many\npeople came to see it in the rain. He said that\n"
        "the fair would be\r\nlonger next year. It\nwill close on Sunday."
    )
    narrow = "The mayor opened the\nfair on Friday, and\nmany people came to\nsee it. Some of them\nleft early."
    assert len(from_text(narrow).blocks) == 1
    assert [s.target for s in from_text(narrow).segments][1] == "Some of them\nleft early."
    assert len(from_text(wrapped).blocks) < 4
    assert len(from_text("It rained in the\nvalley. Then it stopped.").blocks) == 1  # goes on in lower case
    assert [b.kind for b in from_text("Bring:\n- rice\n- tea\n").blocks] == ["paragraph", "list_item", "list_item"]


# text; then each quotation as depth, closed, quoted words, speaker, verb
QUOTATIONS = [
    ('" I am tired, "he said. "Go home," she added.', [(0, True, " I am tired, ", "he", "said"), (0, True, "Go home,", "she", "added")]),
    ('He said," Go now. "', [(0, True, " Go now. ", "He", "said")]),
    ('The minister said," Go," and left.', [(0, True, " Go,", "The minister", "said")]),
    ('A 12" pipe and a 14" pipe. He said "go".', [(0, True, "go", "He", "said")]),
    ("He is 6'2\" and she 5'4\".", []),
    ('the "Top 10" list of "2019"', [(0, True, "Top 10", None, None), (0, True, "2019", None, None)]),
    ('"One. Two.\n\n"Three," Tom Brown said.', [(0, True, "One. Two.", "Tom Brown", "said"), (0, True, "Three,", "Tom Brown", "said")]),
    ('"One. Two.\n\nThree," said the minister of tea in Ube.', [(0, True, "One. Two.\n\nThree,", "the minister of tea", "said")]),
    ('He said "Go. Then "A" and "B" came.', [(0, False, "Go. Then", "He", "said"), (0, True, "A", None, None), (0, True, "B", None, None)]),
    ('He left." Then she left.', []),
    ('He said, "It is far."We are here," he told us.', [(0, True, "It is far.", "He", "said"), (0, True, "We are here,", "he", "told")]),
    ("“I said ‘go,’ and he went.”", [(0, True, "I said ‘go,’ and he went.", None, None), (1, True, "go,", None, None)]),
    ("The players' union said 'no' to it in the '90s.", [(0, True, "no", "The players' union", "said")]),
    ("It isn't the teams' fault, rock 'n' roll.", []),
    ('Smith: "No comment."', [(0, True, "No comment.", "Smith", None)]),
    ('According to the ministry, "all is well."', [(0, True, "all is well.", "the ministry", None)]),
    ('"All is well," according to the ministry.', [(0, True, "All is well,", "the ministry", None)]),
    ('"A is." Tom said, "B is."', [(0, True, "A is.", None, None), (0, True, "B is.", "Tom", "said")]),
    ('"A is," Tom said, "and B is."', [(0, True, "A is,", "Tom", "said"), (0, True, "and B is.", "Tom", "said")]),
    ('"No," the trade minister, Anna de Vries, told us.', [(0, True, "No,", "Anna de Vries", "told")]),
    ('Mayor Ann Lee also stressed that "we are ready" here.', [(0, True, "we are ready", "Mayor Ann Lee", "stressed")]),
    ('She called it "good" and "bad".', [(0, True, "good", None, None), (0, True, "bad", None, None)]),
    ('"I am strong." I emphasized.', [(0, True, "I am strong.", "I", "emphasized")]),
    ('"Go!" Said.', [(0, True, "Go!", None, "Said")]),
    ("``Go,'' he said.", [(0, True, "Go,", "he", "said")]),
    ("He read 「Yes」 and 『no』 there.", [(0, True, "Yes", None, None), (0, True, "no", None, None)]),
    ("It ends 「here.", [(0, False, "here.", None, None)]),
    ('"The fair of "Tea" is on', [(0, False, "The fair of", None, None), (0, True, "Tea", None, None)]),
]


@pytest.mark.parametrize(("text", "expected"), QUOTATIONS)
def test_quotations_and_speakers(text: str, expected: list[tuple[object, ...]]) -> None:
    found = [
        (q.depth, q.closed, q.inner.of(text), q.speaker and q.speaker.of(text), q.verb and q.verb.of(text))
        for q in from_text(text).quotations
    ]
    assert found == expected


def test_marks_know_their_roles() -> None:
    text = 'He said, "It is far."We are here," he told us. A 12" pipe.'
    document = from_text(text)
    assert [m.role for m in double_marks(document.plain, document.blocks)] == ["open", "both", "close", "prime"]


def test_orders_in_the_text() -> None:
    text = (
        "One.\n\n<!-- cleaner: ignore -->\n\nTwo.\n\n<!-- cleaner: ignore doubled-mark, languagetool.A_B -->\nThree.\n\n"
        "<!-- cleaner: off -->Four.\n\nFive.\n\n<!--cleaner:on-->\n\nSix. <!-- cleaner: off two-dots -->"
    )
    document = from_text(text)
    assert [s.target for s in document.segments] == ["One.", "Two.", "Three.", "Four.", "Five.", "Six."]
    found = [(s.span.of(text).strip(), sorted(s.rules)) for s in document.suppressions]
    assert found == [("Two.", []), ("Three.", ["doubled-mark", "languagetool.A_B"]), ("Four.\n\nFive.", []), ("", ["two-dots"])]
    assert all(document.is_protected(s) for s in document.protected)
    assert "cleaner" not in document.plain


@pytest.mark.parametrize("order", ["ignroe", "", "ignore Rule!", "on", "on x", "ignore"])
def test_an_order_not_understood_is_an_error_with_its_line(order: str) -> None:
    with pytest.raises(CleanerError, match=r"^a\.txt:3: .*<!-- cleaner: ?"):
        from_text(f"One.\r\n\r\n<!-- cleaner: {order} -->", "a.txt")


def test_off_twice_is_an_error() -> None:
    with pytest.raises(CleanerError, match="another off"):
        from_text("<!-- cleaner: off -->\n<!-- cleaner: off -->\nOne.")


def test_addresses_are_protected() -> None:
    text = "See https://example.org/a.b?c=(d). Or www.example.org, or ask tea@example.org."
    document = from_text(text)
    assert [p.of(text) for p in document.protected] == ["https://example.org/a.b?c=(d", "www.example.org", "tea@example.org"]
    assert len(document.segments) == 2
    assert "example" not in document.plain


def test_a_paragraph_without_end_is_refused_at_once() -> None:
    begin = time.perf_counter()
    with pytest.raises(CleanerError, match=r"^a\.txt:3: a paragraph of 1,9"):
        from_text("One.\n\n" + "word " * (LONGEST_BLOCK * 2), "a.txt")
    assert time.perf_counter() - begin < 5


HOSTILE = ['word "x ' * 12000, "「" * 50000, "'" * 100000, "(" * 60000 + "a. " * 20000, 'said, "' * 15000, "a@b." * 40000]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_takes_seconds(text: str) -> None:
    begin = time.perf_counter()
    document = from_text(text)
    assert document.text == text
    assert time.perf_counter() - begin < 20
