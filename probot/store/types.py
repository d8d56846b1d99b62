"""How are instants and loose values kept so that both databases give back what was put in?

The rule: an instant comes back aware and in UTC; JSON is canonical text, so equal values are equal rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from probot.values import as_utc

_HALF = re.compile("[\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """An aware datetime. SQLite has no zone to keep, so UTC without one is stored there.

    The processors are whole ones and not the two halves that TypeDecorator asks for: every row has several instants,
    and SQLite's own type puts its text together from a dictionary of seven numbers.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Refuse naive datetimes; keep UTC."""
        return _sqlite_text if dialect.name == "sqlite" else _utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002 -- SQLAlchemy's shape
        """Give back UTC, always aware."""
        return _from_sqlite_text if dialect.name == "sqlite" else _utc


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else as_utc(moment)


def _sqlite_text(moment: datetime | None) -> str | None:
    """Such as `2026-03-01 08:30:00.000000`: as SQLAlchemy writes it there, all of one length, so it sorts by time."""
    return None if moment is None else _written_out(as_utc(moment))


# The moment of a transaction stands in most of its rows. By instants of UTC alone: elsewhere both comings of a doubled
# time count as equal.
@lru_cache(maxsize=256)
def _written_out(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds")[:26]


def _from_sqlite_text(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(f"{written}+00:00")


class Json(TypeDecorator[Any]):
    """Any JSON value as canonical text (keys sorted, no spaces, letters as they are); our own values as orjson has them."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:  # noqa: ARG002 -- SQLAlchemy's shape
        """Write canonical text. NUL, which PostgreSQL cannot hold, is escaped by JSON itself."""
        return _written

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:  # noqa: ARG002 -- SQLAlchemy's shape
        """Read it back."""
        return _read


def _written(value: Any) -> str | None:
    return None if value is None else canonical(value)


def _read(written: str | None) -> Any:
    return None if written is None else read(written)


def canonical(value: Any) -> str:
    """The one way a value is written as JSON here. Half surrogates, which no database takes, stand escaped."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        pass  # half a character, or a number beyond 64 bits
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    if written.isascii() or not _HALF.search(written):
        return written
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", written)


def _plain(value: Any) -> Any:
    """What orjson writes by itself and json does not: our own values, and the instants in them."""
    if isinstance(value, datetime):
        return value.isoformat()
    return {field.name: getattr(value, field.name) for field in fields(value)}


def read(written: str) -> Any:
    """What was written by `canonical`."""
    try:
        return orjson.loads(written)
    except ValueError:
        return json.loads(written)
