"""How do several senders keep the channel's limits together? Each tells the others what it sends, and listens first.

The rule: whoever claims looks first at what the others have sent, and leaves word before anybody else may look; a chat
that asked one of them for patience gets it from all.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from probot.services.pace import Pace
from probot.store import people, sending
from probot.store.records import Outgoing
from probot.store.sending import Happened

Result = TypeVar("Result")
FORGET_EVERY = timedelta(seconds=10)


class SharedPace:
    """What this process knows of the others' sending, and they of its own. `pace`: its own and, by and by, theirs."""

    def __init__(self, pace: Pace, process: str) -> None:
        self._pace = pace
        self._process = process
        self._seen = 0
        self._forgot: datetime | None = None
        self._news: deque[Happened] = deque()
        self._told = 0
        self._guard = threading.Lock()

    def say(self, happened: Happened) -> None:
        """Have the others know with the next claim."""
        self._news.append(happened)

    def counting(self, count: Callable[[], Result]) -> Result:
        """Look at or change the pace, which a claim in another thread may be reading."""
        with self._guard:
            return count()

    def listen(self, connection: Connection) -> None:
        """Learn what the others have sent. From here to the end of the transaction nobody else claims."""
        sending.alone(connection)
        seen, others = sending.since(connection, self._seen, self._process)
        with self._guard:
            for happened in others:
                _count(self._pace, happened)
            self._seen = seen

    def tell(
        self, connection: Connection, claimed: Sequence[Outgoing], now: datetime, *, tried: bool
    ) -> None:
        """Leave word of what was claimed, and of what happened since the last time. `tried`: although all rest."""
        told = [Happened(_kind(row), row.recipient, now) for row in claimed]
        if tried and claimed:
            told.append(Happened("tried", "", now))
        news = list(self._news)
        self._told = len(news)
        sending.tell(connection, self._process, [*news, *told])
        if self._forgot is None or abs(now - self._forgot) > FORGET_EVERY:
            sending.forget(connection, now)
            self._forgot = now

    def committed(self) -> None:
        """What was told is there for the others. Until this is called it is told again with the next claim."""
        for _ in range(self._told):
            self._news.popleft()
        self._told = 0


def _kind(row: Outgoing) -> sending.Kind:
    if row.recipient == people.TEAM or row.recipient.startswith("chat:-"):
        return "group"
    return "edit" if row.kind == "edit" else "sent"


def _count(pace: Pace, happened: Happened) -> None:
    match happened:
        case Happened("sent" | "group" | "edit" as kind, recipient, at):
            pace.sent(recipient, at, group=kind == "group", edit=kind == "edit")
        case Happened("arrived", recipient, at):
            pace.arrived(recipient, at)
        case Happened("rest", recipient, _, datetime() as until):
            pace.rest(recipient, until)
        case Happened("rest all", _, _, datetime() as until):
            pace.rest_all(until)
        case Happened("tried", _, at):
            pace.tried(at)
