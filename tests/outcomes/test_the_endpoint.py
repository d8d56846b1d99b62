from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.outcomes.endpoint import Felt, Graded, Result, SiteResult, site_result, sites_of
from probot.outcomes.endpoint_words import endpoint_message, undone_message
from probot.study.outcomes import Endpoint, EndpointSite
from tests.world import shipped_study

DAY_ONE = date(2026, 3, 2)


def endpoint(*, within: int = 1, sustained: int = 5, since: str | None = None) -> Endpoint:
    site = EndpointSite("oral", "grade_oral", "pain_oral")
    label = {"en": "Healed", "zh": "愈合"}
    return Endpoint(
        label, "site", {"oral": site}, 1, 2, None, within, sustained, ends="treatment_end", since=since
    )


def day(number: int) -> date:
    return DAY_ONE + timedelta(days=number - 1)


def result(story: str, *, start: int | None = None, **rule: Any) -> SiteResult:
    """`1:g1 1:p2 8:g0` in any order: the day, and a grade or a pain score. `start`: the day of the anchor."""
    graded, felt = [], []
    for place, part in enumerate(story.split()):
        number, _, what = part.partition(":")
        value = float(what[1:])
        if what[0] == "g":
            graded.append(Graded(day(int(number)), value, f"form {place}"))
        else:
            felt.append(Felt(day(int(number)), value, f"diary {place}"))
    return site_result(endpoint(**rule), "oral", graded, felt, day(start) if start else None)


@pytest.mark.parametrize(
    ("story", "state", "healed", "why"),
    [
        ("", "no_examination", None, "nobody has looked"),
        ("1:p0 2:p0", "no_examination", None, "pain alone is one half"),
        ("1:g1 1:p2 8:g1 8:p2", "healed", 1, "the limits themselves count"),
        ("1:g1 1:p3 8:g1 8:p2", "waiting", None, "the first visit fails by its pain"),
        ("1:g2 1:p0 8:g1 8:p0", "waiting", None, "the first visit fails by its grade"),
        ("1:g1 2:p2 8:g0 7:p0", "healed", 1, "a day before or after is near enough"),
        ("1:g1 3:p0 8:g0 8:p0", "waiting", None, "two days apart are not"),
        ("1:g1 1:p1 8:g1 8:p4 15:g0 15:p0 22:g0 22:p1", "healed", 15, "what does not last begins anew"),
        ("1:g1 1:p1 4:g1 4:p1", "waiting", None, "three days are too soon to confirm"),
        ("1:g1 1:p1 6:g1 6:p1", "healed", 1, "five are enough"),
        ("1:g1 1:p1 4:g3 4:p1 8:g1 8:p1", "waiting", None, "an examination between fails"),
        ("1:g1 1:p1 8:g1", "waiting", None, "without pain nothing is confirmed"),
        ("1:g1 1:p1 4:g1 8:g1 8:p0", "healed", 1, "nor refuted"),
        ("1:g1 1:g3 1:p0 8:g0 8:p0", "waiting", None, "of two grades on one day the higher counts"),
        ("1:g1 1:p0 1:p6 8:g0 8:p0", "waiting", None, "of two pain scores equally near the higher counts"),
        ("2:g1 1:p0 3:p6 9:g0 9:p0", "waiting", None, "also if one is before and one after"),
        ("2:g1 2:p0 3:p6 9:g0 9:p0", "healed", 2, "the nearer one counts, though the other is higher"),
    ],
)
def test_healing_is_what_the_protocol_says(story: str, state: str, healed: int | None, why: str) -> None:
    found = result(story)
    assert found.state == state, why
    assert found.healed_on == (day(healed) if healed else None), why


def test_without_a_rule_of_lasting_the_first_examination_is_enough() -> None:
    found = result("1:g3 1:p5 8:g1 8:p2", sustained=0)
    assert (found.healed_on, found.confirmed_on) == (day(8), day(8))


def test_a_relapse_is_shown_and_undoes_nothing() -> None:
    found = result("1:g1 1:p1 8:g0 8:p0 15:g2 15:p0")
    assert (found.healed_on, found.confirmed_on, found.relapsed_on) == (day(1), day(8), day(15))


@pytest.mark.parametrize(
    ("story", "sustained", "state", "healed", "why"),
    [
        ("9:g0 9:p0", 0, "not_met", None, "the day before the start is the baseline"),
        ("10:g0 10:p0", 0, "not_met", None, "so is the day of the start itself"),
        ("11:g0 11:p0", 0, "healed", 11, "the day after it counts"),
        ("11:g0 10:p0", 0, "healed", 11, "the day of the examination decides, not that of its pain"),
        ("10:g0 11:p0", 0, "not_met", None, "also the other way round"),
        ("9:g0 9:p0 17:g0 17:p0", 0, "healed", 17, "healing is dated after the start, whatever was before"),
        ("9:g0 9:p0 17:g0 17:p0", 5, "waiting", None, "what was before does not begin a healing that lasts"),
        ("10:g0 10:p0 17:g0 17:p0 24:g0 24:p0", 5, "healed", 17, "it lasts from the first that counts"),
        ("9:g3 9:p9 17:g0 17:p0", 0, "healed", 17, "a bad baseline is not held against it"),
        ("9:g0 9:p0 17:g3 17:p0", 0, "not_met", None, "nor a good one for it"),
        ("", 0, "no_examination", None, "nobody has looked"),
    ],
)
def test_what_was_examined_before_treatment_or_on_its_first_day_does_not_count(
    story: str, sustained: int, state: str, healed: int | None, why: str
) -> None:
    found = result(story, start=10, sustained=sustained, since="treatment_start")
    assert found.state == state, why
    assert found.healed_on == (day(healed) if healed else None), why


def test_a_baseline_is_shown_with_what_was_found_and_why_it_does_not_count() -> None:
    found = result("9:g0 9:p0 10:g3 10:p0 11:g1 11:p9", start=10, sustained=0, since="treatment_start")
    assert [(one.met, one.baseline) for one in found.evidence] == [
        (True, "before"),
        (False, "on"),
        (False, None),
    ]


def test_while_the_start_has_no_date_nothing_counts() -> None:
    found = result("1:g0 1:p0 8:g0 8:p0", sustained=0, since="treatment_start")
    assert (found.state, found.met_on, found.confirmed_on) == ("not_met", None, None)
    assert [one.baseline for one in found.evidence] == ["unknown", "unknown"]
    assert result("", since="treatment_start").state == "no_examination"


def test_without_a_beginning_every_examination_counts() -> None:
    found = result("9:g0 9:p0", start=10, sustained=0)
    assert (found.healed_on, [one.baseline for one in found.evidence]) == (day(9), [None])


def test_a_participant_is_healed_when_every_site_is() -> None:
    one, other = result("1:g1 1:p1 8:g0 8:p0"), result("1:g1 1:p1 4:g3 4:p0 9:g0 9:p0 16:g0 16:p0")
    both = Result((one, other))
    assert (both.healed, both.healed_on, both.confirmed_on) == (True, day(9), day(16))
    assert not Result((one, result("1:g1 1:p1"))).healed
    assert not Result(()).healed


def test_the_sites_are_those_of_the_participant() -> None:
    rule = shipped_study().endpoint
    assert rule is not None
    assert sites_of(rule, {"site": ("oral", "skin")}) == ("oral", "skin")
    assert sites_of(rule, {}) == ()


POINTS = st.lists(st.tuples(st.integers(1, 30), st.sampled_from("gp"), st.integers(0, 4)), max_size=24)


@given(POINTS, st.integers(0, 2), st.integers(0, 9), st.randoms(use_true_random=False))
def test_the_order_in_which_answers_came_decides_nothing(
    points: Any, within: int, sustained: int, dice: random.Random
) -> None:
    parts = [f"{number}:{kind}{value}" for number, kind, value in points]
    first = result(" ".join(parts), within=within, sustained=sustained)
    dice.shuffle(parts)
    again = result(" ".join(parts), within=within, sustained=sustained)
    assert (first.state, first.met_on, first.confirmed_on) == (again.state, again.met_on, again.confirmed_on)


@given(POINTS, st.integers(0, 2), st.integers(0, 9))
def test_healing_always_has_its_evidence(points: Any, within: int, sustained: int) -> None:
    found = result(
        " ".join(f"{n}:{kind}{value}" for n, kind, value in points), within=within, sustained=sustained
    )
    days = [one.graded.day for one in found.evidence]
    assert days == sorted(set(days))
    for one in found.evidence:
        if one.met:
            assert one.graded.grade <= 1
            assert one.felt is not None
            assert one.felt.pain <= 2
            assert abs((one.felt.day - one.graded.day).days) <= within
    if found.healed_on is None:
        return
    assert found.confirmed_on is not None
    assert (found.confirmed_on - found.healed_on).days >= sustained
    between = [one for one in found.evidence if found.healed_on <= one.graded.day <= found.confirmed_on]
    assert between[0].met
    assert between[-1].met
    assert all(one.met is not False for one in between)


@given(POINTS, st.integers(0, 9), st.integers(1, 30))
def test_with_a_beginning_it_stands_as_if_only_what_came_after_had_been_examined(
    points: Any, sustained: int, start: int
) -> None:
    whole = [f"{n}:{kind}{value}" for n, kind, value in points]
    after = [part for part, (n, kind, _) in zip(whole, points, strict=True) if kind == "p" or n > start]
    found = result(" ".join(whole), start=start, sustained=sustained, since="treatment_start")
    free = result(" ".join(after), sustained=sustained)
    assert (found.met_on, found.confirmed_on, found.relapsed_on) == (
        free.met_on,
        free.confirmed_on,
        free.relapsed_on,
    )
    if free.evidence or not found.evidence:
        assert found.state == free.state
    else:
        assert found.state == "not_met"


@given(POINTS, st.integers(1, 30))
def test_worse_pain_never_heals(points: Any, number: int) -> None:
    story = " ".join(f"{n}:{kind}{value}" for n, kind, value in points)
    before, after = result(story), result(f"{story} {number}:p9")
    if after.healed_on is not None:
        assert before.healed_on is not None
        assert before.healed_on <= after.healed_on


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "story",
    [
        "",
        "1:g3",
        "1:g1 2:p1",
        "1:g1 1:p1 8:g0 8:p0 15:g2 15:p0",
        "1:g1 1:p1 2:g1 3:g1 4:g1 5:g1 6:g1 7:g1 8:g1",
    ],
)
def test_the_evidence_reads_in_both_languages(language: str, story: str) -> None:
    study = shipped_study()
    words = endpoint_message(study, endpoint(), "P-001", Result((result(story),)), language).text
    assert words.startswith("P-001 · ")
    assert len(words) < 1500


@pytest.mark.parametrize(
    ("language", "start", "lines"),
    [
        (
            "en",
            2,
            (
                "Counts from the day after: First day of local treatment, Tue, Mar 3, 2026",
                "– Mon, Mar 2 · grade 0 · pain 0 · before the start, does not count",
                "– Tue, Mar 3 · grade 1 · pain 1 · on the day of the start, does not count",
                "✓ Wed, Mar 4 · grade 1 · pain 2",
            ),
        ),
        (
            "en",
            None,
            (
                "First day of local treatment has no date yet; until then no examination counts",
                "– Mon, Mar 2 · grade 0 · pain 0 · start not known yet, does not count",
            ),
        ),
        (
            "zh",
            2,
            (
                "自局部治疗开始日（2026年3月3日周二）次日起计入",
                "– 3月2日周一 · 0级 · 疼痛0 · 开始前的检查，不计入",
                "– 3月3日周二 · 1级 · 疼痛1 · 开始当日的检查，不计入",
                "✓ 3月4日周三 · 1级 · 疼痛2",
            ),
        ),
        (
            "zh",
            None,
            (
                "局部治疗开始日尚未填写，填写前检查均不计入",
                "– 3月2日周一 · 0级 · 疼痛0 · 开始日期未填写，不计入",
            ),
        ),
    ],
)
def test_a_baseline_is_marked_as_such_in_both_languages(
    language: str, start: int | None, lines: tuple[str, ...]
) -> None:
    rule = endpoint(since="treatment_start", sustained=0)
    found = result("1:g0 1:p0 2:g1 2:p1 3:g1 3:p2", start=start, sustained=0, since="treatment_start")
    shown = endpoint_message(
        shipped_study(), rule, "P-001", Result((found,), day(start) if start else None), language
    )
    assert set(lines) <= {line.strip() for line in shown.text.split("\n")}


def test_whoever_heard_of_healing_is_told_that_the_start_was_changed() -> None:
    rule, study = endpoint(since="treatment_start"), shipped_study()
    found = Result((result("1:g0 1:p0", start=9, since="treatment_start"),), day(9))
    told = undone_message(study, rule, "P-001", found, "en", moved=True).text
    assert "The day after which examinations count was changed." in told
    assert "corrected or added" not in told
    assert (
        "A grade or a pain score was corrected or added."
        in undone_message(study, rule, "P-001", found, "en").text
    )
