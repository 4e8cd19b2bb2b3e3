"""The statistics page and what was learnt: numbers as the service has them, told in words and tables, not by colour alone."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient
from test_queue import records

from cleaner.config import Config
from cleaner.review.queue import Queue
from cleaner.review.service import Filter, Review
from cleaner.review.statistics import Bin, Rate
from cleaner.web.app import create
from cleaner.web.statistics import LEFT, SIDE, TOP, bar, points, seconds

HOME = "http://127.0.0.1:8765"
QUEUE = Path("review.sqlite")


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Review:
    monkeypatch.chdir(tmp_path)
    queue = Queue.open(QUEUE)
    texts = [f"!The plan number {n} it will be made by the town." for n in range(16)]
    queue.store("a.txt", [replace(r, risk=n / 16) for n, r in enumerate(records(*texts, rules=("fragment", "calque.plan")))])
    return Review(queue, "ada", lambda pair: (), cases=tmp_path / "cases")


class Page:
    """A browser at one page."""

    def __init__(self) -> None:
        self.client = TestClient(create(QUEUE, Config(languagetool=False), "ada"), base_url=HOME, headers={"Origin": HOME})

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200
        return answer.text

    def post(self, path: str, **fields: object) -> httpx.Response:
        csrf = re.search(r'data-csrf="(\w+)"', self.get("/learnt"))
        assert csrf
        return self.client.post(path, data={"csrf": csrf[1], **fields})


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def row(html: str, attribute: str) -> str:
    found = re.search(rf"<tr {re.escape(attribute)}>.*?</tr>", html, re.DOTALL)
    assert found
    return text(found[0])


def test_nothing_decided_says_so(review: Review) -> None:
    html = Page().get("/statistics")
    assert "Nothing was decided yet." in text(html)
    assert "data-tiles" not in html


def test_numbers_are_those_of_the_service(review: Review) -> None:
    for n, item in enumerate(review.pending(Filter())[:15]):
        if n < 2:
            review.claim(item)
            review.accept(item, item.proposals[0])
        elif n == 2:
            review.edit(item, item.proposals[0].text + " Soon.")
        else:
            review.reject(item)
    html = Page().get("/statistics")
    assert re.search(r'data-tile="decisions">.*?<dd>15</dd>', html)
    assert re.search(r'data-tile="changed">.*?<dd>20%</dd>', html)
    assert re.search(r'data-tile="time">.*?<dd>under 1 s</dd>', html)
    effort = review.statistics().effort
    assert f"{effort.typed} characters typed where {effort.whole} were to change" in text(html)
    assert row(html, 'data-rate="calque.plan"').endswith("2 1 12 0")
    assert row(html, 'data-rate="test"').endswith("2 1 12")
    assert 'href="/?rule=calque.plan&amp;state=all"' in html
    rate = next(r for r in review.statistics().rules if r.name == "fragment")
    assert f"20% between {rate.low:.0%}–{rate.high:.0%}" in row(html, 'data-rate="fragment"')
    bins = re.findall(r'data-bin="([\d.]+)"', html)
    assert [float(b) for b in bins] == [b.low for b in review.statistics().calibration]
    assert html.count("<circle") == len(bins)
    assert 'role="img" aria-labelledby="plot-title"' in html
    assert "data-few" not in html
    assert re.findall(r'data-state="(\w+)"', html) == ["final", "initial"]


def test_what_people_reject_is_listed_with_settings_to_copy(review: Review) -> None:
    review.reject(review.pending(Filter())[0])
    html = Page().get("/statistics")
    assert "data-few" in html
    assert "data-none-rejected" in html
    assert "data-proposal" not in html
    review.reject_all(Filter())
    html = Page().get("/statistics")
    assert re.findall(r'<li data-rule="([\w.]+)">', html) == ["calque.plan", "fragment"]
    lines = re.search(r"data-lines[^>]*>(.*?)</pre>", html, re.DOTALL)
    assert lines
    assert unescape(lines[1]) == "\n".join(t.line for t in review.proposals(Config()))
    assert unescape(lines[1]).startswith('ignore = ["')
    assert "cleaner review --auto-tune --write" in html


def test_bars_and_points_are_drawn_to_scale() -> None:
    assert [(b.kind, b.start, b.width) for b in bar(Rate("x", 1, 0, 2, 1))] == [
        ("accepted", 0, 25), ("rejected", 25, 50), ("dismissed", 75, 25),
    ]
    assert bar(Rate("x")) == []
    low, high = points([Bin(0, 0.1, 1, 0.0, 0.0, 0.0, 0.5), Bin(0.9, 1, 100, 1.0, 1.0, 0.9, 1.0)])
    assert (low.x, low.y, low.top, low.bottom) == (LEFT, TOP + SIDE, TOP + SIDE / 2, TOP + SIDE)
    assert (high.x, high.y) == (LEFT + SIDE, TOP)
    assert low.radius < high.radius == 11
    assert points([]) == []
    assert seconds(59) == "59 s"


def test_what_was_learnt_is_shown_and_taken_back_by_a_button(review: Review) -> None:
    first, second, *_ = review.pending(Filter())
    review.accept(first, first.proposals[0])
    answered = review.item(first.doc, first.key)
    assert answered
    review.learn_case(answered)
    term = review.learn_term(None, "<b>Velmont", "Valmont", always=True)
    review.learn_ignore(second, second.findings[0])
    page = Page()
    html = page.get("/learnt")
    assert re.findall(r'data-kind="(\w+)"', html) == ["ignore", "term", "case"]
    assert "<b>" not in html
    assert "&lt;b&gt;Velmont" in html
    assert "without asking" in html
    answer = page.post("/learnt/forget", number=term.id)
    assert str(answer.url).endswith(f"/learnt?back={term.id}")
    assert "Taken back: <b>Velmont → Valmont" in text(answer.text)
    assert [t.kind for t in review.learned()] == ["case", "ignore"]
    again = page.post("/learnt/forget", number=term.id)
    assert again.status_code == 409
    assert "data-refused" in again.text
    assert "data-gone" not in page.get(f"/learnt?back={review.learned()[0].id}")


def test_a_term_is_taught(review: Review) -> None:
    page = Page()
    assert "Nothing was learnt yet." in page.get("/learnt")
    assert page.post("/learnt/term", wrong="Velmont", right="Valmont").status_code == 200
    assert [(t.wrong, t.right, t.always) for t in review.learned()] == [("Velmont", "Valmont", False)]
    refused = page.post("/learnt/term", wrong="same", right="same", always="1")
    assert refused.status_code == 422
    assert 'value="same"' in refused.text
    assert len(review.learned()) == 1


def test_nothing_changes_without_the_token_of_the_page(review: Review) -> None:
    term = review.learn_term(None, "Velmont", "Valmont")
    page = Page()
    assert page.client.post("/learnt/forget", data={"number": term.id}).status_code == 403
    assert page.client.post("/learnt/term", data={"wrong": "a b", "right": "c d"}).status_code == 403
    assert len(review.learned()) == 1
