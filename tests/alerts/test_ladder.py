"""Who is told next, and when: the rungs on time, late, at night, in digests, and without end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.alerts.ladder import (
    MORNING as AT_THEIR_END,
)
from probot.alerts.ladder import (
    climb,
    climb_early,
    first_due,
    first_rung_at,
    ladder_at,
    ladder_for,
    quiet_now,
    reason,
    started_at,
)
from probot.alerts.life import absorb, acknowledge, raise_alert
from probot.alerts.model import Entry, Evidence, Hit
from probot.study.care import Rota
from probot.study.model import Rung
from probot.values import EnrolmentId, StaffId
from tests.alerts.small_study import LADDERS, STUDY, at

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MORNING = at(4)
ALL = ("care_team", "doctor", "investigator")
RULES = {"urgent": "severe_pain", "soon": "many_stools", "routine": "low_quality"}


def fresh(tier="urgent", now=MORNING, ladder=None):
    study = STUDY if ladder is None else replace(STUDY, ladders={**STUDY.ladders, tier: ladder})
    rule = STUDY.rules[RULES[tier]]
    return raise_alert(study, EnrolmentId("e"), Hit(rule.id, tier, rule.concept, Evidence()), "c", now)


def told_until(alert, end, step=MINUTE, study=STUDY):
    """Tick every `step` from the raising on: (minutes since, whom singly, whom by digest) of each telling."""
    now, told = alert.raised_at, []
    while now <= end:
        climbed = climb(study, alert, now)
        if climbed.notify or climbed.digest:
            told.append(((now - alert.raised_at) // MINUTE, climbed.notify, climbed.digest))
        alert, now = climbed.alert, now + step
    return told


def test_an_urgent_alert_climbs_its_ladder_and_then_repeats_without_end():
    assert told_until(fresh(), at(4, "11:00")) == [
        (0, ("care_team",), ()),
        (10, ("doctor",), ()),
        (20, ("investigator",), ()),
        (30, ALL, ()),
        (60, ALL, ()),
        (90, ALL, ()),
        (120, ALL, ()),
    ]


def test_repeats_never_end():
    alert = climb(STUDY, fresh(), at(4, "09:30")).alert
    for _ in range(2000):
        before = alert.next_at
        climbed = climb(STUDY, alert, before)
        alert = climbed.alert
        assert (climbed.notify, climbed.repeat) == (ALL, True)
        assert alert.next_at == before + 30 * MINUTE


def test_a_late_tick_climbs_every_rung_that_was_due_in_order_and_skips_nobody():
    climbed = climb(STUDY, fresh(), at(4, "09:25"))
    assert (climbed.notify, climbed.repeat) == (ALL, False)
    assert climbed.next_at == at(4, "09:30")


def test_after_an_outage_everybody_is_told_once_and_not_once_for_each_missed_repeat():
    climbed = climb(STUDY, fresh(), at(4, "14:03"))
    assert (climbed.notify, climbed.next_at) == (ALL, at(4, "14:30"))
    assert climb(STUDY, climbed.alert, at(4, "14:03")).notify == ()


def test_a_repeat_shortly_before_the_next_one_leaves_half_an_interval_of_peace():
    assert climb(STUDY, fresh(), at(4, "14:29")).next_at == at(4, "15:00")
    assert climb(STUDY, fresh(), at(4, "14:15")).next_at == at(4, "15:00")
    assert climb(STUDY, fresh(), at(4, "14:14")).next_at == at(4, "14:30")


def test_hits_that_change_nothing_do_not_put_the_ladder_off():
    alert, again = climb(STUDY, fresh(), at(4)).alert, Hit("severe_pain", "urgent", "pain", Evidence())
    alert = absorb(STUDY, alert, again, at(4, "09:05")).alert
    assert started_at(alert) == at(4)
    assert climb(STUDY, alert, at(4, "09:10")).notify == ("doctor",)


def test_a_reopened_alert_climbs_from_its_reopening():
    taken = acknowledge(STUDY, climb(STUDY, fresh(), at(4)).alert, StaffId("n"), at(4, "09:01"))
    again = Hit("severe_pain", "urgent", "pain", Evidence())
    alert = absorb(STUDY, taken, again, at(5, "10:00")).alert
    alert = absorb(STUDY, alert, again, at(5, "10:03")).alert
    assert started_at(alert) == at(5, "10:00")
    assert [
        minutes for minutes, _, _ in told_until(replace(alert, raised_at=at(5, "10:00")), at(5, "10:35"))
    ] == [
        0,
        10,
        20,
        30,
    ]


def test_an_early_tick_does_nothing():
    alert = climb(STUDY, fresh(), at(4)).alert
    climbed = climb(STUDY, alert, at(4, "09:09"))
    assert (climbed.alert, climbed.notify, climbed.next_at) == (alert, (), at(4, "09:10"))
    assert not climbed.repeat


def test_an_acknowledged_alert_is_not_climbed_and_keeps_its_term():
    taken = acknowledge(STUDY, climb(STUDY, fresh(), at(4)).alert, StaffId("n"), at(4, "09:01"))
    climbed = climb(STUDY, taken, at(9))
    assert (climbed.notify, climbed.digest, climbed.alert) == ((), (), taken)
    assert climbed.next_at == at(4, "13:01")
    assert not climbed.repeat


def test_an_open_alert_that_lost_its_next_step_finds_it_again():
    climbed = climb(STUDY, replace(fresh(), next_at=None), at(4))
    assert (climbed.notify, climbed.next_at) == (("care_team",), at(4, "09:10"))


def test_each_person_learns_why_they_are_told():
    new = fresh()
    first = climb(STUDY, new, at(4)).alert
    assert reason(new, "care_team") == "raised"
    assert reason(replace(new, hits=2), "care_team") == "repeat"
    assert reason(first, "doctor") == "escalation"
    assert reason(first, "care_team") == "reminder"


# ---------------------------------------------------------------- quiet hours


@pytest.mark.parametrize(
    ("tier", "raised", "due"),
    [
        ("urgent", at(4, "23:00"), at(4, "23:00")),
        ("urgent", at(5, "03:00"), at(5, "03:00")),
        ("soon", at(4, "21:59"), at(4, "21:59")),
        ("soon", at(4, "22:00"), at(4, "22:00")),
        ("soon", at(5, "06:59"), at(5, "06:59")),
        ("soon", at(5, "07:00"), at(5, "07:00")),
        ("routine", at(4, "07:59"), at(4, "08:00")),
        ("routine", at(4, "08:00"), at(4, "08:00")),
        ("routine", at(4, "08:01"), at(5, "08:00")),
        ("routine", at(4, "23:00"), at(5, "08:00")),
    ],
)
def test_the_first_rung_is_due_at_once_unless_it_waits_for_the_digest(tier, raised, due):
    assert first_due(STUDY, tier, raised) == due
    assert fresh(tier, raised).next_at == due


def test_what_is_said_at_night_is_said_again_in_the_morning_from_where_the_ladder_keeps_its_distances():
    hours = [(minutes / 60, whom) for minutes, whom, _ in told_until(fresh("soon", at(4, "23:00")), at(6))]
    assert hours == [
        (0, ("care_team",)),  # without a sound
        (8 + 1 / 60, ("care_team",)),  # just after 07:00
        (12, ("doctor",)),  # 11:00
        (16, ("care_team", "doctor")),  # 15:00
        (32, ("care_team", "doctor")),  # 23:00 is quiet: 07:00
    ]


def test_rungs_that_fall_into_quiet_hours_are_climbed_together_at_their_end_each_person_once():
    told = told_until(fresh("soon", at(4, "20:00")), at(5, "09:00"))
    assert told == [(0, ("care_team",), ()), (11 * 60, ("care_team", "doctor"), ())]


def test_quiet_hours_are_known_for_messages_beside_the_ladder():
    assert quiet_now(STUDY, "soon", at(4, "23:00"))
    assert not quiet_now(STUDY, "soon", at(4, "12:00"))
    assert not quiet_now(STUDY, "urgent", at(4, "23:00"))


# ---------------------------------------------------------------- digests and odd ladders


def test_a_digest_comes_every_day_at_its_local_time_until_somebody_takes_the_alert():
    told = told_until(fresh("routine", at(4, "09:00")), at(8), step=5 * MINUTE)
    assert told == [((23 + 24 * day) * 60, (), ("care_team",)) for day in range(4)]


def test_a_digest_missed_for_two_days_is_told_once():
    climbed = climb(STUDY, fresh("routine"), at(7, "10:00"))
    assert (climbed.digest, climbed.next_at) == (("care_team",), at(8, "08:00"))


def test_a_digest_stays_at_its_clock_time_when_the_clocks_change():
    study = replace(STUDY, zone="Europe/Helsinki", staff_quiet={})  # on 30 March 2025 from UTC+2 to UTC+3
    alert = replace(fresh("routine", datetime(2025, 3, 28, 12, tzinfo=UTC)), next_at=None)
    hours = []
    for _ in range(3):
        climbed = climb(study, alert, alert.next_at or alert.raised_at)
        alert = climbed.alert
        hours.append((alert.next_at.day, alert.next_at.hour))
    assert hours == [(29, 6), (30, 5), (31, 5)]


def test_a_digest_goes_on_beside_the_rungs_above_it():
    ladder = (Rung("care_team", digest=time(8)), Rung("doctor", 48 * HOUR))
    told = told_until(fresh("routine", at(4, "09:00"), ladder), at(8), step=30 * MINUTE)
    assert [(minutes // 60, single, digest) for minutes, single, digest in told] == [
        (23, (), ("care_team",)),
        (47, (), ("care_team",)),
        (48, ("doctor",), ()),
        (71, (), ("care_team",)),
        (95, (), ("care_team",)),
    ]


def test_repeats_go_on_beside_the_rungs_above_them():
    ladder = (
        Rung("care_team", repeat=30 * MINUTE),
        Rung("doctor", 60 * MINUTE),
        Rung("investigator", 75 * MINUTE),
    )
    assert told_until(fresh(ladder=ladder), at(4, "11:00")) == [
        (0, ("care_team",), ()),
        (30, ("care_team",), ()),
        (60, ("care_team", "doctor"), ()),
        (75, ("investigator",), ()),
        (90, ALL, ()),
        (120, ALL, ()),
    ]


@pytest.mark.parametrize("ladder", [(), (Rung("care_team"),)])
def test_a_ladder_that_ends_is_told_again_every_day(ladder):
    told = told_until(fresh(ladder=ladder), at(7), step=30 * MINUTE)
    assert told == [(day * 24 * 60, ("care_team",), ()) for day in range(4)]


def test_a_tier_without_a_ladder_is_told_to_the_team():
    alert = fresh(ladder=())
    assert (alert.ladder, alert.next_at) == ((Rung("care_team"),), at(4))
    assert first_rung_at(STUDY, (), "urgent", at(4)) == at(4)
    assert climb(STUDY, replace(alert, ladder=()), at(4)).notify == ("care_team",)


def test_whoever_is_on_call_is_called_at_once_beside_every_rung_of_the_urgent_ladder():
    study = replace(STUDY, rota=Rota((), ()))
    first, *others = LADDERS["urgent"]
    assert ladder_for(study, "urgent") == (first, Rung("on_call"), *others)
    assert ladder_for(study, "soon") == LADDERS["soon"]


def test_whoever_is_told_without_a_sound_is_told_again_at_the_end_of_the_quiet_hours_and_nobody_else():
    team, reader, doctor = Rung("care_team"), Rung("reader", digest=time(8)), Rung("doctor", 4 * HOUR)
    aloud = Rung("care_team", AT_THEIR_END)
    at_night = ladder_at(STUDY, "soon", (team, reader, doctor), at(4, "23:00"))
    assert at_night == (team, aloud, reader, doctor)
    assert ladder_at(STUDY, "soon", at_night, at(5, "02:00")) == at_night, "not once more for each opening"
    assert ladder_at(STUDY, "soon", at_night, at(5, "12:00")) == (team, reader, doctor)


@pytest.mark.parametrize("deed", ["reopened", "lapsed", "woken", "left", "recounted"])
def test_the_ladder_begins_anew_whenever_it_is_open_again(deed):
    alert = fresh()
    again = replace(alert, history=(*alert.history, Entry(deed, at(5)), Entry("hit", at(6))))
    assert started_at(again) == at(5)


def test_a_ladder_that_ends_is_told_again_to_everybody_a_day_after_its_last_rung():
    ladder = (Rung("care_team"), Rung("doctor", 10 * MINUTE))
    told = told_until(fresh(ladder=ladder), at(6, "10:00"), step=5 * MINUTE)
    both = ("care_team", "doctor")
    assert told == [
        (0, ("care_team",), ()),
        (10, ("doctor",), ()),
        (24 * 60 + 10, both, ()),
        (48 * 60 + 10, both, ()),
    ]


def test_a_digest_that_names_nobody_is_the_teams():
    climbed = climb(STUDY, fresh("routine", ladder=(Rung("", digest=time(8)),)), at(5, "08:00"))
    assert (climbed.notify, climbed.digest) == ((), ("care_team",))


def test_a_rung_that_reaches_nobody_counts_as_no_telling():
    ladder = (Rung("", repeat=30 * MINUTE), Rung("doctor", 60 * MINUTE))
    climbed = climb(STUDY, fresh(ladder=ladder), at(4))
    assert (climbed.notify, climbed.alert.notified_at) == ((), None)
    climbed = climb(STUDY, climbed.alert, at(4, "10:00"))
    assert (climbed.notify, climbed.alert.notified_at) == (("doctor",), at(4, "10:00"))


def test_those_told_before_are_told_again_when_a_new_rung_falls_on_a_repetition():
    ladder = (Rung("care_team", repeat=30 * MINUTE), Rung("doctor", 60 * MINUTE))
    late = climb(STUDY, climb(STUDY, fresh(ladder=ladder), at(4)).alert, at(4, "09:50"))
    assert late.notify == ("care_team",)
    assert climb(STUDY, late.alert, at(4, "10:00")).notify == ("care_team", "doctor")


def test_a_next_step_that_was_lost_is_found_without_telling_anybody_early():
    routine = climb(STUDY, replace(fresh("routine"), next_at=None), at(4, "09:00"))
    assert (routine.digest, routine.next_at) == ((), at(5, "08:00"))
    rungs = (Rung("care_team"), Rung("doctor", 10 * MINUTE), Rung("investigator", 20 * MINUTE))
    climbed = climb(STUDY, fresh(ladder=rungs), at(4)).alert
    again = climb(STUDY, replace(climbed, next_at=None), at(4, "09:05"))
    assert (again.notify, again.next_at) == ((), at(4, "09:10"))


def test_a_repeating_alert_that_lost_its_next_step_is_rather_said_once_too_often():
    climbed = climb(STUDY, fresh(), at(4, "09:30")).alert
    again = climb(STUDY, replace(climbed, next_at=None), at(4, "09:31"))
    assert (again.notify, again.next_at) == (ALL, at(4, "10:00"))


# ---------------------------------------------------------------- any ladder, any ticks

RUNG = st.builds(
    Rung,
    notify=st.sampled_from([*ALL, ""]),
    after=st.integers(0, 600).map(lambda minutes: minutes * MINUTE),
    repeat=st.none() | st.integers(1, 600).map(lambda minutes: minutes * MINUTE),
    digest=st.none() | st.times().map(lambda clock: clock.replace(microsecond=0)),
)


@given(
    st.sampled_from(["urgent", "soon", "routine"]),
    st.lists(RUNG, max_size=5).map(tuple),
    st.integers(0, 3 * 1440),
    st.lists(st.integers(0, 3000), max_size=25),
)
def test_an_open_alert_always_has_a_next_step_and_nobody_on_the_ladder_is_passed_over(
    tier, ladder, start, gaps
):
    alert = fresh(tier, at(4) + start * MINUTE, ladder)
    now = alert.raised_at
    assert alert.next_at >= now
    for gap in gaps:
        now += gap * MINUTE
        before = alert
        climbed = climb(STUDY, alert, now)
        alert = climbed.alert
        assert climbed.next_at == alert.next_at
        assert alert.next_at > now
        assert len(set(climbed.notify)) == len(climbed.notify)
        assert alert.rung >= before.rung
        reached = {rung.notify for rung in alert.ladder[: alert.rung] if rung.notify}
        assert reached <= set(alert.told)
        if now >= before.next_at and before.told:
            assert climbed.notify or climbed.digest or alert.rung > before.rung
        again = climb(STUDY, alert, now)
        assert (again.alert, again.notify, again.digest) == (alert, (), ())


@given(st.lists(st.integers(1, 120), min_size=1, max_size=60))
def test_however_the_ticks_fall_each_rung_is_climbed_at_the_first_tick_after_it_is_due(gaps):
    alert, now = fresh(), at(4)
    due = {"care_team": at(4), "doctor": at(4, "09:10"), "investigator": at(4, "09:20")}
    for gap in gaps:
        alert = climb(STUDY, alert, now).alert
        assert set(alert.told) == {name for name, when in due.items() if when <= now}
        now += gap * MINUTE


def told_first(tier="soon", now=MORNING):
    return climb(STUDY, fresh(tier, now), now).alert


def test_a_step_without_hurry_may_come_early_by_a_quarter_of_what_lies_between():
    alert = told_first()  # the next step is due in four hours
    due = alert.next_at
    assert climb_early(STUDY, alert, due - HOUR - MINUTE) is None
    early = climb_early(STUDY, alert, due - HOUR)
    assert early is not None
    on_time = climb(STUDY, alert, due)
    assert (early.notify, early.alert.rung, early.next_at) == (
        on_time.notify,
        on_time.alert.rung,
        on_time.next_at,
    )
    assert early.alert.notified_at == due - HOUR


@pytest.mark.parametrize("tier", ["urgent", "routine"])
def test_what_is_urgent_and_what_belongs_into_a_digest_never_comes_early(tier):
    alert = told_first(tier)
    assert climb_early(STUDY, alert, alert.next_at - timedelta(seconds=1)) is None


def test_nothing_comes_early_in_quiet_hours_or_once_it_is_taken():
    at_night = told_first(now=at(4, "23:00"))
    assert at_night.next_at == at(5, "07:00") + timedelta(seconds=1)
    assert climb_early(STUDY, at_night, at(5, "06:59")) is None
    by_day = told_first()
    taken = acknowledge(STUDY, by_day, StaffId("nurse-li"), by_day.next_at - 2 * MINUTE)
    assert climb_early(STUDY, taken, by_day.next_at - MINUTE) is None


def test_nothing_comes_more_than_two_hours_early_however_long_the_wait():
    noon = at(4, "12:00")
    alert = climb(STUDY, fresh("soon", noon, (Rung("care_team"),)), noon).alert
    assert alert.next_at == noon + DAY
    assert climb_early(STUDY, alert, alert.next_at - 2 * HOUR - MINUTE) is None
    assert climb_early(STUDY, alert, alert.next_at - 2 * HOUR) is not None


def test_how_early_it_may_come_is_counted_from_the_telling_before_or_from_the_beginning():
    waits = fresh("soon", ladder=(Rung("care_team", 4 * HOUR), Rung("doctor", 8 * HOUR)))
    assert climb_early(STUDY, waits, waits.next_at - HOUR - MINUTE) is None
    assert climb_early(STUDY, waits, waits.next_at - HOUR) is not None
    told = climb(STUDY, waits, waits.next_at).alert
    assert climb_early(STUDY, told, told.next_at - 90 * MINUTE) is None, (
        "four hours lie between the two, not eight"
    )
    assert climb_early(STUDY, told, told.next_at - HOUR) is not None


def test_a_step_that_comes_early_calls_somebody_and_stands_in_no_digest():
    both = (Rung("care_team"), Rung("doctor", 4 * HOUR), Rung("care_team", digest=time(13)))
    alert = climb(STUDY, fresh("soon", ladder=both), MORNING).alert
    assert climb_early(STUDY, alert, alert.next_at - MINUTE) is None
    nobody = fresh("soon", ladder=(Rung("", HOUR, repeat=HOUR),))
    assert climb_early(STUDY, nobody, nobody.next_at - MINUTE) is None
    assert climb_early(STUDY, replace(told_first(), next_at=None), MORNING + 4 * HOUR) is None
