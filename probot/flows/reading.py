"""What did a typed answer say? Words and numbers in Chinese and English become a value of the item, or none.

The rule: understood only where it is plainly one value of this item; never guessed, never converted, never raised.

Decided here:
- Both languages count always, whichever the participant reads the items in.
- A scale's end may be said in exactly the words shown there ("no pain at all"); a number of a choice may not be,
  as nobody can tell an option's place from its score.
- `没有` or `none` is a count of 0 and no option of several, but no 0 on a scale.
- Whatever softens (`about`, `大概`, `左右`, `8吧`, `8+`, `8?`, `8...`) is asked again; emphasis (`8!!`) is not.
- In own words, "back" is where it hurts; the longer `go back` and `返回` lead back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from probot.flows import phrases
from probot.flows.dates import read_date, read_partial_date
from probot.flows.folding import fold, key, reach
from probot.flows.lookup import search
from probot.flows.numbers import read_number
from probot.flows.phrases import means
from probot.flows.several import NONE
from probot.flows.severity import possibly_severe
from probot.flows.turn import SEEN
from probot.flows.understanding import (
    Declines,
    GoesBack,
    NotDone,
    NotUnderstood,
    Reading,
    Reason,
    Understood,
)
from probot.study.model import Item, Option
from probot.values import Text

__all__ = ["Declines", "GoesBack", "NotDone", "NotUnderstood", "Reading", "Reason", "Understood", "read"]

LONGEST = 200
"""Characters; what is longer is a story and not an answer, except to an item that asks for words."""
_TRAILS_OFF = re.compile(r"\.\.|。。")


def read(item: Item, text: str, today: date | None = None) -> Reading:
    """What `text`, typed while `item` was open, plainly says. Takes any string and never raises.

    `today`: the participant's local date, for "yesterday" as an answer to a date.
    """
    folded = fold(text[: 4 * LONGEST])
    if item.kind == "text":
        return _read_words(item, text, folded)
    reading = _read(item, folded, today) if len(text) <= LONGEST else NotUnderstood("unclear")
    if isinstance(reading, NotUnderstood) and item.kind != "lookup":
        return NotUnderstood(reading.reason, possibly_severe(item, folded))
    return reading


def _read(item: Item, folded: str, today: date | None) -> Reading:
    exact = _options(item, folded)
    if exact is not None:
        return exact
    if folded.isdecimal():
        return _by_kind(item, folded, today)  # a bare number is no phrase
    if means(folded, phrases.DECLINE):
        return Declines()
    if means(folded, phrases.BACK):
        return GoesBack()
    if item.not_done is not None and _is_not_done(item.not_done, folded):
        return NotDone()
    return _look_up(item, folded) if item.kind == "lookup" else _by_kind(item, folded, today)


def _by_kind(item: Item, folded: str, today: date | None) -> Reading:
    if _TRAILS_OFF.search(folded) and item.kind not in {"date", "info"}:
        return NotUnderstood("unclear")
    match item.kind:
        case "scale" | "number":
            end = _end_of_scale(item, folded)
            return Understood(end) if end is not None else read_number(item, folded)
        case "count":
            return _read_count(item, folded)
        case "yes_no":
            return _read_yes_no(item, folded)
        case "choice":
            return _read_choice(item, folded)
        case "several":
            return _read_several(item, folded)
        case "date":
            return _read_day(item, folded, today)
        case _:
            return Understood(SEEN) if means(folded, phrases.SEEN) else NotUnderstood("unclear")


def _read_day(item: Item, folded: str, today: date | None) -> Understood | NotUnderstood:
    if item.partial:
        said = read_partial_date(folded, today)
    else:
        day = read_date(folded, today)
        said = day.isoformat() if day is not None else None
    return NotUnderstood("not_a_date") if said is None else Understood(said)


def _look_up(item: Item, folded: str) -> Understood | NotUnderstood:
    """The name itself is the answer; a part of it brings up what it may be."""
    offers = tuple(option.id for option in search(item, folded))
    if not offers:
        return NotUnderstood("not_found")
    whole = key(folded)
    first = next(option for option in item.options if option.id == offers[0])
    if any(whole == _shown(words) for words in first.text.values()):
        return Understood(first.id)
    return NotUnderstood("found", offers=offers)


# ---------------------------------------------------------------- own words


def _read_words(item: Item, text: str, folded: str) -> Reading:
    own = key(folded) in phrases.WORDS_OF_TEXTS
    if not own and len(text) <= LONGEST:
        if means(folded, phrases.DECLINE):
            return Declines()
        if means(folded, phrases.BACK):
            return GoesBack()
    # No database keeps NUL or half a character: a visible mark stands where one was.
    words = "".join("\N{REPLACEMENT CHARACTER}" if _unkeepable(each) else each for each in text).strip()
    if not words:
        return NotUnderstood("unclear")
    return NotUnderstood("too_long") if len(words) > item.highest else Understood(words)


def _unkeepable(character: str) -> bool:
    return character == "\0" or "\ud800" <= character <= "\udfff"


# ---------------------------------------------------------------- labels and options


def _is_not_done(label: Text, folded: str) -> bool:
    words = [fold(each) for each in label.values()]
    if key(folded) in {key(each) for each in words}:
        return True
    is_measure = any("measure" in each or "测" in each or "量" in each for each in words)
    return is_measure and means(folded, phrases.NOT_MEASURED)


def _end_of_scale(item: Item, folded: str) -> int | None:
    if item.kind != "scale" or item.anchors is None:
        return None
    said = key(folded)
    low, high = (any(_shown(words) == said for words in anchor.values()) for anchor in item.anchors)
    if low == high:
        return None
    return int(item.lowest if low else item.highest)


def _options(item: Item, folded: str) -> Understood | None:
    """The option whose words in either language these are, where it is exactly one."""
    if item.kind not in {"choice", "yes_no", "several"}:
        return None
    ids = _named(item.options, folded)
    if len(ids) != 1:
        return None
    return Understood(tuple(ids)) if item.kind == "several" else Understood(ids[0])


def _named(options: Iterable[Option], folded: str) -> list[str]:
    said = key(folded)
    return [
        each.id for each in options if said and any(said == _shown(words) for words in each.text.values())
    ]


@lru_cache(maxsize=4096)
def _shown(words: str) -> str:
    """The study's own words as they are compared with what was typed."""
    return key(fold(words))


def _says_no(option: Option) -> bool:
    return option.id == NONE or any(_shown(words) in phrases.NOTHING for words in option.text.values())


# ---------------------------------------------------------------- so often, yes or no, one of, several of


def _read_count(item: Item, folded: str) -> Understood | NotUnderstood:
    for times, table in enumerate((phrases.ZERO_TIMES, phrases.ONCE, phrases.TWICE)):
        if item.lowest <= times <= item.highest and means(folded, table):
            return Understood(times)
    return read_number(item, folded)


def _read_yes_no(item: Item, folded: str) -> Reading:
    tables = (("yes", phrases.YES), ("no", phrases.NO), ("not_sure", phrases.NOT_SURE))
    offered = {option.id for option in item.options}
    said = [answer for answer, table in tables if answer in offered and means(folded, table)]
    return Understood(said[0]) if len(said) == 1 else NotUnderstood("unclear")


def _read_choice(item: Item, folded: str) -> Reading:
    noes = [option.id for option in item.options if _says_no(option)]
    if len(noes) == 1 and means(folded, phrases.NOTHING):
        return Understood(noes[0])
    return NotUnderstood("unclear")


def _read_several(item: Item, folded: str) -> Reading:
    noes = [option.id for option in item.options if _says_no(option)]
    if means(folded, phrases.NOTHING) and len(noes) <= 1:
        return Understood(tuple(noes))
    ids = _listed(item, folded)
    if not ids or (set(ids) & set(noes)):
        return NotUnderstood("unclear")
    return Understood(tuple(option.id for option in item.options if option.id in ids))


_SEPARATORS = (",", "、", ";", "/", "+", "&", " and ", "和", "还有", "以及", "跟", "及", " ")


def _listed(item: Item, folded: str) -> list[str]:
    """The options of a list (`起水疱、发痒`, `blisters and itching`), or nothing if any part is none of them."""
    known: dict[str, list[str]] = {}
    longest = max((len(_shown(words)) for each in item.options for words in each.text.values()), default=0)

    def listed(rest: str) -> list[str]:
        rest = rest.strip(" ,、;").removeprefix("and ")
        if rest not in known:
            known[rest] = []
            # An option's own words may hold a separator, so that the longest part is tried first.
            for end in _ends(rest, reach(rest, longest)):
                ids, after = _named(item.options, rest[:end]), rest[end:]
                if len(ids) == 1 and ((more := _rest_of_list(after, listed)) or not key(after)):
                    known[rest] = ids + more
                    break
        return known[rest]

    return listed(folded)


def _rest_of_list(after: str, listed: Callable[[str], list[str]]) -> list[str]:
    found = (listed(after[len(each) :]) for each in _SEPARATORS if after.startswith(each))
    return next((ids for ids in found if ids), [])


def _ends(folded: str, most: int) -> list[int]:
    """Where a part of the list may end, the last such place first: none is longer than `most`."""
    places = {len(folded)} if len(folded) <= most else set()
    for separator in _SEPARATORS:
        start = folded.find(separator)
        while start != -1 and start <= most:
            places.add(start)
            start = folded.find(separator, start + 1)
    return sorted(places, reverse=True)
