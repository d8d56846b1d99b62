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
Step = Literal["called", "assigned", "snoozed", "asked"]
"""What somebody does about an alert that they have, or (asked) about any."""
Deed = Literal[
    "raised", "hit", "acknowledged", "reopened", "corrected", "closed",
    "called", "assigned", "snoozed", "asked",
    "lapsed", "woken", "left", "recounted", "answered", "undelivered", "wished",
]  # fmt: skip
Action = Literal["advice", "drug_change", "visit", "admission", "none"]
"""What was done about an alert, as it is closed."""
ACTIONS: tuple[Action, ...] = ("advice", "drug_change", "visit", "admission", "none")
Wish = Literal["now", "today", "no_need"]
"""How soon the participant would like to be contacted."""
WISHES: tuple[Wish, ...] = ("now", "today", "no_need")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to an alert, in order. Notifications are not here (the outbox has them).

    raised, hit, reopened: `rule`, `tier` and `evidence` of the rule that was met. acknowledged, called: `by`.
    corrected: `evidence` names the item with its new value as `value` and the old one as `previous`.
    closed: `by`, the action as `code` and a reason as `words`. assigned: `by` and `to`. snoozed: `by`, `until`, and
    why as `words`. lapsed (nothing followed in time), woken (the snooze is over), left (who had it left the team): `by` is who had it, `tier` its
    tier. recounted: a clock was wrong, or the record is a restored copy, and its steps count from here. asked: `by` and the question as `words`; answered: the participant's `words`; undelivered: why, as `why`.
    wished: the participant's wish as `code`.
    """

    deed: Deed
    at: datetime
    by: StaffId | None = None
    rule: str = ""
    tier: Tier | None = None
    evidence: Evidence | None = None
    why: str = ""
    """For hits that people are told of again: `tier`, `rise` or `time`."""
    to: StaffId | None = None
    until: datetime | None = None
    code: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One episode of one concept in one participant.

    `rung` is the index of the next rung to climb. `next_at`: when it is climbed; once somebody has the alert, when it
    is open again unless something follows; None once it is closed. `peak`: the worst numeric value so far. `hits`: how
    often a rule of this concept was met in this episode.
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
    taken_at: datetime | None = None
    """When somebody took it for the first time; stays when it opens again."""
    assigned_to: StaffId | None = None
    """Who was given it last, if it was given to somebody by name."""
    action: Action | None = None
    action_reason: str = ""
    wish: Wish | None = None
    history: tuple[Entry, ...] = ()
    """Everything that happened, the raising first; `rule` and `tier` above follow the highest tier so far."""
