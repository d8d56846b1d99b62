"""How does probot say it? A key, a language and values become words; dates and times are written as people do.

The rule: the one place where a catalogue is opened, and nothing ever falls back: a missing key, a missing
value or a missing language raises `WordingMissing`.

The catalogues are gettext files with stable keys (`ask.progress`) as msgid, read as they stand; nothing is
compiled. Placeholders are braces: `{number}`. A text with plural forms chooses by the value `n`.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from gettext import c2py
from pathlib import Path

from babel.dates import format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from probot.values import days_of

FOLDERS: Mapping[str, str] = {"en": "en", "zh": "zh_Hans"}
"""A language of probot, and the folder (and Babel locale) that holds its words."""


class WordingMissing(LookupError):
    """A key, a language, a translation or a placeholder's value is not there. A bug, never shown to anybody."""


@dataclass(frozen=True, slots=True)
class _Catalogue:
    texts: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int]


def say(language: str, key: str, /, **values: object) -> str:
    """The words of `key` in `language`, with every `{placeholder}` filled from `values`.

    Values that no placeholder names are left aside. A text with plural forms needs a whole number `n`.
    """
    catalogue = _catalogue(language)
    forms = catalogue.texts.get(key)
    if forms is None:
        raise WordingMissing(f"{key} is not said in {language}")
    chosen = forms[0]
    if len(forms) > 1:
        n = values.get("n")
        if not isinstance(n, int):
            raise WordingMissing(f"{key} has plural forms and needs a whole number n, not {n!r}")
        chosen = forms[catalogue.form(n)]
    try:
        return chosen.format_map(values)
    except KeyError as missing:
        raise WordingMissing(f"{key} in {language} needs a value for {missing}") from missing


def keys(language: str) -> frozenset[str]:
    """Every key that can be said in `language`."""
    return frozenset(_catalogue(language).texts)


def placeholders(language: str, key: str) -> frozenset[str]:
    """The names in braces in any form of the text."""
    forms = _catalogue(language).texts[key]
    return frozenset(name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name)


@cache
def _catalogue(language: str) -> _Catalogue:
    if language not in FOLDERS:
        raise WordingMissing(f"probot has no words in {language!r}")
    folder = FOLDERS[language]
    with (_locales() / folder / "LC_MESSAGES" / "probot.po").open("rb") as file:
        catalogue = read_po(file, locale=folder, abort_invalid=True)
    texts = {}
    for message in catalogue:
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and all(forms) and not message.fuzzy:
            texts[message.id if isinstance(message.id, str) else message.id[0]] = tuple(map(str, forms))
    return _Catalogue(texts, c2py(catalogue.plural_expr))


def _locales() -> Path:
    """In an installed package the catalogues are shipped inside it; in the repository they stand beside it."""
    here = Path(__file__).parent
    shipped = here / "_shipped" / "locales"
    return shipped if shipped.is_dir() else here.parent / "locales"


# ---------------------------------------------------------------- dates, times, numbers


def day(language: str, on: date, *, year: bool = False) -> str:
    """A local date: `Tue, Mar 3` or `3月3日周二`; with its year where that could be unclear."""
    return _dated("yMMMEd" if year else "MMMEd", datetime.combine(on, time()), language)


def date_words(language: str, written: str) -> str:
    """An ISO 8601 date, of which the day, or month and day, may not be known: `Mar 2026`, `2026年3月`, `2026`."""
    first, last = days_of(written)
    if first == last:
        return day(language, first, year=True)
    return _dated("y" if len(written) == len("2026") else "yMMM", datetime.combine(first, time()), language)


def clock(language: str, at: datetime | time) -> str:
    """A local time of day, always of 24 hours: `09:05`."""
    return _dated("Hm", at if isinstance(at, datetime) else datetime.combine(date(2000, 1, 1), at), language)


def moment(language: str, at: datetime) -> str:
    """A local date and time: `Tue, Mar 3, 09:05` or `3月3日周二 09:05`."""
    return say(language, "time.moment", day=day(language, at.date()), clock=clock(language, at))


def duration(language: str, length: timedelta) -> str:
    """A length of time in its two largest units, without a sign: `1 hour 30 minutes`, `1小时30分钟`."""
    minutes = round(abs(length).total_seconds() / 60)
    units = (("days", minutes // 1440), ("hours", minutes // 60 % 24), ("minutes", minutes % 60))
    parts = [say(language, f"time.{unit}", n=n) for unit, n in units if n][:2]
    if not parts:
        return say(language, "time.minutes", n=0)
    return parts[0] if len(parts) == 1 else say(language, "time.two", first=parts[0], second=parts[1])


def number(language: str, value: float, decimals: int = 0) -> str:
    """A number with exactly `decimals` digits behind the point, and no grouping."""
    if isinstance(value, int) and not decimals:
        return str(value)
    pattern = "0." + "0" * decimals if decimals else "0"
    return str(format_decimal(value, pattern, locale=_locale(language)))


def _dated(skeleton: str, at: datetime, language: str) -> str:
    # Told apart from instants: what comes here is local already, so no zone may be applied to it again.
    return _local_words(skeleton, at.replace(tzinfo=None), language)


@lru_cache(maxsize=1024)  # the same few days are said to everybody
def _local_words(skeleton: str, at: datetime, language: str) -> str:
    return str(format_skeleton(skeleton, at, locale=_locale(language)))


def _locale(language: str) -> str:
    if language not in FOLDERS:
        raise WordingMissing(f"probot has no words in {language!r}")
    return FOLDERS[language]
