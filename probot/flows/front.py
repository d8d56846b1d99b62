"""Which of a participant's conversations is in front? Typed words answer that one, and only that one is asked.

The rule: a report on demand first; then what is being answered just now, so that nothing breaks into it; then
whatever closes first. Being in front ends nothing: the others keep their answers and their turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from probot.flows.session import Session

ON_DEMAND, SCHEDULED = 0, 1
"""Priorities: the lower goes first."""

IN_PROGRESS = timedelta(minutes=30)
"""A form that was answered this recently is being answered; an older one only lies open."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conversation that still counts, with its priority and the instants of its assessment."""

    session: Session
    priority: int
    opened_at: datetime
    closes_at: datetime


def front(candidates: Sequence[Candidate], now: datetime) -> Session | None:
    """The session in front at `now`, or None if nothing is open. The order of `candidates` does not matter.

    A finished session whose answer is being changed counts as open, but only behind sessions that are still to
    be asked: a report that was finished long ago must not come first again because somebody looked at it.
    """
    open_ones = [each for each in candidates if is_open(each.session)]
    if len(open_ones) <= 1:
        return open_ones[0].session if open_ones else None
    return min(open_ones, key=lambda each: _place(each, now)).session


def is_open(session: Session) -> bool:
    """Whether the session has something to ask."""
    return session.status in {"waiting", "asking"} or (
        session.status == "finished" and session.asking is not None
    )


def _place(each: Candidate, now: datetime) -> tuple[bool, int, bool, datetime, datetime, str]:
    session = each.session
    idle = not (session.status == "asking" and _answered_since(session, now - IN_PROGRESS))
    return (
        session.status == "finished",
        each.priority,
        idle,
        each.closes_at,
        each.opened_at,
        session.assessment,
    )


def _answered_since(session: Session, moment: datetime) -> bool:
    return any(given.source != "system" and given.at > moment for given in session.given.values())
