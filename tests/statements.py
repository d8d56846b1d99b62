"""Which statements reach a database, by whichever way? A batch of rows is one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from probot.store import prepared
from probot.store.engine import Store


@contextmanager
def statements_of(store: Store) -> Iterator[list[str]]:
    """What is said in this block, word for word."""
    found: list[str] = []
    engine, driver = store._engine, prepared.driver

    def noted(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    class Noting:
        """The driver's connection, and whoever listens."""

        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def execute(self, statement: str, *values: Any) -> Any:
            found.append(statement)
            return self._connection.execute(statement, *values)

        def executemany(self, statement: str, *values: Any) -> Any:
            found.append(statement)
            return self._connection.executemany(statement, *values)

    def noting(connection: Connection) -> Any:
        return Noting(driver(connection))

    event.listen(engine, "before_cursor_execute", noted)
    prepared.driver = noting
    try:
        yield found
    finally:
        prepared.driver = driver
        event.remove(engine, "before_cursor_execute", noted)
