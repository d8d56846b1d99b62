"""What if a message can never be sent? It is put aside, and whatever it was to bring about comes about another way.

The rule: nothing here relies on the message itself, which may be what is wrong. What an alert's message can no longer say
is said anew from the alert, whose ladder goes on; and the team hears that something was put aside.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from probot.alerts.model import Alert
from probot.alerts.rules import signal_hits
from probot.messages import Message
from probot.services import alerting, audience, enquire, outside, storm, telling
from probot.services.turn import Turn
from probot.store import alerts, outbox, people, pulses, threads
from probot.store.receipts import OUTSIDE
from probot.store.records import Outgoing

TRIES = 5
"""Attempts that a message may fail in through a defect of ours before it is put aside."""
MUST_ARRIVE = frozenset({"alert", "notice", "safety"})
"""Sent again whenever it is unknown whether they arrived."""
PUT_ASIDE = "message_put_aside"
"""The pulse that says when a message to the care team was last put aside that nobody can read; its detail names it."""
SAID_FOR = timedelta(hours=24)


def refused(turn: Turn, row: Outgoing, reason: str) -> None:
    """It will never be taken as it is."""
    if not outbox.bury(turn.connection, row, reason):
        return
    turn.note("message refused", "message", row.id, reason=reason)
    if row.purpose == "enquiry":
        enquire.not_delivered(turn, row, reason)
    if row.recipient.startswith("participant:") and row.purpose in {"question", "reminder", "safety"}:
        enrolment = people.by_id(turn.connection, row.recipient.removeprefix("participant:"), lock=True)
        if enrolment is not None:
            found = signal_hits(turn.study, "undelivered", detail=reason)
            alerting.raise_all(turn, turn.study, enrolment, found, tell=False)
    elif row.kind == "post" and row.purpose in MUST_ARRIVE:
        if not isinstance(row.content, Message):
            _say_anew(turn, row)
        elif row.content.buttons or row.content.quote:
            # Whatever it was that the channel would not take: the words alone are better than nothing.
            words = Message(row.content.text)
            outbox.copy_to(turn.connection, row, row.recipient, turn.now, content=words)
        else:
            alerting.pass_on(turn, row, reason)


def failed(turn: Turn, row: Outgoing, fault: str) -> None:
    """A defect of ours kept it from being sent: again after a while, and after some tries as if it were refused.

    A call beside the messenger is tried on while its words can be read.
    """
    tried_on = row.recipient.startswith(OUTSIDE) and isinstance(row.content, Message)
    if row.attempts < TRIES or tried_on:
        outbox.again(turn.connection, row, turn.now + timedelta(seconds=10 * row.attempts), fault)
    else:
        refused(turn, row, fault)


def put_aside(turn: Turn, row: Outgoing, why: str) -> None:
    """What would follow from its refusal fails as well: it is over, and the team hears that much."""
    if outbox.bury(turn.connection, row, why):
        turn.note("message refused", "message", row.id, reason=why)
        _tell(turn, row)


def _say_anew(turn: Turn, row: Outgoing) -> None:
    """Nobody can read it any more: what it told of and nobody has is said to the same reader as it stands now."""
    _tell(turn, row)
    if row.purpose != "alert":
        return
    language = audience.language_of(turn, row.recipient)
    if row.alert_id is None:
        listed = [
            key
            for key in threads.listed(turn.connection, row.id)
            if _waits(alerts.find(turn.connection, key))
        ]
        if listed:
            storm.say_together(turn, row.recipient, language, listed, storm.ROUND)
        return
    held = alerting.hold(turn, row.alert_id)
    if held is None or not _waits(held[2]):
        return
    if row.recipient.startswith(OUTSIDE):
        outside.call(turn, *held, row.recipient, "rung")
    else:
        words = telling.shown(turn, *held, language)
        outbox.copy_to(turn.connection, row, row.recipient, turn.now, content=words)


def _waits(alert: Alert | None) -> bool:
    return alert is not None and alert.state == "open"


def _tell(turn: Turn, row: Outgoing) -> None:
    if row.kind == "post" and row.purpose in {"alert", "notice"}:
        pulses.beat(turn.connection, PUT_ASIDE, turn.now, {"message": row.id, "alert": row.alert_id})


def lately(connection: Connection, now: datetime) -> bool:
    """Whether a message to the care team was put aside within the last day."""
    return pulses.lately(connection, PUT_ASIDE, now, SAID_FOR)
