"""What is on record in the end? All coded data of a run as plain values, and what was said, ready to be compared.

The rule: only moments are left out, and ids that follow from them; everything else must be the same, however often
the process died.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from probot.services import export
from probot.store.tables import assessment, consent, contact, enrolment, invitation, note
from probot.wording import say
from tests.scenarios.phones import history
from tests.scenarios.stage import Stage

Rows = dict[str, Any]
_RETOLD = {"asked again", "contact found again", "called beside the messenger"}
"""Actions that follow from a gap in hearing, which a death may make or not."""


@dataclass(frozen=True)
class Record:
    """The data by kind, and the set of texts that each chat got."""

    data: Rows
    said: dict[int, frozenset[str]]


def record(stage: Stage) -> Record:
    """Everything that a run left behind."""
    data = stage.operator.transact(_data)
    said: dict[int, set[str]] = {}
    for chat, shown in history(stage):
        if not shown.edited:
            said.setdefault(chat, set()).add(timeless(shown.text))
    return Record(data, {chat: frozenset(texts) for chat, texts in said.items()})


def _data(connection: Connection) -> Rows:
    codes = {row.id: row.code for row in connection.execute(select(enrolment.c.id, enrolment.c.code))}
    return {
        "responses": sorted(
            (
                _picked(row, "code", "timepoint", "day", "item", "revision", "value", "absent", "raw", "source", "late",
                        "language", "reason")
                for row in export.rows(connection, "responses")
            ),
            key=str,
        ),
        "assessments": [
            _picked(row, "code", "timepoint", "day", "status", "reason", "late", "answered", "declined", "reminders_sent")
            for row in export.rows(connection, "assessments")
            if row["status"] != "planned"  # how far ahead rows stand follows from the moment of planning
        ],
        "alerts": sorted(
            (
                _picked(row, "code", "concept", "rule", "tier", "state", "hits", "peak", "item", "value", "previous",
                        "detail", "words", "told", "acknowledged_by", "closed_by")
                for row in export.rows(connection, "alerts")
            ),
            key=str,
        ),
        **{
            what: [
                tuple(str(value) for name, value in row.items() if not name.endswith(("_id", "_at", "_hash")))
                for row in export.rows(connection, what)
            ]
            for what in ("adverse-events", "events", "endpoint")
        },
        "participants": sorted(
            (
                (row.code, row.status, row.language, row.hour, row.reach, row.ended_level, row.ended_reason)
                for row in connection.execute(select(enrolment))
            ),
            key=str,
        ),
        "consents": sorted(
            (codes[row.enrolment_id], row.part, row.version, row.granted, row.language)
            for row in connection.execute(select(consent))
        ),
        "notes": sorted(
            (codes[row.enrolment_id], row.kind, row.item or "", str(row.words))
            for row in connection.execute(select(note))
        ),
        "contacts": sorted(
            (row.principal, row.chat, row.language, row.ended_reason or "", row.ended_at is None)
            for row in connection.execute(select(contact))
        ),
        "links": sorted(
            (row.kind, row.subject, row.used_at is not None, row.revoked_at is not None)
            for row in connection.execute(select(invitation))
        ),
        "open assessments": connection.execute(
            select(assessment.c.id).where(assessment.c.attempts > 0)
        ).all(),
        "trail": _trail(connection),
    }  # fmt: skip


def _trail(connection: Connection) -> Counter[tuple[str, ...]]:
    """How often each thing stands in the trail: nothing is told twice, and nothing is left untold."""
    return Counter(
        (row["code"], row["action"], row["field"], row["role"], row["reason"])
        for row in export.rows(connection, "audit")
        if row["action"] not in _RETOLD
    )


def _picked(row: Rows, *columns: str) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in columns)


_LENGTH = re.compile(r"(\d+ ?(days?|hours?|minutes?|天|小时|分钟) ?)+")
_CLOCK = re.compile(r"\d\d:\d\d")


def timeless(text: str) -> str:
    """A text without its times of day and lengths of time, how long something has waited, and the mark of a copy."""
    text = " ".join(_LENGTH.sub("#", _CLOCK.sub("#", text)).split())
    for language in ("en", "zh"):
        text = text.replace(say(language, "alert.reason.uncertain"), "")
        # Of what has just come in nothing is said, so a death of some seconds makes the difference.
        text = text.replace(" · " + say(language, "open.waits", duration="#"), "")
    return " ".join(text.split())


def differences(left: Record, right: Record) -> list[str]:
    """What the one has and the other has not, in lines for a reader; empty if they are the same."""
    found = []
    for kind in left.data:
        found += _beyond(f"{kind}: only now", left.data[kind], right.data[kind])
        found += _beyond(f"{kind}: not now", right.data[kind], left.data[kind])
    for chat in {*left.said, *right.said}:
        found += _beyond(f"{chat}: said only now", left.said.get(chat, ()), right.said.get(chat, ()))
        found += _beyond(f"{chat}: not said now", right.said.get(chat, ()), left.said.get(chat, ()))
    return found


def _beyond(title: str, one: Any, other: Any) -> list[str]:
    more = Counter(one) - Counter(other)
    return [f"{title} {each}" for each in more.elements()]
