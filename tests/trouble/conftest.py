"""What do the tests of a failing database find ready? A PostgreSQL of their own, and somebody who begins processes.

Rule: what is broken here serves nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import databases
from tests.app.conftest import durable
from tests.kills.lives import Nursery, nursery


@pytest.fixture(scope="module")
def nest() -> Iterator[Nursery]:
    """Where processes are begun."""
    with nursery() as opened:
        yield opened


@pytest.fixture(scope="module")
def own_server() -> Iterator[databases.PostgresServer]:
    """A server that may be stopped."""
    try:
        server = databases.own_postgres()
    except databases.NoPostgres as reason:
        pytest.skip(f"no PostgreSQL: {reason}")
    with durable(server.admin_url):
        yield server
    server.close()
