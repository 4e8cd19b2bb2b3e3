"""Articles, file names, reviewers and comments that try to be more than text. The watch over each page fails on any script or dialog."""

from urllib.parse import quote

from articles import Flag, Offer, fill
from desks import Open, Server
from playwright.sync_api import expect

SCRIPT = "<script>alert('s')</script>"
IMAGE = '<img src=x onerror="alert(1)">'
LINK = '"><a href="javascript:alert(2)" onclick="alert(3)">'
BIDI = "\u202egnp.exe\u202c and \u2066isolated\u2069 and zero\u200bwidth\ufeff"
NAME = f"news/{IMAGE.replace('/', '')} \u202etxt.live.txt"
HEADING = f"Title {SCRIPT}"
SENTENCE = f"The mayor it said {SCRIPT} and {IMAGE} and {LINK} {{{{ 7 * 7 }}}} {BIDI}."
TEXT = f"{HEADING}\n\n{SENTENCE} It stopped.\n"
FLAG = Flag(
    "mayor it said", "redundant-pronoun", "fluency/grammar", "major", f"Wrong: {IMAGE} {BIDI}",
    (Offer(f"mayor said {LINK}", f"Because {SCRIPT} {BIDI}", failed=("names", f"lost {IMAGE} {BIDI}")),),
    source=f"Ordføreren {SCRIPT} {BIDI}",
)
#: What reorders or hides text and so must never reach a page as it is.
HIDDEN = "\u202e\u202c\u2066\u2069\u200b\ufeff"
PAGES = (
    "/", "/?state=all", "/keys", "/bulk?verb=accept", "/documents", "/documents/view?doc={doc}", "/documents/view?doc={doc}&show=changes",
    "/documents/view?doc={doc}&show=sides", "/documents/history?doc={doc}&claims=1", "/statistics", "/learnt",
)


def test_nothing_in_an_article_becomes_markup(server: Server, visit: Open) -> None:
    fill(server.folder, server.queue, {NAME: TEXT}, {NAME: (FLAG,)})
    desk = visit(server, who=quote(f"{IMAGE} \u202eada"))
    [item] = server.items
    sentence = desk.find("[data-sentence]").inner_text()
    assert SCRIPT in sentence
    assert IMAGE in sentence
    assert "{{ 7 * 7 }}" in sentence
    assert "U+202E" in sentence, "what reorders text is named"

    desk.type("c")
    desk.find("#comment-text").fill(f"{SCRIPT} {IMAGE} {BIDI}")
    desk.press("Enter")
    expect(desk.find("[data-comment]")).to_contain_text(SCRIPT)
    desk.type("e")
    desk.find("[data-edit-text]").fill(f"{SENTENCE} {IMAGE} {SCRIPT}")
    expect(desk.find("[data-live-diff] ins").last).to_contain_text("onerror")
    desk.press("Control+Enter")
    if desk.key:
        desk.press("Control+Enter")
    assert server.answers[item.key].endswith(SCRIPT)
    desk.press("k")
    for page in PAGES:
        desk.open(page.format(doc=quote(NAME)))
        shown = desk.page.evaluate("""() => ({
            scripts: [...document.scripts].filter(s => !s.src.startsWith(location.origin + '/static/')).length,
            handlers: [...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length,
            images: document.images.length,
            links: [...document.links].filter(a => !a.href.startsWith(location.origin)).length,
            text: document.body.innerText + document.title })""")
        assert (shown["scripts"], shown["handlers"], shown["images"], shown["links"]) == (0, 0, 0, 0), page
        assert not set(HIDDEN) & set(shown["text"]), page


def test_what_is_saved_for_others_is_text_too(server: Server, visit: Open, tmp_path) -> None:
    fill(server.folder, server.queue, {NAME: TEXT}, {NAME: (FLAG,)})
    desk = visit(server)
    desk.press("1")
    desk.open(f"/documents/view?doc={quote(NAME)}")
    desk.find("[data-menu=save] summary").click()
    for kind in ("cleaned", "tracked", "diff"):
        with desk.page.expect_download() as saving:
            desk.find(f"[data-save={kind}]").click()
        data = saving.value.path().read_bytes().decode()
        if kind == "cleaned":
            assert data == TEXT.replace("mayor it said", f"mayor said {LINK}")
        else:
            assert SCRIPT not in data
            assert IMAGE not in data
            assert not set(HIDDEN) & set(data)


def test_a_made_up_address_shows_nothing_of_its_own(server: Server, visit: Open) -> None:
    said = quote(f"{SCRIPT}{IMAGE}")
    desk = visit(server, f"/?said={said}&what={said}&text={said}")
    assert desk.find("[data-outcome]").count() == 0
    expect(desk.find("#search")).to_have_value(f"{SCRIPT}{IMAGE}")
    desk.open(f"/?said=undo&what={said}&n=1")
    assert SCRIPT not in desk.find("body").inner_text()
