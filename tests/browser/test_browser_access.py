"""For everybody: axe-core finds nothing on any view, light or dark; narrow screens, reduced motion, and no scripts at all."""

import pytest
from articles import HARBOUR
from axe_playwright_python.base import AXE_SCRIPT
from desks import Desk, Open, Server, Watch
from playwright.sync_api import expect
from views import VIEWS

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def violations(desk: Desk) -> list[str]:
    """What axe-core has to say about the page as it is now."""
    desk.page.evaluate(AXE_SCRIPT)
    found = desk.page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    return [f"{v['id']}: {v['help']}: {node['html'][:200]} {node['failureSummary']}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(view: str, scheme: str, server: Server, visit: Open, watch: Watch) -> None:
    watch.expected.add(404)
    desk = visit(server, color_scheme=scheme)
    VIEWS[view](desk)
    assert violations(desk) == []


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_off_on_a_phone(view: str, server: Server, visit: Open, watch: Watch) -> None:
    watch.expected.add(404)
    desk = visit(server, **PHONE)
    VIEWS[view](desk)
    width = desk.page.evaluate("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    assert width <= 390
    assert violations(desk) == []


def test_a_phone_has_all_of_it_by_touch(server: Server, visit: Open) -> None:
    desk = visit(server, **PHONE)
    expect(desk.find("#queue")).to_be_hidden()
    desk.find(".queue-open").tap()
    row = desk.find("[data-row] a").nth(3)
    expect(row).to_be_visible()
    with desk.change():
        row.tap()
    expect(desk.find("#queue")).to_be_hidden()
    for action in ("accept-1", "reject", "skip"):
        with desk.change():
            desk.find(f"[data-action={action}]").first.tap()
    assert len(server.answers) == 2
    desk.find("[data-action=edit]").tap()
    text = desk.find("[data-edit-text]")
    expect(text).to_be_focused()
    text.fill(f"{text.get_attribute('data-original')} Really.")
    with desk.change():
        desk.find("[data-save-edit]").tap()
    if desk.find("[data-warned]").count():
        with desk.change():
            desk.find("[data-save-edit]").tap()
    assert len(server.answers) == 3


def test_light_and_dark_follow_the_system(server: Server, visit: Open) -> None:
    def background(scheme: str) -> int:
        desk = visit(server, color_scheme=scheme)
        colour = desk.page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
        return sum(int(part) for part in colour.strip("rgb()").split(","))

    assert background("light") > 600
    assert background("dark") < 150


def test_nothing_moves_where_that_is_unwanted(server: Server, visit: Open) -> None:
    desk = visit(server, reduced_motion="reduce")
    desk.press("1")
    assert desk.page.evaluate("() => document.getAnimations().length") == 0
    assert desk.page.evaluate("() => getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_a_screen_reader_is_told_what_happened(server: Server, visit: Open) -> None:
    desk = visit(server)
    left = desk.left
    desk.press("1")
    live = desk.find("#live")
    expect(live).to_contain_text(str(left - 1))
    assert live.get_attribute("role") == "status"
    assert desk.focus == "place"


def test_everything_works_without_scripts(server: Server, visit: Open) -> None:
    desk = visit(server, java_script_enabled=False)

    def shown() -> str:
        return desk.find("#review").get_attribute("data-key") or ""

    first = shown()
    desk.find("[data-action=accept-1]").click()
    assert shown() != first
    second = shown()
    desk.find("[data-action=reject]").click()
    third = shown()
    assert {first, second} == set(server.answers)
    desk.find("[data-action=undo]").click()
    assert shown() == second
    desk.find("[data-action=redo]").click()
    assert {first, second} == set(server.answers)
    assert shown() == third

    desk.find("#edit > summary").click()
    desk.find("[data-edit-text]").fill("It costs 1789 crowns.")
    desk.find("[data-save-edit]").click()
    expect(desk.find("[data-warned]")).to_be_visible()
    desk.find("[data-save-edit]").click()
    assert server.answers[third] == "It costs 1789 crowns."

    desk.find("[data-comments] summary").click()
    desk.find("#comment-text").fill("Looks odd.")
    desk.find("[data-comment-form] button").click()
    expect(desk.find("[data-comment]")).to_contain_text("Looks odd.")

    desk.find("[data-narrow] summary").click()
    desk.find("#filter-doc").select_option(HARBOUR)
    desk.find("[data-apply]").click()
    assert {row.get_attribute("data-doc") for row in desk.find("[data-row]").all()} == {HARBOUR}
    desk.find("[data-action=help]").click()
    expect(desk.find("[data-key-row]").first).to_be_visible()
    desk.open("/documents").find("[data-documents] a").first.click()
    expect(desk.find("[data-article]")).to_be_visible()
