"""Which versions of the study are known, and which one is in force?

The rule: a version is stored once under its hash and never changed; publishing only points at it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from probot.store import together
from probot.store.tables import publication, study_version


def keep(connection: Connection, *, hash: str, study: str, source: str, at: datetime) -> bool:  # noqa: A002
    """Store a version unless it is known; True if it was new."""
    known = connection.execute(select(study_version.c.hash).where(study_version.c.hash == hash)).first()
    if known:
        return False
    connection.execute(insert(study_version).values(hash=hash, study=study, source=source, stored_at=at))
    return True


def publish(connection: Connection, *, hash: str, at: datetime, by: str) -> None:  # noqa: A002
    """Put a stored version in force."""
    connection.execute(insert(publication).values(hash=hash, at=at, by=by))


def in_force(connection: Connection) -> str | None:
    """The hash of the version that is in force, if any was ever published."""
    found = together.known(connection, "publication", "newest")
    if found is together.UNKNOWN:
        found = together.ask_value(connection, _NEWEST)
        together.learn(connection, "publication", "newest", found)
    version: str | None = found
    return version


# Apart: no row of this table is ever gathered, so nothing has to be written before it is looked at.
_NEWEST = select(publication.c.hash).order_by(publication.c.seq.desc()).limit(1).execution_options(apart=True)


def source_of(connection: Connection, hash: str) -> str:  # noqa: A002
    """The source of a stored version. KeyError if it was never stored."""
    source = connection.execute(select(study_version.c.source).where(study_version.c.hash == hash)).scalar()
    if source is None:
        raise KeyError(hash)
    return str(source)
