"""What does the care team look at? Questions over many rows that change nothing.

The rule: only reads, and only coded data; what is shown to whom is decided elsewhere.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from probot.store.tables import alert
from probot.study.model import Tier
from probot.values import EnrolmentId


def raised_since(
    connection: Connection, enrolment: EnrolmentId, since: datetime
) -> list[tuple[datetime, Tier]]:
    """When a participant's alerts were raised since then, closed ones too, and their tiers; oldest first."""
    rows = connection.execute(
        select(alert.c.raised_at, alert.c.tier)
        .where(alert.c.enrolment_id == enrolment, alert.c.raised_at >= since)
        .order_by(alert.c.raised_at, alert.c.id)
    )
    return [(row.raised_at, row.tier) for row in rows]
