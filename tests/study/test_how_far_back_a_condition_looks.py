"""Is what a condition says the same when no more is read of earlier answers than it says it looks at?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from probot.study.conditions import (
    And,
    Answer,
    Arithmetic,
    Compare,
    Condition,
    Has,
    Not,
    Number,
    Operand,
    Or,
    Previous,
    items_before,
    reach,
)
from probot.study.facts import Earlier, Facts

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MEMORY = timedelta(days=92)
ITEMS = st.sampled_from(["pain", "sleep"])
AGES = st.none() | st.integers(0, 100).map(lambda days: timedelta(days=days))
PREVIOUS = st.builds(Previous, ITEMS, AGES)
LOOKED_UP: st.SearchStrategy[Operand] = (
    st.builds(Answer, ITEMS) | PREVIOUS | st.builds(Number, st.integers(0, 10))
)
OPERANDS = LOOKED_UP | st.builds(Arithmetic, st.sampled_from(["+", "-"]), LOOKED_UP, LOOKED_UP)
COMPARED: st.SearchStrategy[Condition] = st.builds(
    Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), OPERANDS, OPERANDS
) | st.builds(Has, PREVIOUS, st.sampled_from(["a", "b"]))
CONDITIONS = st.recursive(
    COMPARED,
    lambda parts: (
        st.builds(Not, parts)
        | st.lists(parts, min_size=1, max_size=3)
        .map(tuple)
        .flatmap(lambda several: st.sampled_from([And(several), Or(several)]))
    ),
    max_leaves=4,
)
EARLIER = st.dictionaries(
    ITEMS, st.lists(st.tuples(st.integers(0, 10), st.integers(1, 91)), max_size=3), max_size=2
)


@given(CONDITIONS, EARLIER, st.dictionaries(ITEMS, st.integers(0, 10)))
def test_older_answers_than_it_looks_at_change_nothing(
    condition: Condition, before: dict[str, list[tuple[int, int]]], answers: dict[str, int]
) -> None:
    found = {
        item: tuple(
            Earlier(value, NOW - timedelta(days=age)) for value, age in sorted(each, key=lambda one: one[1])
        )
        for item, each in before.items()
    }
    far, items = reach(condition, MEMORY), items_before(condition)
    read = {
        item: tuple(one for one in each if NOW - one.at <= far)
        for item, each in found.items()
        if item in items
    }
    known, least = (Facts(NOW, NOW.date(), answers=answers, earlier=earlier) for earlier in (found, read))
    assert condition.decide(known) == condition.decide(least)
