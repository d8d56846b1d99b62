"""What people do about an alert after they took it: each step, its term, and what opens it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from probot.alerts import life, steps
from probot.alerts.ladder import MORNING, climb
from probot.alerts.model import Alert, Entry, Evidence, Hit
from probot.alerts.present import alert_message, open_list_message
from probot.flows.buttons import read
from probot.study.model import HANDLING, Rung
from probot.values import EnrolmentId, StaffId
from tests.alerts.small_study import STUDY, at

MEI, TOM = StaffId("mei"), StaffId("tom")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOON = at(4, "12:00")
NAMES = {"mei": "Mei", "tom": "Tom"}


def taken(rule="severe_pain", value=8, item="pain") -> Alert:
    met = STUDY.rules[rule]
    hit = Hit(rule, met.tier, met.concept, Evidence(item=item, value=value))
    alert = life.raise_alert(STUDY, EnrolmentId("e"), hit, "r", NOON)
    alert = climb(STUDY, alert, NOON).alert
    after = life.acknowledge(STUDY, alert, MEI, NOON)
    assert isinstance(after, Alert)
    return after


@pytest.mark.parametrize(
    ("rule", "value", "item", "tier"),
    [
        ("severe_pain", 8, "pain", "urgent"),
        ("many_stools", 5, "stools", "soon"),
        ("moderate_pain", 4, "pain", "routine"),
    ],
)
def test_an_acknowledgement_lasts_as_long_as_its_tier_says(rule, value, item, tier):
    assert taken(rule, value, item).next_at == NOON + HANDLING[tier].lasts


def test_every_step_gives_a_new_term_and_what_the_participant_says_does_not():
    alert, later = taken(), NOON + HOUR
    for after in (
        steps.called(STUDY, alert, MEI, later),
        steps.assigned(STUDY, alert, MEI, TOM, later),
        steps.asked(STUDY, alert, MEI, "Worse?", later),
    ):
        assert after.next_at == later + 4 * HOUR
    assert steps.answered(alert, "Yes", later).next_at == alert.next_at
    assert steps.undelivered(alert, "blocked", later).next_at == alert.next_at


def test_once_nothing_has_followed_it_is_open_and_its_ladder_begins_anew():
    alert = taken()
    again = steps.lapsed(STUDY, alert, alert.next_at)
    assert (again.state, again.rung, again.acknowledged_by) == ("open", 0, None)
    assert (again.history[-1].deed, again.history[-1].by) == ("lapsed", MEI)
    assert again.taken_at == NOON, "when it was first taken stays"
    first = climb(STUDY, again, alert.next_at)
    assert first.notify == ("care_team",)
    assert climb(STUDY, first.alert, alert.next_at + 10 * MINUTE).notify == ("doctor",)


def test_whoever_it_was_given_to_has_it_and_is_named_when_it_lapses():
    given = steps.assigned(STUDY, taken(), MEI, TOM, NOON + MINUTE)
    assert steps.holder(given) == TOM
    assert steps.lapsed(STUDY, given, given.next_at).history[-1].by == TOM
    retaken = life.acknowledge(STUDY, steps.lapsed(STUDY, given, given.next_at), MEI, given.next_at)
    assert steps.holder(retaken) == MEI


def test_a_snooze_ends_by_itself_and_is_told_apart_from_a_lapse():
    alert = steps.snoozed(STUDY, taken(), MEI, 30 * MINUTE, "asleep", NOON)
    assert alert.next_at == NOON + 30 * MINUTE
    assert steps.lapsed(STUDY, alert, alert.next_at).history[-1].deed == "woken"
    called = steps.called(STUDY, alert, MEI, NOON + MINUTE)
    assert steps.lapsed(STUDY, called, called.next_at).history[-1].deed == "lapsed"


def test_an_urgent_alert_cannot_be_put_off_beyond_its_limit_however_often_it_is_tried():
    alert = taken()
    assert steps.snoozed(STUDY, alert, MEI, 2 * HOUR, "busy", NOON) == steps.TooLong(HOUR)
    assert steps.snoozed(STUDY, alert, MEI, HOUR, "busy", NOON).next_at == NOON + HOUR, "exactly that long"
    alert = steps.snoozed(STUDY, alert, MEI, 30 * MINUTE, "asleep", NOON)
    soon = NOON + 20 * MINUTE
    assert steps.snoozed(STUDY, alert, MEI, HOUR, "asleep", soon) == steps.TooLong(40 * MINUTE)
    alert = steps.snoozed(STUDY, alert, MEI, 30 * MINUTE, "asleep", soon)
    assert steps.snooze_choices(STUDY, alert, NOON + 50 * MINUTE) == ()
    awake = steps.lapsed(STUDY, alert, alert.next_at)
    again = life.acknowledge(STUDY, awake, TOM, alert.next_at)
    assert steps.may_be_put_off(STUDY, again, alert.next_at) == HOUR, "somebody has decided anew"


def test_what_waits_longer_may_be_put_off_longer_and_only_the_longest_few_are_offered():
    offered = steps.snooze_choices(STUDY, taken("many_stools", 5, "stools"), NOON)
    assert offered == (2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR)


def test_nothing_is_done_about_an_alert_that_nobody_has_or_that_is_closed():
    closed = life.close(taken(), MEI, NOON, "advice")
    for refused in (
        steps.called(STUDY, closed, TOM, NOON),
        steps.assigned(STUDY, closed, TOM, MEI, NOON),
        steps.snoozed(STUDY, closed, TOM, HOUR, "busy", NOON),
    ):
        assert refused == life.AlreadyClosed(MEI, NOON)
    free = steps.lapsed(STUDY, taken(), NOON + 4 * HOUR)
    assert steps.called(STUDY, free, TOM, NOON + 5 * HOUR) == life.NotTaken()
    asked = steps.asked(STUDY, free, TOM, "How are you?", NOON + 5 * HOUR)
    assert (asked.state, asked.next_at) == ("open", free.next_at), "asking does not stop the ladder"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("menu", "actions"),
    [
        ("main", ["called", "assign", "snooze", "close"]),
        ("close", ["c-advice", "c-drug_change", "c-visit", "c-admission", "c-none", "back"]),
        ("assign", ["a-tom", "back"]),
        ("snooze", ["z-15", "z-30", "z-60", "back"]),
    ],
)
def test_each_menu_has_its_buttons(menu, actions, language):
    message = alert_message(STUDY, taken(), "P-001", language, now=NOON, staff=NAMES, menu=menu, able=NAMES)
    assert [read(button.data).action for row in message.buttons for button in row] == actions


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_long_story_keeps_its_beginning_and_its_end(language):
    alert = taken()
    for number in range(30):
        alert = steps.answered(alert, f"answer {number} ends", NOON)
    lines = alert_message(STUDY, alert, "P-001", language, now=NOON, staff=NAMES).text.split("\n")
    told = [line for line in lines if "answer " in line]
    assert (len(told), "answer 29 ends" in told[-1]) == (11, True)
    assert any("Mei" in line for line in lines)
    assert any("19" in line and "answer" not in line for line in lines), "how many were left out"


def test_a_wish_sorts_what_is_not_urgent_and_lowers_nothing():
    def raised(rule, value, item, code, wish=None):
        met = STUDY.rules[rule]
        hit = Hit(rule, met.tier, met.concept, Evidence(item=item, value=value))
        alert = life.raise_alert(STUDY, EnrolmentId(code), hit, code, NOON)
        return (steps.wished(alert, wish, NOON) if wish else alert), code

    listed = [
        raised("moderate_pain", 4, "pain", "routine"),
        raised("many_stools", 5, "stools", "soon-no", "no_need"),
        raised("many_stools", 5, "stools", "soon"),
        raised("many_stools", 5, "stools", "soon-today", "today"),
        raised("moderate_pain", 4, "pain", "routine-now", "now"),
        raised("severe_pain", 8, "pain", "urgent-no", "no_need"),
    ]
    text = open_list_message(STUDY, listed, "en", NOON, NAMES).text
    order = ["urgent-no", "routine-now", "soon-today", "soon", "soon-no", "routine"]
    lines = text.split("\n")[1:]
    assert [line.split(" · ")[1] for line in lines] == order
    assert [line.partition("nurse: ")[2].partition(" · ")[0] for line in lines] == [
        "", "as soon as possible", "today", "", "no need", "",
    ], "who reads the list sees why it is in this order, and nothing that speaks against an urgent alert"  # fmt: skip
    assert listed[-1][0].tier == "urgent"
    closed = life.close(taken(), MEI, NOON, "advice")
    assert steps.wished(closed, "now", NOON) is closed


def test_a_list_names_whoever_has_it_now():
    given = steps.assigned(STUDY, taken(), MEI, TOM, NOON)
    line = open_list_message(STUDY, [(given, "P-001")], "en", NOON, NAMES).text.split("\n")[1]
    assert line.endswith("with Tom")


def test_each_step_is_on_record_as_it_was():
    alert, later = taken(), NOON + HOUR

    def noted(after):
        assert after.history[:-1] == alert.history
        return after.history[-1]

    assert noted(steps.called(STUDY, alert, MEI, later)) == Entry("called", later, by=MEI)
    assert noted(steps.assigned(STUDY, alert, MEI, TOM, later)) == Entry("assigned", later, by=MEI, to=TOM)
    assert noted(steps.snoozed(STUDY, alert, MEI, HOUR, "asleep", later)) == Entry(
        "snoozed", later, by=MEI, until=later + HOUR, words="asleep"
    )
    assert noted(steps.asked(STUDY, alert, MEI, "Worse?", later)) == Entry(
        "asked", later, by=MEI, words="Worse?"
    )
    assert noted(steps.answered(alert, "Yes", later)) == Entry("answered", later, words="Yes")
    assert noted(steps.undelivered(alert, "blocked", later)) == Entry("undelivered", later, why="blocked")
    assert noted(steps.wished(alert, "now", later)) == Entry("wished", later, code="now")
    assert steps.wished(alert, "now", later).wish == "now"
    assert noted(steps.lapsed(STUDY, alert, later)) == Entry("lapsed", later, by=MEI, tier="urgent")
    left = steps.lapsed(STUDY, alert, later, left=True)
    assert noted(left) == Entry("left", later, by=MEI, tier="urgent")


def test_the_lengths_to_choose_from_go_from_a_quarter_of_an_hour_to_a_week():
    hours = (1 / 4, 1 / 2, 1, 2, 4, 8, 12, 24, 48, 72, 168)
    assert tuple(each / HOUR for each in steps.SNOOZES) == hours


def test_nobody_has_what_is_open_whoever_it_was_given_to_before():
    given = steps.assigned(STUDY, taken(), MEI, TOM, NOON + MINUTE)
    assert steps.holder(steps.lapsed(STUDY, given, NOON + 5 * HOUR)) is None


def test_what_is_open_again_at_night_is_told_then_and_in_the_morning():
    night = at(4, "23:00")
    again = steps.lapsed(STUDY, taken("many_stools", 5, "stools"), night)
    assert (again.next_at, again.acknowledged_at) == (night, None)
    assert again.ladder[:2] == (Rung("care_team"), Rung("care_team", MORNING))


@pytest.mark.parametrize(
    "deed", ["acknowledged", "reopened", "lapsed", "woken", "left", "called", "assigned", "asked", "closed"]
)
def test_whatever_is_done_later_ends_a_snooze(deed):
    alert = steps.snoozed(STUDY, taken(), MEI, HOUR, "asleep", NOON)
    assert steps.snoozed_until(alert) == NOON + HOUR
    later = replace(alert, history=(*alert.history, Entry(deed, NOON + MINUTE)))
    assert steps.snoozed_until(later) is None
    heard = replace(alert, history=(*alert.history, Entry("answered", NOON + MINUTE)))
    assert steps.snoozed_until(heard) == NOON + HOUR, "an answer of the participant does not"


def test_what_was_never_put_off_is_not():
    assert steps.snoozed_until(taken()) is None
    assert steps.snoozed_until(replace(taken(), history=())) is None


@pytest.mark.parametrize(
    ("deed", "minutes"),
    [("called", 50), ("asked", 50), ("assigned", 50), *((deed, 60) for deed in sorted(steps.BEGIN_ANEW))],
)
def test_the_time_it_may_be_put_off_for_runs_from_the_first_snooze_since_it_was_taken(deed, minutes):
    alert = steps.called(STUDY, taken(), MEI, NOON + 5 * MINUTE)
    assert steps.may_be_put_off(STUDY, alert, NOON + 10 * MINUTE) == HOUR, "a call takes nothing from it"
    alert = steps.snoozed(STUDY, alert, MEI, 15 * MINUTE, "asleep", NOON + 10 * MINUTE)
    alert = replace(alert, history=(*alert.history, Entry(deed, NOON + 15 * MINUTE)))
    assert steps.may_be_put_off(STUDY, alert, NOON + 20 * MINUTE) == minutes * MINUTE


def test_in_whose_hands_it_lapsed_is_known_until_somebody_takes_it_or_it_opens_for_another_reason():
    alert = taken()
    assert steps.lapsed_by(alert) is None, "it has not"
    again = steps.lapsed(STUDY, alert, alert.next_at)
    assert steps.lapsed_by(again) == MEI
    asked = steps.asked(STUDY, again, TOM, "Worse?", alert.next_at)
    assert steps.lapsed_by(asked) == MEI, "a question takes nothing"
    assert steps.lapsed_by(life.acknowledge(STUDY, again, TOM, alert.next_at)) is None
    assert steps.lapsed_by(replace(again, state="closed")) is None
    assert steps.lapsed_by(replace(again, history=())) is None
    put_off = steps.snoozed(STUDY, alert, MEI, HOUR, "asleep", NOON)
    assert steps.lapsed_by(steps.lapsed(STUDY, put_off, NOON + HOUR)) is None, "it was put off"
    assert steps.lapsed_by(steps.lapsed(STUDY, alert, NOON + HOUR, left=True)) is None, "she left"


def test_after_a_clock_was_set_back_what_is_open_climbs_from_its_first_rung_now():
    met = STUDY.rules["severe_pain"]
    hit = Hit(met.id, met.tier, met.concept, Evidence(item="pain", value=8))
    wrong = NOON + 5 * HOUR
    climbed = climb(STUDY, life.raise_alert(STUDY, EnrolmentId("e"), hit, "r", wrong), wrong).alert
    old = replace(climbed, ladder=(Rung("tom", 3 * HOUR),))
    after = steps.recounted(STUDY, old, 5 * HOUR, NOON)
    ladder = steps.ladder_at(STUDY, old.tier, old.ladder, NOON)
    due = steps.first_rung_at(STUDY, ladder, old.tier, NOON)
    entry = Entry("recounted", NOON, tier="urgent")
    assert climbed.told
    assert climbed.rung
    assert after == replace(
        old, ladder=ladder, rung=0, told=(), next_at=due, notified_at=NOON, history=(*old.history, entry)
    )
    quiet = replace(old, next_at=None)
    assert steps.recounted(STUDY, quiet, 5 * HOUR, NOON) is quiet


def test_after_a_clock_was_set_back_what_somebody_has_keeps_its_term_and_is_never_due_before_now():
    late = replace(taken(), next_at=NOON + 6 * HOUR)
    entry = Entry("recounted", NOON, by=MEI, tier="urgent")
    for ahead, due in ((5 * HOUR, NOON + HOUR), (7 * HOUR, NOON)):
        after = steps.recounted(STUDY, late, ahead, NOON)
        assert after == replace(late, next_at=due, history=(*late.history, entry))
