"""Is a row that was read before the same record, and one that changed in anything another?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from probot.store import recalled
from probot.store.engine import Store
from probot.store.recalled import Recalled
from probot.store.tables import enrolment, metadata

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS = [enrolment.c[name] for name in ("id", "attributes", "created_at", "ended_at")]


def _filled(connection: Connection, count: int = 2) -> None:
    same = {"status": "active", "anchors": {}, "zone": "UTC", "language": "zh", "created_at": NOON}
    rows = [
        {"id": str(n), "code": str(n), "attributes": {"site": ["oral", "百"]}, **same} for n in range(count)
    ]
    connection.execute(insert(enrolment), rows)


def a_store(url: str) -> Store:
    store = Store(url)
    with store.begin() as connection:
        metadata.create_all(connection)
    return store


def test_it_has_what_its_columns_types_give(database_url: str) -> None:
    store = a_store(database_url)
    records: Recalled[tuple[Any, ...]] = Recalled(COLUMNS, tuple)
    with store.begin() as connection:
        _filled(connection)
        plain = [tuple(row) for row in connection.execute(select(*COLUMNS).order_by(enrolment.c.id))]
        rows = connection.execute(select(*records.raw).order_by(enrolment.c.id)).all()
        assert records.all(connection, rows) == plain
        assert plain[0] == ("0", {"site": ["oral", "百"]}, NOON, None)
    store.close()


def test_only_a_row_that_differs_is_converted(database_url: str) -> None:
    made: list[str] = []

    def make(values: list[Any]) -> tuple[Any, ...]:
        made.append(values[0])
        return tuple(values)

    store = a_store(database_url)
    records: Recalled[tuple[Any, ...]] = Recalled(COLUMNS, make)

    def read(connection: Connection) -> list[tuple[Any, ...]]:
        return records.all(connection, connection.execute(select(*records.raw).order_by("id")).all())

    with store.begin() as connection:
        _filled(connection)
        first = read(connection)
    with store.begin() as connection:
        assert all(again is before for again, before in zip(read(connection), first, strict=True))
        assert made == ["0", "1"]
        connection.execute(update(enrolment).where(enrolment.c.id == "1").values(ended_at=NOON))
        assert read(connection) == [first[0], ("1", {"site": ["oral", "百"]}, NOON, NOON)]
        assert made == ["0", "1", "1"]
    store.close()


def test_no_more_is_remembered_than_there_is_room_for(sqlite_url: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(recalled, "MOST", 5)
    store = a_store(sqlite_url)
    records: Recalled[tuple[Any, ...]] = Recalled(COLUMNS, tuple)
    with store.begin() as connection:
        _filled(connection, 12)
        for row in connection.execute(select(*records.raw)).all():
            assert records.of(connection, row)[0] == row[0]
        assert sum(len(known) for known in records._known.values()) <= 6
    store.close()


def test_an_hour_that_comes_twice_where_the_server_stands_is_two_hours(database_url: str) -> None:
    store = Store(database_url)
    if not store.is_sqlite:
        with store.begin() as connection:
            name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
            connection.exec_driver_sql(f"ALTER DATABASE \"{name}\" SET timezone TO 'America/New_York'")
        store.close()
        store = Store(database_url)
    records: Recalled[tuple[Any, ...]] = Recalled(COLUMNS, tuple)
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    with store.begin() as connection:
        _filled(connection, 1)
        found = []
        for at in (first, second):
            connection.execute(update(enrolment).values(created_at=at))
            found += records.all(connection, connection.execute(select(*records.raw)).all())
    assert [at for _, _, at, _ in found] == [first, second]
    store.close()
