"""The application: routers, static files, errors, and the gatekeeper around all of it."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from .. import __version__
from ..config import Config
from ..core import CleanerError
from ..review import service
from ..review.queue import TakenError
from . import api, documents, pages, statistics
from .desk import Desk
from .drawing import draw
from .security import Gatekeeper, Guard

STATIC = Path(__file__).parent / "static"
#: Each module of pages has its routes in `router`.
ROUTERS = (pages.router, api.router, documents.router, statistics.router)


def create(queue: str | Path, config: Config, who: str, *, host: str = "127.0.0.1", token: str | None = None) -> FastAPI:
    """The application for one queue. `who` is the reviewer until a browser gives another name; `host` is where it will listen.

    Raises ValueError when it would be open to other machines without a token.
    """
    guard = Guard(host, token)
    if not guard.is_private:
        raise ValueError("a server for other machines needs a token")
    app = FastAPI(
        title="cleaner review", version=__version__, openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None,
        description="Decide on what `cleaner clean` flagged. Requests that change something need the header X-CSRF-Token, "
        "with the token that GET /api/v1/session gives to the browser or program that keeps its cookie.",
    )
    app.state.desk = Desk(Path(queue), config, who, service.gates(config))
    app.state.guard = guard
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(CleanerError, _failed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_middleware(Gatekeeper, guard=guard)
    return app


async def _failed(request: Request, error: Exception) -> Response:
    """An error that the user can mend, in its one line."""
    return _told(request, 409 if isinstance(error, TakenError) else 503, str(error))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _told(request, error.status_code, "There is no such page." if error.status_code == 404 else str(error.detail))


def _told(request: Request, status: int, message: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": message}, status)
    return draw(request, "error.html", status, message=message)
