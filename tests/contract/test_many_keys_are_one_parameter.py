from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select

from probot.store.among import among
from probot.store.engine import Store
from probot.store.tables import publication, study_version

THERE = ["plain", "it's", 'say "so"', "百", "back\\slash"]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _filled(connection: Connection) -> None:
    rows = [{"hash": key, "study": "s", "source": "{}", "stored_at": NOON} for key in THERE]
    connection.execute(insert(study_version), rows)
    connection.execute(insert(publication), [{"hash": key, "at": NOON, "by": "x"} for key in THERE])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], []),
        (["plain", "nobody"], ["plain"]),
        (THERE, THERE),
        ([f"nobody {n}" for n in range(40_000)] + ["百"], ["百"]),
    ],
    ids=["none", "one of two", "all", "more than a statement has room for"],
)
def test_texts_are_found_among_any_number_of_keys(
    database_url: str, asked: list[str], found: list[str]
) -> None:
    store = Store(database_url)
    wanted = select(study_version.c.hash).where(among(study_version.c.hash, "keys"))

    def look(connection: Connection) -> list[str]:
        _filled(connection)
        return [row.hash for row in connection.execute(wanted, {"keys": asked})]

    assert sorted(store.transact(look)) == sorted(found)
    store.close()


def test_numbers_are_found_by_an_index_and_the_statement_is_always_the_same(database_url: str) -> None:
    store = Store(database_url)
    wanted = select(publication.c.seq).where(among(publication.c.seq, "numbers"))
    said: set[str] = set()

    @event.listens_for(store._engine, "before_cursor_execute")
    def _note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "FROM publication" in statement:
            said.add(statement)

    def look(connection: Connection) -> list[list[int]]:
        _filled(connection)
        every = sorted(connection.execute(select(publication.c.seq)).scalars())
        said.clear()
        asked = [every, every[:2], [], [every[0], 10**15]]
        return [every, *(sorted(connection.execute(wanted, {"numbers": each}).scalars()) for each in asked)]

    every, *found = store.transact(look)
    assert found == [every, every[:2], [], every[:1]]
    assert len(said) == 1
    if store.is_sqlite:
        plan = store.transact(lambda connection: connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {said.pop()}", ("[1, 2]",)
        ).all())  # fmt: skip
        assert any("SEARCH publication" in row[-1] for row in plan)
        assert not any("SCAN publication" in row[-1] for row in plan)
    store.close()
