"""What is an alert? A rule that was met: its evidence, its tier, its ladder and who has taken it.

The rule: everything is frozen as it was when the alert was raised; what happens later is added, never replaced.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from probot.study.model import Rung, Tier
from probot.values import AlertId, EnrolmentId, StaffId, Value


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One value on the line of recent days: the local date and the (worst) value of that date."""

    date: str
    value: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What met the rule. `item` is None for signals; `words` are the participant's own (a note)."""

    item: str | None = None
    value: Value | None = None
    previous: Value | None = None
    trend: tuple[TrendPoint, ...] = ()
    since: str | None = None
    """Local date from which on, without a break, the trend has met the rule's item threshold or been as bad."""
    responses: tuple[str, ...] = ()
    words: str = ""
    detail: str = ""
    """For signals: the timepoint missed, the failure of delivery …"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule is met now."""

    rule: str
    tier: Tier
    concept: str
    evidence: Evidence


AlertState = Literal["open", "acknowledged", "closed"]
Deed = Literal["raised", "hit", "acknowledged", "reopened", "corrected", "closed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to an alert, in order. Notifications are not here (the outbox has them).

    raised, hit, reopened: `rule`, `tier` and `evidence` of the rule that was met. acknowledged, closed: `by`.
    corrected: `evidence` names the item with its new value as `value` and the old one as `previous`.
    """

    deed: Deed
    at: datetime
    by: StaffId | None = None
    rule: str = ""
    tier: Tier | None = None
    evidence: Evidence | None = None
    why: str = ""
    """For hits that people are told of again: `tier`, `rise` or `time`."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One episode of one concept in one participant.

    `rung` is the index of the next rung to climb; `next_at` when (None: nothing to climb). `peak`: the worst
    numeric value so far. `hits`: how often a rule of this concept was met in this episode.
    """

    id: AlertId
    enrolment: EnrolmentId
    concept: str
    rule: str
    tier: Tier
    state: AlertState
    raised_at: datetime
    study: str
    ladder: tuple[Rung, ...]
    rung: int
    next_at: datetime | None
    evidence: Evidence
    hits: int = 1
    peak: float | None = None
    last_hit_at: datetime | None = None
    notified_at: datetime | None = None
    acknowledged_by: StaffId | None = None
    acknowledged_at: datetime | None = None
    closed_by: StaffId | None = None
    closed_at: datetime | None = None
    told: tuple[str, ...] = field(default_factory=tuple)
    """Who has been notified so far (`care_team` and role ids), for repeats."""
    history: tuple[Entry, ...] = ()
    """Everything that happened, the raising first; `rule` and `tier` above follow the highest tier so far."""
