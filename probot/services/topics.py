"""Where does a participant's matter stand in a group that has topics? In a topic of its own, where that can be had.

The rule: an alert never waits for a topic and never fails for want of one: until it is open, or where the bot may
not open any, everything stands in the general topic.
"""

from __future__ import annotations

from probot.messages import Message
from probot.ports import Chat
from probot.services.turn import TOPIC, Turn
from probot.store import alerts, outbox, people, pulses, threads
from probot.store.records import Contact, Enrolment, Outgoing
from probot.values import derived_id

FORUM = "forum"
"""The pulse that says whether the team's chat has topics."""
MOST = 50
"""Topics of one participant that may be deleted before no new one is opened."""


def seen(turn: Turn, contact: Contact | None, chat: Chat) -> None:
    """The team's chat was seen: it may have got topics, or lost them. Then every participant gets theirs."""
    if contact is None or contact.principal != people.TEAM:
        return
    known = pulses.last(turn.connection, FORUM)
    detail = {"contact": contact.id, "forum": chat.forum}
    if (known is None and not chat.forum) or (known is not None and known[1] == detail):
        return
    pulses.beat(turn.connection, FORUM, turn.now, detail)
    if chat.forum:
        for enrolment in people.all_enrolments(turn.connection):
            if enrolment.status in {"active", "paused"}:
                want(turn, contact, enrolment.id)


def _has_topics(turn: Turn, contact: Contact) -> bool:
    known = pulses.last(turn.connection, FORUM) if contact.principal == people.TEAM else None
    return known is not None and known[1] == {"contact": contact.id, "forum": True}


def thread_for(turn: Turn, row: Outgoing, contact: Contact) -> int | None:
    """The topic that a message to the team belongs to: where somebody asked for it, else its participant's; None: the
    general one. One that is missing is asked for.
    """
    asked_in = _asked_in(row)
    if asked_in is not None and contact.principal == people.TEAM:
        return asked_in
    enrolment = about(turn, row) if _has_topics(turn, contact) else None
    if enrolment is None:
        return None
    number, _ = _standing(turn, contact, enrolment)
    if number is None:
        want(turn, contact, enrolment)
    return number


def _asked_in(row: Outgoing) -> int | None:
    """The topic in which somebody asked for it, if it was in one."""
    return row.content.topic if isinstance(row.content, Message) else row.content.get(TOPIC)


def about(turn: Turn, row: Outgoing) -> str | None:
    """The enrolment that a message about an alert, or a picture, is about."""
    if row.kind in {"photo", "file"}:
        return str(row.parts["enrolment"])
    alert = alerts.find(turn.connection, row.alert_id) if row.alert_id else None
    return None if alert is None else alert.enrolment


def all_about(turn: Turn, row: Outgoing) -> list[Enrolment]:
    """Whom a message is about: its participant, or each that a list names."""
    found = {about(turn, row)}
    for one in threads.listed(turn.connection, row.id) if row.kind == "post" else ():
        alert = alerts.find(turn.connection, one)
        found.add(alert.enrolment if alert is not None else None)
    known = (people.by_id(turn.connection, one) for one in sorted(each for each in found if each is not None))
    return [one for one in known if one is not None]


def want(turn: Turn, contact: Contact, enrolment: str) -> None:
    """Have the participant's topic opened, unless it is, will be, or was refused."""
    number, key = _standing(turn, contact, enrolment)
    if number is None and key is not None:
        outbox.put(
            turn.connection, message_id=key, lane="digest", recipient=people.TEAM, purpose="neutral", kind="topic",
            content={"enrolment": enrolment}, now=turn.now,
        )  # fmt: skip


def _standing(turn: Turn, contact: Contact, enrolment: str) -> tuple[int | None, str | None]:
    """The number of the topic that stands now; else the id of the row that would open the next one, if there may be one."""
    for generation in range(MOST):
        key = derived_id("topic", contact.id, enrolment, str(generation))
        state, number = outbox.standing(turn.connection, key)
        if state == "missing":
            return None, key
        if state == "sent":
            return number, None
        if state != "dead" or number is None:
            return None, None  # it is on its way, or the bot may not
    return None, None


def name_of(turn: Turn, row: Outgoing) -> str | None:
    """What the topic is called: the subject code alone."""
    enrolment = people.by_id(turn.connection, str(row.parts["enrolment"]))
    return None if enrolment is None else enrolment.code


def gone(turn: Turn, row: Outgoing, contact: Contact) -> None:
    """A message found its topic gone: a new one is opened for the next."""
    enrolment = about(turn, row)
    if enrolment is None or _asked_in(row) is not None:
        return
    for generation in range(MOST):
        key = derived_id("topic", contact.id, enrolment, str(generation))
        if outbox.standing(turn.connection, key)[0] == "sent":
            outbox.outlived(turn.connection, key, "the topic is gone")
            turn.note("topic gone", "enrolment", enrolment, reason="closed for the bot, or deleted")
            want(turn, contact, enrolment)
            return
