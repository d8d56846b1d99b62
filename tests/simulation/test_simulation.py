"""Are all promises kept, whatever people do and whatever breaks, over many days?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.databases import PostgresServer
from tests.simulation import check_answers, check_house, check_messages
from tests.simulation.checker import check, excerpt
from tests.simulation.evidence import Evidence
from tests.simulation.faults import CALM
from tests.simulation.places import on_sqlite
from tests.simulation.seeds import kept, more
from tests.simulation.world_of_days import Life, Plan, run

PLANS = [*kept(), *more()]
WHERE_CLOCKS_CHANGE = (
    Plan("spring", patients=2, days=2, zone="Europe/Berlin", start=datetime(2026, 3, 28, 7, tzinfo=UTC)),
    Plan("autumn", patients=3, days=2, zone="America/New_York", start=datetime(2026, 10, 31, 12, tzinfo=UTC)),
)


def live(plan: Plan, url: str) -> None:
    record = run(plan, url)
    problems = check(record)
    if problems:
        pytest.fail(
            f"seed {plan.seed} {plan.patients} {plan.days}: {len(problems)} broken promises\n{excerpt(record, problems)}",
            pytrace=False,
        )


@pytest.mark.slow
@pytest.mark.parametrize("plan", [*PLANS, WHERE_CLOCKS_CHANGE[0]], ids=lambda plan: plan.seed)
def test_every_promise_is_kept(plan: Plan, sqlite_template: Path) -> None:
    with on_sqlite(sqlite_template) as url:
        live(plan, url)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize(
    "plan", [replace(PLANS[0], days=2), WHERE_CLOCKS_CHANGE[1]], ids=lambda plan: plan.seed
)
def test_every_promise_is_kept_on_postgresql(plan: Plan, postgres_server: PostgresServer) -> None:
    url = postgres_server.migrated()
    live(plan, url)
    postgres_server.drop(url)


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_is_set_wrongly_for_an_hour_loses_doubles_and_stops_nothing(
    hours: int, sqlite_template: Path
) -> None:
    def jump(life: Life) -> None:
        life.on(0, 13, lambda: life.set_clock(wrong_by=timedelta(hours=hours)))
        life.on(0, 14, lambda: life.set_clock(wrong_by=timedelta(0)))

    plan = Plan("clock", patients=2, days=1, rates=CALM, events=False, asks_how_it_is=False, script=jump)
    with on_sqlite(sqlite_template) as url:
        found = Evidence(run(plan, url))
        # Whether it was the right hour to speak is not asked, nor how often: to the product two hours had passed.
        problems = [*check_answers.check(found), *check_house.check(found), *check_messages.how_often(found)]
        assert problems == []
        assert found["response"]


def test_in_a_calm_world_nothing_is_lost_late_or_said_twice(sqlite_template: Path) -> None:
    with on_sqlite(sqlite_template) as url:
        live(Plan("calm", patients=3, days=2, rates=CALM), url)


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
