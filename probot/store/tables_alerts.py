"""Which messages belong to an alert without showing it? Questions, answers, requests for a reason, lists.

The rule: a reply to one of them is known by its row here, never guessed from its words.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from probot.store.tables import metadata
from probot.store.types import Instant

alert_thread = Table(
    "alert_thread",
    metadata,
    Column("message_id", String(22), primary_key=True),
    Column("alert_id", ForeignKey("alert.id"), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("recipient", String(64), nullable=False),
    Column("detail", String(64), nullable=False, server_default=""),
    Column("staff_id", String(22)),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Index("ix_alert_thread_recipient", "recipient", "created_at"),
    Index("ix_alert_thread_alert", "alert_id"),
)
"""`kind`: question (to a participant, from the chat in `detail`), answer, reason (asked of staff; `detail` is the button
it is for), list. `recipient`: whom the message is to. `settled_at`: answered or done with."""
