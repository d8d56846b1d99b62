"""Where does a message go, may it still go there, and what follows from how it went?

The rule: the recipient's chat and the right to hear this are looked up at the moment of sending, never before;
what is unknown is sent again where silence could harm, marked as a copy, and dropped where it is courtesy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from probot.alerts.present import marked_repeat
from probot.alerts.rules import signal_hits
from probot.flows.buttons import WelcomeTap, read
from probot.flows.present import asked_below
from probot.messages import PROMPT
from probot.ports import (
    Document,
    Edit,
    Gone,
    Later,
    Leave,
    Moved,
    OpenTopic,
    Outcome,
    Post,
    Refused,
    Sending,
    Sent,
    SetMenu,
    Unknown,
)
from probot.schedule.quiet import next_allowed
from probot.services import (
    alerting,
    audience,
    centres,
    enquire,
    menus,
    outside,
    pictures,
    refused,
    telling,
    topics,
)
from probot.services.refused import MUST_ARRIVE
from probot.services.turn import Turn
from probot.services.upgrades import move
from probot.store import alerts, asked, assessments, outbox, outsiders, people
from probot.store.outsiders import NOTICE
from probot.store.receipts import OUTSIDE
from probot.store.records import Contact, Enrolment, Outgoing
from probot.store.waiting import LINE_DOWN
from probot.study.model import Signal

AGAIN_AFTER_UNKNOWN = timedelta(seconds=60)
"""A question whose arrival is unknown is asked once more after this; an alert at once."""
LONGEST_PAUSE = timedelta(minutes=10)
"""An alert of which nobody knows whether it ever arrives is said again at once, then ever more seldom, up to this."""
WAITS_FOR_THE_LINE, ALERT_WAITS_FOR_THE_LINE = 30.0, 5.0
"""Seconds: the longest that a message, and an alert, waits before it is tried again while nobody can be reached."""
MOST_COPIES = 8
"""What is no alert is said this often at most when its arrival stays unknown."""
TOO_LATE = timedelta(seconds=60)
"""An alert that a chat will not take for longer than this is told to the team directly as well."""
TAKEN = "somebody has taken it meanwhile"
WORTH_A_COPY = frozenset({"question", "reminder", "welcome", "farewell", "enquiry"})
"""Sent once more when it is unknown whether they arrived."""
WHILE_ACTIVE = frozenset({"question", "reminder"})
"""Only for those who take part and can be reached."""
AFTER_THE_END = frozenset({"farewell", "safety", "welcome"})
"""What may reach those who take part no more; whoever only stopped the questions of the study is asked by the team too."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message with the chat it goes to at this moment."""

    sending: Sending
    contact: Contact | None


def address(turn: Turn, row: Outgoing) -> Addressed | None:
    """Find out where the claimed message goes now. None: it must not go any more, and that is on record."""
    if row.expires_at is not None and turn.now >= row.expires_at:
        outbox.drop(turn.connection, row, "expired")
        return None
    if row.recipient.startswith((OUTSIDE, "chat:")):
        return _without_contact(turn, row)
    if row.kind == "edit" and row.edits and _is_rewritten(turn, row, row.edits):
        outbox.drop(turn.connection, row, "said by the message itself")
        return None
    why_not = _why_not(turn, row)
    contact = people.contact_of(turn.connection, row.recipient)
    if why_not or contact is None:
        _cannot_go(turn, row, why_not or outbox.NOBODY)
        return None
    if row.kind in {"menu", "photo", "file", "topic"}:
        return _made_now(turn, row, contact)
    if row.kind == "edit" and not _can_edit(turn, row, contact):
        outbox.drop(turn.connection, row, "nothing to edit")
        return None
    if (morning := _rests_until(turn, row)) is not None:
        outbox.again(turn.connection, row, morning, "quiet hours")
        return None
    sending = _sending(turn, row, contact.chat, contact.language)
    if isinstance(sending, Post) and (row.alert_id or row.recipient == people.TEAM):
        sending = replace(sending, thread=topics.thread_for(turn, row, contact))
    return Addressed(sending, contact)


def _made_now(turn: Turn, row: Outgoing, contact: Contact) -> Addressed | None:
    """What is no message: a menu of commands, a topic, a file, or a picture as it is at this moment."""
    if row.kind == "menu":
        return Addressed(SetMenu(contact.chat, menus.commands_for(contact)), contact)
    if row.kind == "topic":
        name = topics.name_of(turn, row)
        return None if name is None else Addressed(OpenTopic(contact.chat, name), contact)
    if row.kind == "file":
        name, content, caption = (str(row.parts[key]) for key in ("name", "content", "caption"))
        return Addressed(Document(contact.chat, name, content, caption), contact)
    photo = pictures.addressed(turn, row, contact)
    if photo is None:
        return None
    return Addressed(replace(photo, thread=topics.thread_for(turn, row, contact)), contact)


def _without_contact(turn: Turn, row: Outgoing) -> Addressed | None:
    """To a path beside the messenger, or to a chat that belongs to nobody."""
    if row.recipient.startswith(OUTSIDE):
        call = outside.address(turn, row)
        return None if call is None else Addressed(call, None)
    return Addressed(_sending(turn, row, int(row.recipient.removeprefix("chat:")), "en"), None)


def _is_rewritten(turn: Turn, row: Outgoing, edits: str) -> bool:
    """What has not gone out yet shall not go out as it no longer is: it is changed where it waits."""
    waits = asked.number_of(turn.connection, edits)[2] == "waiting"
    return waits and asked.rewrite(turn.connection, edits, row.message)


def _cannot_go(turn: Turn, row: Outgoing, why: str) -> None:
    """It must not go there now: what the care team has to know goes to somebody else, the rest is dropped."""
    to_team = row.recipient == people.TEAM or row.recipient.startswith("staff:")
    if to_team and row.kind == "post" and row.purpose in MUST_ARRIVE and why != TAKEN:
        alerting.pass_on(turn, row, why)
    else:
        outbox.drop(turn.connection, row, why)
    if row.purpose == "enquiry":
        enquire.not_delivered(turn, row, why)


def _why_not(turn: Turn, row: Outgoing) -> str:
    """Why the recipient may not be told this now; empty if they may."""
    if row.recipient == people.TEAM and row.item != NOTICE and outsiders.of_team(turn.connection):
        return "somebody unknown is in the team's chat"
    if row.purpose == "alert" and _is_taken(turn, row):
        return TAKEN
    if row.recipient.startswith("participant:"):
        enrolment = people.by_id(turn.connection, row.recipient.removeprefix("participant:"))
        if enrolment is None:
            return "no such participant"
        return _why_not_participant(turn, row, enrolment)
    if row.recipient.startswith("staff:"):
        person = people.staff_by_id(turn.connection, row.recipient.removeprefix("staff:"))
        if person is None or person.status != "active":
            return "no longer on the team"
        about_somebody = row.purpose in {"alert", "picture"} or row.alert_id is not None
        if about_somebody and not audience.may_see(turn, person):
            return "no longer in a role that may see alerts"
        about = topics.all_about(turn, row) if turn.study.centres is not None else []
        if not all(centres.may_hear(turn.connection, turn.study, person, one) for one in about):
            return "another centre's participant"
    return ""


def _is_taken(turn: Turn, row: Outgoing) -> bool:
    """Whether somebody has taken or closed the alert since this call to it was put; an open alert bears no time of that."""
    taken = None if row.alert_id is None else alerts.taken_since(turn.connection, row.alert_id)
    return taken is not None and taken > row.created_at


def _why_not_participant(turn: Turn, row: Outgoing, enrolment: Enrolment) -> str:
    if enrolment.status in {"withdrawn", "completed", "refused"} and not (
        row.purpose in AFTER_THE_END or (row.purpose == "enquiry" and enrolment.keeps_contact)
    ):
        return enrolment.status
    if row.purpose not in WHILE_ACTIVE:
        return "answered meanwhile" if row.repeat and _is_past(row, enrolment) else ""
    if enrolment.status == "paused" and row.lane == PROMPT:
        return enrolment.status
    if enrolment.reach not in {"unknown", "ok"}:
        return enrolment.reach
    if row.purpose == "reminder" and enrolment.status != "active":
        return enrolment.status
    if assessments.session_status(turn.connection, row.assessment_id) in {None, "closed"}:
        return "closed"
    unasked = row.purpose == "reminder" or row.lane == PROMPT
    if not unasked and not row.repeat:
        return ""
    session = assessments.session_of(turn.connection, row.assessment_id)
    assert session is not None  # it has a status
    past = unasked or not _asks_about_an_answer(turn, row)
    return "answered meanwhile" if past and session.asking != row.item else ""


def _asks_about_an_answer(turn: Turn, row: Outgoing) -> bool:
    """Whether it asks about an earlier answer (which was changed into something unclear) and is still unanswered."""
    newest = assessments.last_answered(turn.connection, row.assessment_id, row.item)
    return newest is not None and newest <= row.created_at


def _is_past(row: Outgoing, enrolment: Enrolment) -> bool:
    """Whether a message of the welcome asks what has been answered: its buttons would lead nowhere."""
    buttons = [button for line in row.message.buttons for button in line]
    asks = [read(button.data) for button in buttons]
    steps = {tap.step for tap in asks if isinstance(tap, WelcomeTap)}
    return bool(steps) and enrolment.welcome is not None and enrolment.welcome["step"] not in steps


def _rests_until(turn: Turn, row: Outgoing) -> datetime | None:
    """Until when a question that nobody waits for is held back: it was delayed, or put again, into quiet hours."""
    if row.lane != PROMPT or row.kind != "post" or not row.recipient.startswith("participant:"):
        return None
    enrolment = people.by_id(turn.connection, row.recipient.removeprefix("participant:"))
    assert enrolment is not None
    allowed = next_allowed(turn.now, turn.study.participant_quiet, enrolment.zone)
    return allowed if allowed > turn.now else None


def _can_edit(turn: Turn, row: Outgoing, contact: Contact) -> bool:
    if row.edits_number is not None:
        return contact.bound_at <= row.created_at  # else the number is that of a message in another chat
    number, contact_id, _ = asked.number_of(turn.connection, row.edits or "")
    return number is not None and contact_id == contact.id


def _sending(turn: Turn, row: Outgoing, chat: int, language: str) -> Sending:
    if row.kind == "leave":
        return Leave(chat)
    message = row.message
    if row.kind == "edit":
        number = row.edits_number or asked.number_of(turn.connection, row.edits or "")[0]
        return Edit(chat, number or 0, message)
    if row.repeat and row.purpose in MUST_ARRIVE:
        message = marked_repeat(message, language)
    return Post(chat, message)


# ------------------------------------------------------------------------------ what became of it


def note_outcome(turn: Turn, row: Outgoing, contact: Contact | None, outcome: Outcome) -> None:
    """Write down how the sending went, and whatever follows from it."""
    if row.recipient.startswith(OUTSIDE):
        outside.note_outcome(turn, row, outcome)
        return
    match outcome:
        case Sent(number, strayed):
            _sent(turn, row, contact, number)
            if strayed and contact is not None:
                topics.gone(turn, row, contact)
        case Later():
            _later(turn, row, outcome)
        case Unknown(reason):
            _unknown(turn, row, reason)
        case Moved(to):
            _moved(turn, row, contact, to)
        case Gone(reason):
            _gone(turn, row, contact, reason)
        case Refused(reason):
            refused.refused(turn, row, reason)


def _later(turn: Turn, row: Outgoing, outcome: Later) -> None:
    if outcome.line_is_down:
        seconds = wait_for_the_line(outcome.seconds, row.attempts, alert=row.purpose == "alert")
        reason = f"{LINE_DOWN}: {outcome.reason}"
        outbox.again(turn.connection, row, turn.now + timedelta(seconds=seconds), reason)
        return
    outbox.again(turn.connection, row, turn.now + timedelta(seconds=outcome.seconds), outcome.reason)
    if row.purpose == "alert" and timedelta(seconds=outcome.seconds) > TOO_LATE and not outcome.wide:
        alerting.also_directly(turn, row)


def wait_for_the_line(seconds: float, attempts: int, *, alert: bool) -> float:
    """Seconds until a message is tried again after its `attempts`-th failure in a row: twice as long each time.

    Never shorter than `seconds`, and no longer than a limit, which is a short one for alerts. The first message that
    goes out wakes the others (`line_is_back`).
    """
    limit = ALERT_WAITS_FOR_THE_LINE if alert else WAITS_FOR_THE_LINE
    doubled: float = seconds * 2.0 ** min(attempts - 1, 10)
    return max(seconds if not alert else min(seconds, limit), min(limit, doubled))


def _sent(turn: Turn, row: Outgoing, contact: Contact | None, number: int | None) -> None:
    if not outbox.sent(turn.connection, row, turn.now, contact.id if contact else None, number):
        return
    _retire_earlier(turn, row, contact)
    if row.kind == "post" and row.purpose == "alert" and contact is not None:
        telling.retire_earlier(turn, row, contact.language)
    if not row.recipient.startswith("participant:"):
        return
    key = row.recipient.removeprefix("participant:")
    if row.purpose in WHILE_ACTIVE and row.assessment_id:
        assessments.delivered(turn.connection, row.assessment_id, turn.now)
    elif row.purpose == "farewell":
        turn.note("farewell sent", "enrolment", key)


def _retire_earlier(turn: Turn, row: Outgoing, contact: Contact | None) -> None:
    """The same question stands further down now, for certain: the earlier copy loses its buttons."""
    if row.kind != "post" or row.purpose not in WHILE_ACTIVE or row.item is None or contact is None:
        return
    earlier = asked.earlier_asking(turn.connection, row)
    if earlier is None or (one := assessments.find(turn.connection, row.assessment_id or "")) is None:
        return
    words = asked_below(turn.pinned(one.study_hash).item(row.item), contact.language)
    if one.respondent is not None and (about := people.by_id(turn.connection, one.enrolment_id)) is not None:
        words = replace(words, text=f"{about.code} · {words.text}")
    turn.say(
        row.recipient, words, lane="edit", purpose="reply", kind="edit", edits=earlier,
        assessment_id=row.assessment_id, item=row.item,
    )  # fmt: skip


def _unknown(turn: Turn, row: Outgoing, reason: str) -> None:
    limited = row.purpose != "alert" and row.attempts >= MOST_COPIES
    if (row.kind == "edit" or row.purpose in MUST_ARRIVE) and not limited:
        outbox.again(turn.connection, row, turn.now + _pause_before_copy(row), reason, repeat=True)
    elif row.purpose in WORTH_A_COPY and not row.repeat:
        outbox.again(turn.connection, row, turn.now + AGAIN_AFTER_UNKNOWN, reason, repeat=True)
    else:
        outbox.drop(turn.connection, row, f"may have arrived: {reason}")


def _pause_before_copy(row: Outgoing) -> timedelta:
    """None after the first sending (5 s for an edit), then twice as long each time."""
    if row.attempts <= 1:
        return timedelta(seconds=5) if row.kind == "edit" else timedelta()
    doubled: int = 2 ** min(row.attempts - 1, 10)
    return min(LONGEST_PAUSE, timedelta(seconds=5) * doubled)


def _moved(turn: Turn, row: Outgoing, contact: Contact | None, to: int) -> None:
    if contact is None:
        outbox.drop(turn.connection, row, "the chat has another number now")
        return
    move(turn, contact, to)
    outbox.again(turn.connection, row, turn.now, "the chat has another number now")


def _gone(turn: Turn, row: Outgoing, contact: Contact | None, reason: str) -> None:
    if not outbox.bury(turn.connection, row, reason):
        return
    now = people.contact_of(turn.connection, row.recipient)
    still_there = now is not None and contact is not None and now.chat == contact.chat
    if row.recipient.startswith("participant:"):
        if row.purpose == "enquiry":
            enquire.not_delivered(turn, row, reason)
        if still_there:
            lost_contact(turn, row.recipient.removeprefix("participant:"), reason)
        return
    if row.recipient == people.TEAM and still_there:
        alerting.lose_team(turn, reason)
    if row.kind == "post" and row.purpose in MUST_ARRIVE:
        alerting.pass_on(turn, row, reason)


def lost_contact(turn: Turn, key: str, reason: str) -> None:
    """A participant cannot be reached: remember it, and tell the team (a silent patient may be a sick one)."""
    enrolment = people.by_id(turn.connection, key, lock=True)
    if enrolment is None or enrolment.reach == reason:
        return
    people.change_enrolment(turn.connection, enrolment.id, reach=reason)
    turn.note(
        "contact lost",
        "enrolment",
        enrolment.id,
        code=enrolment.code,
        field="reach",
        old=enrolment.reach,
        new=reason,
    )
    if enrolment.status in {"active", "paused", "welcoming"}:
        signal: Signal = "blocked" if reason == "blocked" else "undelivered"
        found = signal_hits(turn.study, signal, detail=reason)
        alerting.raise_all(turn, turn.study, enrolment, found, tell=False)
