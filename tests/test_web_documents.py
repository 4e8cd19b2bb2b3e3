"""Documents on the review page: what will be published, what changed and why, who did what, and files to take away."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from starlette.testclient import TestClient
from test_queue import records

from cleaner import formats
from cleaner.batch import Batch
from cleaner.config import Config
from cleaner.core import CleanerError
from cleaner.inputs import find
from cleaner.review.edition import Edition, edition, published, remarks
from cleaner.review.queue import Queue
from cleaner.review.service import Filter, Review
from cleaner.web.app import create

HOME = "http://127.0.0.1:8765"
QUEUE = Path("review.sqlite")
#: One rule whose findings the tool repairs, one whose findings wait for a person.
CONFIG = Config(languagetool=False, rewriter="none", select=("doubled-mark", "quote-empty"), queue=str(QUEUE))
TEXT = (
    'Harbour plan\n\nPrices rose,, they say. A sign read "" at the gate. Nobody came.\n\nRead it all,, now.\n\n'
    'The wall said "" too. It is late.\n\nThe last "" of them. <script>alert(1)</script> & more.\n'
)
NAME = "news/a.txt"


def clean(*paths: str, folder: str | None = None) -> None:
    """As `cleaner clean` does it; with a folder only the files are written."""
    sources, errors = find(paths)
    assert not errors
    targets = {s.name: Path(folder, s.name) for s in sources} if folder else {}
    with Batch(CONFIG, sources, targets=targets, queue=QUEUE, store=folder is None) as work:
        assert len(list(work.results())) == len(sources)


def review(who: str = "ada") -> Review:
    return Review(Queue.open(QUEUE), who, lambda pair: ())


def decide(name: str = NAME) -> None:
    """An edit, a kept original, and one that still waits."""
    ada = review()
    first, second, _ = ada.pending(Filter(doc=name))
    ada.edit(first, 'A sign read "Closed" at the gate.')
    ada.reject(second)
    review("bob").comment(first, "Which <sign>?")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("news").mkdir()
    Path(NAME).write_text(TEXT)
    clean(NAME)


@pytest.fixture
def client() -> TestClient:
    return TestClient(create(QUEUE, CONFIG, "ada"), base_url=HOME)


def get(client: TestClient, path: str, doc: str = NAME, *, status: int = 200) -> httpx.Response:
    answer = client.get(f"/documents{path}{'&' if '?' in path else '?'}doc={quote(doc)}")
    assert answer.status_code == status
    return answer


def made(doc: str = NAME) -> Edition:
    found = edition(review().queue, doc)
    assert found is not None
    return found


class _Tags(HTMLParser):
    """The tags of a page, which are all closed, and its visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "link", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def text(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


# What is written


@pytest.mark.parametrize(("name", "encoding", "end"), [
    ("b.txt", "utf-8", "\r\n"), ("b.txt", "utf-8-sig", "\n"), ("b.txt", "utf-16-le", "\r\n"), ("b.txt", "utf-16-be", "\n"),
    ("b.md", "utf-8", "\n"),
])
def test_the_file_to_save_is_what_clean_writes(client: TestClient, name: str, encoding: str, end: str) -> None:
    data = formats.encode(TEXT.replace("\n", end), encoding)
    Path(name).write_bytes(data)
    clean(name)
    for step in (lambda: None, lambda: decide(name), lambda: review().undo()):
        step()
        clean(name, folder="out")
        answer = get(client, "/cleaned", name)
        assert answer.content == Path("out", name).read_bytes() != data
        assert answer.headers["content-disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    assert Path(name).read_bytes() == data


def test_what_was_taught_since_the_run_is_in_the_file(client: TestClient) -> None:
    ada = review()
    first = ada.pending(Filter())[0]
    ada.dismiss(first, first.findings[0], everywhere=True)
    assert made().taught == 1
    assert "data-taught" in get(client, "/view").text
    assert made().counts == {"waiting": 0, "answered": 0, "repaired": 2, "kept": 3}
    repaired = next(p.item for p in made().passages if p.mark == "repaired")
    ada.dismiss(repaired, repaired.findings[0], everywhere=True)
    clean(NAME, folder="out")
    assert get(client, "/cleaned").content == Path("out", NAME).read_bytes() == TEXT.encode()
    clean(NAME)
    Path("second.txt").write_text(TEXT)
    clean("second.txt")
    assert made("second.txt").taught == 0


def test_a_sentence_that_stands_twice_is_changed_twice(client: TestClient) -> None:
    Path("twice.txt").write_text("Ask here. Read it all,, now. Go home.\n\n" * 3)
    clean("twice.txt")
    clean("twice.txt", folder="out")
    assert get(client, "/cleaned", "twice.txt").content == Path("out/twice.txt").read_bytes()
    assert b",," not in Path("out/twice.txt").read_bytes()
    html = get(client, "/view", "twice.txt").text
    assert len(re.findall('data-passage="repaired"', html)) == 3
    ids = re.findall(r'id="(at-\w+)"', html)
    assert len(ids) == len(set(ids))


# The views


def test_the_article_has_its_passages_marked(client: TestClient) -> None:
    decide()
    html = get(client, "/view").text
    assert re.findall(r'data-passage="(\w+)"', html) == ["repaired", "answered", "repaired", "kept", "waiting"]
    assert re.findall(r'data-count="(\w+)"', html) == ["waiting", "answered", "repaired", "kept"]
    article = re.search(r"<article.*?</article>", html, re.DOTALL)
    assert article
    shown = text(article[0])
    assert '(changed by people) A sign read "Closed" at the gate.' in shown
    assert "(changed by the tool) Prices rose, they say." in shown
    assert '(to decide) The last "" of them.' in shown
    assert "<h2 class=\"heading\">" in article[0]
    assert "data-save-now" not in html
    review().reject_all(Filter())
    assert "data-save-now" in get(client, "/view").text
    for passage in made().passages:
        assert f'href="/?doc=news%2Fa.txt&amp;at={passage.item.key}" id="at-{passage.item.key}"' in article[0]


def test_an_address_leads_to_an_item_and_from_there_to_its_decision(client: TestClient) -> None:
    key = made().passages[1].item.key
    answer = client.get(f"/documents/view?doc={quote(NAME)}&at={key}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/documents/view?doc=news%2Fa.txt#at-{key}")
    answer = client.get(f"/documents/view?doc={quote(NAME)}&show=changes&at={key}", follow_redirects=False)
    assert answer.headers["location"] == f"/documents/view?doc=news%2Fa.txt&show=changes#at-{key}"
    assert f'data-key="{key}"' in client.get(f"/?doc=news%2Fa.txt&at={key}").text


def test_side_by_side_pairs_paragraphs(client: TestClient) -> None:
    decide()
    html = get(client, "/view?show=sides").text
    pairs = re.findall(r'<div class="pair( differs)?" data-pair>(.*?)</div>\s*<div class="side new(.*?)</div>', html, re.DOTALL)
    assert [bool(differs) for differs, _, _ in pairs] == [False, True, True, False, False]
    assert "<del>,</del>" in pairs[1][1]
    assert "<ins>Closed</ins>" in pairs[1][2]
    assert "<ins>" not in pairs[1][1]


def test_changes_have_their_reasons_and_who_made_them_as_notes(client: TestClient) -> None:
    decide()
    html = get(client, "/view?show=changes").text
    notes = [text(n) for n in re.findall(r'<li id="note-\d+">.*?</li>', html, re.DOTALL)]
    assert len(notes) == 4
    assert re.search(r"Edited by ada, \d{4}-\d\d-\d\d\.", notes[1])
    assert "bob, " in notes[1]
    assert "Which <sign>?" in notes[1]
    assert "To be decided." in notes[3]
    assert "<ins>Closed</ins>" in html
    assert set(re.findall(r'href="#(note-\d+)"', html)) == set(re.findall(r'<li id="(note-\d+)"', html))
    assert html.count('class="go"') == 4
    assert ".tracked" in client.get("/documents/tracked.css").text


def test_files_to_give_away_stand_by_themselves(client: TestClient) -> None:
    decide()
    for path, name in (("/diff", "a.diff.html"), ("/tracked", "a.tracked.html")):
        answer = get(client, path)
        assert f'filename="{name}"' in answer.headers["content-disposition"]
        page = _Tags(answer.text)
        names = {tag for tag, _ in page.tags}
        assert not names & {"script", "link", "img", "iframe", "form"}
        assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on") or a == "src"]
        policy = next(attrs["content"] for tag, attrs in page.tags if tag == "meta" and "http-equiv" in attrs)
        assert policy == "default-src 'none'; style-src 'unsafe-inline'"
        assert "&lt;script&gt;alert(1)" in answer.text
        assert "<ins>Closed</ins>" in answer.text
        assert "Edited by ada" in answer.text
        assert not re.search(r"https?:|url\(|@import", answer.text)


def test_pages_run_nothing_of_a_text(client: TestClient) -> None:
    name = "<img src=x>\u202e.txt"
    Path(name).write_text(TEXT.replace("Nobody", "\u202eNobody"))
    clean(name)
    decide(name)
    for path in ("", "/view", "/view?show=changes", "/view?show=sides", "/history"):
        html = get(client, path, name).text
        page = _Tags(html)
        assert all((attrs.get("src") or "").startswith("/static/") for tag, attrs in page.tags if tag == "script")
        assert "img" not in {tag for tag, _ in page.tags}
        assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on") or a == "style"]
        assert "\u202e" not in re.sub(r'(value|href|data-doc|aria-label)="[^"]*"|<title>.*?</title>', "", html)
    assert get(client, "/cleaned", name).headers["content-disposition"].startswith('attachment; filename="_img_src_x__.txt"')


def test_a_file_that_changed_or_went_says_so_and_what_the_queue_holds(client: TestClient) -> None:
    decide()
    Path(NAME).write_text("New. " + TEXT)
    html = get(client, "/view").text
    assert "news/a.txt has changed since the last run; this is what the queue holds. Run `cleaner clean news/a.txt`" in text(html)
    assert re.findall(r'data-passage="(\w+)"', html) == ["repaired", "answered", "repaired", "kept", "waiting"]
    assert "data-held" in html
    assert "data-save" not in html
    for path in ("/cleaned", "/diff", "/tracked"):
        assert "has changed since the last run" in get(client, path, status=409).text
    Path(NAME).write_bytes(b"\xff\xfe\x00")
    assert "broken UTF-16" in text(get(client, "/view?show=sides").text)
    Path(NAME).unlink()
    assert "news/a.txt is not there any more" in text(get(client, "/view?show=changes").text)
    with pytest.raises(CleanerError, match="not there any more"):
        published(made(), CONFIG, QUEUE)


def test_documents_are_found_from_the_folder_of_the_queue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with Queue.open(".cleaner/review.sqlite") as queue:
        queue.store("news/b.txt", records("Calm.", "!It will be done."))
        Path("news/b.txt").write_text("Calm. !It will be done.")
        Path("elsewhere").mkdir()
        monkeypatch.chdir("elsewhere")
        found = edition(Queue.open(tmp_path / ".cleaner/review.sqlite"), "news/b.txt")
    assert found is not None
    assert found.state == "same"


def test_only_documents_of_the_queue_are_shown(client: TestClient) -> None:
    Path("secret.txt").write_text("Secret,, text.\n")
    for path in ("/view", "/cleaned", "/diff", "/tracked", "/history"):
        assert "Secret" not in get(client, path, "secret.txt", status=404).text
    get(client, "/view?show=nothing", status=404)


def test_the_list_says_how_far_each_document_is(client: TestClient) -> None:
    decide()
    row = re.search(r'<tr data-doc="news/a.txt">(.*?)</tr>', get(client, "").text, re.DOTALL)
    assert row
    assert re.findall(r">(\d+)<", row[1]) == ["1", "2", "2"]
    assert 'max="3" value="2"' in row[1]


# Who did what


def test_history_names_who_did_what_when(client: TestClient) -> None:
    decide()
    ada = review()
    ada.undo()
    html = get(client, "/history").text
    rows = [text(r) for r in re.findall(r"<tr[^>]*data-entry.*?</tr>", html, re.DOTALL)]
    assert re.findall(r'data-verdict="(\w+)"', html) == ["undo", "comment", "reject", "edit"]
    assert all(re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row) for row in rows)
    assert ["ada" in rows[0], "bob" in rows[1]] == [True, True]
    assert "took back" in rows[0]
    assert "taken back" in rows[2]
    assert "<ins>Closed</ins>" in html
    key = made().passages[1].item.key
    own = get(client, f"/history?key={key}").text
    assert re.findall(r'data-verdict="(\w+)"', own) == ["comment", "edit"]
    get(client, "/history?key=none", status=404)


def test_history_has_pages_and_shows_claims_when_asked(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.web.documents.ENTRIES", 2)
    ada = review()
    ada.claim(ada.pending(Filter())[0])
    decide()
    assert re.findall(r'data-verdict="(\w+)"', get(client, "/history").text) == ["comment", "reject"]
    older = re.search(r"before=(\d+)", get(client, "/history").text)
    assert older
    assert re.findall(r'data-verdict="(\w+)"', get(client, f"/history?before={older[1]}").text) == ["edit"]
    assert re.findall(r'data-verdict="(\w+)"', get(client, f"/history?before={older[1]}&claims=1").text) == ["edit", "claim"]


def test_remarks_are_found_by_key() -> None:
    decide()
    said = remarks(review().queue, NAME)
    assert [len(said[p.item.key]) for p in made().passages if p.item.key in said] == [2, 1]
