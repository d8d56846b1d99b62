"""What does a stored row look like to the services? Values that nobody changes, one class a table that services read.

The rule: a record is what was there when it was read; changing one changes nothing in the database. Tuples with names,
as rows are: thousands are made in a second, and a frozen dataclass takes several times as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Literal, NamedTuple

from probot.flows.session import Absent
from probot.messages import Message
from probot.values import AssessmentId, EnrolmentId, StaffId

Purpose = Literal[
    "question",
    "reminder",
    "reply",
    "safety",
    "welcome",
    "farewell",
    "alert",
    "notice",
    "picture",
    "neutral",
    "enquiry",
]
"""What a message is for; it decides who may still be told, and what happens if its arrival is unknown."""
EnrolmentStatus = Literal["invited", "welcoming", "refused", "active", "paused", "withdrawn", "completed"]
AssessmentStatus = Literal[
    "planned",
    "open",
    "complete",
    "partial",
    "declined",
    "missed",
    "paused",
    "withdrawn",
    "outage",
    "not_delivered",
]


class Enrolment(NamedTuple):
    """A participant in the study. `attributes` and `anchors` as the study names them; `hour` as chosen."""

    id: EnrolmentId
    code: str
    status: EnrolmentStatus
    attributes: Mapping[str, str | tuple[str, ...]]
    anchors: Mapping[str, date]
    zone: str
    language: str
    hour: time | None
    welcome: Any
    reach: str
    created_at: datetime
    active_from: datetime | None
    paused_from: datetime | None
    paused_until: datetime | None
    ended_at: datetime | None
    ended_level: str | None
    ended_reason: str | None
    planned_until: datetime | None
    planned_for: str | None

    @property
    def principal(self) -> str:
        """Whom messages to this participant are addressed to."""
        return f"participant:{self.id}"

    @property
    def keeps_contact(self) -> bool:
        """Whether they only want to be asked no more questions (`/stop`): the team may still get in touch."""
        return self.status == "withdrawn" and self.ended_level == "questions"


class Staff(NamedTuple):
    """A member of the care team."""

    id: StaffId
    name: str
    role: str
    status: Literal["invited", "active", "left"]
    language: str
    created_at: datetime
    centre: str = ""
    """The centre whose participants they hear of; empty: of all."""

    @property
    def principal(self) -> str:
        """Whom messages to this member of staff are addressed to."""
        return f"staff:{self.id}"


class Contact(NamedTuple):
    """How a principal is reached: the only place where a chat and a person meet."""

    id: str
    principal: str
    chat: int
    account: int | None
    name: str
    language: str
    bound_at: datetime


class Invitation(NamedTuple):
    """A one-time token, known by its hash alone."""

    token_hash: str
    kind: Literal["participant", "staff", "team"]
    subject: str
    language: str
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class Assessment(NamedTuple):
    """One expected assessment and what became of it."""

    id: AssessmentId
    enrolment_id: EnrolmentId
    timepoint: str
    day: date
    occurrence: str
    day_of_phase: int | None
    opens_at: datetime
    target_at: datetime
    closes_at: datetime
    grace_until: datetime
    late_start_until: datetime
    reminders: tuple[datetime, ...]
    reminded: int
    status: AssessmentStatus
    reason: str
    late: bool
    mode: str
    respondent: str | None
    """Who fills it in, if not the participant: the principal of a clinician."""
    study_hash: str | None
    prompted_at: datetime | None
    delivered_at: datetime | None
    first_answer_at: datetime | None
    finished_at: datetime | None
    next_at: datetime | None


class Response(NamedTuple):
    """One answer (or the reason why there is none), in one revision."""

    id: str
    enrolment_id: EnrolmentId
    assessment_id: AssessmentId
    item: str
    revision: int
    value: Any
    absent: Absent | None
    raw: str
    source: str
    answered_at: datetime


class Arrived(NamedTuple):
    """A row of the inbox that is claimed: the raw update and the token that proves the claim."""

    seq: int
    bot: int
    update_id: int
    lane: str
    raw: Mapping[str, Any]
    received_at: datetime
    attempts: int
    token: str


class Parked(NamedTuple):
    """An update that could not be handled, put aside; `fault` names the kind of error."""

    seq: int
    bot: int
    update_id: int
    received_at: datetime
    handled_at: datetime | None
    fault: str


class Outgoing(NamedTuple):
    """A row of the outbox that is claimed."""

    seq: int
    id: str
    lane: int
    recipient: str
    purpose: Purpose
    kind: Literal["post", "edit", "photo", "file", "leave", "menu", "topic"]
    content: Message | Mapping[str, Any]
    assessment_id: str | None
    item: str | None
    alert_id: str | None
    edits: str | None
    edits_number: int | None
    created_at: datetime
    expires_at: datetime | None
    attempts: int
    repeat: bool
    token: str

    @property
    def message(self) -> Message:
        """What it says."""
        if not isinstance(self.content, Message):
            raise TypeError(f"message {self.id} holds no words")
        return self.content

    @property
    def parts(self) -> Mapping[str, Any]:
        """What a picture, a file or a topic is made of."""
        if isinstance(self.content, Message):
            raise TypeError(f"message {self.id} holds words")
        return self.content
