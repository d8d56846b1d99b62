"""Was this very row read before? Then it is the same record, without converting it again.

The rule: only what the database has just given decides. A row that differs in anything is another row, so nothing here
can be out of date, whoever else writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Dialect, type_coerce
from sqlalchemy.types import NULLTYPE

from probot.store.prepared import Converted, readers

Record = TypeVar("Record")

MOST = 4096
"""Rows that are remembered; when there are more, all are forgotten at once."""


class Recalled(Generic[Record]):
    """The records behind some columns of a table. They are shared, so nobody may change them."""

    def __init__(self, columns: Sequence[ColumnElement[Any]], make: Callable[[list[Any]], Record]) -> None:
        """`make` builds a record from the columns' values as their types give them."""
        self.raw: list[ColumnElement[Any]] = [type_coerce(column, NULLTYPE) for column in columns]
        """The columns as the database gives them: what is to be selected."""
        self._types = [column.type for column in columns]
        self._make = make
        self._known: dict[str, dict[tuple[Any, ...], Record]] = {}
        self._conversions: dict[str, Converted] = {}

    def of(self, connection: Connection, row: Sequence[Any]) -> Record:
        """The record behind the `raw` columns of a row."""
        return self.all(connection, (row,))[0]

    def all(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> list[Record]:
        """The records behind the `raw` columns of rows."""
        dialect = connection.dialect
        known = self._known.setdefault(dialect.name, {})
        if len(known) > MOST:
            known.clear()
        found = []
        for row in rows:
            key = row if isinstance(row, tuple) else tuple(row)
            one = known.get(key)
            if one is None:
                one = known[key] = self._convert(dialect, key)
            found.append(one)
        return found

    def _convert(self, dialect: Dialect, row: tuple[Any, ...]) -> Record:
        values = list(row)
        if dialect.name not in self._conversions:
            self._conversions[dialect.name] = readers(self._types, dialect)
        for place, read in self._conversions[dialect.name]:
            values[place] = read(values[place])
        return self._make(values)
