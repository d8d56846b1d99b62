from __future__ import annotations

from sqlalchemy import update

from probot.services import withdraw
from probot.store import claims
from probot.store.tables import alert as alerts
from tests.simulation.world_of_days import the_study
from tests.world import a_clinic


async def test_a_diary_that_probot_could_not_ask_adds_nothing_to_an_alert_about_silence(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=the_study()) as clinic:
        await clinic.patient("P-001", start="2026-03-02")
        await clinic.pass_time(days=2, hours=15)  # two diaries without an answer
        (silent,) = [row for row in clinic.rows("alerts") if row["rule"] == "no_answer"]
        missed = [row["day"] for row in clinic.rows("assessments") if row["status"] == "missed"]
        assert len(missed) >= 2
        await clinic.sleep_through(hours=20)  # the next one falls into an outage of ours
        await clinic.pass_time(hours=1)
        assert [row["status"] for row in clinic.rows("assessments") if row["timepoint"] == "daily"].count(
            "outage"
        ) == 1
        (after,) = [row for row in clinic.rows("alerts") if row["rule"] == "no_answer"]
        assert after["hits"] == silent["hits"]


async def test_a_withdrawal_closes_the_form_that_a_clinician_had_begun(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001", sites=("oral",))
        await doctor.say("/grade P-001")
        asked = dict(doctor.buttons())
        await clinic.act(withdraw.by_code, "P-001", "all", "wishes to stop")
        await clinic.settle()
        (form,) = [row for row in clinic.rows("assessments") if row["timepoint"] == "grade"]
        assert (form["status"], form["reason"]) == ("withdrawn", "withdrawn")
        await doctor.tap_data(asked["Today"])
        await doctor.say("2: ulcers, eats solid food")
        assert clinic.rows("responses") == []


async def test_time_goes_on_over_a_row_that_has_used_up_its_attempts(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff()
        patient = await clinic.patient("P-001")
        await patient.say("I feel terrible, chest pain, help")
        now = clinic.clock.now()
        assert clinic.rows("alerts")
        stuck = {"next_at": now, "attempts": claims.TRIES, "claimed_until": now + claims.LIFE}
        clinic.store.transact(lambda connection: connection.execute(update(alerts).values(stuck)))
        due = await clinic.world.runtime.next_event()
        assert due is not None
        assert due > now
        await clinic.pass_time(hours=1)
        assert nurse.texts
        assert (await clinic.world.runtime.next_event() or clinic.clock.now()) >= clinic.clock.now()
