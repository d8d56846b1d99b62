from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.flows.folding import fold
from probot.flows.lookup import search
from probot.messages import Message
from probot.outcomes.adverse import (
    CONTACTS,
    STATES,
    WHY_AGAIN,
    WHY_NOT,
    WHY_UNREPORTED,
    AdverseEvent,
    Deed,
    Entry,
    State,
    Version,
)
from probot.outcomes.adverse_words import (
    _ORDER,
    actions,
    answer_words,
    buttons,
    card,
    choices,
    clock_line,
    refusal,
    reminder,
)
from probot.outcomes.judging import MOVES, POWERS, Problem, Refused, do, judge, problems
from probot.outcomes.sae_clock import NOBODY_JUDGES, due_at, left, remind, runs, wound
from probot.outcomes.sae_summary import summary
from probot.study.ctcae import named, terms
from probot.study.model import Item, Option, Power, Study
from probot.values import EnrolmentId, StaffId
from tests.world import shipped_study

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
ZHOU = StaffId("zhou")
STUDY: Study = shipped_study()
FEVER = named("Fever")
assert FEVER is not None
GOOD: dict[str, Any] = {
    "term": FEVER.key, "grade": "g2", "onset": "2026-03-02", "serious": "no", "related": "possible",
    "expected": "expected", "action": "none", "outcome": "recovering", "narrative": "39.2 in the evening",
}  # fmt: skip
SERIOUS = GOOD | {"serious": "yes", "criteria": ("hospital",), "aware": "2026-03-03"}


def version(number: int = 1, *, reason: str = "", at: datetime = NOW, **changes: Any) -> Version:
    answers = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return Version(number, answers, ZHOU, at, reason, "form", "hash")


def event(state: State = "candidate", *versions: Version) -> AdverseEvent:
    return AdverseEvent("e" * 22, EnrolmentId("p"), 1, state, NOW, NOW, NOW, versions=versions)


def serious(state: State = "adjudicated", **more: Any) -> AdverseEvent:
    return replace(event(state, version(**{**SERIOUS, **more})))


def done(after: AdverseEvent | Refused) -> AdverseEvent:
    assert isinstance(after, AdverseEvent)
    return after


def reported(one: AdverseEvent, at: datetime = NOW) -> AdverseEvent:
    """With one more report, whatever state it is in."""
    return replace(done(do(replace(one, state="signed"), "report", ZHOU, at)), state=one.state)


# ------------------------------------------------------------------------------ the table


LEGAL = """
candidate: acknowledge>under_review contact>candidate
under_review: fill>under_review adjudicate>adjudicated dismiss>dismissed contact>under_review unreport>under_review
adjudicated: amend>adjudicated dismiss>dismissed sign>signed report>adjudicated contact>adjudicated unreport>adjudicated
signed: amend>adjudicated report>signed contact>follow_up resolve>resolved reopen>under_review unreport>signed
follow_up: amend>adjudicated report>follow_up contact>follow_up resolve>resolved reopen>under_review unreport>follow_up
resolved: amend>adjudicated report>resolved contact>resolved lock>locked reopen>under_review unreport>resolved
locked: reopen>under_review
dismissed: reopen>under_review
"""


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("deed", get_args(Deed))
def test_only_the_moves_of_the_protocol_are_in_the_table(state: State, deed: Deed) -> None:
    lines = dict(line.split(": ") for line in LEGAL.strip().splitlines())
    assert MOVES[state].get(deed) == dict(move.split(">") for move in lines[state].split()).get(deed)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("deed", [deed for deed in get_args(Deed) if deed not in {"fill", "amend", "noted"}])
def test_what_the_table_does_not_have_is_refused_and_changes_nothing(state: State, deed: Deed) -> None:
    before = serious(state, outcome="recovered", ended="2026-03-03")
    if deed == "unreport":
        before = reported(before)
    after = do(before, deed, ZHOU, NOW, "news")
    if deed in MOVES[state] and not (deed == "lock" and before.reported_at is None):
        assert isinstance(after, AdverseEvent)
        assert after.state == MOVES[state][deed]
        assert after.history[-1].deed == deed
    else:
        assert isinstance(after, Refused)
        assert (after.deed, after.state) == (deed, state)
        assert len(refusal(after, "zh")) <= 200


def test_only_investigators_judge_and_sign_and_nurses_acknowledge_and_are_in_touch() -> None:
    roles = {name: STUDY.roles[name].may for name in ("nurse", "doctor", "investigator")}
    may = {name: {deed for deed in POWERS if POWERS[deed] in power} for name, power in roles.items()}
    assert may["nurse"] == {"noted", "acknowledge", "contact"}
    assert may["doctor"] == may["nurse"] | {"fill"}
    assert may["investigator"] == set(POWERS) == set(get_args(Deed))


# ------------------------------------------------------------------------------ what a move needs besides


@pytest.mark.parametrize(
    ("before", "deed", "detail", "reason"),
    [
        (event("under_review"), "dismiss", " ", "no_reason"),
        (event("under_review"), "adjudicate", "", "nothing_judged"),
        (event("adjudicated", version()), "report", "", "not_serious"),
        (replace(serious("signed"), reported_at=NOW), "report", "", "reported_already"),
        (reported(serious("signed")), "report", "", "reported_already"),
        (reported(serious("signed")), "unreport", " ", "no_reason"),
        (serious("signed"), "unreport", "mistake", "no_report"),
        (event("signed", version()), "resolve", "", "outcome_open"),
        (serious("resolved"), "lock", "", "not_reported"),
        (event("locked", version()), "reopen", "", "no_reason"),
        (event("adjudicated"), "sign", "", "nothing_judged"),
        (event("adjudicated"), "report", "", "nothing_judged"),
        (event("signed"), "resolve", "", "nothing_judged"),
        (event("candidate"), "sign", "", "move"),
    ],
)
def test_a_move_that_lacks_something_says_what(
    before: AdverseEvent, deed: Deed, detail: str, reason: str
) -> None:
    after = do(before, deed, ZHOU, NOW, detail)
    assert isinstance(after, Refused)
    assert (after.reason, after.deed, after.state) == (reason, deed, before.state)
    for language in STUDY.languages:
        assert refusal(after, language)


def test_a_signature_belongs_to_one_version_and_an_amendment_has_to_be_signed_anew() -> None:
    signed = do(event("adjudicated", version()), "sign", ZHOU, NOW)
    assert isinstance(signed, AdverseEvent)
    assert (signed.signed, signed.signed_by, signed.signed_at) == (1, ZHOU, NOW)
    amended = judge(signed, "amend", version(2, reason="new culture", grade="g3"), "Asia/Shanghai")
    assert isinstance(amended, AdverseEvent)
    assert (amended.state, amended.signed, amended.worst) == ("adjudicated", None, 3)
    assert [each.number for each in amended.versions] == [1, 2]
    better = judge(amended, "amend", version(3, reason="better", grade="g1"), "Asia/Shanghai")
    assert isinstance(better, AdverseEvent)
    assert (better.latest.grade if better.latest else None, better.worst) == (1, 3)


def test_each_deed_is_on_record_with_who_when_why_and_which_version() -> None:
    judged = event("adjudicated", version())
    assert done(do(judged, "contact", ZHOU, NOW, "phone")).history == (
        Entry("contact", NOW, ZHOU, "phone", 1),
    )
    assert done(do(event(), "acknowledge", ZHOU, NOW)).history == (Entry("acknowledge", NOW, ZHOU, "", None),)
    amended = done(judge(judged, "amend", version(2, reason="new culture"), "Asia/Shanghai"))
    assert amended.history == (Entry("amend", NOW, ZHOU, "new culture", 2),)


def test_a_report_is_on_record_with_who_and_when() -> None:
    reported = done(do(serious(), "report", ZHOU, NOW))
    assert (reported.reported_at, reported.reported_by) == (NOW, ZHOU)


def test_the_signature_goes_with_an_amendment_a_dismissal_and_a_reopening() -> None:
    signed = done(do(event("adjudicated", version()), "sign", ZHOU, NOW))
    signed_before = replace(signed, state="adjudicated")
    for after in (
        done(judge(signed, "amend", version(2, reason="new culture"), "Asia/Shanghai")),
        done(do(signed_before, "dismiss", ZHOU, NOW, "error")),
        done(do(signed, "reopen", ZHOU, NOW, "news")),
    ):
        assert (after.signed, after.signed_by, after.signed_at) == (None, None, None)


def test_a_judgement_where_the_table_has_none_is_refused() -> None:
    assert judge(event(), "adjudicate", version(), "Asia/Shanghai") == Refused(
        "move", "adjudicate", "candidate"
    )


def test_what_is_no_judgement_yet_can_be_left_and_what_was_reported_goes_on() -> None:
    assert done(do(event("under_review"), "contact", ZHOU, NOW, "phone")).state == "under_review"
    assert done(do(event("resolved", version()), "lock", ZHOU, NOW)).state == "locked", "it is not serious"
    reported = replace(serious("resolved"), reported_at=NOW)
    assert done(do(reported, "lock", ZHOU, NOW)).state == "locked"
    assert done(do(replace(reported, state="signed"), "contact", ZHOU, NOW, "phone")).state == "follow_up"


def test_without_a_day_of_its_own_the_clock_counts_from_when_it_became_known() -> None:
    known = replace(event("under_review"), known_at=NOW - timedelta(days=2))
    assert done(judge(known, "adjudicate", version(), "Asia/Shanghai")).aware_at == NOW - timedelta(days=2)


def test_an_amendment_without_a_reason_is_refused() -> None:
    refused = judge(event("signed", version()), "amend", version(2), "Asia/Shanghai")
    assert isinstance(refused, Refused)
    assert refused.reason == "no_reason"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"grade": None}, [("missing", "grade")]),
        ({"narrative": None, "outcome": None}, [("missing", "outcome"), ("missing", "narrative")]),
        ({"term": "other", "search": "t1"}, []),
        ({"term": "other"}, [("missing", "search")]),
        ({"term": None}, [("missing", "term")]),
        ({"term": "other", "search": "t12", "specify": "a burn"}, []),
        ({"onset": None, "outcome": "recovered", "ended": "2026-03-01"}, [("missing", "onset")]),
        ({"term": "other", "search": "t12"}, [("missing", "specify")]),
        ({"term": named("Oral pain").key, "grade": "g4"}, [("grade_of_term", "grade")]),
        ({"serious": "yes"}, [("criteria", "criteria")]),
        ({"grade": "g5"}, [("death", "criteria"), ("death", "outcome")]),
        ({"outcome": "fatal", "ended": "2026-03-03"}, [("death", "grade"), ("death", "criteria")]),
        ({"grade": "g5", "serious": "yes", "criteria": ("death",), "outcome": "fatal", "ended": "2026-03-03"}, []),
        ({"onset": "2026-03-04"}, [("future", "onset")]),
        ({"outcome": "recovered", "ended": "2026-03-01"}, [("before_onset", "ended")]),
        ({**SERIOUS, "aware": "2026-03-01"}, [("before_onset", "aware")]),
        ({"onset": "2026-03"}, []),
        ({"onset": "2026"}, []),
        ({"onset": "2026-04"}, [("future", "onset")]),
        ({"onset": "2027"}, [("future", "onset")]),
        ({"onset": "2026-03", "outcome": "recovered", "ended": "2026-03-01"}, []),
        ({"onset": "2026-03", "outcome": "recovered", "ended": "2026-02-28"}, [("before_onset", "ended")]),
        ({"outcome": "recovered", "ended": "2026-03"}, []),
        ({"outcome": "recovered", "ended": "2026-02"}, [("before_onset", "ended")]),
        ({"outcome": "recovered", "ended": "2025"}, [("before_onset", "ended")]),
        ({**SERIOUS, "onset": "2026-03", "aware": "2026-03-01"}, []),
        ({**SERIOUS, "onset": "2026-03", "aware": "2026-02-28"}, [("before_onset", "aware")]),
    ],
)  # fmt: skip
def test_a_judgement_that_does_not_fit_says_every_reason(changes: Any, found: Any) -> None:
    given_version = version(**changes)
    assert [(each.fault, each.field) for each in problems(given_version, NOW.date())] == found
    judged = judge(event("under_review"), "adjudicate", given_version, "Asia/Shanghai")
    assert isinstance(judged, Refused) == bool(found)
    if isinstance(judged, Refused):
        assert all(refusal(judged, language).count("\n") == len(found) for language in STUDY.languages)


@pytest.mark.parametrize(
    ("written", "en", "zh"),
    [("2026-02-21", "Sat, Feb 21, 2026", "2026年2月21日周六"), ("2026-02", "Feb 2026", "2026年2月"), ("2026", "2026", "2026年")],
)  # fmt: skip
def test_a_date_is_said_as_far_as_it_is_known(written: str, en: str, zh: str) -> None:
    judged = version(onset=written)
    assert [answer_words(judged, "onset", language) for language in ("en", "zh")] == [en, zh]


@given(st.lists(st.sampled_from(get_args(Deed)), max_size=14), st.booleans())
def test_whatever_is_tried_the_event_is_legal_and_nothing_of_its_past_is_lost(
    deeds: list[Deed], grave: bool
) -> None:
    now, one = NOW, event()
    for deed in deeds:
        now += timedelta(hours=1)
        if deed in {"fill", "amend"} or (deed == "adjudicate" and not one.versions):
            made = version(len(one.versions) + 1, reason="because", at=now, **(SERIOUS if grave else GOOD))
            after = judge(one, "fill" if deed == "adjudicate" else deed, made, "Asia/Shanghai")  # type: ignore[arg-type]
        else:
            after = do(one, deed, ZHOU, now, "news")
        if isinstance(after, Refused):
            continue
        after = wound(STUDY, after, now)
        assert after.history[: len(one.history)] == one.history
        assert after.versions[: len(one.versions)] == one.versions
        assert after.signed is None or after.signed == after.versions[-1].number
        assert (after.signed is None) or after.state in {"signed", "follow_up", "resolved", "locked"}
        if runs(after):
            assert after.next_at is not None
        if after.state == "locked":
            assert not runs(after)
        one = after


# ------------------------------------------------------------------------------ the clock


def test_the_clock_counts_from_the_minute_if_it_was_serious_at_once() -> None:
    known = replace(event("under_review"), known_at=NOW - timedelta(hours=3))
    judged = judge(known, "adjudicate", version(**SERIOUS), "Asia/Shanghai")
    assert isinstance(judged, AdverseEvent)
    assert due_at(STUDY, judged) == NOW + timedelta(hours=21)
    assert left(STUDY, judged, NOW + timedelta(hours=23)) == timedelta(hours=-2)


def test_in_the_minute_in_which_the_time_is_up_it_says_now_and_not_overdue_for_nothing() -> None:
    due = due_at(STUDY, serious())
    assert due is not None
    said = [
        clock_line(STUDY, serious(), "en", due + late).partition(":")[0]
        for late in (timedelta(hours=-2), timedelta(), timedelta(seconds=59), timedelta(hours=1))
    ]
    assert [words.split(",")[0] for words in said] == [
        "Report within 2 hours", "To be reported NOW", "To be reported NOW", "OVERDUE for 1 hour",
    ]  # fmt: skip


def labels(message: Message) -> list[str]:
    return [each.label for row in message.buttons for each in row]


def test_a_reminder_of_the_clock_offers_what_stops_it_and_the_way_to_the_rest() -> None:
    def offered(state: State, *powers: Power) -> list[str]:
        return labels(reminder(STUDY, serious(state), "P-001", "en", NOW, powers))

    everything: tuple[Power, ...] = ("view", "acknowledge", "grade", "adjudicate")
    assert offered("signed", *everything) == [
        "Summary to send on",
        "It has been reported",
        "The whole record",
    ]
    assert offered("adjudicated", *everything)[0] == "Sign this judgement"
    assert "It has been reported" not in offered("signed", "view")
    assert offered("signed", "view")[-1] == "The whole record"


def test_a_reminder_of_what_waits_offers_all_that_may_be_done() -> None:
    waits = replace(event("adjudicated", version()))
    powers: tuple[Power, ...] = ("view", "acknowledge", "grade", "adjudicate")
    message = reminder(STUDY, waits, "P-001", "en", NOW, powers)
    assert message.buttons == buttons(waits, "en", powers)
    assert "waits for a signature" in message.text


def test_the_clock_counts_from_midnight_if_it_turned_serious_on_another_day() -> None:
    known = replace(event("under_review"), known_at=NOW - timedelta(days=5))
    judged = judge(known, "adjudicate", version(**SERIOUS), "Asia/Shanghai")
    assert isinstance(judged, AdverseEvent)
    assert judged.aware_at == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # 3 March, 00:00 in Shanghai


def test_the_ladder_is_climbed_until_it_is_reported_and_for_nothing_else() -> None:
    one = wound(STUDY, serious(), NOW)
    told: list[tuple[float, tuple[str, ...]]] = []
    at = NOW
    for _ in range(8):
        assert one.next_at is not None
        at = one.next_at
        climbed = remind(STUDY, one, at)
        told.append(((at - NOW) / timedelta(hours=1), climbed.notify))
        one = climbed.event
        signed = do(one, "sign", ZHOU, at)
        one = wound(STUDY, signed if isinstance(signed, AdverseEvent) else one, at)
    assert told[:3] == [(0, ("investigator",)), (8, ("investigator",)), (16, ("care_team",))]
    assert [hours for hours, _ in told[3:]] == [20, 21, 22, 23, 24]
    assert all(set(names) == {"investigator", "care_team"} for _, names in told[3:])
    reported = do(one, "report", ZHOU, at)
    assert isinstance(reported, AdverseEvent)
    assert wound(STUDY, reported, at).next_at is None


def test_what_nobody_judges_or_signs_comes_up_again_every_day() -> None:
    waiting = wound(STUDY, event(), NOW)
    assert waiting.next_at == NOW + NOBODY_JUDGES
    climbed = remind(STUDY, waiting, NOW + NOBODY_JUDGES)
    assert climbed.waits
    assert climbed.event.next_at == NOW + 2 * NOBODY_JUDGES
    assert wound(STUDY, event("signed", version()), NOW).next_at is None


# ------------------------------------------------------------------------------ words


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ["nurse", "doctor", "investigator", "monitor"])
def test_a_button_is_shown_exactly_where_tapping_it_would_be_allowed(
    language: str, state: State, role: str
) -> None:
    may = STUDY.roles[role].may
    one = serious(state)
    for action in actions(one, may):
        if action in {"form", "sum"}:
            assert action == "sum" or ("grade" in may and state in {"candidate", "under_review"})
        else:
            assert action in MOVES[state]
            assert POWERS[action] in may  # type: ignore[index]
    shown = card(STUDY, one, "P-001", language, NOW, {"zhou": "Zhou"}, may)
    assert len(shown.buttons) == len(buttons(one, language, may))
    assert "P-001" in shown.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_that_a_record_can_need_exists(language: str) -> None:
    one = serious(
        "signed", outcome="sequelae", ended="2026-03-03", term="other", search="t12", specify="blue skin"
    )
    one = reported(one)
    tried = [("contact", each) for each in CONTACTS] + [("reopen", each) for each in WHY_AGAIN]
    tried += [("unreport", each) for each in WHY_UNREPORTED]
    for deed, detail in [*tried, *(("dismiss", each) for each in WHY_NOT)]:
        made = do(
            replace(one, state="under_review" if deed == "dismiss" else "signed"), deed, ZHOU, NOW, detail
        )  # type: ignore[arg-type]
        assert isinstance(made, AdverseEvent)
        assert "Zhou" in card(STUDY, made, "P-001", language, NOW, {"zhou": "Zhou"}, frozenset()).text
        assert choices(one, deed, "P-001", language).buttons  # type: ignore[arg-type]
    page = summary(STUDY, one, "P-001", language, {"zhou": "Zhou"}).text
    assert "blue skin" in page
    assert " UTC+08:00" in page
    assert answer_words(one.versions[0], "criteria", language)


def test_every_fault_has_words_in_both_languages() -> None:
    for fault in ("missing", "grade_of_term", "criteria", "death", "future", "before_onset"):
        refused = Refused("incomplete", "adjudicate", "under_review", (Problem(fault, "grade"),))
        assert refusal(refused, "zh") != refusal(refused, "en")


# ------------------------------------------------------------------------------ CTCAE


def test_the_list_of_terms_is_whole_and_each_name_is_there_once() -> None:
    known = terms()
    assert len(known) == 837
    assert list(known) == [f"t{number}" for number in range(1, 838)]
    for names in ([one.name.casefold() for one in known.values()], [one.chinese for one in known.values()]):
        assert len(set(names)) == 837
    assert all(set(one.grades) <= {1, 2, 3, 4, 5} and one.grades for one in known.values())
    assert sum(one.wants_words for one in known.values()) == 26


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("出血性膀胱炎", "Cystitis noninfective"),
        ("移植物抗宿主病", "Immune system disorders - Other, specify"),
        ("粒缺", "Febrile neutropenia"),
        ("口腔粘膜炎", "Mucositis oral"),
        ("乏力", "Fatigue"),
        ("ALT", "Alanine aminotransferase increased"),
        ("尿痛", "Dysuria"),
    ],
)
def test_a_term_is_found_by_the_words_of_the_ward(typed: str, name: str) -> None:
    known = tuple(
        Option(one.key, {"en": one.name, "zh": one.chinese}, also=one.also) for one in terms().values()
    )
    found = search(Item("search", "lookup", {}, options=known), fold(typed))
    assert [terms()[option.id].name for option in found][:1] == [name]
    assert not any(";" in one.chinese for one in terms().values())


@pytest.mark.parametrize(
    ("name", "grades"),
    [("Mucositis oral", (1, 2, 3, 4, 5)), ("Febrile neutropenia", (3, 4, 5)), ("Oral pain", (1, 2, 3))],
)
def test_a_term_has_the_grades_of_ctcae(name: str, grades: tuple[int, ...]) -> None:
    term = named(name)
    assert term is not None
    assert term.grades == grades


@pytest.mark.parametrize(
    ("role", "state", "shown"),
    [
        ("nurse", "candidate", "acknowledge contact"),
        ("doctor", "candidate", "form contact"),
        ("nurse", "adjudicated", "sum contact"),
        ("doctor", "under_review", "form sum contact"),
        ("investigator", "under_review", "form adjudicate sum contact dismiss"),
        ("investigator", "adjudicated", "sign sum report contact amend dismiss"),
        ("investigator", "signed", "sum report contact amend resolve reopen"),
        ("investigator", "locked", "sum reopen"),
        ("monitor", "signed", "sum"),
    ],
)
def test_these_are_the_buttons_in_this_order(role: str, state: State, shown: str) -> None:
    one = event(state) if state == "candidate" else serious(state)
    assert " ".join(actions(one, STUDY.roles[role].may)) == shown
    if "report" in shown:
        told = " ".join(actions(reported(one), STUDY.roles[role].may))
        assert told.split() == sorted([*shown.replace("report", "unreport").split()], key=_ORDER.index)


def test_a_clock_that_an_amendment_sets_back_reminds_by_what_is_left_and_not_by_what_was() -> None:
    event = wound(STUDY, serious(), NOW)
    event = remind(STUDY, event, NOW).event
    assert event.next_at == NOW + timedelta(hours=8)
    earlier = wound(STUDY, replace(event, aware_at=NOW - timedelta(hours=15)), NOW + timedelta(minutes=1))
    assert earlier.next_at == NOW + timedelta(minutes=1), "the second rung was due 7 hours ago"
    stepped = remind(STUDY, earlier, NOW + timedelta(minutes=1))
    assert stepped.notify == ("investigator",)
    assert stepped.event.next_at == NOW + timedelta(hours=1), "16 hours after the team knew"
    assert wound(STUDY, stepped.event, NOW + timedelta(minutes=2)) == stepped.event
