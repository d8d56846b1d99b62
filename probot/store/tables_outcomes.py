"""Which tables hold what comes of the treatment? Adverse events with their versions and deeds, and dated events.

The rule: how an adverse event stands is one row; what was judged and done is only ever added.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from probot.store.tables import metadata
from probot.store.types import Instant, Json

adverse_event = Table(
    "adverse_event",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(14), nullable=False),
    Column("noted_at", Instant, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("aware_at", Instant, nullable=False),
    Column("alert_id", ForeignKey("alert.id")),
    Column("signed", Integer),
    Column("signed_by", String(22)),
    Column("signed_at", Instant),
    Column("reported_at", Instant),
    Column("reported_by", String(22)),
    Column("ladder", Json, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("next_at", Instant),
    Column("told", Json, nullable=False),
    Column("notified_at", Instant),
    Column("claimed_until", Instant),
    Column("claim_token", String(32)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    UniqueConstraint("enrolment_id", "number"),
    Index(
        "ix_adverse_event_due",
        "next_at",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    ),
)

adverse_version = Table(
    "adverse_version",
    metadata,
    Column("adverse_id", ForeignKey("adverse_event.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("answers", Json, nullable=False),
    Column("by", String(22), nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("assessment_id", String(22), nullable=False),
    Column("study_hash", String(64), nullable=False),
)

adverse_deed = Table(
    "adverse_deed",
    metadata,
    Column("adverse_id", ForeignKey("adverse_event.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("deed", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(22), nullable=False),
    Column("detail", Text, nullable=False),
    Column("version", Integer),
)

adverse_form = Table(
    "adverse_form",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("adverse_id", ForeignKey("adverse_event.id"), nullable=False),
    Index("ix_adverse_form_adverse", "adverse_id"),
)

endpoint_seen = Table(
    "endpoint_seen",
    metadata,
    Column("enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    Column("state", Json, nullable=False),
    Column("at", Instant, nullable=False),
)

study_event = Table(
    "study_event",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False),
    Column("event", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(64), nullable=False),
    Column("void_at", Instant),
    Column("void_by", String(64)),
    Column("void_reason", Text),
    Index("ix_study_event_enrolment", "enrolment_id", "event", "day"),
)
