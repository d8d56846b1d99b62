"""Do the shipped alert rules say what `docs/clinical-basis.md` says, at each of their numbers, and only that?"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import timedelta

import pytest

from probot.alerts.rules import hits, signal_hits, strongest
from probot.study.conditions import AttributeOf, DaysSince, Number, Previous
from probot.study.model import Rule, Tier
from probot.values import Value
from tests.config.shipped import FOLDER, patient, the_study

NUMBERS: dict[str, set[float]] = {
    "fever": {38.0},
    "raised_armpit": {37.7, 38.0},
    **{f"severe_pain_{site}": {7} for site in ("oral", "skin", "bladder")},
    **{f"rising_pain_{site}": {4, 2} for site in ("oral", "skin", "bladder")},
    **{f"moderate_pain_{site}": {4, 7} for site in ("oral", "skin", "bladder")},
    "many_stools": {7},
    "more_stools": {4, 7},
    "vomiting": {3},
    "night_urine": {3},
    "low_quality_of_life": {5},
    "falling_quality_of_life": {2},
    "very_tired": {7},
    "very_low": {7},
    "doing_little": {3},
}
"""Every number that stands in a rule. A changed number must be changed here and in the clinical basis too."""


def inside(value: object) -> list[object]:
    """The value and everything in it."""
    found = [value]
    if isinstance(value, tuple):
        for part in value:
            found += inside(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            found += inside(getattr(value, field.name))
    return found


def raised(
    answers: dict[str, Value],
    earlier: dict[str, Value] | None = None,
    hours_ago: float = 24,
    declined: tuple[str, ...] = (),
) -> dict[str, Tier]:
    """Concept -> tier of what these answers raise."""
    facts = patient(
        "oral", "skin", "bladder", answers=answers, earlier=earlier, hours_ago=hours_ago, declined=declined
    )
    found = hits(the_study(), facts, frozenset(answers) | frozenset(declined))
    return {hit.concept: hit.tier for hit in strongest(found)}


def rules_with_conditions() -> list[Rule]:
    return [rule for rule in the_study().rules.values() if rule.when is not None]


# ---------------------------------------------------------------- promises


def test_no_rule_looks_at_the_arm_or_at_anything_else_than_answers() -> None:
    for rule in rules_with_conditions():
        assert not [part for part in inside(rule.when) if isinstance(part, AttributeOf | DaysSince)], rule.id


def test_the_same_answers_raise_the_same_alerts_in_both_arms() -> None:
    answers: dict[str, Value] = {"pain_oral": 8, "danger_signs": ("swelling",), "temperature": 38.4}
    found = [
        hits(the_study(), patient("oral", arm=arm, answers=answers), frozenset(answers))
        for arm in ("control", "msc")
    ]
    assert found[0] == found[1]
    assert found[0]


def test_every_number_in_a_rule_is_documented() -> None:
    stands = {
        rule.id: {part.value for part in inside(rule.when) if isinstance(part, Number)}
        for rule in rules_with_conditions()
    }
    assert {rule: numbers for rule, numbers in stands.items() if numbers} == NUMBERS
    page = (FOLDER.parent / "docs" / "clinical-basis.md").read_text(encoding="utf-8")
    table = page.split("## The alert rules")[1].split("**How many alerts?**")[0]
    written = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", table)}
    assert set().union(*NUMBERS.values()) <= written


def test_earlier_pain_counts_for_three_days_and_earlier_quality_of_life_for_forty() -> None:
    spans = {
        part.item: part.within
        for rule in rules_with_conditions()
        for part in inside(rule.when)
        if isinstance(part, Previous)
    }
    assert spans.pop("qol_overall") == timedelta(days=40)
    assert set(spans) == {"pain_oral", "pain_skin", "pain_bladder", "skin_area", "night_urination"}
    assert set(spans.values()) == {timedelta(hours=72)}


def test_whoever_raises_an_urgent_alert_is_told_what_to_do() -> None:
    for rule in the_study().rules.values():
        if rule.tier == "urgent":
            assert rule.tell_participant in {"help_now", "call_now", "not_alone"}, rule.id
        if rule.tier == "soon" and rule.when is not None:
            assert rule.tell_participant == "call_ward", rule.id
        if rule.tier == "routine":
            assert rule.tell_participant is None, rule.id


# ---------------------------------------------------------------- a quiet day


def test_a_day_with_nothing_new_raises_nothing() -> None:
    answers: dict[str, Value] = {
        "danger_signs": ("none",),
        "temperature": 36.8,
        "temperature_route": "armpit",
        "pain_oral": 3,
        "pain_skin": 3,
        "pain_bladder": 3,
        "intake": "soft",
        "mouth_sores": "little",
        "skin_area": "one_palm",
        "skin_signs": ("itching",),
        "itch": "little",
        "urine_look": "clear",
        "night_urination": 3,
        "news": ("none",),
        "product_oral": "planned",
        "after_product": ("none",),
        "who": "self",
    }
    assert raised(answers, {**answers, "pain_oral": 2, "night_urination": 1}) == {}


def test_a_good_week_raises_nothing() -> None:
    answers: dict[str, Value] = {
        "qol_overall": 6,
        "qol_tired": 6,
        "qol_sleep": 1,
        "qol_mood": 6,
        "qol_doing": 4,
        **dict.fromkeys(("week_nausea", "week_mouth", "week_skin", "week_urine", "week_bowel"), "little"),
    }
    assert raised(answers, {**answers, "qol_overall": 7}, hours_ago=24 * 7) == {}


# ---------------------------------------------------------------- at each number, from both sides


@pytest.mark.parametrize(
    "sign", ["breathing", "chest_pain", "confusion", "swelling", "chills", "bleeding", "no_urine"]
)
def test_each_danger_sign_is_urgent(sign: str) -> None:
    assert list(raised({"danger_signs": (sign,)}).values()) == ["urgent"]


def test_each_danger_sign_is_heard_when_several_are_ticked() -> None:
    assert raised({"danger_signs": ("breathing", "chills", "no_urine")}) == {
        "breathing": "urgent",
        "fever": "urgent",
        "no_urine": "urgent",
    }


def test_no_danger_sign_is_without_a_rule() -> None:
    for option in the_study().item("danger_signs").options:
        assert bool(raised({"danger_signs": (option.id,)})) is (option.id != "none")
    assert raised({"danger_signs": ("unsure",)}) == {"unsure_danger": "soon"}


@pytest.mark.parametrize(
    ("value", "route", "expected"),
    [
        (36.9, "armpit", {}),
        (37.6, "armpit", {}),
        (37.7, "armpit", {"fever": "soon"}),
        (37.9, "armpit", {"fever": "soon"}),
        (37.9, "mouth", {}),
        (38.0, "armpit", {"fever": "urgent"}),
        (38.0, "mouth", {"fever": "urgent"}),
        (38.0, "ear", {"fever": "urgent"}),
        (38.0, "forehead", {"fever": "urgent"}),
        (40.2, "mouth", {"fever": "urgent"}),
    ],
)
def test_temperature(value: float, route: str, expected: dict[str, str]) -> None:
    assert raised({"temperature": value, "temperature_route": route}) == expected


def test_fever_does_not_wait_for_where_it_was_measured() -> None:
    assert raised({"temperature": 38.0}) == {"fever": "urgent"}


@pytest.mark.parametrize("site", ["oral", "skin", "bladder"])
@pytest.mark.parametrize(
    ("now", "before", "hours", "expected"),
    [
        (3, None, 24, None),
        (4, None, 24, "routine"),
        (6, None, 24, "routine"),
        (7, None, 24, "soon"),
        (10, 10, 24, "soon"),
        (3, 0, 24, None),
        (4, 3, 24, "routine"),
        (4, 2, 24, "soon"),
        (4, 2, 72, "soon"),
        (4, 2, 73, "routine"),
        (6, 5, 24, "routine"),
        (6, 4, 24, "soon"),
    ],
)
def test_pain(site: str, now: int, before: int | None, hours: float, expected: Tier | None) -> None:
    item = f"pain_{site}"
    earlier: dict[str, Value] = {} if before is None else {item: before}
    assert raised({item: now}, earlier, hours) == ({} if expected is None else {item: expected})


@pytest.mark.parametrize("site", ["oral", "skin", "bladder"])
def test_pain_reported_at_any_time_belongs_to_the_same_episode(site: str) -> None:
    assert raised({f"pain_now_{site}": 7}) == {f"pain_{site}": "soon"}
    assert raised({f"pain_now_{site}": 4}) == {f"pain_{site}": "routine"}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"intake": "nothing"}, {"intake": "urgent"}),
        ({"intake": "liquids"}, {"intake": "routine"}),
        ({"urine_look": "clots"}, {"urine_blood": "urgent"}),
        ({"urine_look": "red"}, {"urine_blood": "soon"}),
        ({"urine_look": "pink"}, {"urine_blood": "soon"}),
        ({"bleeding_amount": "little"}, {}),
        ({"bleeding_amount": "more"}, {"bleeding": "soon"}),
        ({"bleeding_amount": "not_stopping"}, {"bleeding": "urgent"}),
        ({"stool_count": 3}, {}),
        ({"stool_count": 4}, {"stools": "routine"}),
        ({"stool_count": 6}, {"stools": "routine"}),
        ({"stool_count": 7}, {"stools": "soon"}),
        ({"vomit_count": 2}, {}),
        ({"vomit_count": 3}, {"vomiting": "soon"}),
        ({"news": ("blood_in_stool",)}, {"stool_blood": "soon"}),
        ({"skin_signs": ("blisters",)}, {"skin": "soon"}),
        ({"skin_signs": ("wet",)}, {"skin": "soon"}),
        ({"skin_signs": ("open", "itching")}, {"skin": "soon"}),
        ({"skin_area": "some_palms"}, {}),
        ({"skin_area": "many_palms"}, {"skin": "routine"}),
        ({"after_product": ("swelling",)}, {"allergy": "urgent"}),
        ({"after_product": ("throat",)}, {"allergy": "urgent"}),
        ({"after_product": ("hives",)}, {"allergy": "urgent"}),
        ({"after_worse": "little"}, {}),
        ({"after_worse": "some_things"}, {"local_reaction": "soon"}),
        ({"after_worse": "most_things"}, {"local_reaction": "soon"}),
        ({"product_reason": "made_worse"}, {"local_reaction": "routine"}),
        ({"contact_diary": "no_need"}, {}),
        ({"contact_diary": "today"}, {"contact": "soon"}),
        ({"contact_diary": "now"}, {"contact": "urgent"}),
        ({"contact_report": "now"}, {"contact": "urgent"}),
        ({"other_words": "红点"}, {"own_words": "soon"}),
        ({"report_words": "a rash"}, {"own_words": "soon"}),
        ({"qol_overall": 6}, {}),
        ({"qol_overall": 5}, {"quality_of_life": "routine"}),
        ({"qol_tired": 7}, {"tired": "routine"}),
        ({"qol_mood": 7}, {"mood": "routine"}),
        ({"qol_doing": 3}, {"doing": "routine"}),
        ({"qol_sleep": 0}, {}),
    ],
)
def test_an_answer_raises(answers: dict[str, Value], expected: dict[str, str]) -> None:
    assert raised(answers) == expected


@pytest.mark.parametrize(
    ("item", "now", "before", "expected"),
    [
        ("skin_area", "one_palm", "no_area", {"skin": "soon"}),
        ("skin_area", "one_palm", "one_palm", {}),
        ("skin_area", "one_palm", "some_palms", {}),
        ("skin_area", "some_palms", "one_palm", {"skin": "soon"}),
        ("skin_area", "some_palms", "many_palms", {}),
        ("skin_area", "many_palms", "some_palms", {"skin": "soon"}),
        ("skin_area", "many_palms", "many_palms", {"skin": "routine"}),
        ("night_urination", 4, 2, {}),
        ("night_urination", 5, 2, {"passing_urine": "routine"}),
        ("qol_overall", 7, 8, {}),
        ("qol_overall", 7, 9, {"quality_of_life": "routine"}),
        ("qol_overall", 9, 7, {}),
    ],
)
def test_a_change_raises(item: str, now: Value, before: Value, expected: dict[str, str]) -> None:
    assert raised({item: now}, {item: before}) == expected


@pytest.mark.parametrize(
    "item",
    [
        "mouth_sores",
        "itch",
        "week_nausea",
        "week_appetite",
        "week_mouth",
        "week_swallowing",
        "week_skin",
        "week_urine",
        "week_bowel",
    ],
)
def test_a_complaint_counts_by_what_it_stops(item: str) -> None:
    assert raised({item: "little"}) == {}
    assert list(raised({item: "some_things"}).values()) == ["routine"]
    assert list(raised({item: "most_things"}).values()) == ["soon"]


def test_who_will_not_answer_about_danger_signs_is_on_the_morning_list() -> None:
    assert raised({}, declined=("danger_signs",)) == {"danger_not_answered": "routine"}


# ---------------------------------------------------------------- words and signals


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("我胸痛", "distress"),
        ("昨晚开始喘不上气了", "distress"),
        ("鼻子出血止不住血", "distress"),
        ("I can't breathe", "distress"),
        ("I can’t breathe well", "distress"),
        ("CHEST PAIN since noon", "distress"),
        ("我不想活了", "self_harm"),
        ("活着没意思", "self_harm"),
        ("I want to die", "self_harm"),
        ("谢谢护士", "note"),
        ("今天嘴有点痛", "note"),
        ("Thank you, see you tomorrow", "note"),
        ("my mouth is a little sore", "note"),
    ],
)
def test_a_message_is_heard_by_its_words(words: str, rule: str) -> None:
    assert [hit.rule for hit in signal_hits(the_study(), "note", words)] == [rule]


def test_both_languages_have_words_for_both_kinds_of_distress() -> None:
    for name in ("distress", "self_harm"):
        words = the_study().rules[name].words
        assert sum(word.isascii() or "’" in word for word in words) >= 8
        assert sum("\u4e00" <= word[0] <= "\u9fff" for word in words) >= 8


@pytest.mark.parametrize(
    ("signal", "tier"),
    [
        ("media", "soon"),
        ("unclear", "soon"),
        ("blocked", "routine"),
        ("undelivered", "routine"),
        ("paused", "routine"),
        ("withdrawn", "routine"),
    ],
)
def test_what_happens_without_an_answer_has_one_rule(signal: str, tier: str) -> None:
    found = signal_hits(the_study(), signal)  # type: ignore[arg-type]
    assert [hit.tier for hit in found] == [tier]


def test_each_missed_form_names_its_own_rule() -> None:
    plan = the_study().plan
    named = {name: (point.missed.in_a_row, point.missed.rule) for name, point in plan.items() if point.missed}
    assert named == {
        "daily_diary": (2, "no_answer"),
        "weekly": (1, "no_weekly_answer"),
        "monthly": (1, "no_monthly_answer"),
    }
