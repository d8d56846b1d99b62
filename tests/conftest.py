"""What does every test find ready? A database of its own, a zone nobody lives by, and steady dice.

Rule: a fixture here serves several folders; what serves one folder stands in that folder.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import databases

# The machine's own zone must never matter, so it is one that no study uses, half an hour off the full hour.
os.environ["TZ"] = "America/St_Johns"
time.tzset()

# On a busy machine a slow example is not a fault. In CI the dice are the same each time.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", settings.get_profile("here"), derandomize=True, database=None, print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# Settings of whoever runs the tests must not leak into them.
KEPT = ("PROBOT_TEST_DATABASE_URL", "PROBOT_TEST_NO_SKIPS", "PROBOT_CRASHES")
for name in [name for name in os.environ if name.startswith("PROBOT_") and name not in KEPT]:
    del os.environ[name]

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


# ---------------------------------------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    return databases.migrated_sqlite_file(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[databases.PostgresServer]:
    """The PostgreSQL of this test process; a test that needs it is skipped where none can be had."""
    try:
        context = databases.postgres()
        server = context.__enter__()
    except databases.NoPostgres as reason:
        pytest.skip(f"no PostgreSQL: {reason}")
    try:
        yield server
    finally:
        context.__exit__(None, None, None)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database: sqlite:///…"""
    return databases.copy_sqlite(sqlite_template, tmp_path)


@pytest.fixture
def postgres_url(postgres_server: databases.PostgresServer) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database: postgresql://… (mark the test `postgres`)."""
    url = postgres_server.migrated()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database without any table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield databases.sqlite_url(tmp_path / "empty.sqlite3")
        return
    server = request.getfixturevalue("postgres_server")
    url = server.empty()
    yield url
    server.drop(url)


# ------------------------------------------------------------------------------------------------ browser


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium of this machine, for playwright's `executable_path` (mark the test `browser`)."""
    for name in CHROMIUM_NAMES:
        path = shutil.which(name)
        if path:
            return path
    pytest.skip("no Chromium is installed (Debian: apt-get install chromium fonts-wqy-zenhei)")


# ------------------------------------------------------------------------------------- nothing skipped in CI


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With PROBOT_TEST_NO_SKIPS set, a skipped test is a failed run: there everything is installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("PROBOT_TEST_NO_SKIPS"):
        return
    skipped = reporter.stats.get("skipped", [])
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.ensure_newline()
        reporter.write_line(f"{len(skipped)} tests were skipped, and here none may be.", red=True)
