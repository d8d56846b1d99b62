"""Who is meant by a name of the ladder, what may their role do, and whom may a message still be told to?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from probot.alerts.life import acknowledge, close, raise_alert
from probot.alerts.model import Alert, Evidence, Hit
from probot.alerts.steps import lapsed
from probot.flows.buttons import CommandTap, WelcomeTap, write
from probot.flows.session import Session
from probot.messages import Button, Message
from probot.services import audience
from probot.services.deliver import PROMPT, TAKEN, _why_not
from probot.services.turn import Studies, Turn
from probot.store import alerts, assessments, outsiders, people, studies
from probot.store.engine import Store
from probot.store.outsiders import NOTICE, Outsiders
from probot.store.records import Assessment, Outgoing
from probot.study.care import Rota, Shift
from probot.study.model import OutsidePath, Role
from probot.values import AssessmentId, StaffId
from tests.alerts.small_study import STUDY, at, both

NOW = at(4, "09:00")  # a Tuesday
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
REPLY = PROMPT - 1
TEAM = [("team", "zh")]

MORE_ROLES = (
    Role("reader", both("reader", "读者"), frozenset({"view"})),
    Role("taker", both("taker", "处理人"), frozenset({"acknowledge"})),
    Role("porter", both("porter", "门卫"), frozenset({"bind"})),
)
CARE = replace(
    STUDY,
    roles={**STUDY.roles, **{role.id: role for role in MORE_ROLES}},
    paths={"pager": OutsidePath("pager", both("pager", "寻呼机"), "webhook", "en")},
    rota=Rota(
        ("Wu", "Ada"),
        (
            Shift(("Wu", "Ada"), (1,), time(8), time(12)),
            Shift(("nurse", "reader"), (1,), time(12), time(18)),
            Shift(("nobody",), (1,), time(18), time(20)),
        ),
    ),
)


@pytest.fixture
def turn(sqlite_url: str) -> Iterator[Turn]:
    store = Store(sqlite_url)
    with store.begin() as connection:
        studies.keep(connection, hash=CARE.hash, study=CARE.id, source="", at=NOW)
        yield Turn(connection, Studies(), NOW, "cause", _study=CARE)
    store.close()


def joins(turn: Turn, name: str, role: str, language: str = "en", status: str = "active") -> str:
    """A member of staff; their principal."""
    person = people.add_staff(turn.connection, name=name, role=role, language=language, now=NOW)
    people.change_staff(turn.connection, person.id, status=status)
    return person.principal


def team_meets(turn: Turn, language: str = "en") -> None:
    people.bind(
        turn.connection, principal=people.TEAM, chat=-100, account=None, name="Team", handle="",
        language=language, now=NOW,
    )  # fmt: skip


def a_visitor_comes(turn: Turn) -> None:
    outsiders.keep(turn.connection, NOW, Outsiders(frozenset({42})))


# ---------------------------------------------------------------- names of the ladder


def test_the_care_team_is_its_chat_in_the_language_of_that_chat(turn):
    joins(turn, "Mei", "nurse")
    team_meets(turn, "en")
    assert audience.readers(turn, "care_team", None) == [("team", "en")]
    assert audience.readers(turn, "team", None) == [("team", "en")]


def test_without_a_chat_the_care_team_is_everybody_who_may_take_alerts(turn):
    mei, wu = joins(turn, "Mei", "nurse", "zh"), joins(turn, "Wu", "doctor")
    joins(turn, "Rae", "reader")
    joins(turn, "Gone", "nurse", status="left")
    joins(turn, "Soon", "nurse", status="invited")
    assert audience.readers(turn, "care_team", None) == [(mei, "zh"), (wu, "en")]
    assert audience.readers(turn, "team", None) == [(mei, "zh"), (wu, "en")]


def test_while_a_stranger_is_in_the_chat_the_team_is_told_one_by_one(turn):
    mei = joins(turn, "Mei", "nurse")
    team_meets(turn)
    a_visitor_comes(turn)
    assert audience.chat_of_team(turn) is None
    assert audience.readers(turn, "care_team", None) == [(mei, "en")]


def test_where_nobody_is_there_at_all_it_waits_for_the_team_in_the_first_language_of_the_study(turn):
    assert audience.readers(turn, "care_team", None) == TEAM
    assert audience.readers(turn, "doctor", None) == TEAM
    assert audience.readers(turn, "staff:nobody", None) == TEAM


def test_a_role_is_everybody_who_has_it_and_the_team_where_nobody_does(turn):
    wu, ada = joins(turn, "Wu", "doctor"), joins(turn, "Ada", "doctor", "zh")
    mei = joins(turn, "Mei", "nurse")
    joins(turn, "Rae", "reader")
    assert audience.readers(turn, "doctor", None) == [(ada, "zh"), (wu, "en")]
    assert audience.readers(turn, "investigator", None) == [(ada, "zh"), (mei, "en"), (wu, "en")]
    team_meets(turn)
    assert audience.readers(turn, "doctor", None) == [(ada, "zh"), (wu, "en")]
    assert audience.readers(turn, "investigator", None) == [("team", "en")]


def test_somebody_of_the_rota_is_meant_by_name_as_long_as_they_may_take_alerts(turn):
    wu, ada = joins(turn, "Wu", "doctor"), joins(turn, "Ada", "reader", "zh")
    joins(turn, "Mei", "nurse")
    team_meets(turn)
    assert audience.readers(turn, "Wu", None) == [(wu, "en")]
    assert audience.readers(turn, "Ada", None) == [("team", "en")], "she may only read"
    assert audience.readers(turn, "Mei", None) == [("team", "en")], "the rota has no such name"
    people.change_staff(turn.connection, ada.removeprefix("staff:"), role="nurse")
    assert audience.readers(turn, "Ada", None) == [(ada, "zh")]
    people.change_staff(turn.connection, wu.removeprefix("staff:"), status="left")
    assert audience.readers(turn, "Wu", None) == [("team", "en")], "whoever is gone is stood in for"
    turn._study = replace(CARE, rota=None)
    assert audience.readers(turn, "Ada", None) == [("team", "en")], (
        "where there is no rota there are no names"
    )


def test_one_person_is_meant_by_their_principal_as_long_as_their_role_may_see_alerts(turn):
    mei, tak = joins(turn, "Mei", "nurse"), joins(turn, "Tak", "taker")
    porter = joins(turn, "Pat", "porter")
    assert audience.readers(turn, mei, None) == [(mei, "en")]
    assert audience.readers(turn, tak, None) == [(tak, "en")]
    assert audience.readers(turn, porter, None) == TEAM
    team_meets(turn)
    assert audience.readers(turn, mei, None) == [(mei, "en")]


def test_a_path_beside_the_messenger_is_told_in_its_own_language(turn):
    joins(turn, "Mei", "nurse")
    assert audience.readers(turn, "pager", None) == [("path:pager", "en")]


def test_a_path_without_a_language_is_told_in_that_of_the_team(turn):
    mute = OutsidePath("pager", both("pager", "寻呼机"), "webhook", "")
    turn._study = replace(CARE, paths={"pager": mute})
    assert audience.readers(turn, "pager", None) == [("path:pager", "zh")]
    team_meets(turn, "en")
    assert audience.readers(turn, "pager", None) == [("path:pager", "en")]


def test_whoever_ever_was_on_the_team_has_a_name(turn):
    mei, gone = joins(turn, "Mei", "nurse"), joins(turn, "Gone", "nurse", status="left")
    assert audience.names(turn) == {mei.removeprefix("staff:"): "Mei", gone.removeprefix("staff:"): "Gone"}


@pytest.mark.parametrize(
    ("clock", "names"),
    [
        ("09:00", ["Ada", "Wu"]),  # by name
        ("13:00", ["Mei"]),  # by role, and a role that may not take alerts is not called
        ("19:00", None),  # nobody of that name is on the team
        ("21:00", None),  # nobody is on call
    ],
)
def test_whoever_is_on_call_is_called_directly_and_the_team_where_nobody_is(turn, clock, names):
    there = {
        name: joins(turn, name, role)
        for name, role in (("Mei", "nurse"), ("Wu", "doctor"), ("Ada", "doctor"), ("Rae", "reader"))
    }
    team_meets(turn)
    turn.now = at(4, clock)
    expected = [("team", "en")] if names is None else [(there[name], "en") for name in names]
    assert audience.readers(turn, "on_call", None) == expected


def test_a_reader_is_spoken_to_in_the_language_of_their_chat_and_else_in_the_first_of_the_study(turn):
    assert audience.language_of(turn, "team") == "zh"
    team_meets(turn, "en")
    assert audience.language_of(turn, "team") == "en"


# ---------------------------------------------------------------- powers


@pytest.mark.parametrize(
    ("role", "may_take", "may_see"),
    [
        ("nurse", True, True),
        ("taker", True, True),
        ("reader", False, True),
        ("porter", False, False),
        ("a role that was taken out of the study", False, False),
    ],
)
def test_a_role_may_do_what_the_study_in_force_says(turn, role, may_take, may_see):
    joins(turn, "Mei", role)
    [person] = people.active_staff(turn.connection)
    assert audience.may(turn, person, "acknowledge") is may_take
    assert audience.may_see(turn, person) is may_see
    assert audience.may(turn, person, "adjudicate") is False
    assert (audience.able(turn, [person]) == [person]) is may_take


# ---------------------------------------------------------------- at the moment of sending: the team


def outgoing(recipient: str, purpose: str = "alert", **how) -> Outgoing:
    known = {
        "seq": 1, "id": "m", "lane": REPLY, "recipient": recipient, "purpose": purpose, "kind": "post",
        "content": None, "assessment_id": None, "item": None, "alert_id": None, "edits": None,
        "edits_number": None, "created_at": NOW, "expires_at": None, "attempts": 1, "repeat": False, "token": "",
    }  # fmt: skip
    return Outgoing(**{**known, **how})


def test_the_teams_chat_hears_nothing_but_the_notice_while_a_stranger_is_in_it(turn):
    mei = joins(turn, "Mei", "nurse")
    assert _why_not(turn, outgoing("team")) == ""
    a_visitor_comes(turn)
    assert _why_not(turn, outgoing("team")) == "somebody unknown is in the team's chat"
    assert _why_not(turn, outgoing("team", "notice", item=NOTICE)) == ""
    assert _why_not(turn, outgoing(mei)) == ""


@pytest.mark.parametrize("purpose", ["alert", "picture", "notice"])
def test_staff_hear_of_alerts_as_long_as_they_are_on_the_team_in_a_role_that_may_see_them(turn, purpose):
    mei, rae = joins(turn, "Mei", "nurse"), joins(turn, "Rae", "reader")
    pat, gone = joins(turn, "Pat", "porter"), joins(turn, "Gone", "nurse", status="left")
    assert _why_not(turn, outgoing(mei, purpose)) == ""
    assert _why_not(turn, outgoing(rae, purpose)) == ""
    hidden = "" if purpose == "notice" else "no longer in a role that may see alerts"
    assert _why_not(turn, outgoing(pat, purpose)) == hidden
    assert _why_not(turn, outgoing(gone, purpose)) == "no longer on the team"
    assert _why_not(turn, outgoing("staff:nobody", purpose)) == "no longer on the team"


def an_alert(turn: Turn) -> Alert:
    person = a_participant(turn)
    hit = Hit("severe_pain", "urgent", "pain", Evidence(item="pain", value=8))
    one = raise_alert(CARE, person.id, hit, "cause", NOW)
    alerts.add(turn.connection, one)
    return one


def test_an_alert_that_somebody_has_taken_since_calls_nobody_any_more(turn):
    mei = joins(turn, "Mei", "nurse")
    nurse = StaffId(mei.removeprefix("staff:"))
    one = an_alert(turn)
    row = outgoing(mei, alert_id=one.id, created_at=NOW + MINUTE)
    assert _why_not(turn, row) == "", "nobody has it"
    taken = acknowledge(CARE, one, nurse, NOW + 2 * MINUTE)
    alerts.save(turn.connection, one, taken)
    assert _why_not(turn, row) == TAKEN
    assert _why_not(turn, row._replace(purpose="notice")) == "", "what is no call is told"
    assert _why_not(turn, row._replace(created_at=NOW + 2 * MINUTE)) == "", "said because it was taken"
    assert _why_not(turn, row._replace(created_at=NOW + 3 * MINUTE)) == ""
    closed = close(taken, nurse, NOW + 5 * MINUTE, "advice")
    alerts.save(turn.connection, taken, closed)
    assert _why_not(turn, row._replace(created_at=NOW + 3 * MINUTE)) == TAKEN, "closed since"
    assert _why_not(turn, row._replace(created_at=NOW + 6 * MINUTE)) == ""


def test_an_alert_that_is_open_again_calls_and_one_that_is_not_on_record_stops_nothing(turn):
    mei = joins(turn, "Mei", "nurse")
    one = an_alert(turn)
    taken = acknowledge(CARE, one, StaffId(mei.removeprefix("staff:")), NOW + 2 * MINUTE)
    alerts.save(turn.connection, one, taken)
    alerts.save(turn.connection, taken, lapsed(CARE, taken, NOW + 5 * HOUR))
    assert _why_not(turn, outgoing(mei, alert_id=one.id)) == ""
    assert _why_not(turn, outgoing(mei, alert_id="unknown")) == ""
    assert _why_not(turn, outgoing(mei, alert_id=None)) == ""


def test_staff_of_another_centre_hear_nothing_of_a_centres_participants(turn):
    mei, wu = joins(turn, "Mei", "nurse"), joins(turn, "Wu", "doctor")
    one = an_alert(turn)
    people.bind(
        turn.connection, principal=wu, chat=55, account=55, name="Wu", handle="", language="en", now=NOW
    )
    people.change_staff(turn.connection, mei.removeprefix("staff:"), centre="skin")
    assert _why_not(turn, outgoing(mei, alert_id=one.id)) == "", "the study has one centre"
    turn._study = replace(CARE, centres="site")
    assert _why_not(turn, outgoing(mei, alert_id=one.id)) == "another centre's participant"
    assert _why_not(turn, outgoing(mei, "notice", alert_id=one.id)) == "another centre's participant"
    assert _why_not(turn, outgoing(mei, "notice")) == "", "it is about nobody"
    assert _why_not(turn, outgoing(wu, alert_id=one.id)) == "", "of all centres"


def test_a_name_of_the_ladder_means_nobody_of_another_centre(turn):
    mei, wu = joins(turn, "Mei", "nurse"), joins(turn, "Wu", "nurse")
    one = people.by_id(turn.connection, an_alert(turn).enrolment)
    people.bind(
        turn.connection, principal=wu, chat=55, account=55, name="Wu", handle="", language="en", now=NOW
    )
    people.change_staff(turn.connection, mei.removeprefix("staff:"), centre="skin")
    assert audience.readers(turn, "nurse", one) == [(mei, "en"), (wu, "en")], "the study has one centre"
    turn._study = replace(CARE, centres="site")
    assert audience.readers(turn, "nurse", one) == [(wu, "en")]
    assert audience.readers(turn, "nurse", None) == [(mei, "en"), (wu, "en")], "it is about nobody"


def test_whatever_is_about_an_alert_goes_to_nobody_whose_role_may_not_see_it(turn):
    pat = joins(turn, "Pat", "porter")
    hidden = "no longer in a role that may see alerts"
    assert _why_not(turn, outgoing(pat, "notice", alert_id=an_alert(turn).id)) == hidden
    assert _why_not(turn, outgoing(pat, "notice")) == ""


# ---------------------------------------------------------------- at the moment of sending: participants

FORM = AssessmentId("form")


def a_participant(turn: Turn, **changes):
    one = people.add_enrolment(
        turn.connection, code="P-001", attributes={}, anchors={"start": date(2025, 3, 1)},
        zone="Asia/Shanghai", language="en", now=NOW,
    )  # fmt: skip
    people.change_enrolment(turn.connection, one.id, **{"status": "active", "reach": "ok", **changes})
    return one


def a_form(turn: Turn, one, status: str = "asking", asking: str | None = "pain") -> None:
    row = Assessment(
        id=FORM, enrolment_id=one.id, timepoint="daily", day=date(2025, 3, 4), occurrence="1", day_of_phase=None,
        opens_at=NOW, target_at=NOW, closes_at=NOW + HOUR, grace_until=NOW + HOUR, late_start_until=NOW + HOUR,
        reminders=(), reminded=0, status="open", reason="", late=False, mode="chat", respondent=None,
        study_hash=CARE.hash, prompted_at=None, delivered_at=None, first_answer_at=None, finished_at=None,
        next_at=None,
    )  # fmt: skip
    assessments.add_on_demand(turn.connection, one.id, row)
    conversation = Session(FORM, "daily", "en", status, asking)
    assessments.add_session(turn.connection, one.id, conversation, priority=1, opened_at=NOW)


def told(one, purpose="question", **how) -> Outgoing:
    return outgoing(one.principal, purpose, **{"assessment_id": FORM, "item": "pain", **how})


@pytest.mark.parametrize("status", ["withdrawn", "completed", "refused"])
def test_whoever_takes_no_part_any_more_hears_only_what_says_goodbye_or_keeps_them_safe(turn, status):
    one = a_participant(turn, status=status)
    a_form(turn, one)
    for purpose in ("question", "reminder", "reply", "notice", "enquiry"):
        assert _why_not(turn, told(one, purpose)) == status
    for purpose in ("farewell", "safety", "welcome"):
        assert _why_not(turn, told(one, purpose)) == ""


def test_whoever_only_stopped_the_questions_of_the_study_is_asked_by_the_team_alone(turn):
    one = a_participant(turn, status="withdrawn", ended_level="questions")
    a_form(turn, one)
    assert _why_not(turn, told(one, "enquiry")) == ""
    for purpose in ("question", "reminder", "reply", "notice"):
        assert _why_not(turn, told(one, purpose)) == "withdrawn"


def test_who_is_not_on_record_hears_nothing(turn):
    assert _why_not(turn, outgoing("participant:nobody", "farewell")) == "no such participant"


def test_in_a_pause_nothing_is_asked_by_the_clock_and_what_they_asked_for_themselves_goes_on(turn):
    one = a_participant(turn, status="paused")
    a_form(turn, one)
    assert _why_not(turn, told(one, lane=PROMPT)) == "paused"
    assert _why_not(turn, told(one, lane=REPLY)) == ""
    assert _why_not(turn, told(one, "reminder", lane=REPLY)) == "paused"
    assert _why_not(turn, told(one, "reply", lane=PROMPT)) == ""


@pytest.mark.parametrize(
    ("reach", "why"), [("ok", ""), ("unknown", ""), ("blocked", "blocked"), ("gone", "gone")]
)
def test_who_cannot_be_reached_is_asked_nothing_and_is_still_told_what_keeps_them_safe(turn, reach, why):
    one = a_participant(turn, reach=reach)
    a_form(turn, one)
    assert _why_not(turn, told(one)) == why
    assert _why_not(turn, told(one, "reminder")) == why
    assert _why_not(turn, told(one, "safety")) == ""


def test_nobody_is_reminded_before_they_take_part(turn):
    one = a_participant(turn, status="welcoming")
    a_form(turn, one)
    assert _why_not(turn, told(one, "reminder")) == "welcoming"
    assert _why_not(turn, told(one, "question")) == ""


def test_a_question_of_a_form_that_is_closed_or_was_never_opened_is_not_asked(turn):
    one = a_participant(turn)
    assert _why_not(turn, told(one)) == "closed"
    assert _why_not(turn, told(one, assessment_id=None)) == "closed"
    a_form(turn, one, "closed", None)
    assert _why_not(turn, told(one)) == "closed"


@pytest.mark.parametrize("how", [{"lane": PROMPT}, {"purpose": "reminder"}, {"repeat": True}])
def test_what_is_asked_again_or_by_the_clock_is_not_asked_once_it_is_answered(turn, how):
    one = a_participant(turn)
    a_form(turn, one, asking="stools")
    assert _why_not(turn, told(one, **{"item": "stools", **how})) == ""
    assert _why_not(turn, told(one, **how)) == "answered meanwhile"
    assert _why_not(turn, told(one)) == "", "an answer to what they did just now always goes"


def test_a_copy_of_a_question_about_an_earlier_answer_goes_until_that_is_answered(turn):
    one = a_participant(turn)
    a_form(turn, one, asking="stools")
    assessments.add_response(
        turn.connection, enrolment_id=one.id, assessment_id=FORM, item="pain", revision=1, value=3,
        absent=None, raw="3", source="button", answered_at=NOW, stored_at=NOW, study_hash=CARE.hash,
        language="en", asked_at=NOW, actor="participant", mode="chat", instrument="diary", late=False,
        instrument_version="1.0.0", wording_hash="", zone="Asia/Shanghai",
    )  # fmt: skip
    copy = told(one, repeat=True)
    assert _why_not(turn, copy._replace(created_at=NOW)) == ""
    assert _why_not(turn, copy._replace(created_at=NOW + MINUTE)) == ""
    assert _why_not(turn, copy._replace(created_at=NOW - MINUTE)) == "answered meanwhile"
    assert _why_not(turn, copy._replace(created_at=NOW + MINUTE, lane=PROMPT)) == "answered meanwhile"


def test_a_copy_of_the_welcome_is_not_said_once_that_step_is_done(turn):
    one = a_participant(turn, status="welcoming", welcome={"step": "consent"})
    asks = {
        step: Message("?", buttons=((Button("Yes", write(WelcomeTap(step, "yes"))),),))
        for step in ("language", "consent")
    }
    plain = Message("Welcome")
    other = Message("?", buttons=((Button("Yes", write(CommandTap("language", "en"))),),))
    assert _why_not(turn, told(one, "welcome", content=asks["language"], repeat=True)) == "answered meanwhile"
    assert _why_not(turn, told(one, "welcome", content=asks["consent"], repeat=True)) == ""
    assert _why_not(turn, told(one, "welcome", content=asks["language"])) == ""
    assert _why_not(turn, told(one, "welcome", content=plain, repeat=True)) == ""
    assert _why_not(turn, told(one, "welcome", content=other, repeat=True)) == "", (
        "a button of something else"
    )
    people.change_enrolment(turn.connection, one.id, welcome=None)
    assert _why_not(turn, told(one, "welcome", content=asks["language"], repeat=True)) == ""
