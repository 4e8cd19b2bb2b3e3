"""JSON over HTTP with patience: retries with back-off and Retry-After, a limit in time and in size for every answer."""

from __future__ import annotations

import datetime
import json
import random
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

TRIES = 4
SILENT = "no answer in time"
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0  # seconds
_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_MOST_BYTES = 2**20


class RefusedError(Exception):
    """The server does not want this request, now or later. `said` is the beginning of its answer."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.said = said


class UnreachableError(Exception):
    """No use answer in several tries."""


class Client:
    """Posts JSON objects. Any thread may use it; `close` also wakes those that wait for another try."""

    def __init__(self, url: str, key: str | None, timeout: float) -> None:
        import httpx2

        self._url = url
        self._timeout = timeout
        self._closed = threading.Event()
        self._client = httpx2.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {}, timeout=httpx2.Timeout(timeout), follow_redirects=False,
        )

    def post(self, body: dict[str, Any], before: Callable[[], None]) -> dict[str, Any]:
        """The server's answer. `before` is called before each try, and what it raises ends them.

        Raises RefusedError and UnreachableError.
        """
        import httpx2

        why = ""
        for attempt in range(TRIES):
            if self._closed.is_set():
                break
            before()
            asked = None
            try:
                status, headers, text = self._once(body)
            except httpx2.TimeoutException:
                why = SILENT
            except (httpx2.HTTPError, OSError):
                why = "no connection"
            else:
                if status not in _AGAIN and not 200 <= status < 300:
                    raise RefusedError(status, text[:1000])
                if status in _AGAIN:
                    why, asked = f"HTTP {status}", _seconds(headers.get("retry-after", ""))
                else:
                    found = _object(text)
                    if found is not None:
                        return found
                    why = "an answer that is no JSON"
            # spread a little, so that threads do not come back all at once
            wait = max(asked or 0.0, _FIRST_WAIT * 2**attempt * random.uniform(0.8, 1.2))
            if attempt + 1 == TRIES or wait > _LONGEST_WAIT or self._closed.wait(wait):
                break
        raise UnreachableError(why)

    def _once(self, body: dict[str, Any]) -> tuple[int, Any, str]:
        """One try: status, headers and text. A server that drips is cut off like one that is silent."""
        import httpx2

        until = time.monotonic() + self._timeout
        with self._client.stream("POST", self._url, json=body) as response:
            read = b""
            for piece in response.iter_bytes():
                read += piece
                if len(read) > _MOST_BYTES:
                    return response.status_code, response.headers, ""
                if time.monotonic() > until:
                    raise httpx2.ReadTimeout("too slow")
            return response.status_code, response.headers, read.decode("utf-8", "replace")

    def close(self) -> None:
        self._closed.set()
        self._client.close()


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _seconds(retry_after: str) -> float | None:
    """What a Retry-After header asks for: seconds, or a date (RFC 9110, 10.2.3)."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.datetime.now(datetime.UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
