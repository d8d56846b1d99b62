"""Which forms does every study bring along for its staff? Adverse event, its amendment, and a dated event.

The rule: they are conducted like any other form, item by item; their names begin with `_`, which no name of a
study can, so that nothing is ever taken for the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from probot.study import ctcae
from probot.study.conditions import And, Answer, Compare, Condition, Has, Or, Word
from probot.study.model import Instrument, Item, ItemKind, Option, Study, Timepoint, Window
from probot.values import Text
from probot.wording import say

ADVERSE = "_adverse_event"
AMENDED = "_adverse_event_amended"
EVENT = "_event"
FORMS = (ADVERSE, AMENDED, EVENT)
VERSION = "1.1.0"
"""Of the forms' items; it grows when a question changes its meaning."""
OPEN_FOR = timedelta(days=14)
"""How long a form that was left can be taken up again."""
OTHER = "other"
"""The choice among the trial's terms that leads to the search."""
GRADES = (1, 2, 3, 4, 5)
CRITERIA = ("death", "life", "hospital", "disability", "anomaly", "important")
RELATED = ("unrelated", "unlikely", "possible", "probable", "definite")
ACTIONS = ("none", "interrupted", "reduced", "stopped", "not_applicable")
OUTCOMES = ("recovered", "recovering", "not_recovered", "sequelae", "fatal", "unknown")
ENDED = ("recovered", "sequelae", "fatal")
"""Outcomes that are final and have a date."""
LONGEST_STORY = 1500
LONGEST_REASON = 300

PARTS: dict[str, tuple[str, ...]] = {
    "term": ("term", "search", "specify"),
    "grade": ("grade",),
    "onset": ("onset",),
    "serious": ("serious", "criteria", "aware"),
    "related": ("related",),
    "expected": ("expected",),
    "action": ("action",),
    "outcome": ("outcome", "ended"),
    "narrative": ("narrative",),
}
"""What can be amended, and which answers belong together: one cannot be changed without the others."""


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes items of one form in the study's languages; `prefix` keeps the forms' items apart."""

    study: Study
    prefix: str
    amends: bool = False

    def words(self, key: str) -> Text:
        return {language: say(language, key) for language in self.study.languages}

    def item(
        self, kind: ItemKind, name: str, *, when: Condition | None = None, options: tuple[Option, ...] = (),
        highest: float = 10, partial: bool = False,
    ) -> Item:  # fmt: skip
        return Item(
            id=f"{self.prefix}{name}",
            kind=kind,
            text=self.words(f"form.{name}"),
            label=self.words(f"form.{name}.label"),
            ask_if=self.when(name, when),
            options=options,
            highest=highest,
            partial=partial,
        )

    def when(self, name: str, condition: Condition | None) -> Condition | None:
        """In an amendment an item is asked only if its part was chosen."""
        part = next((part for part, names in PARTS.items() if name in names), None)
        if not self.amends or part is None:
            return condition
        chosen = Has(Answer(f"{self.prefix}which"), part)
        return chosen if condition is None else And((chosen, condition))

    def said(self, name: str, option: str) -> Compare:
        """That an item was answered so."""
        return Compare("==", Answer(f"{self.prefix}{name}"), Word(option))

    def options(self, name: str, ids: tuple[str, ...]) -> tuple[Option, ...]:
        return tuple(Option(each, self.words(f"form.{name}.{each}")) for each in ids)


def with_forms(study: Study) -> Study:
    """The study with the forms that its `adverse_events` and `events` call for."""
    instruments: list[Instrument] = []
    if study.adverse is not None:
        first, amended = _Maker(study, "_ae_"), _Maker(study, "_am_", amends=True)
        instruments.append(_instrument(first, ADVERSE, tuple(_adverse_items(first))))
        instruments.append(_instrument(amended, AMENDED, (*_why_amended(amended), *_adverse_items(amended))))
    if study.events:
        maker = _Maker(study, "_ev_")
        instruments.append(_instrument(maker, EVENT, tuple(_event_items(maker))))
    return replace(
        study,
        forms={one.id: _form(one) for one in instruments},
        form_instruments={one.id: one for one in instruments},
    )


def _instrument(maker: _Maker, name: str, items: tuple[Item, ...]) -> Instrument:
    title = maker.words(f"form.{name.removeprefix('_')}")
    return Instrument(name, VERSION, title, items, licence="Apache-2.0", by="clinician")


def _form(one: Instrument) -> Timepoint:
    return Timepoint(
        name=one.id, label=one.title, ask=(one.id,), during=None, every=None, at=None, movable=None,
        window=Window(timedelta(), OPEN_FOR), on_demand=True, by="clinician",
    )  # fmt: skip


# ------------------------------------------------------------------------------ an adverse event


def _adverse_items(maker: _Maker) -> Iterator[Item]:
    yield from _term_items(maker)
    yield maker.item("choice", "grade", options=_graded(maker))
    yield maker.item("date", "onset", partial=True)
    yield maker.item("choice", "serious", options=maker.options("serious", ("no", "yes")))
    serious = maker.said("serious", "yes")
    yield maker.item("several", "criteria", when=serious, options=maker.options("criteria", CRITERIA))
    yield maker.item("date", "aware", when=serious)
    yield maker.item("choice", "related", options=maker.options("related", RELATED))
    yield maker.item("choice", "expected", options=maker.options("expected", ("expected", "unexpected")))
    yield maker.item("choice", "action", options=maker.options("action", ACTIONS))
    yield maker.item("choice", "outcome", options=maker.options("outcome", OUTCOMES))
    ended = Or(tuple(maker.said("outcome", each) for each in ENDED))
    yield maker.item("date", "ended", when=ended, partial=True)
    yield maker.item("text", "narrative", highest=LONGEST_STORY)


def _term_items(maker: _Maker) -> Iterator[Item]:
    adverse, languages = maker.study.adverse, maker.study.languages
    assert adverse is not None
    known = _all_terms(languages)
    own = tuple(option for option in known if option.id in adverse.terms)
    first = tuple(sorted(own, key=lambda option: adverse.terms.index(option.id)))
    yield maker.item("choice", "term", options=(*first, Option(OTHER, maker.words("form.term.other"))))
    yield maker.item("lookup", "search", when=maker.said("term", OTHER), options=known)
    others = [term.key for term in ctcae.terms().values() if term.wants_words]
    unnamed = Or(tuple(maker.said(name, each) for each in others for name in ("term", "search")))
    yield maker.item("text", "specify", when=unnamed, highest=LONGEST_REASON)


@cache
def _all_terms(languages: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(
        Option(term.key, {language: term.in_language(language) for language in languages}, also=term.also)
        for term in ctcae.terms().values()
    )


def _graded(maker: _Maker) -> tuple[Option, ...]:
    return tuple(Option(f"g{each}", maker.words(f"form.grade.g{each}"), each) for each in GRADES)


def _why_amended(maker: _Maker) -> Iterator[Item]:
    yield maker.item("text", "reason", highest=LONGEST_REASON)
    parts = tuple(Option(part, maker.words(f"form.{part}.label")) for part in PARTS)
    yield maker.item("several", "which", options=parts)


# ------------------------------------------------------------------------------ a dated event


def _event_items(maker: _Maker) -> Iterator[Item]:
    events = maker.study.events.values()
    yield maker.item("choice", "event", options=tuple(Option(one.name, one.label) for one in events))
    yield maker.item("date", "day")


def is_form_item(item: str) -> bool:
    """Whether an item belongs to one of these forms and to no instrument of the study."""
    return item.startswith("_")


def plain_name(item: str) -> str:
    """The name of a form's item without its form's mark: `_ae_grade` and `_am_grade` are both `grade`."""
    return item.split("_", 2)[2]
