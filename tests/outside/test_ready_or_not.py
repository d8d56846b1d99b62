"""Is it said that alerts would reach nobody, at whichever hour of the week that is?"""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path
from shutil import copytree

from probot.services import invite
from probot.services.paths import facts, without_a_path
from probot.services.watch import status
from probot.study.care import ON_CALL, Rota, Shift
from probot.study.load import load
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


async def test_whoever_the_rota_names_and_nobody_is_bound_as_is_told_of(sqlite_url: str) -> None:
    study = load(Path(__file__).parents[1] / "scenarios" / "studies" / "short_rota").study
    async with a_clinic(sqlite_url, migrated=True, study=study) as clinic:

        def missing() -> tuple[str, ...]:
            return clinic.store.look(status, clinic.clock.at).missing

        assert missing() == (), "that nobody is bound at all is another matter"
        await clinic.staff("Wu", "monitor")
        assert len(missing()) == 3, "Wu is there and may not take alerts"
        assert "the rota has Wu on call" in missing()[1]
        await clinic.staff("Tom", "doctor")
        (left,) = missing()
        assert "Wu" in left
        assert left in clinic.store.look(status, clinic.clock.at).problems
        await clinic.act(invite.invite_staff, clinic.new_token(), "Wu", "doctor", "en")
        assert missing() == ()


async def test_a_ladder_may_call_somebody_of_the_rota_by_name(sqlite_url: str, tmp_path: Path) -> None:
    folder = copytree(Path(__file__).parents[1] / "scenarios" / "studies" / "short_rota", tmp_path / "study")
    for file in folder.glob("*.yaml"):
        written = file.read_text(encoding="utf-8")
        file.write_text(
            written.replace("{after: 4h, notify: doctor}", "{after: 4h, notify: Wu}"), encoding="utf-8"
        )
    loaded = load(folder)
    assert [one.message for one in loaded.problems if one.severity == "error"] == []
    study = loaded.study
    assert study is not None
    assert study.ladders["soon"][2].notify == "Wu"
    async with a_clinic(sqlite_url, migrated=True, study=study) as clinic:
        await clinic.staff("Tom", "doctor")

        def fault(name: str) -> str:
            return next(one.fault for one in clinic.store.look(facts, study) if one.name == name)

        assert fault("Wu") == "nobody of this name is bound"
        await clinic.staff("Wu", "doctor")
        assert fault("Wu") == ""
