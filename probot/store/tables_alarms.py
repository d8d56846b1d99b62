"""What does probot itself want somebody to do? Trouble with probot, and the daily tests of the alert paths.

The rule: no participant stands here, so nothing of it belongs into an export of answers or alerts.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, text

from probot.store.tables import metadata
from probot.store.types import Instant, Json

alarm = Table(
    "alarm",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("about", String(64), nullable=False),
    Column("number", String(6), nullable=False, server_default=""),
    Column("tier", String(10), nullable=False),
    Column("state", String(8), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("ladder", Json, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("next_at", Instant),
    Column("told", Json, nullable=False),
    Column("notified_at", Instant),
    Column("taken_by", String(22)),
    Column("taken_at", Instant),
    Column("claimed_until", Instant),
    Column("claim_token", String(32)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index(
        "ix_alarm_due",
        "next_at",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    ),
)
"""`kind`: test, trouble. `about`: the name of the ladder that is tested; what the trouble is. `number`: what proves that
somebody has read a test by mail or pager. `state`: planned, open, taken, seen, over."""
