"""How is a statement put to the database that is needed all day? It is written once, and the driver takes it as it is.

The rule: the words and the conversions are SQLAlchemy's own, so it asks what `execute` would ask and gives what
`execute` would give; only the many steps between are left out, which cost more than SQLite's answer. What cannot be
converted (a defect of ours) is told by the conversion itself and not by SQLAlchemy.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, cast

from sqlalchemy import Connection, Delete, Dialect, Executable, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

FINDS_EACH: Final = "finds_each"
"""The option of a statement whose rows must all be there, as it describes them, when they are written with others."""

MOST = 1024
"""Statements that are kept; probot has some two hundred that it needs all day."""

Converted = tuple[tuple[int, Callable[[Any], Any]], ...]
"""The places of a row whose values the database has in another form, and how that is made, or read."""


class NotAsKnown(Exception):
    """A row was to be changed that is no longer as this transaction took it to be; it must not be committed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as the driver takes it."""

    sql: str
    named: bool
    """Whether the driver wants the values by name; else in order."""
    names: tuple[str, ...]
    """The parameters, in the order of the statement."""
    take: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    """Their values, in that order."""
    fixed: Mapping[str, Any]
    """Those that are the same for every row."""
    converted: Converted
    row: Callable[[Iterable[Any]], Any]
    """Gives the values of a row that was found their names."""
    read: Converted
    finds_each: bool
    """Whether each row must be found as the statement says it is."""

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Write the rows; how many were written, which those are not that stood there already. Raises `NotAsKnown`."""
        ready: list[Any] = [self._in_order(row) for row in rows]
        if self.named:
            ready = [dict(zip(self.names, values, strict=True)) for values in ready]
        if connection.dialect.name == "sqlite":
            try:
                written: int = driver(connection).executemany(self.sql, ready).rowcount
            except sqlite3.Error as error:
                raise as_usual(self.sql, error) from error
        else:
            written = connection.exec_driver_sql(self.sql, ready).rowcount
        if self.finds_each and written != len(rows):
            raise NotAsKnown(f"{written} of {len(rows)} rows")
        return written

    def ask(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """The rows that it finds (on SQLite)."""
        given = self._in_order(values)
        try:
            found = driver(connection).execute(self.sql, given).fetchall()
        except sqlite3.Error as error:
            raise as_usual(self.sql, error) from error
        if not self.read:
            return [self.row(each) for each in found]
        rows = []
        for each in found:
            columns = list(each)
            for place, read in self.read:
                columns[place] = read(columns[place])
            rows.append(self.row(columns))
        return rows

    def change(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """How many rows it changed (on SQLite)."""
        given = self._in_order(values)
        try:
            return int(driver(connection).execute(self.sql, given).rowcount)
        except sqlite3.Error as error:
            raise as_usual(self.sql, error) from error

    def _in_order(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = list(self.take({**self.fixed, **row} if self.fixed else row))
        for place, convert in self.converted:
            values[place] = convert(values[place])
        return tuple(values)


def driver(connection: Connection) -> Any:
    """The driver's own connection, in this very transaction."""
    return connection.connection.dbapi_connection


def as_usual(sql: str, error: sqlite3.Error) -> DBAPIError:
    """What SQLAlchemy would raise for what the driver complains of; nobody's answers are in it."""
    told = DBAPIError.instance(sql, None, error, sqlite3.Error)
    return cast("DBAPIError", told)


def readers(types: Iterable[TypeEngine[Any]], dialect: Dialect) -> Converted:
    """How a row with columns of these types is read, where the database has its values in another form."""
    every = [each.dialect_impl(dialect).result_processor(dialect, None) for each in types]
    return tuple((place, reader) for place, reader in enumerate(every) if reader is not None)


@lru_cache(MOST)
def prepared(statement: Executable, brought: tuple[str, ...], dialect: Dialect) -> Prepared:
    """A statement, made once, and the names of the values that it will be given; compiled the first time only."""
    told = cast("Select[Any] | Insert | Update | Delete", statement)
    compiled = told.compile(dialect=dialect, column_keys=list(brought))
    written = compiled.construct_expanded_state(dict.fromkeys(brought))
    names = tuple((written.positiontup if compiled.positional else list(written.parameters)) or ())
    # The very conversions that execute() would make; none of ours is made of several.
    conversions = cast(
        "Mapping[str, Callable[[Any], Any]]",
        {**compiled._bind_processors, **written.processors},  # noqa: SLF001
    )
    columns = list(told.exported_columns)
    row = namedtuple("row", [each.key for each in columns], rename=True)  # type: ignore[misc]  # noqa: PYI024 -- made of columns
    return Prepared(
        sql=written.statement,
        named=not compiled.positional,
        names=names,
        take=itemgetter(*names) if len(names) > 1 else lambda row: tuple([row[name] for name in names]),
        fixed={name: written.parameters[name] for name in names if name not in brought},
        converted=tuple(
            (place, conversions[name]) for place, name in enumerate(names) if name in conversions
        ),
        row=row._make,
        read=readers([each.type for each in columns], dialect),
        finds_each=bool(statement.get_execution_options().get(FINDS_EACH)),
    )
