"""What all pages share that stand by themselves: no scripts, nothing fetched, every text escaped and kept from reordering the page."""

from __future__ import annotations

from html import escape

from ..console import printable

NOTHING = "<p>Nothing.</p>\n"
END = "</main></body></html>\n"


def begin(title: str, style: str, heading: str = "") -> str:
    """A page up to its heading, which is the title where none is given."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{style}</style></head>\n<body><main><h1>{heading or title}</h1>\n"
    )


def shown(text: str) -> str:
    """Document text, or any other, as a page may have it."""
    return escape(printable(text, keep="\r\n\t"))
