"""Run the review page: bind, say where it is, open a browser, serve until Ctrl+C."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading
import webbrowser
from pathlib import Path

import uvicorn

from ..config import Config
from ..console import note
from ..core import CleanerError
from ..registry import Pair
from ..review.service import Filter
from .address import address
from .app import create
from .desk import Desk
from .security import is_loopback, new_token

HOST, PORT = "127.0.0.1", 8765


def serve(queue: Path, config: Config, who: str, wanted: Filter, *, host: str, port: int, browse: bool) -> None:
    """Serve the page at `host` and `port` (0: any free one) until Ctrl+C. Raises CleanerError when it cannot listen there."""
    token = None if is_loopback(host) else new_token()
    with _listening(host, port) as listener:
        app = create(queue, config, who, host=host, token=token)
        name = f"[{host}]" if ":" in host else socket.gethostname() if host in ("0.0.0.0", "") else host
        url = f"http://{name}:{listener.getsockname()[1]}{address('/', wanted, token=token)}"
        note(f"Review at {url}\nCtrl+C ends it; every decision is saved as it is made.")
        if token:
            note("Whoever has this address can decide; it is not encrypted, so use it in a network that you trust.")
        if browse and _has_display():
            threading.Timer(0.3, webbrowser.open, [url]).start()
        threading.Thread(target=_warm, args=[app.state.desk], daemon=True).start()
        settings = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=1)
        try:
            uvicorn.Server(settings).run([listener])
        except KeyboardInterrupt:
            return


def _listening(host: str, port: int) -> socket.socket:
    """A bound socket. Raises CleanerError when the port is taken, not allowed, or the host is none of this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen()  # who asks before the server runs then waits, instead of being refused
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise CleanerError(
                f"port {port} is in use, perhaps by another `cleaner review --web`: use that one, or give --port 0 for a free port"
            ) from error
        if error.errno == errno.EACCES:
            raise CleanerError(f"port {port} is not yours to use; choose one from 1024 up, such as --port {PORT}") from error
        raise CleanerError(f"{host} is no address of this machine ({error.strerror}); --host takes one, or 0.0.0.0 for all") from error
    return made


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _warm(desk: Desk) -> None:
    """Load the gates, so that the first edit need not wait for them. A failure shows when an edit is measured."""
    try:
        desk.measure(Pair("It rained.", "It rained.", ""))
    except CleanerError as error:
        note(f"Edits cannot be checked: {error}")
