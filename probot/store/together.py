"""What may many share within one transaction? Rows that are read at once, and rows that are written at once.

The rule: only the statements that come through here take part. Before any other statement everything that waits is
written, and one that writes makes what was read of its table forgotten; so each service sees what it has done.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache
from operator import itemgetter
from typing import Any, Final, cast

from sqlalchemy import Connection, Delete, Dialect, Executable, Insert, MetaData, Select, Table, Update
from sqlalchemy.event import listens_for


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

FINDS_EACH: Final = "finds_each"
"""The option of a statement whose rows must all be there, as it describes them, when they are written with others."""

Write = tuple[Executable, tuple[str, ...]]
"""A statement and the names of its values: what one `executemany` can take."""


class NotAsKnown(Exception):
    """A row was to be changed that is no longer as this transaction took it to be; it must not be committed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A write as the driver takes it: SQLAlchemy's own statement and conversions, put together once instead of for each row."""

    sql: str
    named: bool
    names: tuple[str, ...]
    """The parameters, in the order of the statement."""
    take: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    """Their values, in that order."""
    fixed: Mapping[str, Any]
    """Those that are the same for every row."""
    converted: tuple[tuple[int, Callable[[Any], Any]], ...]
    """The places whose values the database takes in another form, and how that is made."""
    finds_each: bool
    """Whether each row must be found as the statement says it is."""

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows. Raises `NotAsKnown`."""
        ready: list[Any] = [self._in_order(row) for row in rows]
        if self.named:
            ready = [dict(zip(self.names, values, strict=True)) for values in ready]
        written = connection.exec_driver_sql(self.sql, ready).rowcount
        if self.finds_each and written != len(rows):
            raise NotAsKnown(f"{written} of {len(rows)} rows")

    def _in_order(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = list(self.take({**self.fixed, **row} if self.fixed else row))
        for place, convert in self.converted:
            values[place] = convert(values[place])
        return tuple(values)


_PREPARED: dict[tuple[Write, str], Prepared] = {}


def prepared(write: Write, dialect: Dialect) -> Prepared:
    """The write for this database; compiled the first time only."""
    found = _PREPARED.get((write, dialect.name))
    if found is None:
        found = _PREPARED[write, dialect.name] = _prepare(write, dialect)
    return found


def _prepare(write: Write, dialect: Dialect) -> Prepared:
    statement, brought = write
    compiled = cast("Insert | Update", statement).compile(dialect=dialect, column_keys=list(brought))
    names = tuple((compiled.positiontup if compiled.positional else list(compiled.bind_names.values())) or ())
    # The very conversions that execute() would make; none of ours is made of several.
    conversions = cast("Mapping[str, Callable[[Any], Any]]", compiled._bind_processors)  # noqa: SLF001
    return Prepared(
        sql=str(compiled),
        named=not compiled.positional,
        names=names,
        take=itemgetter(*names) if len(names) > 1 else lambda row: tuple([row[name] for name in names]),
        fixed={name: compiled.params[name] for name in names if name not in brought},
        converted=tuple(
            (place, conversions[name]) for place, name in enumerate(names) if name in conversions
        ),
        finds_each=bool(statement.get_execution_options().get(FINDS_EACH)),
    )


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
                prepared(write, self.connection.dialect).run(self.connection, rows)
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
        connection.execute(statement, values)
    else:
        shared.write(statement, row, values)


def take_part(engine: Any) -> None:
    """Make an engine's connections ask before each statement."""

    @listens_for(engine, "before_execute")
    def _before(connection: Connection, statement: Executable, *_: Any) -> None:
        shared = shared_by(connection)
        if shared is not None:
            shared.before(statement)
