"""Does the sender keep to the channel's limits, and does nobody wait without need?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from probot.services.pace import AHEAD, AHEAD_AT_MOST, Pace, ahead_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HER = "participant:1"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_three_messages_may_go_to_one_phone_at_once_and_then_one_a_second() -> None:
    pace = Pace()
    for _ in range(3):
        assert pace.resting(NOON) == []
        pace.sent(HER, NOON, group=False)
    assert pace.resting(after(1)) == [HER]
    assert pace.resting(after(1.1)) == []
    pace.sent(HER, after(1.1), group=False)
    assert pace.resting(after(2)) == [HER]


def test_a_slow_message_counts_from_its_arrival() -> None:
    pace = Pace()
    for _ in range(3):
        pace.sent(HER, NOON, group=False)
    pace.arrived(HER, after(1))
    assert pace.resting(after(1.5)) == [HER]
    assert pace.resting(after(2.1)) == []


def test_an_edit_does_not_keep_the_next_question_waiting() -> None:
    pace = Pace()
    for _ in range(10):
        pace.sent(HER, NOON, group=False, edit=True)
    assert pace.resting(NOON) == []
    assert pace.room(NOON) == 20


def test_a_chat_left_alone_has_its_burst_again() -> None:
    pace = Pace()
    for _ in range(3):
        pace.sent(HER, NOON, group=False)
    for _ in range(3):
        assert pace.resting(after(10)) == []
        pace.sent(HER, after(10), group=False)
    assert pace.resting(after(10)) == [HER]


def test_one_busy_chat_does_not_keep_others_waiting() -> None:
    pace = Pace()
    for _ in range(3):
        pace.sent(HER, NOON, group=False)
    assert pace.resting(NOON) == [HER]
    assert pace.room(NOON) == 27


def test_a_group_gets_one_a_second_and_twenty_a_minute() -> None:
    pace = Pace()
    for second in range(20):
        assert pace.resting(after(second)) == []
        pace.sent("team", after(second), group=True)
    assert pace.resting(after(59)) == ["team"]
    assert pace.resting(after(60)) == []


def test_whoever_waits_for_the_limit_knows_how_long() -> None:
    pace = Pace(in_all=3)
    for number in range(3):
        assert pace.room(NOON) == 3 - number
        assert pace.seconds_to_room(NOON) is None
        pace.sent(f"participant:{number}", after(number / 10), group=False)
    assert pace.room(after(0.4)) == 0
    assert pace.seconds_to_room(after(0.4)) == 0.6
    assert pace.room(after(1.05)) == 1
    assert pace.seconds_to_room(after(1.05)) is None


@pytest.mark.parametrize("takes", [0.0, 0.01, 0.08, 0.22])
def test_the_limit_is_used_though_claiming_takes_its_time_and_is_never_passed(takes: float) -> None:
    """As the sender does it for a minute: look, claim and address for `takes` seconds, have each leave at its turn."""
    pace, now, left = Pace(), 0.0, list[datetime]()
    ahead = ahead_of(timedelta(seconds=takes))
    while now < 60:
        room = pace.room(after(now), ahead)
        now += takes
        for number in range(room):
            left.append(pace.turn(after(now)))
            pace.sent(f"participant:{len(left)}", left[-1], group=False, edit=number % 3 == 0)
        now += 0.001 + (pace.seconds_to_turn(after(now), ahead) or 0.0)
    assert left == sorted(left)
    assert all(later - one >= timedelta(seconds=1) for one, later in zip(left, left[30:], strict=False))
    assert len(left) / 60 / 30 >= 0.97


def test_an_alert_waits_for_its_turn_and_not_for_thirty_others() -> None:
    """While prompts use up the limit, they are got ready by twos and threes: an alert is among the next."""
    pace, now = Pace(), 0.0
    sizes = []
    while now < 10:
        room = pace.room(after(now), AHEAD)
        for _ in range(room):
            pace.sent("participant:1", pace.turn(after(now)), group=False)
        now += 0.001 + (pace.seconds_to_turn(after(now), AHEAD) or 0.0)
        if now > 2 and room:
            sizes.append(room)
    assert max(sizes) <= 5


def test_nothing_is_got_ready_for_longer_than_a_moment() -> None:
    pace = Pace()
    for number in range(30):
        pace.sent(f"participant:{number}", after(3600), group=False)
    assert pace.turn(NOON) <= NOON + 2 * AHEAD_AT_MOST


def test_a_group_keeps_room_for_what_is_urgent() -> None:
    pace = Pace()
    for second in range(14):
        assert pace.saving(after(second)) == []
        pace.sent("team", after(second), group=True)
    assert pace.saving(after(14)) == ["team"]
    assert pace.resting(after(14)) == []
    pace.sent("team", after(14), group=True)
    assert pace.next_free(after(59)) == after(61)
    assert pace.saving(after(60.5)) == ["team"]
    assert pace.saving(after(61)) == []


def test_a_private_chat_has_no_minute_to_keep_room_in() -> None:
    pace = Pace()
    for second in range(30):
        pace.sent(HER, after(second), group=False)
    assert pace.saving(after(30)) == []


def test_chats_that_had_nothing_for_a_while_are_forgotten() -> None:
    pace = Pace()
    for number in range(1000):
        pace.sent(f"participant:{number}", after(number), group=False)
        pace.resting(after(number))
    assert len(pace._bursts) <= 61
