"""How does a database come to the present schema? By alembic, from whatever it is at now.

The rule: a migration is never edited once released; `upgrade` twice is `upgrade` once.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from probot.store.engine import Store

ONE_AT_A_TIME = 7_026_210_301
"""The number of PostgreSQL's advisory lock that keeps two migrations from running at once."""
FOLDER = Path(__file__).parent / "migrations"


def upgrade(url: str, to: str = "head") -> str:
    """Bring the database at `url` to the newest schema (or another) and return its revision.

    Creates an SQLite file's folder.
    """
    store = Store(url)
    try:
        with store.begin() as connection:
            if not store.is_sqlite:  # there the writing transaction is a lock already
                connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
            command.upgrade(_config(connection), to)
            return current(connection) or ""
    finally:
        store.close()


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision that this software needs."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
