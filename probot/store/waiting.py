"""What waits to be sent, how long has it waited, and for what?

The rule: these look at the queue as a whole; what becomes of one message stands in `outbox`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from probot.messages import lane_at
from probot.store.asked import TO_GO, WAITING
from probot.store.tables import outbox

LINE_DOWN = "the line is down"
"""How the reason begins of a message that waits because nobody could be reached."""


def line_is_back(connection: Connection, now: datetime) -> int:
    """A message got through: what waits for the line may go; how many messages that were."""
    waiting = update(outbox).where(
        outbox.c.state == WAITING, outbox.c.not_before > now, outbox.c.fault.startswith(LINE_DOWN)
    )
    return int(connection.execute(waiting.values(not_before=now, fault="")).rowcount)


@dataclass(frozen=True, slots=True)
class Due:
    """How many messages of a lane are due, and since when the longest-waiting one is."""

    number: int
    since: datetime


def due_by_lane(connection: Connection, now: datetime) -> dict[str, Due]:
    """What should be on its way by now and has not arrived, by lane; a lane without any is left out."""
    rows = connection.execute(
        select(outbox.c.lane, func.count().label("number"), func.min(outbox.c.not_before).label("since"))
        .where(outbox.c.state.in_(TO_GO), outbox.c.not_before <= now)
        .group_by(outbox.c.lane)
    )
    return {lane_at(row.lane): Due(row.number, row.since) for row in rows}
