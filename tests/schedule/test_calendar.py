"""On which days something happens, as a coordinator would list them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.schedule.calendar import occurrences, shift
from probot.study.model import Every, Offset

WAYS = {
    "day": Every("day"),
    "2 days": Every("day", step=2),
    "week": Every("week"),
    "2 weeks": Every("week", step=2),
    "week on mon thu": Every("week", weekdays=(0, 3)),
    "2 weeks on mon": Every("week", weekdays=(0,), step=2),
    "month": Every("month"),
    "3 months": Every("month", step=3),
    "days 1 3 7": Every("days", days=(1, 3, 7)),
    "days 7 1 7": Every("days", days=(7, 1, 7)),
    "once": Every("once"),
}

# every | day 1 | first day outside the phase | the days
DAYS = """
day             | 2025-03-01 | 2025-03-05 | 2025-03-01 03-02 03-03 03-04
day             | 2025-03-01 | 2025-03-01 |
day             | 2025-03-05 | 2025-03-01 |
day             | 2024-02-28 | 2024-03-02 | 2024-02-28 02-29 03-01
2 days          | 2025-03-01 | 2025-03-08 | 2025-03-01 03-03 03-05 03-07
week            | 2025-03-01 | 2025-03-29 | 2025-03-01 03-08 03-15 03-22
2 weeks         | 2025-03-01 | 2025-03-30 | 2025-03-01 03-15 03-29
week on mon thu | 2025-03-01 | 2025-03-14 | 2025-03-03 03-06 03-10 03-13
week on mon thu | 2025-03-03 | 2025-03-10 | 2025-03-03 03-06
2 weeks on mon  | 2025-03-01 | 2025-04-01 | 2025-03-03 03-17 03-31
month           | 2025-01-15 | 2025-05-01 | 2025-01-15 02-15 03-15 04-15
month           | 2025-01-31 | 2025-06-01 | 2025-01-31 02-28 03-31 04-30 05-31
month           | 2023-12-30 | 2024-04-01 | 2023-12-30 2024-01-30 02-29 03-30
month           | 2024-02-29 | 2025-03-01 | 2024-02-29 03-29 04-29 05-29 06-29 07-29 08-29 09-29 10-29 11-29 12-29 2025-01-29 02-28
3 months        | 2024-11-30 | 2025-09-01 | 2024-11-30 2025-02-28 05-30 08-30
days 1 3 7      | 2025-03-01 | 2025-03-29 | 2025-03-01 03-03 03-07
days 1 3 7      | 2025-03-01 | 2025-03-07 | 2025-03-01 03-03
days 7 1 7      | 2025-03-01 | 2025-03-29 | 2025-03-01 03-07
once            | 2025-03-01 | 2025-03-29 | 2025-03-01
once            | 2025-03-01 | 2025-03-01 |
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in DAYS.strip().splitlines()]


def dates(text: str) -> list[date]:
    found: list[date] = []
    for word in text.split():
        found.append(date.fromisoformat(word if len(word) == 10 else f"{found[-1].year}-{word}"))
    return found


@pytest.mark.parametrize(("every", "start", "end", "expected"), ROWS)
def test_the_days_of_a_phase(every, start, end, expected):
    begin, finish = date.fromisoformat(start), date.fromisoformat(end)
    assert list(occurrences(WAYS[every], begin, finish, date(2000, 1, 1), date(2100, 1, 1))) == dates(
        expected
    )


@given(
    every=st.sampled_from(list(WAYS.values())),
    start=st.dates(date(2023, 1, 1), date(2026, 1, 1)),
    length=st.integers(0, 800),
    asked=st.tuples(st.integers(-50, 900), st.integers(0, 400)),
)
def test_any_part_of_a_phase_has_the_days_that_the_whole_has_there(every, start, length, asked):
    end = start + timedelta(days=length)
    since = start + timedelta(days=asked[0])
    before = since + timedelta(days=asked[1])
    whole = list(occurrences(every, start, end, date.min, date(2100, 1, 1)))
    assert list(occurrences(every, start, end, since, before)) == [
        day for day in whole if since <= day < before
    ]
    assert whole == sorted(set(whole))
    assert all(start <= day < end for day in whole)


def test_a_week_a_century_into_an_open_phase_is_found_at_once():
    far = date(2125, 3, 1)
    found = occurrences(Every("day"), date(2025, 3, 1), None, far, far + timedelta(days=7))
    assert list(found) == [far + timedelta(days=n) for n in range(7)]


# from | months | days | to
SHIFTS = """
2025-03-01 |  0 | 28 | 2025-03-29
2025-01-31 |  1 |  0 | 2025-02-28
2025-01-31 |  1 |  1 | 2025-03-01
2024-02-29 | 12 |  0 | 2025-02-28
2025-03-31 | -1 |  0 | 2025-02-28
2025-01-15 | -1 |  0 | 2024-12-15
2025-12-31 |  2 |  0 | 2026-02-28
2025-03-01 |  0 | -3 | 2025-02-26
"""


@pytest.mark.parametrize(
    ("start", "months", "days", "end"),
    [tuple(cell.strip() for cell in line.split("|")) for line in SHIFTS.strip().splitlines()],
)
def test_months_are_clamped_to_short_ones_and_days_come_after(start, months, days, end):
    assert shift(date.fromisoformat(start), Offset(int(months), int(days))) == date.fromisoformat(end)
