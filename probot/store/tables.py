"""Which tables are there? All of them, on one page.

The rule: how a person can be reached stands in `contact` (and, as received, in `inbox.raw`) and nowhere else;
every other table knows participants by enrolment id and subject code alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from probot.store.saved import Content, Conversation
from probot.store.types import Instant, Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Serial = BigInteger().with_variant(Integer, "sqlite")
"""A growing number; SQLite only counts by itself in a column of exactly INTEGER."""


def _where(condition: str) -> dict[str, Any]:
    """A partial index, said once for both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _id(length: int = 22) -> Column[str]:
    return Column("id", String(length), primary_key=True)


def _enrolment() -> Column[str]:
    return Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False)


def _claim() -> list[Column[object]]:
    """Columns of a row that is worked on by whoever holds it: until when, by which token, which attempt."""
    return [
        Column("claimed_until", Instant),
        Column("claim_token", String(32)),
        Column("attempts", Integer, nullable=False, server_default="0"),
    ]


# ------------------------------------------------------------------------------ the study

study_version = Table(
    "study_version",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("study", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
)

publication = Table(
    "publication",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("hash", ForeignKey("study_version.hash"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(80), nullable=False),
)

# ------------------------------------------------------------------------------ people

enrolment = Table(
    "enrolment",
    metadata,
    _id(),
    Column("code", String(64), nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("attributes", Json, nullable=False),
    Column("anchors", Json, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("hour", String(5)),
    Column("welcome", Json),
    Column("reach", String(16), nullable=False, server_default="unknown"),
    Column("created_at", Instant, nullable=False),
    Column("active_from", Instant),
    Column("paused_from", Instant),
    Column("paused_until", Instant),
    Column("ended_at", Instant),
    Column("ended_level", String(20)),
    Column("ended_reason", Text),
    Column("planned_until", Instant),
    Column("planned_for", String(64)),
    CheckConstraint(
        "status IN ('invited','welcoming','refused','active','paused','withdrawn','completed')", name="status"
    ),
    Index("ix_enrolment_planning", "planned_until", **_where("status IN ('active','paused')")),
    Index("ix_enrolment_pause", "paused_until", **_where("status = 'paused'")),
)

staff = Table(
    "staff",
    metadata,
    _id(),
    Column("name", String(80), nullable=False, unique=True),
    Column("role", String(64), nullable=False),
    Column("status", String(10), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("centre", String(64), nullable=False, server_default=""),
)

contact = Table(
    "contact",
    metadata,
    _id(),
    Column("principal", String(64), nullable=False),
    Column("chat", BigInteger, nullable=False),
    Column("account", BigInteger),
    Column("name", Text, nullable=False, server_default=""),
    Column("handle", Text, nullable=False, server_default=""),
    Column("language", String(8), nullable=False),
    Column("bound_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_reason", String(64)),
    Index("uq_contact_principal", "principal", unique=True, **_where("ended_at IS NULL")),
    Index("uq_contact_chat", "chat", unique=True, **_where("ended_at IS NULL")),
    Index("ix_contact_account", "account"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    Index("ix_invitation_subject", "subject"),
)

consent = Table(
    "consent",
    metadata,
    _id(),
    _enrolment(),
    Column("version", Text, nullable=False),
    Column("part", String(64), nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("language", String(8), nullable=False),
    Column("wording_hash", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_consent_enrolment_id", "enrolment_id"),
)

# ------------------------------------------------------------------------------ assessments

assessment = Table(
    "assessment",
    metadata,
    _id(),
    _enrolment(),
    Column("timepoint", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("occurrence", String(64), nullable=False, server_default=""),
    Column("day_of_phase", Integer),
    Column("opens_at", Instant, nullable=False),
    Column("target_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("grace_until", Instant, nullable=False),
    Column("late_start_until", Instant, nullable=False),
    Column("reminders", Json, nullable=False),
    Column("reminded", Integer, nullable=False, server_default="0"),
    Column("status", String(16), nullable=False),
    Column("reason", String(80), nullable=False, server_default=""),
    Column("late", Boolean, nullable=False, server_default=text("false")),
    Column("mode", String(10), nullable=False, server_default="chat"),
    Column("respondent", String(64)),
    Column("study_hash", String(64)),
    Column("prompted_at", Instant),
    Column("delivered_at", Instant),
    Column("first_answer_at", Instant),
    Column("finished_at", Instant),
    Column("next_at", Instant),
    *_claim(),
    UniqueConstraint("enrolment_id", "timepoint", "day", "occurrence"),
    Index("ix_assessment_due", "next_at", **_where("next_at IS NOT NULL")),
    Index("ix_assessment_enrolment", "enrolment_id", "opens_at"),
)

session = Table(
    "session",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    _enrolment(),
    Column("state", Conversation, nullable=False),
    Column("status", String(10), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False),
    Index("ix_session_live", "enrolment_id", **_where("status <> 'closed'")),
)

response = Table(
    "response",
    metadata,
    _id(),
    _enrolment(),
    Column("assessment_id", ForeignKey("assessment.id"), nullable=False),
    Column("item", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("value", Json),
    Column("absent", String(16)),
    Column("raw", Json, nullable=False),
    Column("source", String(10), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("language", String(8), nullable=False),
    Column("instrument", String(64), nullable=False),
    Column("instrument_version", Text, nullable=False),
    Column("wording_hash", String(64), nullable=False),
    Column("study_hash", String(64), nullable=False),
    Column("asked_at", Instant),
    Column("answered_at", Instant, nullable=False),
    Column("received_at", Instant),
    Column("stored_at", Instant, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("late", Boolean, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("actor", String(64), nullable=False),
    Column("cause", String(120), nullable=False, server_default=""),
    Column("step", Integer, nullable=False, server_default="0"),
    UniqueConstraint("assessment_id", "item", "revision"),
    Index("ix_response_history", "enrolment_id", "item", "answered_at"),
)

note = Table(
    "note",
    metadata,
    _id(),
    _enrolment(),
    Column("assessment_id", String(22)),
    Column("item", String(64)),
    Column("kind", String(16), nullable=False),
    Column("words", Json, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("cause", String(120), nullable=False),
    Index("ix_note_enrolment_id", "enrolment_id", "received_at"),
)

# ------------------------------------------------------------------------------ alerts

alert = Table(
    "alert",
    metadata,
    _id(),
    _enrolment(),
    Column("concept", String(64), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("tier", String(10), nullable=False),
    Column("state", String(14), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("study_hash", String(64), nullable=False),
    Column("ladder", Json, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("next_at", Instant),
    Column("evidence", Json, nullable=False),
    Column("hits", Integer, nullable=False),
    Column("peak", Float),
    Column("last_hit_at", Instant),
    Column("notified_at", Instant),
    Column("acknowledged_by", String(22)),
    Column("acknowledged_at", Instant),
    Column("closed_by", String(22)),
    Column("closed_at", Instant),
    Column("told", Json, nullable=False),
    Column("taken_at", Instant),
    Column("assigned_to", String(22)),
    Column("action", String(12)),
    Column("action_reason", Text, nullable=False, server_default=""),
    Column("wish", String(8)),
    *_claim(),
    Index("uq_alert_open", "enrolment_id", "concept", unique=True, **_where("state <> 'closed'")),
    Index("ix_alert_due", "next_at", **_where("next_at IS NOT NULL")),
)

alert_event = Table(
    "alert_event",
    metadata,
    Column("alert_id", ForeignKey("alert.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("entry", Json, nullable=False),
)

# ------------------------------------------------------------------------------ in and out

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("bot", BigInteger, nullable=False),
    Column("update_id", BigInteger, nullable=False),
    Column("lane", String(64), nullable=False),
    Column("raw", Json, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String(8), nullable=False, server_default="new"),
    Column("handled_at", Instant),
    Column("fault", Text, nullable=False, server_default=""),
    *_claim(),
    UniqueConstraint("bot", "update_id"),
    Index("ix_inbox_waiting", "lane", "seq", **_where("state = 'new'")),
    Index("ix_inbox_new", "seq", **_where("state = 'new'")),
    Index("ix_inbox_parked", "seq", **_where("state = 'parked'")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(22), nullable=False, unique=True),
    Column("lane", Integer, nullable=False),
    Column("recipient", String(64), nullable=False),
    Column("purpose", String(12), nullable=False),
    Column("kind", String(6), nullable=False),
    Column("content", Content, nullable=False),
    Column("assessment_id", String(22)),
    Column("item", String(64)),
    Column("alert_id", String(22)),
    Column("edits", String(22)),
    Column("edits_number", BigInteger),
    Column("created_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("state", String(9), nullable=False, server_default="waiting"),
    Column("fault", Text, nullable=False, server_default=""),
    Column("repeat", Boolean, nullable=False, server_default=text("false")),
    Column("sent_at", Instant),
    Column("contact_id", String(22)),
    Column("number", BigInteger),
    *_claim(),
    Index("ix_outbox_waiting", "lane", "not_before", "seq", **_where("state = 'waiting'")),
    Index("ix_outbox_sending", "claimed_until", **_where("state = 'sending'")),
    Index("ix_outbox_dead", "recipient", "seq", **_where("state = 'dead'")),
    Index("ix_outbox_recipient", "recipient", "seq", **_where("state IN ('waiting','sending')")),
    Index("ix_outbox_number", "number", "contact_id", **_where("number IS NOT NULL")),
    Index("ix_outbox_said", "recipient", "item", **_where("assessment_id IS NULL AND item IS NOT NULL")),
    Index("ix_outbox_assessment", "assessment_id", "item"),
    Index("ix_outbox_alert", "alert_id"),
)

# ------------------------------------------------------------------------------ the house itself

audit = Table(
    "audit",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("role", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(20), nullable=False),
    Column("object_id", String(120), nullable=False),
    Column("code", String(64), nullable=False, server_default=""),
    Column("field", String(64), nullable=False, server_default=""),
    Column("old", Json),
    Column("new", Json),
    Column("reason", Text, nullable=False, server_default=""),
    Column("study_hash", String(64), nullable=False, server_default=""),
    Column("software", String(20), nullable=False),
    Column("cause", String(120), nullable=False, server_default=""),
    Index("ix_audit_code", "code", "seq"),
)

pulse = Table(
    "pulse",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("detail", Json),
)

outage = Table(
    "outage",
    metadata,
    _id(),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("token", String(32), nullable=False),
    Column("until", Instant, nullable=False),
)
