"""Which table knows of links that were tried in vain? One, whose rows live for a day.

The rule: who tried stands here as a hash of the account, never as the account.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from probot.store.tables import Serial, metadata
from probot.store.types import Instant

wrong_link = Table(
    "wrong_link",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("who", String(22), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_wrong_link_who", "who", "at"),
)
