"""Where do the objects meet? Here, and nowhere else: the database, the clock, the dice, the channel, the loops.

The rule: the only module that reads the machine's clock or makes a random number.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from probot.app.bell import Bell
from probot.app.clocks import DatabaseClock, SystemClock
from probot.app.hearing import Hearing
from probot.app.office import Office
from probot.app.roles import Role
from probot.app.runtime import Runtime
from probot.app.sender import Sender
from probot.app.shared_pace import SharedPace
from probot.app.ticker import Ticker
from probot.app.worker import Worker
from probot.ports import Channel, Clock, Incoming
from probot.services.pace import Pace
from probot.store.engine import Store
from probot.store.files import file_of
from probot.store.migrate import upgrade
from probot.store.records import Arrived
from probot.telegram.decode import Myself, decode


def read_clock() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


def read_steadily() -> float:
    """Seconds that only ever grow, whatever is done to the clock; while the machine sleeps they may stand still."""
    return time.monotonic()


def system_clock() -> SystemClock:
    """The clock of everything but the sandbox."""
    return SystemClock(read_clock)


def clock_of(store: Store) -> Clock:
    """The clock of whoever works on this database: on PostgreSQL its own, which all who work there share."""
    if store.is_sqlite:
        return system_clock()
    clock = DatabaseClock(read_steadily)
    store.look(clock.look)
    return clock


def new_process_name() -> str:
    """What the claims of one process begin with."""
    return secrets.token_hex(4)


def claim_tokens(process: str) -> Callable[[], str]:
    """What proves that a claim is ours, and whose it was if we die."""
    return lambda: process + secrets.token_hex(12)


def new_invitation_token() -> str:
    """192 random bits in the alphabet of Telegram's deep links, 32 characters."""
    return secrets.token_urlsafe(24)


def new_claim_token() -> str:
    """What proves that a claim is ours."""
    return secrets.token_hex(16)


def open_store(url: str) -> Store:
    """The database, brought to the newest schema; an SQLite file and its folder are made."""
    prepare_folder(url)
    upgrade(url)
    return Store(url)


def prepare_folder(url: str) -> None:
    """Make the folder that an SQLite file lies in, and the file; what is made is its owner's alone. Raises OSError."""
    file = file_of(url)
    if file is None:
        return
    if not file.parent.is_dir():
        file.parent.mkdir(mode=0o700, parents=True)
    if not file.exists():
        file.touch(mode=0o600)


@dataclass(slots=True)
class Reader:
    """Reads raw updates; it has to know who the bot itself is."""

    myself: Myself

    def __call__(self, arrived: Arrived) -> Incoming:
        """The update as a value. Never raises."""
        return decode(arrived.raw, arrived.received_at, self.myself)


def build_runtime(
    store: Store, clock: Clock, channel: Channel, reader: Reader, heard: Callable[[], datetime | None],
    pace: Pace | None, beside: Channel, *, role: Role = "all", process: str = "", in_threads: bool = True,
) -> Runtime:  # fmt: skip
    """The running parts around one database and one channel. `process`: its name among others on the same database.

    `in_threads`: as for `Office`; simulated days need none.
    """
    office = Office(store, clock, in_threads=in_threads)
    token = claim_tokens(process) if process else new_claim_token
    bell = Bell(store.connect_arguments(), process) if process and not store.is_sqlite else None
    shared = SharedPace(pace, process) if pace is not None and bell is not None else None
    return Runtime(
        office,
        Worker(office, channel, reader, token),
        Sender(office, channel, token, pace, shared=shared),
        Ticker(office, token, heard, elsewhere=role == "work"),
        Sender(office, beside, token, None, ("outside",)),
        Hearing(office, heard) if role == "receive" else None,
        bell,
    )
