"""What can happen to an alert: the whole table of moves, and when a hit is told again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.alerts import life, steps
from probot.alerts.ladder import climb
from probot.alerts.life import (
    MOVES,
    AlreadyClosed,
    AlreadyTaken,
    NotTaken,
    absorb,
    acknowledge,
    close,
    corrected,
    latest,
    raise_alert,
    rests_on,
)
from probot.alerts.model import Alert, Entry, Evidence, Hit
from probot.study.model import TIERS, Handling
from probot.values import EnrolmentId, StaffId, derived_id
from tests.alerts.small_study import LADDERS, STUDY, at

NURSE, DOCTOR = StaffId("nurse-li"), StaffId("dr-wu")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MORNING = at(4)


def hit(rule="severe_pain", value=8, item="pain"):
    met = STUDY.rules[rule]
    return Hit(rule, met.tier, met.concept, Evidence(item=item, value=value))


def raised(rule="severe_pain", value=8, item="pain", now=MORNING):
    """An alert whose first rung has been climbed as soon as it was due."""
    alert = raise_alert(STUDY, EnrolmentId("e"), hit(rule, value, item), "response-1", now)
    return climb(STUDY, alert, alert.next_at).alert


def in_state(state) -> Alert:
    alert = raised()
    if state == "open":
        return alert
    taken = acknowledge(STUDY, alert, NURSE, at(4, "09:02"))
    return taken if state == "acknowledged" else close(taken, DOCTOR, at(4, "09:30"))


DONE = {
    "hit": lambda alert, now: absorb(STUDY, alert, hit(value=8), now).alert,
    "louder hit": lambda alert, now: absorb(STUDY, alert, hit(value=10), now).alert,
    "acknowledge": lambda alert, now: acknowledge(STUDY, alert, DOCTOR, now),
    "correct": lambda alert, now: corrected(alert, "pain", 8, 3, now),
    "close": lambda alert, now: close(alert, DOCTOR, now, "visit"),
    "step": lambda alert, now: steps.called(STUDY, alert, DOCTOR, now),
    "ask": lambda alert, now: steps.asked(STUDY, alert, DOCTOR, "Is it worse?", now),
    "word": lambda alert, now: steps.answered(alert, "Yes", now),
    "lapse": lambda alert, now: steps.lapsed(STUDY, alert, now),
    "wish": lambda alert, now: steps.wished(alert, "today", now),
}


def do(alert, happening):
    """The alert afterwards, or the refusal."""
    return DONE[happening](alert, at(4, "10:00"))


@pytest.mark.parametrize(("state", "happening"), MOVES, ids=lambda word: word)
def test_every_state_meets_every_happening_as_the_table_says(state, happening):
    before, expected = in_state(state), MOVES[state, happening]
    if expected is None and happening in {"hit", "louder hit"}:
        with pytest.raises(ValueError, match="is closed"):
            do(before, happening)
        return
    if expected is None and happening == "lapse":
        with pytest.raises(ValueError, match=state):
            do(before, happening)
        return
    after = do(before, happening)
    if expected is None and happening == "wish":
        assert after is before
        return
    if expected is None:
        assert isinstance(after, AlreadyTaken | AlreadyClosed | NotTaken)
        return
    assert after.state == expected
    assert after.history[: len(before.history)] == before.history
    assert len(after.history) > len(before.history)
    assert (after.next_at is not None) is (expected != "closed")


def test_the_table_speaks_of_every_state_and_every_happening():
    states = ("open", "acknowledged", "closed")
    assert set(MOVES) == {(state, happening) for state in states for happening in DONE}


def test_no_move_leads_out_of_closed():
    assert {MOVES[state, happening] for state, happening in MOVES if state == "closed"} == {None, "closed"}


def test_a_new_alert_is_open_and_freezes_rule_evidence_ladder_and_study():
    alert = raise_alert(STUDY, EnrolmentId("e"), hit(), "response-1", at(4))
    assert (alert.state, alert.rule, alert.tier, alert.concept) == ("open", "severe_pain", "urgent", "pain")
    assert (alert.evidence.value, alert.peak, alert.hits) == (8, 8, 1)
    assert (alert.ladder, alert.rung, alert.next_at) == (LADDERS["urgent"], 0, at(4))
    assert (alert.study, alert.raised_at) == (STUDY.hash, at(4))


def test_the_same_cause_makes_the_same_alert_and_another_cause_another():
    def make(cause, when):
        return raise_alert(STUDY, EnrolmentId("e"), hit(), cause, when).id

    assert make("response-1", at(4)) == make("response-1", at(5))
    assert make("response-1", at(4)) != make("response-2", at(4))
    assert make("response-1", at(4)) == derived_id("alert", "e", "pain", "response-1"), "in every release"


# ---------------------------------------------------------------- refusals


def test_whoever_comes_second_learns_who_was_first():
    taken = in_state("acknowledged")
    assert acknowledge(STUDY, taken, DOCTOR, at(5)) == AlreadyTaken(NURSE, at(4, "09:02"))
    assert acknowledge(STUDY, taken, NURSE, at(5)) == AlreadyTaken(NURSE, at(4, "09:02"))
    assert acknowledge(STUDY, in_state("closed"), NURSE, at(5)) == AlreadyClosed(DOCTOR, at(4, "09:30"))
    assert close(in_state("closed"), NURSE, at(5)) == AlreadyClosed(DOCTOR, at(4, "09:30"))


def test_an_alert_that_nobody_has_cannot_be_closed():
    assert close(in_state("open"), NURSE, at(5)) == NotTaken()


# ---------------------------------------------------------------- hits on an open alert


@pytest.mark.parametrize(("value", "why"), [(7, None), (8, None), (9, None), (10, "rise")])
def test_while_open_only_a_rise_of_two_points_over_the_worst_is_told(value, why):
    absorbed = absorb(STUDY, raised(value=8), hit(value=value), at(4, "15:00"))
    assert (absorbed.notify, absorbed.why) == (why is not None, why)
    assert absorbed.tell == (("care_team",) if why else ())
    assert (absorbed.alert.hits, latest(absorbed.alert).value) == (2, value)
    assert absorbed.alert.last_hit_at == at(4, "15:00")
    assert absorbed.alert.history[-1].why == (why or "")
    assert (absorbed.alert.evidence.value, absorbed.alert.peak) == (8, max(8, value))


def test_small_steps_add_up_only_against_the_worst_so_far():
    alert = raised(value=7)
    whys = []
    for hour, value in enumerate((8, 9, 10, 9, 10)):
        absorbed = absorb(STUDY, alert, hit(value=value), at(4) + hour * HOUR)
        alert = absorbed.alert
        whys.append(absorbed.why)
    assert whys == [None, None, None, None, None]
    assert (alert.peak, alert.hits) == (10, 6)


@pytest.mark.parametrize(("minutes", "why"), [(-1, None), (0, "time"), (1, "time")])
def test_a_day_after_people_were_last_told_a_hit_is_told_again(minutes, why):
    alert = raised()
    absorbed = absorb(STUDY, alert, hit(), alert.notified_at + DAY + minutes * MINUTE)
    assert absorbed.why == why


@pytest.mark.parametrize(("tier", "why"), [("urgent", "time"), ("soon", None), ("routine", "time")])
def test_what_somebody_keeps_in_hand_is_told_again_after_a_day_unless_their_term_is_as_short(tier, why):
    met = Hit("blocked", tier, "blocked", Evidence())
    taken = acknowledge(STUDY, raise_alert(STUDY, EnrolmentId("e"), met, "c", at(4)), NURSE, at(4, "10:00"))
    assert absorb(STUDY, taken, met, at(5, "10:00")).why == why


def test_an_open_alert_keeps_its_place_on_the_ladder_when_it_gets_worse():
    alert = raised()
    absorbed = absorb(STUDY, alert, hit(value=10), at(4, "09:05"))
    assert (absorbed.alert.rung, absorbed.alert.next_at) == (alert.rung, alert.next_at)


def test_a_higher_tier_takes_over_with_its_own_ladder_from_the_first_rung():
    alert = raised("moderate_pain", 5)
    absorbed = absorb(STUDY, alert, hit("severe_pain", 7), at(4, "23:00"))
    assert (absorbed.why, absorbed.tell) == ("tier", ())
    after = absorbed.alert
    assert (after.tier, after.rule, after.ladder) == ("urgent", "severe_pain", LADDERS["urgent"])
    assert (after.rung, after.next_at) == (0, at(4, "23:00"))
    assert climb(STUDY, after, at(4, "23:00")).notify == ("care_team",)
    assert (after.history[0].rule, after.history[0].tier) == ("moderate_pain", "routine")


def test_a_milder_hit_lowers_nothing_and_is_not_told_even_after_a_day():
    absorbed = absorb(STUDY, raised(), hit("moderate_pain", 5), at(6))
    assert (absorbed.why, absorbed.alert.tier, absorbed.alert.rule) == (None, "urgent", "severe_pain")
    assert absorbed.alert.hits == 2


def test_what_the_digest_will_tell_is_not_told_singly():
    absorbed = absorb(STUDY, raised("moderate_pain", 4), hit("moderate_pain", 6), at(5, "09:00"))
    assert (absorbed.why, absorbed.tell) == ("rise", ())


def test_a_rise_in_what_is_better_when_higher_is_a_fall():
    falling = absorb(STUDY, raised("low_quality", 4, "quality"), hit("low_quality", 2, "quality"), at(4))
    climbing = absorb(STUDY, raised("low_quality", 3, "quality"), hit("low_quality", 5, "quality"), at(4))
    assert (falling.why, falling.alert.peak) == ("rise", 2)
    assert (climbing.why, climbing.alert.peak) == (None, 3)


@pytest.mark.parametrize(("value", "why"), [(39.3, None), (39.4, "rise")])
def test_a_temperature_rises_by_a_tenth_of_its_plausible_range(value, why):
    alert = raised("fever", 38.5, "temperature")
    assert absorb(STUDY, alert, hit("fever", value, "temperature"), at(4, "10:00")).why == why


@pytest.mark.parametrize(("value", "why"), [(5, None), (6, "rise")])
def test_a_count_rises_by_two(value, why):
    alert = raised("many_stools", 4, "stools")
    assert absorb(STUDY, alert, hit("many_stools", value, "stools"), at(4, "10:00")).why == why


def test_before_anybody_was_told_the_day_counts_from_the_raising():
    silent = raise_alert(STUDY, EnrolmentId("e"), hit("many_stools", 4, "stools"), "r", at(4, "23:00"))
    again = hit("many_stools", 4, "stools")
    assert absorb(STUDY, silent, again, at(5, "22:59")).why is None
    assert absorb(STUDY, silent, again, at(5, "23:00")).why == "time"
    told = climb(STUDY, silent, at(5, "07:00")).alert
    assert absorb(STUDY, told, again, at(5, "23:00")).why is None


def test_being_told_of_a_rise_starts_the_day_anew_and_a_quiet_hit_does_not():
    rise = absorb(STUDY, raised(), hit(value=10), at(4, "15:00")).alert
    assert rise.notified_at == at(4, "15:00")
    assert absorb(STUDY, raised(), hit(value=8), at(4, "15:00")).alert.notified_at == at(4)
    waiting = raise_alert(STUDY, EnrolmentId("e"), hit("moderate_pain", 4), "r", at(4))
    assert absorb(STUDY, waiting, hit("moderate_pain", 6), at(4, "15:00")).alert.notified_at is None


@pytest.mark.parametrize(
    ("item", "step"), [("pain", 2), ("quality", 2), ("temperature", 0.9), ("stools", 2), ("intake", 1)]
)
def test_what_counts_as_a_real_rise_depends_on_the_kind_of_item(item, step):
    assert life.real_rise(STUDY.item(item)) == pytest.approx(step)


def test_a_signal_that_comes_again_is_no_rise():
    signal = Hit("blocked", "routine", "blocked", Evidence())
    alert = raise_alert(STUDY, EnrolmentId("e"), signal, "c", at(4))
    assert absorb(STUDY, alert, signal, at(4, "10:00")).why is None
    taken = acknowledge(STUDY, alert, NURSE, at(4, "10:00"))
    assert absorb(STUDY, taken, signal, at(4, "11:00")).why is None
    assert absorb(STUDY, taken, signal, at(5, "09:00")).why == "time"


# ---------------------------------------------------------------- hits on a taken alert


@pytest.mark.parametrize(("value", "why"), [(7, None), (8, None), (9, "rise")])
def test_once_taken_any_rise_opens_the_alert_again(value, why):
    absorbed = absorb(STUDY, in_state("acknowledged"), hit(value=value), at(4, "15:00"))
    after = absorbed.alert
    assert (absorbed.why, absorbed.notify) == (why, why is not None)
    assert after.state == ("open" if why else "acknowledged")
    if why:
        assert (after.rung, after.next_at, after.told) == (0, at(4, "15:00"), ())
        assert (after.acknowledged_by, after.acknowledged_at) == (None, None)
        taken = [entry for entry in after.history if entry.deed == "acknowledged"]
        assert [(entry.by, entry.at) for entry in taken] == [(NURSE, at(4, "09:02"))]
        assert after.history[-1].deed == "reopened"
    else:
        assert after.acknowledged_by == NURSE


def test_a_taken_alert_that_is_met_again_after_a_day_opens_again():
    assert absorb(STUDY, in_state("acknowledged"), hit(), at(5, "08:59")).why is None
    absorbed = absorb(STUDY, in_state("acknowledged"), hit(), at(5, "09:00"))
    assert (absorbed.why, absorbed.alert.state) == ("time", "open")


def test_once_taken_another_symptom_of_the_same_concept_opens_the_alert_again():
    alert = raised("fever", 38.5, "temperature")
    chills = hit("fever", "yes", "chills")
    assert absorb(STUDY, alert, chills, at(4, "09:01")).why is None
    taken = acknowledge(STUDY, alert, NURSE, at(4, "09:01"))
    absorbed = absorb(STUDY, taken, chills, at(4, "09:05"))
    assert (absorbed.why, absorbed.alert.state) == ("rise", "open")
    again = acknowledge(STUDY, absorbed.alert, NURSE, at(4, "09:06"))
    assert absorb(STUDY, again, chills, at(4, "12:00")).why is None


def test_a_number_for_a_concept_that_was_raised_without_one_is_news_only_once_taken():
    alert, fever = raised("fever", "yes", "chills"), hit("fever", 39.0, "temperature")
    assert absorb(STUDY, alert, fever, at(4, "09:05")).why is None
    assert (
        absorb(STUDY, acknowledge(STUDY, alert, NURSE, at(4, "09:01")), fever, at(4, "09:05")).why == "rise"
    )


def test_a_soon_alert_opened_again_at_night_is_told_at_once_and_again_in_the_morning():
    taken = acknowledge(STUDY, raised("many_stools", 4, "stools"), NURSE, at(4, "10:00"))
    after = absorb(STUDY, taken, hit("many_stools", 9, "stools"), at(4, "23:00")).alert
    assert (after.state, after.next_at) == ("open", at(4, "23:00"))
    climbed = climb(STUDY, after, at(4, "23:00"))
    assert (climbed.notify, climbed.next_at) == (("care_team",), at(5, "07:00") + timedelta(seconds=1))


# ---------------------------------------------------------------- corrections


@pytest.mark.parametrize("state", ["open", "acknowledged", "closed"])
def test_a_correction_is_noted_and_withdraws_nothing(state):
    before = in_state(state)
    after = corrected(before, "pain", 8, 3, at(4, "11:00"))
    assert replace(after, history=()) == replace(before, history=())
    note = after.history[-1]
    assert (note.deed, note.evidence.previous, note.evidence.value) == ("corrected", 8, 3)
    assert latest(after) == latest(before)


def test_a_correction_of_something_else_changes_nothing():
    before = in_state("open")
    assert corrected(before, "stools", 8, 3, at(4, "11:00")) is before


def test_an_alert_rests_on_the_very_answer_that_met_its_rule_or_its_correction_and_on_no_other():
    alert = absorb(STUDY, raised(value=8), hit(value=9), at(4, "10:00")).alert
    assert rests_on(alert, "pain", 8, at(4))
    assert rests_on(alert, "pain", 9, at(4, "10:00"))
    assert not rests_on(alert, "pain", 9, at(4, "10:01")), "the same number of another day"
    assert not rests_on(alert, "pain", 3, at(4))
    assert not rests_on(alert, "stools", 8, at(4))
    after = corrected(alert, "pain", 9, 3, at(4, "11:00"))
    assert rests_on(after, "pain", 3, at(4, "11:00"))
    assert not rests_on(replace(alert, history=(Entry("hit", at(4)),)), "pain", 8, at(4))
    seen = Entry("reopened", at(4), evidence=Evidence(item="pain", value=5))
    assert not rests_on(replace(alert, history=(seen,)), "pain", 5, at(4)), "only what met a rule, once each"


def test_a_closed_alert_says_by_whom_when_how_and_why():
    closed = close(in_state("acknowledged"), DOCTOR, at(4, "09:30"), "none", "known for years")
    assert (closed.closed_by, closed.closed_at) == (DOCTOR, at(4, "09:30"))
    assert (closed.action, closed.action_reason) == ("none", "known for years")
    assert closed.history[-1] == Entry(
        "closed", at(4, "09:30"), by=DOCTOR, code="none", words="known for years"
    )


def test_when_it_was_first_taken_stays_however_often_it_is_taken_again():
    free = steps.lapsed(STUDY, in_state("acknowledged"), at(4, "14:00"))
    assert acknowledge(STUDY, free, DOCTOR, at(4, "15:00")).taken_at == at(4, "09:02")


def test_what_has_no_number_has_no_worst_number():
    def new(item):
        return raise_alert(STUDY, EnrolmentId("e"), Hit("r", "soon", "c", Evidence(item=item)), "c", at(4))

    assert new(None).peak is None
    assert new("pain").peak is None
    assert new("quality").peak is None, "where higher is better as well"


def test_the_worst_number_is_of_the_item_that_it_was_raised_for():
    alert = raised(value=5)
    other = absorb(STUDY, alert, hit(value=30, item="stools"), at(4, "10:00")).alert
    assert other.peak == 5
    assert absorb(STUDY, other, hit(value=None), at(4, "11:00")).alert.peak == 5, (
        "an answer left out is no number"
    )


def test_a_history_with_gaps_still_knows_what_the_alert_was_raised_for():
    alert = raised(value=8)
    without = replace(alert, history=())
    assert latest(without) == alert.evidence
    assert corrected(without, "pain", 8, 3, at(4, "11:00")).history[-1].deed == "corrected"
    assert latest(replace(alert, history=(*alert.history, Entry("hit", at(4))))) == alert.evidence


# ---------------------------------------------------------------- any sequence at all

TRIED = {
    "acknowledge": lambda alert, now: acknowledge(STUDY, alert, NURSE, now),
    "close": lambda alert, now: close(alert, NURSE, now),
    "call": lambda alert, now: steps.called(STUDY, alert, NURSE, now),
    "give": lambda alert, now: steps.assigned(STUDY, alert, NURSE, DOCTOR, now),
    "put off": lambda alert, now: steps.snoozed(STUDY, alert, NURSE, 30 * MINUTE, "asleep", now),
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hit", "hit", "correct", "climb", "due", *TRIED]),
        st.integers(0, 2000),
        st.integers(4, 10),
    ),
    max_size=40,
)


@given(STEPS)
def test_no_alert_goes_backward_and_every_one_that_is_not_closed_has_a_next_step(happened):
    alert, now = raised("moderate_pain", 4), at(4)
    for what, minutes, value in happened:
        before, now = alert, now + minutes * MINUTE
        if what == "hit" and alert.state != "closed":
            rule = "severe_pain" if value >= 7 else "moderate_pain"
            alert = absorb(STUDY, alert, hit(rule, value), now).alert
        elif what == "climb":
            alert = climb(STUDY, alert, now).alert
        elif what == "correct":
            alert = corrected(alert, "pain", value, 1, now)
        elif what == "due" and alert.state == "acknowledged" and alert.next_at <= now:
            alert = steps.lapsed(STUDY, alert, now)
        elif what in {"acknowledge", "close", "call", "give", "put off"}:
            after = TRIED[what](alert, now)
            alert = after if isinstance(after, Alert) else alert
        assert (alert.state != "closed") is (alert.next_at is not None), "nothing stands still for ever"
        assert alert.history[: len(before.history)] == before.history
        assert TIERS.index(alert.tier) >= TIERS.index(before.tier)
        assert alert.peak >= before.peak
        assert alert.evidence == before.evidence
        assert alert.hits >= before.hits
        if before.state == "closed":
            assert alert.state == "closed"
        if alert.state != before.state:
            assert (before.state, alert.state) in {
                ("open", "acknowledged"),
                ("acknowledged", "open"),
                ("acknowledged", "closed"),
            }


@pytest.mark.parametrize("lasts", [12 * HOUR, 5 * DAY])
def test_what_is_put_off_for_days_is_quiet_until_then_and_no_more_told_again_after_a_day(lasts):
    patient = replace(STUDY, handling={**STUDY.handling, "soon": Handling(lasts, 5 * DAY)})
    held = acknowledge(patient, raised("rising_pain", 5), NURSE, MORNING + HOUR)
    put_off = steps.snoozed(patient, held, NURSE, 4 * DAY, "on leave", MORNING + HOUR)
    again = absorb(patient, put_off, hit("rising_pain", 5), MORNING + 25 * HOUR)
    assert (again.why, again.notify, again.tell) == (None, False, ())
    assert (again.alert.state, again.alert.next_at) == ("acknowledged", put_off.next_at)
    assert absorb(patient, again.alert, hit("rising_pain", 5), MORNING + 60 * HOUR).why is None
    milder = absorb(patient, put_off, hit("rising_pain", 4), MORNING + 25 * HOUR)
    assert milder.alert.state == "acknowledged"


def test_worse_than_what_was_put_off_is_told_at_once():
    patient = replace(STUDY, handling={**STUDY.handling, "soon": Handling(DAY, 5 * DAY)})
    held = acknowledge(patient, raised("rising_pain", 5), NURSE, MORNING + HOUR)
    put_off = steps.snoozed(patient, held, NURSE, 4 * DAY, "on leave", MORNING + HOUR)
    for worse, why in ((hit("rising_pain", 6), "rise"), (hit("severe_pain", 8), "tier")):
        again = absorb(patient, put_off, worse, MORNING + 2 * HOUR)
        assert (again.why, again.alert.state, again.notify) == (why, "open", True)


def test_what_is_urgent_is_told_again_after_a_day_although_it_was_put_off():
    patient = replace(STUDY, handling={**STUDY.handling, "urgent": Handling(DAY, 5 * DAY)})
    held = acknowledge(patient, raised("severe_pain", 8), NURSE, MORNING + HOUR)
    put_off = steps.snoozed(patient, held, NURSE, 4 * DAY, "in surgery", MORNING + HOUR)
    assert absorb(patient, put_off, hit("severe_pain", 8), MORNING + 23 * HOUR).why is None
    assert absorb(patient, put_off, hit("severe_pain", 8), MORNING + 25 * HOUR).why == "time"


def test_a_step_after_it_was_put_off_ends_the_peace_where_the_tier_allows_days():
    patient = replace(STUDY, handling={**STUDY.handling, "soon": Handling(5 * DAY, 5 * DAY)})
    held = acknowledge(patient, raised("rising_pain", 5), NURSE, MORNING + HOUR)
    put_off = steps.snoozed(patient, held, NURSE, 4 * DAY, "on leave", MORNING + HOUR)
    called = steps.called(patient, put_off, NURSE, MORNING + 2 * HOUR)
    assert absorb(patient, called, hit("rising_pain", 5), MORNING + 25 * HOUR).why == "time"


def test_a_term_that_ends_within_a_day_quiets_nothing_where_the_tier_allows_days():
    met = hit("moderate_pain", 4)
    held = acknowledge(STUDY, raised("moderate_pain", 4), NURSE, MORNING + HOUR)
    assert absorb(STUDY, held, met, held.next_at - HOUR).why == "time"


def test_whose_term_is_exactly_a_day_is_called_by_that_and_by_no_equal_answer():
    same = hit("rising_pain", 5)
    for lasts, why in ((DAY, None), (DAY + MINUTE, "time")):
        patient = replace(STUDY, handling={**STUDY.handling, "soon": Handling(lasts, 5 * DAY)})
        held = acknowledge(patient, raised("rising_pain", 5), NURSE, MORNING + HOUR)
        assert absorb(patient, held, same, MORNING + 25 * HOUR).why == why


def test_the_worst_number_stays_where_the_study_has_the_item_no_more():
    without = replace(STUDY, instruments={})
    told = Hit("blocked", "urgent", "pain", Evidence())
    assert absorb(without, raised(value=8), told, at(4, "11:00")).alert.peak == 8
