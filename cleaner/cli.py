"""The command line. Each command is a module of `cleaner.commands`, imported only when it is asked for, so that help is quick."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys

import click

from . import __version__
from .core import CleanerError

#: command → what it does, in the order of the help text. The module `cleaner.commands.NAME` has it as `command`.
COMMANDS = {
    "clean": "Clean files; what is doubtful goes to review.",
    "diff": "Show what cleaning changes, word by word.",
    "review": "Decide on what was flagged, one key at a time.",
    "score": "Show which sentences are risky, and how good a document is.",
    "learn": "Show what answers taught, and take it back.",
    "regress": "Run known bad and good sentences.",
    "verify": "Check anybody's rewrites: are numbers, names and quotations kept?",
    "rules": "List the rules, or explain one.",
    "config": "Print the settings that hold here.",
    "models": "List, describe and check models; convert one.",
    "doctor": "Say what is there, what is missing and how to mend it.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"cleaner.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cleaner")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Repair awkward machine-translated English: surely better changes are made, everything doubtful goes to a person."""
    if os.environ.get("NO_COLOR"):  # https://no-color.org, https://force-color.org; else colours go to terminals only
        ctx.color = False
    elif os.environ.get("FORCE_COLOR"):
        ctx.color = True


def main() -> None:
    """Run the command line; an error that the user can mend is one line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still shows the rest
    try:
        code = cli(standalone_mode=False) or 0
        sys.stdout.flush()
        sys.exit(code)
    except CleanerError as error:
        from .console import complain

        complain(error)
    except click.ClickException as error:
        error.show()
    except (click.Abort, KeyboardInterrupt):
        click.echo("cleaner: stopped; what was done until then is kept", err=True)
    except BrokenPipeError:  # whoever read our output has seen enough
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(2)
