"""What if the database is an old copy of itself? Nothing is received, asked or sent until the operator has looked.

The rule: what waited to be sent in the copy is not sent again, because it most likely was; what is open is told anew, because
nobody knows what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from probot.alerts.ladder import CARE_TEAM
from probot.alerts.staff import goes_on_from_a_copy
from probot.services import alerting, audience, receive
from probot.services.invite import NotPossible
from probot.services.receive import HEARD
from probot.services.tick import LOOKED
from probot.services.turn import Turn
from probot.store import alerts, outbox, people, pulses

HELD = "held_back"
"""The pulse that says since when this database is held back; it has a detail only while it is."""
BEFORE = "it waited in a restored copy"


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Since when, why, and the last sign of life in the copy (None: it never lived)."""

    since: datetime
    why: str
    as_of: datetime | None

    @property
    def last(self) -> str:
        """That last sign, for the operator."""
        return f"{self.as_of:%Y-%m-%d %H:%M} UTC" if self.as_of is not None else "a time nobody knows"


@dataclass(frozen=True, slots=True)
class Released:
    """What came of letting it go on."""

    as_of: datetime | None
    dropped: int
    told_anew: int


def standing(connection: Connection) -> HeldBack | None:
    """Why the database is held back, if it is."""
    found = pulses.last(connection, HELD)
    if found is None or not found[1]:
        return None
    as_of = found[1]["as_of"]
    return HeldBack(found[0], str(found[1]["why"]), datetime.fromisoformat(as_of) if as_of else None)


def begin(turn: Turn, why: str) -> HeldBack:
    """From now on the database is held back. One that is already stays so for the first reason."""
    before = standing(turn.connection)
    if before is not None:
        return before
    signs = [found[0] for name in (HEARD, LOOKED) if (found := pulses.last(turn.connection, name))]
    as_of = max(signs, default=None)
    detail = {"why": why, "as_of": as_of.isoformat() if as_of else ""}
    pulses.beat(turn.connection, HELD, turn.now, detail)
    turn.note("held back", "database", HELD, old=detail["as_of"] or None, reason=why)
    return HeldBack(turn.now, why, as_of)


def release(turn: Turn, *, keeps_messages: bool = False) -> Released:
    """It goes on. `keeps_messages`: nothing is missing from it, so that what waits may go. Raises `NotPossible`."""
    held = standing(turn.connection)
    if held is None:
        raise NotPossible("nothing is held back: this database goes on as it is")
    dropped = 0 if keeps_messages else outbox.drop_all(turn.connection, held.since, BEFORE)
    told = 0
    for alert in sorted(alerts.standing(turn.connection), key=lambda one: one.id):
        if alert.state == "open" and not keeps_messages:
            alerting.recount(turn, alert.id, timedelta(), "restored from a copy", at_once=False)
            told += 1
    if not keeps_messages:
        # However short the time was: a question that has just been dropped stands open and has not been asked.
        receive.ask_again(turn.connection, turn.now, held.as_of or held.since)
    pulses.beat(turn.connection, HELD, turn.now, None)
    turn.note("let go on", "database", HELD, new={"dropped": dropped, "told anew": told}, reason=held.why)
    if not keeps_messages and (people.active_staff(turn.connection) or audience.chat_of_team(turn)):
        for recipient, language in audience.readers(turn, CARE_TEAM, None):
            words = goes_on_from_a_copy(turn.study, held.as_of, language)
            turn.say(recipient, words, lane="alert", purpose="notice")
    return Released(held.as_of, dropped, told)
