"""Does it matter how many are enrolled? One tick with a hundred due, and the memory of a running probot.

The rule: the many differ from the few only in number; each run makes another hundred of them due.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from sqlalchemy import Connection, text

from bench import clinic
from bench.processes import loopback, peak_memory, probot, wait_for
from probot.app.build import new_claim_token, read_clock, system_clock
from probot.app.office import Office
from probot.app.ticker import Ticker
from probot.store.tables import assessment, contact, enrolment, outbox, session

DUE = 100
FIRST_COPY = 6_000_000


@contextmanager
def crowd(database: str, enrolled: int) -> Iterator[clinic.Clinic]:
    """A clinic with so many participants, none of them due today."""
    with ExitStack() as stack:
        there = clinic.Clinic(stack.enter_context(clinic.DATABASES[database]()))
        stack.callback(there.close)
        there.staff()
        there.patients(1)
        with there.store.begin() as connection:
            multiply(connection, enrolled)
        _tidy(there)
        yield there


def seconds_of_a_tick(there: clinic.Clinic, run: int) -> float:
    """Seconds that one look takes when a hundred diaries have come due, each opened and its question written."""
    with there.store.begin() as connection:
        _make_due(connection, run)
    office = Office(there.store, system_clock(), there.studies)
    ticker = Ticker(office, new_claim_token, read_clock)
    began = time.perf_counter()
    done = asyncio.run(ticker.tick())
    took = time.perf_counter() - began
    if done != DUE:
        raise AssertionError(f"{done} rows were worked on, not {DUE}")
    return took


def memory(there: clinic.Clinic) -> float:
    """The most memory, in MB, of a probot that opened and sent a hundred diaries."""
    with there.store.begin() as connection:
        _make_due(connection, 0)
    with loopback() as server, probot(server, there.url) as process:
        wait_for(lambda: there.count("session") > DUE, "the diaries were not opened")
        wait_for(there.at_rest, "the questions were not sent")
        return peak_memory(process)


def multiply(connection: Connection, count: int, *, prompts: bool = False) -> None:
    """Copy the first participant: enrolment, contact, and tomorrow's diary; or today's, whose question waits."""
    numbers = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1}) "
        if connection.dialect.name == "sqlite"
        else f"WITH n(i) AS (SELECT generate_series(1, {count - 1})) "
    )

    def copy(table: str, columns: list[str], new: dict[str, str], which: str) -> None:
        shown = ", ".join(new.get(name, f"o.{name}") for name in columns)
        listed = ", ".join(f'"{name}"' for name in columns)
        insert = f"INSERT INTO {table} ({listed}) "
        select = f"SELECT {shown} FROM n, {table} o WHERE {which}"
        sqlite = connection.dialect.name == "sqlite"
        connection.execute(text(insert + numbers + select if sqlite else numbers + insert + select))

    key, chat = "'e' || n.i", f"{FIRST_COPY} + n.i"
    one = "(SELECT id FROM enrolment WHERE code = 'B-0000000')"
    copy(
        "enrolment", enrolment.c.keys(), {"id": key, "code": "'C-' || n.i"},
        f"o.id = {one}",
    )  # fmt: skip
    copy(
        "contact", contact.c.keys(),
        {"id": "'c' || n.i", "principal": f"'participant:' || {key}", "chat": chat, "account": chat},
        f"o.principal = 'participant:' || {one}",
    )  # fmt: skip
    status = "open" if prompts else "planned"
    copy(
        "assessment", assessment.c.keys(), {"id": "'a' || n.i", "enrolment_id": key},
        f"o.enrolment_id = {one} AND o.status = '{status}' AND o.opens_at = "
        f"(SELECT min(opens_at) FROM assessment WHERE status = '{status}' AND enrolment_id = {one})",
    )  # fmt: skip
    if prompts:
        new = {
            "assessment_id": "'a' || n.i",
            "enrolment_id": key,
            "state": "replace(o.state, o.assessment_id, 'a' || n.i)",
        }
        copy("session", session.c.keys(), new, f"o.enrolment_id = {one}")
        columns = [name for name in list(outbox.c.keys()) if name != "seq"]
        new = {"id": "'m' || n.i", "recipient": f"'participant:' || {key}", "assessment_id": "'a' || n.i"}
        copy("outbox", columns, new, f"o.recipient = 'participant:' || {one}")


def _tidy(there: clinic.Clinic) -> None:
    """What a database does by itself in a quiet hour, so that it does not fall into a run."""
    if there.store.is_sqlite:
        with there.store.begin() as connection:
            connection.execute(text("ANALYZE"))
        return
    with there.store._engine.connect() as connection:  # noqa: SLF001 -- VACUUM stands outside any transaction
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def _make_due(connection: Connection, run: int) -> None:
    first = 1 + run * DUE
    keys = [f"a{number}" for number in range(first, first + DUE)]
    now = read_clock()
    connection.execute(
        assessment.update()
        .where(assessment.c.id.in_(keys))
        .values(opens_at=now, next_at=now, late_start_until=now + timedelta(hours=2))
    )
