"""What do people do about an alert? They take it, call, ask, give it to somebody, put it off, and close it.

The rule: every deed is one named person's, is written down before anybody is told, and shows in every chat that has
the alert.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from probot.alerts import life, menus, steps
from probot.alerts.model import Action, Alert
from probot.alerts.phrases import visible
from probot.alerts.staff import (
    done_words,
    not_theirs,
    reason_wanted,
    refusal_words,
    too_long_words,
    unknown_alert,
)
from probot.alerts.steps import TooLong
from probot.flows.buttons import AlertTap
from probot.messages import Lane, Message
from probot.services import alerting, audience, centres, telling
from probot.services.turn import Turn
from probot.store import alerts, calls, people, threads
from probot.store.records import Enrolment, Staff
from probot.study.model import Study
from probot.values import StaffId

Outcome = Alert | life.Refusal | TooLong


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody of the team acts: whose chat it is, the message that was tapped, the chat's language."""

    recipient: str
    language: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An alert with what it takes to do something about it; nobody else changes it meanwhile."""

    study: Study
    enrolment: Enrolment
    alert: Alert


def case_of(turn: Turn, alert_id: str) -> Case | None:
    """The alert of that id, held for this turn. None: there is no such alert."""
    held = alerting.hold(turn, alert_id)
    return None if held is None else Case(*held)


def tapped(turn: Turn, person: Staff, tap: AlertTap, place: Place) -> str:
    """A button under an alert, by somebody who may. The words that answer the tap."""
    case = case_of(turn, tap.alert)
    if case is None:
        return unknown_alert(place.language)
    if centres.closed_to(turn, person, case.enrolment):
        return not_theirs(place.language)
    if (length := menus.length_of(tap.action)) is not None:
        return _ask_why(turn, person, place, case, tap.action, _snooze(turn, person, case, length, "-"))
    if (to := menus.person_of(tap.action)) is not None:
        return _give(turn, person, place, case, to)
    match menus.action_of(tap.action):
        case "none":
            return _ask_why(
                turn, person, place, case, tap.action, life.close(case.alert, person.id, turn.now)
            )
        case None:
            return _plain_tap(turn, person, place, case, tap.action)
        case action:
            return _answer(turn, place, close(turn, case, person, action), "close")


def _plain_tap(turn: Turn, person: Staff, place: Place, case: Case, action: str) -> str:
    acts: dict[str, Callable[[], Outcome]] = {
        "ack": lambda: acknowledge(turn, case, person),
        "called": lambda: called(turn, case, person),
    }
    shows: dict[str, menus.Menu] = {
        "close": "close",
        "assign": "assign",
        "snooze": "snooze",
        menus.BACK: "main",
    }
    if action in acts:
        return _answer(turn, place, acts[action](), action)
    if action in shows:
        return _show_menu(turn, place, case, shows[action])
    return unknown_alert(place.language)


def _answer(turn: Turn, place: Place, result: Outcome, done: str) -> str:
    match result:
        case Alert():
            return done_words(done, place.language)
        case TooLong(left):
            return too_long_words(left, place.language)
        case refusal:
            return refusal_words(turn.study, refusal, place.language, audience.names(turn))


def _show_menu(turn: Turn, place: Place, case: Case, menu: menus.Menu) -> str:
    """Other buttons under the message that was tapped; in a list, the alert itself comes with them."""
    alert, language = case.alert, place.language
    if alert.state != "acknowledged":
        return _answer(turn, place, life.refusal_of(alert), "")
    if menu == "snooze" and not steps.snooze_choices(case.study, alert, turn.now):
        return too_long_words(timedelta(), language)
    message = telling.shown(turn, case.study, case.enrolment, alert, language, menu=menu)
    post = calls.post_of(turn.connection, place.recipient, alert.id, place.number)
    if post is None:
        turn.say(place.recipient, message, lane="reply", purpose="alert", alert_id=alert.id)
    else:
        turn.say(
            place.recipient,
            message,
            lane="edit",
            purpose="notice",
            kind="edit",
            edits=post,
            alert_id=alert.id,
        )
    return ""


# ------------------------------------------------------------------------------ with a reason


def _ask_why(turn: Turn, person: Staff, place: Place, case: Case, action: str, would_be: Outcome) -> str:
    """Ask for the reason, which has to be written; nothing is done before it is there."""
    if not isinstance(would_be, Alert):
        return _answer(turn, place, would_be, "")
    message = reason_wanted(case.study, case.alert, case.enrolment.code, place.language, person.name, action)
    key = turn.say(place.recipient, message, lane="reply", purpose="notice")
    threads.add(
        turn.connection, message=key, alerts=[case.alert.id], kind="reason", recipient=place.recipient,
        now=turn.now, detail=action, staff=person.id,
    )  # fmt: skip
    return done_words("reason", place.language)


def reasoned(turn: Turn, person: Staff, place: Place, thread: threads.Thread, text: str) -> None:
    """The reason that was asked for: what it was asked for is done now."""
    case = case_of(turn, thread.alert)
    assert case is not None
    why, length = visible(text.strip()), menus.length_of(thread.detail)
    if length is not None:
        result, done = snooze(turn, case, person, length, why), "snooze"
    else:
        result, done = close(turn, case, person, "none", why), "close"
    if isinstance(result, Alert):
        threads.settle(turn.connection, thread.message, turn.now)
    words = _answer(turn, place, result, done)
    turn.say(place.recipient, Message(f"{case.enrolment.code}: {words}"), lane="reply", purpose="notice")


# ------------------------------------------------------------------------------ the deeds


def acknowledge(turn: Turn, case: Case, person: Staff) -> Outcome:
    """`person` has it from now on."""
    after = life.acknowledge(case.study, case.alert, person.id, turn.now)
    return _done(turn, case, after, "alert acknowledged", calls_off=True)


def close(turn: Turn, case: Case, person: Staff, action: Action, reason: str = "") -> Outcome:
    """`person` says that it is dealt with, and what was done."""
    after = life.close(case.alert, person.id, turn.now, action, reason)
    return _done(turn, case, after, "alert closed", detail=action, reason=reason, calls_off=True)


def called(turn: Turn, case: Case, person: Staff) -> Outcome:
    """`person` has spoken with the participant."""
    after = steps.called(case.study, case.alert, person.id, turn.now)
    return _done(turn, case, after, "participant called")


def snooze(turn: Turn, case: Case, person: Staff, length: timedelta, why: str) -> Outcome:
    """`person` puts it off."""
    minutes = length // timedelta(minutes=1)
    after = _snooze(turn, person, case, length, why)
    return _done(turn, case, after, "alert snoozed", detail=f"{minutes} min", reason=why)


def _snooze(turn: Turn, person: Staff, case: Case, length: timedelta, why: str) -> Outcome:
    return steps.snoozed(case.study, case.alert, person.id, length, why, turn.now)


def _give(turn: Turn, person: Staff, place: Place, case: Case, to: str) -> str:
    receiver = people.staff_by_id(turn.connection, to)
    if receiver is None or receiver.status != "active" or not audience.may(turn, receiver, "acknowledge"):
        return done_words("not_there", place.language)
    if not centres.may_hear(turn.connection, turn.study, receiver, case.enrolment):
        return done_words("not_there", place.language)
    result = assign(turn, case, person, receiver)
    return _answer(turn, place, result, "assign")


def assign(turn: Turn, case: Case, person: Staff, to: Staff) -> Outcome:
    """`person` gives it to `to`, who is told directly."""
    after = steps.assigned(case.study, case.alert, person.id, StaffId(to.id), turn.now)
    if isinstance(after, Alert) and to.id != person.id:
        message = telling.shown(turn, case.study, case.enrolment, after, to.language, "assigned")
        calls.supersede_alert(turn.connection, to.principal, after.id)
        lane: Lane = "urgent" if after.tier == "urgent" else "alert"
        turn.say(to.principal, message, lane=lane, purpose="alert", alert_id=after.id)
    return _done(turn, case, after, "alert assigned", detail=to.id)


def _done(
    turn: Turn,
    case: Case,
    after: Outcome,
    action: str,
    *,
    detail: str = "",
    reason: str = "",
    calls_off: bool = False,
) -> Outcome:
    """Write a deed down and show it everywhere. `calls_off`: nobody needs to be called to it any more."""
    if not isinstance(after, Alert):
        return after
    alerts.save(turn.connection, case.alert, after)
    moved = after.state if after.state != case.alert.state else ""
    new = " ".join(part for part in (moved, detail) if part) or None
    old = case.alert.state if moved else None
    alerting.trail(turn, case.enrolment, after, action, old=old, new=new, reason=reason)
    if calls_off:
        calls.cancel_alert(turn.connection, after.id, f"{after.state} meanwhile")
    telling.refresh(turn, case.study, case.enrolment, after)
    return after
