"""Is no urgent alert lost or stuck on a ward whose nurses come late, forget, or never come?"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.nurses.days import Plan
from tests.nurses.judged import Found, check
from tests.nurses.run import judged
from tests.nurses.team import NOBODY_COMES, Habits
from tests.simulation.places import on_sqlite
from tests.simulation.process import hush

SMALL = Plan("small", patients=9, days=3, since=9, habits=Habits(forgets=0.4))
"""Three days where the course is worst."""


@pytest.fixture(scope="module", autouse=True)
def _quiet_log() -> Iterator[None]:
    before = hush()
    yield
    logging.getLogger("probot").setLevel(before)


@pytest.fixture(scope="module")
def lived(sqlite_template: Path) -> Iterator[tuple[Path, list[str], dict[str, Any]]]:
    with on_sqlite(sqlite_template) as url:
        file = Path(url.removeprefix("sqlite:///"))
        yield file, *judged(SMALL, file)


def test_nothing_is_lost_or_stuck(lived: tuple[Path, list[str], dict[str, Any]]) -> None:
    _, problems, found = lived
    assert problems == []
    assert found["crossing_answers"]["urgent"] >= 1
    assert found["lapsed"] >= 1
    assert found["closed"] >= 5


def test_answers_of_the_same_matter_ring_less_than_each_by_itself(
    lived: tuple[Path, list[str], dict[str, Any]],
) -> None:
    found = lived[2]
    assert found["pages"]["all"] < found["pages_without_episodes"]["all"]


DAMAGE = {
    "an alert has no next step": (
        "UPDATE alert SET next_at = NULL WHERE state <> 'closed'", "has no next step",
    ),
    "an alert waits for a step that never came": (
        "UPDATE alert SET next_at = '2026-03-04 00:00:00.000000' WHERE state <> 'closed'", "stuck since",
    ),
    "a rung of an urgent ladder was not sent": (
        ("UPDATE outbox SET state = 'dropped' WHERE seq = (SELECT min(seq) FROM outbox WHERE lane < 1 AND alert_id IN "
        "(SELECT id FROM alert WHERE tier = 'urgent'))"), "nobody was called",
    ),
    "an urgent page made no sound": (
        ("UPDATE outbox SET content = json_set(content, '$.silent', json('true')) WHERE alert_id IN "
        "(SELECT id FROM alert WHERE tier = 'urgent')"), "nobody was called",
    ),
    "a page without hurry made no sound": (
        ("UPDATE outbox SET content = json_set(content, '$.silent', json('true')) WHERE alert_id IN "
        "(SELECT id FROM alert WHERE tier = 'soon')"), "and nothing had rung",
    ),
    "steps that were said together went to nobody": (
        "DELETE FROM alert_thread WHERE kind = 'list'", "no phone rang",
    ),
    "an answer met a rule and no alert has it": (
        ("UPDATE response SET value = '39.5' WHERE id = (SELECT id FROM response WHERE item = 'temperature' AND "
        "CAST(value AS REAL) BETWEEN 36 AND 37 LIMIT 1)"), "on record is nothing",
    ),
    "an alert rests on nothing": (
        "UPDATE response SET value = '0' WHERE item LIKE 'pain%'", "nothing met it",
    ),
    "a forgotten alert did not open again": (
        "DELETE FROM alert_event WHERE json_extract(entry, '$.deed') = 'lapsed'", "did not open again",
    ),
    "an alert was closed without an action": (
        "UPDATE alert SET action = NULL WHERE state = 'closed'", "without an action",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_the_judge_sees_that(
    name: str, lived: tuple[Path, list[str], dict[str, Any]], tmp_path: Path
) -> None:
    damage, words = DAMAGE[name]
    file = tmp_path / "damaged.sqlite3"
    with closing(sqlite3.connect(lived[0])) as whole, closing(sqlite3.connect(file)) as copy:
        whole.backup(copy)
        for (guard,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f"DROP TRIGGER {guard}")
        assert copy.execute(damage).rowcount >= 1
        copy.commit()
    assert any(words in problem for problem in check(Found(str(file), SMALL.end)))


def test_where_nobody_ever_comes_every_urgent_alert_rings_to_the_end(sqlite_template: Path) -> None:
    with on_sqlite(sqlite_template) as url:
        plan = Plan("nobody", patients=6, days=1, since=9, habits=NOBODY_COMES)
        problems, found = judged(plan, Path(url.removeprefix("sqlite:///")))
    assert problems == []
    assert found["taken"] == 0
    assert found["pages_by_cause"]["ladder"] > 10 * found["alerts"]["urgent"] > 0


def test_the_same_seed_gives_the_same_figures(sqlite_template: Path) -> None:
    plan = Plan("twice", patients=3, days=1, since=9)
    runs = []
    for _ in range(2):
        with on_sqlite(sqlite_template) as url:
            runs.append(json.dumps(judged(plan, Path(url.removeprefix("sqlite:///")))))
    assert runs[0] == runs[1]
