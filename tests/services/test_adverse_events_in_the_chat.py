from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from probot.flows.session import Opened, Tapped
from probot.services.auditor import findings
from probot.services.begin import begin
from probot.services.converse import Reply, carry_on
from probot.store import people
from probot.wording import say
from tests.world import Clinic, Phone, a_clinic

CHANGE = say("en", "button.change")
FORM = ("Mucositis oral", "3: severe", "Yesterday", "Serious", "Hospital stay, or a longer one", "Done ▶", "Today",
        "Possible", "Not expected", "Interrupted", "Recovering")  # fmt: skip


async def filled_in(phone: Phone, *taps: str) -> None:
    for tap in taps or FORM:
        await phone.tap(tap)
    await phone.say("Cannot drink; on the ward since the morning.")


async def begun(phone: Phone) -> None:
    await phone.say("/ae P-001")
    await phone.tap("New adverse event: P-001")


def deeds(clinic: Clinic) -> list[str]:
    begins = "adverse event: "
    return [
        row["action"].removeprefix(begins) for row in clinic.rows("audit") if row["action"].startswith(begins)
    ]


def latest(clinic: Clinic) -> dict[str, Any]:
    return clinic.rows("adverse-events")[-1]


async def test_from_an_alert_to_a_signed_serious_event_that_was_reported_in_time(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, zhou = await clinic.staff("Mei", "nurse"), await clinic.staff("Zhou", "investigator")
        team = await clinic.team(nurse, zhou)
        patient = await clinic.patient("P-001", sites=("oral",))
        await clinic.travel(clinic.clock.at.replace(hour=1, minute=0))
        await patient.say("/report")
        await patient.say("My mouth hurts and I have chest pain")
        await team.tap("Acknowledge")
        await clinic.pass_time(minutes=40)
        zhou_in_team = Phone(clinic, zhou.person, team.chat)
        query = await zhou_in_team.tap("Adverse event?")
        assert zhou.last["text"].startswith("P-001 · Adverse event · 1 / ")
        assert "own chat" in zhou_in_team.toast(query)
        await filled_in(zhou)
        row = latest(clinic)
        assert (row["term"], row["grade"], row["serious"], row["state"]) == (
            "Mucositis oral",
            3,
            True,
            "adjudicated",
        )
        assert row["known_at"] == row["aware_at"]  # the clock counts from when Mei took the alert
        assert (row["noted_at"] - row["aware_at"]).total_seconds() == 40 * 60
        await zhou.say("/sae")
        assert "Report within 23 hours" in zhou.texts[-1]
        await zhou.tap("Sign this judgement")
        assert sum("Signed (version 1)" in text for text in zhou.texts) == 1, "the record is shown once"
        assert sum("SERIOUS\nReport within" in text for text in zhou.texts) == 1, (
            "beside the clock's reminder"
        )
        await zhou.tap("Summary to send on")
        assert "SERIOUS ADVERSE EVENT · Initial report" in zhou.texts[-1]
        assert "Mei" not in zhou.texts[-1].split("Judged")[0]
        (name,) = zhou.files
        assert name == "P-001-AE1.html"
        assert "SERIOUS ADVERSE EVENT · Initial report" in zhou.files[name]
        assert "Cannot drink; on the ward since the morning." in zhou.files[name]
        await zhou.tap("It has been reported", zhou.with_button("It has been reported"))
        await zhou.tap("Yes, it has been reported")
        row = latest(clinic)
        assert (row["signed_by"], row["reported_by"], row["state"]) == ("Zhou", "Zhou", "signed")
        assert deeds(clinic) == ["noted", "acknowledge", "adjudicate", "reminded", "sign", "report"]
        await clinic.pass_time(hours=30)
        assert deeds(clinic)[-1] == "report"
        assert not any("Cannot drink" in text for text in (*team.texts, *patient.texts))


async def test_the_team_knew_from_the_first_word_to_the_patient_if_that_was_before_anybody_took_it(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, zhou = await clinic.staff("Mei", "nurse"), await clinic.staff("Zhou", "investigator")
        team = await clinic.team(nurse, zhou)
        patient = await clinic.patient("P-001")
        await patient.say("I have chest pain")
        asked_at = clinic.clock.at
        await team.say("Since when?", reply_to=team.with_button("Acknowledge")["message_id"])
        await clinic.pass_time(hours=2)
        zhou_in_team = Phone(clinic, zhou.person, team.chat)
        await zhou_in_team.tap("Acknowledge")
        await zhou_in_team.tap("Adverse event?")
        await filled_in(zhou)
        row = latest(clinic)
        assert row["known_at"] == row["aware_at"]
        assert (row["known_at"] - asked_at).total_seconds() < 60


async def test_what_a_clinician_writes_alarms_nobody_and_shows_in_no_answers(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou = await clinic.staff("Zhou", "investigator")
        await clinic.patient("P-001")
        await begun(zhou)
        await filled_in(zhou, *FORM[:3], "Not serious", *FORM[7:])
        await zhou.tap("Amend")
        await zhou.say("chest pain, shaking chills, help")
        assert clinic.rows("alerts") == []
        await zhou.say("/patient P-001")
        assert "Cannot drink" not in zhou.texts[-1]


async def test_a_nurse_notes_a_candidate_a_doctor_fills_it_in_and_only_an_investigator_judges(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, tom = await clinic.staff("Mei", "nurse"), await clinic.staff("Tom", "doctor")
        zhou = await clinic.staff("周医生", "investigator", "zh")
        await clinic.patient("P-001")
        await begun(nurse)
        assert latest(clinic)["state"] == "candidate"
        assert "需要研究者判定" in zhou.texts[-1]
        await nurse.tap("I was in touch")
        await nurse.tap("Telephoned")
        assert latest(clinic)["contacts"] == ["phone"]
        record = next(row["adverse_id"] for row in clinic.rows("adverse-events"))
        for deed in ("sign", "form", "dismiss.error", "report"):
            query = await nurse.tap_data(f"r:{record}:{deed}")
            assert "Investigator" in nurse.toast(query)
        await tom.say("/ae")
        await tom.tap("P-001 · no. 1")
        await tom.tap("Fill in the form")
        await filled_in(tom, *FORM[:3], "Not serious", *FORM[7:])
        assert latest(clinic)["state"] == "under_review"
        query = await tom.tap_data(f"r:{record}:adjudicate")
        assert "Investigator" in tom.toast(query)
        await zhou.tap("判定为不良事件")
        await zhou.tap("签名确认")
        row = latest(clinic)
        assert (row["state"], row["judged_by"], row["signed_by"]) == ("signed", "Tom", "周医生")


async def test_an_amendment_asks_only_for_what_changes_and_keeps_the_version_before(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou = await clinic.staff("Zhou", "investigator")
        await clinic.patient("P-001")
        await begun(zhou)
        for tap in FORM[:2]:
            await zhou.tap(tap)
        assert "If the day is not known: 2026-03, or 2026 alone" in zhou.last["text"]
        await zhou.say("last winter")
        assert "could not read that as a date" in zhou.last["text"]
        await zhou.say("Feb 2026")
        await filled_in(zhou, "Not serious", *FORM[7:])
        assert "Onset: Feb 2026" in zhou.last["text"]
        await zhou.tap("Sign this judgement")
        await zhou.tap("Amend")
        await zhou.say("biopsy result")
        for tap in ("Grade", "Onset", "Outcome", "Done ▶", "1: mild"):
            await zhou.tap(tap)
        await zhou.say("2026-02-21")
        await zhou.tap("Recovered")
        await zhou.say("2026")
        first, second = clinic.rows("adverse-events")
        assert (first["grade"], first["is_latest"], first["signed_by"]) == (3, False, None)
        assert (second["grade"], second["outcome"], second["reason"]) == (1, "recovered", "biopsy result")
        assert (second["term"], second["narrative"]) == (first["term"], first["narrative"])
        assert second["grade_worst"] == 3
        assert (first["onset"], second["onset"], second["ended"]) == ("2026-02", "2026-02-21", "2026")
        await zhou.tap("Sign this judgement")
        await zhou.tap("It is over")
        await zhou.tap("Close the record")
        assert latest(clinic)["state"] == "locked"
        query = await zhou.tap_data(f"r:{second['adverse_id']}:sign:2")
        assert "record closed" in zhou.toast(query)


async def amended_by(phone: Phone, *taps: str, why: str = "new information") -> None:
    await phone.tap("Amend")
    await phone.say(why)
    for tap in taps:
        await phone.tap(tap)


async def test_a_button_under_an_older_judgement_signs_nothing_and_shows_the_newest(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou, li = await clinic.staff("Zhou", "investigator"), await clinic.staff("Li", "investigator")
        await clinic.patient("P-001")
        await begun(zhou)
        await filled_in(zhou, *FORM[:3], "Not serious", *FORM[7:])
        card, seen = zhou.last, zhou.buttons()["Sign this judgement"]
        await li.say("/ae P-001")
        await li.tap("P-001 · no. 1 · Mucositis oral · grade 3")
        await amended_by(li, "Relatedness", "Done ▶", "Unrelated", why="unrelated after all")
        said, shown = deeds(clinic), len(zhou.shown)
        for data in (seen, seen.rpartition(":")[0], seen.replace("sign", "dismiss.error")):
            query = await zhou.tap_data(data, card)
            assert "changed meanwhile" in zhou.toast(query)
            assert "Relatedness: Unrelated" in next(
                one["text"] for one in zhou.shown if one["message_id"] == card["message_id"]
            )
        assert len(zhou.shown) == shown
        assert deeds(clinic) == said
        assert (latest(clinic)["state"], latest(clinic)["signed_by"]) == ("adjudicated", None)
        await zhou.tap("Sign this judgement")
        assert (latest(clinic)["version"], latest(clinic)["signed_by"]) == (2, "Zhou")


async def test_a_button_from_before_buttons_told_their_judgement_serves_the_first_one(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou = await clinic.staff("Zhou", "investigator")
        await clinic.patient("P-001")
        await begun(zhou)
        await filled_in(zhou, *FORM[:3], "Not serious", *FORM[7:])
        await zhou.tap_data(zhou.buttons()["Sign this judgement"].rpartition(":")[0])
        assert latest(clinic)["signed_by"] == "Zhou"


async def test_a_form_that_does_not_fit_says_what_is_missing_and_change_mends_it(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou = await clinic.staff("Zhou", "investigator")
        await clinic.patient("P-001")
        await begun(zhou)
        await zhou.tap("Another term …")
        await zhou.say("皮肤疼痛")
        await filled_in(zhou, "4: life-threatening", "Today", "Not serious", *FORM[7:])
        assert "Grade: CTCAE has no such grade for this term" in zhou.texts[-1]
        assert latest(clinic)["state"] == "under_review"
        await zhou.tap(CHANGE, next(one for one in zhou.shown if "Which grade" in one["text"]))
        await zhou.tap("2: moderate")
        row = latest(clinic)
        assert (row["term"], row["grade"], row["state"]) == ("Pain of skin", 2, "adjudicated")
        await zhou.tap("Not an adverse event")
        await zhou.tap("Expected by the protocol")
        row = latest(clinic)
        assert (row["state"], row["dismissed"]) == ("dismissed", "protocol")
        await zhou.tap(CHANGE)
        assert latest(clinic)["grade"] == 2


async def test_healing_is_worked_out_told_once_and_cannot_be_entered(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou = await clinic.staff("Zhou", "investigator")
        await clinic.patient("P-001", sites=("oral",))
        for number, (pain, grade) in enumerate(
            [(6, "3: ulcers, liquids only"), (2, "1: sore or red, no ulcer"), (1, "0: no finding")]
        ):
            await _examined(clinic, zhou, pain, grade)
            await zhou.say("/endpoint P-001")
            assert ("Healed since" in zhou.texts[-1]) == (number >= 1)
            await clinic.pass_time(days=7)
        rows = clinic.rows("endpoint")
        assert [row["met"] for row in rows] == [False, True, True]
        assert {row["healed_on"] for row in rows} == {date(2026, 3, 9)}
        told = [row for row in clinic.rows("audit") if row["action"] == "endpoint worked out"]
        assert [row["new"][0] for row in told] == ["not_met", "healed"]
        assert sum("P-001 · Healed since" in text for text in zhou.texts) == 3  # the news, and two answers


async def _examined(clinic: Clinic, zhou: Phone, pain: int, grade: str) -> None:
    def answer(turn: Any) -> None:
        enrolment = people.by_code(turn.connection, "P-001")
        assert enrolment is not None
        row, session = begin(turn, enrolment, "daily_diary", language="en") or (None, None)
        assert row is not None
        assert session is not None
        session = carry_on(turn, enrolment, row, session, Opened(), Reply(turn.now))
        carry_on(turn, enrolment, row, session, Tapped("pain_oral", str(pain)), Reply(turn.now))

    await clinic.act(answer)
    await zhou.say("/grade P-001")
    await zhou.tap("Today")
    await zhou.tap(grade)


async def test_the_team_records_what_happened_and_takes_a_mistake_back(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, monitor = await clinic.staff("Mei", "nurse"), await clinic.staff("Ann", "monitor")
        await clinic.patient("P-001")
        await nurse.say("/event P-001")
        await nurse.tap("Record an event")
        await nurse.tap("Infection")
        await nurse.tap("Yesterday")
        assert "Infection · Sun, Mar 1, 2026" in nurse.texts[-1]
        await nurse.tap("Record an event")
        await nurse.tap("Infection")
        await nurse.tap("Yesterday")
        assert "recorded for that day already" in nurse.texts[-1]
        await nurse.tap("Take back: Infection · Sun, Mar 1, 2026")
        (row,) = clinic.rows("events")
        assert (row["event"], row["day"], row["recorded_by"], row["void_by"]) == (
            "infection", date(2026, 3, 1), "Mei", "Mei",
        )  # fmt: skip
        await monitor.say("/event P-001")
        assert "Study nurse" in monitor.texts[-1]


async def test_a_reminder_that_does_not_come_is_noticed_by_the_auditor(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei", "nurse")
        await clinic.patient("P-001")
        await begun(nurse)
        clinic.clock.at += timedelta(hours=23)
        assert "ladder" not in {one.about for one in await clinic.act(lambda turn: list(findings(turn)))}
        clinic.clock.at += timedelta(hours=2)
        assert "ladder" in {one.about for one in await clinic.act(lambda turn: list(findings(turn)))}


async def test_a_form_that_was_left_is_gone_on_with_where_it_was(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Tom", "doctor")
        await clinic.patient("P-001")
        await begun(doctor)
        await doctor.tap("Mucositis oral")
        assert "Which grade is it now?" in doctor.last["text"]
        await clinic.pass_time(hours=2)
        await doctor.say("/open")
        await doctor.say("/ae P-001")
        await doctor.tap("P-001 · no. 1")
        await doctor.tap("Fill in the form")
        assert "Which grade is it now?" in doctor.last["text"], "the term is kept"
