"""Does the whole program work as other programs and people use it? Real processes, real HTTP, both databases."""

from __future__ import annotations

import csv
import io
import json
import signal
import socket

import httpx
import pytest

from tests.app.running import BOT, TOKEN, Phone, Site, free_port

pytestmark = pytest.mark.slow


async def test_from_an_enrolment_on_the_command_line_to_an_alert_that_the_nurse_takes(site: Site) -> None:
    bot = await site.run()
    nurse = site.phone("Mei", seat="staff")
    invited = await site.json("staff", "invite", "Mei", "--role", "nurse", "--language", "en")
    nurse.start(invited["token"])
    await nurse.sees("Welcome, Mei")
    group = site.api.people.new_group(nurse.person, "Care team", kind="supergroup")
    bound = await site.json("team", "bind", "--language", "en")
    site.api.people.startgroup(nurse.person, group, bound["token"])
    team = Phone(site, nurse.person, group)
    await team.sees("receives the alerts")
    enrolled = await site.enrol("P-001")
    assert list(enrolled) == ["code", "link", "token", "expires_at"]
    assert enrolled["link"] == f"https://t.me/{BOT}?start={enrolled['token']}"
    patient = site.phone("Emma")
    await patient.welcome(enrolled["token"])
    await patient.sees("How bad was the pain")
    await patient.tap("8")
    await patient.sees("Call for help.")
    assert "8 / 10" in await team.sees("P-001 · Severe pain")
    await team.tap("Acknowledge")
    await team.sees("Taken by Mei")
    await patient.tap("Liquids only")
    patient.say("no")
    await patient.sees("Thank you.")

    rows = {what: site.rows(what) for what in ("responses", "assessments", "alerts", "audit")}
    assert [(row["item"], row["value"], row["source"]) for row in rows["responses"]] == [
        ("pain", 8, "button"),
        ("intake", "liquids", "button"),
        ("chills", "no", "typed"),
    ]
    assert rows["assessments"][0]["status"] == "complete"
    assert [(row["rule"], row["acknowledged_by"]) for row in rows["alerts"]] == [("severe_pain", "Mei")]
    assert {"participant enrolled", "consent", "chat bound"} <= {row["action"] for row in rows["audit"]}

    lines = await site.probot("export", "responses", "--format", "jsonl")
    assert [json.loads(line)["value"] for line in lines.out.splitlines()] == [8, "liquids", "no"]
    table = await site.probot("export", "responses")
    assert table.out.startswith("\ufeffcode,")
    assert [row["value"] for row in csv.DictReader(io.StringIO(table.out[1:]))] == ["8", "liquids", "no"]
    status = await site.probot("status", "--json", "--exit-code")
    assert status.code == 0, status.out
    assert status.json["well"] is True
    assert await bot.stop(within=10) == 0
    assert "Emma" not in str(rows)


async def test_each_is_asked_by_the_clock_of_their_own_zone(site_on: Site) -> None:
    await site_on.run()
    here = await site_on.enrol("P-001")
    zone = "Asia/Kathmandu"
    await site_on.enrol("P-002", "--zone", zone)
    plans = {code: await site_on.json("plan", code) for code in ("P-001", "P-002")}
    local = {code: {line["asked"][11:16] for line in lines} for code, lines in plans.items()}
    assert local["P-001"] == local["P-002"]
    assert {line["asked"][16:] for line in plans["P-002"]} == {"+05:45"}
    patient = site_on.phone("小林", "zh")
    await patient.welcome(here["token"], "en")
    await patient.sees("How bad was the pain")


async def test_a_burst_survives_being_killed_again_and_again(site: Site) -> None:
    bot = await site.run()
    team = await site.team(site.phone("Mei", seat="staff"))
    patients: list[Phone] = []
    for number in range(1, 6):
        patient = site.phone(f"Patient {number}")
        site.enrol_at_once(f"P-00{number}", f"token-{number}")
        await patient.welcome(f"token-{number}")
        patients.append(patient)
    for patient in patients:
        await patient.sees("How bad was the pain")

    for label, enough in (("8", 1), ("Liquids only", 2)):
        for patient in patients:
            await patient.tap(label)
        before = sum(len(patient.texts) for patient in patients)
        await site.until(lambda least=before + enough: sum(len(one.texts) for one in patients) >= least)
        assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
        bot = await site.run()
    for patient in patients:
        await patient.sees("Did you have chills?")
        patient.say("no")
    assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
    bot = await site.run()
    for patient in patients:
        await patient.sees("Thank you.")
    for number in range(1, 6):
        await team.sees(f"P-00{number} · Severe pain")
    assert await bot.stop() == 0

    responses = site.rows("responses")
    assert [(row["code"], row["item"], row["value"]) for row in responses] == [
        (f"P-00{number}", item, value)
        for number in range(1, 6)
        for item, value in (("pain", 8), ("intake", "liquids"), ("chills", "no"))
    ]
    assert {row["revision"] for row in responses} == {1}
    alerts = site.rows("alerts")
    assert sorted(row["code"] for row in alerts) == [f"P-00{number}" for number in range(1, 6)]
    assert {row["hits"] for row in alerts} == {1}


async def test_a_second_run_on_the_same_database_is_refused_and_a_dead_one_is_followed_at_once(
    site: Site,
) -> None:
    bot = await site.run()
    second = await site.probot("run")
    assert second.code == 4
    assert "Another probot runs on this database: process" in second.err
    assert "Traceback" not in second.err
    await bot.stop(signal.SIGKILL)
    again = await site.run()
    assert "Looking for up to a minute" not in again.said
    await again.says("receiving: listening")
    assert await again.stop(signal.SIGINT) == 0
    assert "Traceback" not in again.said


async def test_a_study_with_errors_starts_nothing_and_stops_nothing_that_runs(site_on: Site) -> None:
    plan = site_on.folder / "config" / "plan.yaml"
    good = plan.read_text(encoding="utf-8")
    bad = good.replace("every: day", "every: dya")
    plan.write_text(bad, encoding="utf-8")
    fresh = await site_on.probot("run")
    assert fresh.code == 3
    assert "plan.yaml" in fresh.err
    plan.write_text(good, encoding="utf-8")
    bot = await site_on.run()
    assert await bot.stop() == 0
    plan.write_text(bad, encoding="utf-8")
    refused = await site_on.probot("publish")
    assert refused.code == 3
    bot = await site_on.run()
    assert "which is in force, goes on" in bot.said
    await bot.says("Nobody is here yet")
    site_on.enrol_at_once("P-001", "of-emma")
    patient = site_on.phone("Emma")
    await patient.welcome("of-emma")
    await patient.sees("How bad was the pain")


async def test_a_publication_reaches_a_running_bot(site_on: Site) -> None:
    await site_on.run()
    enrolled = await site_on.enrol("P-001")
    texts = site_on.folder / "config" / "texts.yaml"
    texts.write_text(
        texts.read_text(encoding="utf-8").replace("en: Welcome.", "en: Welcome to you."), encoding="utf-8"
    )
    assert (await site_on.json("publish"))["published"] is True
    assert (await site_on.json("publish"))["published"] is False
    patient = site_on.phone("Emma")
    patient.start(enrolled["token"])
    await patient.tap("English")
    await patient.sees("Welcome to you.")


async def test_a_rejected_token_and_a_silent_server_are_said_in_plain_words(site_on: Site) -> None:
    site_on.settings["PROBOT_TELEGRAM_TOKEN"] = TOKEN[:-3] + "abc"
    rejected = await site_on.probot("run")
    assert rejected.code == 4
    assert "PROBOT_TELEGRAM_TOKEN" in rejected.err
    assert "Traceback" not in rejected.err
    day = ("--anchor", "treatment_start=2026-01-01", "--arm", "control", "--site", "oral")
    unknown = await site_on.probot("enrol", "P-001", *day)
    assert unknown.code == 1
    site_on.settings["PROBOT_TELEGRAM_API"] = "http://127.0.0.1:9"
    silent = await site_on.probot("enrol", "P-001", *day)
    assert silent.code == 1
    assert "http://127.0.0.1:9 reachable" in silent.err
    assert (await site_on.json("participants")) == []
    for done in (rejected, unknown, silent):
        assert TOKEN[:-3] not in done.out + done.err


async def test_probot_waits_for_a_telegram_that_comes_later(site_on: Site) -> None:
    site_on.api.faults.set("offline", how="refused")
    bot = await site_on.run()
    await bot.says("does not tell who we are yet")
    site_on.api.faults.clear()
    site_on.enrol_at_once("P-001", "of-emma")
    patient = site_on.phone("Emma")
    await patient.welcome("of-emma")
    await patient.sees("How bad was the pain")
    assert await bot.stop(within=10) == 0


async def test_updates_come_by_webhook_to_whoever_knows_the_secret(site_on: Site) -> None:
    door = f"127.0.0.1:{free_port()}"
    site_on.settings |= {
        "PROBOT_WEBHOOK_URL": f"http://{door}/from-telegram",
        "PROBOT_WEBHOOK_SECRET": "a-secret-of-the-webhook",
        "PROBOT_LISTEN": door,
    }
    bot = await site_on.run()
    assert f"webhook http://{door}/from-telegram" in bot.said
    site_on.enrol_at_once("P-001", "of-emma")
    patient = site_on.phone("Emma")
    await patient.welcome("of-emma")
    await patient.tap("8")
    await patient.sees("What could you eat?")
    async with httpx.AsyncClient(base_url=f"http://{door}") as stranger:
        forged = {"update_id": 1, "message": {}}
        assert (await stranger.post("/from-telegram", json=forged)).status_code == 403
        health = await stranger.get("/health")
        assert (health.status_code, health.json()) == (503, {"well": False})  # nobody would hear an alert
        await site_on.team(site_on.phone("Mei", seat="staff"))
        assert (await stranger.get("/health")).json() == {"well": True}
    assert await bot.stop(within=10) == 0
    assert "a-secret-of-the-webhook" not in bot.said


async def test_a_taken_port_is_said_in_plain_words(site_on: Site) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        site_on.settings["PROBOT_LISTEN"] = f"127.0.0.1:{other.getsockname()[1]}"
        done = await site_on.probot("run")
    assert done.code == 4
    assert "PROBOT_LISTEN" in done.err
    assert "Traceback" not in done.err


async def test_no_token_and_no_word_of_a_patient_reaches_the_log_of_a_whole_day(site_on: Site) -> None:
    site_on.settings["PROBOT_LOG_LEVEL"] = "DEBUG"
    bot = await site_on.run()
    await site_on.team(site_on.phone("Mei", seat="staff"))
    site_on.enrol_at_once("P-001", "of-canary-patient-token")
    patient = site_on.phone("Canaryname")
    await patient.welcome("of-canary-patient-token")
    patient.say("canary words 痛得受不了")
    await patient.tap("8")
    await patient.tap("Liquids only")
    patient.say("no")
    await patient.sees("Thank you.")
    patient.say("more canary words after the diary")
    site_on.api.faults.set("lost", times=1, methods=["sendmessage"])
    patient.say("/help")
    await patient.sees("What you can do here")
    assert await bot.stop() == 0
    assert "receiving: listening" in bot.said
    for secret in (TOKEN, TOKEN.split(":")[1], "canary", "Canaryname", "痛得", "of-canary-patient-token"):
        assert secret not in bot.said
