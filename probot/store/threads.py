"""Which alert does a reply belong to? The messages around an alert, and what each of them waits for.

The rule: a reply counts in the chat that the message went to and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from probot.messages import Message
from probot.store import together
from probot.store.alerts import STANDING
from probot.store.among import among
from probot.store.records import Contact
from probot.store.tables import alert, outbox
from probot.store.tables_alerts import alert_thread
from probot.study.model import Tier

Kind = Literal["alert", "question", "answer", "reason", "list"]
"""alert: the alert itself. The others as in the table."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A message that a reply can be given to. `detail`: for a question, the chat it was asked from; for a reason, the
    button that it is for.
    """

    message: str
    alert: str
    kind: Kind
    recipient: str
    detail: str = ""
    staff: str | None = None
    settled: bool = False


def add(
    connection: Connection, *, message: str, alerts: Iterable[str], kind: Kind, recipient: str, now: datetime,
    detail: str = "", staff: str | None = None,
) -> None:  # fmt: skip
    """Remember what a message is about."""
    for one in alerts:
        connection.execute(
            insert(alert_thread).values(
                message_id=message, alert_id=one, kind=kind, recipient=recipient, detail=detail, staff_id=staff,
                created_at=now,
            )
        )  # fmt: skip


def settle(connection: Connection, message: str, now: datetime) -> None:
    """What the message waited for has come."""
    connection.execute(
        update(alert_thread).where(alert_thread.c.message_id == message).values(settled_at=now)
    )


def of_message(connection: Connection, message: str) -> Thread | None:
    """What the outbox row of that id is about, if it belongs to an alert's talk; of a list, one of its alerts."""
    its = select(alert_thread).where(alert_thread.c.message_id == message).order_by(alert_thread.c.alert_id)
    row = connection.execute(its).first()
    return None if row is None else _thread(row)


def replied_to(connection: Connection, contact: Contact, number: int) -> Thread | None:
    """What the channel's message of that number in this chat is about: an alert (its words or its picture), or something
    around one.
    """
    message = connection.execute(_numbered(contact, number)).first()
    if message is None:
        return None
    found = of_message(connection, message.id)
    if found is not None:
        return found
    if message.alert_id is None:
        return None
    return Thread(message.id, message.alert_id, "alert", contact.principal)


def is_ours(connection: Connection, contact: Contact, number: int) -> bool:
    """Whether the message of that number in this chat is one of probot's own, whatever it is about."""
    return connection.execute(_numbered(contact, number, "file")).first() is not None


def _numbered(contact: Contact, number: int, *others: str) -> Select[Any]:
    return select(outbox.c.id, outbox.c.alert_id).where(
        outbox.c.recipient == contact.principal, outbox.c.contact_id == contact.id, outbox.c.number == number,
        outbox.c.kind.in_(("post", "photo", *others)),
    )  # fmt: skip


class Pending(NamedTuple):
    """A question that has no answer yet: when it was asked, when it arrived, and whether its alert is closed by now."""

    thread: Thread
    asked_at: datetime
    sent_at: datetime
    past: bool


def open_question(connection: Connection, recipient: str, since: datetime) -> Pending | None:
    """The newest question to a participant that has arrived, is not answered yet and was asked after `since`; one about
    a closed alert only if there is no other.
    """
    if together.known(connection, "alert_thread", recipient) is False:
        return None
    wanted = (
        select(alert_thread, outbox.c.sent_at, alert.c.state)
        .join(outbox, outbox.c.id == alert_thread.c.message_id)
        .join(alert, alert.c.id == alert_thread.c.alert_id)
        .where(
            alert_thread.c.recipient == recipient, alert_thread.c.kind == "question",
            alert_thread.c.settled_at.is_(None), alert_thread.c.created_at >= since, outbox.c.state == "sent",
        )
        .order_by(STANDING.desc(), alert_thread.c.created_at.desc())
        .limit(1)
    )  # fmt: skip
    row = connection.execute(wanted).first()
    return (
        None
        if row is None
        else Pending(_thread(row), row.created_at, row.sent_at or row.created_at, row.state == "closed")
    )


def reasons_awaited(connection: Connection, recipient: str, staff: str, since: datetime) -> list[Thread]:
    """The requests for a reason to somebody in this chat that have arrived, were made after `since` and have no answer
    yet; the newest first.
    """
    wanted = (
        select(alert_thread)
        .join(outbox, outbox.c.id == alert_thread.c.message_id)
        .where(
            alert_thread.c.recipient == recipient, alert_thread.c.kind == "reason", alert_thread.c.staff_id == staff,
            alert_thread.c.settled_at.is_(None), alert_thread.c.created_at >= since, outbox.c.state == "sent",
        )
        .order_by(outbox.c.seq.desc())
    )  # fmt: skip
    return [_thread(row) for row in connection.execute(wanted)]


_ASKED = (
    select(alert_thread.c.recipient)
    .where(
        among(alert_thread.c.recipient, "told"), alert_thread.c.kind == "question", alert_thread.c.settled_at.is_(None)
    )
    .distinct()
)  # fmt: skip
_LISTED = (
    select(alert_thread.c.alert_id)
    .where(among(alert_thread.c.alert_id, "keys"), alert_thread.c.kind == "list")
    .distinct()
)


def fetch_questions(connection: Connection, recipients: Iterable[str]) -> None:
    """Find out at once to which of these a question stands that is not answered, for `open_question`."""
    wanted = sorted(set(recipients))
    asked = {to for (to,) in together.ask(connection, _ASKED, {"told": wanted})} if wanted else set()
    for recipient in wanted:
        together.learn(connection, "alert_thread", recipient, recipient in asked)


def _thread(row: Any) -> Thread:
    return Thread(
        row.message_id,
        row.alert_id,
        row.kind,
        row.recipient,
        row.detail,
        row.staff_id,
        row.settled_at is not None,
    )


# ------------------------------------------------------------------------------ many at once


class Waits(NamedTuple):
    """A message that waits to tell of an alert, and whether it will do so without a sound."""

    message: str
    alert: str
    silent: bool


def waiting(connection: Connection, recipient: str) -> list[Waits]:
    """What waits to tell a recipient of alerts that are not urgent; a list with each of its alerts."""
    columns = outbox.c.id, outbox.c.content
    singly = select(*columns, outbox.c.alert_id).where(outbox.c.purpose == "alert", *_waits(recipient))
    listed = (
        select(*columns, alert_thread.c.alert_id)
        .join(alert_thread, alert_thread.c.message_id == outbox.c.id)
        .where(alert_thread.c.kind == "list", *_waits(recipient))
    )
    found = [
        Waits(row.id, row.alert_id, row.content.silent)
        for wanted in (singly, listed)
        for row in connection.execute(wanted)
    ]
    calm = select(alert.c.id).where(
        alert.c.id.in_({each.alert for each in found}), alert.c.tier != "urgent", alert.c.state == "open"
    )
    known = set(connection.execute(calm).scalars())
    return [each for each in found if each.alert in known]


def _waits(recipient: str) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.recipient == recipient, outbox.c.kind == "post", outbox.c.state == "waiting"


def drop(connection: Connection, messages: Iterable[str], fault: str) -> None:
    """These are not sent, for the reason given, unless they are on their way already."""
    waits = update(outbox).where(outbox.c.id.in_(set(messages)), outbox.c.state == "waiting")
    connection.execute(waits.values(state="dropped", fault=fault))


def fetch_lists(connection: Connection, alerts: Iterable[str]) -> None:
    """Find out at once which of these are named by a list, for `newest_lists`."""
    wanted = sorted(set(alerts))
    found = {key for (key,) in together.ask(connection, _LISTED, {"keys": wanted})} if wanted else set()
    for key in wanted:
        together.learn(connection, "alert_thread", ("listed", key), key in found)


def newest_lists(connection: Connection, alert_id: str) -> list[tuple[str, str, str]]:
    """The newest list to each reader that names the alert and was not dropped: the message, its reader, its detail."""
    if together.known(connection, "alert_thread", ("listed", alert_id)) is False:
        return []
    wanted = (
        select(alert_thread.c.message_id, alert_thread.c.recipient, alert_thread.c.detail)
        .join(outbox, outbox.c.id == alert_thread.c.message_id)
        .where(
            alert_thread.c.alert_id == alert_id, alert_thread.c.kind == "list", outbox.c.state != "dropped"
        )
        .order_by(outbox.c.seq)
    )
    newest = {
        row.recipient: (row.message_id, row.recipient, row.detail) for row in connection.execute(wanted)
    }
    return list(newest.values())


def listed(connection: Connection, message: str) -> list[str]:
    """All alerts of a list."""
    named = select(alert_thread.c.alert_id).where(alert_thread.c.message_id == message)
    return sorted(connection.execute(named).scalars())


_newer, _of_newer = alert_thread.alias("newer"), outbox.alias("of_newer")
_IN_A_NEWER_LIST = (
    select(_newer.c.alert_id)
    .join(_of_newer, _of_newer.c.id == _newer.c.message_id)
    .where(
        _newer.c.alert_id == alert_thread.c.alert_id, _newer.c.recipient == alert_thread.c.recipient,
        _newer.c.kind == "list", _newer.c.created_at > alert_thread.c.created_at, _of_newer.c.state != "dropped",
    )
    .exists()
)  # fmt: skip


def still_listed(connection: Connection, message: str) -> list[str]:
    """Those alerts of a list that no newer list to the same reader names."""
    named = select(alert_thread.c.alert_id).where(alert_thread.c.message_id == message, ~_IN_A_NEWER_LIST)
    return sorted(connection.execute(named).scalars())


def lists_before(connection: Connection, message: str) -> list[tuple[str, str]]:
    """The lists that named an alert of this list to the same reader last: the message, its detail."""
    found: dict[str, str] = {}
    for one in listed(connection, message):
        earlier = (
            select(alert_thread.c.message_id, alert_thread.c.detail)
            .join(outbox, outbox.c.id == alert_thread.c.message_id)
            .where(
                alert_thread.c.alert_id == one, alert_thread.c.kind == "list", outbox.c.state == "sent",
                outbox.c.recipient == select(outbox.c.recipient).where(outbox.c.id == message).scalar_subquery(),
                alert_thread.c.message_id != message,
            )
            .order_by(outbox.c.seq.desc())
            .limit(1)
        )  # fmt: skip
        found.update({row.message_id: row.detail for row in connection.execute(earlier)})
    return list(found.items())


def rung_for(
    connection: Connection, recipient: str, enrolment: str, since: datetime
) -> list[tuple[str, Tier]]:
    """The participant's alerts that nobody has and for which a message with a sound was put for the recipient from
    `since` on, each with its tier.
    """
    wanted = (
        select(alert.c.id, alert.c.tier, outbox.c.content)
        .join(outbox, outbox.c.alert_id == alert.c.id)
        .where(
            alert.c.enrolment_id == enrolment, STANDING, alert.c.state == "open", outbox.c.recipient == recipient,
            outbox.c.kind == "post", outbox.c.purpose == "alert", outbox.c.created_at >= since,
            outbox.c.state.in_(("waiting", "sending", "sent")),
        )
    )  # fmt: skip
    # What cannot be read as a message is no reason to raise nothing: it counts as one that rang.
    return [
        (row.id, row.tier)
        for row in connection.execute(wanted)
        if not (isinstance(row.content, Message) and row.content.silent)
    ]


def alerts_without_reader(connection: Connection, before: datetime) -> int:
    """How many open alerts were to be told to somebody before then and have reached nobody."""
    told = outbox.alias("told")
    reached = select(told.c.id).where(
        told.c.alert_id == alert.c.id, told.c.kind == "post", told.c.state == "sent"
    )
    listed = (
        select(told.c.id)
        .join(alert_thread, alert_thread.c.message_id == told.c.id)
        .where(alert_thread.c.alert_id == alert.c.id, alert_thread.c.kind == "list", told.c.state == "sent")
    )
    meant = select(outbox.c.id).where(
        outbox.c.alert_id == alert.c.id, outbox.c.kind == "post", outbox.c.created_at < before
    )
    count = select(func.count()).select_from(alert)
    return int(
        connection.execute(
            count.where(alert.c.state == "open", meant.exists(), ~reached.exists(), ~listed.exists())
        ).scalar_one()
    )
