"""The schema that probot began with: all tables, their indexes, and the guards of the append-only ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from probot.store.trail import guard_statements
from probot.store.types import Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    _study_version()
    _publication()
    _enrolment()
    _staff()
    _contact()
    _invitation()
    _consent()
    _assessment()
    _session()
    _response()
    _note()
    _alert()
    _alert_event()
    _alert_thread()
    _alarm()
    _adverse_event()
    _adverse_history()
    _adverse_form()
    _endpoint_seen()
    _study_event()
    _inbox()
    _outbox()
    _audit()
    _pulse()
    _outage()
    _lease()
    _sending_log()
    _wrong_link()
    _appointment()
    for statement in guard_statements(op.get_context().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """There is nothing before the beginning; a database is taken back by restoring a backup."""
    raise RuntimeError("the first schema cannot be taken back; restore a backup instead")


def _study_version() -> None:
    op.create_table(
        "study_version",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("study", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stored_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_study_version")),
    )


def _publication() -> None:
    op.create_table(
        "publication",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["study_version.hash"], name=op.f("fk_publication_hash")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_publication")),
    )


def _enrolment() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attributes", Json(), nullable=False),
        sa.Column("anchors", Json(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("hour", sa.String(length=5), nullable=True),
        sa.Column("welcome", Json(), nullable=True),
        sa.Column("reach", sa.String(length=16), server_default="unknown", nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("active_from", Instant(timezone=True), nullable=True),
        sa.Column("paused_from", Instant(timezone=True), nullable=True),
        sa.Column("paused_until", Instant(timezone=True), nullable=True),
        sa.Column("ended_at", Instant(timezone=True), nullable=True),
        sa.Column("ended_level", sa.String(length=20), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("planned_until", Instant(timezone=True), nullable=True),
        sa.Column("planned_for", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "status IN ('invited','welcoming','refused','active','paused','withdrawn','completed')",
            name=op.f("ck_enrolment_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("code", name=op.f("uq_enrolment_code")),
    )
    op.create_index(
        "ix_enrolment_pause",
        "enrolment",
        ["paused_until"],
        unique=False,
        sqlite_where=sa.text("status = 'paused'"),
        postgresql_where=sa.text("status = 'paused'"),
    )
    op.create_index(
        "ix_enrolment_planning",
        "enrolment",
        ["planned_until"],
        unique=False,
        postgresql_where=sa.text("status IN ('active','paused')"),
        sqlite_where=sa.text("status IN ('active','paused')"),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("centre", sa.String(length=64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
    )


def _contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("handle", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("bound_at", Instant(timezone=True), nullable=False),
        sa.Column("ended_at", Instant(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index("ix_contact_account", "contact", ["account"], unique=False)
    op.create_index(
        "uq_contact_chat",
        "contact",
        ["chat"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_contact_principal",
        "contact",
        ["principal"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.Column("revoked_at", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_subject", "invitation", ["subject"], unique=False)


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("part", sa.String(length=64), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("wording_hash", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_consent_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_enrolment_id", "consent", ["enrolment_id"], unique=False)


def _assessment() -> None:
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("timepoint", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("occurrence", sa.String(length=64), server_default="", nullable=False),
        sa.Column("day_of_phase", sa.Integer(), nullable=True),
        sa.Column("opens_at", Instant(timezone=True), nullable=False),
        sa.Column("target_at", Instant(timezone=True), nullable=False),
        sa.Column("closes_at", Instant(timezone=True), nullable=False),
        sa.Column("grace_until", Instant(timezone=True), nullable=False),
        sa.Column("late_start_until", Instant(timezone=True), nullable=False),
        sa.Column("reminders", Json(), nullable=False),
        sa.Column("reminded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=80), server_default="", nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("mode", sa.String(length=10), server_default="chat", nullable=False),
        sa.Column("respondent", sa.String(length=64), nullable=True),
        sa.Column("study_hash", sa.String(length=64), nullable=True),
        sa.Column("prompted_at", Instant(timezone=True), nullable=True),
        sa.Column("delivered_at", Instant(timezone=True), nullable=True),
        sa.Column("first_answer_at", Instant(timezone=True), nullable=True),
        sa.Column("finished_at", Instant(timezone=True), nullable=True),
        sa.Column("next_at", Instant(timezone=True), nullable=True),
        sa.Column("claimed_until", Instant(timezone=True), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_assessment_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "enrolment_id",
            "timepoint",
            "day",
            "occurrence",
            name=op.f("uq_assessment_enrolment_id_timepoint_day_occurrence"),
        ),
    )
    op.create_index(
        "ix_assessment_due",
        "assessment",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_assessment_enrolment", "assessment", ["enrolment_id", "opens_at"], unique=False)


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("assessment_id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("state", Json(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("opened_at", Instant(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_session_assessment_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_session_enrolment_id")),
        sa.PrimaryKeyConstraint("assessment_id", name=op.f("pk_session")),
    )
    op.create_index(
        "ix_session_live",
        "session",
        ["enrolment_id"],
        unique=False,
        sqlite_where=sa.text("status <> 'closed'"),
        postgresql_where=sa.text("status <> 'closed'"),
    )


def _response() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("assessment_id", sa.String(length=22), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("value", Json(), nullable=True),
        sa.Column("absent", sa.String(length=16), nullable=True),
        sa.Column("raw", Json(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("instrument", sa.String(length=64), nullable=False),
        sa.Column("instrument_version", sa.Text(), nullable=False),
        sa.Column("wording_hash", sa.String(length=64), nullable=False),
        sa.Column("study_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Instant(timezone=True), nullable=True),
        sa.Column("answered_at", Instant(timezone=True), nullable=False),
        sa.Column("received_at", Instant(timezone=True), nullable=True),
        sa.Column("stored_at", Instant(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=120), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_response_assessment_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_response_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint(
            "assessment_id", "item", "revision", name=op.f("uq_response_assessment_id_item_revision")
        ),
    )
    op.create_index("ix_response_history", "response", ["enrolment_id", "item", "answered_at"], unique=False)


def _note() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("assessment_id", sa.String(length=22), nullable=True),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("words", Json(), nullable=False),
        sa.Column("received_at", Instant(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_note_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_enrolment_id", "note", ["enrolment_id", "received_at"], unique=False)


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("concept", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("tier", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=14), nullable=False),
        sa.Column("raised_at", Instant(timezone=True), nullable=False),
        sa.Column("study_hash", sa.String(length=64), nullable=False),
        sa.Column("ladder", Json(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("next_at", Instant(timezone=True), nullable=True),
        sa.Column("evidence", Json(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("peak", sa.Float(), nullable=True),
        sa.Column("last_hit_at", Instant(timezone=True), nullable=True),
        sa.Column("notified_at", Instant(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=22), nullable=True),
        sa.Column("acknowledged_at", Instant(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=22), nullable=True),
        sa.Column("closed_at", Instant(timezone=True), nullable=True),
        sa.Column("told", Json(), nullable=False),
        sa.Column("taken_at", Instant(timezone=True), nullable=True),
        sa.Column("assigned_to", sa.String(length=22), nullable=True),
        sa.Column("action", sa.String(length=12), nullable=True),
        sa.Column("action_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("wish", sa.String(length=8), nullable=True),
        sa.Column("claimed_until", Instant(timezone=True), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_alert_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(
        "ix_alert_due",
        "alert",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "uq_alert_open",
        "alert",
        ["enrolment_id", "concept"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )


def _alert_event() -> None:
    op.create_table(
        "alert_event",
        sa.Column("alert_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry", Json(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_event_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "number", name=op.f("pk_alert_event")),
    )


def _alert_thread() -> None:
    op.create_table(
        "alert_thread",
        sa.Column("message_id", sa.String(length=22), nullable=False),
        sa.Column("alert_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=64), server_default="", nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=True),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("settled_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_thread_alert_id")),
        sa.PrimaryKeyConstraint("message_id", "alert_id", name=op.f("pk_alert_thread")),
    )
    op.create_index("ix_alert_thread_recipient", "alert_thread", ["recipient", "created_at"], unique=False)
    op.create_index("ix_alert_thread_alert", "alert_thread", ["alert_id"], unique=False)


def _adverse_event() -> None:
    op.create_table(
        "adverse_event",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=14), nullable=False),
        sa.Column("noted_at", Instant(timezone=True), nullable=False),
        sa.Column("known_at", Instant(timezone=True), nullable=False),
        sa.Column("aware_at", Instant(timezone=True), nullable=False),
        sa.Column("alert_id", sa.String(length=22), nullable=True),
        sa.Column("signed", sa.Integer(), nullable=True),
        sa.Column("signed_by", sa.String(length=22), nullable=True),
        sa.Column("signed_at", Instant(timezone=True), nullable=True),
        sa.Column("reported_at", Instant(timezone=True), nullable=True),
        sa.Column("reported_by", sa.String(length=22), nullable=True),
        sa.Column("ladder", Json(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("next_at", Instant(timezone=True), nullable=True),
        sa.Column("told", Json(), nullable=False),
        sa.Column("notified_at", Instant(timezone=True), nullable=True),
        sa.Column("claimed_until", Instant(timezone=True), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_adverse_event_alert_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_adverse_event_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event")),
        sa.UniqueConstraint("enrolment_id", "number", name=op.f("uq_adverse_event_enrolment_id_number")),
    )
    op.create_index(
        "ix_adverse_event_due",
        "adverse_event",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )


def _adverse_history() -> None:
    op.create_table(
        "adverse_version",
        sa.Column("adverse_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", Json(), nullable=False),
        sa.Column("by", sa.String(length=22), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.String(length=22), nullable=False),
        sa.Column("study_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["adverse_id"], ["adverse_event.id"], name=op.f("fk_adverse_version_adverse_id")
        ),
        sa.PrimaryKeyConstraint("adverse_id", "number", name=op.f("pk_adverse_version")),
    )
    op.create_table(
        "adverse_deed",
        sa.Column("adverse_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(length=12), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=22), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["adverse_id"], ["adverse_event.id"], name=op.f("fk_adverse_deed_adverse_id")
        ),
        sa.PrimaryKeyConstraint("adverse_id", "number", name=op.f("pk_adverse_deed")),
    )


def _adverse_form() -> None:
    op.create_table(
        "adverse_form",
        sa.Column("assessment_id", sa.String(length=22), nullable=False),
        sa.Column("adverse_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ["adverse_id"], ["adverse_event.id"], name=op.f("fk_adverse_form_adverse_id")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_adverse_form_assessment_id")
        ),
        sa.PrimaryKeyConstraint("assessment_id", name=op.f("pk_adverse_form")),
    )
    op.create_index("ix_adverse_form_adverse", "adverse_form", ["adverse_id"], unique=False)


def _endpoint_seen() -> None:
    op.create_table(
        "endpoint_seen",
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("state", Json(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_endpoint_seen_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_endpoint_seen")),
    )


def _study_event() -> None:
    op.create_table(
        "study_event",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("void_at", Instant(timezone=True), nullable=True),
        sa.Column("void_by", sa.String(length=64), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_study_event_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_event")),
    )
    op.create_index("ix_study_event_enrolment", "study_event", ["enrolment_id", "event", "day"], unique=False)


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("bot", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=False),
        sa.Column("raw", Json(), nullable=False),
        sa.Column("received_at", Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="new", nullable=False),
        sa.Column("handled_at", Instant(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("claimed_until", Instant(timezone=True), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_inbox")),
        sa.UniqueConstraint("bot", "update_id", name=op.f("uq_inbox_bot_update_id")),
    )
    op.create_index(
        "ix_inbox_new",
        "inbox",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["lane", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("content", Json(), nullable=False),
        sa.Column("assessment_id", sa.String(length=22), nullable=True),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("alert_id", sa.String(length=22), nullable=True),
        sa.Column("edits", sa.String(length=22), nullable=True),
        sa.Column("edits_number", sa.BigInteger(), nullable=True),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("not_before", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=9), server_default="waiting", nullable=False),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("repeat", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sent_at", Instant(timezone=True), nullable=True),
        sa.Column("contact_id", sa.String(length=22), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("claimed_until", Instant(timezone=True), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
    )
    op.create_index("ix_outbox_alert", "outbox", ["alert_id"], unique=False)
    op.create_index("ix_outbox_assessment", "outbox", ["assessment_id", "item"], unique=False)
    op.create_index(
        "ix_outbox_number",
        "outbox",
        ["number", "contact_id"],
        unique=False,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_recipient",
        "outbox",
        ["recipient", "seq"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting','sending')"),
        postgresql_where=sa.text("state IN ('waiting','sending')"),
    )
    op.create_index(
        "ix_outbox_said",
        "outbox",
        ["recipient", "item"],
        unique=False,
        sqlite_where=sa.text("assessment_id IS NULL AND item IS NOT NULL"),
        postgresql_where=sa.text("assessment_id IS NULL AND item IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_sending",
        "outbox",
        ["claimed_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["lane", "not_before", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=6), server_default="", nullable=False),
        sa.Column("tier", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("raised_at", Instant(timezone=True), nullable=False),
        sa.Column("ladder", Json(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("next_at", Instant(timezone=True), nullable=True),
        sa.Column("told", Json(), nullable=False),
        sa.Column("notified_at", Instant(timezone=True), nullable=True),
        sa.Column("taken_by", sa.String(length=22), nullable=True),
        sa.Column("taken_at", Instant(timezone=True), nullable=True),
        sa.Column("claimed_until", Instant(timezone=True), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index(
        "ix_alarm_due",
        "alarm",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=20), nullable=False),
        sa.Column("object_id", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=64), server_default="", nullable=False),
        sa.Column("field", sa.String(length=64), server_default="", nullable=False),
        sa.Column("old", Json(), nullable=True),
        sa.Column("new", Json(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("study_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("software", sa.String(length=20), nullable=False),
        sa.Column("cause", sa.String(length=120), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_code", "audit", ["code", "seq"], unique=False)


def _pulse() -> None:
    op.create_table(
        "pulse",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("detail", Json(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulse")),
    )


def _outage() -> None:
    op.create_table(
        "outage",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("began_at", Instant(timezone=True), nullable=False),
        sa.Column("ended_at", Instant(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("until", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )


def _sending_log() -> None:
    op.create_table(
        "sending_log",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("process", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("until", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_sending_log")),
    )


def _wrong_link() -> None:
    op.create_table(
        "wrong_link",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("who", sa.String(length=22), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_wrong_link")),
    )
    op.create_index("ix_wrong_link_who", "wrong_link", ["who", "at"], unique=False)


def _appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("kept_at", Instant(timezone=True), nullable=True),
        sa.Column("next_at", Instant(timezone=True), nullable=True),
        sa.Column("claimed_until", Instant(timezone=True), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(
        "ix_appointment_due",
        "appointment",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
