"""Is it said that alerts would reach nobody, at whichever hour of the week that is?"""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from probot.services.paths import without_a_path
from probot.study.care import ON_CALL, Rota, Shift
from probot.study.model import Rung, Study
from tests.outside.staffed import STUDY
from tests.world import a_clinic

WEEK = Shift(("doctor",), (0, 1, 2, 3, 4), time(0), time(0))
SATURDAY = Shift(("investigator",), (5,), time(0), time(20))
assert STUDY is not None
ONLY_ON_CALL: Study = replace(
    STUDY, ladders={tier: (Rung(ON_CALL),) for tier in STUDY.ladders}, rota=Rota((), (WEEK, SATURDAY)), paths={},
)  # fmt: skip


async def test_nobody_at_all_and_then_somebody(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=STUDY) as clinic:
        assert set(clinic.store.look(without_a_path, STUDY)) == {"routine", "soon"}, (
            "urgent ones reach the pager"
        )
        nurse = await clinic.staff("Mei")
        assert clinic.store.look(without_a_path, STUDY) == {}
        await clinic.team(nurse)
        assert clinic.store.look(without_a_path, STUDY) == {}


async def test_a_rota_with_an_empty_hour_is_found_out(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=STUDY) as clinic:
        await clinic.staff("Mei")
        assert clinic.store.look(without_a_path, ONLY_ON_CALL)["urgent"] == "mon 00:00"
        await clinic.staff("Tom", "doctor")
        assert clinic.store.look(without_a_path, ONLY_ON_CALL)["urgent"] == "sat 00:00"
        await clinic.staff("Zhou", "investigator")
        assert clinic.store.look(without_a_path, ONLY_ON_CALL)["urgent"] == "sat 20:00"
        whole = replace(ONLY_ON_CALL, rota=Rota((), (WEEK, replace(SATURDAY, days=(5, 6), end=time(0)))))
        assert clinic.store.look(without_a_path, whole) == {}
