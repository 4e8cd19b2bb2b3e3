"""What the browser tests work with: a server in a process of its own, a reviewer's page, and a watch over everything that happens there."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, Request, Response, expect

from cleaner.review.item import Entry, Item
from cleaner.review.queue import Queue

#: Anything may take so long on a busy machine, in seconds.
PATIENCE = 90
expect.set_options(timeout=PATIENCE * 1000)


class Server:
    """`cleaner review --web` as a process of its own, in a folder with articles and a queue."""

    def __init__(self, folder: Path, *, port: int = 0, who: str = "ada", reviewers: int = 1) -> None:
        self.folder = folder
        self._reviewers = reviewers
        (folder / "cleaner.toml").write_text(f"languagetool = false\nreviewers = {reviewers}\n")
        self.queue = folder / ".cleaner/review.sqlite"
        self._said = folder / f"server-{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", "cleaner", "review", "--web", "--no-open", "--port", str(port), "--who", who]
        with self._said.open("w") as log:
            self.process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.url = self._address()
        self.port = int(self.url.rsplit(":", 1)[1])

    def _address(self) -> str:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            said = self._said.read_text()
            if "Review at " in said and "\n" in said:
                return said.split("Review at ", 1)[1].split("/\n", 1)[0]
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"the server did not start: {self._said.read_text()}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    @property
    def items(self) -> list[Item]:
        """All that was flagged, in order."""
        with Queue.open(self.queue) as queue:
            return [item for doc in queue.documents() for item in queue.live(doc)]

    @property
    def log(self) -> list[Entry]:
        """Everything that was done but claims, oldest first."""
        with Queue.open(self.queue) as queue:
            return queue.log()

    @property
    def answers(self) -> dict[str, str]:
        """The texts that people decided on, by key."""
        with Queue.open(self.queue, reviewers=self._reviewers) as queue:
            return {key: answer.text for key, answer in queue.answers().items()}


class Desk:
    """A reviewer's page."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server

    def open(self, path: str = "/") -> "Desk":
        self.page.goto(self.server.url + path)
        return self

    def at(self, item: Item) -> "Desk":
        """Open an item by its address."""
        return self.open(f"/?in={item.doc}&at={item.key}")

    def find(self, selector: str, **options: Any) -> Locator:
        return self.page.locator(selector, **options)

    def type(self, *keys: str) -> None:
        """Press keys that stay at the item."""
        self.page.wait_for_load_state()  # keys act from then on
        for key in keys:
            self.page.keyboard.press(key)

    def press(self, key: str) -> None:
        """Press a key that brings another state of the page, and wait for it."""
        with self.change():
            self.page.keyboard.press(key)

    @contextmanager
    def change(self) -> Iterator[None]:
        """Wait until what is done inside has brought another state of the page."""
        self.page.wait_for_load_state()
        self.find("#review").evaluate("e => { e.dataset.old = '' }")
        yield
        self.find("#review:not([data-old]):not([data-busy])").wait_for(state="attached")

    @property
    def place(self) -> tuple[str, str]:
        """Document and key of the item that is shown, two empty texts when there is none."""
        desk = self.find("#review")
        return desk.get_attribute("data-doc") or "", desk.get_attribute("data-key") or ""

    @property
    def key(self) -> str:
        return self.place[1]

    @property
    def left(self) -> int:
        return int(self.find("[data-pending]").inner_text())

    @property
    def focus(self) -> str:
        """The id of the element with the focus."""
        return str(self.page.evaluate("() => document.activeElement.id"))

    def tab_to(self, selector: str) -> None:
        """Press Tab until an element has the focus, as somebody without a mouse would."""
        for _ in range(200):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => !!document.activeElement?.matches(s)", selector):
                return
        raise AssertionError(f"Tab does not lead to {selector}")


class Watch:
    """Notes what must not happen on any page: script errors, refused loads, dialogs, requests to elsewhere, odd answers."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.expected = {409, 422}
        self.is_server_away = False

    def over(self, context: BrowserContext, server: Server) -> None:
        def request(made: Request) -> None:
            if not made.url.startswith((server.url, "data:", "blob:")):
                self.found.append(f"request to {made.url}")

        def response(got: Response) -> None:
            if got.status >= 400 and got.status not in self.expected:
                self.found.append(f"{got.status} from {got.url}")

        def console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
                self.found.append(f"console: {message.text}")

        def dialog(opened: Dialog) -> None:
            self.found.append(f"dialog: {opened.message}")
            opened.dismiss()

        context.on("request", request)
        context.on("response", response)
        context.on("console", console)
        context.on("dialog", dialog)
        context.on("weberror", lambda error: self.found.append(f"script: {error.error}"))


Open = Callable[..., Desk]
Start = Callable[..., Server]


def clean(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """`cleaner clean` in a folder, as a process."""
    command = [sys.executable, "-m", "cleaner", "clean", *arguments]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
