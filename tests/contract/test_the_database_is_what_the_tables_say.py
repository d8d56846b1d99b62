from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    String,
    Table,
    delete,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from probot.flows.session import Given, Session
from probot.messages import Button, Message
from probot.services import receive
from probot.store import inbox, pulses, saved, studies, trail
from probot.store.engine import Store, is_the_worlds
from probot.store.migrate import current, newest, upgrade
from probot.store.saved import session_from_json, value_from_json
from probot.store.tables import audit, metadata, study_version
from probot.store.types import canonical, read
from probot.values import AssessmentId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_migrated_database_has_the_tables_of_the_page_and_no_others(database_url: str) -> None:
    store = Store(database_url)

    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert store.transact(differences) == []
    store.close()


def test_migrating_twice_is_migrating_once(empty_database_url: str) -> None:
    assert upgrade(empty_database_url) == newest()
    assert upgrade(empty_database_url) == newest()
    store = Store(empty_database_url)
    assert store.transact(current) == newest()
    store.close()


def test_a_database_of_the_first_schema_comes_to_the_present_one_and_keeps_what_it_holds(
    empty_database_url: str,
) -> None:
    assert upgrade(empty_database_url, "0001") == "0001"
    store = Store(empty_database_url)
    raw = {"update_id": 1, "message": {"chat": {"id": 5}, "text": "8"}}
    assert store.transact(receive.keep, 7, [raw], NOON) == 1
    assert upgrade(empty_database_url) == newest() != "0001"
    assert [one.raw for one in store.transact(inbox.claim, NOON, "t", 5)] == [raw]
    columns = store.transact(lambda connection: inspect(connection).get_columns("response"))
    assert "step" in {column["name"] for column in columns}
    store.close()


def test_both_comings_of_a_doubled_time_are_kept_apart(database_url: str) -> None:
    store = Store(database_url)
    comings = [
        datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=fold) for fold in (0, 1)
    ]
    with store.begin() as connection:
        for number, at in enumerate(comings):
            pulses.beat(connection, str(number), at)
        kept = [pulses.last(connection, str(number)) for number in (0, 1)]
    assert kept == [
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), None),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), None),
    ]
    store.close()


@pytest.mark.parametrize("table", trail.APPEND_ONLY)
def test_what_is_written_for_good_can_be_neither_changed_nor_taken_away(
    database_url: str, table: str
) -> None:
    store = Store(database_url)
    trail_row = {
        "at": NOON, "actor": "a", "role": "r", "action": "x", "object": "y", "object_id": "z",
    }  # fmt: skip

    def fill(connection: Connection) -> None:
        trail.record(connection, **trail_row)  # type: ignore[arg-type]
        studies.keep(connection, hash="h" * 64, study="s", source="{}", at=NOON)
        studies.publish(connection, hash="h" * 64, at=NOON, by="a")

    store.transact(fill)
    one = metadata.tables[table]
    column = next(iter(one.c))
    for attempt in (update(one).values({column.name: column}), delete(one)):
        if (
            table in {"response", "consent", "alert_event", "adverse_version", "adverse_deed"}
            and store.is_sqlite
        ):
            continue  # SQLite's triggers look at rows, and these tables are empty here
        with pytest.raises(DBAPIError, match="append-only"):
            store.transact(lambda connection, attempt=attempt: connection.execute(attempt))
    store.close()


def test_the_guards_stand_on_every_table_that_is_written_for_good(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    found = store.transact(
        lambda connection: {
            row.name
            for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        }
    )
    assert found == {f"{table}_no_{verb}" for table in trail.APPEND_ONLY for verb in ("update", "delete")}
    store.close()


@pytest.mark.parametrize(
    "text_sent", ["half a pair \ud83d", "null \x00 inside", "مرحبا 你好 🌡", "\u202eright to left"]
)
def test_an_update_is_kept_and_given_back_whatever_stands_in_it(database_url: str, text_sent: str) -> None:
    store = Store(database_url)
    raw = {"update_id": 1, "message": {"chat": {"id": 5}, "text": text_sent, "score": 1.0, "whole": 1}}
    assert store.transact(receive.keep, 7, [raw], NOON) == 1
    (kept,) = store.transact(inbox.claim, NOON, "t", 5)
    assert kept.raw == raw
    assert type(kept.raw["message"]["score"]) is float
    assert type(kept.raw["message"]["whole"]) is int
    store.close()


def test_an_instant_comes_back_in_utc_from_whatever_zone_it_was_given_in(database_url: str) -> None:
    store = Store(database_url)
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    store.transact(pulses.beat, "x", NOON.astimezone(kathmandu), {"a": 1})
    found = store.transact(pulses.last, "x")
    assert found == (NOON, {"a": 1})
    assert found[0].tzinfo is UTC or found[0].utcoffset() == timedelta(0)
    store.close()


def test_a_naive_moment_is_refused(database_url: str) -> None:
    store = Store(database_url)
    with pytest.raises(Exception, match="zone"):
        store.transact(pulses.beat, "x", NOON.replace(tzinfo=None))
    store.close()


@pytest.mark.parametrize("value", [0, 8, 36.0, 36.6, "yes", "2026-03-01", ("a", "b"), None])
def test_a_value_has_the_same_type_after_it_was_kept(value: Any) -> None:
    import json

    again = value_from_json(json.loads(canonical(value)))
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    ("value", "raw"), [(7, "7"), (("a", "b"), "a, b"), (36.6, "36.6"), (None, "half \ud83d a face")]
)
def test_a_conversation_comes_back_as_it_was_whatever_stands_in_it(value: Any, raw: str) -> None:
    given = Given(value, None if value else "declined", raw, "typed", "en", 2, None, NOON)
    later = NOON + timedelta(microseconds=1)
    state = Session(
        AssessmentId("x" * 22), "daily", "zh", "asking", "b", {"a": given}, {"b": later}, ("b=c",), 3
    )
    assert session_from_json(read(canonical(state))) == state


def test_a_conversation_that_this_process_wrote_is_not_parsed_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "MOST", 2)
    monkeypatch.setattr(saved.sessions, "known", {})
    given = Given("half \ud83d a face", None, "half \ud83d a face", "typed", "en", 1, None, NOON)
    states = [Session(AssessmentId(key * 22), "daily", "zh", given={"a": given}) for key in "xyz"]
    store = Store(database_url)
    with store.begin() as connection:
        kept = Table("kept", MetaData(), Column("key", String(22)), Column("state", saved.Conversation))
        kept.create(connection)
        for state in states:
            connection.execute(kept.insert().values(key=state.assessment, state=state))
        found = connection.execute(select(kept.c.state).order_by(kept.c.key)).scalars().all()
        assert found == states, "parsed or not, it is the same"
        assert [one is state for one, state in zip(found, states, strict=True)] == [False, False, True], (
            "two have room"
        )
        connection.execute(kept.update().values(state=replace(states[2], revision=7)))
        changed = connection.execute(select(kept.c.state)).scalars().all()
        assert [one.revision for one in changed] == [7, 7, 7]
    store.close()


@pytest.mark.parametrize(
    "content",
    [
        Message("疼吗？", ((Button("0", "a:x:pain:0"), Button("1", "a:x:pain:1")), (Button("–", "v"),))),
        Message("half \ud83d a face", quote=(0, 4), silent=True, wants_reply=True, topic=7),
        Message(""),
        {"enrolment": "x", "topic": 3},
        {"text": 5, "buttons": "none"},
    ],
    ids=["buttons", "everything else", "nothing", "a picture", "unreadable"],
)
def test_what_is_to_be_sent_comes_back_as_it_was_remembered_or_not(
    content: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = saved.contents.write(content)
    assert written is not None
    assert saved.contents.read(written) == content
    monkeypatch.setattr(saved.contents, "known", {})
    again = saved.contents.read(written)
    assert again == content
    assert type(again) is type(content)


def test_a_second_process_waits_for_the_writer_and_loses_nothing(sqlite_url: str) -> None:
    import threading

    first, second = Store(sqlite_url), Store(sqlite_url)

    def many(store: Store, name: str) -> None:
        for number in range(40):
            store.transact(
                lambda connection, number=number: trail.record(
                    connection, at=NOON, actor=name, role="r", action="x", object="y", object_id=str(number)
                )
            )

    threads = [
        threading.Thread(target=many, args=(store, name)) for store, name in ((first, "a"), (second, "b"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first.transact(lambda connection: len(connection.execute(select(audit.c.seq)).all())) == 80
    first.close()
    second.close()


def test_an_error_of_a_statement_is_not_taken_for_one_of_the_database(database_url: str) -> None:
    store = Store(database_url)
    row = {"hash": "h" * 64, "study": "s", "source": "{}", "stored_at": NOON}
    store.transact(lambda connection: connection.execute(insert(study_version).values(row)))
    with pytest.raises(DBAPIError) as caught:
        store.transact(lambda connection: connection.execute(insert(study_version).values(row)))
    assert not is_the_worlds(caught.value)
    assert "hhhh" not in str(caught.value).split("DETAIL")[0]
    store.close()
