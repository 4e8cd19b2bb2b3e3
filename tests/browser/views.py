"""Every view of the review page, each brought about as a reviewer would: for the accessibility tests and for the pictures."""

from collections.abc import Callable
from urllib.parse import quote

from articles import HARBOUR
from desks import Desk
from playwright.sync_api import expect

DOC = quote(HARBOUR)
Show = Callable[[Desk], None]


def item(desk: Desk, words: str) -> None:
    """Open the sentence with these words."""
    desk.at(next(i for i in desk.server.items if words in i.original))


def review(desk: Desk) -> None:
    """A sentence with its source, two suggestions, one of which failed a gate."""
    item(desk, "two metres")


def editing(desk: Desk) -> None:
    """An edit that a gate warns of."""
    item(desk, "walk way")
    desk.type("e", "End")
    desk.page.keyboard.type(" It costs 1789 crowns.")
    expect(desk.find("[data-warned]")).to_be_visible()


def filters(desk: Desk) -> None:
    """The queue narrowed down."""
    desk.open("/?severity=major&min_risk=0.5&by_risk=1")
    desk.type("f")


def keys(desk: Desk) -> None:
    """The list of keys."""
    review(desk)
    desk.type("?")
    expect(desk.find("#keys")).to_be_visible()


def decided(desk: Desk) -> None:
    """After a decision: what it was, and what may be learnt from it."""
    item(desk, "walk way")
    desk.press("1")


def claimed(desk: Desk) -> None:
    """A sentence that somebody else is at, with a comment."""
    item(desk, "nine years")
    desk.type("c")
    desk.page.keyboard.type("Is it nine or ten? Ask Oda.")
    desk.press("Enter")
    desk.page.context.add_cookies([{"name": "cleaner_name", "value": "grace", "url": desk.server.url}])
    item(desk, "nine years")
    expect(desk.find("[data-claimed]")).to_be_visible()


def bulk(desk: Desk) -> None:
    """A decision about all that fits, before it is made."""
    desk.open(f"/bulk?verb=accept&doc={DOC}")


def done(desk: Desk) -> None:
    """Nothing is left."""
    desk.open("/bulk?verb=reject")
    desk.find("[data-confirm]").click()
    desk.open()


def away(desk: Desk) -> None:
    """A page that there is not."""
    desk.open("/nowhere")


def some_decisions(desk: Desk) -> None:
    """An edit, acceptances, a dismissal and something learnt."""
    desk.open(f"/?doc={DOC}")
    for key in ("1", "1"):
        desk.press(key)
    item(desk, "told Henrik")
    desk.press("1")
    desk.press("g")
    item(desk, "most of them")
    desk.press("r")
    item(desk, "The county it")
    desk.press("d")
    item(desk, "cold shoulder")
    desk.type("e")
    desk.find("[data-edit-text]").fill("Fishermen were cool to the plan at first.")
    expect(desk.find("[data-live-diff] ins").first).to_be_visible()
    desk.press("Control+Enter")
    if desk.find("[data-warned]").count():
        desk.press("Control+Enter")


def after(path: str) -> Show:
    """A page as it is when something was decided."""
    def show(desk: Desk) -> None:
        some_decisions(desk)
        desk.open(path)

    return show


VIEWS: dict[str, Show] = {
    "review": review, "editing": editing, "filters": filters, "keys": keys, "decided": decided, "claimed": claimed, "bulk": bulk,
    "done": done, "away": away, "documents": after("/documents"), "document": after(f"/documents/view?doc={DOC}"),
    "changes": after(f"/documents/view?doc={DOC}&show=changes"), "side-by-side": after(f"/documents/view?doc={DOC}&show=sides"),
    "history": after(f"/documents/history?doc={DOC}"), "statistics": after("/statistics"), "learnt": after("/learnt"),
}
