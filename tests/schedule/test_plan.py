"""What a participant will be asked, and when, in their local time."""

from __future__ import annotations

import time as clock
from datetime import UTC, date, datetime, time, timedelta

import pytest

from probot.schedule.civil import local
from probot.schedule.model import Calendar, Planned
from probot.schedule.plan import assessment_id, plan
from probot.study.conditions import AttributeOf, Compare, DaysSince, Has, Number, Word
from probot.study.model import Every, Phase, QuietHours, Study, Window
from probot.values import EnrolmentId
from tests.schedule.studies import DAY_1, anchor, calendar, study, timepoint

NIGHT = QuietHours(time(21, 30), time(7))
HOUR = timedelta(hours=1)
LONG = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


def planned(of: Study, known: Calendar | None = None) -> tuple[Planned, ...]:
    return plan(of, known or calendar(), *LONG)


def opens(of: Study, known: Calendar | None = None) -> list[str]:
    known = known or calendar()
    return [f"{local(each.opens_at, known.zone):%m-%d %H:%M}" for each in planned(of, known)]


def clock_of(moment: datetime, zone: str = "Asia/Shanghai") -> str:
    return f"{local(moment, zone):%m-%d %H:%M}"


def test_a_daily_diary_has_all_its_instants():
    first = planned(study(timepoint(remind=(2 * HOUR, 6 * HOUR), late_start=4 * HOUR)))[0]
    assert first == Planned(
        id=assessment_id(EnrolmentId("E-1"), "daily", DAY_1),
        timepoint="daily",
        day=DAY_1,
        day_of_phase=1,
        opens_at=datetime(2025, 3, 1, 1, tzinfo=UTC),
        target_at=datetime(2025, 3, 1, 1, tzinfo=UTC),
        closes_at=datetime(2025, 3, 1, 13, tzinfo=UTC),
        grace_until=datetime(2025, 3, 1, 15, tzinfo=UTC),
        late_start_until=datetime(2025, 3, 1, 5, tzinfo=UTC),
        reminders=(datetime(2025, 3, 1, 3, tzinfo=UTC), datetime(2025, 3, 1, 7, tzinfo=UTC)),
    )


def test_the_diary_of_a_treatment_has_a_row_for_each_of_its_days():
    found = planned(study())
    assert [each.day_of_phase for each in found] == list(range(1, 29))
    assert found[-1].day == date(2025, 3, 28)


def test_the_day_on_which_treatment_ends_has_no_diary():
    assert [each.day.day for each in planned(study(), calendar(treatment_end=date(2025, 3, 4)))] == [1, 2, 3]


@pytest.mark.parametrize("end", [DAY_1, date(2025, 2, 1)])
def test_an_end_on_or_before_the_start_leaves_nothing_to_ask(end):
    assert planned(study(), calendar(treatment_end=end)) == ()


def test_what_hangs_on_an_unknown_date_is_not_planned_until_it_is_known():
    monthly = timepoint(name="monthly", during="follow_up", every=Every("month"))
    assert planned(study(monthly), Calendar(EnrolmentId("E-1"), "Asia/Shanghai", {"transplant": DAY_1})) == ()
    known = calendar(treatment_end=date(2025, 3, 10), transplant=date(2025, 2, 28))
    assert opens(study(monthly), known)[:2] == ["03-10 09:00", "04-10 09:00"]
    assert len(planned(study(monthly), known)) == 12


def test_a_monthly_window_opens_days_before_its_target_at_the_same_hour():
    monthly = timepoint(every=Every("once"), window=Window(timedelta(days=-3), timedelta(days=7)))
    known = calendar("Europe/Helsinki", treatment_start=date(2026, 3, 31))
    (only,) = planned(study(monthly), known)
    shown = [clock_of(moment, known.zone) for moment in (only.opens_at, only.target_at, only.closes_at)]
    assert shown == ["03-28 09:00", "03-31 09:00", "04-07 09:00"]


def test_on_demand_timepoints_are_never_planned_and_those_of_clinicians_are():
    report = timepoint(name="report", on_demand=True, during=None, every=None, at=None)
    grade = timepoint(name="grade", by="clinician", every=Every("once"))
    assert [each.timepoint for each in planned(study(report, grade))] == ["grade"]


def test_assessments_that_open_together_keep_the_order_of_the_study():
    once = Every("once")
    found = planned(study(timepoint(name="weekly", every=once), timepoint(name="daily", every=once)))
    assert [each.timepoint for each in found] == ["weekly", "daily"]


# ---------------------------------------------------------------- the participant's hour

# study's hour | movable | chosen | asked at
HOURS = """
09:00 | 07:00-11:00 | -     | 09:00
09:00 | 07:00-11:00 | 07:30 | 07:30
09:00 | 07:00-11:00 | 06:00 | 07:00
09:00 | 07:00-11:00 | 20:00 | 11:00
09:00 | -           | 07:30 | 09:00
"""


@pytest.mark.parametrize(
    ("at", "movable", "chosen", "asked"),
    [tuple(cell.strip() for cell in line.split("|")) for line in HOURS.strip().splitlines()],
)
def test_the_chosen_hour_counts_within_the_span_that_the_study_allows(at, movable, chosen, asked):
    span = None if movable == "-" else tuple(time.fromisoformat(part) for part in movable.split("-"))
    hour = None if chosen == "-" else time.fromisoformat(chosen)
    daily = timepoint(at=time.fromisoformat(at), movable=span, every=Every("once"))
    assert opens(study(daily), calendar(hour=hour)) == [f"03-01 {asked}"]


def test_another_hour_or_zone_moves_assessments_and_makes_none():
    movable = study(timepoint(movable=(time(7), time(11))))
    ids = {each.id for each in planned(movable)}
    assert {each.id for each in planned(movable, calendar(hour=time(7)))} == ids
    assert {each.id for each in planned(movable, calendar("America/New_York"))} == ids


# ---------------------------------------------------------------- quiet hours

# asked at | open for (h) | reminders after (h) | opens | closes | reminders
QUIET = """
09:00 | 12 | 2 6      | 03-01 09:00 | 03-01 21:00 | 03-01 11:00, 03-01 15:00
09:00 | 24 | 2 14 16  | 03-01 09:00 | 03-02 09:00 | 03-01 11:00, 03-02 07:00
09:00 | 12 | 2 12 13  | 03-01 09:00 | 03-01 21:00 | 03-01 11:00
18:00 | 6  | 3 4      | 03-01 18:00 | 03-02 00:00 | 03-01 21:00
18:00 | 13 | 4        | 03-01 18:00 | 03-02 07:00 |
06:00 | 12 | 2        | 03-01 07:00 | 03-01 18:00 | 03-01 09:00
22:00 | 12 | 1        | 03-02 07:00 | 03-02 10:00 | 03-02 08:00
22:00 | 9  | 1        | 03-02 07:00 | 03-02 07:00 |
22:00 | 2  | 1        | 03-02 07:00 | 03-02 07:00 |
"""


@pytest.mark.parametrize("row", QUIET.strip().splitlines())
def test_nothing_reaches_a_participant_in_quiet_hours(row):
    at, hours, remind, *expected = (cell.strip() for cell in row.split("|"))
    daily = timepoint(
        at=time.fromisoformat(at),
        every=Every("once"),
        window=Window(timedelta(), int(hours) * HOUR),
        remind=tuple(int(each) * HOUR for each in remind.split()),
    )
    (only,) = planned(study(daily, quiet=NIGHT))
    reminders = ", ".join(clock_of(each) for each in only.reminders)
    assert [clock_of(only.opens_at), clock_of(only.closes_at), reminders] == expected
    assert only.day == DAY_1


def test_a_window_that_lies_in_quiet_hours_as_a_whole_is_on_record_and_never_asked():
    night = timepoint(at=time(22), every=Every("once"), window=Window(timedelta(), 2 * HOUR), late_start=HOUR)
    (only,) = planned(study(night, quiet=NIGHT))
    assert only.opens_at == only.closes_at == only.late_start_until


def test_the_participants_night_does_not_move_a_clinicians_form():
    grade = timepoint(
        by="clinician",
        at=time(6),
        every=Every("once"),
        remind=(16 * HOUR,),
        window=Window(timedelta(), 48 * HOUR),
    )
    (only,) = planned(study(grade, quiet=NIGHT))
    assert clock_of(only.opens_at) == "03-01 06:00"
    assert [clock_of(each) for each in only.reminders] == ["03-01 22:00"]


def test_a_late_start_never_outlasts_the_window():
    (only,) = planned(study(timepoint(every=Every("once"), late_start=20 * HOUR)))
    assert only.late_start_until == only.closes_at
    (unset,) = planned(study(timepoint(every=Every("once"))))
    assert unset.late_start_until == unset.closes_at


# ---------------------------------------------------------------- conditions


def test_a_timepoint_may_be_for_some_participants_only():
    oral = timepoint(only_if=Has(AttributeOf("site"), "oral"), every=Every("once"))
    assert len(planned(study(oral), calendar(attributes={"site": ("skin", "oral")}))) == 1
    assert planned(study(oral), calendar(attributes={"site": ("skin",)})) == ()
    assert planned(study(oral)) == ()


def test_a_condition_on_the_arm_looks_at_the_arm():
    product = timepoint(only_if=Compare("==", AttributeOf("arm"), Word("msc")), every=Every("once"))
    assert [
        len(planned(study(product), calendar(attributes={"arm": arm}))) for arm in ("msc", "control")
    ] == [1, 0]


def test_days_since_an_anchor_are_counted_on_each_assessments_own_day():
    from_day_10 = timepoint(only_if=Compare(">=", DaysSince("transplant"), Number(10)))
    found = planned(
        study(from_day_10), calendar(transplant=date(2025, 2, 27), treatment_end=date(2025, 3, 12))
    )
    assert [each.day for each in found] == [date(2025, 3, 9), date(2025, 3, 10), date(2025, 3, 11)]


# ---------------------------------------------------------------- clocks that change


def test_nine_oclock_stays_nine_oclock_when_clocks_change():
    known = calendar("Europe/Helsinki", treatment_start=date(2026, 3, 28), treatment_end=date(2026, 3, 31))
    assert opens(study(), known) == ["03-28 09:00", "03-29 09:00", "03-30 09:00"]
    instants = [each.opens_at.hour for each in planned(study(), known)]
    assert instants == [7, 6, 6]


@pytest.mark.parametrize(
    ("zone", "at", "first", "asked"),
    [
        ("Europe/Helsinki", "03:30", date(2026, 3, 28), ["03-28 03:30", "03-29 04:30", "03-30 03:30"]),
        ("Europe/Helsinki", "03:30", date(2026, 10, 24), ["10-24 03:30", "10-25 03:30", "10-26 03:30"]),
        ("America/New_York", "02:30", date(2026, 3, 7), ["03-07 02:30", "03-08 03:30", "03-09 02:30"]),
        ("America/New_York", "01:30", date(2026, 10, 31), ["10-31 01:30", "11-01 01:30", "11-02 01:30"]),
        ("Australia/Lord_Howe", "02:15", date(2026, 10, 3), ["10-03 02:15", "10-04 02:45", "10-05 02:15"]),
        ("Pacific/Apia", "09:00", date(2011, 12, 29), ["12-29 09:00", "12-31 09:00"]),
    ],
)
def test_a_change_of_clocks_neither_drops_nor_doubles_a_day(zone, at, first, asked):
    known = calendar(zone, treatment_start=first, treatment_end=first + timedelta(days=3))
    assert opens(study(timepoint(at=time.fromisoformat(at))), known) == asked


# ---------------------------------------------------------------- the asked range


def test_the_start_of_the_range_belongs_to_it_and_the_end_does_not():
    nine = datetime(2025, 3, 2, 1, tzinfo=UTC)
    assert [each.day.day for each in plan(study(), calendar(), nine, nine + timedelta(days=1))] == [2]
    assert plan(study(), calendar(), nine, nine) == ()
    assert plan(study(), calendar(), nine, nine - HOUR) == ()


def test_a_week_far_into_an_open_phase_costs_as_much_as_the_first():
    endless = Phase("treatment", anchor("treatment_start"), (), {})
    of = study(timepoint(), phases=(endless,))
    known = calendar(treatment_start=date(1925, 3, 1))
    began = clock.perf_counter()
    for _ in range(20):
        assert len(plan(of, known, datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 8, tzinfo=UTC))) == 7
    assert clock.perf_counter() - began < 2


def test_the_id_is_a_function_of_enrolment_timepoint_and_day():
    one = assessment_id(EnrolmentId("E-1"), "daily", DAY_1)
    assert one == assessment_id(EnrolmentId("E-1"), "daily", date(2025, 3, 1))
    others = {
        assessment_id(EnrolmentId("E-2"), "daily", DAY_1),
        assessment_id(EnrolmentId("E-1"), "weekly", DAY_1),
        assessment_id(EnrolmentId("E-1"), "daily", date(2025, 3, 2)),
    }
    assert len(others | {one}) == 4


def test_ids_of_one_day_begin_alike_and_sort_as_the_days_do():
    days = [date(2025, 2, 28), DAY_1, date(2025, 12, 31), date(2026, 1, 1), date(2870, 12, 31)]
    ids = [assessment_id(EnrolmentId("E-1"), "daily", day) for day in days]
    assert ids == sorted(ids)
    assert {len(one) for one in ids} == {22}
    another = assessment_id(EnrolmentId("E-2"), "weekly", DAY_1)
    assert another[:5] == ids[1][:5]
    assert another[5:] != ids[1][5:]
