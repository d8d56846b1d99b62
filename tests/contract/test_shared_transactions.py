"""Does a transaction that shares its reads and writes do what the same statements do one by one?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from probot.messages import Message
from probot.store import asked, outbox, people, trail
from probot.store.engine import Store
from probot.store.prepared import NotAsKnown
from probot.store.records import Outgoing
from probot.store.tables import audit, enrolment
from probot.store.tables import outbox as rows
from probot.store.together import together

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def note(connection: Connection, action: str) -> None:
    trail.record(
        connection,
        at=NOON,
        actor="a",
        role="r",
        action=action,
        object="o",
        object_id="1",
        old={"é": 1},
        new=[2],
    )


def noted(connection: Connection) -> list[str]:
    return list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())


def enrol(connection: Connection) -> people.Enrolment:
    return people.add_enrolment(
        connection, code="P-1", attributes={}, anchors={}, zone="UTC", language="en", now=NOON
    )


def put(connection: Connection, key: str, **more: Any) -> None:
    outbox.put(
        connection, message_id=key, lane="reply", recipient="participant:1", purpose="reply", content=Message(key),
        now=NOON, **more,
    )  # fmt: skip


def test_what_waits_to_be_written_is_there_for_whoever_asks(store: Store) -> None:
    with store.begin() as connection, together(connection):
        note(connection, "one")
        note(connection, "two")
        assert noted(connection) == ["one", "two"]
        note(connection, "three")
    with store.begin() as connection:
        assert noted(connection) == ["one", "two", "three"]
        row = connection.execute(select(audit).where(audit.c.action == "three")).one()
        assert (row.at, row.old, row.new, row.reason) == (NOON, {"é": 1}, [2], "")


def test_nothing_of_it_stays_when_it_fails(store: Store) -> None:
    def fails(connection: Connection) -> None:
        with together(connection):
            note(connection, "never")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.transact(fails)
    with store.begin() as connection:
        assert noted(connection) == []
        note(connection, "later")
        assert noted(connection) == ["later"], "the next transaction on this connection writes at once"


def test_a_write_of_another_kind_makes_what_was_read_be_read_anew(store: Store) -> None:
    with store.begin() as connection:
        key = enrol(connection).id
    with store.begin() as connection, together(connection):
        people.fetch_enrolments(connection, [key, "nobody"], lock=True)
        before, nobody = people.by_id(connection, key, lock=True), people.by_id(connection, "nobody")
        assert before is not None
        assert nobody is None
        connection.execute(update(enrolment).where(enrolment.c.id == key).values(reach="ok"))
        after = people.by_id(connection, key, lock=True)
        assert after is not None
        assert (before.reach, after.reach) == ("unknown", "ok")


def test_a_message_put_and_changed_in_one_breath_goes_as_it_was_changed(store: Store) -> None:
    with store.begin() as connection, together(connection):
        asked.fetch_asking(connection, [("a", "q")], to_change=True)
        put(connection, "m1", assessment_id="a", item="q")
        assert asked.last_asking(connection, "a", "q") == "m1"
        assert asked.rewrite(connection, "m1", Message("changed"))
    with store.begin() as connection:
        (row,) = outbox.claim(connection, NOON, "t", 5)
        assert row.content == Message("changed")


def test_what_is_being_sent_is_not_changed_any_more(store: Store) -> None:
    with store.begin() as connection:
        put(connection, "m1", assessment_id="a", item="q")
        outbox.claim(connection, NOON, "t", 5)
    with store.begin() as connection, together(connection):
        asked.fetch_asking(connection, [("a", "q")], to_change=True)
        assert asked.last_asking(connection, "a", "q") == "m1"
        assert not asked.rewrite(connection, "m1", Message("changed"))


def drop_and_say(connection: Connection, message: Outgoing) -> None:
    with together(connection):
        outbox.count_on(connection, [message])
        assert outbox.drop(connection, message, "late"), "the claim was counted on"
        put(connection, "what follows from it")


def test_a_claim_that_is_not_ours_any_more_settles_nothing(store: Store) -> None:
    with store.begin() as connection:
        for key in ("m1", "m2"):
            put(connection, key)
        (first,) = outbox.claim(connection, NOON, "t", 5)
    with store.begin() as connection, together(connection):
        outbox.count_on(connection, [first])
        assert outbox.sent(connection, first, NOON, None, 7)
        assert not outbox.sent(connection, first, NOON, None, 8), "it was settled a moment ago"
    with pytest.raises(NotAsKnown):
        store.transact(drop_and_say, first)
    with store.begin() as connection, together(connection):
        assert not outbox.drop(connection, first, "late"), "nobody counts on it"
        number, _, state = asked.number_of(connection, "m1")
        assert (number, state) == (7, "sent")
        assert asked.number_of(connection, "what follows from it")[2] == "missing"


def test_an_older_edit_that_waits_gives_way_to_a_newer_one(store: Store) -> None:
    with store.begin() as connection, together(connection):
        asked.fetch_edits(connection, ["participant:1"])
        for key in ("e1", "e2"):
            asked.supersede(connection, "participant:1", "m1", None)
            put(connection, key, kind="edit", edits="m1")
        put(connection, "e3", kind="edit", edits="another")
    with store.begin() as connection:
        assert outbox.counts(connection) == {"waiting": 2}, "what is dropped is not counted"
        assert sorted(connection.execute(select(rows.c.state)).scalars()) == ["dropped", "waiting", "waiting"]
        count = connection.execute(select(func.count()).select_from(audit)).scalar_one()
        assert count == 0
