from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probot.flows.buttons import WelcomeTap, read
from probot.flows.session import LanguageChosen, Typed
from probot.flows.welcome import (
    ConsentGiven,
    ConsentRefused,
    HourChosen,
    Started,
    Welcomed,
    WelcomeEvent,
    WelcomeFact,
    WelcomeState,
    Welcoming,
    begin,
    welcome,
)
from probot.messages import MOST_BUTTON_BYTES, MOST_CHARACTERS, Message, units
from probot.study.model import Study
from tests.flows.small_study import study

AGREE, REFUSE = (WelcomeTap("consent.participation", choice) for choice in ("yes", "no"))
CALL, NO_CALL = (WelcomeTap("consent.contact", choice) for choice in ("yes", "no"))
CHINESE, ENGLISH = WelcomeTap("language", "zh"), WelcomeTap("language", "en")
SEEN, NINE, AGAIN = WelcomeTap("about", "seen"), WelcomeTap("hour", "0900"), WelcomeTap("declined", "again")
ALL = (CHINESE, SEEN, AGREE, NO_CALL, NINE)


def first(hour: time | None) -> str:
    return f"tomorrow {hour:%H:%M}" if hour else "tomorrow"


def play(*events: WelcomeEvent, of: Study | None = None, start: WelcomeState | None = None) -> Welcoming:
    state = start or begin(of or study())
    facts: list[WelcomeFact] = []
    messages: list[Message] = []
    mark = None
    for event in events:
        after = welcome(of or study(), state, event, first)
        state, mark = after.state, after.mark
        facts += after.facts
        messages += after.messages
    return Welcoming(state, tuple(facts), tuple(messages), mark)


def texts(welcoming: Welcoming) -> list[str]:
    return [message.text for message in welcoming.messages]


def test_the_whole_way_by_taps() -> None:
    all_of_it = play(Started(), *ALL)
    assert all_of_it.state == WelcomeState("done", "zh", {"participation": True, "contact": False}, time(9))
    assert [type(fact) for fact in all_of_it.facts] == [
        LanguageChosen,
        ConsentGiven,
        ConsentGiven,
        HourChosen,
        Welcomed,
    ]
    said = texts(all_of_it)
    assert said[0] == "请选择语言。\nPlease choose your language."
    assert said[1] == "欢迎您。"
    assert said[2] == "此对话并非随时有人查看。\n\n紧急情况请呼救。"
    assert said[3] == "参加意味着什么。"
    assert said[4] == "知情同意 · 1 / 2\n\n我参加。"
    assert said[5].startswith("知情同意 · 2 / 2\n\n可以给我打电话。\n\n这一项由您决定")
    assert "tomorrow 09:00" in said[-1]
    assert "/report" in said[-1]
    assert "/help" in said[-1]


@pytest.mark.parametrize(
    "words",
    [
        ("中文", "知道了", "同意", "不同意", "9点"),
        ("English", "ok", "I agree", "do not agree", "9:00"),
        ("英文", "好的", "我同意。", "no", "九点"),
    ],
)
def test_the_whole_way_by_typing(words: tuple[str, ...]) -> None:
    typed = play(*map(Typed, words))
    assert typed.state.step == "done"
    assert typed.state.consents == {"participation": True, "contact": False}
    assert typed.state.hour == time(9)
    assert typed.mark is None


def test_each_consent_says_what_was_shown_in_which_version_and_language() -> None:
    chinese, english = play(*ALL).facts[1:3], play(ENGLISH, SEEN, AGREE, NO_CALL).facts[1:3]
    given_ = [fact for fact in (*chinese, *english) if isinstance(fact, ConsentGiven)]
    assert [(fact.part, fact.granted, fact.version, fact.language) for fact in given_] == [
        ("participation", True, "1.0", "zh"),
        ("contact", False, "1.0", "zh"),
        ("participation", True, "1.0", "en"),
        ("contact", False, "1.0", "en"),
    ]
    assert len({fact.wording_hash for fact in given_}) == 4


def test_a_required_part_that_is_refused_ends_kindly_and_can_be_taken_up_again() -> None:
    refused = play(CHINESE, SEEN, REFUSE)
    assert refused.state.step == "declined"
    assert refused.facts[-1] == ConsentRefused("participation")
    assert isinstance(refused.facts[-2], ConsentGiven)
    assert not refused.facts[-2].granted
    assert [button.label for row in refused.messages[-1].buttons for button in row] == ["再看一次"]
    again = play(AGAIN, start=refused.state)
    assert again.state.step == "consent.participation"
    assert texts(again) == ["参加意味着什么。", "知情同意 · 1 / 2\n\n我参加。"]
    assert play(AGREE, CALL, NINE, start=again.state).state.step == "done"
    assert play(Typed("再看一次"), start=refused.state).state.step == "consent.participation"
    assert play(AGREE, start=refused.state).state.step == "consent.contact"


def test_an_optional_part_that_is_refused_ends_nothing() -> None:
    assert play(*ALL[:4]).state.step == "hour"


def test_a_double_tap_changes_nothing_and_says_nothing() -> None:
    for count in range(1, len(ALL) + 1):
        once = play(*ALL[:count])
        twice = welcome(study(), once.state, ALL[count - 1], first)
        assert twice == Welcoming(once.state)


def test_starting_anew_repeats_the_present_step() -> None:
    for count in range(1, len(ALL) + 1):
        there = play(*ALL[:count])
        again = welcome(study(), there.state, Started(), first)
        assert again.state == there.state
        assert again.facts == ()
        assert again.messages
        assert again.messages[-1] == there.messages[-1]


def test_an_old_button_can_change_a_choice_but_not_the_place() -> None:
    at_hour = play(*ALL[:4])
    changed = welcome(study(), at_hour.state, CALL, first)
    assert changed.state == replace(at_hour.state, consents={"participation": True, "contact": True})
    assert isinstance(changed.facts[0], ConsentGiven)
    assert changed.messages == ()
    assert welcome(study(), at_hour.state, REFUSE, first).state.step == "declined"


def test_a_button_that_was_never_shown_is_ignored() -> None:
    early = play(CHINESE, SEEN)
    for tap in (CALL, NINE, AGAIN, WelcomeTap("consent.none", "yes"), WelcomeTap("language", "de"), SEEN):
        assert welcome(study(), early.state, tap, first) == Welcoming(early.state)


def test_another_language_midway_repeats_the_step_in_it_and_keeps_what_was_ticked() -> None:
    midway = play(CHINESE, SEEN, AGREE)
    english = welcome(study(), midway.state, ENGLISH, first)
    assert english.facts == (LanguageChosen("en"),)
    assert english.state.consents == {"participation": True}
    assert english.messages[-1].text.startswith("Your consent · 2 / 2")


def test_words_that_are_no_choice_are_met_with_a_hint() -> None:
    hints = {
        "language": (),
        "about": (CHINESE,),
        "consent.participation": (CHINESE, SEEN),
        "hour": ALL[:4],
        "declined": (CHINESE, SEEN, REFUSE),
    }
    for step, way in hints.items():
        there = play(*way)
        assert there.state.step == step
        hinted = welcome(study(), there.state, Typed("你们是谁"), first)
        assert (hinted.state, hinted.facts) == (there.state, ())
        assert hinted.messages[-1].buttons


def test_an_hour_outside_the_span_is_asked_again() -> None:
    outside = play(*ALL[:4], Typed("20:00"))
    assert outside.state.step == "hour"
    assert texts(outside)[-1].startswith("我们可以在07:00到11:00之间")
    within = play(*ALL[:4], Typed("10:30"))
    assert within.facts[-2:] == (HourChosen(time(10, 30)), Welcomed())


def test_nothing_to_move_means_no_question_for_an_hour() -> None:
    fixed = play(*ALL[:4], of=study(movable=False))
    assert fixed.state.step == "done"
    assert "tomorrow" in texts(fixed)[-1]


def test_one_language_means_no_question_for_it() -> None:
    only = study(languages=("zh",))
    assert begin(only) == WelcomeState("about", "zh")
    assert texts(play(Started(), of=only))[0] == "欢迎您。"


def test_a_study_without_reports_does_not_offer_them() -> None:
    assert "/report" not in texts(play(*ALL, of=study(report=False)))[-1]


def test_after_the_end_the_hour_and_what_is_optional_can_still_be_changed() -> None:
    end = play(*ALL).state
    assert welcome(study(), end, CALL, first).state.consents["contact"]
    assert "/stop" in welcome(study(), end, REFUSE, first).messages[0].text
    assert welcome(study(), end, REFUSE, first).state == end
    later = welcome(study(), end, WelcomeTap("hour", "1000"), first)
    assert later.facts == (HourChosen(time(10)),)
    assert "tomorrow 10:00" in later.messages[0].text
    assert welcome(study(), end, Typed("thank you"), first) == Welcoming(end)


def test_a_tapped_message_shows_what_was_chosen_without_its_buttons() -> None:
    for count, shown in enumerate(("✓ 中文", "✓ 已读", "✓ 我同意", "✓ 我不同意", "✓ 09:00"), start=1):
        mark = play(*ALL[:count]).mark
        assert mark is not None
        assert mark.text.endswith(shown)
        assert mark.buttons == ()


taps = st.builds(
    WelcomeTap,
    st.sampled_from(
        ["language", "about", "consent.participation", "consent.contact", "hour", "declined", "x"]
    ),
    st.sampled_from(["zh", "en", "seen", "yes", "no", "0900", "2500", "again", ""]),
)
typed = st.builds(
    Typed, st.sampled_from(["中文", "好", "同意", "不同意", "9点", "no", "again", "?"]) | st.text()
)


@given(st.lists(taps | typed | st.just(Started()), max_size=25))
@settings(max_examples=300, deadline=None)
def test_nobody_is_welcomed_without_every_required_consent(events: list[WelcomeEvent]) -> None:
    state = begin(study())
    for event in events:
        after = welcome(study(), state, event, first)
        if after.state.step in {"hour", "done"} or Welcomed() in after.facts:
            assert after.state.consents.get("participation") is True
            assert "contact" in after.state.consents
        if after.state != state:
            assert after.facts or after.messages
        for message in after.messages:
            assert 0 < units(message.text) <= MOST_CHARACTERS
            for button in (button for row in message.buttons for button in row):
                assert len(button.data.encode()) <= MOST_BUTTON_BYTES
                assert isinstance(read(button.data), WelcomeTap)
        state = after.state
