"""`cleaner rules`: what the tool looks for, from the rules themselves."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

import click

from .. import registry
from ..config import did_you_mean
from ..core import CleanerError
from ..registry import Bad, Breaks, Detector, Gate, Good, Rewriter


@click.command(name="rules", short_help="List the rules, or explain one.")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print the whole reference, docs/rules.md.")
def command(name: str | None, as_json: bool, markdown: bool) -> int:
    """List the rules (all, or those of a family), or explain one with its examples.

    A finding's name such as languagetool.X is explained with the rule that makes it.
    """
    if as_json and markdown:
        raise click.UsageError("--json and --markdown exclude each other.")
    rules = registry.detectors()
    chosen = _find(name) if name else sorted(rules.values(), key=lambda r: (r.category, r.name))
    if as_json:
        click.echo(json.dumps([_object(r) for r in chosen], ensure_ascii=False, indent=2))
    elif markdown:
        click.echo("\n".join(map(_entry, chosen)) if name else reference(), nl=False)
    elif name and len(chosen) == 1:
        click.echo(_explained(name, chosen[0]), nl=False)
    else:
        width = max(len(r.name) for r in chosen)
        for r in chosen:
            click.echo(f"{click.style(r.name.ljust(width), bold=True)}  {r.severity:8}  {r.category:26}  {_short(r)}")
    return 0


def _find(name: str) -> list[Detector]:
    """The rule that makes findings of this name, or else the rules of the family that it names."""
    rules = registry.detectors()
    rule = registry.rule_of(name)
    found = [rule] if rule else [r for r in rules.values() if name == r.family or r.name.startswith(name + ".")]
    if not found:
        raise CleanerError(f"unknown rule {name!r}{did_you_mean(name, rules)}; `cleaner rules` lists them")
    return found


def _short(rule: Detector | Gate | Rewriter) -> str:
    """The first sentence of the documentation."""
    first = rule.doc.partition("\n\n")[0].replace("\n", " ")
    return first.partition(". ")[0].rstrip(".") + "." if first else ""


def _writers(rule: Detector) -> list[Rewriter]:
    """The rewriters made for a rule (the one for ready replacements serves all)."""
    return [
        w for w in registry.rewriters().values()
        if any(p != "all" and (registry.matches(rule.name, p) or p.startswith(rule.name + ".")) for p in w.rules)
    ]


def _changes(rule: Detector) -> str:
    """What the tool does about the rule, as its examples show."""
    bad = [e for e in rule.examples if isinstance(e, Bad)]
    if any(e.safe for e in bad):
        return "changed without asking where every gate passes"
    if any(e.after is not None for e in bad):
        return "suggested to a person (changed with --unsafe-fixes)"
    if _writers(rule):
        return "suggestions for a person"
    return "flagged for a person"


def _object(rule: Detector) -> dict[str, Any]:
    return {
        "name": rule.name, "family": rule.family, "category": rule.category, "severity": rule.severity, "doc": rule.doc,
        "source": rule.source, "changes": _changes(rule), "rewriters": [w.name for w in _writers(rule)],
        "examples": [_example(e) for e in rule.examples],
    }


def _example(e: Bad | Good) -> dict[str, Any]:
    source = {"source": e.source} if e.source else {}
    if isinstance(e, Good):
        return {"good": e.text} | source
    return {"bad": e.text, "start": e.span.start, "end": e.span.end, "after": e.after, "safe": e.safe} | source


def _explained(name: str, rule: Detector) -> str:
    lines = [click.style(name, bold=True) + f"  {rule.severity}, {rule.category}", "", rule.doc, ""]
    if name != rule.name:
        lines += [f"{name} is a member of the family {rule.name}; --select and --ignore take either name.", ""]
    lines += [f"What happens: {_changes(rule)}."]
    lines += [f"Rewriter {w.name}: {_short(w)}" for w in _writers(rule)]
    if rule.source:
        lines.append(f"Source: {rule.source}")
    for e in rule.examples:
        if isinstance(e, Good):
            lines += ["", f"  good  {_indented(e.text)}"]
        else:
            text, span = e.text, e.span
            shown = text[:span.start] + click.style(f"[{span.of(text)}]", fg="red") + text[span.end:]
            lines += ["", f"  bad   {_indented(shown)}"]
            if e.after is not None:
                lines.append(f"  after {_indented(click.style(e.after, fg='green'))}")
        if e.source:
            lines.append(f"  from  {_indented(e.source)}")
    return "\n".join(lines) + "\n"


def _indented(text: str) -> str:
    return text.replace("\n", "\n        ")


def reference() -> str:
    """docs/rules.md."""
    rules = registry.detectors()
    families: dict[str, list[Detector]] = {}
    for rule in sorted(rules.values(), key=lambda r: (r.family, r.name)):
        families.setdefault(rule.family, []).append(rule)
    gates = sorted(registry.gates().values(), key=lambda g: g.name)
    parts = [
        "<!-- Made by `make docs` from the rules themselves: edit those. -->\n", "# Rules\n",
        f"{len(rules)} rules in {len(families)} families look for what is wrong; [{len(gates)} gates](#gates) hold every rewrite back that "
        "loses or invents something. `cleaner rules NAME` explains one in the terminal.\n",
        "| rule | severity | category | what it flags |", "| --- | --- | --- | --- |",
    ]
    for members in families.values():
        parts += [f"| [{r.name}](#{_anchor(r.name)}) | {r.severity} | {r.category} | {_cell(_short(r))} |" for r in members]
    for family, members in families.items():
        parts.append(f"\n## Family: {family}\n")
        parts += [_entry(r) for r in members]
    parts.append("\n## Gates\n\nA suggestion that fails one goes to a person, with the reason.\n")
    parts += [_gate(g) for g in gates]
    return "\n".join(parts).rstrip("\n") + "\n"


def _entry(rule: Detector) -> str:
    lines = [f"### {rule.name}\n", rule.doc + "\n", f"{rule.severity} · {rule.category} · {_changes(rule)}\n"]
    if rule.source:
        lines.append(f"Source: {rule.source}\n")
    for e in rule.examples:
        after = f"<br>after: {_code(e.after)}" if isinstance(e, Bad) and e.after is not None else ""
        shown = f"good: {_code(e.text)}" if isinstance(e, Good) else f"bad: {_marked(e)}"
        lines.append(f"- {shown}{after}" + (f"<br>from: {_prose(e.source)}" if e.source else ""))
    return "\n".join(lines) + "\n"


def _gate(gate: Gate) -> str:
    lines = [f"### {gate.name}\n", gate.doc + "\n"]
    if gate.neural:
        lines.append("Asked only of what a rewrite model proposes.\n")
    lines += [f"- {'refuses' if isinstance(e, Breaks) else 'passes'}: {_code(e.original)} → {_code(e.rewrite)}" for e in gate.examples]
    return "\n".join(lines) + "\n"


def _marked(example: Bad) -> str:
    """The text of an example with its span in bold, which code cannot be."""
    text, span = example.text, example.span
    inside = _prose(span.of(text)) if span.of(text).strip() else "▯"
    return f"{_prose(text[:span.start])}<b>{inside}</b>{_prose(text[span.end:])}"


def _prose(text: str) -> str:
    """Text as Markdown shows it and means nothing by it."""
    return re.sub(r"([\\`*_\[\]#|~])", r"\\\1", escape(text, quote=False)).replace("\n", "<br>")


def _code(text: str) -> str:
    """Text as a code span, where it can be one."""
    return _prose(text) if "`" in text or "\n" in text or text != text.strip() else f"`{text}`"


def _anchor(heading: str) -> str:
    """What GitHub makes of a heading."""
    return heading.replace(".", "").lower()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
