"""How is an SQLite file looked over, and put where another one lies? Whole, and with the other one kept aside.

The rule: nothing is ever deleted; what lay there is still there under another name.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

BESIDE = ("-wal", "-shm")


class NotUsable(Exception):
    """The file is no database that could be put in place; the text says why."""


def file_of(url: str) -> Path | None:
    """The file that an SQLite database of this address is; None where it lies on a server, or in memory only."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def assert_whole(file: Path) -> None:
    """Raise `NotUsable` unless this is a whole database of probot."""
    if not file.is_file():
        raise NotUsable(f"there is no file {file}")
    try:
        with closing(sqlite3.connect(file)) as opened:
            found = opened.execute("PRAGMA integrity_check").fetchone()
            if found != ("ok",):
                raise NotUsable(f"{file} is damaged: {found[0]}")
            if (
                opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
                is None
            ):
                raise NotUsable(f"{file} is no database of probot")
    except sqlite3.DatabaseError as error:
        raise NotUsable(f"{file} cannot be read as a database: {error}") from None


def copy_of(source: Path, target: Path) -> None:
    """A whole copy at `target`, its owner's alone, checked and on the disk; while others write into `source`."""
    draft = _draft_of(source, target)
    try:
        assert_whole(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def put_in_place(backup: Path, place: Path, mark: str) -> Path | None:
    """Copy `backup` to `place`; what lay there is moved aside, under its name and `mark`, which is given back."""
    draft = _draft_of(backup, place)
    aside = place.with_name(f"{place.name}.{mark}") if place.exists() else None
    if aside is not None:
        for ending in ("", *BESIDE):
            part = place.with_name(place.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
    draft.replace(place)
    return aside


def _draft_of(source: Path, target: Path) -> Path:
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(draft)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    return draft
