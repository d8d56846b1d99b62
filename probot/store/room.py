"""How much room is left where the database lies? Looked up each time, because other programs fill a disk too.

The rule: what cannot be looked up counts as no room; a database on a server lies elsewhere and is not watched.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from probot.store.files import file_of

_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_LEAST = re.compile(r"(\d+(?:\.\d+)?) ?(%|[KMGT]B)", re.IGNORECASE)
HOW_TO_WRITE = "write how much must be free, such as 2GB, 500MB or 10%"


@dataclass(frozen=True, slots=True)
class Least:
    """How much should be free: so many bytes, such a share of the disk, or the smaller of both."""

    size: float | None = 1e9
    share: float | None = 0.15

    def of(self, total: int) -> int:
        """In bytes, on a disk of this size."""
        wanted = (self.size, None if self.share is None else self.share * total)
        return int(min(one for one in wanted if one is not None))


USUAL = Least()
"""15 %, and 1 GB at most."""


def least(written: str) -> Least:
    """`2GB`, `500 MB` or `10%` taken apart. Raises ValueError."""
    match = _LEAST.fullmatch(written.strip())
    if match is None:
        raise ValueError(HOW_TO_WRITE)
    number, unit = float(match[1]), match[2].upper()
    if unit != "%":
        return Least(number * _UNITS[unit], None)
    if number > 100:
        raise ValueError(HOW_TO_WRITE)
    return Least(None, number / 100)


@dataclass(frozen=True, slots=True)
class Room:
    """The disk under a folder, in bytes. `least`: how much should be free."""

    folder: str
    free: int
    total: int
    least: int

    @property
    def is_short(self) -> bool:
        """Whether somebody should make room soon."""
        return self.free < self.least

    @property
    def is_nearly_none(self) -> bool:
        """Whether somebody has to make room now: a fifth of what should be free is left."""
        return self.free * 5 < self.least

    def __str__(self) -> str:
        return f"{in_units(self.free)} of {in_units(self.total)} free in {self.folder}"


def room_in(folder: Path, wanted: Least) -> Room:
    """The room on the disk under this folder."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return Room(str(folder), 0, 0, 1)
    return Room(str(folder), found.free, found.total, wanted.of(found.total))


def room_of(url: str, wanted: Least) -> Room | None:
    """The room where the database of this address lies; None where that is on a server, which nobody here can ask."""
    file = file_of(url)
    return None if file is None else room_in(file.parent, wanted)


def in_units(size: float) -> str:
    """A size in words: 12.3 GB."""
    unit = next((name for name in ("TB", "GB", "MB") if size >= _UNITS[name]), "KB")
    return f"{size / _UNITS[unit]:.1f} {unit}"
