"""Which assessments are expected in the coming days? They are made rows before they are due.

The rule: planning again changes nothing but what has not been opened yet; what was opened stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from probot.schedule.civil import instant, local_day
from probot.schedule.model import Calendar, Planned
from probot.schedule.phases import phase_dates
from probot.schedule.plan import plan
from probot.services.turn import Turn
from probot.store import ahead, assessments, people
from probot.store.records import Enrolment
from probot.store.together import together
from probot.study.model import Study
from probot.values import EnrolmentId

AHEAD = timedelta(days=14)
"""How far ahead rows are made."""
ENOUGH = timedelta(days=7)
"""Who is planned less far ahead than this is planned further: once a week, not every day."""
LOOK_BACK = timedelta(days=32)
"""A window may have opened this long before somebody became active and still be answerable."""


def who(turn: Turn, limit: int) -> list[EnrolmentId]:
    """Who has to be planned now."""
    return people.to_plan(turn.connection, turn.now + ENOUGH, limit)


def plan_together(turn: Turn, keys: Sequence[EnrolmentId]) -> list[EnrolmentId]:
    """Plan all of these up to `AHEAD` from now in this one transaction; who that was."""
    with together(turn.connection):
        people.fetch_enrolments(turn.connection, keys, lock=True)
        for key in keys:
            plan_ahead(turn.on_behalf_of(cause_of(key, turn.now)), key)
    return list(keys)


def cause_of(key: EnrolmentId, now: datetime) -> str:
    """Why one participant is planned further at that moment."""
    return f"plan:{key}:{now.isoformat()}"


def plan_ahead(turn: Turn, key: EnrolmentId) -> None:
    """Plan one participant up to `AHEAD` from now; at a new version, everything that is not open anew."""
    enrolment = people.by_id(turn.connection, key, lock=True)
    if enrolment is None or enrolment.status not in {"active", "paused"} or enrolment.active_from is None:
        return
    until = turn.now + AHEAD
    anew = enrolment.planned_for != turn.study.hash or enrolment.planned_until is None
    fresh = enrolment.planned_for is None
    start = enrolment.active_from - LOOK_BACK if fresh else turn.now
    if not anew and enrolment.planned_until is not None:
        start = max(enrolment.planned_until, enrolment.active_from - LOOK_BACK)
        start = min(start, until)
    if anew and not fresh:
        start = min(turn.now, enrolment.planned_until or turn.now)
        _plan_anew(turn, enrolment, start, until)
    else:
        planned = expected(turn.study, enrolment, start, until)
        wanted = [one for one in planned if not fresh or one.late_start_until > enrolment.active_from]
        ahead.expect(turn.connection, enrolment.id, wanted)
    people.change_enrolment(turn.connection, key, planned_until=until, planned_for=turn.study.hash)
    _complete(turn, enrolment)


def _plan_anew(turn: Turn, enrolment: Enrolment, start: datetime, until: datetime) -> None:
    """What has not been opened moves to where the plan has it now, and goes only if the plan has it no more.

    Today's moment may lie in the past by now: as long as it may still be started, it is; no day is lost.
    """
    active_from = enrolment.active_from or turn.now
    planned = expected(turn.study, enrolment, start - LOOK_BACK, until)
    wanted = [
        one
        for one in planned
        if one.late_start_until > active_from and (one.opens_at >= start or one.late_start_until > turn.now)
    ]
    ahead.expect(turn.connection, enrolment.id, wanted)
    _forget(turn, enrolment, planned)


def replan(turn: Turn, key: EnrolmentId) -> None:
    """Plan one participant anew at once: an hour, zone, anchor or status has changed."""
    people.change_enrolment(turn.connection, key, planned_until=turn.now, planned_for="")
    plan_ahead(turn, key)


def _forget(turn: Turn, enrolment: Enrolment, wanted: list[Planned]) -> None:
    gone = ahead.forget_planned(turn.connection, enrolment.id, [one.id for one in wanted], turn.now)
    for one in gone:
        turn.note(
            "planned assessment taken back", "assessment", one, code=enrolment.code, old="planned",
            reason="no longer in the plan", study=turn.study.hash,
        )  # fmt: skip


def _complete(turn: Turn, enrolment: Enrolment) -> None:
    """Whoever has no planned moment left, and none open, has completed the study."""
    if enrolment.status != "active" or not _over(turn.study, enrolment, turn.now):
        return
    if assessments.of_enrolment(turn.connection, enrolment.id, ("planned", "open")):
        return
    people.change_enrolment(
        turn.connection, enrolment.id, status="completed", ended_at=turn.now, ended_reason="protocol"
    )
    turn.note("enrolment completed", "enrolment", enrolment.id, code=enrolment.code, field="status",
              old=enrolment.status, new="completed", reason="every planned assessment is over")  # fmt: skip


def _over(study: Study, enrolment: Enrolment, now: datetime) -> bool:
    """Whether every phase of the study has ended for this participant, with a month to spare for open windows."""
    phases = phase_dates(study, calendar_of(enrolment))
    if not phases:
        return False
    for dates in phases.values():
        if (
            dates is None
            or dates[1] is None
            or instant(dates[1], study.hours[0], enrolment.zone) + LOOK_BACK > now
        ):
            return False
    return True


def calendar_of(enrolment: Enrolment) -> Calendar:
    """What the plan needs to know of an enrolment."""
    return Calendar(enrolment.id, enrolment.zone, enrolment.anchors, enrolment.hour, enrolment.attributes)


def expected(study: Study, enrolment: Enrolment, start: datetime, until: datetime) -> list[Planned]:
    """What the participant is expected to answer. A clinician's form is not the participant's to miss."""
    planned = plan(study, calendar_of(enrolment), start, until)
    return [one for one in planned if study.plan[one.timepoint].by == "participant"]


def whole_plan(study: Study, enrolment: Enrolment) -> tuple[Planned, ...]:
    """Everything the protocol expects of a participant, from the first day to the last."""
    calendar = calendar_of(enrolment)
    starts = [dates[0] for dates in phase_dates(study, calendar).values() if dates is not None]
    ends = [dates[1] for dates in phase_dates(study, calendar).values() if dates is not None and dates[1]]
    if not starts:
        return ()
    start = instant(min(starts), study.hours[0], enrolment.zone) - LOOK_BACK
    last = max(ends) if ends else local_day(start, enrolment.zone) + timedelta(days=366)
    return tuple(expected(study, enrolment, start, instant(last, study.hours[0], enrolment.zone) + LOOK_BACK))
