"""Small studies for the plan: each names only what the plan looks at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from probot.schedule.model import Calendar
from probot.study.model import Consent, Every, Moment, Offset, Phase, QuietHours, Study, Timepoint, Window
from probot.values import EnrolmentId

DAY_1 = date(2025, 3, 1)
DAILY = Every("day")


def anchor(name: str, *, months: int = 0, days: int = 0) -> Moment:
    return Moment("anchor", name, Offset(months, days))


TREATMENT = Phase(
    "treatment", anchor("treatment_start"), (anchor("treatment_end"), anchor("treatment_start", days=28)), {}
)
FOLLOW_UP = Phase("follow_up", Moment("end", "treatment"), (anchor("transplant", months=12),), {})


def timepoint(**given: Any) -> Timepoint:
    """A daily diary at nine, open for twelve hours, unless told otherwise."""
    values: dict[str, Any] = {
        "name": "daily",
        "label": {},
        "ask": ("pain_diary",),
        "during": "treatment",
        "every": DAILY,
        "at": time(9),
        "movable": None,
        "window": Window(timedelta(), timedelta(hours=12), timedelta(hours=2)),
    }
    return Timepoint(**(values | given))


def study(
    *timepoints: Timepoint,
    quiet: QuietHours | None = None,
    phases: tuple[Phase, ...] = (TREATMENT, FOLLOW_UP),
) -> Study:
    return Study(
        id="study",
        title={},
        hash="0",
        languages=("zh", "en"),
        zone="Asia/Shanghai",
        anchors={},
        attributes={},
        phases={phase.name: phase for phase in phases},
        instruments={},
        plan={each.name: each for each in timepoints or (timepoint(),)},
        rules={},
        ladders={},
        roles={},
        consent=Consent("1", {}, ()),
        texts={},
        participant_quiet=quiet,
    )


def calendar(
    zone: str = "Asia/Shanghai",
    *,
    hour: time | None = None,
    attributes: Mapping[str, str | tuple[str, ...]] | None = None,
    **anchors: date,
) -> Calendar:
    """Treatment starts on 1 March 2025 unless told otherwise."""
    return Calendar(
        EnrolmentId("E-1"), zone, {"treatment_start": DAY_1} | anchors, hour=hour, attributes=attributes or {}
    )
