"""How does an assessment begin that no calendar planned? Somebody asks for it: a participant, or a clinician.

The rule: the same request begins it once; its id follows from the update that asked.
"""

from __future__ import annotations

from probot.flows.front import ON_DEMAND
from probot.flows.session import Session
from probot.schedule.civil import local_day
from probot.schedule.plan import assessment_id
from probot.services.turn import Turn
from probot.store import assessments
from probot.store.records import Assessment, Enrolment
from probot.values import AssessmentId, derived_id


def begin(
    turn: Turn, enrolment: Enrolment, name: str, *, language: str, respondent: str | None = None
) -> tuple[Assessment, Session] | None:
    """Begin timepoint `name` now. `respondent`: the clinician who fills it in. None: it was begun before."""
    study, now = turn.study, turn.now
    window = study.timepoint(name).window
    day = local_day(now, enrolment.zone)
    one_a_day = assessment_id(enrolment.id, name, day)
    key = AssessmentId(derived_id("assessment", one_a_day, turn.cause, beside=one_a_day))
    closes = now + window.closes
    row = Assessment(
        id=key, enrolment_id=enrolment.id, timepoint=name, day=day, occurrence=key, day_of_phase=None, opens_at=now,
        target_at=now, closes_at=closes, grace_until=closes + window.grace, late_start_until=closes, reminders=(),
        reminded=0, status="open", reason="", late=False, mode="clinician" if respondent else "chat",
        respondent=respondent, study_hash=study.hash, prompted_at=now, delivered_at=None, first_answer_at=None,
        finished_at=None, next_at=closes + window.grace,
    )  # fmt: skip
    if not assessments.add_on_demand(turn.connection, enrolment.id, row):
        return None
    session = Session(key, name, language)
    assessments.add_session(turn.connection, enrolment.id, session, priority=ON_DEMAND, opened_at=now)
    turn.note("assessment begun", "assessment", key, code=enrolment.code, new=name, study=study.hash)
    return row, session
