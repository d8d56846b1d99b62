"""May words that were not understood come from somebody who is badly off?

The rule: rather once too often. It never sets a value; it only makes people look if no clear answer follows.
"""

from __future__ import annotations

import re

from probot.flows.folding import key
from probot.flows.numerals import Numeral, numerals
from probot.flows.phrases import SEVERE
from probot.study.model import Item

NEAR_THE_END = 0.7
"""How far along a scale, towards its severe end, an answer counts as severe."""
WARM = 0.4
"""How far along the plausible range of a measured number that begins: 37.6 of 34-43 °C."""
OFTEN = 3
"""From so many times on a count may matter; counts have no end to compare with."""

_GREETING = re.compile(
    r"hello|hi|good (?:morning|evening|afternoon)|thanks?(?: you)?|你好|您好|早上好|晚上好|谢谢"
)
_WORD = re.compile(r"[^\W_]")


def possibly_severe(item: Item, folded: str) -> bool:
    """Whether any plausible reading of the folded text is at the severe end of the item.

    scale: a number in the last three tenths towards its bad end. number: one from `WARM` on, Fahrenheit and a
    forgotten point included. count: three or more. choice: one of its worst options by score, or its place in
    the list. Items marked `safety` that ask for words: anything but a greeting. Strong words: always.
    """
    if item.kind in {"text", "info", "date", "lookup"}:
        return False
    if SEVERE.search(folded):
        return True
    pattern, found = numerals(folded)
    match item.kind:
        case "scale":
            return any(_at_the_end(item, number) for number in _readings(item, found))
        case "number":
            return any(number >= _along(item, WARM) for number in _measured(item, pattern, found))
        case "count":
            return any(number >= OFTEN for numeral in found for number in numeral.possible)
        case _ if item.safety:
            return _WORD.search(_GREETING.sub("", folded)) is not None
        case _:
            return _names_a_bad_option(item, folded, found)


def _along(item: Item, share: float) -> float:
    return item.lowest + share * (item.highest - item.lowest)


def _at_the_end(item: Item, number: float) -> bool:
    if item.higher_is == "worse":
        return number >= _along(item, NEAR_THE_END)
    return number <= _along(item, 1 - NEAR_THE_END)


def _readings(item: Item, found: tuple[Numeral, ...]) -> list[float]:
    """What each number could be: itself, and its parts where as a whole it is none of the scale (`77`)."""
    readings: list[float] = []
    for numeral in found:
        whole = numeral.value
        inside = whole is not None and item.lowest <= whole <= item.highest
        readings.extend([float(whole)] if inside and whole is not None else map(float, numeral.possible))
    return readings


def _measured(item: Item, pattern: str, found: tuple[Numeral, ...]) -> list[float]:
    """What was perhaps measured: `382` may be 38.2, and `100.8` degrees Fahrenheit."""
    numbers = [float(numeral.possible[0]) for numeral in found]
    if len(found) == 2 and re.search(r"#\s?[.,。·点度]\s?#", pattern) and found[1].digits:
        numbers = [float(f"{found[0].possible[0]}.{found[1].digits[:6]}")]
    plausible: list[float] = []
    for number in numbers:
        possible = [number, number / 10, number / 100, (number - 32) / 1.8]
        inside = [each for each in possible if item.lowest <= each <= item.highest]
        plausible.extend(inside or [number])
    return plausible


def _names_a_bad_option(item: Item, folded: str, found: tuple[Numeral, ...]) -> bool:
    worst = max((option.score or 0 for option in item.options), default=0)
    said = key(folded)
    numbers = {number for numeral in found for number in numeral.possible}
    for place, option in enumerate(item.options, start=1):
        if worst and (option.score or 0) >= NEAR_THE_END * worst:
            words = [key(text.casefold()) for text in option.text.values()]
            part = re.fullmatch(r"[^\W\d]{3,}|.*[\u4e00-\u9fff].*", said) is not None
            if numbers & {place, option.score} or any(
                word in said or (part and said in word) for word in words
            ):
                return True
    return False
