"""When is anybody called beside the messenger? On their rung, and when an urgent alert has no receipt in 2 minutes.

The rule: a call is a row like any message, written in the transaction that tells of the alert; when it comes due it
looks whether it is still needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from probot.alerts.model import Alert
from probot.alerts.outside import WhyCalled, alert_call, marked_copy, subject_and_text
from probot.ports import NO_ADDRESS, Call, CallKind, Later, Outcome, Refused, Sent, Unknown
from probot.services import audience
from probot.services.turn import Turn
from probot.store import alerts, calls, outbox, people, pulses, receipts
from probot.store.receipts import OUTSIDE
from probot.store.records import Enrolment, Outgoing
from probot.study.model import OutsidePath, Study

UNHEARD = timedelta(seconds=120)
"""An urgent alert of which the messenger has given no receipt for this long is called beside it."""
IF_UNHEARD = "if unheard"
"""Marks a call that is needed only if the messenger stays silent."""
AGAIN_AFTER_REFUSAL = timedelta(minutes=5)
"""A path that refuses is tried again: what is wrong there can be mended while an alert waits."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
LONGEST_WITHOUT_ADDRESS = timedelta(hours=1)
"""How seldom it is looked, in the end, whether a path has an address by now; the next start looks at once."""
TAKEN = "somebody has taken it meanwhile"
HEARD = "the messenger brought it"


def call(
    turn: Turn, study: Study, enrolment: Enrolment, alert: Alert, recipient: str, why: WhyCalled
) -> None:
    """Call on this path (`path:NAME`), now."""
    path = turn.study.paths[recipient.removeprefix(OUTSIDE)]
    calls.supersede_alert(turn.connection, recipient, alert.id)
    message = alert_call(study, alert, enrolment.code, _language(turn, path), why)
    turn.say(recipient, message, lane="outside", purpose="alert", alert_id=alert.id)


def stand_by(turn: Turn, study: Study, enrolment: Enrolment, alert: Alert, told: Sequence[str]) -> None:
    """The messenger is about to tell these names: if it brings nothing, the paths that reach them are called."""
    if alert.tier != "urgent":
        return
    for path in turn.study.paths.values():
        if path.id in told or not _reaches(path, told):
            continue
        recipient = f"{OUTSIDE}{path.id}"
        if receipts.waits(turn.connection, recipient, alert.id, IF_UNHEARD):
            continue  # one stands by already, and its two minutes are not to begin anew
        message = alert_call(study, alert, enrolment.code, _language(turn, path), "unheard")
        turn.say(
            recipient, message, lane="outside", purpose="alert", alert_id=alert.id, item=IF_UNHEARD,
            not_before=turn.now + UNHEARD,
        )  # fmt: skip


def _language(turn: Turn, path: OutsidePath) -> str:
    return path.language or audience.language_of(turn, people.TEAM)


def _reaches(path: OutsidePath, told: Sequence[str]) -> bool:
    return bool(told) and (not path.reaches or any(name in path.reaches for name in told))


def address(turn: Turn, row: Outgoing) -> Call | None:
    """What the claimed row calls now. None: it is not needed any more, and that is on record."""
    path = turn.study.paths.get(row.recipient.removeprefix(OUTSIDE))
    alert = alerts.find(turn.connection, row.alert_id) if row.alert_id else None
    why_not = "the study has no such path" if path is None else _why_not(turn, row, alert)
    if why_not or path is None:
        outbox.drop(turn.connection, row, why_not)
        return None
    enrolment = people.by_id(turn.connection, alert.enrolment) if alert is not None else None
    subject, text = subject_and_text(row.message)
    kind: CallKind = "alert" if alert is not None else _kind(row)
    if row.repeat:
        subject = marked_copy(subject, _language(turn, path))
    return Call(
        path.id, path.by, row.id, kind, turn.study.id, subject, text, turn.now,
        enrolment.code if enrolment else "", alert.tier if alert else "", row.repeat,
    )  # fmt: skip


def _kind(row: Outgoing) -> CallKind:
    named: dict[str, CallKind] = {"test": "test", "over": "over"}
    return named.get((row.item or "").partition(":")[0], "trouble")


def _why_not(turn: Turn, row: Outgoing, alert: Alert | None) -> str:
    if alert is None:
        return ""
    if alert.state != "open":
        return TAKEN
    if row.item == IF_UNHEARD and receipts.heard_of(turn.connection, alert.id, row.created_at):
        return HEARD
    return ""


def note_outcome(turn: Turn, row: Outgoing, outcome: Outcome) -> None:
    """Write down how the call went; whatever was not taken is tried again until the alert is."""
    match outcome:
        case Sent():
            if outbox.sent(turn.connection, row, turn.now, None, None):
                receipts.went(turn.connection, row.recipient, turn.now)
                _trail(turn, row)
            return
        case Later(seconds, reason):
            wait = timedelta(seconds=seconds)
            if reason == NO_ADDRESS:
                wait = _pause(row, wait, LONGEST_WITHOUT_ADDRESS)
            outbox.again(turn.connection, row, turn.now + wait, reason)
        case Unknown(reason):
            outbox.again(turn.connection, row, turn.now + _pause(row), reason, repeat=True)
        case Refused(reason):
            outbox.again(turn.connection, row, turn.now + AGAIN_AFTER_REFUSAL, reason)
        case _:
            reason = type(outcome).__name__
            outbox.bury(turn.connection, row, reason)
    receipts.went_not(turn.connection, row.recipient, turn.now, reason)


def _trail(turn: Turn, row: Outgoing) -> None:
    alert = alerts.find(turn.connection, row.alert_id) if row.alert_id else None
    enrolment = people.by_id(turn.connection, alert.enrolment) if alert is not None else None
    about, key = ("message", row.id) if alert is None else ("alert", alert.id)
    turn.note(
        "called beside the messenger", about, key, code=enrolment.code if enrolment else "",
        field=row.recipient.removeprefix(OUTSIDE), reason=row.item or "",
    )  # fmt: skip


def _pause(row: Outgoing, first: timedelta = FIRST_PAUSE, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """Twice as long each time."""
    doubled: int = 2 ** min(row.attempts - 1, 10)
    return min(longest, first * doubled)


def lead_to(connection: Connection, now: datetime, known: Mapping[str, str]) -> None:
    """Probot has started, and these paths (by name, and how they are carried) lead somewhere: what waited for that goes now."""
    pulses.beat(connection, receipts.ADDRESSES, now, dict(known))
    outbox.let_go(connection, now, NO_ADDRESS, [f"{OUTSIDE}{name}" for name in known])
