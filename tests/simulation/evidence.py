"""What is left to judge by? The rows of the final database, read with plain SQL, and the server's own transcript.

The rule: no product code is asked for anything; instants are aware and UTC, JSON columns are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from probot.sandbox.transcript import Act, Call, UpdateFate
from tests.simulation.world_of_days import NOBODY, Record

Row = dict[str, Any]
JSON = {
    "enrolment": ("attributes", "anchors"), "response": ("value", "raw"), "note": ("words",),
    "assessment": ("reminders",), "alert": ("ladder", "evidence", "told"), "alert_event": ("entry",),
    "inbox": ("raw",), "outbox": ("content",), "audit": ("old", "new"),
}  # fmt: skip
ORDER = {
    "inbox": "seq", "outbox": "seq", "audit": "seq", "alert_event": "alert_id, number", "contact": "bound_at",
    "response": "stored_at, assessment_id, item, revision", "assessment": "opens_at, id",
}  # fmt: skip
TABLES = (
    "enrolment", "staff", "contact", "consent", "assessment", "response", "note", "alert", "alert_event", "inbox",
    "outbox", "audit", "outage",
)  # fmt: skip
MOMENT = timedelta(milliseconds=5)


@dataclass(frozen=True)
class Chat:
    """To whom a chat belonged, from when until when."""

    principal: str
    chat: int
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it still did at that instant; what was under way at its end is forgiven for milliseconds."""
        return self.since <= at and (self.until is None or at <= self.until + MOMENT)


class Evidence:
    """Everything the checks look at."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.end = record.end
        self._zone = ZoneInfo(record.plan.zone)
        self.tables: dict[str, list[Row]] = {name: list(_rows(record.url, name)) for name in TABLES}
        found = record.api.transcript
        self.acts: list[Act] = list(found.acts)
        self.fates: list[UpdateFate] = list(found.fates.values())
        self.calls: list[Call] = [call for call in found.calls if call.executed and call.error is None]
        left = {
            f"staff:{row['object_id']}": row["at"]
            for row in self.tables["audit"]
            if row["action"] == "staff left"
        }
        self.chats = [
            Chat(
                one["principal"], one["chat"], one["bound_at"], one["ended_at"] or left.get(one["principal"])
            )
            for one in self.tables["contact"]
        ]
        self.enrolments = {one["id"]: one for one in self.tables["enrolment"]}
        self.assessments = {one["id"]: one for one in self.tables["assessment"]}
        self.staff = {one["id"]: one for one in self.tables["staff"]}
        self.fate_of = {fate.update["update_id"]: fate for fate in self.fates}
        self.groups = self._groups()

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def _groups(self) -> frozenset[int]:
        """The care team's group under all its numbers."""
        groups = self.record.api.state.groups
        team = {one.chat for one in self.chats if one.principal == "team"}
        older = {number for number, group in groups.items() if group.migrated_to in team}
        return frozenset(team | older)

    # -------------------------------------------------------------------- who

    def principals(self, chat: int, at: datetime) -> list[str]:
        """To whom a chat belonged at an instant."""
        if chat < 0:
            return ["team"] if chat in self.groups else []
        return [one.principal for one in self.chats if one.chat == chat and one.holds(at)]

    def participant(self, chat: int | None, at: datetime) -> Row | None:
        """The participant whose private chat it was at an instant."""
        for name in self.principals(chat or 0, at):
            if name.startswith("participant:"):
                return self.enrolments[name.removeprefix("participant:")]
        return None

    def is_staff(self, chat: int, at: datetime) -> bool:
        """Whether what is said there reaches the care team alone."""
        return any(name == "team" or name.startswith("staff:") for name in self.principals(chat, at))

    def role_here(self, role: str, at: datetime) -> set[str]:
        """The principals of a role who could be reached."""
        ids = {f"staff:{key}" for key, one in self.staff.items() if one["role"] == role}
        return {one.principal for one in self.chats if one.principal in ids and one.holds(at)}

    def local(self, at: datetime) -> datetime:
        """An instant by the clocks of the place where all of them live."""
        return at.astimezone(self._zone)

    # -------------------------------------------------------------------- what broke

    def broken(self, start: datetime, end: datetime, *kinds: str) -> bool:
        """Whether something of these kinds (default: anything) was broken at some moment from start to end."""
        return any(
            start <= act.at <= end and (not kinds or act.kind in kinds)
            for act in self.acts
            if act.person == NOBODY and act.kind != "calm"
        ) or any(first <= end and start <= last for first, last in self.down(*kinds))

    def down(self, *kinds: str) -> Iterator[tuple[datetime, datetime]]:
        """From when until when the process or the line was down."""
        for kind, ends in (("crash", "start"), ("line", "line"), ("disk", "disk")):
            if kinds and kind not in kinds:
                continue
            began: datetime | None = None
            for act in self.acts:
                if act.person != NOBODY:
                    continue
                if act.kind == kind and act.details.get("what") != "up" and began is None:
                    began = act.at
                elif (
                    began is not None
                    and act.kind == ends
                    and (kind == "crash" or act.details["what"] == "up")
                ):
                    yield began, act.at
                    began = None
            if began is not None:
                yield began, self.end

    # -------------------------------------------------------------------- what was said

    def messages(self) -> Iterator[tuple[Call, int, str, list[str]]]:
        """Every message that arrived or was changed: the call, its chat, its text, the data of its buttons."""
        for call in self.calls:
            if call.method in {"sendMessage", "editMessageText"} and call.chat is not None:
                yield call, call.chat, str(call.params.get("text", "")), buttons(call)

    def by(self, table: str, *keys: str) -> dict[Any, list[Row]]:
        """Rows grouped by one column or several."""
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self[table]:
            found[row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)].append(row)
        return found


def buttons(call: Call) -> list[str]:
    """The data of the buttons that a call put under a message."""
    markup = call.params.get("reply_markup") or {}
    if isinstance(markup, str):
        markup = json.loads(markup)
    return [
        key["callback_data"]
        for row in markup.get("inline_keyboard", [])
        for key in row
        if "callback_data" in key
    ]


def _rows(url: str, table: str) -> Iterator[Row]:
    asked = f"SELECT * FROM {table} ORDER BY {ORDER.get(table, 'id')}"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            cursor = connection.execute(asked)
            names = [each[0] for each in cursor.description]
            rows = cursor.fetchall()
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            found = connection.execute(asked)
            names = [each.name for each in found.description or ()]
            rows = found.fetchall()
    for row in rows:
        yield {name: _plain(table, name, value) for name, value in zip(names, row, strict=True)}


def _plain(table: str, name: str, value: Any) -> Any:
    if name in JSON.get(table, ()) and isinstance(value, str):
        return json.loads(value)
    if name.endswith(("_at", "_until", "_from", "not_before")) or name == "at":
        return instant(value)
    return value


def instant(value: Any) -> Any:
    """An aware instant in UTC, from whatever the database gives."""
    if isinstance(value, str) and len(value) >= 19:
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value


def short(moment: datetime | None) -> str:
    """An instant as a problem names it."""
    return "never" if moment is None else f"{moment:%m-%d %H:%M:%S.%f}"[:-3]
