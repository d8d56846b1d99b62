"""From which date to which date does each phase run for this participant?

The rule: the earliest known end wins; what hangs on an unknown date is unknown itself (None), never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from probot.schedule.calendar import shift
from probot.schedule.model import Calendar
from probot.study.model import Moment, Study

PhaseDates = tuple[date, date | None]
"""Day 1, and the first day that no longer belongs to the phase (None: no end is known yet)."""


def phase_dates(study: Study, calendar: Calendar) -> Mapping[str, PhaseDates | None]:
    """Every phase's dates, by name; None where day 1 is not known yet.

    An end on or before day 1 means that the phase has no days; the end is kept as it was given, because other
    phases may start from it.
    """
    return {name: _phase(name, study, calendar.anchors, ()) for name in study.phases}


def _phase(name: str, study: Study, anchors: Mapping[str, date], asked: tuple[str, ...]) -> PhaseDates | None:
    if name in asked:  # phases that wait for each other; the checks of the study refuse them
        return None
    phase = study.phases[name]
    asked = (*asked, name)
    start = _date(phase.start, study, anchors, asked)
    if start is None:
        return None
    ends = [_date(moment, study, anchors, asked) for moment in phase.until]
    return start, min((end for end in ends if end is not None), default=None)


def _date(moment: Moment, study: Study, anchors: Mapping[str, date], asked: tuple[str, ...]) -> date | None:
    if moment.of == "anchor":
        known = anchors.get(moment.name)
    else:
        dates = _phase(moment.name, study, anchors, asked)
        known = None if dates is None else dates[0 if moment.of == "start" else 1]
    return None if known is None else shift(known, moment.plus)
