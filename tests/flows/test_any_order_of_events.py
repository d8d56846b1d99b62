from __future__ import annotations

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from probot.flows import buttons, order
from probot.flows.buttons import BACK, CHANGE, DECLINE, DONE, NEXT, NOT_DONE
from probot.flows.present import present
from probot.flows.reading import NotUnderstood, Understood, read
from probot.flows.session import (
    AskedAgain,
    AskItem,
    Event,
    ItemAnswered,
    LanguageChosen,
    Noted,
    Opened,
    Reminded,
    SentMedia,
    Session,
    Sprint,
    Tapped,
    Typed,
    WindowClosed,
)
from probot.flows.step import step, tapped_answer
from probot.messages import MOST_BUTTON_BYTES, MOST_CHARACTERS, Message, units
from probot.values import AlertId, AssessmentId
from tests.flows.small_study import DIARY, NOW, TODAY, facts, study, waiting

STUDY = study()
ITEMS = [item.id for item in DIARY.items]
OPTIONS = sorted({option.id for item in DIARY.items for option in item.options})
CHOICES = [BACK, CHANGE, DECLINE, DONE, NEXT, NOT_DONE, *map(str, range(-1, 12)), "2026-03-01", *OPTIONS]
CHOICES += [f"{sign}{option}" for sign in "+-" for option in OPTIONS]

taps = st.builds(Tapped, st.sampled_from([*ITEMS, "mood"]), st.sampled_from(CHOICES))
typed = st.builds(
    Typed,
    st.sampled_from(["3", "八", "yes", "不想回答", "back", "38.5", "7-8", "2026-03-01", "none", ""])
    | st.text(),
    st.none() | st.sampled_from(ITEMS),
)
others = st.sampled_from(
    [Opened(), Reminded(), AskedAgain(), SentMedia("voice"), LanguageChosen("zh"), LanguageChosen("en")]
)
events: st.SearchStrategy[list[Event]] = st.lists(
    st.one_of(taps, taps, taps, typed, others, st.just(WindowClosed())), max_size=40
)


def every_step(happened: list[Event]) -> list[tuple[Session, Event, Sprint]]:
    session, steps = waiting(), []
    for minute, event in enumerate([Opened(), *happened] if len(happened) % 2 else happened):
        sprint = step(STUDY, facts(), session, event, NOW + timedelta(minutes=minute))
        steps.append((session, event, sprint))
        session = sprint.session
    return steps


@given(events)
@settings(max_examples=250, deadline=None)
def test_any_events_leave_a_legal_session(happened: list[Event]) -> None:
    for _, _, sprint in every_step(happened):
        session = sprint.session
        shown = {item.id for item in order.visible(STUDY, facts(), session.timepoint, session.given)}
        waits = {item for item in shown if order.is_open(session.given.get(item))}
        assert session.asking is None or session.asking in shown
        if session.status == "asking":
            assert session.asking is not None
            assert waits
        if session.status == "finished":
            assert not waits
        if session.status in {"waiting", "closed"}:
            assert session.asking is None
        if session.status == "closed":
            assert session.given.keys() == set(ITEMS)
        for item, answer in session.given.items():
            assert (answer.value is None) != (answer.absent is None)
            assert item in shown or order.is_open(answer)


@given(events)
@settings(max_examples=250, deadline=None)
def test_the_revision_grows_by_one_exactly_if_the_session_changed(happened: list[Event]) -> None:
    for before, _, sprint in every_step(happened):
        changed = sprint.session != before
        assert sprint.session.revision - before.revision == changed
        if any(isinstance(fact, ItemAnswered) for fact in sprint.facts):
            assert changed


@given(events)
@settings(max_examples=250, deadline=None)
def test_no_answer_is_ever_lost(happened: list[Event]) -> None:
    for before, event, sprint in every_step(happened):
        kept = [fact.given for fact in sprint.facts if isinstance(fact, ItemAnswered)]
        noted = [fact for fact in sprint.facts if isinstance(fact, Noted)]
        if isinstance(event, Tapped) and (item := next((i for i in DIARY.items if i.id == event.item), None)):
            answer = tapped_answer(before, item, event.choice)
            if answer is not None and answer.value is not None and item.kind != "info":
                already = before.given.get(item.id)
                on_record = already is not None and already.value == answer.value
                assert on_record or answer.value in [each.value for each in (*kept, *noted)]
        if isinstance(event, Typed) and (named := event.item or before.asking) and before.status != "waiting":
            typed_item = STUDY.item(named)
            reading = read(typed_item, event.text, TODAY)
            if isinstance(reading, Understood):
                already = before.given.get(named)
                on_record = already is not None and already.value == reading.value
                assert on_record or reading.value in [each.value for each in (*kept, *noted)]
            if isinstance(reading, NotUnderstood):
                assert event.text in [note.text for note in noted]
        revised = {fact.item: fact for fact in sprint.facts if isinstance(fact, ItemAnswered)}
        for item_id, old in before.given.items():
            new = sprint.session.given[item_id]
            assert new == old or (new == revised[item_id].given and revised[item_id].before == old)
            assert new.revision == old.revision + (new != old)


@given(events)
@settings(max_examples=250, deadline=None)
def test_everything_that_is_said_can_be_sent_and_every_button_read_back(happened: list[Event]) -> None:
    for _, _, sprint in every_step(happened):
        for want in sprint.wants:
            if isinstance(want, AskItem):
                assert 0 <= want.number <= want.of
            sendable(present(STUDY, sprint.session, facts(), want))


def sendable(message: Message) -> None:
    assert 0 < units(message.text) <= MOST_CHARACTERS
    for row in message.buttons:
        assert 0 < len(row) <= 8
        for button in row:
            assert button.label.strip()
            assert len(button.data.encode()) <= MOST_BUTTON_BYTES
            meaning = buttons.read(button.data)
            assert meaning is not None
            assert buttons.write(meaning) == button.data


no_colon = st.text(max_size=20).filter(lambda text: ":" not in text)


@given(no_colon, no_colon, no_colon, st.none() | st.integers(0, 9999))
def test_what_a_button_means_survives_writing_and_reading(
    first: str, second: str, third: str, count: int | None
) -> None:
    for meaning in (
        buttons.AnswerTap(AssessmentId(first), second, third),
        buttons.WelcomeTap(first, second),
        buttons.CommandTap(first, second),
        buttons.AlertTap(AlertId(first), second),
        buttons.RecordTap(first, second, count),
    ):
        assert buttons.read(buttons.write(meaning)) == meaning


@given(st.text(max_size=70))
@example("r:record:sign:02")
@example("v:open:01")
def test_any_other_data_is_no_button(data: str) -> None:
    meaning = buttons.read(data)
    assert meaning is None or buttons.write(meaning) == data
