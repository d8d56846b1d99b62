"""Does the shipped plan keep to the protocol, to people's sleep, and to what was promised about consent?"""

from __future__ import annotations

from datetime import time, timedelta

from probot.study.model import Every, Moment, Offset
from tests.config.shipped import FOLDER, the_study


def test_it_loads_with_nothing_to_mend_and_nothing_to_warn_of() -> None:
    from probot.study.load import load

    loaded = load(FOLDER)
    assert loaded.study is not None
    assert loaded.problems == ()


def test_treatment_lasts_until_its_end_or_twenty_eight_days() -> None:
    assert the_study().phases["treatment"].start == Moment("anchor", "treatment_start")
    assert set(the_study().phases["treatment"].until) == {
        Moment("anchor", "treatment_end"),
        Moment("anchor", "treatment_start", Offset(days=28)),
    }


def test_follow_up_runs_from_the_end_of_treatment_to_a_year_after_the_transplant() -> None:
    follow_up = the_study().phases["follow_up"]
    assert follow_up.start == Moment("end", "treatment")
    assert follow_up.until == (Moment("anchor", "transplant", Offset(months=12)),)


def test_only_the_end_of_treatment_may_be_unknown_at_enrolment() -> None:
    assert [name for name, anchor in the_study().anchors.items() if anchor.optional] == ["treatment_end"]


def test_each_form_comes_as_often_as_the_protocol_says() -> None:
    plan = the_study().plan
    assert {name: (point.during, point.every) for name, point in plan.items()} == {
        "daily_diary": ("treatment", Every("day")),
        "weekly": ("treatment", Every("week")),
        "monthly": ("follow_up", Every("month")),
        "report": (None, None),
        "grade": ("treatment", Every("week")),
    }
    assert plan["report"].on_demand
    assert plan["grade"].by == "clinician"
    assert (plan["monthly"].window.opens, plan["monthly"].window.closes) == (
        timedelta(days=-3),
        timedelta(days=7),
    )


def test_no_form_sends_more_than_three_messages_unasked() -> None:
    assert all(len(point.remind) <= 2 for point in the_study().plan.values())


def test_nobody_is_asked_or_reminded_at_night() -> None:
    quiet = the_study().participant_quiet
    assert quiet is not None
    assert (quiet.start, quiet.end) == (time(21, 30), time(7))
    for point in the_study().plan.values():
        if point.at is None or point.by == "clinician":
            continue
        for hour in (point.at, *(point.movable or ())):
            minutes = hour.hour * 60 + hour.minute
            for after in (timedelta(), *point.remind):
                moment = (minutes + int(after.total_seconds()) // 60) % (24 * 60)
                assert 7 * 60 <= moment <= 21 * 60 + 30, point.name


def test_urgent_alerts_know_no_night() -> None:
    assert set(the_study().staff_quiet) == {"soon", "routine"}


def test_every_instrument_is_asked_somewhere() -> None:
    asked = {name for point in the_study().plan.values() for name in point.ask}
    assert asked == set(the_study().instruments)


def test_no_instrument_is_a_licensed_one() -> None:
    for instrument in the_study().instruments.values():
        assert instrument.licence.startswith("own ")


def test_the_clinician_grades_each_site_from_nought_to_four() -> None:
    grade = the_study().instruments["mucosal_grade"]
    assert grade.by == "clinician"
    for site in ("oral", "skin", "bladder"):
        options = the_study().item(f"grade_{site}").options
        assert [option.score for option in options] == [0, 1, 2, 3, 4]
        assert all(option.text["en"].startswith(f"{option.score}:") for option in options)


def test_what_the_law_wants_separate_is_ticked_separately() -> None:
    parts = {part.id: part.required for part in the_study().consent.parts}
    assert parts == {
        "participation": True,
        "health_data": True,
        "messenger_abroad": True,
        "contact_out_of_hours": False,
    }


def test_the_urgent_ladder_goes_from_the_team_to_the_investigator_and_never_ends() -> None:
    rungs = the_study().ladders["urgent"]
    assert [(rung.notify, rung.after) for rung in rungs[:3]] == [
        ("care_team", timedelta()),
        ("doctor", timedelta(minutes=10)),
        ("investigator", timedelta(minutes=20)),
    ]
    assert (rungs[-1].after, rungs[-1].repeat) == (timedelta(minutes=30), timedelta(minutes=30))
    assert the_study().ladders["soon"][-1].repeat == timedelta(hours=8)
    assert the_study().ladders["routine"][0].digest == time(8)


def test_only_investigators_judge_adverse_events_and_watchers_only_watch() -> None:
    roles = the_study().roles
    assert [name for name, role in roles.items() if "adjudicate" in role.may] == ["investigator"]
    assert {name for name, role in roles.items() if role.may == {"view"}} == {"data_manager", "monitor"}
    assert {name for name, role in roles.items() if "grade" in role.may} == {"doctor", "investigator"}
