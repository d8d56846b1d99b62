"""What can be typed? `probot` and its commands, in the order in which somebody meets them.

The rule: a command says what it did in one line; `--json` is for programs; exit codes are documented in
docs/operators-guide.md and never change their meaning.
"""

from __future__ import annotations

from typing import Annotated

import typer

from probot import __version__
from probot.app import cli_data, cli_people, cli_run, cli_study

HELP = """Ask trial participants how they are, keep every answer, and alert the care team.

Without PROBOT_TELEGRAM_TOKEN, `probot run` starts a sandbox in the browser. Start there.
"""

app = typer.Typer(
    name="probot", help=HELP, no_args_is_help=True, rich_markup_mode="markdown", add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _probot(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


cli_run.add_to(app)
cli_study.add_to(app)
cli_people.add_to(app)
cli_data.add_to(app)


def main() -> None:
    """The command line."""
    app()
