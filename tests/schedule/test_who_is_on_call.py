"""Who is on call at an hour of the week, and when nobody is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from probot.alerts.ladder import ladder_for
from probot.schedule.rota import on_call
from probot.study.care import Rota, Shift
from probot.study.model import Rung
from probot.study.rota import WEEK, gaps, on_call_at
from tests.alerts.small_study import LADDERS, STUDY

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WORKDAYS = (0, 1, 2, 3, 4)
DAYS = Shift(("wang",), WORKDAYS, time(8), time(18))
NIGHTS = Shift(("li", "doctor"), WORKDAYS, time(18), time(8))
WEEKENDS = Shift(("doctor",), (5, 6), time(0), time(0))


def study(*shifts):
    return replace(STUDY, rota=Rota(("wang", "li"), shifts))


def at(day, hour, minute=0):
    """An hour of that week in Shanghai."""
    return MONDAY + timedelta(days=day, hours=hour - 8, minutes=minute)


def test_a_shift_begins_with_its_first_minute_and_ends_before_its_last():
    one = study(DAYS, NIGHTS)
    assert on_call(one, at(0, 8)) == ("wang",)
    assert on_call(one, at(0, 17, 59)) == ("wang",)
    assert on_call(one, at(0, 18)) == ("li", "doctor")
    assert on_call(one, at(1, 7, 59)) == ("li", "doctor")


def test_a_night_belongs_to_the_day_it_begins_on_also_over_the_end_of_the_week():
    assert on_call(study(NIGHTS), at(5, 7)) == ("li", "doctor"), "Friday's night"
    assert on_call(study(NIGHTS), at(6, 7)) == ()
    sunday = study(Shift(("li",), (6,), time(20), time(8)))
    assert on_call(sunday, at(0, 7)) == ("li",)
    assert on_call(sunday, at(0, 8)) == ()


def test_half_hours_count():
    early = study(Shift(("wang",), (0,), time(7, 30), time(8, 15)))
    assert [on_call(early, at(0, 7, 29)), on_call(early, at(0, 7, 30))] == [(), ("wang",)]
    assert [on_call(early, at(0, 8, 14)), on_call(early, at(0, 8, 15))] == [("wang",), ()]


def test_without_a_rota_nobody_is_on_call():
    assert on_call(STUDY, at(0, 9)) == ()


def test_the_gaps_are_what_no_shift_covers():
    assert gaps(Rota((), (DAYS, NIGHTS, WEEKENDS))) == ((6 * 0, 8 * 60),), "Monday before eight"
    assert gaps(Rota((), (DAYS, NIGHTS))) == ((5 * 1440 + 8 * 60, 7 * 1440 + 8 * 60),)
    assert gaps(Rota((), (Shift(("li",), tuple(range(7)), time(0), time(0)),))) == ()


def test_only_a_gap_over_the_end_of_the_week_is_joined():
    day, tuesday, sunday = (
        1440,
        Shift(("li",), (1,), time(8), time(18)),
        Shift(("li",), (6,), time(0), time(0)),
    )
    assert gaps(Rota((), ())) == ((0, WEEK),)
    assert gaps(Rota((), (tuesday, sunday))) == ((0, day + 8 * 60), (day + 18 * 60, 6 * day))
    monday = Shift(("li",), (0,), time(0), time(8))
    assert gaps(Rota((), (monday, tuesday))) == ((8 * 60, day + 8 * 60), (day + 18 * 60, WEEK))
    thursday = replace(tuesday, days=(3,))
    joined = (3 * day + 18 * 60, WEEK + day + 8 * 60)
    assert gaps(Rota((), (tuesday, thursday))) == ((day + 18 * 60, 3 * day + 8 * 60), joined)
    assert gaps(Rota((), (tuesday,))) == ((day + 18 * 60, WEEK + day + 8 * 60),)


HOURS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
SHIFTS = st.builds(
    Shift, st.just(("li",)), st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple), HOURS, HOURS
)


@given(st.lists(SHIFTS, min_size=1, max_size=4), st.integers(0, WEEK - 1))
def test_a_minute_is_in_a_gap_exactly_if_nobody_is_on_call_then(shifts, minute):
    rota = Rota(("li",), tuple(shifts))
    inside = any(start <= each < end for start, end in gaps(rota) for each in (minute, minute + WEEK))
    assert inside is (on_call_at(rota, minute) == ())


def test_an_urgent_ladder_takes_the_person_on_call_in_and_others_stay_as_written():
    assert ladder_for(study(DAYS), "urgent")[:2] == (Rung("care_team"), Rung("on_call"))
    assert ladder_for(study(DAYS), "soon") == LADDERS["soon"]
    assert ladder_for(STUDY, "urgent") == LADDERS["urgent"]
    own = (Rung("care_team"), Rung("on_call", timedelta(minutes=5)))
    assert ladder_for(replace(study(DAYS), ladders={"urgent": own}), "urgent") == own
