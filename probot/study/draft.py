"""What do the checks look at? The study as far as it could be read, with the places it was read from.

The rule: a check never raises on a half-read study and never complains about a thing that is broken already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from probot.study.conditions import Condition
from probot.study.conditions_text import Names, Parsed
from probot.study.folder import Route, Source
from probot.study.model import Instrument, Item, Study, Timepoint
from probot.study.shapes.reading import Broken
from probot.study.shapes.whole import WholeShape


@dataclass(slots=True)
class Written:
    """A parsed condition: where it stands, in its typed form, and what it belongs to."""

    route: Route
    parsed: Parsed

    @property
    def condition(self) -> Condition:
        """The typed form."""
        return self.parsed.condition


@dataclass
class Draft:
    """A study under check. `routes`: where each item stands; `conditions`: what could be parsed, by route."""

    study: Study
    shape: WholeShape
    source: Source
    broken: Broken
    names: Names
    routes: Mapping[str, Route]
    conditions: Mapping[Route, Written] = field(default_factory=dict)

    def complain(
        self,
        code: str,
        route: Route,
        message: str,
        mend: str = "",
        *,
        key: bool = False,
        index: int | None = None,
    ) -> None:
        """A problem at the value of `route`; at its key; or at character `index` of its text.

        Nothing is said about a section that could not be read: what stands in for it is not hers.
        """
        if route[0] in self.broken.sections:
            return
        if key:
            place = self.source.key(route)
        elif index is not None:
            place = self.source.character(route, index)
        else:
            place = self.source.value(route)
        self.source.complain(code, place, message, mend)

    def instruments_of(self, timepoint: Timepoint) -> Iterator[Instrument]:
        """The instruments it asks, those that exist."""
        for name in timepoint.ask:
            if name in self.study.instruments:
                yield self.study.instruments[name]

    def items_of(self, timepoint: Timepoint) -> tuple[Item, ...]:
        """The items it may ask, in order."""
        return tuple(item for instrument in self.instruments_of(timepoint) for item in instrument.items)

    @cached_property
    def planned_items(self) -> frozenset[str]:
        """Every item that some timepoint may ask."""
        return frozenset(
            item.id for timepoint in self.study.plan.values() for item in self.items_of(timepoint)
        )

    def all_items(self) -> Iterator[tuple[Instrument, Item]]:
        """Every item with its instrument."""
        for instrument in self.study.instruments.values():
            for item in instrument.items:
                yield instrument, item

    @cached_property
    def plan_is_whole(self) -> bool:
        """Whether every instrument and phase that the plan names is there; else something may seem unused."""
        if self.broken.names["plan"] or "plan" in self.broken.sections:
            return False
        return all(
            name in self.study.instruments for timepoint in self.study.plan.values() for name in timepoint.ask
        ) and all(
            timepoint.during is None or timepoint.during in self.study.phases
            for timepoint in self.study.plan.values()
        )

    @cached_property
    def rules_are_whole(self) -> bool:
        """Whether every rule could be read; else something may seem unwatched or unused."""
        return not self.broken.names["rules"] and "rules" not in self.broken.sections

    def known(self, section: str, name: str) -> bool:
        """Whether something of that name is declared, be it broken."""
        declared = getattr(self.study, section)
        return name in declared or self.broken.has(section, name)
