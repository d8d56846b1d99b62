"""How is loose JSON read so that nothing in it can raise? By asking each value what it is.

The rule: a value of the wrong kind counts as absent. Text is made storable here and nowhere else.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_LARGEST: Final = 2**63 - 1
_LATEST: Final = 2**33
"""Seconds since 1970 that are believed: until the year 2242."""

Raw = dict[str, Any]


def legible(text: str) -> str:
    r"""`text` with null characters and half surrogates, which no database takes, written out: `\u0000`."""
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def record(value: object) -> Raw:
    """The JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: object) -> list[Raw]:
    """The JSON objects of a list, without whatever else is in it."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def number(value: object) -> int | None:
    """A whole number that fits into 64 bits."""
    if isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST:
        return value
    return None


def words(value: object) -> str:
    """The text, legible; empty where it is none."""
    return legible(value) if isinstance(value, str) else ""


def instant(value: object) -> datetime | None:
    """Unix seconds as an aware instant. 0, Telegram's date of inaccessible messages, is none."""
    seconds = number(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and 0 < seconds < _LATEST else None
