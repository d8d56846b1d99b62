"""Whose subject code do words begin with? Somebody of the team names a participant, and says then what is meant for them.

The rule: only a whole code that exists counts, in whatever case and width it is written; a short one such as `7` or `A`
needs a colon, because words begin like that as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_AS_TYPED: Final = {0xFF01 + place: 0x21 + place for place in range(94)} | dict.fromkeys(
    map(ord, "‐‑‒–—"), "-"
)
"""Full-width letters and the dashes that phones put, one for one."""
_BEGIN: Final = re.compile(r"[\s#@(\[【“\"]*([A-Za-z0-9][A-Za-z0-9._-]*)")
_BEHIND: Final = re.compile(r"[\s)\]】”\",.;、-]*(:?)[\s,.;、]*")


class Addressed(NamedTuple):
    """Words, and the participant whose code stood in front of them; None: none did."""

    code: str | None
    words: str


def addressed(text: str, codes: Iterable[str]) -> Addressed:
    """Take a code of `codes` off the front of the words."""
    typed = text.translate(_AS_TYPED)
    found = _BEGIN.match(typed)
    if found is None:
        return Addressed(None, text)
    token = found[1].rstrip("._-")
    behind = _BEHIND.match(typed, found.start(1) + len(token))
    assert behind is not None  # it matches nothing as well
    code = _known(token, codes)
    if code is None or not (behind[1] or _is_plain(token)):
        return Addressed(None, text)
    return Addressed(code, text[behind.end() :])


def _known(token: str, codes: Iterable[str]) -> str | None:
    """The code as it is on record; letter for letter if two differ in their case alone."""
    alike = [code for code in codes if code.casefold() == token.casefold()]
    return token if token in alike else next(iter(sorted(alike)), None)


def _is_plain(token: str) -> bool:
    """Whether nobody would begin words like that who does not mean the participant."""
    return any(each.isdigit() for each in token) and any(each.isalpha() for each in token)
