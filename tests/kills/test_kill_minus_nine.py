"""Does every answer survive `kill -9` at any moment, and does the harness notice where it would not? Real processes and real HTTP.

Rule: a few kills here; `make kills` does hundreds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probot.study.load import load
from tests.app.conftest import durable
from tests.databases import PostgresServer
from tests.kills.campaign import STUDY, Orders, against_a_stock_bot, against_probot
from tests.kills.lives import Nursery, nursery
from tests.kills.several import RECEIVES, against_a_machine_that_stands_still, against_several
from tests.kills.words import CHOICES, CONCEPTS, ITEMS, TYPED, crosses

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="processes are followed by Linux's pidfd"),
]
FEW = Orders(kills=8, patients=12, seed="in the suite", from_nothing=8, messages=48)

FEWER = Orders(kills=5, patients=8, seed="in the suite", from_nothing=50, messages=24)


@pytest.fixture(scope="module")
def nest() -> Iterator[Nursery]:
    with nursery() as opened:
        yield opened


async def test_nothing_is_lost_or_doubled_on_either_database(
    nest: Nursery, empty_database_url: str, tmp_path: Path
) -> None:
    if empty_database_url.startswith("sqlite"):
        figures = await against_probot(nest, empty_database_url, tmp_path, FEW)
    else:
        with durable(empty_database_url):
            figures = await against_probot(nest, empty_database_url, tmp_path, FEW)
    assert figures.broken == {}, figures.examples
    assert figures.kills == FEW.kills
    assert figures.begun_from_nothing
    assert figures.answers >= FEW.patients * len(ITEMS)
    assert figures.crossings >= figures.alerts > 0


@pytest.mark.postgres
async def test_of_several_processes_any_may_be_killed_stopped_or_added(
    nest: Nursery, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with on_a_safe_database(postgres_server) as url:
        figures = await against_several(nest, url, tmp_path, FEWER)
    assert figures.broken == {}, figures.examples
    assert figures.others["killed"] >= FEWER.kills
    assert figures.answers >= FEWER.patients * len(ITEMS)
    assert figures.crossings >= figures.alerts > 0


@pytest.mark.postgres
async def test_a_machine_that_stands_still_is_followed_and_does_not_go_on(
    nest: Nursery, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with on_a_safe_database(postgres_server) as url:
        figures = await against_a_machine_that_stands_still(nest, url, tmp_path, FEWER)
    assert figures.broken == {}, figures.examples
    assert figures.answers >= FEWER.patients * len(ITEMS)
    assert figures.others == {RECEIVES: 2}, "first the one machine, then the other, and never again the first"


@contextmanager
def on_a_safe_database(server: PostgresServer) -> Iterator[str]:
    url = server.empty()
    with durable(url):
        yield url
    server.drop(url)


async def test_the_harness_sees_what_a_bot_without_an_inbox_loses(nest: Nursery, tmp_path: Path) -> None:
    figures = await against_a_stock_bot(nest, tmp_path, FEW)
    assert figures.answers
    assert figures.lost > 0, "a harness that sees no loss here would see none anywhere"


def test_what_the_phones_give_is_what_the_study_asks() -> None:
    study = load(STUDY).study
    assert study is not None
    asked = study.instruments["report"].items
    assert tuple(item.id for item in asked) == ITEMS
    assert [item.id for item in asked if item.kind == "number"] == [TYPED]
    assert {rule.concept for rule in study.rules.values() if rule.when is not None} == set(CONCEPTS.values())
    assert [crosses(item, choice) for item in ("pain", "eating") for choice in CHOICES[item]] == [
        *[False] * 7, *[True] * 4, False, False, True,
    ]  # fmt: skip
