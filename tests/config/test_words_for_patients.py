"""Can a tired patient read the shipped words aloud, in both languages, with somebody looking over the shoulder?"""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter

import pytest

from probot.study.problems import cells
from probot.values import Text
from tests.config.shipped import items, texts_for_patients, texts_in, the_study

FOR_PATIENTS = texts_for_patients()
EVERYTHING = [
    *FOR_PATIENTS,
    *texts_in(the_study().rules, "rules"),
    *texts_in(the_study().plan, "plan"),
    *texts_in(the_study().instruments, "instruments"),
    *texts_in(the_study().roles, "roles"),
]
CHINESE = "\u4e00-\u9fff"
NEVER_SAID = (
    *(
        "msc",
        "stem cell",
        "supernatant",
        "transplant",
        "leukaemia",
        "leukemia",
        "cancer",
        "tumour",
        "mucositis",
    ),
    *("chemotherapy", "radiotherapy", "graft", "placebo", "randomi", "control group"),
    *(
        "干细胞",
        "间充质",
        "上清",
        "移植",
        "白血病",
        "癌",
        "肿瘤",
        "黏膜炎",
        "粘膜炎",
        "化疗",
        "放疗",
        "安慰剂",
        "随机",
        "对照组",
    ),
)


def those(texts: list[tuple[str, Text]], wrong: Callable[[Text], object]) -> list[str]:
    """Where the texts stand of which `wrong` is true."""
    return [place for place, text in texts if wrong(text)]


def words(pattern: str, language: str) -> Callable[[Text], object]:
    return lambda text: re.search(pattern, text[language])


def test_there_is_something_to_read() -> None:
    assert len(FOR_PATIENTS) > 150
    assert len(EVERYTHING) > len(FOR_PATIENTS)


def test_every_text_stands_in_both_languages_and_in_no_other() -> None:
    assert those(EVERYTHING, lambda text: set(text) != {"zh", "en"}) == []
    assert those(EVERYTHING, words(f"[{CHINESE}]", "en")) == []
    only_a_sign = those(EVERYTHING, lambda text: text["en"] == "°C")
    assert those(EVERYTHING, lambda text: not re.search(f"[{CHINESE}]", text["zh"])) == only_a_sign


def test_both_languages_have_the_same_placeholders() -> None:
    def differ(text: Text) -> bool:
        found = [
            {name for _, name, _, _ in Formatter().parse(said) if name is not None} for said in text.values()
        ]
        return found[0] != found[1]

    assert those(EVERYTHING, differ) == []


@pytest.mark.parametrize(
    "pattern", [f"[{CHINESE}][,;:?!()\"'.]", f"[,;:?!()\"'][{CHINESE}]", f" [{CHINESE}]"]
)
def test_chinese_is_written_with_full_width_marks_and_without_spaces(pattern: str) -> None:
    assert those(EVERYTHING, words(pattern, "zh")) == []


def test_english_has_no_full_width_marks() -> None:
    assert those(EVERYTHING, words("[，。；：？！（）、]", "en")) == []


def test_nobody_is_shouted_at_and_chinese_is_polite() -> None:
    assert those(FOR_PATIENTS, words("!", "en")) == []
    assert those(FOR_PATIENTS, words("[!！]|你", "zh")) == []


@pytest.mark.parametrize("word", NEVER_SAID)
def test_no_disease_drug_or_group_is_named(word: str) -> None:
    assert those(FOR_PATIENTS, lambda text: word in " ".join(text.values()).lower()) == []


def test_no_telephone_number_but_the_public_ones() -> None:
    found: set[str] = set()
    for place, text in FOR_PATIENTS:
        if place != "title":
            for said in text.values():
                found.update(re.findall(r"\d[\d\- ]{2,}\d|\d{3}", said))
    assert found == {"120", "12356"}


def test_a_question_is_short_and_ends_as_a_question_does() -> None:
    for _, item in items("participant"):
        assert len(item.text["zh"]) <= 50, item.id
        assert len(item.text["en"].split()) <= 28, item.id
        assert item.text["en"][-1] in ".?", item.id
        assert item.text["zh"][-1] in "。？", item.id


def test_no_button_is_cut_off_on_a_small_phone() -> None:
    for _, item in items("participant"):
        for option in item.options:
            assert [label for label in option.text.values() if cells(label) > 28] == []


def test_recall_is_said_in_every_question_of_the_diary_or_the_one_before_it() -> None:
    last_two_weeks = {"24h": ("24", "昨天夜里", "今天"), "7d": ("7",)}
    details = {"itch", "bleeding_amount", "other_words", "product_reason", "after_product", "after_worse"}
    for instrument, item in items("participant"):
        if instrument.recall in last_two_weeks and item.id not in details and not item.id.endswith("_route"):
            assert any(word in item.text["zh"] for word in last_two_weeks[instrument.recall]), item.id


def test_the_emergency_words_name_the_bell_the_number_and_that_nobody_watches() -> None:
    texts = the_study().texts
    for name in ("not_watched", "emergency", "help_now"):
        assert "呼叫铃" in texts[name]["zh"]
        assert "call bell" in texts[name]["en"]
        assert all("120" in words for words in texts[name].values())
    for name in ("not_watched", "emergency", "thanks"):
        assert "不是随时有人看" in texts[name]["zh"]
        assert re.search("watche[ds] this chat all the time|not watched all the time", texts[name]["en"])


def test_what_answers_any_message_frightens_nobody_and_what_answers_a_danger_sign_is_plain() -> None:
    assert the_study().texts["emergency"]["en"].count("If ") == 1
    assert "如果" in the_study().texts["emergency"]["zh"]
    assert the_study().texts["help_now"]["en"].startswith("Please get help now.")
    assert the_study().texts["help_now"]["zh"].startswith("请您现在就寻求帮助。")


def test_no_text_promises_that_somebody_calls_back() -> None:
    for _, text in texts_in(the_study().texts, "texts"):
        assert not re.search("will (call|contact|get back)|within .* (minutes|hours)", text["en"])
        assert not re.search("会(马上|尽快|立即)?(联系您|给您回电|打电话)", text["zh"])


def test_the_thanks_tell_a_bystander_nothing() -> None:
    for words in the_study().texts["thanks"].values():
        assert not re.search("pain|answer was|痛|症状", words)
