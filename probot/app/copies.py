"""How does probot notice that its database is an old copy of itself? By what is written beside it, and by where it lies.

The rule: what is written beside the file is never ahead of the file by itself, so a crash is no copy; and whoever copies a
backup over the file, or brings one from elsewhere, is noticed at the next start without having said so.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from probot.app.office import Office
from probot.services import quarantine
from probot.services.turn import Turn
from probot.store import pulses
from probot.store.files import file_of

log = logging.getLogger(__name__)

Given = ParamSpec("Given")
Result = TypeVar("Result")

LIFE = "life"
"""The pulse that counts how long this database has been worked on, or says on which server it lies."""
EVERY_SECONDS = 60.0
OLDER = "the file is older than what has run here"
ELSEWHERE = "it comes from another place"


@dataclass(frozen=True, slots=True)
class Life:
    """One life of a database: its name, and how far it has come."""

    key: str
    count: int


def note_beside(url: str) -> Path | None:
    """The file beside an SQLite database that says how far its life has come; None for a server's."""
    file = file_of(url)
    return None if file is None else file.with_name(f"{file.name}.life")


def look(office: Office, new_key: Callable[[], str]) -> None:
    """At a start, alone on the database: if it is an old copy, it is held back from now on (`services.quarantine`)."""
    beside = note_beside(office.store.url)
    if beside is None:
        _in(office, _of_server, office.store.place())
        return
    life = _in(office, _of_file, _read(beside), new_key())
    _write(beside, life)
    _in(office, _begun, life)


def _in(
    office: Office, act: Callable[Concatenate[Turn, Given], Result], *args: Given.args, **named: Given.kwargs
) -> Result:
    return office.store.transact(
        lambda connection: act(Turn(connection, office.studies, office.clock.now(), "start"), *args, **named)
    )


def _begun(turn: Turn, life: Life) -> None:
    """Only once it stands beside the file: a start that dies in between has begun no life."""
    if _life(turn.connection) != life:
        _keep(turn.connection, turn.now, life)


def _of_server(turn: Turn, place: str) -> None:
    known = _life(turn.connection)
    if known is not None and known.key != place:
        quarantine.begin(turn, ELSEWHERE)
    lies_at(turn.connection, turn.now, place)


def lies_at(connection: Connection, now: datetime, place: str) -> None:
    """Note on which server this database lies."""
    _keep(connection, now, Life(place, 0))


def _of_file(turn: Turn, lived: Life | None, new_key: str) -> Life:
    known = _life(turn.connection)
    if known is not None and (lived is None or lived.key != known.key):
        quarantine.begin(turn, ELSEWHERE)
    elif known is not None and lived is not None and lived.count > known.count:
        quarantine.begin(turn, OLDER)
    else:
        return known or Life(new_key, 0)
    return _keep(turn.connection, turn.now, Life(new_key, 0))


def _keep(connection: Connection, now: datetime, life: Life) -> Life:
    pulses.beat(connection, LIFE, now, asdict(life))
    return life


def counted(connection: Connection, now: datetime) -> Life | None:
    """It has come one step further."""
    known = _life(connection)
    return None if known is None else _keep(connection, now, Life(known.key, known.count + 1))


async def count_on(office: Office, beside: Path) -> None:
    """One step further: first in the database, then beside it."""
    life = await office.look(counted, office.clock.now())
    if life is not None:
        _write(beside, life)


def _life(connection: Connection) -> Life | None:
    known = pulses.last(connection, LIFE)
    return None if known is None else Life(**known[1])


async def go_on(office: Office) -> None:
    """Count on until cancelled."""
    beside = note_beside(office.store.url)
    while beside is not None:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await count_on(office, beside)
        except (SQLAlchemyError, OSError) as error:
            log.warning("how far this database has come was not noted", extra={"error": type(error).__name__})
    await asyncio.Event().wait()


def _read(beside: Path) -> Life | None:
    try:
        found = json.loads(beside.read_text(encoding="utf-8"))
        return Life(str(found["key"]), int(found["count"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(beside: Path, life: Life) -> None:
    """Whole or not at all, and on the disk before anything else is done."""
    draft = beside.with_name(f"{beside.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(life), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(beside)
