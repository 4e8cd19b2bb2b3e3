"""A real browser at a real server. The browser is the system's Chromium; nothing is downloaded.

Without one the tests are skipped, and the summary says so; where $CLEANER_BROWSER is "required", as in CI, they fail instead.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from articles import fill
from desks import PATIENCE, Desk, Open, Server, Start, Watch, clean
from playwright.sync_api import Browser, BrowserContext, sync_playwright

ROOT = Path(__file__).parents[2]
SEED = next((ROOT / "seeds").glob("*.txt"))
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MISSING = "no Chromium here: install it (Debian: apt install chromium) or name one in $CLEANER_CHROMIUM; the review page was not tested"
_skipped: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="Keep the pictures of the review page in docs/review.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped:
        terminalreporter.section("browser", yellow=True)
        terminalreporter.write_line(MISSING)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all; it ends with these tests, since others in this process want an event loop of their own."""
    path = os.environ.get("CLEANER_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        if os.environ.get("CLEANER_BROWSER") == "required":
            pytest.fail(MISSING)
        _skipped.append(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, timeout=PATIENCE * 1000)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def visit(chromium: Browser, watch: Watch) -> Iterator[Open]:
    """Opens pages, each in a browser profile of its own; at the end nothing bad may have happened on any of them."""
    contexts: list[BrowserContext] = []

    def visit(server: Server, path: str = "/", *, who: str | None = None, **options: Any) -> Desk:
        size = {"width": 1280, "height": 800}
        context = chromium.new_context(**{"viewport": size, "reduced_motion": "reduce", "accept_downloads": True} | options)
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        watch.over(context, server)
        if who:
            context.add_cookies([{"name": "cleaner_name", "value": who, "url": server.url}])
        return Desk(context.new_page(), server).open(path)

    yield visit
    for context in contexts:
        context.close()
    assert not watch.found


@pytest.fixture(scope="package")
def shared(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that do not end it; `server` fills its queue anew."""
    folder = tmp_path_factory.mktemp("desk")
    fill(folder, folder / ".cleaner/review.sqlite")
    server = Server(folder)
    yield server
    server.kill()


@pytest.fixture
def server(shared: Server) -> Server:
    """A server at the two made-up articles, of which nothing is decided yet."""
    fill(shared.folder, shared.queue)
    return shared


@pytest.fixture
def start(chromium: Browser) -> Iterator[Start]:
    """Starts servers of one's own."""
    started: list[Server] = []

    def start(folder: Path, **options: Any) -> Server:
        started.append(Server(folder, **options))
        return started[-1]

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="package")
def cleaned_seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the seed article, cleaned once: seed.txt, out/seed.txt and the queue."""
    folder = tmp_path_factory.mktemp("seed")
    shutil.copy(SEED, folder / "seed.txt")
    (folder / "cleaner.toml").write_text("languagetool = false\n")
    run = clean(folder, "seed.txt", "-o", "out")
    said, _ = run.communicate(timeout=600)
    assert run.returncode in (0, 1), said
    return folder


@pytest.fixture
def seed(cleaned_seed: Path, tmp_path: Path) -> Path:
    """A copy of the cleaned seed article's folder to work in."""
    return shutil.copytree(cleaned_seed, tmp_path / "seed")
