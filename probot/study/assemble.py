"""How do shapes become the study? Names resolved, defaults filled in, conditions parsed.

The rule: the order of entries follows `canonical.py`, so that a loaded and a stored study behave alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta

from probot.study import builtin
from probot.study.assemble_items import instrument_of, items_routes
from probot.study.assemble_outcomes import adverse_of, endpoint_of, events_of, rung_of
from probot.study.canonical import hash_of
from probot.study.care import Contact, Handling, Rota, Shift
from probot.study.conditions import Condition, items_in
from probot.study.conditions_text import Names, UnknowableError, parse
from probot.study.draft import Draft, Written
from probot.study.folder import Route, Source
from probot.study.grammar import FaultError
from probot.study.model import (
    HANDLING,
    Anchor,
    Attribute,
    Consent,
    ConsentPart,
    Instrument,
    Missed,
    Option,
    OutsidePath,
    PathTest,
    Phase,
    QuietHours,
    Role,
    Rule,
    Rung,
    Study,
    Tier,
    Timepoint,
    Trajectory,
    Views,
    Window,
)
from probot.study.scalars import WEEKDAYS
from probot.study.shapes.alerts import HandlingTierShape, RuleShape
from probot.study.shapes.paths import PathTestShape
from probot.study.shapes.protocol import TimepointShape
from probot.study.shapes.reading import Broken
from probot.study.shapes.rota import RotaShape
from probot.study.shapes.views import ViewsShape
from probot.study.shapes.whole import WholeShape
from probot.study.shapes.words import TextShape
from probot.values import Text

WHOLE_DAY = (time(0), time(0))
DEFAULT_HOURS = (time(7), time(21))
"""Where no timepoint is movable there is nothing to choose; this stands in for the span."""
UNSEEN = timedelta(hours=2)
"""How long the test of a path may stay unanswered, where the study does not say."""


def assemble(shape: WholeShape, source: Source, broken: Broken, canonical: str) -> Draft:
    """The draft of the study; problems found on the way go to `source`."""
    return _Assembly(shape, source, broken).draft(canonical)


class _Assembly:
    def __init__(self, shape: WholeShape, source: Source, broken: Broken) -> None:
        self.shape, self.source, self.broken = shape, source, broken
        self.languages = tuple(dict.fromkeys(shape.study.languages))
        self.conditions: dict[Route, Written] = {}
        self.routes = items_routes(shape)
        self.anchors = {
            name: Anchor(name, one.optional, self.text(one.label))
            for name, one in sorted(shape.anchors.items())
        }
        self.attributes = self.attributes_of()
        self.instruments = {
            name: instrument_of(name, one, self.languages) for name, one in sorted(shape.instruments.items())
        }
        items = {item.id: item for one in self.instruments.values() for item in one.items}
        self.names = Names(items, self.attributes, frozenset(self.anchors), broken.has)

    def draft(self, canonical: str) -> Draft:
        shape = self.shape
        instruments = {name: self.with_conditions(one) for name, one in self.instruments.items()}
        plan = {name: self.timepoint(name, one) for name, one in shape.plan.items()}
        rules = {name: rule for name, one in sorted(shape.rules.items()) if (rule := self.rule(name, one))}
        rules |= builtin.standing_rules(rules, self.languages)
        quiet = shape.quiet_hours
        study = Study(
            id=shape.study.id,
            title=self.text(shape.study.title),
            hash=hash_of(canonical),
            languages=self.languages,
            zone=shape.study.zone,
            anchors=self.anchors,
            attributes=self.attributes,
            phases=self.phases(),
            instruments=instruments,
            plan=plan,
            rules=rules,
            ladders=self.ladders(),
            handling=self.handling(),
            contact=self.contact(),
            rota=_rota(self.shape.rota),
            centres=shape.study.centres,
            roles={
                name: Role(name, self.text(one.label), frozenset(one.may))
                for name, one in sorted(shape.roles.items())
            },
            consent=Consent(
                shape.consent.version,
                self.text(shape.consent.text),
                tuple(ConsentPart(one.id, self.text(one.text), one.required) for one in shape.consent.parts),
            ),
            texts={name: self.text(one) for name, one in sorted(shape.texts.items())},
            participant_quiet=QuietHours(*quiet.participants) if quiet.participants else None,
            staff_quiet=self.staff_quiet(),
            paths=self.paths(),
            path_test=_path_test(shape.path_test),
            hours=_hours(plan),
            invitation_days=shape.study.invitation_days,
            views=_views(shape.views),
            events=events_of(shape, self.languages),
            endpoint=endpoint_of(shape, self.languages),
            adverse=adverse_of(shape),
            source=canonical,
        )
        return Draft(study, shape, self.source, self.broken, self.names, self.routes, self.conditions)

    # ------------------------------------------------------------ parts

    def text(self, text: TextShape) -> Text:
        return {language: text.root[language] for language in self.languages if language in text.root}

    def attributes_of(self) -> dict[str, Attribute]:
        found: dict[str, Attribute] = {}
        for name, one in sorted(self.shape.attributes.items()):
            if (one.one_of is None) == (one.many_of is None):
                route: Route = ("attributes", name)
                self.one_of_two(route, f"`{name}`", "one_of", "many_of", both=one.one_of is not None)
                self.broken.names["attributes"].add(name)
                continue
            options = one.one_of or one.many_of or {}
            found[name] = Attribute(
                name,
                self.text(one.label),
                tuple(Option(option, self.text(text)) for option, text in options.items()),
                many=one.many_of is not None,
            )
        return found

    def phases(self) -> dict[str, Phase]:
        return {
            name: Phase(name, one.from_, tuple(one.until), self.text(one.label))
            for name, one in sorted(self.shape.phases.items())
        }

    def staff_quiet(self) -> dict[Tier, QuietHours]:
        staff = self.shape.quiet_hours.staff
        found: dict[Tier, QuietHours] = {}
        if staff is not None and staff.soon is not None:
            found["soon"] = QuietHours(*staff.soon)
        if staff is not None and staff.routine is not None:
            found["routine"] = QuietHours(*staff.routine)
        return found

    def paths(self) -> dict[str, OutsidePath]:
        return {
            name: OutsidePath(
                name,
                self.text(one.label),
                one.by,
                one.language or "",
                tuple(one.reaches or ()),
            )
            for name, one in sorted(self.shape.paths.items())
        }

    def ladders(self) -> dict[Tier, tuple[Rung, ...]]:
        ladder = self.shape.ladder
        return {
            "routine": tuple(map(rung_of, ladder.routine)),
            "soon": tuple(map(rung_of, ladder.soon)),
            "urgent": tuple(map(rung_of, ladder.urgent)),
        }

    def contact(self) -> Contact | None:
        one = self.shape.contact
        return None if one is None else Contact(tuple(one.items or ()), one.again_after)

    def handling(self) -> dict[Tier, Handling]:
        shape = self.shape.handling
        return {
            "routine": _handling(shape.routine, HANDLING["routine"]),
            "soon": _handling(shape.soon, HANDLING["soon"]),
            "urgent": _handling(shape.urgent, HANDLING["urgent"]),
        }

    def timepoint(self, name: str, one: TimepointShape) -> Timepoint:
        window = one.window
        return Timepoint(
            name=name,
            label=self.text(one.label),
            ask=tuple(one.ask),
            during=one.during,
            every=one.every,
            at=one.at,
            movable=one.movable,
            window=Window(window.opens or timedelta(), window.closes, window.grace or timedelta()),
            remind=tuple(one.remind),
            late_start=one.late_start.within if one.late_start else None,
            missed=Missed(one.missed.in_a_row, one.missed.raise_) if one.missed else None,
            on_demand=one.on_demand,
            by=one.by,
            only_if=self.condition(("plan", name, "only_if"), one.only_if),
        )

    def rule(self, name: str, one: RuleShape) -> Rule | None:
        """The rule, or None where its condition cannot be read (that is told)."""
        route: Route = ("rules", name)
        if not self.fits(name, one):
            self.broken.names["rules"].add(name)
            return None
        when = self.condition((*route, "when"), one.when)
        if one.when is not None and when is None:
            self.broken.names["rules"].add(name)
            return None
        return Rule(
            id=name,
            tier=one.tier,
            concept=one.concept or _concept(name, one, when),
            title=self.text(one.title),
            when=when,
            on=one.on,
            words=tuple(word for words in (one.words or {}).values() for word in words),
            tell_participant=one.tell_participant,
        )

    def fits(self, name: str, one: RuleShape) -> bool:
        route: Route = ("rules", name)
        if (one.when is None) == (one.on is None):
            if not self.broken.has("rules", name):
                self.one_of_two(route, f"rule `{name}`", "when", "on", both=one.when is not None)
            return False
        if one.words is not None and one.on != "note":
            self.source.complain(
                "PB219", self.source.key((*route, "words")), "`words` only count with `on: note`"
            )
            return False
        return True

    def one_of_two(self, route: Route, what: str, first: str, second: str, *, both: bool) -> None:
        """Says that exactly one of two keys is needed."""
        message = f"both `{first}` and `{second}`" if both else f"neither `{first}` nor `{second}`"
        mend = "keep one of the two." if both else f"add `{first}` or `{second}`."
        self.source.complain("PB218", self.source.key(route), f"{what} has {message}", mend)

    # ------------------------------------------------------------ conditions

    def condition(self, route: Route, text: str | None) -> Condition | None:
        if text is None:
            return None
        try:
            parsed = parse(text, self.names)
        except FaultError as fault:
            place = self.source.character(route, fault.index)
            self.source.complain(fault.code, place, fault.message, fault.mend)
            return None
        except UnknowableError:
            return None
        self.conditions[route] = Written(route, parsed)
        return parsed.condition

    def with_conditions(self, instrument: Instrument) -> Instrument:
        """The same instrument with the `ask_if` of its items."""
        asked = {one.id: one.ask_if for one in self.shape.instruments[instrument.id].items}
        items = []
        for item in instrument.items:
            text = asked.get(item.id)
            if text is None:
                items.append(item)
            else:
                items.append(replace(item, ask_if=self.condition((*self.routes[item.id], "ask_if"), text)))
        return replace(instrument, items=tuple(items))


def _path_test(one: PathTestShape | None) -> PathTest | None:
    return None if one is None else PathTest(one.at, one.within or UNSEEN, one.climbs_as)


def _concept(name: str, one: RuleShape, when: Condition | None) -> str:
    if one.on is not None:
        return one.on
    items = items_in(when)
    return next(iter(items)) if len(items) == 1 else name


def _views(shape: ViewsShape) -> Views:
    asked = shape.picture
    picture = Trajectory(asked.days, tuple(asked.show)) if asked is not None else None
    return Views(picture, shape.digest, tuple(sorted(set(shape.hand_over or ()))))


def _rota(one: RotaShape | None) -> Rota | None:
    if one is None:
        return None
    shifts = [
        Shift(tuple(each.who), tuple(map(WEEKDAYS.index, each.on or WEEKDAYS)), *(each.at or WHOLE_DAY))
        for each in one.shifts
    ]
    return Rota(tuple(one.people or ()), tuple(shifts))


def _handling(one: HandlingTierShape, otherwise: Handling) -> Handling:
    return Handling(one.lasts or otherwise.lasts, one.snooze or otherwise.snooze)


def _hours(plan: Mapping[str, Timepoint]) -> tuple[time, time]:
    spans = [one.movable for one in plan.values() if one.movable is not None]
    if not spans:
        return DEFAULT_HOURS
    return min(start for start, _ in spans), max(end for _, end in spans)
