"""The documents say what is so: generated ones are current, links lead somewhere, commands and options exist, the captured diff is real."""

import re
from dataclasses import fields, replace
from pathlib import Path

import click
import pytest

from cleaner import cli, formats, language_model, registry
from cleaner.commands.rules import command, reference
from cleaner.config import Config
from cleaner.outputs import render
from cleaner.pipeline import Pipeline, Result

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CARDS = sorted([*(ROOT / "docs/quality").glob("*.md"), *(ROOT / "models").glob("*/*.md")])
SEED = next((ROOT / "seeds").glob("*.txt"))


def test_rule_reference_is_current() -> None:
    assert (ROOT / "docs/rules.md").read_text(encoding="utf-8") == reference(), "stale: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)", text):
        assert not target or (page.parent / target).exists(), target
    anchors = {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= anchors


@pytest.mark.parametrize("page", [*PAGES, *CARDS], ids=lambda p: f"{p.parent.name}/{p.name}")
def test_tables_are_shown_as_tables(page: Path) -> None:
    """A table whose dashes have fewer or more cells than its head is shown as a paragraph full of bars."""
    cells = 0
    for line in page.read_text(encoding="utf-8").splitlines():
        here = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not cells or here in (0, cells), line
        cells = here


@pytest.mark.parametrize("page", [p for p in PAGES if p.name != "rules.md"], ids=lambda p: p.name)
def test_commands_and_options_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    context = cli.cli.make_context("cleaner", [], resilient_parsing=True)
    known = {"--help", "--version"}
    for name in cli.COMMANDS:
        found = cli.cli.get_command(context, name)
        assert found is not None
        known |= {o for c in (found, *getattr(found, "commands", {}).values()) for p in c.params for o in p.opts}
    for name in re.findall(r"`cleaner ([a-z]+)", text):
        assert name in cli.COMMANDS, name
    of_recipes = {"--only", "--install", "--split", "--dry-run", "--work", "--errors", "--plot", "--each"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - of_recipes <= known


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert {f.name for f in fields(Config)} == set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


@pytest.fixture(scope="module")
def seed() -> Result:
    document = replace(formats.load(SEED), name=SEED.relative_to(ROOT).as_posix())
    with Pipeline(Config(languagetool=False)) as pipeline:
        return pipeline.clean(document)


def test_captured_diff_is_what_the_tool_does(seed: Result) -> None:
    captured = re.search(r"```diff\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert captured
    lines = [line for line in captured.group(1).splitlines() if line]
    document, output = seed.document, seed.output
    old, new = [x[1:] for x in lines if x[0] == "-"], [x[1:] for x in lines if x[0] == "+"]
    assert len(old) == len(new) >= 3
    assert all(x in document.text and x not in output for x in old)
    assert all(x in output and x not in document.text for x in new)


def test_captured_suggestions_are_what_the_tool_says(seed: Result) -> None:
    captured = re.search(r"```text\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert captured
    if language_model.load() is None:
        pytest.skip("the order of suggestions shown needs the language model: `cleaner doctor --install` brings it")
    assert captured.group(1) in click.unstyle("".join(render("full", [seed])))


def test_reference_has_every_rule_and_gate() -> None:
    text = reference()
    headings = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert headings == registry.detectors().keys() | registry.gates().keys()
    assert command.name == "rules"
