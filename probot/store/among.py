"""How does a statement ask for many rows at once? By one parameter that holds all their keys.

The rule: the statement stays the same however many keys there are. Written out key by key it would be put together,
and read and planned by the database, anew for every batch.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Integer, TypeDecorator, TypeEngine


class _Keys(TypeDecorator[list[Any]]):
    """A list of texts or of whole numbers: PostgreSQL knows arrays, SQLite reads JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, of: type[Text | BigInteger]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the database takes them as."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.of))

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        """The whole list as one value."""
        return orjson.dumps(value).decode() if dialect.name == "sqlite" else value


class Among(FunctionElement[bool]):
    """Whether a column's value is one of a list's.

    It bears no type of its own: to a Boolean SQLAlchemy adds `= 1` for SQLite, which then goes through the whole table.
    """

    inherit_cache = True


def among(column: ColumnElement[Any], name: str) -> Among:
    """`column` is one of those that the statement is given as the list `name`. An empty list holds nothing."""
    of = BigInteger if isinstance(column.type, Integer) else Text
    return Among(column, bindparam(name, type_=_Keys(of)))


@compiles(Among, "sqlite")
def _in_json(element: Among, compiler: SQLCompiler, **given: Any) -> str:
    column, keys = (compiler.process(each, **given) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({keys}))"  # noqa: S608 -- both are SQLAlchemy's own: a column and a parameter


@compiles(Among, "postgresql")
def _any_of(element: Among, compiler: SQLCompiler, **given: Any) -> str:
    column, keys = (compiler.process(each, **given) for each in element.clauses)
    return f"{column} = ANY({keys})"
