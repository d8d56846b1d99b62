"""How long is left to report a serious event, and who is reminded meanwhile? The clock, and its ladder.

The rule: the clock runs from when anybody of the team knew, whoever noted it later; it stops when the event has been
reported, and for nothing else. A serious worsening after that is another clock. Its ladder is climbed exactly like an
alert's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from probot.alerts.ladder import climb, first_rung_at
from probot.alerts.model import Alert, Entry, Evidence
from probot.outcomes.adverse import AdverseEvent
from probot.outcomes.reports import owed, since
from probot.study.model import Rung, Study
from probot.values import AlertId

NOBODY_JUDGES = timedelta(hours=24)
"""How often those who may judge are reminded of what waits for a judgement or a signature."""
WAITING = frozenset({"candidate", "under_review", "adjudicated"})


@dataclass(frozen=True, slots=True)
class Climbed:
    """What is due by now: whom to tell of the clock, and whether those who judge are told that it waits."""

    event: AdverseEvent
    notify: tuple[str, ...]
    waits: bool


def runs(event: AdverseEvent) -> bool:
    """Whether a serious event is still to be reported."""
    return owed(event) is not None


def due_at(study: Study, event: AdverseEvent) -> datetime | None:
    """Until when the report that is owed has to be made; None if there is none."""
    if study.adverse is None or not runs(event):
        return None
    return since(event, study.zone) + study.adverse.report_within


def left(study: Study, event: AdverseEvent, now: datetime) -> timedelta | None:
    """How much time is left; negative when it is over; None if no clock runs."""
    due = due_at(study, event)
    return None if due is None else due - now


def wound(study: Study, event: AdverseEvent, now: datetime) -> AdverseEvent:
    """The event with its next reminder set, after something was done with it."""
    if not runs(event):
        waits = event.state in WAITING
        return replace(
            event,
            ladder=(),
            rung=0,
            told=(),
            notified_at=None,
            next_at=now + NOBODY_JUDGES if waits else None,
        )
    if event.ladder and event.next_at is not None:
        return replace(event, next_at=min(event.next_at, _next_rung(study, event, now)))
    rungs = study.adverse.ladder if study.adverse is not None else ()
    first = first_rung_at(study, rungs, "urgent", since(event, study.zone))
    return replace(event, ladder=rungs, rung=0, told=(), next_at=min(first, now + NOBODY_JUDGES))


def _next_rung(study: Study, event: AdverseEvent, now: datetime) -> datetime:
    """When the next rung is due by the clock as it runs now: amended, it may have begun earlier than it seemed."""
    above = event.ladder[event.rung :]
    return (
        max(now, first_rung_at(study, above, "urgent", since(event, study.zone)))
        if above
        else now + NOBODY_JUDGES
    )


def remind(study: Study, event: AdverseEvent, now: datetime) -> Climbed:
    """Climb what is due at `now`."""
    if event.next_at is None or event.next_at > now:
        return Climbed(event, (), waits=False)
    if not runs(event):
        again = now + NOBODY_JUDGES if event.state in WAITING else None
        return Climbed(replace(event, next_at=again), (), waits=event.state in WAITING)
    climbed = climb(study, _as_alert(event, since(event, study.zone)), now)
    after = climbed.alert
    stepped = replace(
        event, rung=after.rung, next_at=after.next_at, told=after.told, notified_at=after.notified_at
    )
    return Climbed(stepped, climbed.notify, waits=False)


def _as_alert(event: AdverseEvent, start: datetime) -> Alert:
    """The clock as the ladder sees it: an urgent alert that nobody has taken, raised when the team knew."""
    rungs: tuple[Rung, ...] = event.ladder
    return Alert(
        id=AlertId(event.id), enrolment=event.enrolment, concept="sae", rule="sae", tier="urgent", state="open",
        raised_at=start, study="", ladder=rungs, rung=event.rung, next_at=event.next_at,
        evidence=Evidence(), notified_at=event.notified_at, told=event.told,
        history=(Entry("raised", start),),
    )  # fmt: skip
