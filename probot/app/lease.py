"""Who runs on this database? One process at a time: a second one would answer everything twice.

The rule: a holder that is alive is never pushed aside; one that is dead on this machine is followed at once, and
one elsewhere as soon as it has let its lease run out. Whoever has lost the lease stops.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from probot.app.office import Office
from probot.store import pulses
from probot.store.engine import in_words

log = logging.getLogger(__name__)

LIFE = timedelta(seconds=60)
QUICK_LIFE = timedelta(seconds=12)
"""Where others may stand by on other machines: so soon they follow one that died."""
LOOK_SECONDS = 1.0
NAME = "run"


class HeldElsewhere(Exception):
    """Another probot runs on this database; the text names it."""


class Lease:
    """The right to run on one database. `token` tells this holding of it from every other."""

    def __init__(self, office: Office, token: str, life: timedelta = LIFE) -> None:
        self._office = office
        self._token = token
        self._life = life
        self._holder = this_process()

    def take(self, waiting: Callable[[str], None], pause: Callable[[float], None] = time.sleep) -> None:
        """Take it, waiting for a holder of whom nobody here can tell whether they live. Raises `HeldElsewhere`.

        `waiting` is called once, with the holder in words, if there is something to wait for.
        """
        seen: pulses.Held | None = None
        while True:
            held = self._office.store.transact(self._take)
            if held is None:
                return
            renewed = seen is not None and held != seen
            if renewed or is_alive(held.holder):
                raise HeldElsewhere(said(held.holder))
            if seen is None:
                waiting(said(held.holder))
            seen = held
            pause(LOOK_SECONDS)

    async def wait(self) -> None:
        """Stand by until it is ours: as soon as its holder gives it back, is dead, or has let it run out."""
        while True:
            try:
                if await self._office.look(self._take) is None:
                    return
            except SQLAlchemyError as error:
                log.warning("the database does not answer", extra={"error": type(error).__name__})
            await asyncio.sleep(LOOK_SECONDS)

    async def keep(self, every: float | None = None) -> None:
        """Renew it for as long as probot runs. Raises `HeldElsewhere` once somebody else has taken it."""
        while True:
            await asyncio.sleep(self._life.total_seconds() / 4 if every is None else every)
            try:
                held = await self._office.look(self._take)
            except SQLAlchemyError as error:
                log.warning("the lease was not renewed", extra={"error": in_words(error)})
                continue
            if held is not None:
                raise HeldElsewhere(said(held.holder))

    def drop(self) -> None:
        """Give it back, if it is ours."""
        self._office.store.transact(pulses.drop_lease, NAME, self._token)

    def _take(self, connection: Connection) -> pulses.Held | None:
        """None if it is ours now, else who holds it."""
        held = pulses.lease_of(connection, NAME)
        if held is not None and is_dead(held.holder):
            pulses.drop_lease(connection, NAME, held.token)
        now = self._office.clock.now()
        if pulses.take_lease(connection, NAME, self._holder, self._token, now, self._life) is None:
            return None
        return pulses.lease_of(connection, NAME)


# ------------------------------------------------------------------------------ processes


def this_process() -> str:
    """This process as `machine/number/beginning`. Two that are equal in all three are the same process."""
    return f"{_machine()}/{os.getpid()}/{_began(os.getpid())}"


def said(holder: str) -> str:
    """A holder as people say it."""
    machine, number, _ = _taken_apart(holder)
    return f"process {number} on {machine.split('+', 1)[0]}"


def is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that is certainly gone."""
    machine, number, began = _taken_apart(holder)
    return machine == _machine() and not _runs(number, began)


def is_alive(holder: str) -> bool:
    """Whether the holder is a process of this machine that certainly runs."""
    machine, number, began = _taken_apart(holder)
    return machine == _machine() and _runs(number, began)


def _taken_apart(holder: str) -> tuple[str, int, str]:
    machine, number, began = (*holder.rsplit("/", 2), "", "")[:3]
    return machine, int(number) if number.isdecimal() else 0, began


def _machine() -> str:
    """This host, this boot of it and, in a container, this container: whose process numbers are comparable."""
    boot = _read(Path("/proc/sys/kernel/random/boot_id"))[:8]
    try:
        space = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        space = ""
    return f"{socket.gethostname()[:32]}+{boot}+{space}"


def _runs(number: int, began: str) -> bool:
    if number <= 0:
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return _began(number) == began


def _began(number: int) -> str:
    """When a process began, in ticks since the machine did; empty where the system does not say.

    A process that has ended and whose parent has not asked for it yet did not begin at any time.
    """
    fields = _read(Path(f"/proc/{number}/stat")).rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 and fields[0] not in {"Z", "X"} else ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
