"""Are the lists for the team in the right order, turned page by page, short enough, and sayable in both languages?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from probot.alerts.boards import (
    PAGE,
    Asked,
    Form,
    Kept,
    Late,
    adherence_message,
    overdue_message,
    today_message,
)
from probot.alerts.summaries import Change, Shift, Standing, hand_over_message, morning_message
from probot.flows.buttons import BoardTap, read
from probot.messages import MOST_CHARACTERS, units
from tests.alerts.small_study import STUDY, at

BOTH = pytest.mark.parametrize("language", ["en", "zh"])
NOW = at(16, "08:00")
TODAY = date(2025, 3, 16)


def many(number: int) -> list[Kept]:
    return [Kept(f"P-{one:03}", "active", one, 0, number - one) for one in range(number)]


def test_a_page_holds_the_lowest_and_the_next_one_the_rest() -> None:
    first, second = (adherence_message(many(PAGE + 3), "en", page) for page in (1, 2))
    assert "P-000" in first.text
    assert f"P-{PAGE:03}" not in first.text
    assert f"P-{PAGE + 2:03}" in second.text
    assert [read(button.data) for row in first.buttons for button in row] == [BoardTap("adherence", 2)]
    assert [read(button.data) for row in second.buttons for button in row] == [BoardTap("adherence", 1)]


@pytest.mark.parametrize("page", [0, 3, 9999])
def test_a_page_that_is_not_there_is_the_nearest_one(page: int) -> None:
    shown = adherence_message(many(PAGE + 3), "en", page)
    assert shown == adherence_message(many(PAGE + 3), "en", 1 if page == 0 else 2)


def test_who_was_never_asked_is_not_counted() -> None:
    shown = adherence_message([Kept("P-001", "active", 0, 0, 0), Kept("P-002", "withdrawn", 1, 1, 1)], "en")
    assert "P-001" not in shown.text
    assert "█████░░░░░ 50% · P-002 · withdrawn\n    1 of 2 answered, 1 late, 1 missed" in shown.text
    assert shown.buttons == ()


@BOTH
def test_no_list_is_longer_than_a_message(language: str) -> None:
    codes = [f"SITE-07-P-{one:04}" for one in range(400)]
    lists = (
        today_message(STUDY, TODAY, [Asked(code, "daily", "open", 2) for code in codes], [], language),
        overdue_message(STUDY, [Late(code, "daily", 3, TODAY) for code in codes], [], language),
        overdue_message(STUDY, [], [Form(code, "daily", TODAY, NOW, over=True) for code in codes], language),
        adherence_message([Kept(code, "paused", 5, 5, 5) for code in codes], language),
        morning_message(
            STUDY, Standing(NOW, [], [Late(code, "daily", 3, TODAY) for code in codes]), language
        ),
    )
    assert all(units(one.text) <= MOST_CHARACTERS for one in lists)


def test_the_longest_silence_stands_first() -> None:
    late = [
        Late("P-1", "daily", 0, TODAY, NOW),
        Late("P-2", "daily", 5, TODAY),
        Late("P-3", "daily", 2, TODAY),
    ]
    text = overdue_message(STUDY, late, [], "en").text
    assert text.index("P-2") < text.index("P-3") < text.index("P-1")


@BOTH
def test_a_morning_without_anything_is_one_silent_line(language: str) -> None:
    calm = morning_message(STUDY, Standing(NOW, [], expected=[("daily", 3)]), language)
    assert calm.silent
    assert "\n" not in calm.text
    none = hand_over_message(STUDY, Standing(NOW, []), Shift(NOW - timedelta(hours=12), 0, 0, 0), language)
    assert none.silent
    assert "\n" not in none.text


@BOTH
def test_a_morning_names_whoever_has_paused_or_gone(language: str) -> None:
    changes = [Change("P-1", "paused", TODAY), Change("P-2", "withdrawn"), Change("P-3", "completed")]
    shown = morning_message(STUDY, Standing(NOW, [], changes=changes), language)
    assert not shown.silent
    assert [code for code in ("P-1", "P-2", "P-3") if code in shown.text] == ["P-1", "P-2", "P-3"]
