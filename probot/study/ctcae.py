"""Which terms does CTCAE v5.0 have? The list that is shipped beside this file.

The rule: a term is known by a key of our own that never changes; no codes of another dictionary are shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

VERSION = "5.0"
OTHER = "other, specify"
"""How the terms end that stand for whatever has none; they want words."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term: its key, its name, our Chinese name for it, the grades that it has, and what else it is called."""

    key: str
    name: str
    chinese: str
    grades: tuple[int, ...]
    also: tuple[str, ...] = ()

    @property
    def wants_words(self) -> bool:
        """Whether it is one of the "Other, specify"."""
        return self.name.lower().endswith(OTHER)

    def in_language(self, language: str) -> str:
        """Its name in that language."""
        return self.chinese if language == "zh" else self.name


@cache
def terms() -> Mapping[str, Term]:
    """All terms by key, in the order of CTCAE."""
    found: dict[str, Term] = {}
    text = (Path(__file__).parent / "ctcae_v5.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            key, name, chinese, grades = (part.strip() for part in line.split("|"))
            chinese, _, also = chinese.partition(";")
            others = tuple(each.strip() for each in also.split(",") if each.strip())
            found[key] = Term(key, name, chinese.strip(), tuple(map(int, grades)), others)
    return found


@cache
def _by_name() -> Mapping[str, Term]:
    return {term.name.casefold(): term for term in terms().values()}


def named(name: str) -> Term | None:
    """The term of that English name, however it is capitalised."""
    return _by_name().get(" ".join(name.split()).casefold())


def term_of(key: str) -> Term | None:
    """The term of that key."""
    return terms().get(key)
