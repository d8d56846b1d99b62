"""Until when would somebody like to pause, may they, and what is said about it?

The rule: a pause has an end, at most `MOST_DAYS` away; it is named by the first day on which questions come again.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from probot.flows.buttons import CommandTap, write
from probot.flows.commands import KEEP, reports
from probot.flows.dates import read_date
from probot.flows.folding import fold, key
from probot.flows.numerals import numerals
from probot.flows.text import message
from probot.messages import Button, Message
from probot.study.model import Study
from probot.wording import day, say

MOST_DAYS = 14
"""A longer pause is for the care team to agree on, not for a button."""
OFFERED_DAYS = (1, 3, 7)
RESUME = "resume"
"""The choice that ends a pause early."""

Refusal = Literal["past", "too_long", "unclear"]

_AHEAD = {"tomorrow": 1, "untiltomorrow": 1, "明天": 1, "到明天": 1, "后天": 2, "到后天": 2, "大后天": 3}
_DAYS = re.compile(r"(?:for )?# ?(?:days?|天)")
_WEEKS = re.compile(r"(?:for )?(?:#|a) ?(?:weeks?|个?星期|个?礼拜|周)")
_MONTH_AND_DAY = re.compile(r"(?:到|until )?# ?月 ?# ?[日号]")


def read_pause(text: str, today: date) -> date | Refusal:
    """The first day on which questions may come again, from a tapped choice or typed words.

    Understands dates, `tomorrow`, `3 days`, `一周`, `3月8日`. `today` is the participant's local date.
    The choices `KEEP` and `RESUME` name no day and are the caller's to see first.
    """
    if text.isdecimal() and len(text) <= 4:
        return "unclear"  # a number alone names no day
    until = _day_meant(fold(text[:100]), today)
    if until is None:
        return "unclear"
    if until <= today:
        return "past"
    return until if until <= today + timedelta(days=MOST_DAYS) else "too_long"


def _day_meant(folded: str, today: date) -> date | None:
    if key(folded) in _AHEAD:
        return today + timedelta(days=_AHEAD[key(folded)])
    pattern, found = numerals(folded.strip(" .。!"))
    values = [each.value for each in found]
    if _DAYS.fullmatch(pattern) or _WEEKS.fullmatch(pattern):
        count = values[0] if values else 1
        length = None if count is None else count * (1 if _DAYS.fullmatch(pattern) else 7)
        # Anything far beyond the limit is too long, whatever the calendar's own end.
        return None if length is None else today + timedelta(days=min(length, 366))
    if _MONTH_AND_DAY.fullmatch(pattern):
        return _coming(values[0], values[1], today)
    return read_date(folded.removeprefix("until ").removeprefix("到"), today)


def _coming(month: int | None, day_of_month: int | None, today: date) -> date | None:
    """The next such day: this year's, or next year's where this year's is long over."""
    for year in (today.year, today.year + 1):
        try:
            on = date(year, month or 0, day_of_month or 0)
        except ValueError:
            continue
        if on >= today - timedelta(days=180):
            return on
    return None


def pause_offer(language: str, today: date, until: date | None = None) -> Message:
    """/pause: how long? The buttons name days, so that an old button cannot mean another day.

    `until`: the day until which it is paused already; then the pause can also be ended.
    """
    rows = []
    for count in OFFERED_DAYS:
        label = say(language, "pause.tomorrow") if count == 1 else say(language, "pause.days", n=count)
        rows.append((_button(label, (today + timedelta(days=count)).isoformat()),))
    if until is None:
        rows.append((_button(say(language, "pause.keep"), KEEP),))
        return message([say(language, "pause.offer", **_limits(language, today))], tuple(rows))
    rows.insert(0, (_button(say(language, "pause.resume"), RESUME),))
    stands = say(language, "pause.stands", until=day(language, until), **_limits(language, today))
    return message([stands], tuple(rows))


def pause_refused(language: str, today: date, refusal: Refusal) -> Message:
    """Why not this day, and which ones are possible."""
    return message([say(language, f"pause.{refusal}", **_limits(language, today))])


def paused(study: Study, language: str, until: date) -> Message:
    """It is paused; what stays open meanwhile, and a way back."""
    safety = say(language, "pause.safety") if reports(study) else ""
    lines = [
        say(language, "pause.set", until=day(language, until)),
        safety,
        study.texts["emergency"][language],
    ]
    return message(lines, ((_button(say(language, "pause.resume"), RESUME),),))


def resumed(language: str) -> Message:
    """The pause is over, by a tap or because its day has come."""
    return message([say(language, "pause.resumed")])


def pause_kept(language: str) -> Message:
    """Nothing was paused."""
    return message([say(language, "pause.kept")])


def _limits(language: str, today: date) -> dict[str, str]:
    return {
        "earliest": day(language, today + timedelta(days=1)),
        "latest": day(language, today + timedelta(days=MOST_DAYS)),
        "example": (today + timedelta(days=2)).isoformat(),
    }


def _button(label: str, choice: str) -> Button:
    return Button(label, write(CommandTap("pause", choice)))
