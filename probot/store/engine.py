"""How is a database opened, and how does one transaction run on it?

The rule: writing transactions begin with the write lock on SQLite (BEGIN IMMEDIATE), durability is asserted
and never assumed, and everything a service does happens between one BEGIN and one COMMIT.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from probot.store.prepared import as_usual, driver
from probot.store.together import take_part

Result = TypeVar("Result")

BUSY_SECONDS = 10
"""How long a transaction on SQLite waits for another process to let the lock go, before that is a failure."""

OF_THE_LOST = {
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
}
"""PostgreSQL's settings by which it lets go of a process that is no longer heard of, about as soon as a lease is over."""

AS_INSTANTS = {"TimeZone": "UTC"}
"""In a server's own zone the two comings of a doubled hour would be given as equal values, and be taken for one row."""


class Unsafe(Exception):
    """The database would not keep what it confirms; probot refuses to start on it."""


class Store:
    """One database. Sync; the async world calls it through its own threads.

    On SQLite one writer at a time holds `_writing`, which is kinder than waiting for SQLite's busy timeout;
    other processes (a command line beside a running bot) still wait by that timeout.
    """

    def __init__(self, url: str) -> None:
        """Open `sqlite:///path` or `postgresql://…`. Raises ValueError for anything else."""
        self.url = normal_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self._engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        take_part(self._engine)
        self._writing: threading.Lock | None = threading.Lock() if self.is_sqlite else None
        self._writer: Connection | None = None
        """On SQLite, the connection of whoever holds `_writing`: taking one anew costs more than a small transaction."""

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One writing transaction: committed at the end of the block, rolled back when it raises."""
        if self._writing is None:
            with self._engine.begin() as connection:
                yield connection
            return
        with self._writing:
            if self._writer is None:
                self._writer = self._engine.connect()
                self._writer.detach()  # from the pool: closing it closes it, and rolls back whatever is open
            try:
                with self._writer.begin():
                    yield self._writer
            except BaseException:
                # Nobody knows how SQLite stands after a commit that failed. The next one begins on another connection.
                self._let_writer_go()
                raise

    def transact(self, act: Callable[..., Result], *arguments: Any) -> Result:
        """Run `act(connection, *arguments)` in one transaction and give back what it returns."""
        with self.begin() as connection:
            return act(connection, *arguments)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees one moment and cannot write; however long it takes, nobody waits for it."""
        if self.is_sqlite:
            with self._engine.connect().execution_options(reads_only=True) as connection:
                connection.exec_driver_sql("PRAGMA query_only=ON")
                try:
                    yield connection
                finally:
                    connection.rollback()
                    connection.exec_driver_sql("PRAGMA query_only=OFF")
            return
        with self._engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ) as connection:
            connection.exec_driver_sql(
                "SET LOCAL idle_in_transaction_session_timeout = 0"
            )  # it holds up nobody
            yield connection

    def look(self, look: Callable[..., Result], *arguments: Any) -> Result:
        """Run `look(connection, *arguments)` where nothing can be written, and give back what it returns."""
        with self.reading() as connection:
            return look(connection, *arguments)

    def assert_durable(self) -> None:
        """Raise `Unsafe` unless a confirmed commit survives a crash of process and machine."""
        with self.begin() as connection:
            if self.is_sqlite:
                _assert_pragma(connection, "journal_mode", {"wal"})
                _assert_pragma(connection, "synchronous", {2, 3})
                _assert_pragma(connection, "foreign_keys", {1})
            else:
                for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                    found = connection.exec_driver_sql(f"SHOW {setting}").scalar()
                    if found == "off":
                        raise Unsafe(f"PostgreSQL runs with {setting}=off: a power cut could lose answers")

    def place(self) -> str:
        """On PostgreSQL, which server and which database of it this is: a copy elsewhere is another place."""
        with self.reading() as connection:
            database = connection.exec_driver_sql(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).scalar_one()
            allowed = "SELECT has_function_privilege('pg_control_system()', 'execute')"
            if not connection.exec_driver_sql(allowed).scalar_one():
                return str(database)
            server = "SELECT system_identifier FROM pg_control_system()"
            return f"{connection.exec_driver_sql(server).scalar_one()}/{database}"

    def connect_arguments(self) -> dict[str, Any]:
        """What the driver needs to connect, for those who need a connection of their own."""
        _, arguments = self._engine.dialect.create_connect_args(self._engine.url)
        return dict(arguments)

    @contextmanager
    def one_at_a_time(self, number: int) -> Iterator[None]:
        """Nobody else is in such a block of the same number on this database. On SQLite there is nobody else."""
        if self.is_sqlite:
            yield
            return
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(select(func.pg_advisory_lock(number)))
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(number)))

    def close(self) -> None:
        """Give all connections back, once nobody writes."""
        with self._writing or nullcontext():
            self._let_writer_go()
        self._engine.dispose()

    def _let_writer_go(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(DBAPIError):
                writer.close()


def is_the_worlds(error: BaseException) -> bool:
    """Whether the database itself failed (gone, locked, full, a deadlock), whatever it was asked to do."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError)


def in_words(error: BaseException) -> str:
    """What went wrong, for a log. The driver's own words only where it speaks of itself and not of somebody's rows."""
    name = type(error).__name__
    if isinstance(error, OperationalError | InterfaceError) and error.orig is not None:
        return next(iter(str(error.orig).strip().splitlines()), name)
    return name


def normal_url(url: str) -> str:
    """The URL as SQLAlchemy wants it; `postgres://` and `postgresql://` mean psycopg 3."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if backend == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed.set(drivername="sqlite").render_as_string(hide_password=False)
    raise ValueError(
        f"PROBOT_DATABASE_URL names {parsed.render_as_string()!r}; use sqlite:///path/to/file.db or "
        "postgresql://user@host/name"
    )


def _sqlite_engine(url: str) -> Engine:
    # The driver's own transaction handling is switched off (isolation_level None), otherwise it begins
    # deferred transactions behind our back and concurrent writers lose updates.
    # How long another process may hold the lock; `?timeout=` in the address says otherwise.
    patience = {} if "timeout" in make_url(url).query else {"timeout": BUSY_SECONDS}
    engine = create_engine(
        url,
        hide_parameters=True,  # an error must not carry answers into a log
        connect_args={"isolation_level": None, "check_same_thread": False, **patience},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _lock(connection: Connection) -> None:
        reads_only = connection.get_execution_options().get("reads_only")
        begin = "BEGIN" if reads_only else "BEGIN IMMEDIATE"
        try:
            driver(connection).execute(begin)
        except sqlite3.Error as error:
            raise as_usual(begin, error) from error

    return engine


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=8, max_overflow=8, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # Else whoever stands still in mid-transaction, or vanishes from the network, keeps its locks for hours.
        settings = {**OF_THE_LOST, **AS_INSTANTS}
        wanted = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
        connection.execute(f"SELECT {wanted}")
        connection.commit()

    return engine


def _assert_pragma(connection: Connection, name: str, wanted: set[Any]) -> None:
    found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
    if found not in wanted:
        raise Unsafe(f"SQLite runs with {name}={found}: a power cut could lose answers")
