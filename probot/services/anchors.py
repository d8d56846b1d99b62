"""What follows when an anchor gets its date, another one, or none any more? The trail, the plan, the endpoint.

The rule: whoever is told a date tells it here, so that nothing that rests on it is left as it was.
"""

from __future__ import annotations

from datetime import date

from probot.services import endpoint, plan_ahead
from probot.services.turn import Turn
from probot.store import people
from probot.store.records import Enrolment


def dated(turn: Turn, enrolment: Enrolment, name: str, on: date | None, reason: str) -> None:
    """The participant's anchor has this date from now on; None: it has none."""
    before = enrolment.anchors.get(name)
    rest = {known: day for known, day in enrolment.anchors.items() if known != name}
    changed = enrolment._replace(anchors=rest if on is None else {**rest, name: on})
    people.change_enrolment(turn.connection, enrolment.id, anchors=changed.anchors)
    turn.note(
        "anchor set", "enrolment", enrolment.id, code=enrolment.code, field=name,
        old=before.isoformat() if before else None, new=on.isoformat() if on else None, reason=reason,
    )  # fmt: skip
    if enrolment.status in {"active", "paused"}:
        plan_ahead.replan(turn, enrolment.id)
    if on != before:
        endpoint.begun(turn, changed, name)
