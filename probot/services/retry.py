"""How is an update tried again that could not be handled? By an operator, once the defect is mended.

The rule: it takes its old place at the head of its chat, and nothing that it left undone was ever written, so it is
handled as if for the first time.
"""

from __future__ import annotations

from collections.abc import Sequence

from probot.services.turn import Turn
from probot.store import inbox
from probot.store.records import Parked


def parked(turn: Turn) -> list[Parked]:
    """What was put aside, oldest first."""
    return inbox.parked(turn.connection)


def retry(turn: Turn, numbers: Sequence[int] = ()) -> list[Parked]:
    """Try these updates again, or all that were put aside; those that were, on record."""
    known = parked(turn)
    wanted = [each for each in known if not numbers or each.update_id in numbers]
    for each in wanted:
        inbox.unpark(turn.connection, each.seq)
        turn.note("update tried again", "update", f"{each.bot}:{each.update_id}", reason=each.fault)
    return wanted
