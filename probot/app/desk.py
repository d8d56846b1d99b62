"""What does every command need? The settings, an open database, and a way to say what came of it.

The rule: an error tells what, where and how to mend it, on stderr, with a documented exit code; `--json` prints
one JSON value on stdout and nothing else there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, NoReturn

import typer
from rich.console import Console
from sqlalchemy.exc import DBAPIError, OperationalError

from probot.app.build import open_store, system_clock
from probot.app.office import Office
from probot.app.settings import Settings, WrongSetting, read_settings
from probot.services.invite import NotPossible
from probot.services.publish import publish
from probot.services.turn import NothingPublished, Turn
from probot.store import pulses, studies
from probot.store.engine import Unsafe
from probot.study.load import load
from probot.study.model import Study
from probot.study.problems import Problem, render

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

SANDBOX_BOT = "probot_sandbox_bot"


class Exit(IntEnum):
    """What the exit code says."""

    DONE = 0
    NOT_POSSIBLE = 1
    USAGE = 2
    STUDY_HAS_ERRORS = 3
    NOT_CONFIGURED = 4
    NOT_WELL = 5


def stop(message: str, code: Exit) -> NoReturn:
    """Say what is wrong, and end with that code."""
    err.print(message, style="red" if err.is_terminal else None, markup=False)
    raise typer.Exit(code)


def settings_or_stop() -> Settings:
    """The settings, or the end."""
    try:
        return read_settings()
    except WrongSetting as error:
        stop(str(error), Exit.NOT_CONFIGURED)


@contextmanager
def office() -> Iterator[tuple[Settings, Office]]:
    """The database, migrated and open, for one command."""
    settings = settings_or_stop()
    with open_office(settings) as opened:
        yield settings, opened


@contextmanager
def open_office(settings: Settings) -> Iterator[Office]:
    """The database behind the settings; failures of the world become plain words."""
    try:
        opened = Office(open_store(settings.database), system_clock())
    except ValueError as error:
        stop(str(error), Exit.NOT_CONFIGURED)
    except OperationalError as error:
        stop(
            f"The database does not answer: {_reason(error)}\nCheck PROBOT_DATABASE_URL.", Exit.NOT_CONFIGURED
        )
    try:
        yield opened
    except NotPossible as error:
        stop(str(error), Exit.NOT_POSSIBLE)
    except NothingPublished:
        stop("No study is published yet: run `probot publish`.", Exit.NOT_CONFIGURED)
    except Unsafe as error:
        stop(str(error), Exit.NOT_CONFIGURED)
    except DBAPIError as error:
        stop(f"The database refused: {_reason(error)}\nNothing was changed.", Exit.NOT_CONFIGURED)
    finally:
        opened.close()


def _reason(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__


def say_json(value: Any) -> None:
    """Print one JSON value and nothing else."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


# ------------------------------------------------------------------------------ the study


def load_or_stop(settings: Settings) -> Study:
    """The study in the configured folder, or all its problems and the end."""
    loaded = load(settings.study_folder)
    if loaded.study is None:
        show_problems(loaded.problems)
        stop(f"{len(loaded.problems)} problems; nothing was changed.", Exit.STUDY_HAS_ERRORS)
    return loaded.study


def show_problems(problems: tuple[Problem, ...]) -> None:
    """All problems with their places."""
    err.print(render(problems), markup=False)


def ensure_published(settings: Settings, opened: Office) -> None:
    """The first command on an empty database puts the configured study in force; later ones never do."""
    if opened.store.transact(studies.in_force) is not None:
        return
    study = load_or_stop(settings)
    opened.act_now(publish, "command:first use", study)
    err.print(
        f"Published {study.id} {study.hash[:12]} from {settings.study_folder} (nothing was in force yet).",
        markup=False,
    )


def bot_name(settings: Settings, opened: Office) -> str:
    """The bot's name for links: as Telegram last said, else asked now."""
    known = opened.store.transact(pulses.last, "bot")
    if known is not None and known[1].get("username"):
        return str(known[1]["username"])
    if settings.in_sandbox:
        return SANDBOX_BOT
    from probot.app.world import ask_name

    return ask_name(settings)


def as_operator(turn: Turn) -> Turn:
    """The same turn, in the operator's name."""
    turn.actor = turn.role = "operator"
    return turn
