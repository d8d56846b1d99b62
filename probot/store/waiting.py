"""What waits to be sent, how long has it waited, and for what?

The rule: these look at the queue as a whole; what becomes of one message stands in `outbox`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from probot.store.tables import outbox

LINE_DOWN = "the line is down"
"""How the reason begins of a message that waits because nobody could be reached."""


def line_is_back(connection: Connection, now: datetime) -> int:
    """A message got through: what waits for the line may go; how many messages that were."""
    waiting = update(outbox).where(
        outbox.c.state == "waiting", outbox.c.not_before > now, outbox.c.fault.startswith(LINE_DOWN)
    )
    return int(connection.execute(waiting.values(not_before=now, fault="")).rowcount)
