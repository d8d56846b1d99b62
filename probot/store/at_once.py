"""What is known of many assessments at once? Read in one statement each, for whoever asks for them one by one later.

The rule: it changes nothing in what the functions of `assessments` answer, only in how often the database is asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from probot.flows.front import Candidate
from probot.store import together
from probot.store.among import among
from probot.store.assessments import CLOSED, COLUMNS, assessment_of
from probot.store.tables import assessment, session

_KEYS = among(assessment.c.id, "keys")
_THESE = select(*COLUMNS).where(_KEYS)
_PEOPLE = select(assessment.c.enrolment_id, assessment.c.respondent).where(_KEYS)
_STATES = select(session.c.assessment_id, session.c.state).where(among(session.c.assessment_id, "keys"))
_STATUSES = select(session.c.assessment_id, session.c.status).where(among(session.c.assessment_id, "keys"))
_ALL_OWN = (
    select(*COLUMNS, session.c.state, session.c.priority, session.c.opened_at.label("began_at"))
    .join(session, assessment.c.id == session.c.assessment_id)
    .where(
        session.c.status != CLOSED,
        among(session.c.enrolment_id, "keys"),
        assessment.c.respondent.is_(None),
    )
    .order_by(session.c.opened_at, session.c.assessment_id)
)


def people_of(connection: Connection, keys: Iterable[str]) -> list[tuple[str, str | None]]:
    """Whom these assessments are about, and who else fills them in, if anybody."""
    rows = connection.execute(_PEOPLE, {"keys": sorted(set(keys))})
    return [(row.enrolment_id, row.respondent) for row in rows]


def fetch_assessments(connection: Connection, keys: Iterable[str]) -> None:
    """Read these at once, for `find` and `session_of`; those that are known already are not read again."""
    wanted = [key for key in sorted(set(keys)) if _is_unknown(connection, key)]
    if not wanted:
        return
    found = {row.id: assessment_of(row) for row in connection.execute(_THESE, {"keys": wanted}).all()}
    states = {row.assessment_id: row.state for row in connection.execute(_STATES, {"keys": wanted}).all()}
    for key in wanted:
        together.learn(connection, "assessment", key, found.get(key))
        together.learn(connection, "session", key, states.get(key))


def _is_unknown(connection: Connection, key: str) -> bool:
    kinds = ("assessment", "session")
    return any(together.known(connection, kind, key) is together.UNKNOWN for kind in kinds)


def fetch_sessions(connection: Connection, keys: Iterable[str]) -> None:
    """Read these at once, for `session_of` and `session_status`."""
    wanted = sorted(set(keys))
    rows = connection.execute(_STATES, {"keys": wanted}).all() if wanted else []
    found = {row.assessment_id: row.state for row in rows}
    for key in wanted:
        one = found.get(key)
        together.learn(connection, "session", key, one)
        together.learn(connection, "session", ("status", key), None if one is None else one.status)


def fetch_statuses(connection: Connection, keys: Iterable[str]) -> None:
    """Read these at once, for `session_status`."""
    wanted = sorted(set(keys))
    rows = connection.execute(_STATUSES, {"keys": wanted}).all() if wanted else []
    found = {row.assessment_id: row.status for row in rows}
    for key in wanted:
        together.learn(connection, "session", ("status", key), found.get(key))


def fetch_live(connection: Connection, enrolments: Iterable[str]) -> list[Candidate]:
    """Read what counts for each of these at once, for `live_sessions`, `find` and `session_of`; all of it."""
    wanted = sorted(set(enrolments))
    everybodys: list[Candidate] = []
    if not wanted:
        return everybodys
    live: dict[str, list[Candidate]] = {key: [] for key in wanted}
    for row in connection.execute(_ALL_OWN, {"keys": wanted}).all():
        one, state = assessment_of(row[: len(COLUMNS)]), row.state
        together.learn(connection, "assessment", one.id, one)
        together.learn(connection, "session", one.id, state)
        live[one.enrolment_id].append(Candidate(state, row.priority, row.began_at, one.grace_until))
    for key, candidates in live.items():
        together.learn(connection, "live", key, candidates)
        everybodys += candidates
    return everybodys
