"""What keeps strangers out: who may ask (host names, the access token), who may change something (CSRF), and what a page may load.

Every check is here, in one middleware around the whole application, so that a new route cannot forget one.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .address import own_path

#: The cookie with the access token, and the one that ties CSRF tokens to a browser.
TOKEN_COOKIE = "cleaner_token"
SESSION_COOKIE = "cleaner_session"
#: Where the CSRF token travels: a header of scripts and programs, a field of forms.
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
#: No request may be larger, in bytes: an edit is a sentence.
LARGEST = 1 << 20
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_TOKEN = "The access token is missing or wrong: open the whole address that `cleaner review --web` printed.\n"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    address = _address(host)
    return address.is_loopback if address is not None else host.lower() == "localhost"


def new_token() -> str:
    """An access token: 192 random bits, fit for a URL."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Guard:
    """The rules of one running server. `host` is what it listens on; `token`, if set, is asked of every browser once.

    The secret lives as long as the server: a page that was open before a restart gets a new CSRF token when it asks for a page.
    """

    host: str = "127.0.0.1"
    token: str | None = None
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def is_private(self) -> bool:
        """Whether only this machine, or whoever has the token, gets in."""
        return self.token is not None or is_loopback(self.host)

    def csrf(self, session: str) -> str:
        """The CSRF token of a browser."""
        return hmac.new(self.secret, session.encode(), hashlib.sha256).hexdigest()

    def knows(self, host_header: str) -> bool:
        """Whether a Host header may be ours. A page that rebinds its own name to this machine sends its name, which is none of these.

        Where the server listens beyond this machine, addresses are taken too: rebinding needs a name, and the token is asked anyway.
        """
        name = _without_port(host_header)
        if is_loopback(name):
            return True
        if is_loopback(self.host):
            return False
        mine = {self.host.lower(), socket.gethostname().lower(), socket.getfqdn().lower()}
        return _address(name) is not None or name.lower() in mine

    def admits(self, given: str | None) -> bool:
        """Whether an access token is right; always where none is asked."""
        return self.token is None or (given is not None and hmac.compare_digest(given.encode(), self.token.encode()))

    def is_own(self, headers: Headers) -> bool:
        """Whether a request that changes something comes from one of our pages, as far as the browser says.

        Under ``no-referrer`` a form sends ``Origin: null``, which says nothing; then only the CSRF token decides.
        """
        origin = headers.get("origin")
        if origin not in (None, "null") and origin.split("://", 1)[-1] != headers.get("host"):
            return False
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


class Gatekeeper:
    """The middleware: refuses what the guard refuses, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no websockets here: the server then closes the connection
        headers = Headers(scope=scope)
        known = _cookies(headers).get(SESSION_COOKIE)
        session = known or secrets.token_urlsafe(16)
        scope.setdefault("state", {})["csrf"] = self._guard.csrf(session)
        fresh = session if known is None else None

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                _harden(message, fresh)
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal is None and scope["method"] not in _SAFE_METHODS:
            refusal, receive = await self._checked(scope, headers, receive)
        await (refusal or self._app)(scope, receive, hardened)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if not self._guard.knows(headers.get("host", "")):
            return PlainTextResponse("This server does not go by that name; open the address that `cleaner review --web` printed.\n", 421)
        if self._guard.token is None:
            return None
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        given = query.pop("token", None)
        if given is not None and self._guard.admits(given):
            return _let_in(scope["path"], query, given)
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if not self._guard.admits(_cookies(headers).get(TOKEN_COOKIE)) and not self._guard.admits(bearer):
            return PlainTextResponse(_NO_TOKEN, 401)
        return None

    async def _checked(self, scope: Scope, headers: Headers, receive: Receive) -> tuple[Response | None, Receive]:
        """A refusal of a request that changes something, or None; and the request's body to be read anew."""
        if not self._guard.is_own(headers):
            return _forbidden(scope, "This request comes from another site; nothing was changed."), receive
        body = await _body(receive)
        if body is None:
            return PlainTextResponse("This is too much for one request; nothing was changed.\n", 413), receive
        given = headers.get(CSRF_HEADER)
        if given is None and headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            given = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)).get(CSRF_FIELD)
        session = _cookies(headers).get(SESSION_COOKIE, "")
        if given is None or not session or not hmac.compare_digest(given.encode(), self._guard.csrf(session).encode()):
            return _forbidden(scope, "This page is out of date (the server was started anew); nothing was changed. Load it again."), receive
        return None, _replayed(body, receive)


def _forbidden(scope: Scope, message: str) -> Response:
    if scope["path"].startswith("/api/"):
        return JSONResponse({"detail": message}, 403)
    return PlainTextResponse(message + "\n", 403)


def _let_in(path: str, query: Mapping[str, str], token: str) -> Response:
    """Keeps the token in a cookie and leads to the same address without it.

    A page and not a redirect: after a link from elsewhere, browsers send strict cookies only with what our own page asks for.
    """
    target = escape(own_path(path) + ("?" + urlencode(query) if query else ""))
    answer = HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>cleaner</title>'
        f'<meta http-equiv="refresh" content="0;url={target}">'
        f'</head><body><p><a href="{target}">Go on to the review</a></p></body></html>\n'
    )
    answer.set_cookie(TOKEN_COOKIE, token, httponly=True, samesite="strict", path="/")
    return answer


def _harden(message: Message, fresh_session: str | None) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers[name] = value
    if "cache-control" not in headers:
        headers["cache-control"] = "no-cache" if "etag" in headers else "no-store"  # texts stay out of the browser's cache
    if fresh_session is not None:
        headers.append("set-cookie", f"{SESSION_COOKIE}={fresh_session}; HttpOnly; Path=/; SameSite=strict")


async def _body(receive: Receive) -> bytes | None:
    """The whole body of a request; None when it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` once more from the start of a body that was read."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _cookies(headers: Headers) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    jar.load(headers.get("cookie", ""))
    return {name: morsel.value for name, morsel in jar.items()}


def _without_port(host: str) -> str:
    """The name in a Host header, without its port and the brackets of an IPv6 address."""
    if host.startswith("["):
        return host[1:].split("]", 1)[0]
    return host.rsplit(":", 1)[0] if ":" in host else host


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None

