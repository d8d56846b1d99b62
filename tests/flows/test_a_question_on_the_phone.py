from __future__ import annotations

import json
from dataclasses import replace

import pytest

from probot.flows.buttons import CHANGE, DECLINE, DONE, NEXT, NOT_DONE, AnswerTap, read
from probot.flows.present import present, value_in_words, wording_hash
from probot.flows.session import (
    AskItem,
    MarkAnswered,
    Reask,
    SayClosed,
    SayKept,
    Session,
    ShowChosen,
    Tapped,
    Thank,
    Typed,
    Want,
    WindowClosed,
)
from probot.messages import MOST_CHARACTERS, Message, units
from probot.wording import say
from tests.flows.small_study import (
    DIARY,
    IMPACT,
    PAIN,
    PLACES,
    TEMPERATURE,
    TODAY,
    WORDS,
    both,
    facts,
    opened,
    play,
    study,
    waiting,
)

REASONS = ["unclear", "out_of_range", "several_values", "media", "forwarded", "too_long", "not_a_date"]
WHYS = ["next", "reminder", "again", "back", "change", "language"]


def shown(session: Session, want: Want) -> Message:
    return present(study(), session, facts(), want)


def labels(message: Message) -> list[list[str]]:
    return [[button.label for button in row] for row in message.buttons]


def choices(message: Message) -> list[str]:
    meanings = [read(button.data) for row in message.buttons for button in row]
    return [meaning.choice for meaning in meanings if isinstance(meaning, AnswerTap)]


def in_chinese(session: Session) -> Session:
    return replace(session, language="zh")


def test_a_scale_shows_progress_the_question_both_ends_and_a_keypad_for_thumbs() -> None:
    message = shown(opened(), AskItem("pain", 2, 7))
    assert message.text == (
        "Your check-in · 2 / 7\n\nHow strong was it at its worst?\n\n0 = none at all\n10 = the worst you can imagine"
    )
    assert labels(message) == [
        ["0", "1", "2", "3"],
        ["4", "5", "6", "7"],
        ["8", "9", "10"],
        ["◀ Back", "Prefer not to answer"],
    ]
    assert choices(message)[:11] == [str(number) for number in range(11)]


def test_the_same_question_in_chinese() -> None:
    message = shown(in_chinese(opened()), AskItem("pain", 2, 7))
    assert message.text == "请您回答 · 2 / 7\n\n最厉害的时候有多强？\n\n0＝完全没有\n10＝您能想象到的最厉害"
    assert labels(message)[-1] == ["◀ 返回", "不想回答"]


def test_the_first_item_has_no_way_back() -> None:
    assert labels(shown(opened(), AskItem("breath", 1, 7))) == [
        ["Yes", "No", "Not sure"],
        ["Prefer not to answer"],
    ]


def test_long_options_have_a_row_each_and_stand_in_the_text_as_well() -> None:
    session = opened("daily", Tapped("pain", "7"), Tapped("extra", "no"))
    message = shown(session, AskItem("impact", 4, 8))
    assert [len(row) for row in message.buttons] == [1, 1, 1]
    assert all(f"– {option.text['en']}" in message.text for option in IMPACT.options)
    assert "–" not in shown(in_chinese(session), AskItem("impact", 4, 8)).text


def test_short_options_share_a_row() -> None:
    session = opened("daily", Typed("37.0", "temperature"))
    assert labels(shown(session, AskItem("temperature_route", 4, 8)))[:2] == [
        ["Mouth", "Armpit"],
        ["Ear", "Forehead"],
    ]


def test_what_cannot_be_tapped_says_how_to_type_it() -> None:
    session = opened()
    temperature = shown(session, AskItem("temperature", 4, 7))
    assert "Please type the number in °C, for example 36.7." in temperature.text
    assert choices(temperature)[:2] == [NOT_DONE, "~b"]
    assert "500" in shown(session, AskItem("words", 7, 7)).text
    count = shown(session, AskItem("times", 5, 7))
    assert [len(row) for row in count.buttons] == [5, 5, 2]
    assert "just type it" in count.text
    assert choices(shown(session, AskItem("since", 6, 7)))[:2] == ["2026-03-03", "2026-03-02"]


def test_a_count_whose_numbers_all_have_a_button_needs_no_hint() -> None:
    few = replace(DIARY, items=(replace(DIARY.items[7], highest=5),))
    changed = replace(study(), instruments={**study().instruments, "diary": few})
    message = present(changed, opened(), facts(), AskItem("times", 1, 1))
    assert message.text == "Your check-in · 1 / 1\n\nHow many times last night?"


def test_ticks_show_and_the_button_of_a_tick_takes_it_back() -> None:
    session = opened("daily", Tapped("places", "+leg"))
    message = shown(session, ShowChosen("places"))
    assert labels(message) == [
        ["Arm"],
        ["✓ Leg"],
        ["None of these"],
        ["Done ▶"],
        ["◀ Back", "Prefer not to answer"],
    ]
    assert choices(message)[:4] == ["+arm", "-leg", "none", DONE]


def test_a_statement_takes_one_tap_and_cannot_be_declined() -> None:
    assert choices(shown(opened(), AskItem("hello", 1, 7))) == [NEXT, "~b"]


def test_an_answered_item_shows_its_answer_and_one_small_button() -> None:
    message = shown(opened("daily", Tapped("pain", "8")), MarkAnswered("pain"))
    assert message.text == "How strong was it at its worst?\n\n✓ 8"
    assert (labels(message), choices(message)) == ([["Change"]], [CHANGE])


@pytest.mark.parametrize(
    ("event", "item", "mark", "buttons"),
    [
        (Tapped("pain", DECLINE), "pain", "✓ Left out, as you wished", 1),
        (Tapped("temperature", NOT_DONE), "temperature", "✓ I did not measure", 1),
        (Typed("37", "temperature"), "temperature", "✓ 37.0 °C", 1),
        (Tapped("hello", NEXT), "hello", "✓ Read", 0),
        (Tapped("since", "2026-03-01"), "since", "✓ Sun, Mar 1, 2026", 1),
        (Tapped("places", "none"), "places", "✓ None of these", 1),
        (WindowClosed(), "pain", "This one is closed now.", 0),
        (WindowClosed(), "extra", "This one is not needed any more.", 0),
    ],
)
def test_how_an_answered_item_is_marked(event: Tapped | Typed, item: str, mark: str, buttons: int) -> None:
    message = shown(opened("daily", event), MarkAnswered(item))
    assert message.text.split("\n\n")[-1] == mark
    assert len(message.buttons) == buttons


def test_after_the_window_an_answer_is_shown_without_a_way_to_change_it() -> None:
    closed = play(opened("daily", Tapped("pain", "8")), WindowClosed()).session
    assert shown(closed, MarkAnswered("pain")).buttons == ()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("item", [item.id for item in DIARY.items])
def test_asking_again_says_how_to_answer_and_repeats_the_item_with_its_buttons(
    item: str, reason: str, language: str
) -> None:
    session = replace(opened(), language=language)
    plain = shown(session, AskItem(item, 1, 7))
    again = shown(session, Reask(item, reason))  # type: ignore[arg-type]
    assert again.buttons == plain.buttons
    first, why, *rest = again.text.split("\n\n")
    assert "{" not in why
    assert rest == plain.text.split("\n\n")[1:]
    assert first.startswith(say(language, "reask.first", number="", of="").split("·")[0])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("why", WHYS)
def test_the_first_line_tells_a_bystander_nothing(why: str, language: str) -> None:
    session = replace(opened("daily", Tapped("pain", "8")), language=language)
    first = shown(session, AskItem("pain", 2, 7, why)).text.split("\n")[0]  # type: ignore[arg-type]
    assert first == say(language, f"ask.{why}", number=2, of=7)
    for telling in ("8", PAIN.text[language], "Small Study", "小研究"):
        assert telling not in first


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_end_thanks_and_echoes_nothing(language: str) -> None:
    done = replace(opened("weekly", Tapped("mood", "1")), language=language)
    assert shown(done, Thank()).text == study().texts["thanks"][language]
    partial = shown(done, Thank(partial=True))
    assert partial.text.startswith(study().texts["thanks"][language])
    assert not any(sign.isdigit() for sign in partial.text)
    assert partial.buttons == ()


def test_what_comes_too_late_is_answered_with_the_emergency_text() -> None:
    message = shown(waiting(), SayClosed())
    assert study().texts["emergency"]["en"] in message.text
    assert shown(waiting(), SayKept()).text == say("en", "answer.kept")


def test_going_back_shows_the_answer_so_far() -> None:
    session = opened("daily", Tapped("pain", "8"))
    assert "Your answer so far: 8" in shown(session, AskItem("pain", 2, 7, "back")).text


def test_words_of_any_length_stay_within_what_a_message_holds() -> None:
    session = opened("daily", Typed("𠮷" * 500, "words"))
    assert units(shown(session, MarkAnswered("words")).text) < 1000
    huge = replace(PAIN, id="huge", text=both("𠮷" * 5000, "长" * 5000))
    changed = replace(study(), instruments={"diary": replace(DIARY, items=(huge,)), "short": DIARY})
    message = present(changed, opened(), facts(), AskItem("huge", 1, 1))
    assert MOST_CHARACTERS - 1 <= units(message.text) <= MOST_CHARACTERS
    assert message.text.endswith("…")


def test_the_wording_hash_names_exactly_what_is_shown_in_a_language() -> None:
    assert wording_hash(PAIN, "en") == wording_hash(replace(PAIN, label=both("x", "y")), "en")
    other = [
        wording_hash(PAIN, "zh"),
        wording_hash(replace(PAIN, text=both("Other?", "别的？")), "en"),
        wording_hash(replace(PAIN, anchors=(both("nothing", "无"), both("all", "有"))), "en"),
        wording_hash(PLACES, "en"),
        wording_hash(replace(PLACES, options=PLACES.options[:2]), "en"),
        wording_hash(TEMPERATURE, "en"),
    ]
    assert len({wording_hash(PAIN, "en"), *other}) == 7
    assert len(wording_hash(PAIN, "en")) == 64
    assert json.dumps(wording_hash(PAIN, "en")).isascii()


def test_values_are_said_as_the_participant_knows_them() -> None:
    assert value_in_words(TEMPERATURE, 38.0, "zh") == "38.0 ℃"
    assert value_in_words(PLACES, ("arm", "leg"), "zh") == "手臂、腿"
    assert value_in_words(PLACES, (), "en") == "none of these"
    assert value_in_words(WORDS, "{number}", "en") == "{number}"
    assert TODAY.isoformat() == "2026-03-03"
