"""Which rules are met: boundaries, evidence, signals, and an independent oracle over random histories."""

from __future__ import annotations

import operator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.alerts.evidence import evidence_of
from probot.alerts.model import Evidence, TrendPoint
from probot.alerts.rules import hits, signal_hits, spoken_hits, strongest, witnesses
from probot.study.conditions import And, Answer, Arithmetic, Compare, Not, Number, Previous, Word
from probot.study.model import TIERS, Rule
from tests.alerts.small_study import FEVER, ITEMS, STUDY, at, at_least, facts, march


def met(now, answers, changed=None, earlier=None, declined=()):
    known = facts(now, answers, earlier, declined)
    return hits(STUDY, known, frozenset(changed if changed is not None else answers), zone="Asia/Shanghai")


def rules_met(*args, **named):
    return [hit.rule for hit in met(*args, **named)]


@pytest.mark.parametrize(
    ("item", "value", "expected"),
    [
        ("pain", 3, []),
        ("pain", 4, ["moderate_pain"]),
        ("pain", 6, ["moderate_pain"]),
        ("pain", 7, ["severe_pain", "moderate_pain"]),
        ("pain", 10, ["severe_pain", "moderate_pain"]),
        ("quality", 6, []),
        ("quality", 5, ["low_quality"]),
        ("quality", 4, ["low_quality"]),
        ("temperature", 37.9, []),
        ("temperature", 38.0, ["fever"]),
        ("temperature", 38.1, ["fever"]),
        ("chills", "no", []),
        ("chills", "not_sure", []),
        ("chills", "yes", ["fever"]),
        ("intake", "liquids", []),
        ("intake", "nothing", ["cannot_drink"]),
        ("signs", ("rash",), []),
        ("signs", ("rash", "hives"), ["hives"]),
        ("stools", 3, []),
        ("stools", 4, ["many_stools"]),
    ],
)
def test_a_rule_is_met_from_its_boundary_on(item, value, expected):
    assert rules_met(at(4), {item: value}) == expected


def test_a_difference_of_decimals_is_the_one_that_is_written() -> None:
    rise = Compare(">=", Arithmetic("-", Answer("temperature"), Previous("temperature", None)), Number(1.3))
    known = facts(at(4), {"temperature": 38.3}, {"temperature": {at(3): 37.0}})
    assert rise.decide(known) is True, "38.3 - 37.0 in binary is 1.2999999999999972"


@pytest.mark.parametrize(
    ("before", "hours", "expected"),
    [(5, 24, False), (4, 24, True), (3, 24, True), (4, 72, True), (4, 73, False)],
)
def test_a_rise_counts_against_a_previous_answer_of_the_last_72_hours(before, hours, expected):
    now = at(9)
    found = rules_met(now, {"pain": 6}, earlier={"pain": {now - timedelta(hours=hours): before}})
    assert ("rising_pain" in found) is expected


def test_a_rule_is_not_met_again_by_an_answer_it_does_not_rest_on():
    both = {"temperature": 38.5, "chills": "no"}
    assert rules_met(at(4), both, changed={"chills"}) == []
    assert rules_met(at(4), both, changed={"temperature"}) == ["fever"]
    assert rules_met(at(4), {**both, "chills": "yes"}, changed={"chills"}) == ["fever"]


def test_nothing_is_met_when_nothing_changed():
    assert rules_met(at(4), {"pain": 9}, changed=set()) == []


def test_a_previous_answer_alone_meets_no_rule():
    assert rules_met(at(4), {"quality": 9}, earlier={"pain": {at(3): 9}}, changed={"pain", "quality"}) == []


def test_declining_can_meet_a_rule_as_long_as_the_other_half_is_known():
    assert rules_met(at(4), {"chills": "yes"}, changed={"pain"}, declined=("pain",)) == ["will_not_say"]
    assert rules_met(at(4), {"chills": "no"}, changed={"pain"}, declined=("pain",)) == []
    assert rules_met(at(4), {}, changed={"pain"}, declined=("pain",)) == []


def test_the_evidence_names_the_first_changed_item_that_the_rule_rests_on():
    now = {"temperature": 39.0, "chills": "yes"}
    assert witnesses(FEVER, facts(at(4), now)) == ("temperature", "chills")
    assert met(at(4), now)[0].evidence.item == "temperature"
    assert met(at(4), now, changed={"chills"})[0].evidence.item == "chills"


def test_the_evidence_shows_value_previous_trend_and_since_when():
    earlier = {"pain": {at(1): 3, at(2): 4, at(3): 6}}
    evidence = met(at(4), {"pain": 8}, earlier=earlier)[0].evidence
    assert evidence == Evidence(
        item="pain",
        value=8,
        previous=6,
        trend=tuple(TrendPoint(march(day), value) for day, value in [(1, 3), (2, 4), (3, 6), (4, 8)]),
        since=march(4),
    )


def test_since_reaches_back_over_every_day_that_met_the_threshold_and_over_days_without_an_answer():
    earlier = {"pain": {at(1): 8, at(2): 6, at(3): 7, at(5): 10}}
    found = {hit.rule: hit.evidence for hit in met(at(6), {"pain": 7}, earlier=earlier)}
    assert found["severe_pain"].since == march(3)
    assert found["moderate_pain"].since == march(1)


def test_the_worst_answer_of_a_local_day_stands_for_the_day():
    # 23:30 on the third in Shanghai is still the third, though it is the same UTC day as 07:30 on the third.
    earlier = {
        "pain": {at(3, "07:30"): 9, at(3, "23:30"): 2},
        "quality": {at(3, "07:30"): 2, at(3, "09:00"): 8},
    }
    evidence = met(at(4, "00:30"), {"pain": 7}, earlier=earlier)[0].evidence
    assert [(point.date, point.value) for point in evidence.trend] == [(march(3), 9), (march(4), 7)]
    low = met(at(4), {"quality": 4}, earlier=earlier)[0].evidence
    assert [point.value for point in low.trend] == [2, 4]


def test_days_are_those_of_the_participants_zone():
    earlier = {"pain": {at(3, "23:30"): 5}}
    known = facts(at(4, "12:00"), {"pain": 8}, earlier)
    assert [p.date for p in hits(STUDY, known, frozenset({"pain"}))[0].evidence.trend] == [march(3), march(4)]
    tokyo = hits(STUDY, known, frozenset({"pain"}), "Asia/Tokyo")[0].evidence
    assert [(p.date, p.value) for p in tokyo.trend] == [(march(4), 8)]


def test_a_worse_day_belongs_to_the_run_though_the_rule_has_an_upper_end():
    middle = And((at_least("pain", 4), Compare("<=", Answer("pain"), Number(6))))
    earlier = {"pain": {at(1): 3, at(2): 8, at(3): 4}}
    evidence = evidence_of(STUDY, middle, facts(at(4), {"pain": 5}, earlier), "pain", "Asia/Shanghai")
    assert evidence.since == march(2)


def test_what_is_not_so_bears_witness_too():
    no_chills = Not(Compare("==", Answer("chills"), Word("yes")))
    assert witnesses(no_chills, facts(at(4), {"chills": "no"})) == ("chills",)
    assert witnesses(no_chills, facts(at(4), {"chills": "yes"})) == ()


def test_the_trend_is_seven_days_long_at_most():
    earlier = {"pain": {at(day): day % 4 for day in range(1, 12)}}
    trend = met(at(12), {"pain": 9}, earlier=earlier)[0].evidence.trend
    assert [point.date for point in trend] == [march(day) for day in range(6, 13)]


def test_options_with_a_score_make_a_trend_and_words_do_not():
    earlier = {"intake": {at(3): "liquids"}, "chills": {at(3): "no"}}
    assert [p.value for p in met(at(4), {"intake": "nothing"}, earlier=earlier)[0].evidence.trend] == [2, 3]
    chills = met(at(4), {"chills": "yes"}, earlier=earlier)[0].evidence
    assert (chills.trend, chills.since, chills.previous) == ((), march(4), "no")


def test_one_hit_speaks_for_each_concept():
    found = met(at(4), {"pain": 9, "chills": "yes"}, earlier={"pain": {at(3): 5}})
    assert [hit.rule for hit in found] == ["severe_pain", "fever", "rising_pain", "moderate_pain"]
    assert [hit.rule for hit in strongest(found)] == ["severe_pain", "fever"]


# ---------------------------------------------------------------- signals


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("I have chest pain", "distress"),
        ("ＣＨＥＳＴ　ＰＡＩＮ!", "distress"),
        ("my Chest\n pain is back, I am afraid", "distress"),
        ("che\u200bst pain", "distress"),
        ("我 胸 痛", "distress"),
        ("我很害怕", "worried"),
        ("When may I eat?", "note"),
        ("", "note"),
    ],
)
def test_a_note_meets_the_highest_rule_whose_words_it_has_else_the_general_one(words, expected):
    found = signal_hits(STUDY, "note", words)
    assert [hit.rule for hit in found] == [expected]
    assert found[0].evidence == Evidence(words=words)


def test_words_of_distress_count_where_a_number_was_asked_for():
    assert [hit.rule for hit in signal_hits(STUDY, "unclear", "chest pain")] == ["distress"]
    assert [hit.rule for hit in signal_hits(STUDY, "unclear", "quite a lot")] == ["unclear"]
    assert [hit.rule for hit in signal_hits(STUDY, "media", "胸痛")] == ["distress"]
    assert signal_hits(STUDY, "media") == ()


def test_words_alarm_by_themselves_only_where_a_rule_names_them():
    assert [hit.rule for hit in spoken_hits(STUDY, "chest pain")] == ["distress"]
    assert spoken_hits(STUDY, "quite a lot") == ()


def test_other_signals_do_not_listen_to_words():
    assert [hit.rule for hit in signal_hits(STUDY, "blocked", "chest pain", "blocked")] == ["blocked"]


def test_a_timepoint_can_name_its_own_rule_for_missed_assessments():
    assert [hit.rule for hit in signal_hits(STUDY, "missed", detail="daily")] == ["no_weekly", "no_answer"]
    only = signal_hits(STUDY, "missed", detail="daily", rule="no_answer")
    assert [(hit.rule, hit.evidence.detail) for hit in only] == [("no_answer", "daily")]


# ---------------------------------------------------------------- an independent oracle

ORACLE = {
    "severe_pain": ("pain", operator.ge, 7),
    "cannot_drink": ("intake", operator.eq, "nothing"),
    "many_stools": ("stools", operator.ge, 4),
    "moderate_pain": ("pain", operator.ge, 4),
    "low_quality": ("quality", operator.le, 5),
}


def oracle(now, answers, changed, past):
    """Written from the rules' meaning alone: which of them the changed answers meet."""
    found = set()
    for rule, (item, compare, limit) in ORACLE.items():
        if item in changed and item in answers and compare(answers[item], limit):
            found.add(rule)
    hot = "temperature" in answers and answers["temperature"] >= 38.0
    cold = answers.get("chills") == "yes"
    if (hot and "temperature" in changed) or (cold and "chills" in changed):
        found.add("fever")
    if "hives" in answers.get("signs", ()) and "signs" in changed:
        found.add("hives")
    if "pain" in changed and answers.get("pain", 0) >= 4 and past.get("pain"):
        when = max(past["pain"])
        if now - when <= timedelta(hours=72) and answers["pain"] - past["pain"][when] >= 2:
            found.add("rising_pain")
    return found


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "pain": st.integers(0, 10),
        "quality": st.integers(0, 10),
        "temperature": st.integers(340, 430).map(lambda tenths: tenths / 10),
        "chills": st.sampled_from(["yes", "no", "not_sure"]),
        "intake": st.sampled_from(["normal", "soft", "liquids", "nothing"]),
        "signs": st.sets(st.sampled_from(["rash", "hives"])).map(lambda some: tuple(sorted(some))),
        "stools": st.integers(0, 20),
    },
)
PAST = st.dictionaries(st.integers(1, 400), st.integers(0, 10), max_size=6)


@given(ANSWERS, st.sets(st.sampled_from([item.id for item in ITEMS])), PAST)
def test_hits_are_exactly_those_of_an_independent_oracle(answers, changed, past_pain):
    now = at(20)
    past = {"pain": {now - timedelta(hours=hours): value for hours, value in past_pain.items()}}
    found = met(now, answers, changed=changed, earlier=past)
    assert {hit.rule for hit in found} == oracle(now, answers, changed, past)
    assert [hit.tier for hit in found] == sorted((hit.tier for hit in found), key=TIERS.index, reverse=True)
    for hit in found:
        evidence = hit.evidence
        assert evidence.item in changed
        assert evidence.value == answers[evidence.item]
        assert evidence.since is not None
        assert evidence.since <= march(20)
        assert len(evidence.trend) <= 7


@given(st.permutations(list(range(4))), ANSWERS)
def test_however_the_answers_come_in_every_rule_that_is_true_in_the_end_was_met_on_the_way(order, answers):
    items = [list(answers)[index % len(answers)] for index in order] if answers else []
    known, seen = {}, set()
    for item in dict.fromkeys((*items, *answers)):
        known[item] = answers[item]
        seen |= set(rules_met(at(20), dict(known), changed={item}))
    assert seen == set(rules_met(at(20), answers))


# ---------------------------------------------------------------- words and signals, to the letter


def spoken_of(signal, words, *rules):
    study = replace(STUDY, rules={**STUDY.rules, **{rule.id: rule for rule in rules}})
    return [hit.rule for hit in signal_hits(study, signal, words)]


def a_rule(words, on="note"):
    return Rule("more", "urgent", "more", STUDY.title, on=on, words=words)


def test_a_signal_without_words_leaves_none_in_the_evidence():
    assert [hit.evidence for hit in signal_hits(STUDY, "note")] == [Evidence()]


def test_words_for_one_signal_are_not_listened_for_in_another():
    assert spoken_of("media", "there is blood", a_rule(("blood",), "media")) == ["more"]
    assert spoken_of("unclear", "there is blood", a_rule(("blood",), "media")) == ["unclear"]


def test_a_rule_word_that_is_empty_is_in_no_text():
    assert spoken_of("note", "all is well", a_rule((" ", ""))) == ["note"]


def test_english_words_stand_apart_and_chinese_ones_need_not():
    assert spoken_of("note", "chestpain") == ["note"]
    assert spoken_of("note", "my chest  pain is back") == ["distress"]
    assert spoken_of("note", "胸 痛") == ["distress"]
