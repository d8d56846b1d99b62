from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.flows.hours import full_hours, read_hour


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("9", time(9)),
        ("9:00", time(9)),
        ("09:00", time(9)),
        ("０９：３０", time(9, 30)),
        ("0930", time(9, 30)),
        ("9点", time(9)),
        ("九点", time(9)),
        ("九点半", time(9, 30)),
        ("9点15分", time(9, 15)),
        ("十点整", time(10)),
        ("早上8点", time(8)),
        ("每天上午 10 点", time(10)),
        ("晚上八点", time(20)),
        ("下午3点半", time(15, 30)),
        ("中午12点", time(12)),
        ("凌晨12点", time(0)),
        ("8 pm", time(20)),
        ("8:15 a.m.", time(8, 15)),
        ("at 9 o'clock", time(9)),
        ("12 am", time(0)),
        ("21:00", time(21)),
    ],
)
def test_a_plain_time_is_read_in_both_languages(text: str, meant: time) -> None:
    assert read_hour(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "later",
        "24:00",
        "9:60",
        "9-10",
        "9 or 10",
        "13 am",
        "七八点",
        "明天",
        "-9",
        "9.5.1",
        "99",
        "9点左右",
    ],
)
def test_anything_else_is_asked_again(text: str) -> None:
    assert read_hour(text) is None


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert read_hour(text) is None or isinstance(read_hour(text), time)


@given(st.times())
def test_every_time_written_with_a_colon_is_read_back(at: time) -> None:
    assert read_hour(f"{at:%H:%M}") == at.replace(second=0, microsecond=0)


def test_full_hours_lie_within_the_span() -> None:
    assert full_hours(time(7), time(9)) == (time(7), time(8), time(9))
    assert full_hours(time(7, 30), time(9, 15)) == (time(8), time(9))
    assert full_hours(time(7, 10), time(7, 50)) == ()
