"""What is known of many assessments at once? Read in one statement each, for whoever asks for them one by one later.

The rule: it changes nothing in what the functions of `assessments` answer, only in how often the database is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from probot.flows.front import Candidate
from probot.flows.session import Session
from probot.store import together
from probot.store.among import among
from probot.store.assessments import CLOSED, COLUMNS, assessment_of
from probot.store.records import Assessment
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
    rows = together.ask(connection, _PEOPLE, {"keys": sorted(set(keys))})
    return [(row.enrolment_id, row.respondent) for row in rows]


def fetch_assessments(connection: Connection, keys: Iterable[str]) -> None:
    """Read these at once, for `find` and `session_of`; those that are known already are not read again."""
    wanted = [key for key in sorted(set(keys)) if _is_unknown(connection, key)]
    if not wanted:
        return
    found = {row.id: assessment_of(row) for row in together.ask(connection, _THESE, {"keys": wanted})}
    # Of the rows: the result itself has keys(), as if it were a dict.
    states = dict(together.ask(connection, _STATES, {"keys": wanted}))
    together.learn_all(connection, "assessment", {**dict.fromkeys(wanted), **found})
    together.learn_all(connection, "session", {**dict.fromkeys(wanted), **states})


def _is_unknown(connection: Connection, key: str) -> bool:
    kinds = ("assessment", "session")
    return any(together.known(connection, kind, key) is together.UNKNOWN for kind in kinds)


def fetch_sessions(connection: Connection, keys: Iterable[str]) -> None:
    """Read these at once, for `session_of` and `session_status`."""
    wanted = sorted(set(keys))
    rows = together.ask(connection, _STATES, {"keys": wanted}) if wanted else []
    found: dict[Any, Session | None] = {**dict.fromkeys(wanted), **dict(rows)}
    statuses = {("status", key): None if one is None else one.status for key, one in found.items()}
    together.learn_all(connection, "session", {**found, **statuses})


def fetch_statuses(connection: Connection, keys: Iterable[str]) -> None:
    """Read these at once, for `session_status`."""
    wanted = sorted(set(keys))
    rows = together.ask(connection, _STATUSES, {"keys": wanted}) if wanted else []
    found = {("status", key): status for key, status in rows}
    together.learn_all(connection, "session", {**dict.fromkeys([("status", key) for key in wanted]), **found})


def fetch_live(connection: Connection, enrolments: Iterable[str]) -> list[Candidate]:
    """Read what counts for each of these at once, for `live_sessions`, `find` and `session_of`; all of it."""
    wanted = sorted(set(enrolments))
    if not wanted:
        return []
    live: dict[str, list[Candidate]] = {key: [] for key in wanted}
    found: dict[str, Assessment] = {}
    states: dict[str, Session] = {}
    for *columns, state, priority, began_at in together.ask(connection, _ALL_OWN, {"keys": wanted}):
        one = assessment_of(columns)
        found[one.id], states[one.id] = one, state
        live[one.enrolment_id].append(Candidate(state, priority, began_at, one.grace_until))
    together.learn_all(connection, "assessment", found)
    together.learn_all(connection, "session", states)
    together.learn_all(connection, "live", live)
    return [each for candidates in live.values() for each in candidates]
