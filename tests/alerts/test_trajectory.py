"""What the picture of a participant's last days shows, beside descriptions that were once looked at and found good.

`GOLDEN=write` in the environment writes them anew; look at the difference, and at the pictures, before it is kept.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from probot.alerts.picture import Flag, Gap, Picture
from probot.alerts.trajectory import Answered, Awaited, Days, Raised, thresholds_of, trajectory
from probot.study.model import Study, Trajectory, Views
from tests.world import shipped_study as shipped

GOLDEN = Path(__file__).parent / "golden"
TODAY = date(2026, 3, 16)
BOTH = pytest.mark.parametrize("language", ["en", "zh"])
SHOWN = ("pain_oral", "pain_skin", "temperature", "grade_oral", "product_oral")


def on(days_ago: int) -> date:
    return TODAY - timedelta(days=days_ago)


def study(*show: str, days: int = 14) -> Study:
    return replace(shipped(), views=Views(Trajectory(days, show or SHOWN)))


def answers(item: str, *values: object) -> list[Answered]:
    """One value a day, the last one today; None stands for no answer."""
    last = len(values) - 1
    return [
        Answered(on(last - place), item, value) for place, value in enumerate(values) if value is not None
    ]  # type: ignore[arg-type]


def diary(*statuses: str) -> list[Awaited]:
    last = len(statuses) - 1
    return [Awaited(on(last - place), "daily_diary", status) for place, status in enumerate(statuses)]


FORTNIGHT = Days(
    "P-001",
    TODAY,
    answers=[
        *answers("pain_oral", 2, 3, None, 4, 5, None, None, 6, 6, 7, 8, 9),
        *answers("product_oral", "planned", "less", None, "not_used", "planned"),
        Answered(on(7), "grade_oral", "grade_2"),
        Answered(on(0), "grade_oral", "grade_3"),
    ],
    awaited=diary(
        "complete", "complete", "missed", "complete", "complete", "paused", "missed", "complete", "complete",
        "complete", "complete", "open",
    ),
    alerts=[Raised(on(2), "soon"), Raised(on(0), "urgent"), Raised(on(0), "soon"), Raised(on(40), "urgent")],
)  # fmt: skip


def drawn(days: Days, language: str = "en", *show: str, length: int = 14) -> Picture:
    picture = trajectory(study(*show, days=length), days, language)
    assert picture is not None
    return picture


@BOTH
def test_a_fortnight_is_described_as_it_was_found_good(language: str) -> None:
    shown = json.dumps(asdict(drawn(FORTNIGHT, language)), ensure_ascii=False, indent=1) + "\n"
    file = GOLDEN / f"a_fortnight.{language}.json"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


def test_a_day_without_an_answer_is_a_gap_and_not_a_value() -> None:
    (curve, *_) = drawn(FORTNIGHT).curves
    assert curve.gaps == (Gap(4, "none"), Gap(7, "paused"), Gap(8, "none"))
    assert not {gap.day for gap in curve.gaps} & {dot.day for dot in curve.dots}


def test_a_form_that_is_still_open_is_no_missed_day() -> None:
    days = Days("P-001", TODAY, answers("pain_oral", 3, 3, None), diary("complete", "complete", "open"))
    (curve,) = drawn(days).curves
    assert curve.gaps == (Gap(13, "open"),)


def test_a_curve_has_no_gaps_for_forms_that_do_not_ask_its_item() -> None:
    weekly = [Awaited(on(1), "weekly", "missed")]
    days = Days("P-001", TODAY, answers("pain_oral", 3, None, 3), weekly)
    assert drawn(days).curves[0].gaps == ()


def test_the_worst_value_stands_for_a_day() -> None:
    days = Days("P-001", TODAY, [Answered(on(0), "pain_oral", 3), Answered(on(0), "pain_oral", 8)])
    assert [dot.value for dot in drawn(days).curves[0].dots] == [8]
    good = Days("P-001", TODAY, [Answered(on(0), "quality", 3), Answered(on(0), "quality", 8)])
    item = next(
        item.id
        for _, item in study().items_of("weekly")
        if item.higher_is == "better" and item.kind == "scale"
    )
    good = replace(good, answers=[replace(each, item=item) for each in good.answers])
    assert [dot.value for dot in drawn(good, "en", item).curves[0].dots] == [3]


def test_thresholds_are_those_of_the_rules_and_bear_the_lowest_tier_that_begins_there() -> None:
    found = thresholds_of(shipped(), shipped().item("pain_oral"), "en")
    assert [(each.value, each.tier) for each in found] == [(4, "routine"), (7, "soon")]
    heat = thresholds_of(shipped(), shipped().item("temperature"), "en")
    assert [(each.value, each.tier) for each in heat] == [(37.7, "soon"), (38.0, "urgent")]


def test_a_value_is_marked_by_the_highest_threshold_it_has_reached() -> None:
    days = Days("P-001", TODAY, answers("pain_oral", 3, 4, 6, 7))
    assert [dot.tier for dot in drawn(days).curves[0].dots] == [None, "routine", "routine", "soon"]


def test_alerts_of_one_day_are_one_sign_of_the_highest_tier() -> None:
    assert drawn(FORTNIGHT).flags == (Flag(11, "soon", 1), Flag(13, "urgent", 2))


def test_what_was_never_asked_is_left_out_and_no_legend_speaks_of_it() -> None:
    picture = drawn(Days("P-001", TODAY, answers("pain_oral", 3, 3)))
    assert [curve.label for curve in picture.curves] == ["Worst mouth pain"]
    assert picture.rows == picture.flags == picture.keys == ()


def test_no_more_curves_than_a_phone_can_show() -> None:
    show = ("pain_oral", "pain_skin", "pain_bladder", "temperature")
    days = Days("P-001", TODAY, [each for item in show for each in answers(item, 3, 4)])
    assert [curve.label for curve in drawn(days, "en", *show).curves] == [
        "Worst mouth pain", "Worst skin pain", "Worst bladder pain",
    ]  # fmt: skip


@pytest.mark.parametrize("length", [3, 14, 28])
def test_there_is_one_tick_a_day_and_the_last_is_today(length: int) -> None:
    ticks = drawn(Days("P-001", TODAY, answers("pain_oral", 3, 3)), "en", length=length).ticks
    assert len(ticks) == length
    assert [tick.today for tick in ticks] == [False] * (length - 1) + [True]
    assert ticks[-1].label == "16"
    assert "/" in ticks[0].label


@pytest.mark.parametrize(
    "known", [[], [Answered(on(20), "pain_oral", 9)], [Answered(on(0), "pain_oral", None)]]
)
def test_without_a_value_in_these_days_there_is_no_picture(known: list[Answered]) -> None:
    days = Days("P-001", TODAY, known, diary("missed", "missed"), [Raised(on(0), "routine")])
    assert trajectory(study(), days, "en") is None


def test_a_study_that_asks_for_no_picture_gets_none() -> None:
    assert trajectory(replace(shipped(), views=Views()), FORTNIGHT, "en") is None


@BOTH
def test_the_caption_can_be_read_instead_of_the_picture(language: str) -> None:
    caption = drawn(FORTNIGHT, language).caption
    assert caption.startswith("P-001")
    assert "– · – · 6 · 6 · 7 · 8 · 9" in caption


def test_nothing_of_a_code_can_hide_or_reorder_words() -> None:
    picture = drawn(replace(FORTNIGHT, code="P\u202e1"))
    assert "\u202e" not in "".join(picture.words()) + picture.caption
