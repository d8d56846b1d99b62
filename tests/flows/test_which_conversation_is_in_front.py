from __future__ import annotations

from datetime import timedelta
from itertools import permutations

from probot.flows.buttons import CHANGE
from probot.flows.front import ON_DEMAND, SCHEDULED, front
from probot.flows.session import Session, Tapped, WindowClosed
from tests.flows.small_study import NOW, opened, play, waiting

EARLIER, LATER = NOW, NOW + timedelta(hours=1)


def test_nothing_open_means_nothing_in_front() -> None:
    done = opened("weekly", Tapped("mood", "5"))
    assert front([]) is None
    assert front([(done, SCHEDULED, NOW), (play(done, WindowClosed()).session, ON_DEMAND, NOW)]) is None


def test_a_report_goes_first_then_what_is_in_progress_then_what_waited_longest() -> None:
    report, daily = opened("report"), opened("daily")
    old, new = waiting("weekly"), waiting("report")
    ranked = [(report, ON_DEMAND, LATER), (daily, SCHEDULED, LATER), (old, SCHEDULED, EARLIER)]
    ranked.append((new, SCHEDULED, LATER))
    while ranked:
        assert all(front(order) is ranked[0][0] for order in permutations(ranked))
        ranked.pop(0)


def test_of_two_that_wait_the_one_opened_first_goes_first() -> None:
    one, other = waiting("weekly"), waiting("daily")
    assert front([(one, SCHEDULED, EARLIER), (other, SCHEDULED, LATER)]) is one
    assert front([(one, SCHEDULED, LATER), (other, SCHEDULED, EARLIER)]) is other


def test_a_report_that_waits_goes_before_a_form_in_progress() -> None:
    report = waiting("report")
    assert front([(opened("daily"), SCHEDULED, EARLIER), (report, ON_DEMAND, LATER)]) is report


def test_looking_at_an_old_answer_again_holds_up_no_form_in_progress() -> None:
    changing: Session = opened("report", Tapped("mood", "5"), Tapped("mood", CHANGE))
    daily = opened("daily")
    assert front([(changing, ON_DEMAND, EARLIER), (daily, SCHEDULED, LATER)]) is daily
    assert front([(changing, ON_DEMAND, EARLIER), (waiting(), SCHEDULED, LATER)]) is changing
