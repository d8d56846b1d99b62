"""What is planned? An assessment as the calendar sees it: which timepoint, which local day, which instants.

The rule: instants are UTC; the local day is kept beside them because it names the assessment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from probot.values import AssessmentId, EnrolmentId


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the plan needs to know of an enrolment. `hour`: the participant's chosen hour, if any.

    `attributes` as in `study.facts.Facts`, for timepoints with `only_if`.
    """

    enrolment: EnrolmentId
    zone: str
    anchors: Mapping[str, date]
    hour: time | None = None
    attributes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """One expected assessment. `reminders` are the instants that quiet hours left of the protocol's reminders."""

    id: AssessmentId
    timepoint: str
    day: date
    """The target's local date; with the timepoint and the enrolment it is the assessment's key."""
    day_of_phase: int
    opens_at: datetime
    target_at: datetime
    closes_at: datetime
    grace_until: datetime
    late_start_until: datetime
    """From here on it is no longer asked for the first time (`closes_at` where the study sets no late start)."""
    reminders: tuple[datetime, ...]
