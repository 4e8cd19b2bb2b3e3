"""More than one at work: two pages, two reviewers who must agree, a server that dies, a run at the same time."""

import sqlite3
from pathlib import Path

from articles import HARBOUR, fill
from desks import Desk, Open, Server, Start, Watch, clean
from playwright.sync_api import expect

from cleaner.review.queue import Queue


def without_claims(server: Server) -> None:
    """As if everybody had been away for longer than claims last."""
    with sqlite3.connect(server.queue, timeout=30) as db:
        db.execute("DELETE FROM claims")
    db.close()


def refusal(desk: Desk) -> str:
    told = desk.find("[data-refused]")
    expect(told).to_be_visible()
    return told.inner_text()


def test_two_reviewers_are_given_different_sentences(server: Server, visit: Open) -> None:
    ada, bob = visit(server, who="ada"), visit(server, who="bob")
    assert ada.place != bob.place
    expect(bob.find("[data-row] .row-who").first).to_have_text("ada")
    keys = {ada.key, bob.key}
    ada.press("1")
    bob.press("1")
    ada.press("r")
    bob.press("r")
    assert keys < set(server.answers)
    assert len(server.answers) == 4


def test_who_comes_to_a_claimed_sentence_is_told_and_goes_on(server: Server, visit: Open) -> None:
    ada = visit(server, who="ada")
    bob = visit(server, f"/?in={ada.place[0]}&at={ada.key}", who="bob")
    assert bob.place == ada.place
    expect(bob.find("[data-claimed]")).to_contain_text("ada")
    key = ada.key
    bob.press("r")
    assert "ada" in refusal(bob)
    assert bob.key != key
    assert not server.answers
    ada.press("1")
    bob.press("r")
    assert {e.who for e in server.log} == {"ada", "bob"}


def test_the_slower_of_two_is_told_who_was_quicker_and_goes_on(server: Server, visit: Open) -> None:
    ada = visit(server, who="ada")
    without_claims(server)
    bob = visit(server, f"/?in={ada.place[0]}&at={ada.key}", who="bob")
    without_claims(server)
    key = ada.key
    assert bob.key == key
    ada.press("1")
    without_claims(server)
    held = dict(server.answers)
    bob.press("r")
    assert "ada" in refusal(bob)
    assert (server.answers, bob.key != key) == (held, True)
    assert bob.focus == "place"
    bob.press("r")
    assert len(server.answers) == 2


def test_keys_pressed_at_the_same_moment_make_one_answer(server: Server, visit: Open) -> None:
    ada = visit(server, who="ada")
    without_claims(server)
    bob = visit(server, f"/?in={ada.place[0]}&at={ada.key}", who="bob")
    without_claims(server)
    key = ada.key
    with ada.change(), bob.change():
        ada.page.keyboard.press("1")
        bob.page.keyboard.press("r")
    assert [e.key for e in server.log] == [key]
    assert ada.find("[data-refused]").count() + bob.find("[data-refused]").count() == 1
    assert ada.key != key != bob.key


def test_two_must_agree_where_that_is_asked(tmp_path: Path, start: Start, visit: Open) -> None:
    fill(tmp_path, tmp_path / ".cleaner/review.sqlite")
    server = start(tmp_path, reviewers=2)
    ada = visit(server, who="ada")
    item = next(i for i in server.items if i.status == "review")
    other = next(i for i in server.items if i.status == "review" and i.key != item.key and i.proposals)
    ada.at(item)
    ada.press("1")
    assert not server.answers, "one is not enough"
    ada.at(other)
    ada.press("1")
    bob = visit(server, who="bob").at(item)
    expect(bob.find("[data-votes]")).to_contain_text("ada")
    expect(bob.find("[data-state-chip]")).to_have_text("reviewed")
    bob.press("1")
    assert server.answers == {item.key: item.proposals[0].text}
    bob.at(other)
    bob.press("r")
    assert other.key not in server.answers, "they do not agree"
    ada.at(other)
    expect(ada.find("[data-votes] .vote")).to_have_count(2)
    ada.press("r")
    assert server.answers == {item.key: item.proposals[0].text, other.key: other.original}
    ada.at(item)
    expect(ada.find("[data-state-chip]")).to_have_text("final")


def test_a_killed_server_loses_nothing_that_was_decided(tmp_path: Path, start: Start, visit: Open, watch: Watch) -> None:
    watch.expected.add(403)  # the new server's answer to the old page, which then asks for a new token by itself
    fill(tmp_path, tmp_path / ".cleaner/review.sqlite")
    server = start(tmp_path)
    desk = visit(server)
    keys = []
    for key in ("1", "r"):
        keys.append(desk.key)
        desk.press(key)
    server.kill()
    assert set(server.answers) == set(keys)
    place = desk.place
    desk.type("r")
    assert refusal(desk)
    assert desk.place == place, "what was not saved is still there to be decided"
    desk.type("e", "End")
    desk.page.keyboard.type(" Or so they say.")
    written = desk.find("[data-edit-text]").input_value()
    desk.type("Control+Enter")
    assert refusal(desk)
    expect(desk.find("[data-edit-text]")).to_have_value(written)
    assert set(server.answers) == set(keys)

    again = start(tmp_path, port=server.port)
    desk.server = again
    desk.find("[data-edit-text]").focus()
    desk.press("Control+Enter")
    if desk.place == place:  # the gates had something to say, which a dead server could not
        desk.press("Control+Enter")
    assert again.answers[place[1]] == written
    assert desk.find("[data-refused]").count() == 0
    desk.press("u")
    desk.press("u")
    assert set(again.answers) == set(keys[:1])


def test_a_run_at_the_same_time_loses_nothing(seed: Path, start: Start, visit: Open) -> None:
    server = start(seed)
    desk = visit(server)
    run = clean(seed, "seed.txt", "-o", "out")
    decided = {}
    while run.poll() is None and desk.left > 2:
        decided[desk.key] = desk.find("[data-edit-text]").get_attribute("data-original")
        desk.press("r")
        desk.page.wait_for_timeout(200)
    said, _ = run.communicate(timeout=600)
    assert run.returncode in (0, 1), said
    while desk.left:
        decided[desk.key] = desk.find("[data-edit-text]").get_attribute("data-original")
        desk.press("r")
    assert server.answers == decided
    assert desk.find("[data-refused]").count() == 0
    run = clean(seed, "seed.txt", "-o", "out")
    said, _ = run.communicate(timeout=600)
    assert run.returncode == 0, said
    assert server.answers == decided
    text = (seed / "out/seed.txt").read_text(encoding="utf-8")
    assert all(original in text for original in decided.values())


def test_a_sentence_that_a_run_took_away_is_refused_with_its_reason(server: Server, visit: Open) -> None:
    desk = visit(server, f"/?doc={HARBOUR}")
    key = desk.key
    with Queue.open(server.queue) as queue:
        gone = queue.live(HARBOUR)
        queue.store(HARBOUR, [])
    desk.press("1")
    assert refusal(desk)
    assert key in {i.key for i in gone}
    assert not server.answers
    expect(desk.find("[data-done]")).to_be_visible()
