"""Is a condition that decides nothing told from one that does?"""

from __future__ import annotations

import pytest

from probot.study.conditions import Condition
from probot.study.conditions_text import parse
from probot.study.truth import always_true, can_be_true, follows
from tests.study.test_conditions_in_text import NAMES


def read(text: str) -> Condition:
    return parse(text, NAMES).condition


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("pain >= 10", True),
        ("pain >= 11", False),
        ("pain > 9 and pain < 10", False),
        ("temperature > 42.9", True),
        ("temperature >= 43.1", False),
        ("temperature > 38.0 and temperature < 38.1", False),
        ("stools > 98", True),
        ("stools >= 100", False),
        ("pain - previous(pain) >= 10", True),
        ("pain - previous(pain) > 10", False),
        ("chills == yes and chills == no", False),
        ("chills == yes and previous(chills) == no", True),
        ("site has oral and site has skin", True),
        ("site has oral and not site has oral", False),
        ("arm == msc and arm == control", False),
        ("which has itch and which has blood", True),
        ("declined(pain) and pain >= 1", False),
        ("answered(pain) and declined(pain)", False),
        ("not answered(pain) and not declined(pain)", True),
        ("days_since(transplant) >= 7 and days_since(transplant) < 8", True),
        ("days_since(transplant) > 7 and days_since(transplant) < 8", False),
    ],
)
def test_what_no_answers_can_meet_is_known(text: str, possible: bool) -> None:
    assert can_be_true(read(text), NAMES) is possible


@pytest.mark.parametrize(
    ("text", "always"),
    [
        ("pain >= 0", True),
        ("pain > 0", False),
        ("pain <= 10", True),
        ("temperature < 50", True),
        ("pain == pain", True),
    ],
)
def test_what_every_answer_meets_is_known(text: str, always: bool) -> None:
    assert always_true(read(text), NAMES) is always


@pytest.mark.parametrize(
    ("text", "other", "hidden"),
    [
        ("pain >= 9", "pain >= 7", True),
        ("pain >= 7", "pain >= 9", False),
        ("pain >= 7 and chills == yes", "pain >= 7", True),
        ("pain >= 7", "pain >= 7 or chills == yes", True),
        ("pain >= 7", "pain >= 7 and pain - previous(pain) >= -10", False),
        ("previous(pain, within: 1d) >= 7", "previous(pain, within: 2d) >= 7", True),
        ("previous(pain, within: 2d) >= 7", "previous(pain, within: 1d) >= 7", False),
        ("chills == yes", "chills != no", True),
        ("chills != no", "chills == yes", False),
        ("which has itch and which has blood", "which has blood", True),
        ("declined(pain)", "not answered(pain)", True),
    ],
)
def test_what_follows_from_something_else_is_known(text: str, other: str, hidden: bool) -> None:
    assert follows(read(text), read(other), NAMES) is hidden


def test_an_item_that_is_not_asked_has_no_answer() -> None:
    condition = read("pain >= 7 and stools >= 3")
    assert can_be_true(condition, NAMES, frozenset({"pain", "stools"})) is True
    assert can_be_true(condition, NAMES, frozenset({"pain"})) is False
    assert can_be_true(read("pain >= 7 or stools >= 3"), NAMES, frozenset({"pain"})) is True


def test_nothing_is_said_where_there_is_too_much_to_try() -> None:
    many = " and ".join(
        f"{name} >= {number}"
        for name in ("pain", "stools", "temperature", "previous(pain)", "previous(stools)")
        for number in (1, 2, 3, 4)
    )
    assert can_be_true(read(many), NAMES) is None
