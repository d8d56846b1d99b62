"""How much does the shipped study ask of a patient, and what does it ask of everybody?"""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from probot.flows.order import items_in_order, visible
from probot.flows.session import Given
from probot.values import Value
from tests.config.shipped import NOW, QUIET, SITES, conversation, items, patient, the_study

EVERYBODY = [
    (sites, arm)
    for sites in chain.from_iterable(combinations(SITES, size) for size in (1, 2, 3))
    for arm in ("control", "msc")
]


def given(value: Value | None, absent: str | None = None) -> Given:
    return Given(value, absent, "", "button", "zh", 0, NOW, NOW)  # type: ignore[arg-type]


def test_somebody_with_a_mouth_injury_and_nothing_new_answers_seven_questions() -> None:
    assert conversation(patient("oral"), "daily_diary", QUIET) == [
        "danger_signs",
        "temperature",
        "temperature_route",
        "pain_oral",
        "intake",
        "news",
        "who",
    ]


@pytest.mark.parametrize(
    ("sites", "arm", "expected"),
    [
        (("oral",), "control", 7),
        (("oral",), "msc", 9),
        (("skin",), "control", 8),
        (("skin",), "msc", 10),
        (("bladder",), "control", 8),
        (("bladder",), "msc", 10),
        (("oral", "skin", "bladder"), "control", 13),
        (("oral", "skin", "bladder"), "msc", 17),
    ],
)
def test_with_nothing_new_each_question_takes_one_answer(
    sites: tuple[str, ...], arm: str, expected: int
) -> None:
    assert len(conversation(patient(*sites, arm=arm), "daily_diary", QUIET)) == expected


def test_without_a_thermometer_the_place_of_measuring_is_not_asked() -> None:
    asked = conversation(patient("oral"), "daily_diary", {**QUIET, "temperature": "~nd"})
    assert "temperature_route" not in asked


@pytest.mark.parametrize(("sites", "arm"), EVERYBODY)
@pytest.mark.parametrize("timepoint", ["daily_diary", "report"])
def test_danger_signs_and_temperature_come_first_for_everybody(
    sites: tuple[str, ...], arm: str, timepoint: str
) -> None:
    shown = [item.id for item in visible(the_study(), patient(*sites, arm=arm), timepoint, {})]
    assert shown[:2] == ["danger_signs", "temperature"]


@pytest.mark.parametrize("timepoint", ["daily_diary", "monthly", "report"])
def test_no_answer_hides_a_safety_question(timepoint: str) -> None:
    study = the_study()
    everything = items_in_order(study, timepoint)
    wanted = {item.id for item in everything if item.safety}
    for absent in ("declined", "not_done", "branched"):
        answers = {item.id: given(None, absent) for item in everything}
        shown = {item.id for item in visible(study, patient("oral"), timepoint, answers)}
        assert wanted - {"temperature_route"} <= shown


def test_both_arms_are_asked_the_same_but_for_the_product() -> None:
    for sites, _ in EVERYBODY:
        control = conversation(patient(*sites), "daily_diary", QUIET)
        treated = conversation(patient(*sites, arm="msc"), "daily_diary", QUIET)
        extra = [f"product_{site}" for site in sites] + ["after_product"]
        assert [item for item in treated if item not in extra] == control
        assert sorted(set(treated) - set(control)) == sorted(extra)


def test_signs_of_an_allergy_are_asked_of_both_arms() -> None:
    options = {option.id for option in the_study().item("danger_signs").options}
    assert {"swelling", "breathing"} <= options
    assert the_study().item("danger_signs").ask_if is None


@pytest.mark.parametrize(
    ("answers", "then"),
    [
        ({"pain_oral": "4", "extra_pain_medicine": "no", "mouth_sores": "little"}, "extra_pain_medicine"),
        ({"pain_oral": "4", "extra_pain_medicine": "no", "mouth_sores": "little"}, "mouth_sores"),
        ({"pain_oral": "4", "extra_pain_medicine": "no", "mouth_sores": "little"}, "contact_diary"),
        ({"intake": "soft", "mouth_sores": "little"}, "mouth_sores"),
        ({"who": "proxy", "proxy_reason": "too_unwell"}, "proxy_reason"),
    ],
)
def test_an_answer_that_calls_for_it_opens_the_next_question(answers: dict[str, str], then: str) -> None:
    asked = conversation(patient("oral"), "daily_diary", {**QUIET, "contact_diary": "no_need", **answers})
    assert then in asked
    assert then not in conversation(patient("oral"), "daily_diary", QUIET)


@pytest.mark.parametrize(
    ("item", "option", "opens"),
    [
        ("news", "loose_stools", "stool_count"),
        ("news", "vomiting", "vomit_count"),
        ("news", "bleeding", "bleeding_amount"),
        ("news", "other", "other_words"),
        ("skin_signs", "itching", "itch"),
        ("after_product", "worse", "after_worse"),
    ],
)
def test_a_ticked_complaint_opens_its_detail_and_the_offer_of_contact(
    item: str, option: str, opens: str
) -> None:
    answers = {"product_skin": given("planned"), item: given((option,))}
    shown = [one.id for one in visible(the_study(), patient("skin", arm="msc"), "daily_diary", answers)]
    assert opens in shown
    assert ("contact_diary" in shown) == (option != "itching")


def test_any_danger_sign_and_even_silence_about_them_brings_the_offer_of_contact() -> None:
    for answer in (given(("unsure",)), given(("chills", "bleeding")), given(None, "declined")):
        shown = visible(the_study(), patient("oral"), "daily_diary", {"danger_signs": answer})
        assert "contact_diary" in {item.id for item in shown}


def test_what_followed_the_product_is_asked_unless_it_was_not_used() -> None:
    for used, expected in (
        (given("planned"), True),
        (given("less"), True),
        (given(None, "declined"), True),
        (given("not_used"), False),
    ):
        shown = visible(the_study(), patient("bladder", arm="msc"), "daily_diary", {"product_bladder": used})
        assert ("after_product" in {item.id for item in shown}) is expected


def test_the_weekly_form_asks_everybody_the_same_thirteen_questions() -> None:
    shown = [
        [item.id for item in visible(the_study(), patient(*sites, arm=arm), "weekly", {})]
        for sites, arm in EVERYBODY
    ]
    assert len(shown[0]) == 13
    assert all(each == shown[0] for each in shown)


def test_a_question_that_takes_several_answers_ends_with_none_of_these() -> None:
    several = [item for _, item in items() if item.kind == "several"]
    assert {item.id for item in several} == {"danger_signs", "skin_signs", "after_product", "news"}
    assert all(item.options[-1].id == "none" for item in several)


@pytest.mark.parametrize(
    ("item", "direction"),
    [
        ("pain_oral", "worse"),
        ("pain_skin", "worse"),
        ("pain_bladder", "worse"),
        ("pain_now_oral", "worse"),
        ("pain_now_skin", "worse"),
        ("pain_now_bladder", "worse"),
        ("qol_overall", "better"),
        ("qol_tired", "worse"),
        ("qol_sleep", "better"),
        ("qol_mood", "worse"),
        ("qol_doing", "better"),
    ],
)
def test_every_scale_knows_which_end_is_worse(item: str, direction: str) -> None:
    assert the_study().item(item).higher_is == direction


def test_there_is_no_scale_that_this_page_forgot() -> None:
    scales = {item.id for _, item in items() if item.kind == "scale"}
    assert len(scales) == 11
    for scale in scales:
        found = the_study().item(scale)
        assert (found.lowest, found.highest) == (0, 10)
        assert found.anchors is not None


def test_a_temperature_knows_where_it_was_measured_and_what_is_possible() -> None:
    temperature = the_study().item("temperature")
    assert (temperature.lowest, temperature.highest, temperature.decimals) == (34.0, 43.0, 1)
    assert temperature.not_done is not None
    routes = [option.id for option in the_study().item("temperature_route").options]
    assert routes == ["mouth", "armpit", "ear", "forehead"]


def test_each_item_has_a_short_name_for_the_care_team() -> None:
    for _, item in items():
        if not item.id.endswith("_route"):
            assert item.label != item.text or item.id == "examined_on"
            assert all(0 < len(words) <= 40 for words in item.label.values())
