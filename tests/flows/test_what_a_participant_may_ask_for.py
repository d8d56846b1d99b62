from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.flows import commands, pausing
from probot.flows.buttons import DECLINE, NEXT, CommandTap, read
from probot.flows.commands import COMMANDS, KEEP, STOP_LEVELS, OwnAnswer
from probot.flows.pausing import MOST_DAYS, RESUME, read_pause
from probot.flows.present import closed_question
from probot.flows.session import Tapped, Typed, WindowClosed
from probot.messages import MOST_BUTTON_BYTES, MOST_CHARACTERS, Message, units
from tests.flows.small_study import TODAY, opened, play, study

STUDY = study()
LANGUAGES = ("en", "zh")


def taps(message: Message) -> list[str]:
    meanings = [read(button.data) for row in message.buttons for button in row]
    return [meaning.choice for meaning in meanings if isinstance(meaning, CommandTap)]


def answers(days: int = 1, words: str = "a bit tired") -> list[OwnAnswer]:
    session = opened(
        "daily", Tapped("hello", NEXT), Tapped("pain", "8"), Tapped("times", DECLINE), Typed(words, "words")
    )
    closed = play(session, WindowClosed()).session
    return [
        OwnAnswer(TODAY - timedelta(days=ago), item, given_)
        for ago in range(days)
        for item, given_ in closed.given.items()
    ]


def everything_said(language: str) -> Iterator[Message]:
    yield commands.help_text(STUDY, language)
    yield commands.report_offer(STUDY, language, ["report"])
    yield commands.report_offer(STUDY, language, [])
    yield commands.language_offer(STUDY, language)
    yield commands.language_set(language)
    yield commands.my_data(STUDY, language, answers(3))
    yield commands.my_data(STUDY, language, [])
    yield commands.stop_offer(language)
    for level in STOP_LEVELS:
        yield commands.stop_confirm(language, level)
        yield commands.stopped(STUDY, language, level)
    yield commands.stop_kept(language)
    yield commands.note_kept(STUDY, language)
    yield commands.media_kept(STUDY, language)
    yield closed_question(STUDY, language)
    yield commands.safety_text(STUDY, language, "call_ward")
    yield commands.returned(language)
    yield commands.ended(STUDY, language)
    yield pausing.pause_offer(language, TODAY)
    for refusal in ("past", "too_long", "unclear"):
        yield pausing.pause_refused(language, TODAY, refusal)  # type: ignore[arg-type]
    yield pausing.paused(STUDY, language, TODAY)
    yield pausing.resumed(language)
    yield pausing.pause_kept(language)
    yield commands.stranger()


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_can_be_sent(language: str) -> None:
    for message in everything_said(language):
        assert 0 < units(message.text) <= MOST_CHARACTERS
        assert "{" not in message.text
        for button in (button for row in message.buttons for button in row):
            assert len(button.data.encode()) <= MOST_BUTTON_BYTES
            assert isinstance(read(button.data), CommandTap)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_names_the_study_or_shouts(language: str) -> None:
    for message in everything_said(language):
        assert STUDY.title[language] not in message.text
        assert "!" not in message.text
        assert "！" not in message.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_might_look_like_somebody_listening_carries_the_emergency_advice(language: str) -> None:
    for message in (
        commands.help_text(STUDY, language),
        commands.note_kept(STUDY, language),
        commands.media_kept(STUDY, language),
        closed_question(STUDY, language),
        commands.stopped(STUDY, language, "all"),
        commands.ended(STUDY, language),
        pausing.paused(STUDY, language, TODAY),
    ):
        assert STUDY.texts["emergency"][language] in message.text


def test_the_menu_is_complete_in_both_languages_and_offers_no_report_where_there_is_none() -> None:
    assert tuple(commands.menu(STUDY, "en")) == tuple(commands.menu(STUDY, "zh")) == COMMANDS
    assert commands.menu(STUDY, "en") != commands.menu(STUDY, "zh")
    assert "report" not in commands.menu(study(report=False), "zh")
    assert (
        commands.menus(STUDY) == commands.menus() == {each: commands.menu(STUDY, each) for each in LANGUAGES}
    )
    assert [tuple(each) for each in commands.staff_menus().values()] == [commands.STAFF_COMMANDS] * 2


def test_help_names_every_command() -> None:
    text = commands.help_text(STUDY, "zh").text
    assert all(f"/{command}" in text for command in COMMANDS)


def test_a_stranger_learns_nothing_in_either_language() -> None:
    text = commands.stranger().text
    assert "您好" in text
    assert "Hello" in text
    for telling in ("small", "study", "trial", "patient", "研究", "试验", "患者", "参与者"):
        assert telling not in text.lower()


def test_a_safety_text_opens_with_a_neutral_line() -> None:
    first, rest = commands.safety_text(STUDY, "en", "call_ward").text.split("\n\n")
    assert rest == "Please call the ward."
    assert "ward" not in first


# ---------------------------------------------------------------- /mydata


def test_own_answers_stand_by_day_newest_first_in_words() -> None:
    assert commands.my_data(STUDY, "en", answers(2)).text == (
        "Your own answers, newest day first\n\n"
        "Tue, Mar 3, 2026\n"
        "How strong was it at its worst? – 8\n"
        "How many times last night? – left out\n"
        "Anything else? – a bit tired\n\n"
        "Mon, Mar 2, 2026\n"
        "How strong was it at its worst? – 8\n"
        "How many times last night? – left out\n"
        "Anything else? – a bit tired"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", ["tired", "𠮷" * 500])
def test_a_long_list_is_cut_and_says_how_many_are_left_out(language: str, words: str) -> None:
    many = answers(120, words)
    text = commands.my_data(STUDY, language, many).text
    assert units(text) <= MOST_CHARACTERS
    shown = text.count(" → " if language == "zh" else " – ")
    assert shown > 3
    assert str(360 - shown) in text.split("\n\n")[-1]


# ---------------------------------------------------------------- /stop


def test_stopping_takes_a_level_and_a_second_tap() -> None:
    assert taps(commands.stop_offer("zh")) == [*STOP_LEVELS, KEEP]
    for level in STOP_LEVELS:
        yes, keep = taps(commands.stop_confirm("zh", level))
        assert commands.stop_choice(level) == (level, False)
        assert commands.stop_choice(yes) == (level, True)
        assert commands.stop_choice(keep) is None


# ---------------------------------------------------------------- /pause


def test_the_buttons_of_a_pause_name_days_that_can_be_read_back() -> None:
    choices = taps(pausing.pause_offer("zh", TODAY))
    assert choices[-1] == KEEP
    assert [read_pause(choice, TODAY) for choice in choices[:-1]] == [
        TODAY + timedelta(days=count) for count in (1, 3, 7)
    ]
    assert read_pause(choices[0], TODAY + timedelta(days=1)) == "past"
    assert taps(pausing.paused(STUDY, "zh", TODAY)) == [RESUME]


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2026-03-08", date(2026, 3, 8)),
        ("2026年3月8日", date(2026, 3, 8)),
        ("3月8日", date(2026, 3, 8)),
        ("三月八号", date(2026, 3, 8)),
        ("8 March 2026", date(2026, 3, 8)),
        ("tomorrow", date(2026, 3, 4)),
        ("后天", date(2026, 3, 5)),
        ("3天", date(2026, 3, 6)),
        ("two days", date(2026, 3, 5)),
        ("一周", date(2026, 3, 10)),
        ("2 weeks", date(2026, 3, 17)),
        ("15 days", "too_long"),
        ("999999999 days", "too_long"),
        ("2027-01-01", "too_long"),
        ("今天", "past"),
        ("yesterday", "past"),
        ("3月1日", "past"),
        ("2月30日", "unclear"),
        ("soon", "unclear"),
        ("", "unclear"),
    ],
)
def test_the_end_of_a_pause_can_be_typed(text: str, until: date | str) -> None:
    assert read_pause(text, TODAY) == until


def test_a_day_without_a_year_may_be_next_year() -> None:
    assert read_pause("1月2日", date(2026, 12, 28)) == date(2027, 1, 2)


@given(st.text(), st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_a_pause_always_ends_within_the_limit(text: str, today: date) -> None:
    until = read_pause(text, today)
    assert until in {"past", "too_long", "unclear"} or (
        isinstance(until, date) and today < until <= today + timedelta(days=MOST_DAYS)
    )
