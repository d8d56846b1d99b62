"""Clocks that change: what nine o'clock means on the days when it is not so simple."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.schedule.civil import exists, instant, later, local, local_day

# zone | local day and time as written | the clocks then show | UTC
DAYS_OF_CHANGE = """
Asia/Shanghai       | 2026-03-29 02:30 | 2026-03-29 02:30 | 2026-03-28 18:30
Europe/Helsinki     | 2026-03-29 02:59 | 2026-03-29 02:59 | 2026-03-29 00:59
Europe/Helsinki     | 2026-03-29 03:00 | 2026-03-29 04:00 | 2026-03-29 01:00
Europe/Helsinki     | 2026-03-29 03:30 | 2026-03-29 04:30 | 2026-03-29 01:30
Europe/Helsinki     | 2026-03-29 09:00 | 2026-03-29 09:00 | 2026-03-29 06:00
Europe/Helsinki     | 2026-10-25 03:30 | 2026-10-25 03:30 | 2026-10-25 00:30
Europe/Helsinki     | 2026-10-25 04:00 | 2026-10-25 04:00 | 2026-10-25 02:00
America/New_York    | 2026-03-08 02:30 | 2026-03-08 03:30 | 2026-03-08 07:30
America/New_York    | 2026-11-01 01:30 | 2026-11-01 01:30 | 2026-11-01 05:30
America/New_York    | 2026-11-01 02:00 | 2026-11-01 02:00 | 2026-11-01 07:00
Australia/Lord_Howe | 2026-10-04 02:15 | 2026-10-04 02:45 | 2026-10-03 15:45
Australia/Lord_Howe | 2026-04-05 01:45 | 2026-04-05 01:45 | 2026-04-04 14:45
Australia/Lord_Howe | 2026-04-05 02:00 | 2026-04-05 02:00 | 2026-04-04 15:30
Europe/Berlin       | 2027-03-28 02:30 | 2027-03-28 03:30 | 2027-03-28 01:30
Europe/Berlin       | 2026-10-25 02:30 | 2026-10-25 02:30 | 2026-10-25 00:30
Pacific/Apia        | 2011-12-29 09:00 | 2011-12-29 09:00 | 2011-12-29 19:00
Pacific/Apia        | 2011-12-30 09:00 | 2011-12-31 09:00 | 2011-12-30 19:00
Pacific/Apia        | 2011-12-31 09:00 | 2011-12-31 09:00 | 2011-12-30 19:00
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("zone", "written", "shown", "utc"), rows(DAYS_OF_CHANGE))
def test_a_skipped_time_moves_forward_and_a_doubled_one_is_the_first(zone, written, shown, utc):
    wanted = datetime.fromisoformat(written)
    moment = instant(wanted.date(), wanted.time(), zone)
    assert moment.tzinfo is UTC
    assert f"{moment:%Y-%m-%d %H:%M}" == utc
    assert f"{local(moment, zone):%Y-%m-%d %H:%M}" == shown


def test_both_comings_of_a_doubled_time_are_told_apart_though_python_takes_them_for_equal():
    comings = [
        datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=fold) for fold in (0, 1)
    ]
    assert comings[0] == comings[1]
    assert [f"{local(each, 'Asia/Shanghai'):%H:%M}" for each in comings] == ["13:30", "14:30"]


def test_the_local_day_is_the_zones_own():
    moment = datetime(2025, 3, 1, 16, 30, tzinfo=UTC)
    days = {zone: local_day(moment, zone).day for zone in ("UTC", "Asia/Shanghai", "Pacific/Kiritimati")}
    assert days == {"UTC": 1, "Asia/Shanghai": 2, "Pacific/Kiritimati": 2}


def test_only_a_day_that_a_zone_left_out_does_not_exist():
    days = [date(2011, 12, 28) + timedelta(days=n) for n in range(5)]
    assert [day.day for day in days if exists(day, "Pacific/Apia")] == [28, 29, 31, 1]
    assert all(exists(day, "Asia/Shanghai") for day in days)


# zone | from (local) | duration in hours | to (local)
DURATIONS = """
Asia/Shanghai    | 2026-03-28 09:00 |  48 | 2026-03-30 09:00
Europe/Helsinki  | 2026-03-28 09:00 |  24 | 2026-03-29 09:00
Europe/Helsinki  | 2026-03-28 09:00 |  48 | 2026-03-30 09:00
Europe/Helsinki  | 2026-03-28 22:00 |  12 | 2026-03-29 11:00
Europe/Helsinki  | 2026-03-30 09:00 | -72 | 2026-03-27 09:00
Europe/Helsinki  | 2026-03-29 09:00 | -12 | 2026-03-28 20:00
Europe/Helsinki  | 2026-10-24 22:00 |  12 | 2026-10-25 09:00
Europe/Helsinki  | 2026-10-24 09:00 |  36 | 2026-10-25 21:00
America/New_York | 2026-03-09 09:00 | -24 | 2026-03-08 09:00
"""


@pytest.mark.parametrize(("zone", "start", "hours", "end"), rows(DURATIONS))
def test_whole_days_follow_the_calendar_and_the_rest_is_elapsed_time(zone, start, hours, end):
    begin = datetime.fromisoformat(start)
    moved = later(instant(begin.date(), begin.time(), zone), timedelta(hours=int(hours)), zone)
    assert f"{local(moved, zone):%Y-%m-%d %H:%M}" == end


@given(
    moment=st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Helsinki", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_an_instant_survives_the_way_to_local_time_and_back_except_in_a_doubled_hour(moment, zone):
    here = local(moment, zone)
    if here.fold == 0:
        assert instant(here.date(), here.time(), zone) == moment


@given(
    day=st.dates(date(2005, 1, 1), date(2030, 1, 1)),
    at=st.times(),
    zone=st.sampled_from(["Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Europe/Berlin"]),
    by=st.timedeltas(timedelta(), timedelta(days=40)),
)
def test_a_duration_never_leads_backwards(day, at, zone, by):
    moment = instant(day, at, zone)
    assert later(moment, by, zone) >= moment
    assert abs(later(moment, by, zone) - moment - by) <= timedelta(hours=2)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="names no zone"):
        local(datetime(2025, 3, 1, 9), "Asia/Shanghai")  # noqa: DTZ001


def test_the_time_of_day_may_be_any():
    assert instant(date(2025, 3, 1), time(0), "Asia/Shanghai") == datetime(2025, 2, 28, 16, tzinfo=UTC)
