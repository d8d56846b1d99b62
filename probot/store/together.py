"""What may many share within one transaction? Rows that are read at once, and rows that are written at once.

The rule: only what is given to `write` and found among the `known` takes part. Before any other statement, `ask` and
`change` among them, everything that waits is written, and one that writes makes what was read of its table forgotten; so
each service sees what it has done.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Connection, Delete, Executable, Insert, MetaData, Select, Table, Update
from sqlalchemy.event import listens_for

from probot.store.prepared import prepared
from probot.values import NOTHING


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = _Unknown.UNKNOWN
"""Nothing is known: ask the database. (What is known not to be there is None.)"""

_NAME: Final = "probot_shares"
"""Where a connection carries what its transaction shares."""
_GOES_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "session": ("session", "live"),
    "assessment": ("assessment", "live"),
}
"""What is forgotten when a table is written by a statement of its own; other tables: what is kept under their name."""

Write = tuple[Executable, tuple[str, ...]]
"""A statement and the names of its values: what one `executemany` can take."""


class Together:
    """One transaction's common knowledge, and its writes that wait."""

    __slots__ = ("_last", "_waiting", "_writing", "connection", "known")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.known: dict[str, dict[Hashable, Any]] = {}
        self._waiting: dict[Write, list[Mapping[str, Any]]] = {}
        self._last: dict[Hashable, Write] = {}
        self._writing = False

    def write(self, statement: Executable, row: Hashable, values: Mapping[str, Any]) -> None:
        """Have it written with the others. What one row is given stays in order, whatever statements give it."""
        write = (statement, tuple(values))
        before = self._last.get(row)
        if before is not None and before != write and not _comes_first(before):
            self.flush()
        self._last[row] = write
        self._waiting.setdefault(write, []).append(values)

    def flush(self) -> None:
        """Write all that waits."""
        waiting, self._waiting = self._waiting, {}
        self._last.clear()
        self._writing = True
        try:
            for write, rows in sorted(waiting.items(), key=lambda each: _place(each[0])):
                prepared(*write, self.connection.dialect).write(self.connection, rows)
        finally:
            self._writing = False

    def before(self, statement: Executable) -> None:
        """A statement is about to run that takes no part."""
        if self._writing or statement.get_execution_options().get("apart"):
            return
        if self._waiting:
            self.flush()
        if statement.get_execution_options().get("known_stays"):
            return
        if isinstance(statement, Insert | Update | Delete):
            name = getattr(statement.table, "name", "")
            for each in _GOES_WITH.get(name, (name,)):
                self.known.pop(each, None)
        elif not isinstance(statement, Select):
            self.known.clear()


def _comes_first(write: Write) -> bool:
    """New rows are made before any row is changed."""
    return isinstance(write[0], Insert)


def _place(write: Write) -> int:
    """New rows first, each after those that it refers to; then what is changed, in the order in which it was."""
    statement = write[0]
    if not isinstance(statement, Insert):
        return sys.maxsize
    table = cast("Table", statement.table)
    return _order(table.metadata)[table]


@cache
def _order(metadata: MetaData) -> dict[Table, int]:
    return {table: number for number, table in enumerate(metadata.sorted_tables)}


@contextmanager
def together(connection: Connection) -> Iterator[Together]:
    """What is done in this block shares its reads and writes; all of them are made when it ends without an error."""
    shared = Together(connection)
    setattr(connection, _NAME, shared)
    try:
        yield shared
        shared.flush()
    finally:
        delattr(connection, _NAME)


def shared_by(connection: Connection) -> Together | None:
    """What this transaction shares, if it does."""
    found: Together | None = getattr(connection, _NAME, None)
    return found


def known(connection: Connection, of: str, key: Hashable) -> Any:
    """What has been read already, or `UNKNOWN`."""
    shared = shared_by(connection)
    rows = None if shared is None else shared.known.get(of)
    return UNKNOWN if rows is None else rows.get(key, UNKNOWN)


def learn(connection: Connection, of: str, key: Hashable, value: Any) -> None:
    """Remember for the rest of this transaction what was read, or is about to be written."""
    shared = shared_by(connection)
    if shared is not None:
        shared.known.setdefault(of, {})[key] = value


def learn_all(connection: Connection, of: str, values: Mapping[Any, Any]) -> None:
    """Remember many at once."""
    shared = shared_by(connection)
    if shared is not None:
        shared.known.setdefault(of, {}).update(values)


def forget(connection: Connection, *tables: str) -> None:
    """What was read of these may be out of date: read it anew."""
    shared = shared_by(connection)
    if shared is not None:
        for table in tables:
            shared.known.pop(table, None)


def write(connection: Connection, statement: Executable, row: Hashable, values: Mapping[str, Any]) -> None:
    """Write one row: with the others where this transaction shares, else at once. `row` names what is written."""
    shared = shared_by(connection)
    if shared is None:
        change(connection, statement, values)
    else:
        shared.write(statement, row, values)


def write_all(connection: Connection, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write these rows at once and for themselves; how many were written. All name the same values. Raises `NotAsKnown`."""
    _before(connection, statement)
    return prepared(statement, tuple(rows[0]), connection.dialect).write(connection, rows) if rows else 0


def ask(connection: Connection, statement: Executable, values: Mapping[str, Any] = NOTHING) -> Sequence[Any]:
    """The rows that a statement finds, or has changed and gives back: tuples with names. It is one that is made once."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, values).all()
    _before(connection, statement)
    return prepared(statement, tuple(values), connection.dialect).ask(connection, values)


def ask_first(connection: Connection, statement: Executable, values: Mapping[str, Any] = NOTHING) -> Any:
    """The first of these rows; None if there is none."""
    found = ask(connection, statement, values)
    return found[0] if found else None


def ask_value(connection: Connection, statement: Executable, values: Mapping[str, Any] = NOTHING) -> Any:
    """The first value of the first of these rows; None if there is none."""
    found = ask(connection, statement, values)
    return found[0][0] if found else None


def change(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> int:
    """Change what a statement finds, at once; how many rows. It is one that is made once."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, values).rowcount
    _before(connection, statement)
    return prepared(statement, tuple(values), connection.dialect).change(connection, values)


def _before(connection: Connection, statement: Executable) -> None:
    shared = shared_by(connection)
    if shared is not None:
        shared.before(statement)


def take_part(engine: Any) -> None:
    """Make an engine's connections ask before each statement."""

    @listens_for(engine, "before_execute")
    def _ask(connection: Connection, statement: Executable, *_: Any) -> None:
        _before(connection, statement)
