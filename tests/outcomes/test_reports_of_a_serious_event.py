from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from probot.outcomes.adverse import AdverseEvent, Deed
from probot.outcomes.judging import Refused, do, judge
from probot.outcomes.reports import made, owed, since
from probot.outcomes.sae_clock import due_at, remind, runs, wound
from tests.outcomes.test_judging_an_adverse_event import NOW, SERIOUS, STUDY, ZHOU, done, event, version

ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
WORSE: dict[str, dict[str, Any]] = {
    "grade 4": {"grade": "g4"},
    "criterion": {"criteria": ("hospital", "disability")},
    "death": {"grade": "g5", "criteria": ("hospital", "death"), "outcome": "fatal", "ended": "2026-03-03"},
}


def judged(one: AdverseEvent, days: float, *, form: str = "", **changes: Any) -> AdverseEvent:
    """With one more judgement, `days` after the first; each is a form of its own unless one is named."""
    number = len(one.versions) + 1
    deed: Literal["adjudicate", "amend"] = "amend" if one.versions else "adjudicate"
    made_then = version(number, reason="because", at=NOW + days * DAY, **{**SERIOUS, **changes})
    return done(judge(one, deed, replace(made_then, assessment=form or f"form {number}"), ZONE))


def told(one: AdverseEvent, days: float, deed: Deed = "report", why: str = "") -> AdverseEvent:
    return done(do(one, deed, ZHOU, NOW + days * DAY, why))


@pytest.fixture
def once() -> AdverseEvent:
    """Judged to be serious, grade 2, and reported within the hour."""
    return told(judged(event("under_review"), 0), 0.04)


def test_nothing_is_owed_once_it_is_reported_and_nothing_got_worse(once: AdverseEvent) -> None:
    assert owed(once) is None
    better = judged(once, 2, grade="g1", outcome="recovered", ended="2026-03-05")
    assert owed(judged(better, 3, grade="g3")) is None, "grade 3 is no danger to life"


@pytest.mark.parametrize("change", WORSE.values(), ids=WORSE)
def test_a_serious_worsening_is_reported_by_itself_and_in_turn(
    once: AdverseEvent, change: dict[str, Any]
) -> None:
    worse = judged(once, 2, **change)
    assert (owed(worse), since(worse, ZONE)) == (1, NOW + 2 * DAY)
    assert due_at(STUDY, worse) == NOW + 3 * DAY
    signed = told(worse, 2.1, "sign")
    assert owed(signed) == 1, "only a report stops it"
    shut = do(replace(signed, state="resolved"), "lock", ZHOU, NOW)
    assert isinstance(shut, Refused)
    assert shut.reason == "not_reported"
    reported = told(signed, 2.5)
    assert owed(reported) is None
    assert [each.detail for each in made(reported)] == ["initial", "follow-up 1"]
    assert reported.reported_at == once.reported_at
    again = judged(reported, 5, **{**change, "criteria": ("life", *change.get("criteria", ()))})
    assert owed(again) == 2


def test_before_the_first_report_a_worsening_belongs_to_it(once: AdverseEvent) -> None:
    worse = judged(judged(event("under_review"), 0), 0.5, grade="g4")
    assert (owed(worse), since(worse, ZONE)) == (0, worse.aware_at)
    assert owed(told(worse, 0.6)) is None


def test_a_grade_4_that_is_over_the_next_day_is_news_all_the_same(once: AdverseEvent) -> None:
    over = judged(judged(once, 2, grade="g4"), 3, grade="g2")
    assert (owed(over), since(over, ZONE)) == (1, NOW + 2 * DAY)


def test_what_was_corrected_in_the_very_form_was_no_news(once: AdverseEvent) -> None:
    assert owed(judged(judged(once, 2, grade="g4", form="a"), 2.1, form="a")) is None
    still = judged(judged(once, 2, grade="g4", form="a"), 2.1, grade="g4", action="stopped", form="a")
    assert since(still, ZONE) == NOW + 2 * DAY


def test_a_death_or_criterion_entered_by_mistake_is_owed_no_more_and_again_when_it_is_true(
    once: AdverseEvent,
) -> None:
    for name in ("death", "criterion"):
        taken_back = judged(judged(once, 2, **WORSE[name]), 3)
        assert owed(taken_back) is None, name
        assert owed(judged(taken_back, 4, **WORSE[name])) == 1, name


def test_not_serious_or_dismissed_nothing_is_owed(once: AdverseEvent) -> None:
    worse = judged(once, 2, grade="g4")
    assert owed(judged(worse, 3, serious="no", criteria=None, aware=None)) is None
    assert owed(told(worse, 3, "dismiss", "error")) is None


@pytest.mark.parametrize(
    ("aware", "start"),
    [
        ("2026-03-03", NOW + 2 * DAY),  # as it stood: nobody was asked anew
        ("2026-03-05", datetime(2026, 3, 4, 16, 0, tzinfo=UTC)),  # 5 March, 00:00 in Shanghai
        ("2026-03-04", datetime(2026, 3, 3, 16, 0, tzinfo=UTC)),
        ("2026-03-02", NOW + 0.04 * DAY),  # not before the report that was made without it
    ],
)
def test_it_counts_from_when_the_team_knew_what_is_new(
    once: AdverseEvent, aware: str, start: datetime
) -> None:
    assert since(judged(once, 2, grade="g4", aware=aware), ZONE) == start


def test_a_later_amendment_moves_it_to_earlier_alone(once: AdverseEvent) -> None:
    worse = judged(once, 3, grade="g4", aware="2026-03-05")
    start = since(worse, ZONE)
    assert since(judged(worse, 3.2, grade="g4", aware="2026-03-06"), ZONE) == start
    assert since(judged(worse, 3.2, grade="g4", aware="2026-03-04"), ZONE) == start - DAY


def test_a_report_taken_back_gives_its_own_clock_back(once: AdverseEvent) -> None:
    worse = judged(once, 2, grade="g4")
    back = told(told(worse, 2.5), 4, "unreport", "returned")
    assert (owed(back), since(back, ZONE)) == (1, NOW + 2 * DAY)
    first = told(back, 5, "unreport", "not_sent")
    assert (owed(first), since(first, ZONE)) == (0, first.aware_at)
    assert (first.reported_at, first.reported_by) == (None, None)
    assert [each.deed for each in first.history[-3:]] == ["report", "unreport", "unreport"]


def test_the_second_clock_has_a_ladder_of_its_own(once: AdverseEvent) -> None:
    quiet = wound(STUDY, once, NOW + 0.04 * DAY)
    start = NOW + 2 * DAY
    one = wound(STUDY, judged(quiet, 2, grade="g4"), start)
    heard: list[tuple[float, tuple[str, ...]]] = []
    for _ in range(4):
        assert one.next_at is not None
        at = one.next_at
        climbed = remind(STUDY, one, at)
        heard.append(((at - start) / timedelta(hours=1), climbed.notify))
        one = climbed.event
    assert heard[:3] == [(0, ("investigator",)), (8, ("investigator",)), (16, ("care_team",))]
    over = wound(STUDY, told(one, 3), NOW + 3 * DAY)
    assert not runs(over)
    back = wound(STUDY, told(over, 4, "unreport", "mistake"), NOW + 4 * DAY)
    assert remind(STUDY, back, NOW + 4 * DAY).notify, "whoever was told before is told anew"


def test_the_clock_of_a_report_taken_back_tells_whoever_had_been_told_of_a_later_one(
    once: AdverseEvent,
) -> None:
    start = NOW + 2 * DAY
    climbed = remind(STUDY, wound(STUDY, judged(once, 2, grade="g4"), start), start)
    assert (climbed.event.rung, climbed.event.told) != (0, ())
    back = told(climbed.event, 2.01, "unreport", "not_sent")
    assert owed(back) == 0
    anew = wound(STUDY, back, start)
    assert (anew.rung, anew.told) == (0, ())
    assert set(remind(STUDY, anew, start).notify) >= set(climbed.notify) != set()


# ------------------------------------------------------------------------------ since when the team knew


def known_days_ago(days: float) -> AdverseEvent:
    return replace(event("under_review"), known_at=NOW - days * DAY)


def test_the_day_can_be_moved_to_earlier_and_never_to_later() -> None:
    one = judged(known_days_ago(3), 0, aware="2026-03-02")
    later = judged(one, 1, aware="2026-03-04", onset="2026-02")
    assert later.aware_at == one.aware_at
    assert later.latest is not None
    assert later.latest.said("aware") == "2026-03-04", "it is on record as it was said"
    assert judged(later, 1, aware="2026-03-01", onset="2026-02").aware_at == one.aware_at - DAY


def test_not_serious_unsigned_and_serious_again_is_the_same_clock_and_signed_it_is_another() -> None:
    one = judged(known_days_ago(3), 0, aware="2026-03-02")
    not_serious = judged(one, 0.1, serious="no", criteria=None, aware=None)
    assert judged(not_serious, 2, aware="2026-03-05").aware_at == one.aware_at
    signed = told(not_serious, 0.2, "sign")
    assert judged(signed, 2, aware="2026-03-05").aware_at == datetime(2026, 3, 4, 16, 0, tzinfo=UTC)


def test_what_was_signed_as_serious_is_serious_already_whatever_was_said_unsigned_since() -> None:
    one = told(judged(known_days_ago(3), 0, aware="2026-03-02"), 0.1, "sign")
    not_serious = judged(one, 0.2, serious="no", criteria=None, aware=None)
    assert judged(not_serious, 2, aware="2026-03-05").aware_at == one.aware_at


def test_twice_taken_back_and_signed_the_third_time_is_another_clock() -> None:
    one = known_days_ago(3)
    for days in (0, 1):
        one = judged(one, days, aware="2026-03-02")
        one = told(judged(one, days + 0.1, serious="no", criteria=None, aware=None), days + 0.2, "sign")
    assert judged(one, 2, aware="2026-03-05").aware_at == datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
