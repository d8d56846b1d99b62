from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

from probot.flows.buttons import CHANGE
from probot.flows.front import IN_PROGRESS, ON_DEMAND, SCHEDULED, Candidate, front
from probot.flows.session import Session, Tapped, WindowClosed
from tests.flows.small_study import NOW, opened, play, waiting

EARLIER, LATER = NOW + timedelta(hours=5), NOW + timedelta(hours=9)


def candidate(session: Session, closes_at: datetime = LATER, priority: int = SCHEDULED) -> Candidate:
    return Candidate(session, priority, NOW, closes_at)


def test_nothing_open_means_nothing_in_front() -> None:
    done = opened("weekly", Tapped("mood", "5"))
    closed = play(done, WindowClosed()).session
    assert front([], NOW) is None
    assert front([candidate(done), candidate(closed, priority=ON_DEMAND)], NOW) is None


def test_a_report_goes_first_then_what_is_answered_now_then_what_closes_first() -> None:
    report, answered = opened("report"), opened("daily", Tapped("pain", "3"))
    soon, late = waiting("weekly"), opened("weekly")
    ranked = [
        candidate(report, LATER, ON_DEMAND),
        candidate(answered),
        candidate(soon, EARLIER),
        candidate(late),
    ]
    while ranked:
        assert all(front(order, NOW) is ranked[0].session for order in permutations(ranked))
        ranked.pop(0)


def test_a_form_that_lies_open_unanswered_does_not_hold_up_one_that_closes_sooner() -> None:
    weekly, daily = opened("weekly"), waiting("daily")
    assert front([candidate(weekly, LATER), candidate(daily, EARLIER)], NOW) is daily


def test_a_form_being_answered_is_not_broken_into_until_it_has_rested_half_an_hour() -> None:
    begun, other = opened("daily", Tapped("pain", "3")), waiting("weekly")
    both = [candidate(begun, LATER), candidate(other, EARLIER)]
    answered = begun.given["pain"].at
    assert front(both, answered + IN_PROGRESS - timedelta(seconds=1)) is begun
    assert front(both, answered + IN_PROGRESS) is other


def test_a_report_that_waits_goes_before_a_form_in_progress() -> None:
    report, begun = waiting("report"), opened("daily", Tapped("pain", "3"))
    assert front([candidate(begun, EARLIER), candidate(report, LATER, ON_DEMAND)], NOW) is report


def test_looking_at_an_old_answer_again_holds_up_no_form_that_is_still_to_be_asked() -> None:
    changing = opened("report", Tapped("mood", "5"), Tapped("mood", CHANGE))
    old = candidate(changing, EARLIER, ON_DEMAND)
    daily, idle = opened("daily"), waiting()
    assert front([old, candidate(daily)], NOW) is daily
    assert front([old, candidate(idle)], NOW) is idle
    assert front([old], NOW) is changing
