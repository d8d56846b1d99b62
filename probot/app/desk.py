"""What does every command need? The settings, an open database, and a way to say what came of it.

The rule: an error tells what, where and how to mend it, on stderr, with a documented exit code; `--json` prints
one JSON value in UTF-8 on stdout and nothing else there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from alembic.util.exc import CommandError
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from probot.app.build import clock_of, open_store, read_clock
from probot.app.clocks import MovableClock
from probot.app.office import Office
from probot.app.settings import Settings, WrongSetting, read_settings, unknown_variables
from probot.ports import Clock
from probot.services.invite import NotPossible
from probot.services.publish import publish
from probot.services.receive import HEARD
from probot.services.turn import NothingPublished
from probot.store import pulses, studies
from probot.store.engine import Store, Unsafe
from probot.store.files import file_of
from probot.store.room import Room
from probot.study.load import load
from probot.study.model import Study
from probot.study.problems import Problem, render

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", metavar="", help="Print one JSON value, for programs.")]

SANDBOX_BOT = "probot_sandbox_bot"


class Exit(IntEnum):
    """What the exit code says. Programs rely on it: a number never changes its meaning."""

    DONE = 0
    NOT_POSSIBLE = 1
    USAGE = 2
    STUDY_HAS_ERRORS = 3
    CANNOT_START = 4
    NOT_WELL = 5


EXIT_CODES = {
    Exit.DONE: "done",
    Exit.NOT_POSSIBLE: "what was asked for cannot be done; nothing was changed",
    Exit.USAGE: "the command was written wrongly",
    Exit.STUDY_HAS_ERRORS: "the study's files have errors",
    Exit.CANNOT_START: "a setting, the database or Telegram's answer to the token keeps probot from working",
    Exit.NOT_WELL: "`status --exit-code` found something wrong",
}


def stop(message: str, code: Exit) -> NoReturn:
    """Say what is wrong, and end with that code."""
    err.print(message, style="red" if err.is_terminal else None, markup=False)
    raise typer.Exit(code)


def warn(message: str) -> None:
    """Say what somebody should know, and go on."""
    err.print(message, style="yellow" if err.is_terminal else None, markup=False)


def warn_of_little(room: Room | None) -> None:
    """Say so if the disk is filling up."""
    if room is not None and room.is_short:
        warn(f"The disk is filling up: {room}.")


def settings_or_stop() -> Settings:
    """The settings, or the end. A variable that looks like ours and is none is pointed out."""
    try:
        settings = read_settings()
    except WrongSetting as error:
        stop(str(error), Exit.CANNOT_START)
    for line in unknown_variables(os.environ):
        warn(line)
    return settings


@contextmanager
def office(*, makes: bool = True) -> Iterator[tuple[Settings, Office]]:
    """The database, migrated and open, for one command. `makes`: an SQLite file that is not there is made."""
    settings = settings_or_stop()
    if not makes:
        _there_or_stop(settings)
    with open_office(settings) as opened:
        if settings.in_sandbox:
            opened.clock = _sandbox_clock(opened.store)
        yield settings, opened


@contextmanager
def open_office(settings: Settings) -> Iterator[Office]:
    """The database behind the settings; failures of the world become plain words."""
    with _plainly(settings):
        store = open_store(settings.database)
        opened = Office(store, clock_of(store))
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def _plainly(settings: Settings) -> Iterator[None]:
    try:
        yield
    except NotPossible as error:
        stop(str(error), Exit.NOT_POSSIBLE)
    except NothingPublished:
        stop("No study is published yet: run `probot publish`.", Exit.CANNOT_START)
    except Unsafe as error:
        stop(str(error), Exit.CANNOT_START)
    except DBAPIError as error:
        stop(f"The database refused: {_reason(error)}\nCheck PROBOT_DATABASE_URL.", Exit.CANNOT_START)
    except CommandError:
        stop(
            "The database was made by a newer probot than this one. Install that version again.",
            Exit.CANNOT_START,
        )
    except OSError as error:
        if error.filename is None or settings.database_url.startswith("postgres"):
            raise
        stop(f"{error.filename}: {error.strerror}. Check PROBOT_DATABASE_URL.", Exit.CANNOT_START)


def _there_or_stop(settings: Settings) -> None:
    file = file_of(settings.database)
    if file is not None and not file.exists():
        stop(
            f"There is no database at {file}: is PROBOT_DATABASE_URL right, and is this the right "
            "folder? `probot run` or the first `probot enrol` makes one.",
            Exit.CANNOT_START,
        )


def _sandbox_clock(store: Store) -> Clock:
    """The sandbox's clock, which may have been moved on."""
    clock = MovableClock(read_clock)
    heard = store.look(pulses.last, HEARD)
    if heard is not None:
        clock.move_to(heard[0])
    return clock


def _reason(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines() if error.orig else []
    return lines[0] if lines else type(error).__name__


def table_of(*columns: str) -> Table:
    """A table without lines, whose cells are folded and never cut off."""
    table = Table(box=None)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def many(number: int, of: str) -> str:
    """A number of things: 1 problem, 2 problems."""
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def say_json(value: Any) -> None:
    """Print one JSON value and nothing else. Instants are UTC with seconds and a Z."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain).encode())


def _plain(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


# ------------------------------------------------------------------------------ the study


def load_or_stop(settings: Settings, folder: Path | None = None) -> Study:
    """The study in that folder (default the configured one), or all its problems and the end."""
    loaded = load(folder or settings.study_folder)
    if loaded.study is None:
        show_problems(loaded.problems)
        stop(f"{many(len(loaded.problems), 'problem')}; nothing was changed.", Exit.STUDY_HAS_ERRORS)
    return loaded.study


def show_problems(problems: tuple[Problem, ...]) -> None:
    """All problems with their places."""
    err.print(render(problems), markup=False)


def ensure_published(settings: Settings, opened: Office) -> None:
    """The first command on an empty database puts the configured study in force; later ones never do."""
    if opened.store.look(studies.in_force) is not None:
        return
    study = load_or_stop(settings)
    opened.act_now(publish, "command:first use", study)
    err.print(
        f"Published {study.id} {study.hash[:12]} from {settings.study_folder} (nothing was in force yet).",
        markup=False,
    )


def bot_name(settings: Settings, opened: Office) -> str:
    """The bot's name for links: as Telegram last said of this token, else asked now."""
    known = opened.store.look(pulses.last, "bot")
    if known is not None and known[1].get("username") and _same_bot(settings, known[1].get("id")):
        return str(known[1]["username"])
    if settings.in_sandbox:
        return SANDBOX_BOT
    from probot.app.world import ask_name

    return ask_name(settings)


def _same_bot(settings: Settings, account: object) -> bool:
    token = settings.telegram_token
    return token is None or token.get_secret_value().startswith(f"{account}:")
