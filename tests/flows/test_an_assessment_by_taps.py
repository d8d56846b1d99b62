from __future__ import annotations

from dataclasses import replace

import pytest

from probot.flows.buttons import BACK, CHANGE, DECLINE, DONE, NEXT, NOT_DONE
from probot.flows.session import (
    AskedAgain,
    AskItem,
    ItemAnswered,
    LanguageChosen,
    MarkAnswered,
    Noted,
    Opened,
    Reask,
    Reminded,
    SayClosed,
    SayKept,
    SentMedia,
    SessionFinished,
    ShowChosen,
    Tapped,
    Thank,
    WindowClosed,
)
from tests.flows.small_study import NOW, kinds, opened, play, waiting

ALL_BUT_THE_LAST = (
    Tapped("breath", "no"),
    Tapped("hello", NEXT),
    Tapped("pain", "2"),
    Tapped("places", "none"),
    Tapped("temperature", NOT_DONE),
    Tapped("times", "1"),
    Tapped("since", "2026-03-01"),
)


def test_a_waiting_session_asks_nothing_until_it_is_opened() -> None:
    assert play(waiting(), Reminded(), AskedAgain(), SentMedia("photo")).wants == ()
    assert play(waiting(), Opened()).wants == (AskItem("breath", 1, 7),)


def test_the_safety_item_comes_first_and_statements_are_not_counted() -> None:
    assert play(opened(), Tapped("breath", "no")).wants == (MarkAnswered("breath"), AskItem("hello", 1, 7))
    assert play(opened(), Tapped("breath", "no"), Tapped("hello", NEXT)).wants[-1] == AskItem("pain", 2, 7)


def test_one_tap_an_answer_leads_to_the_end() -> None:
    sprint = play(waiting(), Opened(), *ALL_BUT_THE_LAST, Tapped("words", DECLINE))
    assert sprint.session.status == "finished"
    assert sprint.session.asking is None
    assert sprint.facts[-1] == SessionFinished("partial")
    assert sprint.wants[-1] == Thank(partial=True)
    assert len([want for want in sprint.wants if isinstance(want, AskItem)]) == 8


def test_an_answer_keeps_what_was_tapped_when_and_in_which_language() -> None:
    given = opened("weekly", Tapped("mood", "8")).given["mood"]
    assert (given.value, given.absent, given.raw, given.source) == (8, None, "8", "button")
    assert (given.language, given.revision, given.asked_at) == ("en", 1, NOW)
    assert given.at > NOW


def test_an_answer_can_bring_in_an_item_and_a_change_take_it_out_again() -> None:
    brought = opened("daily", Tapped("breath", "no"), Tapped("hello", NEXT), Tapped("pain", "7"))
    assert brought.asking == "extra"
    answered = play(brought, Tapped("extra", "yes")).session
    changed = play(answered, Tapped("pain", "1"))
    assert changed.session.given["extra"].absent == "branched"
    assert changed.session.given["extra"].source == "system"
    assert changed.session.given["extra"].revision == 2
    assert changed.facts[-1] == ItemAnswered("extra", changed.session.given["extra"], answered.given["extra"])
    assert MarkAnswered("extra") in changed.wants
    again = play(changed.session, Tapped("pain", "7"), Tapped("places", "none"))
    assert again.session.asking == "extra"


def test_hiding_an_item_hides_those_that_hang_on_its_answer() -> None:
    session = opened(
        "daily",
        Tapped("breath", "yes"),
        Tapped("hello", NEXT),
        Tapped("pain", "7"),
        Tapped("extra", "yes"),
        Tapped("impact", "much"),
        Tapped("pain", "0"),
    )
    assert {item for item, given in session.given.items() if given.absent == "branched"} == {
        "extra",
        "impact",
    }


def test_the_open_item_gives_way_when_a_change_hides_it() -> None:
    session = opened("daily", Tapped("breath", "no"), Tapped("hello", NEXT), Tapped("pain", "7"))
    sprint = play(session, Tapped("pain", "2"))
    assert sprint.wants == (MarkAnswered("pain"), MarkAnswered("extra"), AskItem("places", 3, 7))


def test_a_double_tap_is_one_answer_and_a_kind_word() -> None:
    once = opened("daily", Tapped("breath", "no"))
    twice = play(once, Tapped("breath", "no"))
    assert twice.session == once
    assert twice.wants == (SayKept(),)
    assert twice.facts == ()


def test_a_double_tap_on_the_last_answer_thanks_once() -> None:
    sprint = play(opened("weekly"), Tapped("mood", "5"), Tapped("mood", "5"))
    assert kinds(sprint.wants) == ["MarkAnswered", "Thank", "SayKept"]
    assert kinds(sprint.facts) == ["ItemAnswered", "SessionFinished"]


def test_a_tap_counts_for_the_item_it_names_and_leaves_the_open_one_open() -> None:
    session = opened("daily", Tapped("breath", "no"), Tapped("hello", NEXT))
    sprint = play(session, Tapped("times", "3"), Tapped("breath", "yes"))
    assert sprint.session.given["times"].value == 3
    assert sprint.session.given["breath"].value == "yes"
    assert sprint.session.asking == "pain"
    assert sprint.wants == (MarkAnswered("times"), MarkAnswered("breath"))


@pytest.mark.parametrize("choice", ["11", "-1", "7.5", "８", "~x", "", "yes", NEXT, NOT_DONE, "+3"])
def test_a_button_the_item_never_had_changes_nothing(choice: str) -> None:
    before = opened("weekly")
    after = play(before, Tapped("mood", choice))
    assert (after.session, after.facts, after.wants) == (before, (), (SayKept(),))


def test_a_tap_for_an_item_of_another_study_changes_nothing() -> None:
    assert play(opened("weekly"), Tapped("pain", "3")).wants == (SayKept(),)


def test_back_asks_the_item_before_and_then_goes_on_where_it_was() -> None:
    session = opened("daily", *ALL_BUT_THE_LAST[:3])
    assert session.asking == "places"
    sprint = play(session, Tapped("places", BACK), Tapped("places", BACK), Tapped("pain", "2"))
    assert sprint.wants == (
        AskItem("pain", 2, 7, "back"),
        MarkAnswered("pain"),
        AskItem("places", 3, 7),
    )
    assert sprint.session.given["pain"].revision == 1


def test_back_can_go_as_far_as_the_first_item() -> None:
    session = opened("daily", *ALL_BUT_THE_LAST[:3])
    steps = [Tapped(item, BACK) for item in ("places", "pain", "hello", "breath")]
    sprint = play(session, *steps)
    assert [want.item for want in sprint.wants if isinstance(want, AskItem)] == ["pain", "hello", "breath"]


def test_change_asks_an_answered_item_again_and_keeps_the_old_answer_until_a_new_one_comes() -> None:
    session = opened("weekly", Tapped("mood", "8"))
    asked = play(session, Tapped("mood", CHANGE), Tapped("mood", CHANGE))
    assert asked.wants == (AskItem("mood", 1, 1, "change"),)
    assert asked.session.given["mood"].value == 8
    changed = play(asked.session, Tapped("mood", "3"))
    assert changed.facts[0] == ItemAnswered("mood", changed.session.given["mood"], session.given["mood"])
    assert changed.session.given["mood"].revision == 2
    assert changed.facts[1:] == (SessionFinished("complete"),)
    assert changed.wants == (MarkAnswered("mood"),)


def test_a_change_to_the_same_answer_is_no_revision() -> None:
    session = opened("weekly", Tapped("mood", "8"), Tapped("mood", CHANGE))
    sprint = play(session, Tapped("mood", "8"))
    assert (sprint.facts, sprint.wants) == ((), (MarkAnswered("mood"),))
    assert sprint.session.asking is None


def test_a_finished_assessment_that_a_change_reopens_thanks_again_at_its_new_end() -> None:
    done = opened("daily", *ALL_BUT_THE_LAST, Tapped("words", DECLINE))
    reopened = play(done, Tapped("pain", "9"))
    assert (reopened.session.status, reopened.session.asking) == ("asking", "extra")
    end = play(reopened.session, Tapped("extra", "not_sure"))
    assert end.wants[-1] == Thank(partial=True)


def test_declining_everything_is_an_outcome_of_its_own() -> None:
    sprint = play(opened("weekly"), Tapped("mood", DECLINE))
    assert sprint.facts[-1] == SessionFinished("declined")
    assert sprint.session.given["mood"].absent == "declined"


def test_not_measured_is_no_gap() -> None:
    session = opened("daily", Tapped("temperature", NOT_DONE))
    assert session.given["temperature"].absent == "not_done"
    assert "temperature_route" not in [want.item for want in play(session, AskedAgain()).wants]


# ---------------------------------------------------------------- several answers


def test_ticks_are_shown_and_count_when_done_in_the_order_of_the_item() -> None:
    session = opened("daily", Tapped("places", "+leg"), Tapped("places", "+arm"))
    assert "places" not in session.given
    sprint = play(session, Tapped("places", DONE))
    assert sprint.session.given["places"].value == ("arm", "leg")
    assert sprint.session.given["places"].raw == "arm,leg"
    assert sprint.session.chosen == ()


def test_the_same_tick_twice_is_one_tick_and_a_tick_can_be_taken_back() -> None:
    ticks = [Tapped("places", tick) for tick in ("+arm", "+arm", "+leg", "-arm", DONE)]
    sprint = play(opened(), *ticks)
    assert sprint.session.given["places"].value == ("leg",)
    assert sprint.wants[:4] == (
        ShowChosen("places"),
        SayKept(),
        ShowChosen("places"),
        ShowChosen("places"),
    )


def test_none_of_these_answers_in_one_tap_whatever_was_ticked() -> None:
    session = opened("daily", Tapped("places", "+arm"), Tapped("places", "none"))
    assert session.given["places"].value == ("none",)
    assert session.chosen == ()


def test_done_without_a_tick_is_asked_again_and_done_twice_is_on_record() -> None:
    assert play(opened(), Tapped("places", DONE)).wants == (Reask("places", "unclear"),)
    done = opened("daily", Tapped("places", "+arm"), Tapped("places", DONE))
    assert play(done, Tapped("places", DONE)).wants == (SayKept(),)


def test_changing_starts_from_the_ticks_that_were_given() -> None:
    session = opened("daily", Tapped("places", "+arm"), Tapped("places", DONE), Tapped("places", CHANGE))
    assert play(session, Tapped("places", "+leg"), Tapped("places", DONE)).session.given["places"].value == (
        "arm",
        "leg",
    )


def test_ticks_survive_going_back_and_a_change_of_language() -> None:
    session = opened("daily", *ALL_BUT_THE_LAST[:3], Tapped("places", "+leg"), Tapped("places", BACK))
    kept = play(session, LanguageChosen("zh"), Tapped("pain", "2"), Tapped("places", DONE)).session
    assert kept.given["places"].value == ("leg",)


def test_ticks_that_were_never_done_are_kept_as_a_note_when_the_window_closes() -> None:
    sprint = play(opened("daily", Tapped("places", "+leg")), WindowClosed())
    assert Noted("unclear", "leg", "places", value=("leg",)) in sprint.facts
    assert sprint.session.given["places"].absent == "not_reached"


# ---------------------------------------------------------------- time passes


def test_a_reminder_asks_the_open_item_and_starts_nothing_over() -> None:
    session = opened("daily", Tapped("breath", "no"), Tapped("hello", NEXT))
    sprint = play(session, Reminded())
    assert sprint.wants == (AskItem("pain", 2, 7, "reminder"),)
    assert sprint.session == session


def test_a_finished_assessment_is_not_reminded() -> None:
    done = opened("weekly", Tapped("mood", "5"))
    assert play(done, Reminded(), Opened()).wants == ()
    changing = play(done, Tapped("mood", CHANGE)).session
    assert play(changing, Reminded(), Opened()).wants == ()
    assert play(changing, AskedAgain()).wants == (AskItem("mood", 1, 1, "again"),)


def test_after_a_break_the_open_item_is_asked_once_more() -> None:
    session = opened("daily", Tapped("breath", "no"))
    for event in (AskedAgain(), Opened()):
        assert play(session, event).wants == (AskItem("hello", 1, 7, "again"),)


def test_another_language_keeps_the_answers_and_asks_the_open_item_in_it() -> None:
    session = opened("daily", Tapped("breath", "no"))
    sprint = play(session, LanguageChosen("zh"))
    assert sprint.wants == (AskItem("hello", 1, 7, "language"),)
    assert sprint.session.given == session.given
    assert play(sprint.session, Tapped("hello", NEXT)).session.given["hello"].language == "zh"
    assert play(session, LanguageChosen("en"), LanguageChosen("de")).session == session


def test_the_window_closes_over_what_was_not_reached_and_what_was_not_needed() -> None:
    session = opened("daily", Tapped("breath", "no"), Tapped("hello", NEXT), Tapped("pain", "2"))
    sprint = play(session, WindowClosed())
    assert sprint.session.status == "closed"
    absent = {item: given.absent for item, given in sprint.session.given.items()}
    assert absent["extra"] == absent["impact"] == absent["temperature_route"] == "branched"
    assert absent["places"] == absent["words"] == "not_reached"
    assert absent["pain"] is None
    assert sprint.facts[-1] == SessionFinished("partial")
    assert sprint.wants == (MarkAnswered("places"),)


def test_a_window_that_closes_over_nothing_leaves_nothing() -> None:
    sprint = play(waiting("weekly"), WindowClosed())
    assert sprint.facts[-1] == SessionFinished("none")
    assert sprint.wants == ()


def test_closing_a_finished_assessment_does_not_finish_it_again() -> None:
    done = opened("weekly", Tapped("mood", "5"))
    sprint = play(done, WindowClosed(), WindowClosed())
    assert (sprint.facts, sprint.wants) == ((), ())
    assert sprint.session == replace(done, status="closed", revision=done.revision + 1)


def test_a_tap_after_the_end_is_kept_as_a_late_note_with_its_value() -> None:
    closed = play(opened("daily", Tapped("breath", "no")), WindowClosed()).session
    sprint = play(closed, Tapped("pain", "9"))
    assert sprint.facts == (Noted("late", "9", "pain", possibly_severe=True, value=9),)
    assert sprint.wants == (SayClosed(),)
    assert sprint.session == closed
    assert play(closed, Tapped("breath", "no")).wants == (SayKept(),)


def test_a_tap_for_an_item_that_is_hidden_is_kept_as_a_note() -> None:
    session = opened("daily", Tapped("pain", "7"), Tapped("pain", "2"))
    sprint = play(session, Tapped("extra", "yes"))
    assert sprint.facts == (Noted("unclear", "yes", "extra", value="yes"),)
    assert "extra" not in sprint.session.given


def test_a_photo_is_noted_and_the_item_asked_again() -> None:
    sprint = play(opened("weekly"), SentMedia("photo"), SentMedia("forwarded"))
    assert sprint.facts == (Noted("media", "photo", "mood"), Noted("media", "forwarded", "mood"))
    assert sprint.wants == (Reask("mood", "media"), Reask("mood", "forwarded"))
