"""Does a statement that is put to the driver as it is give what SQLAlchemy's own execution gives?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Executable,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from probot.store import inbox, together
from probot.store.engine import Store, is_the_worlds
from probot.store.prepared import Prepared
from probot.store.tables import publication, pulse, study_version
from probot.wording import say
from tests.world import a_clinic

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "eight out of ten"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


async def test_everything_that_is_asked_on_a_day_of_a_trial_is_what_execute_would_give(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: set[Executable] = set()
    prepared, ask = together.prepared, Prepared.ask
    of: dict[int, Executable] = {}

    def noted(statement: Executable, *rest: Any) -> Prepared:
        found = prepared(statement, *rest)
        of[id(found)] = statement
        return found

    def both(self: Prepared, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        found = ask(self, connection, values)
        statement = of[id(self)]
        if isinstance(statement, Select):
            usual = connection.execute(statement, values).all()
            assert [tuple(row) for row in usual] == found, str(statement)
            if usual:
                names = zip(found[0]._fields, usual[0]._fields, range(99), strict=False)
                assert all(ours in {usually, f"_{place}"} for ours, usually, place in names)
            compared.add(statement)
        return found

    monkeypatch.setattr(together, "prepared", noted)
    monkeypatch.setattr(Prepared, "ask", both)
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff()
        her = await clinic.patient()
        await clinic.pass_time(hours=1)
        for text in ("none of these", "39.5", "9"):
            await her.say(text)
        label = say("en", "alert.button.ack")
        await nurse.tap(label, next(one for one in nurse.shown if label in nurse.buttons(one)))
        await clinic.pass_time(days=2)
    assert len(compared) > 25


def test_what_is_asked_sees_what_waited_to_be_written(store: Store) -> None:
    add = insert(pulse)
    every = select(pulse.c.name, pulse.c.at, pulse.c.detail).order_by(pulse.c.name)

    def act(connection: Connection) -> Any:
        with together.together(connection):
            together.write(connection, add, "a", {"name": "a", "at": NOON, "detail": {"é": [1]}})
            one = together.ask(connection, every)
            together.learn(connection, "pulse", "a", 1)
            other = update(pulse).where(pulse.c.name == bindparam("which"))
            changed = together.change(connection, other, {"which": "a", "at": NOON + timedelta(days=1)})
            forgotten = together.known(connection, "pulse", "a")
            return one, changed, forgotten, together.ask(connection, every)

    one, changed, forgotten, two = store.transact(act)
    assert [tuple(row) for row in one] == [("a", NOON, {"é": [1]})]
    assert (one[0].name, one[0].at) == ("a", NOON)
    assert changed == 1
    assert forgotten is together.UNKNOWN
    assert [row.at for row in two] == [NOON + timedelta(days=1)]


def test_rows_that_are_there_already_are_not_counted_as_written(store: Store) -> None:
    def keep(connection: Connection, *numbers: int) -> int:
        return inbox.keep(connection, 1, [(number, f"chat:{number}", {}) for number in numbers], NOON)

    assert store.transact(keep, 1, 2) == 2
    assert store.transact(keep, 2, 3, 1, 4) == 2
    assert store.transact(keep) == 0


def test_what_fails_is_told_as_ever_and_nobodys_answer_is_in_it(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    twice = insert(study_version)
    row = {"hash": SECRET, "study": SECRET, "source": SECRET, "stored_at": NOON}

    def act(connection: Connection) -> None:
        together.write(connection, twice, "a", row)
        together.write(connection, twice, "b", row)

    with pytest.raises(IntegrityError) as raised:
        store.transact(act)
    assert SECRET not in str(raised.value)
    assert not is_the_worlds(raised.value)
    assert (
        store.transact(
            lambda connection: together.ask_value(connection, select(func.count(study_version.c.hash)))
        )
        == 0
    )
    store.close()


_NOWHERE = Table("nowhere", MetaData(), Column("one", Text))


@pytest.mark.parametrize(
    "act",
    [
        lambda connection: together.ask(connection, select(_NOWHERE)),
        lambda connection: together.change(connection, update(_NOWHERE), {"one": SECRET}),
        lambda connection: together.write_all(connection, insert(_NOWHERE), [{"one": SECRET}]),
    ],
    ids=["asked", "changed", "written"],
)
def test_whatever_goes_wrong_is_one_kind_of_error(store: Store, act: Callable[[Connection], Any]) -> None:
    with pytest.raises(DBAPIError) as raised:
        store.transact(act)
    assert SECRET not in str(raised.value)
    assert store.transact(lambda connection: together.ask_value(connection, select(func.count()))) == 1


def test_a_lock_that_another_holds_is_the_worlds_doing_and_passes(sqlite_url: str) -> None:
    one, other = Store(f"{sqlite_url}?timeout=0.01"), Store(f"{sqlite_url}?timeout=0.01")
    count = select(func.count(publication.c.seq))
    with one.begin() as connection:
        assert together.ask_value(connection, count) == 0
        with pytest.raises(OperationalError) as raised:
            other.transact(lambda waiting: together.ask_value(waiting, count))
    assert is_the_worlds(raised.value)
    assert other.transact(lambda free: together.ask_value(free, count)) == 0
    one.close()
    other.close()


def test_a_commit_that_failed_stands_in_nobodys_way(sqlite_url: str) -> None:
    store, other = Store(sqlite_url), Store(f"{sqlite_url}?timeout=0.01")
    count = select(func.count(publication.c.seq))

    def act(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        together.change(connection, insert(publication), {"hash": "of nothing", "at": NOON, "by": "x"})

    with pytest.raises(IntegrityError):
        store.transact(act)
    for each in (other, store):
        assert each.transact(lambda connection: together.ask_value(connection, count)) == 0
    store.close()
    other.close()


def test_closing_waits_for_whoever_writes(sqlite_url: str) -> None:
    store, closed = Store(sqlite_url), threading.Event()
    count = select(func.count(publication.c.seq))

    def close() -> None:
        store.close()
        closed.set()

    with store.begin() as connection:
        closing = threading.Thread(target=close)
        closing.start()
        assert not closed.wait(0.2)
        assert together.ask_value(connection, count) == 0
    closing.join(10)
    assert closed.is_set()


def test_a_store_that_was_closed_opens_again(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    count = select(func.count(publication.c.seq))
    for _ in range(2):
        assert store.transact(lambda connection: together.ask_value(connection, count)) == 0
        store.close()
