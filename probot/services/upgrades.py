"""What if the care team's group becomes another chat? Telegram does that when a group is upgraded to a supergroup.

The rule: alerts go on at once, in the chat that Telegram names; its messages count anew, so nothing there stands for what was
said in the old one; and a second person says that it is still the team's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from probot.services import alerting, audience
from probot.services.turn import Turn
from probot.store import people, pulses
from probot.store.records import Contact, Staff

MOVED = "moved"
"""The pulse that says which chat of the team nobody has confirmed yet, and who upgraded it; the alarm's key as well."""


def move(turn: Turn, contact: Contact, to: int, by: Staff | None = None) -> None:
    """A chat has another number now: tie it anew, once, on record. `by`: who upgraded it, if that is known."""
    if contact.chat == to or people.contact_in(turn.connection, to) is not None:
        return
    people.bind(
        turn.connection, principal=contact.principal, chat=to, account=contact.account, name=contact.name, handle="",
        language=contact.language, now=turn.now,
    )  # fmt: skip
    turn.note("chat moved", "contact", contact.id, reason="the group was upgraded")
    if contact.principal == people.TEAM:
        now = people.contact_of(turn.connection, people.TEAM)
        assert now is not None
        pulses.beat(turn.connection, MOVED, turn.now, {"contact": now.id, "by": by.id if by else ""})
        alerting.somebody_is_there(turn, people.TEAM, contact.language)


def known_by(turn: Turn, to: int, by: Staff | None) -> None:
    """Telegram says who upgraded a chat of which it was known already that it has moved."""
    found = _waits(turn.connection)
    team = people.contact_of(turn.connection, people.TEAM)
    if found and not found["by"] and by is not None and team is not None and team.chat == to:
        pulses.beat(turn.connection, MOVED, turn.now, {**found, "by": by.id})


def is_unconfirmed(connection: Connection) -> bool:
    """Whether nobody has said yet that the team's chat is still theirs."""
    return bool(_waits(connection))


def _waits(connection: Connection) -> dict[str, Any]:
    found, team = pulses.last(connection, MOVED), people.contact_of(connection, people.TEAM)
    waits = found is not None and found[1] and team is not None and found[1]["contact"] == team.id
    return dict(found[1]) if waits and found is not None else {}


def confirmed(turn: Turn, person: Staff) -> bool:
    """`person` says that it is still the team's. False if that is for somebody else to say: it was them who upgraded it."""
    found = _waits(turn.connection)
    others = [one for one in audience.able(turn, people.active_staff(turn.connection)) if one.id != person.id]
    if found and found["by"] == person.id and others:
        turn.note("tap refused", "alarm", MOVED, reason="upgraded by the same person")
        return False
    if found:
        pulses.beat(turn.connection, MOVED, turn.now)
        turn.note("team's chat confirmed", "contact", found["contact"], reason=person.name)
    return True
