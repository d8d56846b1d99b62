"""What can be typed? `probot` and its commands, in the order in which somebody meets them.

The rule: a command says what it did in a line or two; `--json` is for programs; exit codes are documented in
docs/operators-guide.md and never change their meaning.
"""

from __future__ import annotations

from typing import Annotated

import typer

from probot import __version__
from probot.app import cli_backup, cli_data, cli_outcomes, cli_people, cli_run, cli_study, cli_team
from probot.app.desk import EXIT_CODES

HELP = """Ask trial participants how they are, keep every answer, and alert the care team.

Start with `probot run`: without PROBOT_TELEGRAM_TOKEN it opens a sandbox in the browser.
"""
EPILOG = "Exit codes: " + "; ".join(f"{int(code)} {said}" for code, said in EXIT_CODES.items()) + "."

app = typer.Typer(
    name="probot", help=HELP, epilog=EPILOG, no_args_is_help=True, rich_markup_mode="markdown",
    add_completion=False, pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _probot(
    version: Annotated[
        bool,
        typer.Option("--version", metavar="", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    del version


cli_run.add_to(app)
cli_study.add_to(app)
cli_people.add_to(app)
cli_outcomes.add_to(app)
cli_team.add_to(app)
cli_data.add_to(app)
cli_backup.add_to(app)


def main() -> None:
    """The command line."""
    app(prog_name="probot")
