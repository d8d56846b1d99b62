"""Which tables do senders share? What each of them has sent lately, so that all keep the channel's limits together.

The rule: rows live for minutes; nothing that matters later stands here.
"""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from probot.store.tables import Serial, metadata
from probot.store.types import Instant

sending_log = Table(
    "sending_log",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("process", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("recipient", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant),
)
