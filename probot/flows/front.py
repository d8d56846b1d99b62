"""Which of a participant's conversations is in front? Typed words answer that one, and only that one is asked.

The rule: a report on demand first, then what is in progress, then what waits, the oldest first. Being in front
ends nothing: the others keep their answers and their turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from probot.flows.session import Session

ON_DEMAND, SCHEDULED = 0, 1
"""Priorities: the lower goes first."""


def front(sessions: Sequence[tuple[Session, int, datetime]]) -> Session | None:
    """The session in front, or None if nothing is open.

    Each with its priority (`ON_DEMAND` or `SCHEDULED`) and when it was opened, in any order. A finished session
    whose answer is being changed counts as in progress, but only behind sessions that are still being asked.
    """
    open_ones = [each for each in sessions if _turn(each[0]) is not None]
    if not open_ones:
        return None
    return min(open_ones, key=lambda each: (*_place(each[0], each[1]), each[2], each[0].assessment))[0]


def _place(session: Session, priority: int) -> tuple[int, int]:
    turn = _turn(session)
    # A report that was finished long ago must not stay in front because one of its answers was looked at again.
    return (SCHEDULED if session.status == "finished" else priority, 0 if turn is None else turn)


def _turn(session: Session) -> int | None:
    match session.status:
        case "asking":
            return 0
        case "finished" if session.asking is not None:
            return 1
        case "waiting":
            return 2
        case _:
            return None
