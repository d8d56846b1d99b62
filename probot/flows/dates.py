"""Which day does a typed answer plainly name?

The rule: year, month and day must all be said, or the day be today's, yesterday's or the one before; `03/04/2026`
could be two days and is asked again. Where the day need not be known, year and month, or the year, are enough.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from probot.flows.folding import key
from probot.flows.numerals import numerals

_DAYS_AGO = {
    **dict.fromkeys(("today", "今天", "今日", "今儿"), 0),
    **dict.fromkeys(("yesterday", "昨天", "昨日"), 1),
    **dict.fromkeys(("thedaybeforeyesterday", "daybeforeyesterday", "前天"), 2),
}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?\.?"
_ORDINAL = r"#(?:st|nd|rd|th)?"
_YEAR_FIRST = re.compile(r"#([-/.])#\1#|# ?年 ?# ?月 ?# ?[日号]?")
_DAY_FIRST = re.compile(rf"(?:the )?{_ORDINAL}(?: of)?[\s,-]+{_MONTH}[\s,-]+#")
_MONTH_FIRST = re.compile(rf"{_MONTH}\s+(?:the )?{_ORDINAL}[\s,]+#")


def read_date(folded: str, today: date | None) -> date | None:
    """The day, or None. `today` is the participant's local date; without it `yesterday` is not understood."""
    words = folded.strip(" .。!,")
    ago = _DAYS_AGO.get(key(words))
    if ago is not None:
        return None if today is None else today - timedelta(days=ago)
    pattern, found = numerals(words)
    digits = [numeral.digits or str(numeral.value or "") for numeral in found]
    if pattern == "#" and len(digits[0]) == 8:
        return _day(digits[0][:4], digits[0][4:6], digits[0][6:])
    if _YEAR_FIRST.fullmatch(pattern):
        return _day(*digits)
    if match := _DAY_FIRST.fullmatch(pattern):
        return _day(digits[1], str(_MONTHS.index(match["month"][:3]) + 1), digits[0])
    if match := _MONTH_FIRST.fullmatch(pattern):
        return _day(digits[1], str(_MONTHS.index(match["month"][:3]) + 1), digits[0])
    return None


_YEAR_AND_MONTH = re.compile(r"#[-/.]#|# ?年 ?# ?月")
_MONTH_AND_YEAR = re.compile(rf"{_MONTH}[\s,]+(?:of )?#")
_YEAR = re.compile(r"# ?年?")


def read_partial_date(folded: str, today: date | None) -> str | None:
    """The date as ISO 8601 writes it, as far as it is said: `2026-03-05`, `2026-03` or `2026`. None: it says none."""
    whole = read_date(folded, today)
    if whole is not None:
        return whole.isoformat()
    pattern, found = numerals(folded.strip(" .。!,"))
    digits = [numeral.digits or str(numeral.value or "") for numeral in found]
    if _YEAR_AND_MONTH.fullmatch(pattern):
        year, month = digits
    elif match := _MONTH_AND_YEAR.fullmatch(pattern):
        year, month = digits[0], str(_MONTHS.index(match["month"][:3]) + 1)
    elif _YEAR.fullmatch(pattern):
        return digits[0] if _day(digits[0], "1", "1") else None
    else:
        return None
    first = _day(year, month, "1")
    return f"{first:%Y-%m}" if first is not None else None


def _day(year: str, month: str, day: str) -> date | None:
    if len(year) != 4 or not "1900" <= year < "2200" or not 1 <= len(month) <= 2 or not 1 <= len(day) <= 2:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
