"""Does the simulation find defects? Each one that is planted is seen, and the same days without it are clean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation.checker import check
from tests.simulation.defects import DEFECTS, Defect, changed
from tests.simulation.places import on_sqlite
from tests.simulation.world_of_days import run


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name.replace(" ", "_"))
def test_a_planted_defect_is_caught(defect: Defect, sqlite_template: Path) -> None:
    seen: list[str] = []
    for seed in range(1, defect.seeds + 1):
        with changed(*defect.changes), on_sqlite(sqlite_template) as url:
            seen = check(run(replace(defect.plan, seed=f"planted-{seed}"), url))
        if any(problem.startswith(defect.breaks) for problem in seen):
            return
    pytest.fail(f"nobody saw that {defect.name}; seen was {seen[:5]}")


STORIES = {defect.plan.script: defect.plan for defect in DEFECTS if defect.plan.script is not None}


@pytest.mark.parametrize("plan", list(STORIES.values()), ids=lambda plan: plan.script.__name__.strip("_"))
def test_the_same_days_without_a_defect_are_clean(plan, sqlite_template: Path) -> None:  # type: ignore[no-untyped-def]
    with on_sqlite(sqlite_template) as url:
        assert check(run(replace(plan, seed="planted-1"), url)) == []


def test_there_are_enough_kinds_of_defects() -> None:
    assert len(DEFECTS) >= 15
    assert {each for defect in DEFECTS for each in defect.breaks} >= {f"I{number}" for number in range(1, 13)}
