"""What does a due assessment want? To be opened, to be called to mind, or to be closed.

The rule: each assessment names the one moment at which it wants something next; a late look does what is still
right then, and an assessment that can no longer be started is recorded as that.

| status  | at                  | what happens                                            |
|---------|---------------------|---------------------------------------------------------|
| planned | opens_at            | opened and asked; paused or too late: recorded so       |
| open    | a reminder          | asked again kindly, unless answered or paused           |
| any     | grace_until         | closed: what was given stands, the rest has a reason    |
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from probot.alerts.rules import signal_hits
from probot.flows.front import IN_PROGRESS, SCHEDULED, front
from probot.flows.session import Reminded, Session, WindowClosed
from probot.services import alerting, fetch, ticks
from probot.services.converse import Reply, carry_on, go_on
from probot.services.turn import Turn
from probot.store import assessments, claims, inbox, people, pulses
from probot.store.records import Assessment, AssessmentStatus, Enrolment
from probot.store.tables import assessment as table
from probot.store.together import together

MISSED = ("missed", "not_delivered")
"""What counts as a silence of the participant; an outage is ours, and a pause was asked for."""
LOOK_AGAIN = timedelta(seconds=2)
"""How soon it is looked again at an assessment whose participant may have answered without our knowing yet."""


def claim(turn: Turn, token: str, limit: int) -> list[str]:
    """Claim assessments that want something now."""
    return claims.claim_due(turn.connection, table, turn.now, token, limit)


def advance(turn: Turn, key: str, token: str, heard: datetime | None = None) -> None:
    """Do what the claimed assessment wants now. `heard`: up to when everything sent to us is known to be here.

    Nothing is asked or closed over the head of somebody whose words lie in the inbox, and nothing is closed
    before the channel has been heard at a later moment: the answer may be on its way.
    """
    known = assessments.find(turn.connection, key)
    if known is None:
        return
    enrolment = people.by_id(turn.connection, known.enrolment_id, lock=True)
    one = assessments.find(turn.connection, key)  # as it is now that nobody else can change it
    if enrolment is None or one is None:
        return
    due = one.next_at is not None and one.next_at <= turn.now
    if due and _may_have_answered(turn, enrolment, one, heard):
        next_at: datetime | None = turn.now + LOOK_AGAIN
    else:
        if due:
            _advance(turn, enrolment, one)
        next_at = _wanted_next(turn, key)
    if not claims.settle(turn.connection, table, key, token, next_at=next_at):
        raise LostClaim(key)


def advance_together(turn: Turn, keys: Sequence[str], token: str, heard: datetime | None = None) -> list[str]:
    """Do so for all that are tried for the first time, in this one transaction; which these were.

    What failed before, or killed the process that tried, must not take others with it again.
    """
    with together(turn.connection):
        fresh = fetch.for_due(turn.connection, table, keys, token)
        for key in fresh:
            advance(turn.on_behalf_of(cause_of(key, token)), key, token, heard)
    return fresh


def cause_of(key: str, token: str) -> str:
    """The claim's token makes a cause that is the same when it is run again and never comes back."""
    return f"assessment:{key}:{token}"


def _wanted_next(turn: Turn, key: str) -> datetime | None:
    after = assessments.find(turn.connection, key)
    session = assessments.session_of(turn.connection, key)
    waits = session is not None and session.status == "waiting"
    return None if after is None else next_moment(after, turn.now, waits=waits)


def _may_have_answered(turn: Turn, enrolment: Enrolment, one: Assessment, heard: datetime | None) -> bool:
    if (
        one.status != "planned"
        and turn.now >= one.grace_until
        and heard is not None
        and heard < one.grace_until
    ):
        return True
    contact = people.contact_of(turn.connection, one.respondent or enrolment.principal)
    return contact is not None and inbox.waits(turn.connection, f"chat:{contact.chat}")


class LostClaim(Exception):
    """Somebody else holds the row by now; this transaction must not be committed."""


def _advance(turn: Turn, enrolment: Enrolment, one: Assessment) -> None:
    if one.status == "open" and turn.now < one.grace_until:
        ticks.judge(turn, enrolment, one)
    if one.status == "planned":
        _open(turn, enrolment, one)
    elif turn.now >= one.grace_until:
        _close(turn, enrolment, one)
    elif (
        one.status == "open" and one.reminded < len(one.reminders) and one.reminders[one.reminded] <= turn.now
    ):
        _remind(turn, enrolment, one)
    elif one.status == "open" and enrolment.status == "active":
        _ask_if_in_front(turn, enrolment, one)


def next_moment(one: Assessment, now: datetime, *, waits: bool = False) -> datetime | None:
    """When the assessment wants something next; None if never again. `waits`: it has not been asked yet."""
    if one.status == "planned":
        return one.opens_at
    if one.study_hash is None:
        return None
    ahead = [moment for moment in one.reminders[one.reminded :] if one.status == "open"]
    if waits and one.status == "open":
        ahead.append(now + IN_PROGRESS)  # whatever is being answered now will have rested by then
    return min([*ahead, one.grace_until]) if now < one.grace_until or ahead else None


# ------------------------------------------------------------------------------ opening


def _open(turn: Turn, enrolment: Enrolment, one: Assessment) -> None:
    study = turn.study
    timepoint = study.plan.get(one.timepoint)
    if enrolment.status == "paused":
        _end(turn, enrolment, one, "paused", "paused by the participant")
    elif enrolment.status != "active":
        _end(turn, enrolment, one, "withdrawn", enrolment.status)
    elif timepoint is None:
        _end(turn, enrolment, one, "outage", "the study no longer has this timepoint")
    elif turn.now >= one.late_start_until:
        out = pulses.was_out(turn.connection, one.opens_at, turn.now)
        _end(
            turn, enrolment, one, "outage", "probot could not ask in time" if out else "too late to be asked"
        )
    else:
        _begin(turn, enrolment, one)


def _begin(turn: Turn, enrolment: Enrolment, one: Assessment) -> None:
    study = turn.study
    past = sum(1 for moment in one.reminders if moment <= turn.now)
    assessments.change(
        turn.connection, one.id, status="open", study_hash=study.hash, prompted_at=turn.now, reminded=past
    )
    session = Session(one.id, one.timepoint, enrolment.language)
    assessments.add_session(
        turn.connection, enrolment.id, session, priority=SCHEDULED, opened_at=one.opens_at
    )
    turn.note(
        "assessment opened", "assessment", one.id, code=enrolment.code, new=one.timepoint, study=study.hash
    )
    _ask_if_in_front(turn, enrolment, one)


def _ask_if_in_front(turn: Turn, enrolment: Enrolment, one: Assessment) -> None:
    ahead = front(assessments.live_sessions(turn.connection, enrolment.id), turn.now)
    if ahead is not None and ahead.assessment == one.id and ahead.status == "waiting":
        go_on(turn, enrolment, lane="prompt")


# ------------------------------------------------------------------------------ reminding


def _remind(turn: Turn, enrolment: Enrolment, one: Assessment) -> None:
    due = sum(1 for moment in one.reminders if moment <= turn.now)
    assessments.change(turn.connection, one.id, reminded=max(due, one.reminded + 1))
    session = assessments.session_of(turn.connection, one.id)
    if session is None or enrolment.status != "active":
        return
    if session.status == "waiting":
        _ask_if_in_front(turn, enrolment, one)
        return
    ahead = front(assessments.live_sessions(turn.connection, enrolment.id), turn.now)
    if ahead is None or ahead.assessment != one.id or session.status != "asking":
        return  # another conversation is in front; it has reminders of its own
    turn.note("reminded", "assessment", one.id, code=enrolment.code, new=one.reminded + 1)
    carry_on(turn, enrolment, one._replace(reminded=due), session, Reminded(), Reply(turn.now), lane="prompt")


# ------------------------------------------------------------------------------ closing


def _close(turn: Turn, enrolment: Enrolment, one: Assessment) -> None:
    session = assessments.session_of(turn.connection, one.id)
    if session is None or session.status == "closed":
        return
    carry_on(turn, enrolment, one, session, WindowClosed(), Reply(turn.now), lane="prompt")
    after = assessments.find(turn.connection, one.id)
    if after is not None and after.status == "open":
        status, reason = _why_nothing(turn, enrolment, after)
        _end(turn, enrolment, after, status, reason)
        if status in MISSED:
            _tell_if_missed(turn, enrolment, after)


def _why_nothing(turn: Turn, enrolment: Enrolment, one: Assessment) -> tuple[AssessmentStatus, str]:
    if one.respondent is not None:
        return "missed", "begun by a clinician and left"
    if one.timepoint in turn.study.plan and turn.pinned(one.study_hash).plan[one.timepoint].on_demand:
        return "missed", "begun by the participant and left"
    if enrolment.reach not in {"unknown", "ok"}:
        return "not_delivered", enrolment.reach
    session = assessments.session_of(turn.connection, one.id)
    if one.delivered_at is None and session is not None and not session.asked_at:
        return "missed", "another questionnaire was being answered"
    if one.delivered_at is None:
        return "not_delivered", "no question arrived"
    if enrolment.status == "paused":
        return "paused", "paused by the participant"
    return "missed", "no answer"


def _end(turn: Turn, enrolment: Enrolment, one: Assessment, status: AssessmentStatus, reason: str) -> None:
    assessments.change(turn.connection, one.id, status=status, reason=reason, finished_at=turn.now)
    turn.note(
        "assessment ended", "assessment", one.id, code=enrolment.code, field="status", old=one.status, new=status,
        reason=reason, study=one.study_hash or turn.study.hash,
    )  # fmt: skip


def _tell_if_missed(turn: Turn, enrolment: Enrolment, one: Assessment) -> None:
    study = turn.pinned(one.study_hash)
    timepoint = study.plan.get(one.timepoint)
    if timepoint is None or timepoint.missed is None:
        return
    missed = timepoint.missed
    count = assessments.missed_in_a_row(turn.connection, enrolment.id, one.timepoint, missed.in_a_row + 30)
    if count >= missed.in_a_row:
        found = signal_hits(study, "missed", detail=f"{one.timepoint}:{count}", rule=missed.rule)
        alerting.raise_all(turn, study, enrolment, found, tell=False)
