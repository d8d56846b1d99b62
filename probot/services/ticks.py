"""What if somebody ticks "chest pain" and never presses Done? After a while the ticks count for the rules as they stand.

The rule: ticks without Done are no answer and never become one; but nobody waits for Done to look at a danger.
"""

from __future__ import annotations

from datetime import timedelta

from probot.flows.session import Session
from probot.flows.several import ticked
from probot.services import alerting
from probot.services.converse import rule_hits
from probot.services.turn import Turn
from probot.store import assessments
from probot.store.records import Assessment, Enrolment
from probot.study.model import Item, Study
from probot.values import AssessmentId

DONE_WITHIN = timedelta(minutes=10)
"""How long it is waited for Done after the last tick."""


def wait_for_done(turn: Turn, key: str) -> None:
    """Something was ticked: have the assessment looked at again, if nobody may wait for this question's Done."""
    one, session = (
        assessments.find(turn.connection, AssessmentId(key)),
        assessments.session_of(turn.connection, key),
    )
    if one is None or session is None or one.next_at is None or one.respondent is not None:
        return
    if _in_the_making(turn.pinned(one.study_hash), session) is not None:
        assessments.change(turn.connection, one.id, next_at=min(one.next_at, turn.now + DONE_WITHIN))


def judge(turn: Turn, enrolment: Enrolment, one: Assessment) -> None:
    """Raise what ticks without Done raise, once for the same ticks."""
    session = assessments.session_of(turn.connection, one.id)
    study = turn.pinned(one.study_hash)
    item = None if session is None else _in_the_making(study, session)
    if session is None or item is None:
        return
    options = ticked(session, item)
    new = assessments.add_note(
        turn.connection, enrolment=enrolment.id, kind="ticked", words=", ".join(options), received_at=turn.now,
        cause=f"ticks:{one.id}:{','.join(options)}"[:120], assessment_id=one.id, item=item.id,
    )  # fmt: skip
    if new:
        turn.note(
            "ticked and not done", "note", one.id, code=enrolment.code, field=item.id, new=list(options)
        )
        found = rule_hits(turn, study, enrolment, session, one.id, {item.id: options}, turn.now)
        alerting.raise_all(turn, study, enrolment, found)


def _in_the_making(study: Study, session: Session) -> Item | None:
    """The question about dangers that is open and has ticks."""
    if session.asking is None or session.status != "asking":
        return None
    item = study.item(session.asking)
    return item if item.safety and item.kind == "several" and ticked(session, item) else None
