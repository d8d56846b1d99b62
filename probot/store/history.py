"""What was answered before? The newest revision of each answer for conditions, every revision for people.

The rule: nothing is overwritten, so what is true is the newest revision; an older one is history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Row, and_, bindparam, select

from probot.store import together
from probot.store.among import among
from probot.store.records import Response
from probot.store.saved import value_from_json
from probot.store.tables import response
from probot.values import AssessmentId, EnrolmentId, Value

_RESPONSE = [
    response.c.id, response.c.enrolment_id, response.c.assessment_id, response.c.item, response.c.revision,
    response.c.value, response.c.absent, response.c.raw, response.c.source, response.c.answered_at,
]  # fmt: skip
_NEWER = response.alias("newer")
_EARLIER = (
    select(
        response.c.enrolment_id,
        response.c.assessment_id,
        response.c.item,
        response.c.value,
        response.c.answered_at,
    )
    .where(
        among(response.c.enrolment_id, "who"),
        among(response.c.item, "items"),
        response.c.answered_at >= bindparam("since"),
        response.c.value.is_not(None),
        ~select(_NEWER.c.id)
        .where(
            _NEWER.c.assessment_id == response.c.assessment_id,
            _NEWER.c.item == response.c.item,
            _NEWER.c.revision > response.c.revision,
        )
        .exists(),
    )
    .order_by(response.c.answered_at.desc())
    .execution_options(apart=True)  # `earlier_answers` looks itself whether anything that waits matters to it
)


class Answer(NamedTuple):
    """What a condition may look at of an answer that stands: the value of its newest revision."""

    enrolment_id: EnrolmentId
    assessment_id: AssessmentId
    item: str
    value: Value
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class _Fetched:
    items: frozenset[str]
    since: datetime
    answers: list[Answer]


def fetch_earlier(
    connection: Connection, enrolments: Iterable[EnrolmentId], items: frozenset[str], since: datetime
) -> None:
    """Read what these participants answered to `items` since then at once, for `earlier_answers`."""
    found: dict[EnrolmentId, list[Answer]] = {who: [] for who in enrolments}
    for answer in _read(connection, list(found), items, since):
        found[answer.enrolment_id].append(answer)
    for who, answers in found.items():
        together.learn(connection, "history", who, _Fetched(items, since, answers))


def earlier_answers(
    connection: Connection, enrolment: EnrolmentId, items: Iterable[str], since: datetime, *, but: str = ""
) -> list[Answer]:
    """The newest revision of each answer to `items` since then, newest first, without assessment `but`."""
    wanted = frozenset(items)
    fetched = together.known(connection, "history", enrolment)
    shared = together.shared_by(connection)
    if shared is not None and together.known(connection, "answered", enrolment) not in {
        together.UNKNOWN,
        but,
    }:
        shared.flush()  # another assessment was answered in this very transaction
    elif isinstance(fetched, _Fetched) and wanted <= fetched.items and fetched.since <= since:
        return [
            each
            for each in fetched.answers
            if each.item in wanted and each.answered_at >= since and each.assessment_id != but
        ]
    return [each for each in _read(connection, [enrolment], wanted, since) if each.assessment_id != but]


def responses_since(connection: Connection, enrolment: EnrolmentId, since: datetime) -> list[Response]:
    """All revisions of all answers since then, oldest first."""
    rows = connection.execute(
        select(*_RESPONSE)
        .where(and_(response.c.enrolment_id == enrolment, response.c.answered_at >= since))
        .order_by(response.c.answered_at, response.c.revision)
    )
    return [_response(row) for row in rows]


def _read(
    connection: Connection, who: Iterable[EnrolmentId], items: Iterable[str], since: datetime
) -> list[Answer]:
    wanted = {"who": sorted(who), "items": sorted(items), "since": since}
    rows = together.ask(connection, _EARLIER, wanted)
    return [Answer(row[0], row[1], row[2], cast("Value", value_from_json(row[3])), row[4]) for row in rows]


def _response(row: Row[Any]) -> Response:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's documented way to a mapping
    values["value"] = value_from_json(values["value"])
    return Response(**values)
