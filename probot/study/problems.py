"""What is wrong with a study, where, and how is it mended? Problems as values, and how they are printed.

The rule: a problem names its kind in the catalogue, its place and its mend; a validator's own words never show.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from probot.study.catalogue import CATALOGUE, Severity

_WIDEST = 110
"""Cells of her line that are shown; a longer line is cut around the place."""


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file; line and column count from 1, the column in characters. Line 0: the file as a whole."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `code` as in the catalogue, the place, and the line it stands in."""

    code: str
    severity: Severity
    file: str
    line: int
    column: int
    message: str
    line_text: str = ""
    help: str = ""


def problem(code: str, place: Place, message: str, *, line_text: str = "", mend: str = "") -> Problem:
    """A problem of the kind `code`; `mend` defaults to what the catalogue says. KeyError: no such kind."""
    kind = CATALOGUE[code]
    return Problem(
        code, kind.severity, place.file, place.line, place.column, message, line_text, mend or kind.mend
    )


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, sorted by file and place."""
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda one: (one.file, one.line, one.column, one.code, one.message)))


def render(problems: Iterable[Problem]) -> str:
    """All problems for a terminal: place, kind and message; her line with a caret; how to mend it."""
    return "\n".join(_render_one(one) for one in in_order(problems))


def _render_one(one: Problem) -> str:
    place = f"{one.file}:{one.line}:{one.column}" if one.line else one.file
    lines = [f"{place} {one.severity} {one.code}: {one.message}"]
    if one.line_text.strip():
        shown, before = _cut(one.line_text, one.column - 1)
        lines += [f"    {shown}", f"    {_blanks(before)}^"]
    lines.append(f"  help: {one.help}")
    return "\n".join(lines) + "\n"


def _cut(line: str, at: int) -> tuple[str, str]:
    """The part of the line around `at` that is shown, and what of it stands before `at`."""
    line = line.rstrip()
    at = min(at, len(line))
    start, end = 0, len(line)
    if len(line) > _WIDEST or cells(line) > _WIDEST:
        start = _reach(line, at, -1, _WIDEST // 2)
        end = _reach(line, start, 1, _WIDEST)
    left, right = ("…" if start else ""), ("…" if end < len(line) else "")
    shown = left + line[start:end] + right
    return shown.replace("\t", " "), left + line[start:at]


def _reach(line: str, at: int, step: int, room: int) -> int:
    """How far one gets from `at` within so many cells, forwards or backwards."""
    while 0 <= (following := at + step) <= len(line):
        room -= _cells_of(line[min(at, following)])
        if room < 0:
            break
        at = following
    return at


def _blanks(before: str) -> str:
    """As much room as `before` takes on screen: a Chinese character is as wide as an ideographic space."""
    return "".join("\u3000" if _cells_of(character) == 2 else " " for character in before)


def cells(text: str) -> int:
    """How wide a text is on a screen: a Chinese character takes two cells, a Latin letter one."""
    return sum(_cells_of(character) for character in text)


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def meant(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None."""
    known = sorted(set(known))
    lowered = word.lower().replace("-", "_").replace(" ", "_")
    if lowered in known:
        return lowered
    close = get_close_matches(lowered, known, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A help line for an unknown word: what was meant, else what there is, else `otherwise`."""
    known = sorted(set(known))
    close = meant(word, known)
    if close is not None:
        return f"did you mean `{close}`?"
    if known and len(known) <= 12:
        return "known here: " + ", ".join(f"`{name}`" for name in known) + "."
    return otherwise or "look for the name where it is declared; names are written exactly alike."
