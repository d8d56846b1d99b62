"""Is it said that alerts would reach nobody, at whichever hour of the week that is?"""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path
from shutil import copytree

import pytest

from probot.services import invite
from probot.services.paths import facts, without_a_path
from probot.services.watch import Status, status
from probot.study.care import ON_CALL, Rota, Shift
from probot.study.load import load
from probot.study.model import Rung, Study
from tests.outside.staffed import STUDY
from tests.world import Phone, a_clinic

WEEK = Shift(("doctor",), (0, 1, 2, 3, 4), time(0), time(0))
SATURDAY = Shift(("investigator",), (5,), time(0), time(20))
assert STUDY is not None
SHORT = load(Path(__file__).parents[1] / "scenarios" / "studies" / "short").study
assert SHORT is not None
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


@pytest.mark.parametrize("how", ["removed", "monitor"])
async def test_a_group_in_which_nobody_may_take_an_alert_is_no_path_and_that_is_told(
    database_url: str, how: str
) -> None:
    async with a_clinic(database_url, migrated=True, study=SHORT) as clinic:

        def stands() -> Status:
            return clinic.store.look(status, clinic.clock.at)

        async def wrong() -> tuple[str, ...] | None:
            for _ in range(2):
                await clinic.pass_time(seconds=61)
                assert clinic.world.watchman is not None
                await clinic.world.watchman.look()
                await clinic.settle()
            return clinic.world.watchman.wrong

        nurse, ann = await clinic.staff("Mei"), await clinic.staff("Ann", "monitor")
        group = await clinic.team(nurse, ann)
        assert stands().ready
        if how == "removed":
            await clinic.act(invite.remove_staff, "Mei", "left")
            clinic.api.people.set_member(nurse.person, group.chat, nurse.person, "left")
        else:
            await clinic.act(invite.invite_staff, clinic.new_token(), "Mei", "monitor", "en")
        await clinic.settle()

        now = stands()
        assert not now.ready
        assert set(clinic.store.look(without_a_path, SHORT)) == {"urgent", "soon", "routine"}
        (said,) = (one for one in now.problems if "nobody who is bound may take an alert" in one)
        assert "probot staff invite" in said
        assert "nurse" in said
        assert "monitor" not in said
        assert "nobody_takes" in (await wrong() or ()), "the heart does not beat"
        seen = Phone(clinic, ann.person, group.chat)
        assert seen.last["text"].startswith("probot needs help · nobody may take an alert")

        await clinic.staff("Tom", "doctor")
        assert stands().ready
        assert "nobody_takes" not in (await wrong() or ())
        assert "This is over." in seen.last["text"]
