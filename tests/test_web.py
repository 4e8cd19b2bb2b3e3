"""The review page and its API: who gets in, what is escaped, and that forms and programs decide through the one service."""

import re
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient
from test_queue import LONG, records

from cleaner.commands.review import command
from cleaner.config import Config
from cleaner.core import CleanerError, Record, Span, Verdict
from cleaner.registry import Pair
from cleaner.review import service
from cleaner.review.queue import Queue
from cleaner.web import security
from cleaner.web.address import address, own_path, parts, wanted
from cleaner.web.app import create
from cleaner.web.drawing import difference, marked, shown

HOME = "http://127.0.0.1:8765"
TEXTS = ("Calm.", "!It will be done.", "!They called.", "Quiet.", "!" + LONG)
EVIL_NAME = "<img src=x>\u202e.txt"
EVIL = "!<script>alert(1)</script> \u202eevil\u202c it is \"quoted\" & done."


def no_seventeen(pair: Pair) -> tuple[Verdict, ...]:
    """A gate that is quick and easy to fail."""
    return (Verdict("numbers", 0.0, 1.0, "17" not in pair.rewrite, "17 is new"),)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(service, "gates", lambda config: no_seventeen)
    made = tmp_path / "review.sqlite"
    with Queue.open(made) as queue:
        queue.store("news/a.txt", records(*TEXTS))
    return made


@pytest.fixture
def browser(path: Path) -> "Browser":
    return Browser(path)


class Browser:
    """A browser with its cookies, at the page it has open; forms are sent as the page has them."""

    def __init__(self, path: Path, who: str = "ada", **settings: object) -> None:
        app = create(path, Config(languagetool=False, **settings), who)  # type: ignore[arg-type]
        self.client = TestClient(app, base_url=HOME, headers={"Origin": HOME})
        self.text = ""
        self.status = 0
        self.url = ""
        self.open("/")

    def open(self, url: str) -> str:
        return self._keep(self.client.get(url))

    def _keep(self, answer) -> str:
        self.status, self.url, self.text = answer.status_code, str(answer.url), unescape(answer.text)
        return self.text

    def post(self, url: str, **fields: object) -> str:
        return self._keep(self.client.post(url, data={"csrf": self.csrf, **fields}))

    def decide(self, do: str, **fields: object) -> str:
        """Press a button of the decision form."""
        hidden = dict(re.findall(r'<input type="hidden" name="(doc|key|last)" value="([^"]*)">', self.text))
        action = re.search(r'id="decision" method="post" action="([^"]*)"', self.text)
        assert action
        return self.post(action[1], do=do, **(hidden | fields))

    @property
    def csrf(self) -> str:
        return self.client.get("/api/v1/session").json()["csrf"]

    @property
    def sentence(self) -> str:
        found = re.search(r"data-sentence><bdi>(.*?)</bdi></p>", self.text, re.DOTALL)
        return re.sub(r"<.*?>", "", found[1]) if found else ""

    @property
    def said(self) -> str:
        found = re.search(r'data-(?:outcome|refused)[^>]* data-say="([^"]*)"', self.text)
        return found[1] if found else ""

    @property
    def left(self) -> int:
        found = re.search(r"data-pending>(\d+)<", self.text)
        assert found
        return int(found[1])


def verdicts(path: Path) -> list[tuple[str, str]]:
    with Queue.open(path) as queue:
        return [(e.verdict, e.text) for e in queue.log() if e.verdict not in ("claim", "release")]


# Who gets in


def test_every_answer_has_the_security_headers(browser: Browser) -> None:
    for answer in (
        browser.client.get("/"), browser.client.get("/static/review.js"), browser.client.get("/nowhere"), browser.client.post("/undo"),
        browser.client.get("/", headers={"Host": "evil.example"}), browser.client.get("/api/v1/queue"),
    ):
        for name, value in security.HEADERS.items():
            assert answer.headers[name] == value
    policy = browser.client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_pages_load_nothing_from_elsewhere_and_have_nothing_inline(browser: Browser) -> None:
    for url in ("/", "/keys", "/bulk?verb=accept", "/?text=nothing", "/nowhere"):
        page = browser.client.get(url).text
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)
        assert "no-store" in browser.client.get(url).headers["cache-control"]
        for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
            assert browser.client.get(asset).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "10.0.0.5:8765"])
def test_other_host_names_are_refused(browser: Browser, host: str) -> None:
    assert browser.client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
def test_own_host_names_are_not(browser: Browser, host: str) -> None:
    assert browser.client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("headers", [
    {"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:9999"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
])
def test_other_sites_change_nothing_even_with_the_token(browser: Browser, path: Path, headers: dict[str, str]) -> None:
    item = browser.client.get("/api/v1/next").json()
    fields = {"doc": item["doc"], "key": item["key"], "last": item["last"], "do": "accept:1", "csrf": browser.csrf}
    assert browser.client.post("/decide", data=fields, headers=headers).status_code == 403
    assert verdicts(path) == []


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
@pytest.mark.parametrize("url", ["/decide", "/undo", "/bulk", "/learn", "/settings", "/api/v1/undo", "/api/v1/accept"])
def test_nothing_is_changed_without_the_csrf_token(browser: Browser, path: Path, url: str, token: str | None) -> None:
    answer = browser.client.post(url, data={} if token is None else {"csrf": token, "verb": "accept"})
    assert answer.status_code == 403
    assert verdicts(path) == []


def test_the_csrf_token_belongs_to_one_browser(path: Path) -> None:
    app = create(path, Config(languagetool=False), "ada")
    mine, theirs = TestClient(app, base_url=HOME), TestClient(app, base_url=HOME)
    token = theirs.get("/api/v1/session").json()["csrf"]
    mine.get("/")
    assert mine.post("/undo", data={"csrf": token}).status_code == 403
    assert theirs.post("/undo", data={"csrf": token}).status_code == 200


def test_a_form_without_origin_is_judged_by_its_token(browser: Browser) -> None:
    answer = browser.client.post("/undo", data={"csrf": browser.csrf}, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200


def test_other_machines_need_the_token_once(path: Path) -> None:
    app = create(path, Config(languagetool=False), "ada", host="0.0.0.0", token="t0ken")
    client = TestClient(app, base_url="http://192.168.1.7:8765")
    assert client.get("/").status_code == 401
    assert client.get("/?token=wrong").status_code == 401
    assert client.get("/static/base.css").status_code == 401
    assert client.get("/api/v1/queue", headers={"Authorization": "Bearer t0ken"}).status_code == 200
    entrance = client.get("/?token=t0ken&rule=calque")
    assert 'content="0;url=/?rule=calque"' in entrance.text
    assert re.search(r"cleaner_token=t0ken; HttpOnly;.*SameSite=strict", entrance.headers["set-cookie"])
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert 'url=/evil.example"' in client.get("http://192.168.1.7:8765//evil.example?token=t0ken").text
    with pytest.raises(ValueError, match="token"):
        create(path, Config(), "ada", host="0.0.0.0")


def test_a_request_that_is_too_large_is_refused(browser: Browser) -> None:
    assert browser.client.post("/preview", data={"csrf": browser.csrf, "text": "x" * (security.LARGEST + 1)}).status_code == 413


def test_forms_lead_only_to_own_pages(browser: Browser) -> None:
    for back in ("//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil.example"):
        answer = browser.client.post("/settings", data={"csrf": browser.csrf, "theme": "dark", "back": back}, follow_redirects=False)
        assert re.match(r"/(?![/\\])", answer.headers["location"])
    assert own_path("/x?y=1") == "/x?y=1"


# What is shown


@pytest.fixture
def evil(path: Path) -> Browser:
    with Queue.open(path) as queue:
        made = [replace(r, findings=tuple(replace(f, message="<b>bad</b>") for f in r.findings)) for r in records("<i>One</i>.", EVIL)]
        queue.store(EVIL_NAME, made)
    return Browser(path)


def test_texts_stay_texts(evil: Browser) -> None:
    raw = evil.client.get("/", params={"doc": EVIL_NAME}).text
    assert not re.search(r"<script>|<b>bad|<i>One|<img", raw)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in raw
    seen = re.sub(r"<textarea.*?</textarea>", "", raw, flags=re.DOTALL)
    seen = re.sub(r"\s(?:value|data-(?!say)[a-z]+)=\"[^\"]*\"", "", seen)  # what is sent back must be as it was
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", seen)
    assert '<span class="hidden-mark" title="RIGHT-TO-LEFT OVERRIDE">U+202E</span>' in raw
    said = evil.client.get("/?said=<script>&on=<script>&of=<script>&text=<script>&rule=\"><script>").text
    assert "<script>" not in said


def test_filters_of_a_template_escape() -> None:
    assert str(difference("a <b>", "a c")) == "<bdi>a <del>c</del><ins>&lt;b&gt;</ins></bdi>"
    assert str(marked("a<b", [Span(1, 2), Span(2, 9)])) == '<bdi>a<mark class="part">&lt;b</mark></bdi>'
    assert "U+2067" in str(shown("\u2067x"))
    assert str(shown("日本 e\u0301 👩\u200d🚀\n")) == "<bdi>日本 e\u0301 👩\u200d🚀\n</bdi>"


def test_the_page_shows_all_that_a_decision_needs(browser: Browser) -> None:
    page = browser.text
    assert browser.sentence == "!It will be done."
    assert '<mark class="part">!It</mark> will' in page
    for part in ("Calm.", "!They called.", "No subject.", "It reads better.", "lost Velmont", "news/a.txt", "initial"):
        assert part in page
    assert page.index("lost Velmont") < page.index("1 check passed") < page.index("It reads better.")
    assert re.search(r"<del>!</del>\s*<ins>Better </ins>", page)
    for action in ("accept-1", "edit", "reject", "dismiss", "dismiss-rule", "skip", "back", "comment", "undo", "redo", "search", "help"):
        assert f'data-action="{action}"' in page
        assert action == "search" or f'data-keycap="{action}"' in page
    assert (browser.left, page.count("<li data-row")) == (3, 3)


# Deciding


def test_a_decision_moves_on_and_says_so(browser: Browser, path: Path) -> None:
    browser.decide("accept:1")
    assert (browser.sentence, browser.said, browser.left) == ("!They called.", "Accepted.", 2)
    browser.decide("reject")
    assert (browser.sentence, browser.said, browser.left) == ("!" + LONG, "The original stays.", 1)
    browser.decide("edit", text="  The harbour of Velmont will be closed on Friday.\r\n")
    assert (browser.said, browser.left) == ("Your edit is kept.", 0)
    assert "Nothing is left" in browser.text
    assert verdicts(path) == [
        ("accept", "Better It will be done."), ("reject", "!They called."), ("edit", "The harbour of Velmont will be closed on Friday."),
    ]


def test_undo_and_redo_go_all_the_way(browser: Browser) -> None:
    for _ in range(3):
        browser.decide("reject")
    for n, text in ((1, "!" + LONG), (2, "!They called."), (3, "!It will be done.")):
        browser.post("/undo")
        assert (browser.sentence, browser.said, browser.left) == (text, "Undone: a kept original.", n)
    browser.post("/undo")
    assert browser.said == "There is nothing to undo."
    for n in (2, 1, 0):
        browser.post("/redo")
        assert browser.left == n
    browser.post("/redo")
    assert browser.said == "There is nothing to redo."


def test_skip_and_back_decide_nothing(browser: Browser, path: Path) -> None:
    browser.decide("skip")
    assert browser.sentence == "!They called."
    browser.decide("skip")
    browser.decide("skip")
    assert browser.sentence == "!It will be done."
    browser.decide("skip")
    browser.decide("back")
    assert browser.sentence == "!It will be done."
    assert verdicts(path) == []


def test_an_edit_that_fails_a_gate_is_kept_when_one_insists(browser: Browser, path: Path) -> None:
    browser.decide("edit", text="17 were done.")
    assert browser.status == 422
    assert "17 is new" in browser.text
    assert "Keep it all the same" in browser.text
    assert verdicts(path) == []
    browser.decide("edit", text="17 were done.", warned="something else")
    assert browser.status == 422
    browser.decide("edit", text="17 were done.", warned="17 were done.")
    assert verdicts(path) == [("edit", "17 were done.")]
    browser.decide("edit", text=" \n")
    assert browser.status == 422
    assert len(verdicts(path)) == 1


def test_the_preview_compares_and_warns(browser: Browser, path: Path) -> None:
    item = browser.client.get("/api/v1/next").json()
    part = browser.post("/preview", doc=item["doc"], key=item["key"], last=item["last"], text="!It will be 17.")
    assert "<del>done</del>" in part
    assert "17 is new" in part
    assert "<html" not in part
    assert verdicts(path) == []


def test_dismissing(browser: Browser) -> None:
    browser.decide("dismiss:1")
    assert (browser.said, browser.left, browser.sentence) == ("The finding is dismissed here.", 2, "!They called.")
    browser.decide("dismiss-rule:1")
    assert browser.left == 0
    browser.post("/undo")
    assert browser.left == 2


def test_comments_stay_at_the_item(browser: Browser) -> None:
    browser.decide("comment", remark="Is <this> a name?")
    assert browser.sentence == "!It will be done."
    assert re.search(r"data-comment><strong>.*ada.*Is <this> a name\?", browser.text, re.DOTALL)
    assert browser.left == 3


@pytest.mark.parametrize("do", ["accept:2", "accept:0", "dismiss:7", "explode", ""])
def test_what_is_not_offered_changes_nothing(browser: Browser, path: Path, do: str) -> None:
    browser.decide(do)
    assert browser.status == 422
    assert verdicts(path) == []


def test_two_pages_race_for_one_sentence(path: Path) -> None:
    first = Browser(path)
    second = Browser(path)  # the same person in another window: no claim keeps them apart
    first.decide("accept:1")
    second.decide("reject")
    assert second.status == 409
    assert "ada" in second.said
    assert second.sentence == "!They called."
    assert verdicts(path) == [("accept", "Better It will be done.")]


def test_others_see_who_is_at_a_sentence(path: Path) -> None:
    first = Browser(path)
    second = Browser(path, "Aiko")
    assert second.sentence == "!They called."
    second.open(first.client.get("/").url.path + "?" + address("", wanted({}), at=first_key(first), **{"in": "news/a.txt"})[1:])
    assert re.search(r"data-claimed[^>]*><bdi>ada is at this sentence", second.text)
    second.decide("accept:1")
    assert second.status == 409
    assert "ada is at this sentence" in second.said
    first.decide("skip")
    assert verdicts(path) == []


def first_key(browser: Browser) -> str:
    found = re.search(r'id="review".*?data-key="(\w+)"', browser.text, re.DOTALL)
    assert found
    return found[1]


def test_two_reviewers_must_agree(path: Path) -> None:
    first = Browser(path, reviewers=2)
    key = first_key(first)
    first.decide("accept:1")
    assert first.said == "Accepted. It waits for somebody else to agree."
    second = Browser(path, "Aiko", reviewers=2)
    assert first_key(second) == key
    assert "state-reviewed" in second.text
    assert "One reviewer has answered; two must agree." in second.text
    second.decide("accept:1")
    second.open(f"/?in=news/a.txt&at={key}")
    assert "state-final" in second.text
    assert "Accepted by" in second.text


def test_names_and_colours_are_kept_in_the_browser(browser: Browser, path: Path) -> None:
    browser.post("/settings", do="name", name="  Grace \n Höpper <b>", back="/")
    browser.post("/settings", theme="dark")
    assert re.search(r"data-who><bdi>Grace Höpper <b></bdi>", browser.text)
    assert '<html lang="en" data-theme="dark">' in browser.text
    browser.decide("reject")
    with Queue.open(path) as queue:
        assert [e.who for e in queue.log() if e.verdict == "reject"] == ["Grace Höpper <b>"]
    browser.open("/?text=velmont")
    assert 'name="back" value="/?text=velmont"' in browser.text
    browser.post("/settings", theme="purple")
    assert 'data-theme="dark"' in browser.text


# Finding one's way


def test_filters_narrow_the_queue_and_stay(browser: Browser) -> None:
    browser.open("/?text=velmont")
    assert (browser.sentence, browser.left) == ("!" + LONG, 1)
    browser.decide("accept:1")
    assert parse_qs(urlsplit(browser.url).query)["text"] == ["velmont"]
    assert "Nothing left that fits" in browser.text
    browser.open("/?state=final")
    assert browser.text.count("<li data-row") == 1
    browser.open("/?rule=calque")
    assert "No sentence fits" in browser.text
    browser.open("/?min_risk=0.52&by_risk=1&severity=major&category=fluency&doc=news/a.txt")
    assert browser.sentence == "!They called."
    assert browser.text.count("data-without=") == 4
    for query in ("min_risk=much", "severity=awful", "state=drunk", "offset=-1x"):
        browser.open("/?" + query)
        assert browser.status in (200, 503)
    assert "unknown severity" in browser.open("/?severity=awful")


def test_a_filter_survives_its_address() -> None:
    asked = {"doc": "a&b=c.txt", "rule": "calque", "min_risk": "0.5", "max_risk": "0.9", "text": "“x” y", "state": "all", "by_risk": "1"}
    filtered = wanted(asked)
    query = {k: v[0] for k, v in parse_qs(urlsplit(address("/", filtered)).query).items()}
    assert wanted(query) == filtered
    assert [name for name, _, _ in parts(filtered)] == ["doc", "rule", "state", "risk", "risk"]
    assert all(without != filtered for _, _, without in parts(filtered))
    with pytest.raises(CleanerError, match="number"):
        wanted({"min_risk": "high"})


def test_what_is_not_there(browser: Browser) -> None:
    assert "There is no such page" in browser.open("/nowhere")
    assert browser.status == 404
    browser.open("/?at=feed&in=news/a.txt")
    assert browser.status == 404
    browser.open("/bulk?verb=burn")
    assert browser.status == 404


# Many at once, and what is learnt


def passing(*texts: str) -> list[Record]:
    return [replace(r, proposals=tuple(replace(p, verdicts=p.verdicts[:1]) for p in r.proposals)) for r in records(*texts)]


def test_bulk_decisions_are_confirmed_and_undone_as_one(browser: Browser, path: Path) -> None:
    with Queue.open(path) as queue:
        queue.store("b.txt", passing("!It was red.", "!It was blue.", "!It was green."))
    browser.open("/bulk?verb=accept&doc=b.txt")
    assert "first suggestion of 3 sentences" in browser.text
    assert "!It was blue." in browser.text
    assert verdicts(path) == []
    browser.post("/bulk?doc=b.txt", verb="accept")
    assert browser.said == "Accepted: 3."
    assert browser.left == 0
    browser.post("/undo?doc=b.txt")
    assert (browser.said, browser.left) == ("Undone: 3 decisions.", 3)
    browser.post("/redo?doc=b.txt")
    assert browser.left == 0
    browser.post("/bulk?doc=news/a.txt", verb="accept")
    assert browser.said == "Accepted: 0. 3 wait for a closer look."
    browser.post("/bulk?doc=news/a.txt", verb="reject")
    assert browser.said == "Kept as they were: 3."


def test_an_answer_teaches_by_one_form_each(browser: Browser, tmp_path: Path) -> None:
    key = first_key(browser)
    browser.decide("edit", text="!It will be finished.")
    assert {"learn-case", "learn-term"} <= set(re.findall(r'data-action="(learn-[a-z]+)"', browser.text))
    assert re.search(r'data-action="learn-term">Glossary: <bdi>done</bdi> → <bdi>finished</bdi>', browser.text)
    browser.post("/learn", kind="case", doc="news/a.txt", key=key)
    assert browser.said == "It is a regression case now."
    assert list((tmp_path / "tests" / "cases").glob("*.jsonl"))
    browser.post("/learn", kind="term", doc="news/a.txt", key=key, wrong="done", right="finished")
    assert browser.said == "It is in the glossary now."
    assert [(x["kind"], x["wrong"], x["right"]) for x in browser.client.get("/api/v1/learned").json() if x["kind"] == "term"] == [
        ("term", "done", "finished"),
    ]
    browser.post("/undo")
    assert browser.said == "Undone: something learnt."
    assert [x["kind"] for x in browser.client.get("/api/v1/learned").json()] == ["case"]


def test_where_several_things_changed_people_write_the_term(browser: Browser) -> None:
    browser.decide("edit", text="!We will be there.")
    assert re.search(r'<summary[^>]* data-action="learn-term">Glossary', browser.text)
    assert 'name="wrong" value="" required' in browser.text
    browser.decide("reject")
    assert 'data-action="learn-term"' not in browser.text


def test_dismissed_words_can_be_ignored_everywhere(browser: Browser) -> None:
    key = first_key(browser)
    browser.decide("dismiss:1")
    assert 'data-action="learn-ignore"' in browser.text
    browser.post("/learn", kind="ignore", doc="news/a.txt", key=key, rule="fragment", words="!It")
    assert browser.said.startswith("These words are asked about no more")
    browser.post("/learn", kind="ignore", doc="news/a.txt", key=key, rule="fragment", words="nothing")
    assert browser.status == 422


# Programs


@pytest.fixture
def api(browser: Browser) -> TestClient:
    browser.client.headers["X-CSRF-Token"] = browser.csrf
    return browser.client


def test_programs_decide_through_the_same_service(api: TestClient, path: Path) -> None:
    item = api.get("/api/v1/next").json()
    seen = {name: item[name] for name in ("doc", "key", "last")}
    assert item["findings"][0] | {"message": ""} == {
        "start": 0, "end": 3, "rule": "fragment", "category": "fluency/fragment", "severity": "major", "message": "", "confidence": 0.8,
    }
    assert [p["kind"] for p in item["offers"][0]["pieces"]][:2] == ["old", "new"]
    assert [v["gate"] for v in item["offers"][0]["verdicts"]] == ["names", "numbers"]
    checked = api.post("/api/v1/check", json={**seen, "text": "17 things."}).json()
    assert [v["reason"] for v in checked["failed"]] == ["17 is new"]
    assert api.post("/api/v1/comment", json={**seen, "text": "Hm."}).json()["verdict"] == "comment"
    assert api.post("/api/v1/accept", json={**seen, "choice": 1}).json()["text"] == "Better It will be done."
    assert api.post("/api/v1/reject", json=seen).status_code == 409
    assert api.get("/api/v1/item", params={"doc": item["doc"], "key": item["key"]}).json()["state"] == "final"
    assert [e["verdict"] for e in api.get("/api/v1/history", params={"doc": item["doc"], "key": item["key"]}).json()][-1] == "accept"
    assert api.post("/api/v1/undo").json()["verdict"] == "accept"
    assert api.post("/api/v1/redo").json()["verdict"] == "accept"
    listed = api.get("/api/v1/queue", params={"limit": 1, "offset": 1}).json()
    assert (listed["total"], listed["pending"], listed["decided"], len(listed["rows"])) == (2, 2, 1, 1)
    assert api.get("/api/v1/facets").json()["rules"] == [["fragment", 2]]
    second = api.get("/api/v1/next").json()
    place = {name: second[name] for name in ("doc", "key")}
    assert api.post("/api/v1/claim", json=place).json()["who"] == "ada"
    assert api.post("/api/v1/release", json=place).status_code == 204
    assert api.post("/api/v1/edit", json={**place, "last": second["last"], "text": "They rang."}).json()["verdict"] == "edit"
    assert api.post("/api/v1/learned/case", json=place).json()["verdict"] == "learn"
    term = api.post("/api/v1/learned/term", json={"wrong": "Velmont", "right": "Velmond"}).json()
    assert len(api.get("/api/v1/learned").json()) == 2
    assert api.delete(f"/api/v1/learned/{term['id']}").status_code == 200
    assert api.post("/api/v1/bulk", json={"verdict": "reject"}).json()["done"] == 1
    assert api.get("/api/v1/next").json() is None
    assert [e["verdict"] for e in api.get("/api/v1/log", params={"limit": 1}).json()] == ["reject"]
    assert verdicts(path)[0] == ("comment", "Hm.")


@pytest.mark.parametrize(("url", "body", "status"), [
    ("/api/v1/accept", {"doc": "a", "key": "b", "last": 0}, 409), ("/api/v1/accept", {"doc": "a"}, 422),
    ("/api/v1/claim", {"doc": "a", "key": "b"}, 404), ("/api/v1/bulk", {"verdict": "burn"}, 422),
    ("/api/v1/learned/term", {"wrong": ""}, 422),
])
def test_programs_are_told_what_is_wrong(api: TestClient, url: str, body: dict[str, object], status: int) -> None:
    answer = api.post(url, json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_the_api_is_described(browser: Browser) -> None:
    described = browser.client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert {"/api/v1/queue", "/api/v1/item", "/api/v1/accept", "/api/v1/check", "/api/v1/bulk", "/api/v1/undo"} <= described["paths"].keys()
    assert all(url.startswith("/api/v1/") for url in described["paths"])
    for methods in described["paths"].values():
        for operation in methods.values():
            assert operation["description"]
            assert "schema" in next(iter(operation["responses"].values())).get("content", {"": {"schema": ""}}).popitem()[1]
    assert described["components"]["schemas"]["Shown"]["properties"]["offers"]["items"]["$ref"].endswith("/Offer")
    assert browser.client.get("/docs").status_code == 404  # its page would load scripts from elsewhere


# The command


def test_a_queue_that_is_gone_is_told_in_one_line(browser: Browser, path: Path) -> None:
    path.rename(path.with_suffix(".gone"))
    browser.open("/")
    assert browser.status == 503
    assert "run `cleaner clean`" in browser.text
    assert "run `cleaner clean`" in browser.client.get("/api/v1/queue").json()["detail"]


def test_a_port_in_use_is_told_in_one_line(path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "cleaner", "review", "--web", "--no-open", "--queue", str(path), "--port", str(port)],
            capture_output=True, text=True, timeout=120, check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"port {port} is in use" in done.stderr
    assert "--port 0" in done.stderr


@pytest.mark.parametrize(("options", "said"), [
    (["--web", "--list"], "give one of them"), (["--port", "80"], "need --web"), (["--host", "0.0.0.0"], "need --web"),
    (["--no-open"], "need --web"),
])
def test_options_that_do_not_go_together(path: Path, options: list[str], said: str) -> None:
    from click.testing import CliRunner

    done = CliRunner().invoke(command, ["--queue", str(path), *options])
    assert done.exit_code == 2
    assert said in done.stderr


def test_an_address_of_another_machine_is_told(path: Path) -> None:
    from cleaner.web.serve import serve

    with pytest.raises(CleanerError, match="no address of this machine"):
        serve(path, Config(), "ada", wanted({}), host="192.0.2.1", port=0, browse=False)


def started(path: Path) -> tuple[subprocess.Popen[str], str]:
    """A server of its own and its address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "cleaner", "review", "--web", "--no-open", "--queue", str(path), "--port", "0", "--who", "ada"],
        stderr=subprocess.PIPE, text=True,
    )
    assert server.stderr is not None
    return server, server.stderr.readline().removeprefix("Review at ").strip()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_server_that_is_ended_loses_nothing(path: Path, end: signal.Signals) -> None:
    server, url = started(path)
    try:
        with httpx.Client(base_url=url) as client:
            item = client.get("api/v1/next").json()
            seen = {name: item[name] for name in ("doc", "key", "last")}
            token = client.get("api/v1/session").json()["csrf"]
            assert client.post("api/v1/reject", json=seen, headers={"X-CSRF-Token": token}).status_code == 200
            server.send_signal(end)
    finally:
        if end == signal.SIGKILL:
            server.kill()
    _, said = server.communicate(timeout=60)
    assert verdicts(path) == [("reject", "!It will be done.")]
    if end == signal.SIGINT:
        assert server.returncode == 1
        assert said.splitlines()[-1] == "2 left; `cleaner review --web` goes on."
        assert "Traceback" not in said
