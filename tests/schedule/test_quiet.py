"""Quiet hours: from the start on nothing is sent, at the end it is."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.schedule.civil import instant, local
from probot.schedule.quiet import is_quiet, next_allowed
from probot.study.model import QuietHours

# zone | quiet | now (local) | allowed from (local)
NIGHTS = """
Asia/Shanghai       | 21:30-07:00 | 2025-03-01 21:29 | 2025-03-01 21:29
Asia/Shanghai       | 21:30-07:00 | 2025-03-01 21:30 | 2025-03-02 07:00
Asia/Shanghai       | 21:30-07:00 | 2025-03-01 23:59 | 2025-03-02 07:00
Asia/Shanghai       | 21:30-07:00 | 2025-03-02 00:00 | 2025-03-02 07:00
Asia/Shanghai       | 21:30-07:00 | 2025-03-02 06:59 | 2025-03-02 07:00
Asia/Shanghai       | 21:30-07:00 | 2025-03-02 07:00 | 2025-03-02 07:00
Asia/Shanghai       | 21:30-07:00 | 2024-12-31 22:00 | 2025-01-01 07:00
Asia/Shanghai       | 12:00-14:00 | 2025-03-01 11:59 | 2025-03-01 11:59
Asia/Shanghai       | 12:00-14:00 | 2025-03-01 12:00 | 2025-03-01 14:00
Asia/Shanghai       | 12:00-14:00 | 2025-03-01 14:00 | 2025-03-01 14:00
Asia/Shanghai       | 00:00-06:00 | 2025-03-01 00:00 | 2025-03-01 06:00
Asia/Shanghai       | 22:00-00:00 | 2025-03-01 23:00 | 2025-03-02 00:00
Asia/Shanghai       | 08:00-08:00 | 2025-03-01 08:00 | 2025-03-01 08:00
Europe/Helsinki     | 21:30-07:00 | 2026-03-28 22:00 | 2026-03-29 07:00
Europe/Helsinki     | 21:30-03:30 | 2026-03-28 22:00 | 2026-03-29 04:30
Europe/Helsinki     | 21:30-03:30 | 2026-10-24 22:00 | 2026-10-25 03:30
Europe/Helsinki     | 05:00-03:30 | 2026-03-29 01:00 | 2026-03-29 04:30
Pacific/Apia        | 21:30-07:00 | 2011-12-29 22:00 | 2011-12-31 07:00
Australia/Lord_Howe | 21:30-02:15 | 2026-10-03 23:00 | 2026-10-04 02:45
"""


def span(text: str) -> QuietHours:
    start, end = text.split("-")
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end))


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "allowed"),
    [tuple(cell.strip() for cell in line.split("|")) for line in NIGHTS.strip().splitlines()],
)
def test_what_comes_in_quiet_hours_waits_for_their_end(zone, quiet, now, allowed):
    here = datetime.fromisoformat(now)
    moment = instant(here.date(), here.time(), zone)
    until = next_allowed(moment, span(quiet), zone)
    assert f"{local(until, zone):%Y-%m-%d %H:%M}" == allowed
    assert is_quiet(moment, span(quiet), zone) == (now != allowed)


def test_the_second_coming_of_a_quiet_hour_waits_for_the_second_end():
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 03:10 for the second time in Helsinki
    assert next_allowed(second, span("21:30-03:30"), "Europe/Helsinki") == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )


def test_without_quiet_hours_everything_may_be_sent_at_once():
    moment = datetime(2025, 3, 1, 18, tzinfo=UTC)
    assert not is_quiet(moment, None, "Asia/Shanghai")
    assert next_allowed(moment, None, "Asia/Shanghai") == moment


@given(
    moment=st.datetimes(datetime(2011, 12, 20), datetime(2012, 1, 10), timezones=st.just(UTC))  # noqa: DTZ001
    | st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from(["Pacific/Apia", "Europe/Helsinki", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_end_of_quiet_hours_is_never_quiet_and_never_in_the_past(moment, start, end, zone):
    quiet = QuietHours(start, end)
    allowed = next_allowed(moment, quiet, zone)
    assert not is_quiet(allowed, quiet, zone)
    assert allowed >= moment
    assert next_allowed(allowed, quiet, zone) == allowed
