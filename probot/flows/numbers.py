"""Which one number does a typed answer plainly say, for a scale, a count or a measured number?

The rule: the whole text must fit one shape, a number with the words that may stand around it and add nothing;
`about 8`, `not 8`, `7-8` and `8?` fit none and are asked again. Nothing is ever converted or rounded.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from probot.flows.folding import fold
from probot.flows.numerals import TOO_LARGE, Numeral, numerals
from probot.flows.understanding import NotUnderstood, Understood
from probot.study.model import Item
from probot.values import Text

# Words before a number that add nothing to it. They are followed by spaces, a colon, a comma or nothing.
_HESITATION = r"(?:(?:um|uh|er|oh|well|so|ok|okay|hi|hello|呃|额|哦|噢|啊|嗯|你好|您好)[\s,.。!]*)*"
_SAYING = (
    r"(?:(?:it'?s|it is|that'?s|i'?d say|i would say|i say|i (?:choose|pick)|(?:my |the )?(?:answer|score|rating)(?: is)?"
    r"|level|就?是|我?(?:选|打|给)|答案?是?|回答是?|评分是?|得分是?|有)[\s:=]*)?"
)
# What the question is about. Only where the question itself says so: "pain 8" is no answer to "how did you sleep".
_TOPICS = (
    *(
        "pain",
        "my pain",
        "the pain",
        "worst pain",
        "pain is",
        "my pain is",
        "the pain is",
        "pain was",
        "temperature",
    ),
    *(
        "temp",
        "my temperature is",
        "temperature is",
        "疼痛",
        "最痛",
        "疼",
        "痛",
        "疼痛是",
        "疼痛程度",
        "体温",
        "最高体温",
    ),
    *("体温是", "温度", "吐了", "呕吐了", "呕吐", "拉了", "起来", "起来了"),
)
_AFTER = r"\s*[啊呀哦噢啦了哈嘛喔哟]?[\s,.。!;、…]*(?:please|thank you|thanks|thx|谢谢您?|谢谢你)?[\s.。!]*"

_CELSIUS = r"(?:°|度|摄氏度|degrees?|deg|摄氏)?\s*(?:°?c|celsius)?"
_COUNTED = r"(?:times?|x|次|回|趟|遍)?"
_DECIMAL = re.compile(r"#(?:[.。·点]| point )#")
_FAHRENHEIT = re.compile(r"#(?:\.#)?\s*(?:°|度|degrees?|deg)?\s*(?:f|fahrenheit)\b|华氏")


def read_number(item: Item, folded: str) -> Understood | NotUnderstood:
    """The value of a scale or count (int), or of a number (float), or why there is none."""
    if item.kind != "number" and _is_plain(folded) and item.lowest <= int(folded) <= item.highest:
        return Understood(int(folded))  # most answers, which need no grammar
    pattern, found = numerals(folded)
    match = _shape(item).fullmatch(pattern)
    if match is None:
        if _FAHRENHEIT.search(pattern):
            return NotUnderstood("out_of_range")
        return NotUnderstood("several_values" if _several(pattern, found) else "unclear")
    value = _value(match, found, item.decimals)
    if isinstance(value, NotUnderstood):
        return value
    if match["of"] and found[-1].value != item.highest:
        return NotUnderstood("several_values")
    if not item.lowest <= value <= item.highest:
        return NotUnderstood("out_of_range")
    return Understood(float(value) if item.kind == "number" else int(value))


def _is_plain(folded: str) -> bool:
    """Digits as a number is written: `7`, `10`, not `07`, which may be a slip."""
    return folded.isascii() and folded.isdigit() and len(folded) <= 9 and folded == str(int(folded))


def _several(pattern: str, found: tuple[Numeral, ...]) -> bool:
    said = _DECIMAL.sub("#", pattern).count("#")
    return said > 1 or any(_ambiguous(numeral) for numeral in found)


def _ambiguous(numeral: Numeral) -> bool:
    """`七八` and `十七八`; not `08`, which may be a slip."""
    return numeral.value is None and len(numeral.possible) > 1 and not numeral.digits.startswith("0")


def _value(match: re.Match[str], found: tuple[Numeral, ...], decimals: int) -> Decimal | NotUnderstood:
    """Sign, whole part and decimals put together, where each part is plainly a number."""
    whole, after = found[0], ""
    if whole.value is None:
        if whole.possible == (TOO_LARGE,):
            return NotUnderstood("out_of_range")
        return NotUnderstood("several_values" if _ambiguous(whole) else "unclear")
    if match["half"]:
        after = "5"
    elif match["point"]:
        after = found[1].digits
        if not after:
            return NotUnderstood("unclear")
    after = after.rstrip("0")
    if len(after) > decimals:
        return NotUnderstood("unclear")
    return Decimal(f"{'-' if match['minus'] else ''}{whole.value}.{after or 0}")


@lru_cache(maxsize=512)
def _compiled(kind: str, unit: str, topics: str) -> re.Pattern[str]:
    number = r"(?P<minus>-\s?)?#"
    none = r"(?P<of>(?!))?"  # groups that this kind does not have
    if kind == "number":
        number += rf"(?:(?P<point>(?:[.,。·点度]| point )#)|(?P<half>度半))?{none}"
    else:
        number += r"(?P<point>\.#)?(?P<half>(?!))?"
        number += r"(?:\s*(?:分|points?)?\s*(?:/|out of)\s*(?P<of>#))?" if kind == "scale" else none
    around = rf"{_HESITATION}(?:(?:{topics})[\s:=,]*)?{_SAYING}" if topics else _HESITATION + _SAYING
    if kind == "count":
        around += r"(?:(?:一共|总共|共)有?\s*)?"
    return re.compile(rf"{around}{number}\s*{unit}{_AFTER}")


def _shape(item: Item) -> re.Pattern[str]:
    topics = _topics_of(tuple(item.text.values()), tuple(item.label.values()))
    return _compiled(item.kind, _unit(item), topics)


@lru_cache(maxsize=512)
def _topics_of(*asked: tuple[str, ...]) -> str:
    words = " ".join(fold(each) for text in asked for each in text)
    return "|".join(re.escape(topic) for topic in _TOPICS if _named(topic, words))


def _named(topic: str, asked: str) -> bool:
    """Whether the question speaks of it: `my pain is` of "pain", `吐了` of `吐`."""
    core = re.sub(r"^(?:my|the) |(?: is| was|是|了|程度)$", "", topic)
    core = {"temp": "temperature", "疼": "痛", "疼痛": "痛", "温度": "体温"}.get(core, core)
    return all(word in asked for word in core.split())


def _unit(item: Item) -> str:
    own = _own_unit(item.unit or {})
    match item.kind:
        case "scale":
            return r"(?:分|级|points?|pts?)?"
        case "count":
            return rf"(?:{own}|{_COUNTED})"
        case _:
            is_celsius = any(mark in own for mark in ("°c", "celsius", "摄氏"))
            return rf"(?:{own}|{_CELSIUS})?" if is_celsius else rf"(?:{own})?"


def _own_unit(unit: Text) -> str:
    return "|".join(re.escape(fold(words)) for words in unit.values())
