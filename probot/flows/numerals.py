"""Which numbers stand in a text, and where? Digits, Chinese numerals and English number words.

The rule: finds every one of them, so that nobody reads one number of two; one that could be several numbers
(`七八`, `08`) has no value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰〇", "一二三四五六七八九十百零")
_CHINESE = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_D = "[一二三四五六七八九]"
_UP_TO_99 = re.compile(rf"(?P<tens>{_D})?十(?P<ones>{_D})?")
_HUNDREDS = re.compile(rf"(?P<hundreds>{_D}|两)百(?:零(?P<ones>{_D})|(?P<tens>{_D})十(?P<units>{_D})?)?")

_OR_THE_NEXT = re.compile(rf"(?P<tens>{_D})?十(?P<low>{_D})(?P<high>{_D})")  # `三十八九`: 38 or 39

_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = (
    {word: value for value, word in enumerate(_ONES + _TEENS)}
    | {word: 20 + 10 * value for value, word in enumerate(_TENS)}
    | {"a hundred": 100, "one hundred": 100}
)
_WORD = (
    rf"(?:a|one) hundred|(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[1:])}))?|{'|'.join(_TEENS + _ONES)}"
)

_ANY = re.compile(
    r"(?P<digits>[0-9]+)"
    # `一共`, `一些`, `一点` (without a digit after it) … are words and count nothing.
    r"|(?!一[共些样直下般会起定])(?!一点(?![0-9零一二三四五六七八九]))(?P<chinese>[零〇一二两三四五六七八九十百壹贰叁肆伍陆柒捌玖拾佰]+)"
    rf"|(?<![a-z])(?P<word>{_WORD})(?=ish|(?![a-z]))"
)

TOO_LARGE = 10**9
"""Stands for every number with more than nine digits."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """One number as written. `value` is None where it is not plainly one; `possible` is all it could be.

    `digits`: its digits one by one where it can stand after a decimal sign (`二五` is 25 there), else empty.
    """

    value: int | None
    digits: str
    possible: tuple[int, ...]


def numerals(folded: str) -> tuple[str, tuple[Numeral, ...]]:
    """The folded text with `#` in place of each number, and the numbers in order."""
    found: list[Numeral] = []

    def take(match: re.Match[str]) -> str:
        found.append(_numeral(match))
        return "#"

    return _ANY.sub(take, folded.replace("#", "\N{REPLACEMENT CHARACTER}")), tuple(found)


def _numeral(match: re.Match[str]) -> Numeral:
    written = match.group()
    if match["digits"]:
        if len(written) > 9:
            return Numeral(None, written, (TOO_LARGE,))
        value = int(written)
        plain = written == str(value)
        return Numeral(value if plain else None, written, (value, *map(int, written)))
    if match["chinese"]:
        return _chinese(written.translate(_CAPITALS))
    words = re.split("[- ]", written) if written not in _WORDS else [written]
    total = sum(_WORDS[word] for word in words)
    return Numeral(total, str(total) if total < 10 else "", (total,))


def _chinese(run: str) -> Numeral:
    singles = tuple(_CHINESE.get(character, 10) for character in run)
    digits = "".join(map(str, singles)) if not set(run) & {"十", "百", "两"} else ""
    value = _chinese_value(run, digits)
    if value is not None:
        return Numeral(value, digits, (value,))
    if match := _OR_THE_NEXT.fullmatch(run):
        tens = _CHINESE.get(match["tens"] or "", 1) * 10
        return Numeral(None, "", (tens + _CHINESE[match["low"]], tens + _CHINESE[match["high"]]))
    return Numeral(None, digits, singles)


def _chinese_value(run: str, digits: str) -> int | None:
    if len(run) == 1 and run in _CHINESE:
        return _CHINESE[run]
    if match := _UP_TO_99.fullmatch(run):
        return _CHINESE.get(match["tens"] or "", 1) * 10 + _CHINESE.get(match["ones"] or "", 0)
    if match := _HUNDREDS.fullmatch(run):
        tens, ones = match["tens"], match["ones"] or match["units"]
        return (
            _CHINESE[match["hundreds"]] * 100 + _CHINESE.get(tens or "", 0) * 10 + _CHINESE.get(ones or "", 0)
        )
    # Digit by digit only where a zero says so (`一〇`, `二〇二六`): `七八` is "seven or eight".
    if 2 <= len(digits) <= 4 and "0" in digits[1:] and digits[0] != "0":
        return int(digits)
    return None
