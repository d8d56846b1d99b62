"""Does a condition mean what it says, and is whatever it cannot mean told at its position?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from probot.study.conditions import (
    And,
    Answer,
    Answered,
    Arithmetic,
    AttributeOf,
    Compare,
    Condition,
    DaysSince,
    Declined,
    Has,
    Not,
    Number,
    Or,
    Previous,
    Word,
)
from probot.study.conditions_text import Names, UnknowableError, parse
from probot.study.grammar import FaultError
from probot.study.model import Attribute, Item, ItemKind, Option

TEXT = {"en": "?"}


def item(name: str, kind: ItemKind, *options: str, highest: float = 10, decimals: int = 0) -> Item:
    return Item(
        name,
        kind,
        TEXT,
        options=tuple(Option(each, TEXT) for each in options),
        highest=highest,
        decimals=decimals,
    )


ITEMS = [
    item("pain", "scale"),
    item("stools", "count", highest=99),
    item("temperature", "number", highest=43, decimals=1),
    item("intake", "choice", "normal", "soft", "pain"),
    item("chills", "yes_no", "yes", "no", "not_sure"),
    item("which", "several", "itch", "blood"),
    item("since", "date"),
    item("words", "text"),
]
NAMES = Names(
    {one.id: one for one in ITEMS},
    {
        "arm": Attribute("arm", TEXT, (Option("control", TEXT), Option("msc", TEXT)), many=False),
        "site": Attribute("site", TEXT, (Option("oral", TEXT), Option("skin", TEXT)), many=True),
    },
    {"transplant"},
    lambda section, name: (section, name) == ("items", "half_read"),
)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("pain >= 7", Compare(">=", Answer("pain"), Number(7))),
        ("7 <= pain", Compare("<=", Number(7), Answer("pain"))),
        ("temperature>=38.0", Compare(">=", Answer("temperature"), Number(38.0))),
        ("pain > -1", Compare(">", Answer("pain"), Number(-1))),
        ("chills == yes", Compare("==", Answer("chills"), Word("yes"))),
        ("yes == chills", Compare("==", Word("yes"), Answer("chills"))),
        ("previous(chills) != no", Compare("!=", Previous("chills"), Word("no"))),
        ("arm == msc", Compare("==", AttributeOf("arm"), Word("msc"))),
        ("site has oral", Has(AttributeOf("site"), "oral")),
        ("previous(which) has itch", Has(Previous("which"), "itch")),
        ("answered(words)", Answered("words")),
        ("not declined(pain)", Not(Declined("pain"))),
        ("days_since(transplant) < 30", Compare("<", DaysSince("transplant"), Number(30))),
        (
            "pain - previous(pain, within: 3d) >= 2",
            Compare(">=", Arithmetic("-", Answer("pain"), Previous("pain", timedelta(days=3))), Number(2)),
        ),
        (
            "(pain + stools) - 1 > 2",
            Compare(
                ">", Arithmetic("-", Arithmetic("+", Answer("pain"), Answer("stools")), Number(1)), Number(2)
            ),
        ),
        (
            "answered(pain) or answered(words) and not answered(since)",
            Or((Answered("pain"), And((Answered("words"), Not(Answered("since")))))),
        ),
        (
            "(answered(pain) or answered(words)) and answered(since)",
            And((Or((Answered("pain"), Answered("words"))), Answered("since"))),
        ),
    ],
)
def test_a_condition_reads_like_the_protocol(text: str, meaning: Condition) -> None:
    assert parse(text, NAMES).condition == meaning


def test_an_option_that_is_called_like_an_item_is_a_matter_of_what_it_is_compared_with() -> None:
    with pytest.raises(FaultError) as fault:
        parse("intake == pain", NAMES)
    assert fault.value.code == "PB507"


@pytest.mark.parametrize(
    ("text", "code", "at", "said"),
    [
        ("", "PB501", "", "stops before"),
        ("pain >=", "PB501", "", "stops before"),
        ("pain >= 7 pain", "PB501", "pain", "cannot stand here"),
        ("pain = 7", "PB501", "=", "no meaning"),
        ("pain >= 7 AND chills == yes", "PB501", "AND", "no meaning"),
        ("pain ≥ 7", "PB501", "≥", "no meaning"),
        ("pain >= 7h", "PB501", "h", "cannot stand here"),
        ("pain * 2 > 3", "PB501", "*", "no meaning"),
        ("chills == 'yes'", "PB501", "'", "no meaning"),
        ("1 < pain < 3", "PB501", "<", "chained"),
        ("answered(pain, within: 3d)", "PB501", "3d", "no `within:`"),
        ("previous(pain, within: 3 fortnights) > 1", "PB213", "3 fort", "not a unit"),
        ("pian >= 7", "PB502", "pian", "no item or attribute"),
        ("previous(pian) >= 7", "PB502", "pian", "no item"),
        ("days_since(birth) >= 7", "PB502", "birth", "no anchor"),
        ("transplant >= 7", "PB502", "transplant", "no item or attribute"),
        ("average(pain) >= 7", "PB502", "average", "does not exist"),
        ("chills == maybe", "PB503", "maybe", "not an option"),
        ("site has mouth", "PB503", "mouth", "not an option"),
        ("intake > normal", "PB504", ">", "no order"),
        ("chills == 1", "PB507", "==", "is a number"),
        ("pain", "PB507", "pain", "neither true nor false"),
        ("pain and chills == yes", "PB507", "pain", "neither true nor false"),
        ("words == 3", "PB507", "words", "cannot be compared"),
        ("chills + 1 > 2", "PB507", "chills", "not a number"),
        ("answered(pain) == 1", "PB507", "answered", "condition by itself"),
        ("which == itch", "PB508", "==", "several options"),
        ("arm has msc", "PB508", "arm", "never has several"),
        ("pain has itch", "PB508", "pain", "never has several"),
        ("(" * 30 + "pain > 1" + ")" * 30, "PB501", "(", "nested"),
        ("pain > 1 or " * 200, "PB501", "", "at most"),
    ],
)
def test_a_slip_is_told_at_its_position(text: str, code: str, at: str, said: str) -> None:
    with pytest.raises(FaultError) as fault:
        parse(text, NAMES)
    assert fault.value.code == code
    assert said in fault.value.message
    assert text[fault.value.index :].startswith(at)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("pian >= 7", "did you mean `pain`?"),
        ("pain = 7", "write `==` to compare."),
        ("pain => 7", "write `>=`."),
        ("pain ≥ 7", "write `>=`."),
        ("pain > 1 && stools > 2", "write `and`."),
        ("pain ＞ 7", "punctuation must be half-width here."),
        ("site == oral", "write `site has oral`."),
        ("arm has msc", "write `arm == msc`."),
        ("chills == y", "known here: `no`, `not_sure`, `yes`."),
        ("transplant >= 7", "an anchor is a date; write `days_since(transplant)`."),
    ],
)
def test_the_mend_says_what_was_meant(text: str, mend: str) -> None:
    with pytest.raises(FaultError) as fault:
        parse(text, NAMES)
    assert fault.value.mend == mend


def test_nothing_is_said_of_an_item_that_is_broken_itself() -> None:
    with pytest.raises(UnknowableError):
        parse("half_read >= 3", NAMES)
