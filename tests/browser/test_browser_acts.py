"""What a reviewer does at the page, by keys and by buttons, and what the queue then holds."""

import re

import pytest
from articles import HARBOUR, MUSEUM
from desks import Desk, Open, Server
from playwright.sync_api import expect

from cleaner.review.item import Item


def at(server: Server, words: str) -> Item:
    """The item in whose sentence the words stand."""
    return next(i for i in server.items if words in i.original)


def waiting(server: Server) -> int:
    return sum(i.status == "review" for i in server.items)


@pytest.fixture
def desk(server: Server, visit: Open) -> Desk:
    return visit(server)


def test_undo_and_redo_have_no_end_and_survive_a_reload(desk: Desk, server: Server) -> None:
    count = desk.left
    assert count == waiting(server)
    keys = []
    for key in ("1", "r", "r"):
        keys.append(desk.key)
        desk.press(key)
    assert set(keys) == set(server.answers)
    desk.open()
    for back in reversed(keys):
        desk.press("u")
        assert desk.key == back
    assert (desk.left, server.answers) == (count, {})
    desk.press("u")
    expect(desk.find("[data-outcome]")).to_be_visible()
    for n in range(3):
        desk.press("U")
        assert desk.left == count - n - 1
    assert set(keys) == set(server.answers)
    desk.press("Control+z")
    desk.press("Control+y")
    desk.press("Control+Shift+Z")
    assert set(keys) == set(server.answers)
    assert [e.verdict for e in server.log] == ["accept", "reject", "reject", *["undo"] * 3, *["redo"] * 3, "undo", "redo"]


def test_an_edit_shows_its_differences_as_one_types_and_warns_of_gates(desk: Desk, server: Server) -> None:
    desk.at(at(server, "two metres"))
    key, first = desk.key, desk.find("[data-edit-text]").get_attribute("data-first")
    desk.type("e")
    text = desk.find("[data-edit-text]")
    assert (desk.focus, text.input_value()) == ("edit-text", first)
    expect(desk.find("[data-live-diff] del")).to_have_count(1)
    desk.type("End")
    desk.page.keyboard.type(" It costs 1789 crowns.")
    expect(desk.find("[data-live-diff] ins").last).to_contain_text("1789")
    expect(desk.find("#preview [data-gate]").first).to_be_visible()
    expect(desk.find("[data-warned]")).to_be_visible()
    assert key not in server.answers
    desk.press("Control+Enter")  # it was warned of, so that once is enough
    assert server.answers[key] == f"{first} It costs 1789 crowns."


def test_an_edit_that_was_not_warned_of_is_asked_about_once(desk: Desk, server: Server) -> None:
    desk.at(at(server, "two metres"))
    key = desk.key
    desk.type("o")
    original = desk.find("[data-edit-text]").get_attribute("data-original") or ""
    expect(desk.find("[data-edit-text]")).to_have_value(original)
    desk.find("[data-edit-text]").fill("It costs 1789 crowns.")
    desk.press("Control+Enter")
    assert (desk.key, desk.focus) == (key, "edit-text")
    expect(desk.find("[data-warned]")).to_be_visible()
    assert not server.answers
    desk.press("Control+Enter")
    assert server.answers == {key: "It costs 1789 crowns."}


def test_typing_is_never_taken_for_keys(desk: Desk, server: Server) -> None:
    keys = "1aeordxsbcuUkgifv?/"
    desk.at(at(server, "two metres"))
    place = desk.place
    desk.type("e")
    desk.page.keyboard.type(keys)
    desk.type("ArrowLeft", "ArrowRight")
    expect(desk.find("[data-edit-text]")).to_have_value(re.compile(re.escape(keys) + "$"))
    desk.type("Escape")
    assert desk.focus == "place"
    desk.type("c")
    assert desk.focus == "comment-text"
    desk.page.keyboard.type(keys)
    expect(desk.find("#comment-text")).to_have_value(keys)
    desk.type("Escape")
    desk.type("/")
    assert desk.focus == "search"
    desk.page.keyboard.type("xyzzy")
    expect(desk.find("#search")).to_have_value("xyzzy")
    expect(desk.find("[data-row]")).to_have_count(0)
    assert desk.focus == "search"
    assert not [e for e in server.log if e.verdict not in ("claim", "release")]
    desk.open(f"/?in={place[0]}&at={place[1]}")
    desk.type("Control+a", "Alt+r", "Control+r")
    desk.page.wait_for_load_state()
    assert not server.answers


def test_keys_are_listed_and_can_be_given_to_other_actions(desk: Desk, server: Server) -> None:
    desk.type("?")
    dialog = desk.find("#keys")
    expect(dialog).to_be_visible()
    for action in ("accept-1", "edit", "reject", "dismiss", "undo", "redo", "search", "help"):
        expect(dialog.locator(f"[data-key-row={action}] kbd").first).not_to_be_empty()
    desk.type("r")
    assert not server.answers, "keys rest while the list of keys is open"
    desk.tab_to("[data-remap=reject]")
    desk.type("Enter", "m")
    expect(desk.find("[data-key-row=reject] kbd")).to_have_text("m")
    desk.type("Escape")
    expect(dialog).to_be_hidden()
    expect(desk.find("[data-keycap=reject]")).to_have_text("m")
    first = desk.key
    desk.type("r")
    assert desk.key == first
    desk.press("m")
    assert desk.left == waiting(server) - 1
    desk.open()
    second = desk.key
    desk.press("m")
    assert set(server.answers) == {first, second}
    desk.type("?")
    desk.find("[data-reset-keys]").click()
    desk.type("Escape")
    desk.press("r")
    assert len(server.answers) == 3


def test_keys_can_be_switched_off(desk: Desk, server: Server) -> None:
    desk.type("?")
    desk.find("[data-keys-on]").uncheck()
    desk.type("Escape", "1", "r")
    desk.open()
    desk.type("1", "r", "d")
    assert desk.left == waiting(server)
    with desk.change():
        desk.find("[data-action=reject]").click()
    assert len(server.answers) == 1


@pytest.mark.parametrize(("box", "value"), [
    ("doc", MUSEUM), ("rule", "redundant-pronoun"), ("category", "fluency/attribution"), ("severity", "minor"), ("state", "translated"),
])
def test_filters_narrow_the_queue(desk: Desk, server: Server, box: str, value: str) -> None:
    desk.type("f")
    with desk.change():
        desk.find(f"#filter-{box}").select_option(value)
    fits = {
        "doc": lambda i: i.doc == value, "rule": lambda i: value in i.rules, "category": lambda i: i.findings[0].category == value,
        "severity": lambda i: i.findings[0].severity == value, "state": lambda i: i.status == "fixed",
    }[box]
    wanted = [i.key for i in server.items if fits(i) and (i.status == "review" or box == "state")]
    assert wanted
    assert [row.get_attribute("data-key") for row in desk.find("[data-row]").all()] == wanted
    assert int(desk.find("[data-total]").inner_text()) == len(wanted)
    assert desk.focus == f"filter-{box}", "the choice stays in hand"
    with desk.change():
        desk.find(f"[data-without={box}]").click()
    assert desk.find("[data-row]").count() == waiting(server)


def test_search_and_risk_and_order(desk: Desk, server: Server) -> None:
    desk.type("/")
    with desk.change():
        desk.page.keyboard.type("walkway", delay=1)
    expect(desk.find("[data-row]")).to_have_count(1)
    desk.open("/?min_risk=0.5&by_risk=1")
    shown = [row.get_attribute("data-key") for row in desk.find("[data-row]").all()]
    risky = sorted((i for i in server.items if i.status == "review" and i.risk >= 0.5), key=lambda i: -i.risk)
    assert shown == [i.key for i in risky]
    desk.press("1")
    assert desk.key == risky[1].key, "the next one within the filter"


def test_accepting_all_of_a_filter_is_undone_in_one_step(desk: Desk, server: Server) -> None:
    desk.open(f"/?doc={HARBOUR}")
    count, ready = desk.left, sum(
        i.doc == HARBOUR and i.status == "review" and bool(i.proposals) and all(v.passed for v in i.proposals[0].verdicts)
        for i in server.items
    )
    assert 1 < ready < count
    desk.find("[data-bulk=accept]").click()
    desk.find("[data-cancel]").click()
    assert desk.left == count
    desk.find("[data-bulk=accept]").click()
    desk.find("[data-confirm]").click()
    expect(desk.find("[data-outcome]")).to_contain_text(str(ready))
    assert (desk.left, len(server.answers)) == (count - ready, ready)
    desk.press("u")
    assert (desk.left, server.answers) == (count, {})
    desk.press("U")
    assert len(server.answers) == ready
    desk.press("u")
    desk.find("[data-bulk=reject]").click()
    desk.find("[data-confirm]").click()
    expect(desk.find("[data-done]")).to_be_visible()
    assert all(server.answers[i.key] == i.original for i in server.items if i.doc == HARBOUR and i.status == "review")


def test_dismissing_here_and_in_the_whole_document(desk: Desk, server: Server) -> None:
    item = at(server, "two metres")
    desk.at(item)
    desk.press("d")
    assert desk.key != item.key
    desk.at(at(server, "The county it"))
    desk.press("u")
    assert desk.key == item.key
    desk.press("x")
    assert {e.words for e in server.log if e.verdict == "dismiss"} == {None, "of Velmont it will raise"}
    others = [i for i in server.items if i.doc == HARBOUR and "redundant-pronoun" in i.rules]
    assert len(others) == 2
    assert {i.state for i in others} == {"final"}
    assert at(server, "Lindholm").state == "initial"


def test_skip_and_back(desk: Desk) -> None:
    first = desk.key
    desk.press("s")
    second = desk.key
    desk.press("ArrowRight")
    assert len({first, second, desk.key}) == 3
    desk.press("ArrowLeft")
    assert desk.key == second
    desk.press("b")
    assert desk.key == first


def test_a_comment_stays_at_its_sentence(desk: Desk, server: Server) -> None:
    place, left = desk.place, desk.left
    desk.type("c")
    desk.page.keyboard.type("Ask Oda whether it is two metres.")
    desk.press("Enter")
    assert (desk.place, desk.left) == (place, left)
    expect(desk.find("[data-comment]")).to_contain_text("Ask Oda")
    assert [(e.who, e.verdict, e.text) for e in server.log] == [("ada", "comment", "Ask Oda whether it is two metres.")]


def test_answers_teach_by_one_key(desk: Desk, server: Server) -> None:
    desk.at(at(server, "4,2 million"))
    desk.at(at(server, "most of them"))
    desk.press("1")
    for key, hook in (("k", "learn-case"), ("g", "learn-term")):
        expect(desk.find(f"[data-action={hook}]")).to_be_visible()
        desk.press(key)
        assert desk.find("[data-refused]").count() == 0
    cases = server.folder / "tests/cases/reviewed.cases.jsonl"
    assert "most of them are" in cases.read_text()
    desk.press("u")
    desk.press("u")
    assert "most of them are" not in (cases.read_text() if cases.exists() else "")
    item = at(server, "told Henrik")
    desk.at(item)
    desk.press("d")
    desk.press("i")
    assert [e.verdict for e in server.log][-2:] == ["dismiss", "learn"]


def test_the_reviewer_s_name_and_the_colours_are_chosen_on_the_page(desk: Desk, server: Server) -> None:
    desk.find("[data-menu=reviewer] summary").click()
    desk.find("#reviewer-name").fill("Grace Hopper")
    desk.find("[data-rename]").click()
    expect(desk.find("[data-who]")).to_have_text("Grace Hopper")
    desk.press("r")
    assert [e.who for e in server.log] == ["Grace Hopper"]
    desk.find("[data-menu=reviewer] summary").click()
    desk.find("[data-theme-choice=dark]").click()
    expect(desk.find("html")).to_have_attribute("data-theme", "dark")
    desk.open("/documents")
    expect(desk.find("html")).to_have_attribute("data-theme", "dark")


def test_the_document_leads_to_its_sentences_and_back(desk: Desk, server: Server) -> None:
    item = at(server, "most of them")
    desk.at(item)
    desk.type("v")
    expect(desk.find(f"[data-article] #at-{item.key}")).to_be_focused()
    desk.type("v")
    expect(desk.find("#review")).to_have_attribute("data-key", item.key)


def test_the_browser_s_back_button_shows_the_sentence_before(desk: Desk) -> None:
    first = desk.key
    desk.press("s")
    second = desk.key
    assert second != first
    with desk.change():
        desk.page.go_back()
    assert desk.key == first
