"""Which words do all floors share? Typed ids, ids derived from keys, languages and instants.

The rule: an id is a function of the key it stands for, so that a retry makes the same row.
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final, Literal, NewType

ParticipantId = NewType("ParticipantId", str)
EnrolmentId = NewType("EnrolmentId", str)
AssessmentId = NewType("AssessmentId", str)
ResponseId = NewType("ResponseId", str)
AlertId = NewType("AlertId", str)
StaffId = NewType("StaffId", str)
MessageId = NewType("MessageId", str)
"""A row of the outbox; not Telegram's number for a sent message."""

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
"""The languages probot's own words exist in. A study may use one of them or both."""

Text = Mapping[str, str]
"""One text in each of a study's languages: `{"en": "Yes", "zh": "是"}`."""

Value = int | float | str | tuple[str, ...]
"""What an item was answered with: a whole number (scale, count), a decimal (number), an option id
(choice, yes_no), option ids in the item's order (several), an ISO date (date; with a year and month or a year alone
where the day is not known) or words (text)."""

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
"""No names, no values; shared by all who have none, so nobody may change it."""

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def days_of(written: str) -> tuple[date, date]:
    """The first and the last day that an ISO 8601 date may mean: `2026-03-05`, `2026-03` or `2026`. Raises ValueError."""
    found = _DATE.fullmatch(written)
    if found is None:
        raise ValueError(f"{written!r} is no date")
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    last_month = month or 12
    last_day = day or calendar.monthrange(year, last_month)[1]
    return date(year, month or 1, day or 1), date(year, last_month, last_day)


def derived_id(kind: str, *keys: str, beside: str = "") -> str:
    """The id for `keys`: 22 characters, URL-safe, the same for the same keys for ever.

    128 bits of SHA-256; `kind` keeps the ids of different tables apart. With `beside`, the id of what this belongs
    to or `day_mark`, the first 5 characters are those of `beside` (102 bits are left): what is written together
    then lies together in every index, instead of touching a page for each row.
    """
    digest = hashlib.sha256("\x1f".join((kind, *keys)).encode()).digest()
    mark = beside[:_MARK]
    return mark + base64.urlsafe_b64encode(digest[:16])[len(mark) : 22].decode()


_MARK = 5


def day_mark(day: date) -> str:
    """How the ids of what belongs to a day begin, for `derived_id`; they sort as the days do (until the year 2871)."""
    return f"{day.toordinal():0{_MARK}x}"


def fraction_of(key: str) -> float:
    """A number in [0, 1) that depends on `key` alone: the house's only dice, for spreading work in time."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") / 2**48


def as_utc(moment: datetime) -> datetime:
    """`moment` in UTC. A naive datetime is a bug: it raises ValueError."""
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} names no zone")
    return moment.astimezone(UTC)


def language_of(tag: str | None, offered: tuple[str, ...] = LANGUAGES) -> str | None:
    """The offered language that a tag such as `zh-hans`, `zh_CN` or `en-GB` means, or None."""
    if not tag:
        return None
    primary = tag.replace("_", "-").split("-")[0].lower()
    return primary if primary in offered else None
