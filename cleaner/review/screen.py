"""What the terminal review draws: an item with its findings and choices, the keys, a table of what waits. All text is made harmless."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..console import one_line, printable
from ..core import Finding, Proposal, Verdict
from ..diff import compare
from .item import Item
from .service import choices, failed_first, ranked

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

#: Characters of context shown on either side.
CONTEXT = 280
SOURCE = 600  # of the source
KEYS = "[1-9] take  [a] first  [e] edit  [r] keep original  [s] skip  [u] undo  [?] help  [q] quit"
HELP = """\
1-9        take that suggestion
a          take the first suggestion
e          edit, starting from the first suggestion       (Enter keeps it, Ctrl+C drops it)
o          edit, starting from the original
E          edit in $EDITOR
r          keep the original: nothing here needs a change
d          dismiss the first finding only
x          dismiss the first finding's rule in this whole document
s or →     skip for now
b or ←     go back to the one before
u, U       undo the last decision, bring it back; as often as you like
c          a comment, which decides nothing
k, g       learn from the decision before: a regression case, a term for the glossary
i          ignore the first finding's words everywhere from now on
space      the rest of a long screen
q          quit; what you decided is saved, and you can go on later

Each decision moves on to the next sentence by itself. Press any key."""


class Screen:
    """Draws on a rich console. Without colours the marks are written: ⟦wrong⟧, [-old-], {+new+}."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._plain = console.color_system is None or console.no_color

    def item(self, item: Item, place: str, notice: str) -> list[Text]:
        """An item as paragraphs; `place` is how far one is ("12/57")."""
        from rich.text import Text

        head = Text.assemble((place, "bold"), f"  {one_line(item.doc, 60)}  ", (f"risk {item.risk:.2f}", "magenta"))
        parts = [head, *([Text(printable(notice), style="yellow")] if notice else []), Text()]
        if item.before:
            parts += [self._context(one_line(item.before), start=False), Text()]
        parts.append(self._marked(item))
        if item.after:
            parts += [Text(), self._context(one_line(item.after), start=True)]
        if item.source:
            parts += [Text(), Text.assemble(("Source: ", "green"), one_line(item.source, SOURCE))]
        parts.append(Text())
        parts += [self._finding(item, finding) for finding in ranked(item)]
        offered = choices(item)[:9]
        for n, choice in enumerate(offered, 1):
            parts += [Text(), *self._choice(item.original, choice, f"{n}")]
        if not offered:
            parts += [Text(), Text("No suggestion: edit it (e), or keep the original (r).", style="dim")]
        return parts

    def edited(self, original: str, text: str, failed: Iterable[Verdict]) -> list[Text]:
        """A reviewer's text that fails gates, against the original."""
        from rich.text import Text

        return [Text("Your text:", style="bold"), self._diff(original, text), Text(), *(self._verdict(v) for v in failed), Text()]

    def _context(self, text: str, *, start: bool) -> Text:
        from rich.text import Text

        if len(text) > CONTEXT:
            text = text[:CONTEXT] + "…" if start else "…" + text[-CONTEXT:]
        return Text(text, style="dim")

    def _marked(self, item: Item) -> Text:
        from rich.text import Text

        wrong = [False] * len(item.original)
        for f in item.findings:
            for at in range(max(0, f.span.start - item.span.start), min(len(wrong), f.span.end - item.span.start)):
                wrong[at] = True
        made, at = Text(), 0
        while at < len(wrong):
            end = next((n for n in range(at, len(wrong)) if wrong[n] != wrong[at]), len(wrong))
            part = printable(item.original[at:end])
            made.append(f"⟦{part}⟧" if wrong[at] and self._plain else part, style="bold red underline" if wrong[at] else "bold")
            at = end
        return made

    def _finding(self, item: Item, finding: Finding) -> Text:
        from rich.text import Text

        words = one_line(item.words(finding), 60)
        return Text.assemble(
            ("• ", "red"), (finding.rule, "cyan"), f" ({finding.severity}, {finding.confidence:.0%})", f" “{words}”: " if words else ": ",
            printable(finding.message),
        )

    def _choice(self, original: str, choice: Proposal, label: str) -> list[Text]:
        from rich.text import Text

        line = Text.assemble((f"{label} ", "bold green"), self._diff(original, choice.text))
        about = Text(f"  {printable(choice.reason)} ({choice.safety}, {choice.score:.0%})", style="dim")
        return [line, *(self._verdict(v) for v in failed_first(choice) if not v.passed), about]

    def _diff(self, old: str, new: str) -> Text:
        from rich.text import Text

        made = Text()
        last = "same"
        for piece in compare(old, new):
            if last == "old" and piece.kind == "new" and not self._plain:
                made.append(" ")  # or old and new words would look like one
            last = piece.kind
            text = printable(piece.text)
            if piece.kind == "same":
                made.append(text)
            elif piece.kind == "old":
                made.append(f"[-{text}-]" if self._plain else text, style="red strike")
            else:
                made.append(f"{{+{text}+}}" if self._plain else text, style="green underline")
        return made

    def _verdict(self, verdict: Verdict) -> Text:
        from rich.text import Text

        return Text.assemble(("  ✗ ", "bold red"), (verdict.gate, "red"), f": {printable(verdict.reason or 'did not pass')}")

    def page(self, parts: Sequence[Text], offset: int, keys: str) -> int:
        """Draw from line `offset` on, as much as fits, with the keys below; returns the line to go on from, or 0 when all was shown."""
        from rich.text import Text

        lines = [line for part in parts for line in part.wrap(self.console, self.console.width)]
        foot = Text(keys, style="reverse", no_wrap=True, overflow="ellipsis")
        if not self.console.is_terminal:
            self.console.print(*lines, foot, sep="\n")
            return 0
        room = max(3, self.console.height - 2)
        more = offset + room < len(lines)
        self.console.clear()
        self.console.print(*lines[offset:offset + room], Text(" … space for more" if more else "", style="yellow"), foot, sep="\n", end="")
        return offset + room if more else 0


def table(items: Iterable[Item], width: int) -> Iterable[str]:
    """Items as aligned lines: key, risk, state and who gave which answer, document, rules and text, cut to `width` columns."""
    rows = [(
        i.key[:8], f"{i.risk:.2f}", ", ".join((i.state, *(f"{v.verdict} by {one_line(v.who, 40)}" for v in i.votes))), one_line(i.doc, 40),
        ",".join(sorted(i.rules)), one_line(i.original),
    ) for i in items]
    heads = ("KEY", "RISK", "STATE", "DOCUMENT", "RULES", "TEXT")
    wide = [max(len(r[n]) for r in (heads, *rows)) for n in range(len(heads) - 1)]
    for row in (heads, *rows):
        line = "  ".join((*(f"{cell:{w}}" for cell, w in zip(row, wide, strict=False)), row[-1]))
        yield line if len(line) <= width else line[:width - 1] + "…"
