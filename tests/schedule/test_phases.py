"""From when to when a phase runs, with the dates that the team knows so far."""

from __future__ import annotations

from datetime import date

from probot.schedule.model import Calendar
from probot.schedule.phases import phase_dates
from probot.study.model import Moment, Offset, Phase
from probot.values import EnrolmentId
from tests.schedule.studies import DAY_1, FOLLOW_UP, TREATMENT, anchor, study


def phases(*phases_of: Phase, **anchors: date) -> dict[str, tuple[date, date | None] | None]:
    known = Calendar(EnrolmentId("E-1"), "Asia/Shanghai", anchors)
    return dict(phase_dates(study(phases=phases_of or (TREATMENT, FOLLOW_UP)), known))


def test_nothing_is_known_before_the_first_date_is():
    assert phases(transplant=date(2025, 1, 1)) == {"treatment": None, "follow_up": None}


def test_the_earliest_known_end_wins():
    only_start = phases(treatment_start=DAY_1)
    assert only_start["treatment"] == (DAY_1, date(2025, 3, 29))
    early = phases(treatment_start=DAY_1, treatment_end=date(2025, 3, 10))
    assert early["treatment"] == (DAY_1, date(2025, 3, 10))
    late = phases(treatment_start=DAY_1, treatment_end=date(2025, 4, 10))
    assert late["treatment"] == (DAY_1, date(2025, 3, 29))


def test_a_phase_that_follows_another_starts_on_the_day_after_its_last():
    found = phases(treatment_start=DAY_1, treatment_end=date(2025, 3, 10), transplant=date(2025, 2, 28))
    assert found["follow_up"] == (date(2025, 3, 10), date(2026, 2, 28))


def test_without_any_known_end_a_phase_stays_open_and_what_follows_it_waits():
    until_told = Phase("treatment", anchor("treatment_start"), (anchor("treatment_end"),), {})
    found = phases(until_told, FOLLOW_UP, treatment_start=DAY_1, transplant=date(2025, 2, 28))
    assert found == {"treatment": (DAY_1, None), "follow_up": None}


def test_a_phase_may_start_with_another_and_before_an_anchor():
    with_it = Phase("watch", Moment("start", "treatment", Offset(days=2)), (), {})
    before = Phase("baseline", anchor("treatment_start", days=-3), (anchor("treatment_start"),), {})
    found = phases(TREATMENT, with_it, before, treatment_start=DAY_1)
    assert found["watch"] == (date(2025, 3, 3), None)
    assert found["baseline"] == (date(2025, 2, 26), DAY_1)


def test_an_end_before_the_start_leaves_no_days_and_is_still_the_end():
    found = phases(treatment_start=DAY_1, treatment_end=date(2025, 2, 20), transplant=date(2025, 1, 1))
    assert found["treatment"] == (DAY_1, date(2025, 2, 20))
    assert found["follow_up"] == (date(2025, 2, 20), date(2026, 1, 1))


def test_phases_that_wait_for_each_other_are_never_known():
    one = Phase("one", Moment("end", "two"), (), {})
    two = Phase("two", Moment("end", "one"), (), {})
    assert phases(one, two) == {"one": None, "two": None}
