"""How does the team record that something happened? With `/event CODE` and two taps, or at the command line.

The rule: an event has a date that has come, a person who recorded it, and a place in the trail; the anchor that it
sets follows it, and goes with it when it is taken back.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from probot.alerts.phrases import SEPARATOR, composed, shortened, visible, words_of
from probot.alerts.staff import not_authorised, not_theirs
from probot.flows.buttons import RecordTap, write
from probot.flows.session import Session
from probot.messages import Button, Message
from probot.schedule.civil import local_day
from probot.services import anchors, audience, centres
from probot.services.sought import sought
from probot.services.turn import Turn
from probot.store import assessments, events, people
from probot.store.events import Recorded
from probot.store.records import Assessment, Enrolment, Staff
from probot.values import EnrolmentId, derived_id
from probot.wording import day, say

COMMAND = "event"
BEGIN, TAKE_BACK = "event", "void"
MOST_LISTED = 20
WhyNot = Literal["unknown", "future", "there_already", "once"]
"""There is no such event; the day is still to come; it is recorded already; it is recorded with another day."""


def commanded(turn: Turn, person: Staff, recipient: str, text: str, language: str) -> None:
    """`/event CODE`: what is recorded, and the way to record more."""
    if not turn.study.events:
        _answer(turn, recipient, Message(say(language, "event.none")))
    elif recipient != person.principal:
        _answer(turn, recipient, Message(say(language, "adverse.private")))
    elif not audience.may(turn, person, "acknowledge"):
        turn.note("command refused", "chat", recipient, reason="role", new=COMMAND)
        _answer(turn, recipient, Message(not_authorised(turn.study, "acknowledge", language)))
    elif isinstance(enrolment := sought(turn, person, COMMAND, text, language), Message):
        _answer(turn, recipient, enrolment)
    else:
        turn.note("events shown", "enrolment", enrolment.id, code=enrolment.code)
        _answer(turn, recipient, _list(turn, enrolment, language))


def _list(turn: Turn, enrolment: Enrolment, language: str) -> Message:
    found = events.of(turn.connection, enrolment.id)
    named = [
        (one, SEPARATOR.join((_label(turn, one.event, language), day(language, one.day, year=True))))
        for one in found
    ]
    lines = [
        SEPARATOR.join((visible(enrolment.code), say(language, "event.list" if found else "event.list.none")))
    ]
    lines += [words for _, words in named]
    rows = [(Button(say(language, "event.button.new"), write(RecordTap(enrolment.id, BEGIN))),)]
    for one, words in named[-MOST_LISTED:]:
        label = shortened(say(language, "event.button.void", event=words), 60)
        rows.append((Button(label, write(RecordTap(one.id, TAKE_BACK))),))
    return composed(lines, language, buttons=tuple(rows))


def _label(turn: Turn, name: str, language: str) -> str:
    event = turn.study.events.get(name)
    return words_of(event.label, language) if event else visible(name)


# ------------------------------------------------------------------------------ by buttons


def to_begin(turn: Turn, person: Staff, tap: RecordTap, language: str) -> Enrolment | None:
    """The participant for whom an event is to be recorded, if this tap asks for that and the person may."""
    if tap.action != BEGIN or not turn.study.events:
        return None
    if not audience.may(turn, person, "acknowledge"):
        turn.note("tap refused", "enrolment", tap.record, reason="role", new=BEGIN)
        turn.toast = not_authorised(turn.study, "acknowledge", language)
        return None
    enrolment = people.by_id(turn.connection, EnrolmentId(tap.record), lock=True)
    if centres.closed_to(turn, person, enrolment):
        turn.toast = not_theirs(language)
        return None
    return enrolment


def taken_back(turn: Turn, person: Staff, tap: RecordTap, number: int | None, language: str) -> bool:
    """[Take back] under the list. False if the tap is about something else."""
    one = events.find(turn.connection, tap.record) if tap.action == TAKE_BACK else None
    if one is None:
        return False
    if not audience.may(turn, person, "acknowledge"):
        turn.note("tap refused", "event", tap.record, reason="role", new=TAKE_BACK)
        turn.toast = not_authorised(turn.study, "acknowledge", language)
        return True
    enrolment = people.by_id(turn.connection, one.enrolment, lock=True)
    assert enrolment is not None
    if centres.closed_to(turn, person, enrolment):
        turn.toast = not_theirs(language)
        return True
    if one.void_at is None:
        take_back(turn, enrolment, one, "entered by mistake")
    turn.toast = say(language, "adverse.done")
    again = people.by_id(turn.connection, one.enrolment) or enrolment
    message = _list(turn, again, person.language)
    if number is None:
        _answer(turn, person.principal, message)
    else:
        turn.say(person.principal, message, lane="edit", purpose="notice", kind="edit", edits_number=number)
    return True


def finished(turn: Turn, enrolment: Enrolment, assessment: Assessment, session: Session) -> None:
    """The form has been gone through: the event is recorded, or said why not."""
    given = {item: one.value for item, one in session.given.items() if one.value is not None}
    name, on = given.get("_ev_event"), given.get("_ev_day")
    person = people.staff_by_id(turn.connection, (assessment.respondent or "").removeprefix("staff:"))
    if person is None:
        return
    if not isinstance(name, str) or not isinstance(on, str):
        _answer(turn, person.principal, Message(say(session.language, "event.incomplete")))
        return
    done = record(turn, enrolment, name, date.fromisoformat(on), key=assessment.id)
    if not isinstance(done, Recorded):
        words = say(session.language, f"event.refused.{done}", event=_label(turn, name, session.language))
        _answer(turn, person.principal, Message(words))
        return
    assessments.close_session(turn.connection, session)
    _answer(turn, person.principal, _list(turn, enrolment, session.language))


# ------------------------------------------------------------------------------ recording


def record(turn: Turn, enrolment: Enrolment, name: str, on: date, *, key: str) -> Recorded | WhyNot:
    """Keep an event of that day, in the name of whoever this turn is for; or say why not."""
    event = turn.study.events.get(name)
    there = [one for one in events.of(turn.connection, enrolment.id) if one.event == name]
    if event is None:
        return "unknown"
    if on > local_day(turn.now, enrolment.zone):
        return "future"
    if any(one.day == on for one in there):
        return "there_already"
    if there and not event.repeated:
        return "once"
    one = Recorded(
        id=derived_id("event", enrolment.id, name, on.isoformat(), key, turn.cause), enrolment=enrolment.id,
        event=name, day=on, recorded_at=turn.now, recorded_by=turn.actor,
    )  # fmt: skip
    events.add(turn.connection, one)
    turn.note("event recorded", "event", one.id, code=enrolment.code, field=name, new=on.isoformat())
    if event.sets is not None:
        _set(turn, enrolment, event.sets, min([on, *(each.day for each in there)]), name)
    return one


def take_back(turn: Turn, enrolment: Enrolment, one: Recorded, reason: str) -> None:
    """It was not so: the record stays and counts no more."""
    events.take_back(turn.connection, one.id, by=turn.actor, at=turn.now, reason=reason)
    turn.note(
        "event taken back", "event", one.id, code=enrolment.code, field=one.event, old=one.day.isoformat(),
        reason=reason,
    )  # fmt: skip
    event = turn.study.events.get(one.event)
    if event is not None and event.sets is not None and enrolment.anchors.get(event.sets) == one.day:
        left = [each.day for each in events.of(turn.connection, enrolment.id) if each.event == one.event]
        _set(turn, enrolment, event.sets, min(left, default=None), one.event)


def _set(turn: Turn, enrolment: Enrolment, anchor: str, on: date | None, event: str) -> None:
    if enrolment.anchors.get(anchor) != on:
        anchors.dated(turn, enrolment, anchor, on, f"event {event}")


def _answer(turn: Turn, recipient: str, message: Message) -> None:
    turn.say(recipient, message, lane="reply", purpose="notice")
