"""Does a test really get a database of its own?"""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from tests import databases


def names(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


@pytest.mark.parametrize("run", [1, 2])
def test_what_one_test_writes_the_next_does_not_see(database_url: str, run: int) -> None:
    assert "left_behind" not in tables(database_url)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    engine.dispose()
    assert "left_behind" in tables(database_url)


def test_a_fresh_database_is_migrated(database_url: str) -> None:
    assert tables(database_url)


def test_an_empty_database_has_no_table(empty_database_url: str) -> None:
    assert tables(empty_database_url) == set()


@pytest.mark.postgres
def test_postgresql_is_told_by_its_address_alone(postgres_url: str) -> None:
    assert make_url(postgres_url).drivername == "postgresql"
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        version = connection.execute(text("SHOW server_version_num")).scalar_one()
    engine.dispose()
    assert engine.dialect.driver == "psycopg"
    assert int(version) >= 150000


@pytest.mark.postgres
def test_a_given_server_is_used_and_left_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    host = databases.own_postgres()
    monkeypatch.setenv("PROBOT_TEST_DATABASE_URL", host.admin_url)
    try:
        with databases.postgres() as server:
            url = server.migrated()
            assert tables(url)
            server.drop(url)
        assert names(host.admin_url) == {"postgres", "template0", "template1"}
    finally:
        host.close()
