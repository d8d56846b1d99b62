"""How are an answer, a line of days and somebody's own words written for the care team?

The rule: numbers never stand without their scale, and nothing that a participant wrote can look like ours.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from probot.alerts.evidence import as_number
from probot.alerts.model import TrendPoint
from probot.messages import MOST_CHARACTERS, Button, Message, units
from probot.schedule.civil import local
from probot.study.model import Item, Option, Study
from probot.values import Text, Value
from probot.wording import day, moment, number, say

MOST_QUOTED = 300
"""Characters of a participant's own words that an alert shows; the record keeps all of them."""
MOST_LABEL = 120
"""Characters of a title or label; a study may fall back to a whole question for a label."""
SEPARATOR = " · "


def words_of(text: Text, language: str) -> str:
    """A study's text. An alert in the study's other language is better than none, so any is taken."""
    chosen = text.get(language) or next(iter(text.values()), "")
    return shortened(" ".join(chosen.split()), MOST_LABEL)


def shortened(text: str, most: int) -> str:
    """At most `most` characters, the last of them `…` where something was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


# ---------------------------------------------------------------- answers


def known_item(study: Study, item_id: str) -> Item:
    """The item, or a nameless stand-in where this version of the study has it no more."""
    try:
        return study.item(item_id)
    except KeyError:
        return Item(item_id, "text", {})


def label_of(item: Item, language: str) -> str:
    """The item's short name."""
    return words_of(item.label or item.text, language) or visible(item.id)


def value_words(item: Item, value: Value | None, language: str) -> str:
    """The answer as one says it: `8 / 10`, `38.5 °C`, `liquids only`; None is `preferred not to answer`."""
    if value is None:
        return say(language, "alert.value.declined")
    if isinstance(value, tuple):
        chosen = [option_words(item, each, language) for each in value]
        return say(language, "alert.list").join(chosen) or say(language, "alert.value.nothing")
    if isinstance(value, str):
        return _word(item, value, language)
    if item.kind == "scale":
        return say(language, "alert.value.scale", value=plain(value), most=plain(item.highest))
    shown = number(language, value, item.decimals) if item.kind == "number" else plain(value)
    return f"{shown} {words_of(item.unit, language)}" if item.unit else shown


def _word(item: Item, value: str, language: str) -> str:
    if item.kind == "date":
        try:
            return day(language, date.fromisoformat(value), year=True)
        except ValueError:
            return visible(value)
    if item.kind == "text":
        return shortened(visible(value), MOST_LABEL)
    return option_words(item, value, language)


def option_words(item: Item, option_id: str, language: str) -> str:
    """The words of an option; its id where the study has no such option (any more)."""
    found: Option | None = next((each for each in item.options if each.id == option_id), None)
    return words_of(found.text, language) if found else visible(option_id)


def change_words(item: Item, before: Value | None, after: Value | None, language: str) -> str:
    """`8 / 10 → 3 / 10`."""
    return f"{value_words(item, before, language)} → {value_words(item, after, language)}"


def plain(value: float) -> str:
    """A number without needless digits: `8`, `38.5`."""
    return f"{value:g}"


# ---------------------------------------------------------------- days


def trend_line(item: Item, trend: tuple[TrendPoint, ...], language: str) -> str:
    """`3 · 4 · – · 8 (Sat, Mar 1 – Tue, Mar 4)`, a dash for a day without an answer; nothing for one point.

    Where the answers lie further apart than a week of days, each carries its date instead.
    """
    if len(trend) < 2:
        return ""
    known = {date.fromisoformat(point.date): point.value for point in trend}
    first, last = min(known), max(known)
    length = (last - first).days + 1
    if length > 2 * len(trend):
        return SEPARATOR.join(
            say(language, "alert.trend.point", value=_point(item, value, language), day=day(language, when))
            for when, value in known.items()
        )
    days = (known.get(first + timedelta(days=offset)) for offset in range(length))
    line = SEPARATOR.join("–" if value is None else _point(item, value, language) for value in days)
    return say(language, "alert.trend.days", line=line, first=day(language, first), last=day(language, last))


def _point(item: Item, value: float, language: str) -> str:
    option = next((each for each in item.options if as_number(item, each.id) == value), None)
    return plain(value) if option is None else words_of(option.text, language)


def moment_words(study: Study, at: datetime, language: str) -> str:
    """Date and time as the clocks of the study's zone show them: staff read one clock."""
    return moment(language, local(at, study.zone))


# ---------------------------------------------------------------- a participant's own words


def visible(text: str) -> str:
    """One line in which no character hides or reorders others: such characters stand as `⟨U+202E⟩`."""
    return "".join(_shown(each) for each in text.replace("\r\n", "\n"))


def _shown(character: str) -> str:
    if character in "\n\r\u2028\u2029":
        return " ⏎ "
    if character == "\t":
        return " "
    if unicodedata.category(character) in {"Cc", "Cf", "Cs"} or character in "\u034f\u115f\u1160\u3164\uffa0":
        return f"⟨U+{ord(character):04X}⟩"
    return character


def excerpt(text: str) -> str:
    """The first 300 characters of somebody's words, made visible, with `…` where more was said."""
    cut = text.strip()
    return visible(cut[:MOST_QUOTED]) + ("…" if len(cut) > MOST_QUOTED else "")


# ---------------------------------------------------------------- messages that fit


def composed(
    lines: Iterable[str],
    language: str,
    *,
    quote: str = "",
    buttons: tuple[tuple[Button, ...], ...] = (),
    silent: bool = False,
    more: str = "alert.more",
) -> Message:
    """One message: the lines that are not empty, then somebody's words as a quote. Never too long to send.

    What does not fit is left out at the end of the lines, never from the quote, and said to be left out
    in the words of `more`.
    """
    room = MOST_CHARACTERS - (units(quote) + 1 if quote else 0)
    text = fitted([line for line in lines if line], language, room, more)
    if not quote:
        return Message(text, buttons, silent=silent)
    return Message(f"{text}\n{quote}", buttons, (units(text) + 1, units(quote)), silent)


def fitted(lines: list[str], language: str, room: int, more: str) -> str:
    """As many of the lines as fit into `room` UTF-16 units, and a word on where the rest is."""
    if units("\n".join(lines)) <= room:
        return "\n".join(lines)
    for kept in range(len(lines) - 1, 0, -1):
        text = "\n".join([*lines[:kept], say(language, more, n=len(lines) - kept)])
        if units(text) <= room:
            return text
    return say(language, more, n=len(lines))
