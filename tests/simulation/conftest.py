"""What do the simulation's tests share? Silence, for as long as each of them runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.simulation.process import hush


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    before = hush()
    yield
    logging.getLogger("probot").setLevel(before)
