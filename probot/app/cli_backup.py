"""Which commands are about backups? `backup` makes one, `restore` puts one in place, `hold` and `release` keep a database back and let it go on.

The rule: a restored database sends and receives nothing until the operator has said that it may; nothing is deleted.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from probot.app.build import prepare_folder, read_clock
from probot.app.desk import (
    AsJson,
    Exit,
    office,
    open_office,
    out,
    say_json,
    settings_or_stop,
    stop,
    warn,
    warn_of_little,
)
from probot.app.lease import NAME, is_dead, said
from probot.app.office import Office
from probot.app.settings import Settings
from probot.flows.commands import STOP_LEVELS, StopLevel
from probot.services import invite, quarantine, withdraw
from probot.services.invite import NotPossible
from probot.services.quarantine import HeldBack
from probot.services.turn import Turn
from probot.services.watch import BACKUP
from probot.store import files, people, pulses
from probot.store.engine import Store
from probot.store.files import NotUsable
from probot.store.room import in_units, room_in

PANEL = "Data and health"
RESTORED = "a backup was put in its place"
SINCE = "known from the database that was there before the backup was put in its place"
Known = tuple[list[tuple[str, StopLevel]], list[str]]
STEPS = """
Nothing is received or sent until it is let go on. Before that, enter again what happened since then:
  probot withdraw CODE --reason …    everybody who has withdrawn: else they are asked again
  probot staff remove NAME           everybody who has left the team
Then:
  probot release --checked
"""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(backup)
    app.command(rich_help_panel=PANEL)(restore)
    app.command(rich_help_panel=PANEL)(hold)
    app.command(rich_help_panel=PANEL)(release)


def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where the copy goes; one of that name is replaced.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Copy an SQLite database while probot runs, check the copy, and note when that was."""
    with office(makes=False) as (settings, opened):
        place = _place_or_stop(settings, "Back PostgreSQL up with pg_dump.")
        try:
            files.copy_of(place, file)
        except NotUsable as error:
            stop(str(error), Exit.NOT_POSSIBLE)
        except (OSError, sqlite3.Error) as error:
            stop(f"{file}: {getattr(error, 'strerror', None) or error}", Exit.NOT_POSSIBLE)
        opened.store.transact(pulses.beat, BACKUP, opened.clock.now())
        size, room = file.stat().st_size, room_in(file.absolute().parent, settings.least)
    if as_json:
        say_json({"file": file, "bytes": size})
    else:
        out.print(
            f"{file}: {in_units(size)}, whole. Keep it elsewhere, and as safe as the database.", markup=False
        )
    warn_of_little(room)


def _place_or_stop(settings: Settings, instead: str) -> Path:
    place = files.file_of(settings.database)
    if place is None:
        stop(f"This is for SQLite. {instead}", Exit.NOT_POSSIBLE)
    return place


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup, an SQLite file.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Put a backup of an SQLite database in place and hold it back; what lay there is kept beside it."""
    settings = settings_or_stop()
    place = _place_or_stop(settings, "Restore PostgreSQL with pg_restore, then: probot hold")
    try:
        files.assert_whole(file)
        known = _known_here(place, settings.database)
        prepare_folder(settings.database)
        aside = files.put_in_place(file, place, f"before-{read_clock():%Y%m%dT%H%M%S}")
    except (NotUsable, NotPossible) as error:
        stop(str(error), Exit.NOT_POSSIBLE)
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}", Exit.NOT_POSSIBLE)
    with open_office(settings) as opened:
        held = opened.act_now(quarantine.begin, "command:restore", RESTORED)
        ended, left = _enter_again(opened, known)
    if as_json:
        say_json({"as_of": held.as_of, "aside": aside, "withdrawn": ended, "left": left})
        return
    if aside is not None:
        out.print(f"What was there before is kept as {aside}.", markup=False)
    for line in (
        *(f"{code} is withdrawn" for code in ended),
        *(f"{name} has left the team" for name in left),
    ):
        out.print(f"{line}: {SINCE}.", markup=False)
    _say_what_to_do(held)


def hold(
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the trail.")] = "the operator said so",
    as_json: AsJson = False,
) -> None:
    """Hold this database back: the next `run` receives and sends nothing until `release`."""
    with office(makes=False) as (_, opened):
        _stop_if_it_runs(opened.store)
        held = opened.act_now(quarantine.begin, "command:hold", reason)
    if as_json:
        say_json({"since": held.since, "why": held.why, "as_of": held.as_of})
    else:
        _say_what_to_do(held)


def release(
    *,
    checked: Annotated[
        bool,
        typer.Option(
            "--checked", metavar="", help="Whoever has withdrawn or left since has been entered again."
        ),
    ] = False,
    moved: Annotated[
        bool,
        typer.Option(
            "--moved", metavar="", help="It is no old copy: nothing is missing, and what waits may go."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let a database go on that was held back. Old messages are dropped, open alerts are told anew."""
    with office(makes=False) as (_, opened):
        held = opened.store.look(quarantine.standing)
        if held is not None and not (checked or moved):
            _say_what_to_do(held)
            stop("It is still held back.", Exit.NOT_POSSIBLE)
        done = opened.act_now(quarantine.release, "command:release", keeps_messages=moved)
    if as_json:
        say_json({"as_of": done.as_of, "dropped": done.dropped, "told_anew": done.told_anew})
    else:
        out.print(
            f"It goes on. {done.dropped} old messages are not sent; {done.told_anew} open alerts are told anew.",
            markup=False,
        )


def _say_what_to_do(held: HeldBack) -> None:
    out.print(
        f"This database is held back: {held.why}. What happened after {held.last} is not in it.", markup=False
    )
    out.print(STEPS, markup=False)


# ------------------------------------------------------------------------------ what the former database knew


def _known_here(place: Path, url: str) -> Known:
    """Who has withdrawn (code, level) and who has left, by the database that is there now, if it can be read."""
    if not place.exists() or not place.stat().st_size:
        return [], []
    store = Store(url)
    try:
        _stop_if_it_runs(store)
        return store.look(_ended), store.look(_left)
    except SQLAlchemyError:
        warn("The database that is there cannot be read: who has withdrawn since is not known from it.")
        return [], []
    finally:
        store.close()


def _stop_if_it_runs(store: Store) -> None:
    held = store.look(pulses.lease_of, NAME)
    if held is not None and held.until > read_clock() and not is_dead(held.holder):
        raise NotPossible(f"probot runs on this database: {said(held.holder)}. Stop it first.")


def _ended(connection: Connection) -> list[tuple[str, StopLevel]]:
    return [
        (one.code, next((level for level in STOP_LEVELS if level == one.ended_level), "questions"))
        for one in people.all_enrolments(connection)
        if one.status == "withdrawn"
    ]


def _left(connection: Connection) -> list[str]:
    return [person.name for person in people.all_staff(connection) if person.status == "left"]


def _enter_again(opened: Office, known: Known) -> tuple[list[str], list[str]]:
    """Withdrawals and departures that the copy does not know of."""
    ended = [
        code
        for code, level in known[0]
        if opened.act_now(_withdrawn_again, f"command:restore:{code}", code, level)
    ]
    left = [name for name in known[1] if opened.act_now(_removed_again, f"command:restore:{name}", name)]
    return ended, left


def _withdrawn_again(turn: Turn, code: str, level: StopLevel) -> bool:
    there = people.by_code(turn.connection, code)
    if there is None or there.status in {"withdrawn", "completed"}:
        return False
    withdraw.by_code(turn, code, level, SINCE)
    return True


def _removed_again(turn: Turn, name: str) -> bool:
    there = people.staff_by_name(turn.connection, name)
    if there is None or there.status == "left":
        return False
    invite.remove_staff(turn, name, SINCE)
    return True
