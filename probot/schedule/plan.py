"""What will this participant be asked, and when? The study and the calendar become planned assessments.

The rule: pure, and the same each time: enrolment, timepoint and local day are the key, so that planning twice is
planning once and another hour, zone or window moves an assessment without making a second one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from probot.schedule.calendar import occurrences
from probot.schedule.civil import DAY, exists, instant, later, local_day
from probot.schedule.model import Calendar, Planned
from probot.schedule.phases import PhaseDates, phase_dates
from probot.schedule.quiet import next_allowed
from probot.study.conditions import holds
from probot.study.facts import Facts
from probot.study.model import QuietHours, Study, Timepoint
from probot.values import AssessmentId, EnrolmentId, as_utc, day_mark, derived_id


def assessment_id(enrolment: EnrolmentId, timepoint: str, day: date) -> AssessmentId:
    """The id of the enrolment's assessment of that timepoint on that local day."""
    key = derived_id("assessment", enrolment, timepoint, day.isoformat(), beside=day_mark(day))
    return AssessmentId(key)


def plan(study: Study, calendar: Calendar, start: datetime, until: datetime) -> tuple[Planned, ...]:
    """Every assessment that opens within `[start, until)`, sorted by opening, then in the study's order.

    Timepoints of clinicians are planned like the others, on-demand ones never. A phase whose day 1 is not
    known yet gives nothing. `start` and `until` are aware.
    """
    start, until = as_utc(start), as_utc(until)
    phases = phase_dates(study, calendar)
    found: list[Planned] = []
    for timepoint in study.plan.values():
        dates = phases[timepoint.during] if timepoint.during is not None else None
        if dates is None or timepoint.on_demand:
            continue
        for day in _days(timepoint, dates, calendar.zone, start, until):
            opens = _opening(study, timepoint, calendar, day)
            if not start <= opens < until or not exists(day, calendar.zone):
                continue
            planned = _on(study, timepoint, calendar, day, (day - dates[0]).days + 1)
            if holds(timepoint.only_if, _facts(calendar, planned)):
                found.append(planned)
    return tuple(sorted(found, key=lambda each: each.opens_at))


def _days(
    timepoint: Timepoint, dates: PhaseDates, zone: str, start: datetime, until: datetime
) -> Iterator[date]:
    """Every day whose assessment may open within `[start, until)`, and some days around."""
    assert timepoint.every is not None
    # Quiet hours delay an opening by less than a day, a day that a zone left out by another one.
    margin = 3 * DAY
    since = local_day(start - timepoint.window.opens - margin, zone)
    before = local_day(until - timepoint.window.opens + margin, zone)
    return occurrences(timepoint.every, *dates, since, before)


def _target(timepoint: Timepoint, calendar: Calendar, day: date) -> datetime:
    return instant(day, hour_of(timepoint, calendar.hour), calendar.zone)


def _quiet(study: Study, timepoint: Timepoint) -> QuietHours | None:
    # A clinician's prompt is not for the participant's phone, so the participant's night does not move it.
    return study.participant_quiet if timepoint.by == "participant" else None


def _opening(study: Study, timepoint: Timepoint, calendar: Calendar, day: date) -> datetime:
    opens = later(_target(timepoint, calendar, day), timepoint.window.opens, calendar.zone)
    return next_allowed(opens, _quiet(study, timepoint), calendar.zone)


def _on(study: Study, timepoint: Timepoint, calendar: Calendar, day: date, day_of_phase: int) -> Planned:
    zone, window, quiet = calendar.zone, timepoint.window, _quiet(study, timepoint)
    target, opens = _target(timepoint, calendar, day), _opening(study, timepoint, calendar, day)
    # A window that lies in quiet hours as a whole is left without length: it is kept on record, never asked.
    closes = max(later(target, window.closes, zone), opens)
    reminders = {next_allowed(later(opens, after, zone), quiet, zone) for after in timepoint.remind}
    late_start = (
        closes if timepoint.late_start is None else min(closes, later(opens, timepoint.late_start, zone))
    )
    return Planned(
        id=assessment_id(calendar.enrolment, timepoint.name, day),
        timepoint=timepoint.name,
        day=day,
        day_of_phase=day_of_phase,
        opens_at=opens,
        target_at=target,
        closes_at=closes,
        grace_until=max(closes, later(closes, window.grace, zone)),
        late_start_until=late_start,
        reminders=tuple(sorted(each for each in reminders if opens < each < closes)),
    )


def hour_of(timepoint: Timepoint, chosen: time | None) -> time:
    """The local time at which it is due: the chosen hour, held within `movable`, or else the study's."""
    assert timepoint.at is not None
    if timepoint.movable is None or chosen is None:
        return timepoint.at
    earliest, latest = timepoint.movable
    return max(earliest, min(chosen, latest))


def _facts(calendar: Calendar, planned: Planned) -> Facts:
    return Facts(
        now=planned.opens_at, today=planned.day, attributes=calendar.attributes, anchors=calendar.anchors
    )
