"""What every route needs: the queue, the gates, and who is asking. One desk a server; a queue is opened for each request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from ..config import Config
from ..core import Verdict
from ..registry import Pair
from ..review.queue import Queue
from ..review.service import Measure, Review, tidy

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
NAME_COOKIE = "cleaner_name"
THEME_COOKIE = "cleaner_theme"
#: A reviewer's name has at most so many characters.
LONGEST_NAME = 40
_YEAR = 365 * 24 * 3600


@dataclass(slots=True)
class Desk:
    """A queue that is open for review; `who` is the reviewer in browsers that gave no name. `gates` may not be thread-safe."""

    queue: Path
    config: Config
    who: str
    gates: Measure
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def measure(self, pair: Pair) -> tuple[Verdict, ...]:
        """The gates, one pair at a time."""
        with self._lock:
            return self.gates(pair)

    @contextmanager
    def review(self, who: str) -> Iterator[Review]:
        """A reviewer at the queue, in the calling thread. Raises CleanerError where the queue cannot be opened."""
        with Queue.open(self.queue, create=False, reviewers=self.config.reviewers) as queue:
            yield Review(queue, who, self.measure, cases=Path(self.config.cases))


def desk(request: Request) -> Desk:
    """The desk of the server that got this request."""
    return cast(Desk, request.app.state.desk)


def who(request: Request) -> str:
    """The reviewer's name: the browser's, or the one the server was started with."""
    return clean_name(unquote(request.cookies.get(NAME_COOKIE, ""))) or desk(request).who


def clean_name(name: str) -> str:
    """A name as it goes into the log: one line, not too long."""
    return " ".join(tidy(name).split())[:LONGEST_NAME]


def theme(request: Request) -> Theme:
    """Light or dark as chosen in this browser; auto follows the system."""
    chosen = request.cookies.get(THEME_COOKIE)
    return next((t for t in THEMES if t == chosen), "auto")


def remember(response: Response, name: str, value: str) -> None:
    """Keep a choice in this browser for a year."""
    response.set_cookie(name, quote(value), max_age=_YEAR, httponly=True, samesite="strict", path="/")
