"""What happens when somebody stops taking part? At once: no more questions, everything on record, alerts stay.

The rule: after this commit nothing but the farewell reaches the participant; open alerts are still decided by
people, and what the protocol expected stays countable.
"""

from __future__ import annotations

from probot.alerts.rules import signal_hits
from probot.flows.commands import STOP_LEVELS, StopLevel
from probot.flows.session import WindowClosed
from probot.services import alerting
from probot.services.converse import Reply, carry_on
from probot.services.invite import NotPossible
from probot.services.plan_ahead import whole_plan
from probot.services.turn import Turn
from probot.store import ahead, assessments, outbox, people
from probot.store.records import Enrolment


def withdraw(turn: Turn, enrolment: Enrolment, level: StopLevel, reason: str) -> None:
    """End the participation. Withdrawing twice changes nothing."""
    if enrolment.status in {"withdrawn", "completed"}:
        return
    _close_open(turn, enrolment)
    people.change_enrolment(
        turn.connection,
        enrolment.id,
        status="withdrawn",
        ended_at=turn.now,
        ended_level=level,
        ended_reason=reason,
    )
    outbox.cancel(
        turn.connection, enrolment.principal, ("question", "reminder", "reply", "welcome"), "withdrawn"
    )
    turn.note(
        "withdrawn", "enrolment", enrolment.id, code=enrolment.code, field="status", old=enrolment.status,
        new=f"withdrawn ({level})", reason=reason,
    )  # fmt: skip
    if enrolment.active_from is not None:
        _expect_the_rest(turn, enrolment)
    found = signal_hits(turn.study, "withdrawn", detail=level)
    alerting.raise_all(turn, turn.study, enrolment, found, tell=False)


def _close_open(turn: Turn, enrolment: Enrolment) -> None:
    own = assessments.live_sessions(turn.connection, enrolment.id)
    about = assessments.forms_about(turn.connection, enrolment.id)
    for session in [each.session for each in (*own, *about)]:
        one = assessments.find(turn.connection, session.assessment)
        assert one is not None
        carry_on(turn, enrolment, one, session, WindowClosed(), Reply(turn.now), lane="prompt")
        assessments.change(turn.connection, one.id, next_at=None)
        after = assessments.find(turn.connection, one.id)
        if after is not None and after.status in {"open", "partial"}:
            status = "withdrawn" if after.status == "open" else "partial"
            assessments.change(
                turn.connection, one.id, status=status, reason="withdrawn", finished_at=turn.now
            )
            turn.note("assessment ended", "assessment", one.id, code=enrolment.code, field="status", old=after.status,
                      new=status, reason="withdrawn", study=one.study_hash or "")  # fmt: skip


def _expect_the_rest(turn: Turn, enrolment: Enrolment) -> None:
    """Everything that the protocol still expected becomes a row that says why nothing came."""
    rest = [one for one in whole_plan(turn.study, enrolment) if one.opens_at > turn.now]
    ahead.expect(turn.connection, enrolment.id, rest)
    for one in assessments.of_enrolment(turn.connection, enrolment.id, ("planned",)):
        assessments.change(
            turn.connection,
            one.id,
            status="withdrawn",
            reason="withdrawn",
            next_at=None,
            finished_at=turn.now,
        )


def by_code(turn: Turn, code: str, level: StopLevel, reason: str) -> Enrolment:
    """Withdraw the participant with that subject code on behalf of the team. Raises `NotPossible`."""
    found = people.by_code(turn.connection, code)
    if found is None:
        raise NotPossible(f"nobody is enrolled as {code!r}")
    if level not in STOP_LEVELS:
        raise NotPossible(f"{level!r} is no level: one of {', '.join(STOP_LEVELS)}")
    if not reason.strip():
        raise NotPossible("say why: --reason …")
    if found.status in {"withdrawn", "completed"}:
        raise NotPossible(f"{code} is {found.status} already")
    enrolment = people.by_id(turn.connection, found.id, lock=True)
    assert enrolment is not None
    withdraw(turn, enrolment, level, reason.strip())
    return enrolment
