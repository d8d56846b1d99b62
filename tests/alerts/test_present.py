"""What the care team reads, in both languages, beside the texts that were once looked at and found good.

`GOLDEN=write` in the environment writes the texts anew; look at the difference before it is kept.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.alerts import staff as words
from probot.alerts.ladder import climb
from probot.alerts.life import (
    AlreadyClosed,
    AlreadyTaken,
    NotTaken,
    absorb,
    acknowledge,
    close,
    corrected,
    raise_alert,
)
from probot.alerts.model import Alert
from probot.alerts.phrases import excerpt, visible
from probot.alerts.present import (
    AnswerLine,
    ExpectedLine,
    alert_message,
    digest_message,
    marked_repeat,
    note_message,
    open_list_message,
    participant_message,
)
from probot.alerts.rules import hits, signal_hits
from probot.flows.buttons import AlertTap, read
from probot.messages import MOST_BUTTON_BYTES, MOST_CHARACTERS, Message, units
from probot.study.model import Item
from probot.values import EnrolmentId, StaffId
from probot.wording import keys, placeholders, say
from tests.alerts.small_study import STUDY, ZONE, at, facts

GOLDEN = Path(__file__).parent / "golden"
NURSE, DOCTOR = StaffId("n1"), StaffId("d1")
NAMES = {NURSE: "Li Na", DOCTOR: "Dr Wu"}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def as_text(message: Message) -> str:
    """A message as one can look at it: the quote marked, the buttons below."""
    text = message.text
    if message.quote:
        start, length = message.quote
        raw = text.encode("utf-16-le")
        quoted = raw[2 * start : 2 * (start + length)].decode("utf-16-le")
        text = (
            raw[: 2 * start].decode("utf-16-le")
            + "| "
            + quoted
            + raw[2 * (start + length) :].decode("utf-16-le")
        )
    rows = ["   ".join(f"[{button.label}]" for button in row) for row in message.buttons]
    return "\n".join([text, *rows]) + "\n"


def same_as_golden(name: str, message: Message) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(as_text(message), encoding="utf-8")
    assert as_text(message) == file.read_text(encoding="utf-8")
    well_formed(message)


def well_formed(message: Message) -> None:
    assert units(message.text) <= MOST_CHARACTERS
    for row in message.buttons:
        for button in row:
            assert len(button.data.encode()) <= MOST_BUTTON_BYTES
            assert isinstance(read(button.data), AlertTap)
    if message.quote:
        assert 0 <= message.quote[0] < sum(message.quote) <= units(message.text)


def pain(now, value, earlier):
    found = hits(STUDY, facts(now, {"pain": value}, {"pain": earlier}), frozenset({"pain"}), ZONE)
    return found[0]


def severe() -> Alert:
    hit = pain(at(4, "09:04"), 8, {at(1): 3, at(2): 4, at(3): 6})
    alert = raise_alert(STUDY, EnrolmentId("e"), hit, "r1", at(4, "09:04"))
    return climb(STUDY, alert, at(4, "09:04")).alert


def taken(alert: Alert, now=None) -> Alert:
    after = acknowledge(STUDY, alert, NURSE, now or at(4, "09:06"))
    assert isinstance(after, Alert)
    return after


def signalled(signal, words="", detail="", rule=None) -> Alert:
    hit = signal_hits(STUDY, signal, words, detail, rule=rule)[0]
    return raise_alert(STUDY, EnrolmentId("e"), hit, f"{signal}-1", at(4, "09:04"))


def said(alert, language, reason="raised", now=None, code="P-001"):
    return alert_message(STUDY, alert, code, language, now=now or at(4, "09:04"), reason=reason, staff=NAMES)


# ---------------------------------------------------------------- one alert


@LANGUAGES
def test_a_new_alert(language):
    same_as_golden(f"new.{language}", said(severe(), language))


@LANGUAGES
def test_an_alert_that_nobody_took(language):
    climbed = climb(STUDY, severe(), at(4, "09:14")).alert
    same_as_golden(f"escalation.{language}", said(climbed, language, "escalation", at(4, "09:14")))


@LANGUAGES
def test_an_alert_met_again_and_corrected(language):
    alert = absorb(STUDY, severe(), pain(at(5), 8, {at(3): 6, at(4): 8}), at(5)).alert
    alert = absorb(STUDY, alert, pain(at(7), 10, {at(3): 6, at(4): 8, at(5): 8}), at(7)).alert
    alert = corrected(alert, "pain", 10, 3, at(7, "09:20"))
    same_as_golden(f"again_corrected.{language}", said(alert, language, "corrected", at(7, "09:20")))


def test_a_list_shows_what_an_answer_was_corrected_to():
    alert = corrected(severe(), "pain", 8, 3, at(4, "09:20"))
    lists = (open_list_message, digest_message)

    def lines(one: Alert) -> list[str]:
        return [make(STUDY, [(one, "P-001")], "en", at(4, "09:30")).text for make in lists]

    assert all("8 / 10 → 3 / 10" in line for line in lines(alert))
    patient = participant_message(
        STUDY, "P-001", "en", status="active", answers=[], alerts=[alert], now=at(4, "09:30")
    )
    assert "8 / 10 → 3 / 10" in patient.text
    twice = corrected(alert, "pain", 3, 2, at(4, "09:25"))
    assert all("8 / 10 → 2 / 10" in line for line in lines(twice))
    back = corrected(alert, "pain", 3, 8, at(4, "09:25"))
    assert not any("→" in line for line in lines(back))
    another_day = corrected(severe(), "pain", 2, 1, at(5, "09:25"))
    assert not any("→" in line for line in lines(another_day)), "that was another answer"
    again = absorb(STUDY, alert, pain(at(5), 9, {at(4): 3}), at(5)).alert
    assert all("9 / 10" in line and "→" not in line for line in lines(again)), "what is newest stands"


@LANGUAGES
def test_the_first_words_stay_beside_the_newest(language):
    def met(words: str, day: int) -> Alert:
        return absorb(STUDY, alert, signal_hits(STUDY, "unclear", words, "")[0], at(day)).alert

    alert = signalled("unclear", "疼死了")
    assert "疼死了" in said(alert, language).text
    assert said(alert, language).text.count("疼死了") == 1
    alert = met("七八分吧", 5)
    text = said(alert, language, now=at(5)).text
    assert text.index("疼死了") < text.index("七八分吧")
    assert well_formed(said(alert, language, now=at(5))) is None
    alert = met("疼死了", 6)
    assert said(alert, language, now=at(6)).text.count("疼死了") == 1


@LANGUAGES
def test_an_alert_taken_opened_again_and_closed(language):
    alert = absorb(STUDY, taken(severe()), pain(at(5), 9, {at(4): 8}), at(5)).alert
    alert = climb(STUDY, alert, at(5)).alert
    closed = close(taken(alert, at(5, "09:10")), DOCTOR, at(5, "11:00"), "drug_change")
    assert isinstance(closed, Alert)
    same_as_golden(f"closed.{language}", said(closed, language, now=at(5, "11:00")))


@LANGUAGES
def test_a_note_with_words_of_distress(language):
    words = "I have chest pain\nand \u202eam afraid\u200b. /ack 12 @doctor"
    same_as_golden(f"distress.{language}", said(signalled("note", words), language))


@LANGUAGES
@pytest.mark.parametrize(
    ("signal", "detail"),
    [("missed", "daily:2"), ("blocked", ""), ("undelivered", "chat not found")],
)
def test_a_signal(language, signal, detail):
    rule = "no_answer" if signal == "missed" else None
    same_as_golden(f"{signal}.{language}", said(signalled(signal, detail=detail, rule=rule), language))


@LANGUAGES
@pytest.mark.parametrize(
    ("item", "value", "earlier"),
    [
        ("quality", 3, {at(1): 7, at(2): 5}),
        ("temperature", 38.5, {at(3): 36.9}),
        ("intake", "nothing", {at(1): "soft", at(3): "liquids"}),
        ("signs", ("rash", "hives"), {}),
        ("chills", "yes", {at(3): "not_sure"}),
        ("stools", 6, {}),
    ],
)
def test_each_kind_of_answer_is_said_in_words(language, item, value, earlier):
    found = hits(STUDY, facts(at(4), {item: value}, {item: earlier}), frozenset({item}), ZONE)
    alert = raise_alert(STUDY, EnrolmentId("e"), found[0], "r", at(4))
    same_as_golden(f"{item}.{language}", said(alert, language))


def test_the_head_line_stands_alone_and_the_evidence_follows():
    head, *rest = said(severe(), "en").text.split("\n")
    assert head == "URGENT · P-001 · Severe mouth pain"
    assert "Worst mouth pain: 8 / 10" in rest
    assert "Before: 6 / 10" in rest
    assert any(line.startswith("Last answers: 3 · 4 · 6 · 8 (") for line in rest)


def test_a_day_without_an_answer_is_a_dash_and_far_apart_answers_carry_their_dates():
    def line(earlier):
        return said(raise_alert(STUDY, EnrolmentId("e"), pain(at(20), 8, earlier), "r", at(20)), "en").text

    assert "3 · – · 8 (Tue, Mar 18 – Thu, Mar 20)" in line({at(18): 3})
    assert "3 (Thu, Mar 6) · 4 (Thu, Mar 13) · 8 (Thu, Mar 20)" in line({at(6): 3, at(13): 4})


def test_the_button_follows_the_state():
    def actions(alert):
        return [read(button.data).action for row in said(alert, "en").buttons for button in row]

    assert actions(severe()) == ["ack"]
    assert actions(taken(severe())) == ["called", "assign", "snooze", "close"]
    closed = close(taken(severe()), NURSE, at(4, "10:00"))
    assert actions(closed) == []


def test_an_alert_whose_study_has_lost_rule_item_and_role_is_still_told():
    bare = replace(STUDY, rules={}, instruments={}, roles={}, plan={})
    climbed = climb(STUDY, severe(), at(4, "09:14")).alert
    message = alert_message(bare, climbed, "P-001", "en", now=at(4, "09:14"))
    assert message.text.startswith("URGENT · P-001 · severe_pain\npain: 8\n")
    assert alert_message(bare, signalled("blocked"), "P-001", "en", now=at(4)).text.startswith("ROUTINE")


# ---------------------------------------------------------------- somebody's own words


def test_words_that_hide_or_reorder_others_are_made_visible():
    assert visible("a\u202eb\u200bc\ufeffd\x00e") == "a⟨U+202E⟩b⟨U+200B⟩c⟨U+FEFF⟩d⟨U+0000⟩e"
    assert visible("one\r\ntwo\u2028three") == "one ⏎ two ⏎ three"
    assert visible("很痛，8分 👍") == "很痛，8分 👍"


@pytest.mark.parametrize(("length", "shown"), [(299, 299), (300, 300), (301, 301), (4096, 301)])
def test_the_first_300_characters_are_quoted(length, shown):
    quoted = excerpt("痛" * length)
    assert len(quoted) == shown
    assert quoted.endswith("…") is (length > 300)


def test_a_participant_cannot_write_a_line_that_looks_like_ours():
    message = said(signalled("note", "chest pain\nTaken by Li Na, Tue, Mar 4, 09:06"), "en")
    assert not any(line.startswith("Taken") for line in message.text.split("\n"))


@given(st.text(st.characters(codec=None), max_size=5000), st.sampled_from(["en", "zh"]))
def test_whatever_is_written_the_message_can_be_sent_and_the_quote_is_what_was_written(text, language):
    message = said(signalled("note", "chest pain " + text), language)
    well_formed(message)
    message.text.encode()  # no lone surrogate is left
    start, length = message.quote
    raw = message.text.encode("utf-16-le")
    assert raw[2 * start : 2 * (start + length)].decode("utf-16-le") == excerpt("chest pain " + text)
    assert start + length == units(message.text)


# ---------------------------------------------------------------- copies


@LANGUAGES
def test_a_copy_says_so_below_the_head_line_and_keeps_the_quote(language):
    first = said(signalled("note", "胸痛 chest pain 👍"), language)
    copy = marked_repeat(first, language)
    assert copy.text.split("\n")[0] == first.text.split("\n")[0]
    assert copy.text.split("\n")[1] == say(language, "alert.reason.uncertain")
    assert as_text(copy).split("| ")[1] == as_text(first).split("| ")[1]
    well_formed(copy)


def test_a_copy_of_a_message_without_a_second_line_is_marked_as_well():
    assert marked_repeat(Message("One line"), "en").text.startswith("One line\nRepeat")


def test_a_message_that_fills_its_room_is_copied_as_it_is():
    assert marked_repeat(Message("a" * 4090), "en") == Message("a" * 4090)


# ---------------------------------------------------------------- lists


def listed():
    low = raise_alert(STUDY, EnrolmentId("e2"), replace(pain(at(3), 5, {})), "r2", at(3))
    return [
        (low, "P-002"),
        (signalled("blocked"), "P-003"),
        (taken(severe()), "P-001"),
        (signalled("note", "胸痛"), "P-004"),
    ]


@LANGUAGES
def test_the_digest(language):
    same_as_golden(f"digest.{language}", digest_message(STUDY, listed()[:2], language, at(5, "08:00")))


@LANGUAGES
def test_the_list_of_what_is_open(language):
    same_as_golden(f"open.{language}", open_list_message(STUDY, listed(), language, at(5, "08:00"), NAMES))


@LANGUAGES
def test_nothing_open(language):
    message = open_list_message(STUDY, [], language, at(5))
    assert message == Message(say(language, "open.none"))


def test_a_long_list_is_cut_kindly_with_the_most_urgent_first():
    many = [(replace(alert, id=f"{n:022}"), f"P-{n:03}") for n in range(200) for alert, _ in listed()[:1]]
    urgent = replace(severe(), id="u" * 22)
    message = open_list_message(STUDY, [*many, (urgent, "P-999")], "en", at(5))
    well_formed(message)
    lines = message.text.split("\n")
    assert lines[1].startswith("URGENT · P-999")
    shown = len(lines) - 2
    assert lines[-1].startswith(f"… and {201 - shown} more")
    assert 10 < len(message.buttons) <= 20


ANSWERS = [
    AnswerLine(date(2025, 3, 3), "pain", 6),
    AnswerLine(date(2025, 3, 4), "pain", 8),
    AnswerLine(date(2025, 3, 4), "temperature", None, "not_done"),
    AnswerLine(date(2025, 3, 4), "chills", None, "declined"),
    AnswerLine(date(2025, 3, 4), "stools", None, "branched"),
    AnswerLine(date(2025, 3, 4), "intake", "liquids"),
]


@LANGUAGES
def test_one_participant(language):
    message = participant_message(
        STUDY, "P-001", language, status="active", answers=ANSWERS, alerts=[severe()], now=at(4, "10:00")
    )
    same_as_golden(f"participant.{language}", message)


@LANGUAGES
def test_a_paused_participant_without_answers(language):
    message = participant_message(
        STUDY, "P-7", language, status="paused", until=date(2025, 3, 9), answers=[], alerts=[], now=at(4)
    )
    same_as_golden(f"participant_paused.{language}", message)


@LANGUAGES
def test_what_was_missed_shows_on_its_day(language):
    expected = [
        ExpectedLine(at(2).date(), "daily", "complete"),
        ExpectedLine(at(3).date(), "daily", "missed"),
        ExpectedLine(at(4).date(), "daily", "open"),
        ExpectedLine(at(4).date(), "gone", "paused"),
    ]
    message = participant_message(
        STUDY, "P-001", language, status="active", answers=ANSWERS, alerts=[], expected=expected, now=at(4)
    )
    same_as_golden(f"participant_missed.{language}", message)


@given(st.lists(st.builds(AnswerLine, st.dates(), st.just("pain"), st.integers(0, 10)), max_size=400))
def test_however_much_was_answered_the_newest_days_come_first_and_it_fits(answers):
    message = participant_message(
        STUDY, "P-001", "zh", status="active", answers=answers, alerts=[], now=at(4)
    )
    well_formed(message)


@LANGUAGES
@pytest.mark.parametrize("kind", ["note", "unclear", "media", "late"])
def test_a_note(language, kind):
    item = "pain" if kind == "unclear" else None
    words = "" if kind == "media" else "有点不舒服 …"
    same_as_golden(
        f"note_{kind}.{language}",
        note_message(STUDY, "P-001", language, words, at(4, "09:04"), kind=kind, item=item),
    )


# ---------------------------------------------------------------- staff


@LANGUAGES
def test_words_to_staff(language):
    messages = [
        words.staff_welcome(STUDY, "Li Na", "nurse", language),
        words.staff_help(language),
        words.team_bound(STUDY, language),
        words.invitation_refused(language),
        words.unknown_code(language, "grade", "p-1", ["P-001", "P-002"]),
        words.unknown_code(language, "grade", "p001", ["P-001", "P-101", "X-77"]),
        words.unknown_code(language, "grade", "\u202ezz", ["P-001"]),
        words.unknown_code(language, "grade", " ", ["P-001"]),
        Message(words.refusal_words(STUDY, AlreadyTaken(NURSE, at(4, "09:06")), language, NAMES)),
        Message(words.refusal_words(STUDY, AlreadyClosed(DOCTOR, at(4, "11:00")), language, NAMES)),
        Message(words.refusal_words(STUDY, NotTaken(), language)),
        Message(words.not_authorised(STUDY, "adjudicate", language)),
        Message(words.not_staff(language)),
        Message(words.unknown_alert(language)),
        Message(words.done_words("ack", language)),
        Message(words.done_words("close", language)),
    ]
    same_as_golden(f"staff.{language}", Message("\n---\n".join(message.text for message in messages)))


@LANGUAGES
def test_the_answer_to_a_tap_fits_however_long_a_name_is(language):
    refused = words.refusal_words(STUDY, AlreadyTaken(NURSE, at(4)), language, {NURSE: "Li " * 200})
    assert len(refused) <= 200


def test_both_languages_have_the_same_words_for_the_care_team():
    ours = ("alert.", "digest.", "open.", "patient.", "note.", "staff.")
    there = {language: {key for key in keys(language) if key.startswith(ours)} for language in ("en", "zh")}
    assert there["en"] == there["zh"]
    for key in there["en"]:
        assert placeholders("en", key) == placeholders("zh", key), key


def test_a_label_as_long_as_a_question_does_not_fill_the_message():
    long = Item("pain", "scale", {"en": "How bad? " * 500, "zh": "多痛？" * 500})
    diary = replace(STUDY.instruments["diary"], items=(long,))
    study = replace(STUDY, instruments={"diary": diary})
    message = alert_message(study, severe(), "P-001", "en", now=at(4) + timedelta(minutes=5))
    assert units(message.text) < 600
