"""The whole seed article from first to last with the keyboard alone, and the file that comes out."""

from pathlib import Path

from desks import Desk, Open, Start, clean


def decide(desk: Desk, turn: int) -> str:
    """Decide about the item that is shown, each time in another way; returns the text that must stand there."""
    text = desk.find("[data-edit-text]")
    original, first = text.get_attribute("data-original") or "", text.get_attribute("data-first") or ""
    has_offer = desk.find("[data-offer]").count() > 0
    way = ("accept", "reject", "edit", "dismiss")[turn % 4]
    if way == "accept" and has_offer:
        desk.press("1")
        return first
    if way == "edit":
        desk.type("e")
        assert desk.focus == "edit-text"
        desk.type("ArrowLeft")
        desk.page.keyboard.type(" indeed", delay=5)
        wanted = text.input_value()
        assert wanted == f"{first[:-1]} indeed{first[-1]}"
        desk.find("[data-live-diff] ins", has_text="indeed").first.wait_for()
        desk.press("Control+Enter")
        return wanted
    if way == "dismiss":
        key = desk.key
        for _ in range(desk.find("[data-finding]").count()):
            if desk.key == key:
                desk.press("d")
        assert desk.key != key
        return original
    desk.press("r")
    return original


def test_the_seed_article_is_reviewed_by_keyboard_alone(seed: Path, start: Start, visit: Open) -> None:
    server = start(seed)
    desk = visit(server)
    count = desk.left
    assert count > 3
    assert desk.focus in ("", "place")
    expected: dict[str, str] = {}
    first = desk.key
    desk.press("s")  # what is skipped comes again at the end
    for turn in range(count):
        key = desk.key
        assert key not in expected
        expected[key] = decide(desk, turn)
        assert desk.left == count - turn - 1
        assert desk.focus == "place"
    assert list(expected)[-1] == first
    desk.find("[data-done]").wait_for()
    assert server.answers.items() >= expected.items()

    desk.tab_to("[data-done] a")
    desk.type("Enter")
    desk.find("[data-documents]").wait_for()
    desk.tab_to("[data-documents] a")
    desk.type("Enter")
    desk.find("[data-article]").wait_for()
    desk.tab_to("[data-menu=save] summary")
    desk.type("Enter")
    desk.tab_to("[data-save=cleaned]")
    with desk.page.expect_download() as saving:
        desk.type("Enter")
    saved = Path(saving.value.path()).read_bytes()
    assert saving.value.suggested_filename == "seed.txt"
    assert all(text in saved.decode() for text in expected.values())

    run = clean(seed, "seed.txt", "-o", "again")
    said, _ = run.communicate(timeout=600)
    assert run.returncode == 0, said
    assert (seed / "again/seed.txt").read_bytes() == saved
    assert saved != (seed / "out/seed.txt").read_bytes() != (seed / "seed.txt").read_bytes()
