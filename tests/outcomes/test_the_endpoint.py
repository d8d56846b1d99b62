from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.outcomes.endpoint import Felt, Graded, Result, SiteResult, site_result, sites_of
from probot.outcomes.endpoint_words import endpoint_message
from probot.study.outcomes import Endpoint, EndpointSite
from tests.world import shipped_study

DAY_ONE = date(2026, 3, 2)


def endpoint(*, within: int = 1, sustained: int = 5) -> Endpoint:
    site = EndpointSite("oral", "grade_oral", "pain_oral")
    return Endpoint({"en": "Healed", "zh": "愈合"}, "site", {"oral": site}, 1, 2, None, within, sustained)


def day(number: int) -> date:
    return DAY_ONE + timedelta(days=number - 1)


def result(story: str, **rule: Any) -> SiteResult:
    """`1:g1 1:p2 8:g0` in any order: the day, and a grade or a pain score."""
    graded, felt = [], []
    for place, part in enumerate(story.split()):
        number, _, what = part.partition(":")
        value = float(what[1:])
        if what[0] == "g":
            graded.append(Graded(day(int(number)), value, f"form {place}"))
        else:
            felt.append(Felt(day(int(number)), value, f"diary {place}"))
    return site_result(endpoint(**rule), "oral", graded, felt)


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
