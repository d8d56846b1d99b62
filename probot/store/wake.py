"""How does a transaction wake those who wait in other processes? By a notification that leaves with its commit.

The rule: for rare writers only (commands); what runs all day rings after its commit (`probot.app.bell`), because
PostgreSQL lets transactions that notify commit one at a time.
"""

from __future__ import annotations

from typing import Final, Literal

from sqlalchemy import Connection, func, select

CHANNEL: Final = "probot"
What = Literal["in", "out"]
"""in: an update waits to be handled; out: a message waits to be sent."""


def ring(connection: Connection, what: What) -> None:
    """Wake whoever waits for this, once the transaction is committed. Nothing happens on SQLite."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(CHANNEL, what)))
