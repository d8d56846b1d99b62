"""Is it told how things stand without going through all that ever arrived and was sent? Neither table is ever emptied."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, update

from probot.messages import Message
from probot.services import auditor
from probot.services.turn import Turn
from probot.services.watch import status
from probot.store import outbox as written
from probot.store import receipts
from probot.store.tables import inbox, outbox
from tests.world import Clinic, a_clinic

UNFINISHED = {
    index.name for table in (inbox, outbox) for index in table.indexes
    if "state" in str(index.dialect_options["sqlite"]["where"])
}  # fmt: skip
"""The indexes that hold only rows in a state that passes, or is rare."""
SCANNED = re.compile(r"^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?$")


async def test_neither_status_nor_the_auditor_goes_through_what_is_finished(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        await clinic.team(nurse)
        patient = await clinic.patient("P-001")
        await patient.say("chest pain")
        studies = clinic.world.runtime.office.studies

        def audit(connection: Connection, now: datetime) -> None:
            list(auditor.findings(Turn(connection, studies, now, "auditor")))

        asked = [*asked_by(clinic, status), *asked_by(clinic, audit)]
        assert sum("outbox" in sql for sql, _ in asked) > 5
        scanned = [found for sql, values in asked for found in clinic.store.transact(scans, sql, values)]
        assert [found for found in scanned if found[1] not in UNFINISHED] == []
        assert {index for _, index in scanned} >= {"ix_inbox_new", "ix_inbox_parked", "ix_outbox_dead"}


async def test_whom_the_newest_message_could_not_reach_is_told_from_the_few_that_are_dead(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        since = clinic.clock.now()

        def refused(recipient: str) -> str:
            return clinic.store.look(receipts.refused_by, recipient, since)

        def goes(recipient: str, key: str, state: str, *, kind: str = "post", fault: str = "") -> None:
            clinic.store.transact(put, key, recipient)
            values = {"state": state, "kind": kind, "fault": fault}
            clinic.store.transact(
                lambda each: each.execute(update(outbox).where(outbox.c.id == key).values(values))
            )

        def put(connection: Connection, key: str, recipient: str) -> None:
            written.put(
                connection, message_id=key, lane="reply", recipient=recipient, purpose="reply", content=Message("x"),
                now=since,
            )  # fmt: skip

        goes("staff:1", "m1", "sent")
        assert refused("staff:1") == ""
        goes("staff:1", "m2", "dead", fault="blocked")
        goes("staff:2", "m3", "sent")
        goes("staff:1", "m4", "sent", kind="edit")
        assert (refused("staff:1"), refused("staff:2")) == ("blocked", "")
        goes("staff:1", "m5", "sent")
        assert refused("staff:1") == ""
        goes("staff:1", "m6", "dead")
        assert refused("staff:1") == "refused"
        assert clinic.store.look(receipts.refused_by, "staff:1", since + timedelta(seconds=1)) == ""


def asked_by(clinic: Clinic, look: Any) -> list[tuple[str, Any]]:
    """What such a look asks of the database, with the values."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, sql: str, values: Any, *___: Any) -> None:
        asked.append((sql, values))

    engine = clinic.store._engine
    event.listen(engine, "before_cursor_execute", note)
    clinic.store.look(look, clinic.clock.now())
    event.remove(engine, "before_cursor_execute", note)
    return [(sql, values) for sql, values in asked if sql.startswith("SELECT")]


def scans(connection: Connection, sql: str, values: Any) -> list[tuple[str, str | None]]:
    """Of inbox and outbox, what SQLite would go through for this from end to end, and by which index."""
    names = {"inbox", "outbox", *re.findall(r"(?:inbox|outbox) AS (\w+)", sql)}
    plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    found = [match.groups() for line in plan if (match := SCANNED.match(line))]
    return [(table, index) for table, index in found if table in names]


@pytest.mark.parametrize("table", ["inbox", "outbox"])
async def test_a_count_of_everything_would_be_noticed(sqlite_url: str, table: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        everything = f"SELECT state, count(*) FROM {table} GROUP BY state"
        assert clinic.store.transact(scans, everything, ()) == [(table, None)]
