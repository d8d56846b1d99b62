from __future__ import annotations

import pytest

from probot.flows.buttons import NEXT
from probot.flows.session import (
    AskItem,
    MarkAnswered,
    Noted,
    Reask,
    SayClosed,
    SayKept,
    SessionFinished,
    Tapped,
    Thank,
    Typed,
    WindowClosed,
)
from probot.values import Value
from tests.flows.small_study import opened, play, waiting

AT_PAIN = (Tapped("breath", "no"), Tapped("hello", NEXT))


@pytest.mark.parametrize("words", ["八", "8", "８分", "8/10"])
def test_a_typed_number_answers_the_open_item_and_keeps_the_words(words: str) -> None:
    sprint = play(opened("weekly"), Typed(words))
    given = sprint.session.given["mood"]
    assert (given.value, given.raw, given.source) == (8, words, "typed")
    assert sprint.wants == (MarkAnswered("mood"), Thank())
    assert sprint.facts[-1] == SessionFinished("complete")


@pytest.mark.parametrize(
    ("item", "words", "value"),
    [
        ("breath", "没有", "no"),
        ("places", "arm and leg", ("arm", "leg")),
        ("temperature", "37.2", 37.2),
        ("times", "三次", 3),
        ("since", "昨天", "2026-03-02"),
        ("words", "a bit tired", "a bit tired"),
    ],
)
def test_every_kind_of_item_takes_typed_words(item: str, words: str, value: Value) -> None:
    assert opened("daily", Typed(words, item)).given[item].value == value


def test_words_count_for_the_item_that_is_open() -> None:
    session = opened("daily", Typed("no"), Typed("好"), Typed("七"), Typed("是"))
    assert {item: given.value for item, given in session.given.items()} == {
        "breath": "no",
        "hello": "seen",
        "pain": 7,
        "extra": "yes",
    }
    assert session.asking == "places"


def test_what_is_not_plainly_one_value_is_noted_and_asked_again() -> None:
    before = opened("daily", *AT_PAIN)
    sprint = play(before, Typed("7-8"))
    assert sprint.session == before
    assert isinstance(sprint.facts[0], Noted)
    assert (sprint.facts[0].kind, sprint.facts[0].text, sprint.facts[0].item) == ("unclear", "7-8", "pain")
    assert sprint.facts[0].possibly_severe
    assert isinstance(sprint.wants[0], Reask)


def test_declining_and_going_back_can_be_typed() -> None:
    session = opened("daily", *AT_PAIN, Typed("不想回答"))
    assert session.given["pain"].absent == "declined"
    assert session.given["pain"].raw == "不想回答"
    assert play(session, Typed("返回")).wants == (AskItem("pain", 2, 7, "back"),)


def test_there_is_no_way_back_from_the_first_item_and_that_is_not_met_with_silence() -> None:
    sprint = play(opened("weekly"), Typed("返回"))
    assert (sprint.facts, sprint.wants) == ((), (Reask("mood", "unclear"),))


def test_a_statement_cannot_be_declined() -> None:
    sprint = play(opened("daily", Tapped("breath", "no")), Typed("不想回答"))
    assert sprint.wants == (Reask("hello", "unclear"),)


def test_not_measured_can_be_typed_where_it_is_offered() -> None:
    assert opened("daily", Typed("没有测量", "temperature")).given["temperature"].absent == "not_done"


def test_an_edited_message_changes_the_answer_it_gave() -> None:
    session = opened("daily", *AT_PAIN, Typed("2"))
    changed = play(session, Typed("3", "pain"))
    assert changed.session.given["pain"].value == 3
    assert changed.session.given["pain"].revision == 2
    assert changed.session.asking == session.asking
    assert play(changed.session, Typed("3", "pain")).wants == (SayKept(),)


def test_words_after_the_end_are_no_answer_and_change_nothing() -> None:
    done = opened("weekly", Tapped("mood", "5"))
    sprint = play(done, Typed("thank you"))
    assert (sprint.session, sprint.facts, sprint.wants) == (done, (), ())


def test_words_before_the_first_question_change_nothing() -> None:
    assert play(waiting("weekly"), Typed("5")).session == waiting("weekly")


def test_an_edited_message_after_the_window_is_kept_as_a_late_note() -> None:
    closed = play(opened("weekly", Typed("5")), WindowClosed()).session
    sprint = play(closed, Typed("1", "mood"))
    assert sprint.facts == (Noted("late", "1", "mood", possibly_severe=True, value=1),)
    assert sprint.wants == (SayClosed(),)
    assert sprint.session == closed
