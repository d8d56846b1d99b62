"""Does each participant get a topic where the team's chat has topics, and does no alert ever wait for one?"""

from __future__ import annotations

from typing import Any

from probot.services import invite
from tests.services.test_pictures_follow_alerts import answers_pain
from tests.world import Clinic, Phone, a_clinic


async def forum(clinic: Clinic, nurse: Phone, *, may_open_topics: bool = True) -> Phone:
    """The care team's group with topics."""
    token = clinic.new_token()
    await clinic.act(invite.invite_team, token, "en")
    group = clinic.api.people.new_group(nurse.person, "Care team", kind="supergroup", forum=True)
    clinic.api.people.startgroup(nurse.person, group, token)
    await clinic.settle()
    if may_open_topics:
        clinic.api.people.set_member(nurse.person, group, clinic.bot_id, "administrator")
        await clinic.settle()
    return Phone(clinic, nurse.person, group)


def topics(clinic: Clinic, team: Phone) -> dict[str, str]:
    return clinic.api.state.groups[team.chat].topics


def of_alert(team: Phone) -> list[dict[str, Any]]:
    return [one for one in team.shown if "P-001" in one.get("text", "") and "pain" in one["text"]]


async def test_alerts_and_pictures_stand_in_the_topic_of_their_participant(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await forum(clinic, nurse)
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        await answers_pain(patient, "7")
        assert list(topics(clinic, team).values()) == ["P-001"], "the subject code alone"
        assert of_alert(team)[-1].get("message_thread_id") is None, "the first one waited for nothing"
        await clinic.pass_time(days=1)
        await answers_pain(patient, "9")
        (thread,) = topics(clinic, team)
        assert str(of_alert(team)[-1]["message_thread_id"]) == thread
        assert str(team.pictures[-1]["message_thread_id"]) == thread

        clinic.api.state.groups[team.chat].closed_topics.append(thread)
        await clinic.pass_time(hours=9)
        assert clinic.api.state.groups[team.chat].closed_topics == [], "it was opened again"

        del clinic.api.state.groups[team.chat].topics[thread]
        before = len(of_alert(team))
        await clinic.pass_time(hours=16)
        assert len(of_alert(team)) > before, "told all the same"
        (again,) = topics(clinic, team)
        assert again != thread


async def test_without_the_right_to_open_topics_all_stands_in_the_general_one(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await forum(clinic, nurse, may_open_topics=False)
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        await answers_pain(patient, "9")
        assert "message_thread_id" not in of_alert(team)[-1]
        await team.tap("Acknowledge")
        assert clinic.rows("alerts")[-1]["state"] == "acknowledged"
        assert topics(clinic, team) == {}


async def test_whoever_asks_inside_a_topic_is_answered_in_it_and_in_the_general_one_otherwise(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await forum(clinic, nurse)
        await clinic.patient("P-001")
        await clinic.patient("P-002")
        group = clinic.api.state.groups[team.chat]
        group.topics["4711"] = "Ward round"
        before = len(team.shown)
        await team.say("/patient P-001", thread=4711)
        await team.say("/today", thread=4711)
        assert [one.get("message_thread_id") for one in team.shown[before:]] == [4711] * 2
        await team.say("/open")
        assert "message_thread_id" not in team.last

        del group.topics["4711"]
        await team.say("/mine", thread=4711)
        assert "message_thread_id" not in team.last, "the topic was deleted meanwhile: answered all the same"
