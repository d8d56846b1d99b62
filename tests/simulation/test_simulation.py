"""Are all promises kept, whatever people do and whatever breaks, over many days?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.databases import PostgresServer
from tests.simulation.checker import check, excerpt
from tests.simulation.faults import CALM
from tests.simulation.places import on_sqlite
from tests.simulation.seeds import kept, more
from tests.simulation.world_of_days import Plan, run

PLANS = [*kept(), *more()]


def live(plan: Plan, url: str) -> None:
    record = run(plan, url)
    problems = check(record)
    if problems:
        pytest.fail(
            f"seed {plan.seed} {plan.patients} {plan.days}: {len(problems)} broken promises\n{excerpt(record, problems)}",
            pytrace=False,
        )


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.seed)
def test_every_promise_is_kept(plan: Plan, sqlite_template: Path) -> None:
    with on_sqlite(sqlite_template) as url:
        live(plan, url)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("plan", [replace(plan, days=2) for plan in PLANS[::4]], ids=lambda plan: plan.seed)
def test_every_promise_is_kept_on_postgresql(plan: Plan, postgres_server: PostgresServer) -> None:
    url = postgres_server.migrated()
    live(plan, url)
    postgres_server.drop(url)


def test_in_a_calm_world_nothing_is_lost_late_or_said_twice(sqlite_template: Path) -> None:
    with on_sqlite(sqlite_template) as url:
        live(Plan("calm", patients=4, days=2, rates=CALM), url)


def test_the_same_seed_writes_the_same_log(sqlite_template: Path) -> None:
    logs = []
    for _ in range(2):
        with on_sqlite(sqlite_template) as url:
            logs.append(run(Plan("twice", patients=3, days=1), url).log())
    assert logs[0] == logs[1]
    assert len(logs[0]) > 100_000


def test_another_seed_writes_another_log(sqlite_template: Path) -> None:
    logs = []
    for seed in ("one", "other"):
        with on_sqlite(sqlite_template) as url:
            logs.append(run(Plan(seed, patients=1, days=1), url).log())
    assert logs[0] != logs[1]
