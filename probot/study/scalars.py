"""What does a word of the YAML stand for? Times, durations, spans, ranges, repeats and moments.

The rule: a word is read in exactly one way, or it is refused with the way it should have been written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta

from probot.study.model import Every, Moment, Offset


@dataclass(eq=False)
class MisreadError(Exception):
    """The word is not what is needed here: kind of problem, what is wrong, and how to write it."""

    code: str
    message: str
    mend: str = ""


NAME = re.compile(r"[a-z][a-z0-9_]*")
STUDY_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
LONGEST_NAME = 40
RESERVED = frozenset({"and", "or", "not", "has", "previous", "within", "answered", "declined", "days_since"})
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_FULLWIDTH = str.maketrans("，：；（）［］｛｝＞＜＝！－＋。、“”‘’", ",:;()[]{}><=!-+.,\"\"''")


def shown(word: str) -> str:
    """The word in backquotes, short enough for a message."""
    flat = " ".join(word.split())
    return f"`{flat[:60]}…`" if len(flat) > 60 else f"`{flat}`"


def halved(word: str) -> str | None:
    """The word with half-width punctuation, if it has any that is full-width; else None."""
    changed = word.translate(_FULLWIDTH)
    return changed if changed != word else None


def _or_halved(word: str, mend: str) -> str:
    half = halved(word)
    return f"punctuation must be half-width here: `{half}`." if half else mend


def name(word: str) -> str:
    """A name as items, options, rules and so on have: small letters, digits, underscores."""
    if not NAME.fullmatch(word):
        better = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")
        suggestion = f"for example `{better}`." if NAME.fullmatch(better) else ""
        raise MisreadError("PB207", f"{shown(word)} cannot be a name", suggestion)
    if len(word) > LONGEST_NAME:
        raise MisreadError("PB207", f"{shown(word)} is longer than {LONGEST_NAME} characters")
    if word in RESERVED:
        raise MisreadError("PB208", f"`{word}` is a word of conditions and cannot be a name")
    return word


def study_id(word: str) -> str:
    """The study's id: small letters, digits, `-` and `_`."""
    if not STUDY_ID.fullmatch(word) or len(word) > LONGEST_NAME:
        raise MisreadError("PB207", f"{shown(word)} cannot be the study's id", "write it like `nct06599346`.")
    return word


def boolean(word: str) -> bool:
    """True (or yes), or false (or no)."""
    answer = {"true": True, "yes": True, "false": False, "no": False}.get(word.lower())
    if answer is None:
        raise MisreadError("PB211", f"{shown(word)} is neither true nor false")
    return answer


def whole(word: str, lowest: int, highest: int) -> int:
    """A whole number within limits."""
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", word):
        raise MisreadError("PB210", f"{shown(word)} is not a whole number")
    number = int(word)
    if not lowest <= number <= highest:
        raise MisreadError("PB210", f"{number} is not between {lowest} and {highest}")
    return number


_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")


def clock(word: str) -> time:
    """A time of day (`09:00`)."""
    found = _CLOCK.fullmatch(word)
    if found is None:
        raise MisreadError("PB212", f"{shown(word)} is not a time of day", _or_halved(word, ""))
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        mend = 'midnight is "00:00".' if hour == 24 else ""
        raise MisreadError("PB212", f"there is no {shown(word)} on a clock", mend)
    return time(hour, minute)


def span(word: str) -> tuple[time, time]:
    """Two times of day (`07:00-11:00`); may cross midnight."""
    parts = re.split(r"\s*[-–]\s*", word)
    if len(parts) != 2:
        raise MisreadError("PB214", f"{shown(word)} is not a span of hours", _or_halved(word, ""))
    start, end = clock(parts[0]), clock(parts[1])
    if start == end:
        raise MisreadError("PB214", f"{shown(word)} begins where it ends")
    return start, end


_DURATION = re.compile(r"[+-]?\s*[0-9]+\s*[a-z]+(\s*[0-9]+\s*[a-z]+)*")
_UNIT = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "w": timedelta(weeks=1),
    "week": timedelta(weeks=1),
}
_LONGEST = timedelta(days=3660)


def duration(word: str) -> timedelta:
    """A length of time with its unit (`30m`, `2h`, `3d`, `2w`, `1h 30m`), with a sign where it may be earlier."""
    lowered = word.strip().lower()
    if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", lowered):
        raise MisreadError(
            "PB213", f"{shown(word)} has no unit", f"write `{lowered}m`, `{lowered}h` or `{lowered}d`."
        )
    if not _DURATION.fullmatch(lowered):
        raise MisreadError("PB213", f"{shown(word)} is not a duration", _or_halved(word, ""))
    total = timedelta()
    for number, unit in re.findall(r"([0-9]+)\s*([a-z]+)", lowered):
        length = _UNIT.get(unit) or _UNIT.get(unit.removesuffix("s"))
        if length is None:
            mend = "months have no fixed length; use weeks or days here." if unit.startswith("mo") else ""
            raise MisreadError("PB213", f"`{unit}` is not a unit of time", mend)
        if int(number) > 1_000_000:
            raise MisreadError("PB213", f"{shown(word)} is longer than any study")
        total += int(number) * length
    if total > _LONGEST:
        raise MisreadError("PB213", f"{shown(word)} is longer than any study")
    return -total if lowered.startswith("-") else total


def length(word: str) -> timedelta:
    """A duration that is longer than nothing."""
    found = duration(word)
    if found <= timedelta():
        raise MisreadError(
            "PB213", f"{shown(word)} is no length of time", "write how long, for example `2h`."
        )
    return found


def not_negative(word: str) -> timedelta:
    """A duration of nothing or more."""
    found = duration(word)
    if found < timedelta():
        raise MisreadError("PB213", f"{shown(word)} lies before", "write how long after, for example `2h`.")
    return found


_RANGE = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s*[-–]\s*(-?[0-9]+(?:\.[0-9]+)?)")


def numbers(word: str) -> tuple[float, float]:
    """A range of numbers (`0-10`, `34.0-43.0`)."""
    found = _RANGE.fullmatch(word.strip())
    if found is None or len(word) > 40:
        raise MisreadError("PB215", f"{shown(word)} is not a range", _or_halved(word, ""))
    low, high = float(found[1]), float(found[2])
    if low >= high:
        raise MisreadError(
            "PB215", f"{shown(word)} does not rise", f"write the lower end first: `{found[2]}-{found[1]}`."
        )
    return low, high


_SIMPLE: dict[str, Every] = {
    "once": Every("once"),
    "day": Every("day"),
    "daily": Every("day"),
    "week": Every("week"),
    "weekly": Every("week"),
    "month": Every("month"),
    "monthly": Every("month"),
}


def every(word: str) -> Every:
    """How often (`day`, `2 weeks`, `week on mon thu`, `month`, `days [1, 3, 7]`, `once`)."""
    words = word.lower().replace(",", " ").replace("[", " ").replace("]", " ").split()
    match words:
        case [simple] if simple in _SIMPLE:
            return _SIMPLE[simple]
        case [number, "day" | "days"] if number.isdigit():
            return Every("day", step=whole(number, 1, 366))
        case [number, "week" | "weeks"] if number.isdigit():
            return Every("week", step=whole(number, 1, 52))
        case [number, "month" | "months"] if number.isdigit():
            return Every("month", step=whole(number, 1, 24))
        case ["week", "on", *days] if days:
            return Every("week", weekdays=_weekdays(days))
        case ["days", *days] if days:
            return Every("days", days=_days(days, word))
    raise MisreadError("PB216", f"{shown(word)} does not say how often", _or_halved(word, ""))


def _days(words: list[str], word: str) -> tuple[int, ...]:
    listed = tuple(whole(day, 1, 3660) for day in words)
    if list(listed) != sorted(set(listed)):
        raise MisreadError("PB216", f"the days in {shown(word)} do not rise")
    return listed


def _weekdays(words: list[str]) -> tuple[int, ...]:
    found: set[int] = set()
    for word in words:
        if word[:3] not in WEEKDAYS:
            raise MisreadError("PB216", f"{shown(word)} is not a day of the week", "write `week on mon thu`.")
        found.add(WEEKDAYS.index(word[:3]))
    return tuple(sorted(found))


_MOMENT = re.compile(r"(?:(start|end)\s+of\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*(?:([+-])\s*(.+))?")
_CIVIL = re.compile(r"([0-9]{1,4})\s*(d|days?|w|weeks?|months?|years?)")


def moment(word: str) -> Moment:
    """A date the protocol names (`transplant + 12 months`, `end of treatment`, `treatment_start - 3d`)."""
    found = _MOMENT.fullmatch(word.strip())
    if found is None:
        raise MisreadError("PB217", f"{shown(word)} does not name a date", _or_halved(word, ""))
    of, named, sign, distance = found[1], found[2], found[3], found[4]
    plus = Offset()
    if distance is not None:
        plus = _offset(distance.strip(), word, -1 if sign == "-" else 1)
    match of:
        case "start":
            return Moment("start", named, plus)
        case "end":
            return Moment("end", named, plus)
        case _:
            return Moment("anchor", named, plus)


def _offset(distance: str, word: str, sign: int) -> Offset:
    found = _CIVIL.fullmatch(distance.lower())
    if found is None:
        raise MisreadError(
            "PB217",
            f"`{distance}` in {shown(word)} is no number of days, weeks, months or years",
            "write it like `+ 28d`, `+ 2w` or `+ 12 months`; dates have no hours.",
        )
    number, unit = sign * int(found[1]), found[2]
    if unit.startswith(("month", "year")):
        return Offset(months=number * (12 if unit.startswith("year") else 1))
    return Offset(days=number * (7 if unit.startswith("w") else 1))
