"""What can be done about an alert between taking and closing it? Call, ask, give it to somebody, put it off.

The rule: every step is on record with a name and a time, and each gives the alert a new term; when a term ends and
nothing has followed, the alert is open again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from probot.alerts.ladder import first_rung_at, ladder_at
from probot.alerts.life import BEGIN_ANEW, MOVES, Refusal, refusal_of, snoozed_until
from probot.alerts.model import Alert, Deed, Entry, Wish
from probot.study.model import Study
from probot.values import StaffId

SNOOZES = tuple(timedelta(minutes=each) for each in (15, 30, 60, 120, 240, 480, 720, 1440, 2880, 4320, 10080))
"""For how long an alert may be put off, as far as its tier allows."""
MOST_SNOOZES = 4


@dataclass(frozen=True, slots=True)
class TooLong:
    """Refused: it cannot be put off for so long; `left` is what its tier still allows."""

    left: timedelta


def holder(alert: Alert) -> StaffId | None:
    """Who has it: whom it was given to, else who took it. None while it is open."""
    return None if alert.state == "open" else alert.assigned_to or alert.acknowledged_by


def lapsed_by(alert: Alert) -> StaffId | None:
    """In whose hands it lapsed, if that is why it is open."""
    last = next((entry for entry in reversed(alert.history) if entry.deed in BEGIN_ANEW), None)
    return last.by if last is not None and last.deed == "lapsed" and alert.state == "open" else None


def called(study: Study, alert: Alert, staff: StaffId, now: datetime) -> Alert | Refusal:
    """`staff` has spoken with the participant."""
    return _step(study, alert, Entry("called", now, by=staff))


def assigned(study: Study, alert: Alert, staff: StaffId, to: StaffId, now: datetime) -> Alert | Refusal:
    """`staff` gives it to `to`, who has it from now on."""
    after = _step(study, alert, Entry("assigned", now, by=staff, to=to))
    return replace(after, assigned_to=to) if isinstance(after, Alert) else after


def snoozed(
    study: Study, alert: Alert, staff: StaffId, length: timedelta, why: str, now: datetime
) -> Alert | Refusal | TooLong:
    """`staff` puts it off for `length`: it is open again at the end of that, whatever its term would have been."""
    until = now + length
    after = _step(study, alert, Entry("snoozed", now, by=staff, until=until, words=why))
    if not isinstance(after, Alert):
        return after
    left = may_be_put_off(study, alert, now)
    return TooLong(left) if length > left else replace(after, next_at=until)


def asked(study: Study, alert: Alert, staff: StaffId, words: str, now: datetime) -> Alert:
    """`staff` has asked the participant something. It gives a taken alert a new term, and takes no open one."""
    entry = Entry("asked", now, by=staff, words=words)
    if alert.state == "acknowledged":
        after = _step(study, alert, entry)
        assert isinstance(after, Alert)
        return after
    return replace(alert, history=(*alert.history, entry))


def answered(alert: Alert, words: str, now: datetime) -> Alert:
    """What the participant said to that. It is no step of the team's, so the term goes on."""
    return replace(alert, history=(*alert.history, Entry("answered", now, words=words)))


def undelivered(alert: Alert, why: str, now: datetime) -> Alert:
    """What was asked has not reached the participant."""
    return replace(alert, history=(*alert.history, Entry("undelivered", now, why=why)))


def wished(alert: Alert, wish: Wish, now: datetime) -> Alert:
    """How soon the participant would like to be contacted. It moves no tier and stops nothing."""
    if MOVES[alert.state, "wish"] is None:
        return alert
    return replace(alert, wish=wish, history=(*alert.history, Entry("wished", now, code=wish)))


def lapsed(study: Study, alert: Alert, now: datetime, *, left: bool = False) -> Alert:
    """Nothing has followed, or the snooze is over: it is open again, and its ladder begins anew.

    `left`: that is because whoever had it has left the team.

    ValueError for an alert that nobody has.
    """
    if MOVES[alert.state, "lapse"] is None:
        raise ValueError(f"alert {alert.id} is {alert.state}")
    deed: Deed = "left" if left else "lapsed" if snoozed_until(alert) is None else "woken"
    ladder = ladder_at(study, alert.tier, alert.ladder, now)
    return replace(
        alert,
        state="open",
        ladder=ladder,
        rung=0,
        next_at=first_rung_at(study, ladder, alert.tier, now),
        acknowledged_by=None,
        acknowledged_at=None,
        history=(*alert.history, Entry(deed, now, by=holder(alert), tier=alert.tier)),
    )


def recounted(study: Study, alert: Alert, ahead: timedelta, now: datetime) -> Alert:
    """The clock was set back by `ahead`, so that what comes next would come too late by as much: it is counted anew.

    An open alert climbs from its first rung; what somebody has keeps the term it was given. A closed one stays as it is.
    """
    if alert.next_at is None:
        return alert
    history = (*alert.history, Entry("recounted", now, by=holder(alert), tier=alert.tier))
    if alert.state != "open":
        return replace(alert, next_at=max(now, alert.next_at - ahead), history=history)
    ladder = ladder_at(study, alert.tier, alert.ladder, now)
    due = first_rung_at(study, ladder, alert.tier, now)
    return replace(alert, ladder=ladder, rung=0, told=(), next_at=due, notified_at=now, history=history)


# ---------------------------------------------------------------- how long


def may_be_put_off(study: Study, alert: Alert, now: datetime) -> timedelta:
    """How long it may still be put off: what its tier allows, counted from the first snooze since it was taken."""
    since = [entry.at for entry in _since_taken(alert) if entry.deed == "snoozed"]
    limit = study.handling[alert.tier].snooze
    return limit if not since else max(timedelta(), min(since) + limit - now)


def snooze_choices(study: Study, alert: Alert, now: datetime) -> tuple[timedelta, ...]:
    """The longest few lengths that may still be chosen, the shortest first; none if nothing is left."""
    left = may_be_put_off(study, alert, now)
    return tuple(each for each in SNOOZES if each <= left)[-MOST_SNOOZES:]


def _since_taken(alert: Alert) -> Iterator[Entry]:
    """What has happened since it was taken last, the newest first."""
    for entry in reversed(alert.history):
        if entry.deed in BEGIN_ANEW:
            return
        yield entry


def _step(study: Study, alert: Alert, entry: Entry) -> Alert | Refusal:
    if MOVES[alert.state, "step"] is None:
        return refusal_of(alert)
    term = entry.at + study.handling[alert.tier].lasts
    return replace(alert, next_at=term, history=(*alert.history, entry))
