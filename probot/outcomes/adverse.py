"""What is an adverse event? A candidate that somebody saw, and what investigators have judged of it since.

The rule: nothing is replaced: a judgement is a version, a signature belongs to one version, and every deed stays
in the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from probot.study import ctcae
from probot.study.ctcae import Term
from probot.study.forms import OTHER
from probot.study.model import Rung
from probot.values import EnrolmentId, StaffId, Value

State = Literal[
    "candidate", "under_review", "adjudicated", "signed", "follow_up", "resolved", "locked", "dismissed"
]
"""candidate: seen, taken by nobody. under_review: somebody looks at it. adjudicated: an investigator has judged
it. signed: and signed. follow_up: signed, and somebody has been in touch since. resolved: over. locked: the record
is closed. dismissed: judged to be no adverse event."""
STATES: tuple[State, ...] = (
    "candidate",
    "under_review",
    "adjudicated",
    "signed",
    "follow_up",
    "resolved",
    "locked",
    "dismissed",
)

Deed = Literal[
    "noted", "acknowledge", "fill", "adjudicate", "amend", "dismiss", "sign", "report", "unreport", "contact", "resolve",
    "lock", "reopen",
]  # fmt: skip

WHY_NOT: tuple[str, ...] = ("baseline", "duplicate", "protocol", "error")
"""Why something is no adverse event: known before; noted twice; expected by the protocol; entered in error."""
CONTACTS: tuple[str, ...] = ("phone", "bedside", "clinic", "message")
"""How somebody was in touch with the participant."""
WHY_UNREPORTED: tuple[str, ...] = ("mistake", "not_sent", "returned")
"""Why something has not been reported after all: tapped by mistake; it was not sent; it came back."""
WHY_AGAIN: tuple[str, ...] = ("news", "mistake", "worse")
"""Why a record is opened again."""


@dataclass(frozen=True, slots=True)
class Version:
    """One judgement. `answers` by plain name (`term`, `grade`, `serious` …), as the form gave them.

    `reason`: why it replaces the one before; empty for the first.
    """

    number: int
    answers: Mapping[str, Value]
    by: StaffId
    at: datetime
    reason: str
    assessment: str
    study: str

    @property
    def term(self) -> Term | None:
        """The CTCAE term, also where it was found by searching."""
        chosen = self.answers.get("term")
        key = self.answers.get("search") if chosen == OTHER else chosen
        return ctcae.term_of(str(key)) if key else None

    @property
    def grade(self) -> int | None:
        """1 to 5."""
        written = self.answers.get("grade")
        return int(str(written)[1:]) if written else None

    @property
    def serious(self) -> bool:
        """Whether it is a serious adverse event."""
        return self.answers.get("serious") == "yes"

    @property
    def criteria(self) -> tuple[str, ...]:
        """What makes it serious."""
        found = self.answers.get("criteria")
        return found if isinstance(found, tuple) else ()

    def said(self, name: str) -> str:
        """An answer as it is stored; empty if there is none."""
        found = self.answers.get(name)
        return "" if found is None else str(found)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done, in order; `detail`: why, how, or which version."""

    deed: Deed
    at: datetime
    by: StaffId
    detail: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """One (possible) adverse event of one participant; `number` counts within the participant.

    `known_at`: when the first member of the team knew of it at all; `aware_at`: from when the time for reporting
    counts, should it be serious. `ladder`, `rung`, `next_at`, `told`, `notified_at`: the
    reminders, as for alerts. `signed` names the version that bears the signature. `reported_at`, `reported_by`: of
    the initial report; `probot.outcomes.reports` tells of all.
    """

    id: str
    enrolment: EnrolmentId
    number: int
    state: State
    noted_at: datetime
    known_at: datetime
    aware_at: datetime
    alert: str | None = None
    versions: tuple[Version, ...] = ()
    signed: int | None = None
    signed_by: StaffId | None = None
    signed_at: datetime | None = None
    reported_at: datetime | None = None
    reported_by: StaffId | None = None
    ladder: tuple[Rung, ...] = ()
    rung: int = 0
    next_at: datetime | None = None
    told: tuple[str, ...] = ()
    notified_at: datetime | None = None
    history: tuple[Entry, ...] = ()

    @property
    def latest(self) -> Version | None:
        """The newest judgement, signed or not."""
        return self.versions[-1] if self.versions else None

    @property
    def serious(self) -> bool:
        """Whether the newest judgement says so, and it has not been dismissed."""
        return self.latest is not None and self.latest.serious and self.state != "dismissed"

    @property
    def worst(self) -> int | None:
        """The highest grade of any version."""
        grades = [version.grade for version in self.versions if version.grade is not None]
        return max(grades, default=None)
