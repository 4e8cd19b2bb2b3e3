"""Names and terms as reviewers taught them: wrong → right."""

from __future__ import annotations

from collections.abc import Iterator

from ..analysis import Analysis
from ..core import Replacement
from ..registry import Bad, Good, Hit, detector
from ..taught import Term, wrong_terms

_PORT = Term("Port Halow", "Port Hallow", always=True)
_COUNCIL = Term("water association", "water board")


@detector("terminology/inconsistent", "major", examples=[
    Bad("The ferry leaves [[Port Halow]] at noon.", after="The ferry leaves Port Hallow at noon.", safe=True, terms=(_PORT,)),
    Bad("The [[water association]] met on Friday.", after="The water board met on Friday.", terms=(_COUNCIL,)),
    Bad("[[Water association]] members left.", after="Water board members left.", terms=(_COUNCIL,)),
    Good("The ferry leaves Port Hallow at noon.", terms=(_PORT,)),
    Good("The water board met, and so did the Portland association.", terms=(_PORT, _COUNCIL)),
    Good("The ferry leaves Port Halow at noon."),
])
def glossary(analysis: Analysis) -> Iterator[Hit]:
    """A name or term that a reviewer has said reads otherwise: what `cleaner learn` lists.

    It is put right without asking only where the reviewer said so, and never inside a quotation.
    """
    document = analysis.document
    for span, term, right in wrong_terms(document.plain, analysis.terms):
        safe = term.always and document.quotation_at(span) is None
        name = any(word[0].isupper() for word in term.right.split())
        yield Hit(
            span, f"“{term.wrong}” reads “{term.right}” in the glossary that reviewers taught.", 0.95 if term.always else 0.85,
            (Replacement(span, right, "safe" if safe else "unsafe", f"A reviewer taught it: “{term.right}”."),),
            category="terminology/name" if name else None,
        )
