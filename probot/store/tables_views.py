"""Which tables belong to what the team is shown? One: the hours at which something is said by itself.

The rule: as all tables, in the one schema of `tables.py`.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, text

from probot.store.tables import metadata
from probot.store.types import Instant

appointment = Table(
    "appointment",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("hours", String(200), nullable=False),
    Column("kept_at", Instant),
    Column("next_at", Instant),
    Column("claimed_until", Instant),
    Column("claim_token", String(32)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index(
        "ix_appointment_due",
        "next_at",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    ),
)
"""`id`: `digest` or `hand_over`. `hours`: zone and local times it was set for. `kept_at`: when it was last kept."""
