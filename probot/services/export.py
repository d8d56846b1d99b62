"""What does the statistician get? Every expected assessment, every revision of every answer, every alert, the trail.

The rule: coded data only (the subject code and no chat, no name of a participant, no arm); nothing is left out,
so that whatever is counted elsewhere can be counted again from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from probot.schedule.civil import local
from probot.services import export_outcomes
from probot.store import trail
from probot.store.tables import alert, alert_event, assessment, enrolment, response, staff

What = Literal["responses", "assessments", "alerts", "audit", "adverse-events", "events", "endpoint"]
WHAT: tuple[What, ...] = (
    "responses",
    "assessments",
    "alerts",
    "audit",
    "adverse-events",
    "events",
    "endpoint",
)

COLUMNS: Mapping[What, tuple[str, ...]] = {
    "responses": (
        "code", "timepoint", "day", "day_of_phase", "instrument", "instrument_version", "item", "revision",
        "is_latest", "value", "absent", "raw", "source", "mode", "language", "wording_hash", "asked_at",
        "answered_at", "received_at", "stored_at", "zone", "answered_local", "late", "reason", "actor", "cause",
        "study_hash", "assessment_id", "response_id",
    ),
    "assessments": (
        "code", "timepoint", "day", "day_of_phase", "status", "reason", "late", "mode", "opens_at", "target_at",
        "closes_at", "grace_until", "prompted_at", "delivered_at", "first_answer_at", "finished_at",
        "reminders_sent", "answered", "declined", "zone", "study_hash", "assessment_id",
    ),
    "alerts": (
        "code", "concept", "rule", "tier", "state", "raised_at", "hits", "peak", "item", "value", "previous",
        "since", "detail", "words", "last_hit_at", "notified_at", "told", "acknowledged_by", "acknowledged_at",
        "closed_by", "closed_at", "study_hash", "alert_id", "taken_at", "response_seconds", "called_at", "assigned_to",
        "action", "action_reason", "wish",
    ),
    "audit": (
        "seq", "at", "actor", "actor_name", "role", "action", "object", "object_id", "code", "field", "old", "new",
        "reason", "study_hash", "software", "cause",
    ),
    "adverse-events": export_outcomes.COLUMNS["adverse-events"],
    "events": export_outcomes.COLUMNS["events"],
    "endpoint": export_outcomes.COLUMNS["endpoint"],
}  # fmt: skip
"""The columns of each export, in order. They are only ever added to, at the end."""

Row = dict[str, Any]


def rows(connection: Connection, what: What) -> Iterator[Row]:
    """The rows of one export as plain values, in a stable order. Streams; hold the transaction meanwhile."""
    readers = {
        "responses": _responses, "assessments": _assessments, "alerts": _alerts, "audit": _audit,
        "adverse-events": export_outcomes.adverse_events, "events": export_outcomes.dated_events,
        "endpoint": export_outcomes.endpoint_rows,
    }  # fmt: skip
    for row in readers[what](connection):
        yield {column: row.get(column) for column in COLUMNS[what]}


def _responses(connection: Connection) -> Iterator[Row]:
    newest = (
        select(response.c.assessment_id, response.c.item, func.max(response.c.revision).label("newest"))
        .group_by(response.c.assessment_id, response.c.item)
        .subquery()
    )
    wanted = (
        select(
            response, enrolment.c.code, assessment.c.timepoint, assessment.c.day, assessment.c.day_of_phase,
            newest.c.newest,
        )
        .join(enrolment, enrolment.c.id == response.c.enrolment_id)
        .join(assessment, assessment.c.id == response.c.assessment_id)
        .join(newest, (newest.c.assessment_id == response.c.assessment_id) & (newest.c.item == response.c.item))
        .order_by(
            enrolment.c.code, assessment.c.opens_at, assessment.c.id, response.c.step, response.c.stored_at,
            response.c.source == "system", response.c.item,  # what somebody said before what follows from it
        )
    )  # fmt: skip
    for found in connection.execute(wanted.execution_options(yield_per=1000)):
        row = dict(found._mapping)  # noqa: SLF001 -- SQLAlchemy's documented way to a mapping
        row["response_id"] = row.pop("id")
        row["is_latest"] = row["revision"] == row["newest"]
        row["answered_local"] = _local(row["answered_at"], row["zone"])
        yield row


def _assessments(connection: Connection) -> Iterator[Row]:
    newer = response.alias("newer")
    later = (
        select(newer.c.id)
        .where(
            newer.c.assessment_id == response.c.assessment_id, newer.c.item == response.c.item,
            newer.c.revision > response.c.revision,
        )
        .correlate(response)
        .exists()
    )  # fmt: skip

    def counted(name: str, *which: Any) -> Any:
        return (
            select(func.count())
            .where(response.c.assessment_id == assessment.c.id, ~later, *which)
            .scalar_subquery()
            .label(name)
        )

    columns = [
        column for column in assessment.c if column.name not in {"claim_token", "claimed_until", "attempts"}
    ]
    wanted = (
        select(
            *columns, enrolment.c.code, enrolment.c.zone, counted("answered", response.c.value.is_not(None)),
            counted("declined", response.c.absent == "declined"),
        )
        .join(enrolment, enrolment.c.id == assessment.c.enrolment_id)
        .order_by(enrolment.c.code, assessment.c.opens_at, assessment.c.id)
    )  # fmt: skip
    for found in connection.execute(wanted.execution_options(yield_per=1000)):
        row = dict(found._mapping)  # noqa: SLF001 -- SQLAlchemy's documented way to a mapping
        row["assessment_id"], row["reminders_sent"] = row.pop("id"), row["reminded"]
        yield row


def _alerts(connection: Connection) -> Iterator[Row]:
    names, called = _names(connection), _first_calls(connection)
    wanted = (
        select(alert, enrolment.c.code)
        .join(enrolment, enrolment.c.id == alert.c.enrolment_id)
        .order_by(alert.c.raised_at, alert.c.id)
    )
    for found in connection.execute(wanted.execution_options(yield_per=1000)):
        row = dict(found._mapping)  # noqa: SLF001 -- SQLAlchemy's documented way to a mapping
        evidence = row["evidence"]
        row |= {key: evidence.get(key) for key in ("item", "value", "previous", "since", "detail", "words")}
        row["alert_id"] = row.pop("id")
        row["acknowledged_by"] = names.get(row["acknowledged_by"], row["acknowledged_by"])
        for column in ("closed_by", "assigned_to"):
            row[column] = names.get(row[column], row[column])
        row["called_at"] = called.get(row["alert_id"])
        taken = row["taken_at"]
        row["response_seconds"] = None if taken is None else round((taken - row["raised_at"]).total_seconds())
        yield row


def _first_calls(connection: Connection) -> dict[str, datetime]:
    """When the participant was called for the first time about each alert, by the alert's id."""
    found: dict[str, datetime] = {}
    events = select(alert_event.c.alert_id, alert_event.c.entry).order_by(alert_event.c.number)
    for row in connection.execute(events):
        if row.entry["deed"] == "called":
            found.setdefault(row.alert_id, datetime.fromisoformat(row.entry["at"]))
    return found


def _audit(connection: Connection) -> Iterator[Row]:
    names = _names(connection)
    for row in trail.rows(connection):
        row["actor_name"] = names.get(row["actor"], "")
        yield row


def _names(connection: Connection) -> dict[str, str]:
    return {row.id: row.name for row in connection.execute(select(staff.c.id, staff.c.name))}


def _local(moment: datetime, zone: str) -> str:
    return local(moment, zone).isoformat(timespec="seconds")


# ------------------------------------------------------------------------------ as text

RUNS_A_FORMULA = re.compile(r"^(?=[\t\r\n])|(?:^|[;,|\t\r\n])[\s\"']*(?=[=+\-@＝＋－＠])")
"""Where a spreadsheet could see a cell that begins like a formula: at the start, and behind whatever some country's
spreadsheet takes for the end of a cell."""


def cell(value: Any) -> str:
    """A value as a spreadsheet cell: an apostrophe stands wherever text could begin to run as a formula.

    JSON lines carry the value untouched.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case int() | float():
            return repr(value)
        case list() | tuple():
            return cell(";".join(str(plain(one)) for one in value))
        case dict():
            return cell("; ".join(f"{name}={one}" for name, one in sorted(value.items())))
        case _:
            return RUNS_A_FORMULA.sub(r"\g<0>'", str(value))


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case datetime():
            return cell(value)
        case list():
            return [plain(one) for one in value]
        case None | bool() | int() | float() | str() | dict():
            return value
        case _:
            return str(value)
