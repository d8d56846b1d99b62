"""What does the picture of a participant's last days show? Curves, thresholds, gaps, alerts, grades, product use.

The rule: a description in values and words, complete in one language; whoever draws it adds nothing and asks nobody.
A day without an answer is a gap, never a line drawn through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from probot.alerts.evidence import as_number
from probot.alerts.phrases import SEPARATOR, known_item, label_of, plain, shortened, visible, words_of
from probot.alerts.picture import (
    Cell,
    Curve,
    Dot,
    Fill,
    Flag,
    Gap,
    GapKind,
    Key,
    Picture,
    Row,
    Threshold,
    Tick,
)
from probot.study.conditions import And, Answer, Compare, Condition, Number, Or
from probot.study.model import TIERS, Item, Study, Tier
from probot.values import Value
from probot.wording import day as day_words
from probot.wording import number, say

MOST_CURVES = 3
"""More of them would be too small to read on a phone."""
MOST_LABEL = 24
CURVES = frozenset({"scale", "number", "count"})
ROWS = frozenset({"choice", "yes_no"})

# ---------------------------------------------------------------- what is known


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, as it counts: its local day, the item, and its value (None: declined, not measured)."""

    day: date
    item: str
    value: Value | None


@dataclass(frozen=True, slots=True)
class Awaited:
    """An assessment that was expected on a day, and how it ended (`open`: not yet)."""

    day: date
    timepoint: str
    status: str


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert, by the local day it was raised on."""

    day: date
    tier: Tier


@dataclass(frozen=True, slots=True)
class Days:
    """What is known of a participant up to `today`."""

    code: str
    today: date
    answers: Sequence[Answered] = ()
    awaited: Sequence[Awaited] = ()
    alerts: Sequence[Raised] = ()


# ---------------------------------------------------------------- from one to the other


def trajectory(study: Study, days: Days, language: str) -> Picture | None:
    """The picture that the study asks for; None if it asks for none, or if there is nothing to show yet."""
    wanted = study.views.picture
    if wanted is None:
        return None
    first = days.today - timedelta(days=wanted.days - 1)
    view = _View(study, days, language, first, wanted.days)
    items = [known_item(study, name) for name in wanted.show]
    curves = [curve for item in items if item.kind in CURVES and (curve := view.curve(item))]
    rows = [row for item in items if item.kind in ROWS and (row := view.row(item))]
    if not curves and not rows:
        return None
    flags = view.flags()
    return Picture(
        title=SEPARATOR.join((visible(days.code), say(language, "picture.title", n=wanted.days))),
        span=say(language, "picture.span", first=day_words(language, first), last=day_words(language, days.today)),
        ticks=view.ticks(),
        alerts_label=say(language, "picture.alerts"),
        flags=flags,
        curves=tuple(curves[:MOST_CURVES]),
        rows=tuple(rows),
        keys=_keys(curves[:MOST_CURVES], rows, flags, language),
        caption=view.caption(curves[:MOST_CURVES]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _View:
    study: Study
    days: Days
    language: str
    first: date
    length: int

    def place(self, on: date) -> int | None:
        """The number of a day in the picture; None for days outside it."""
        number = (on - self.first).days
        return number if 0 <= number < self.length else None

    def ticks(self) -> tuple[Tick, ...]:
        found = []
        for offset in range(self.length):
            on = self.first + timedelta(days=offset)
            today = on == self.days.today
            named = offset == 0 or on.day == 1
            key = "picture.month_day" if named else "picture.day"
            label = say(self.language, key, day=on.day, month=on.month)
            found.append(Tick(label, today))
        return tuple(found)

    def flags(self) -> tuple[Flag, ...]:
        by_day: dict[int, list[Tier]] = {}
        for alert in self.days.alerts:
            if (place := self.place(alert.day)) is not None:
                by_day.setdefault(place, []).append(alert.tier)
        return tuple(
            Flag(place, max(tiers, key=TIERS.index), len(tiers)) for place, tiers in sorted(by_day.items())
        )

    # ------------------------------------------------------------ curves

    def curve(self, item: Item) -> Curve | None:
        worst = self._worst(item)
        if not worst:
            return None
        thresholds = thresholds_of(self.study, item, self.language)
        lowest, highest = _range(item, worst, thresholds)
        dots = tuple(
            Dot(place, value, self._number(item, value), _reached(item, value, thresholds))
            for place, value in sorted(worst.items())
        )
        steps = tuple((value, plain(value)) for value in _steps(item, lowest, highest))
        return Curve(
            label=self._label(item), lowest=lowest, highest=highest, steps=steps, thresholds=thresholds,
            dots=dots, gaps=self._gaps(item, worst),
        )  # fmt: skip

    def _worst(self, item: Item) -> dict[int, float]:
        by_day: dict[int, list[float]] = {}
        for answer in self.days.answers:
            place = self.place(answer.day)
            value = as_number(item, answer.value) if answer.item == item.id else None
            if place is not None and value is not None:
                by_day.setdefault(place, []).append(value)
        worst = min if item.higher_is == "better" else max
        return {place: worst(values) for place, values in by_day.items()}

    def _gaps(self, item: Item, known: Mapping[int, float]) -> tuple[Gap, ...]:
        asking = {
            name
            for name in self.study.plan
            if any(asked.id == item.id for _, asked in self.study.items_of(name))
        }
        kinds: dict[int, GapKind] = {}
        for one in self.days.awaited:
            place, kind = self.place(one.day), _GAPS.get(one.status)
            if one.timepoint in asking and place is not None and place not in known and kind is not None:
                kinds[place] = kind
        return tuple(Gap(place, kind) for place, kind in sorted(kinds.items()))

    # ------------------------------------------------------------ rows

    def row(self, item: Item) -> Row | None:
        scores = [option.score for option in item.options if option.score is not None]
        use = item.higher_is == "better"
        found: dict[int, float] = {}
        for answer in self.days.answers:
            place = self.place(answer.day)
            value = as_number(item, answer.value) if answer.item == item.id else None
            if place is not None and value is not None:  # of two grades on one day the higher counts
                found[place] = value if use else max(value, found.get(place, value))
        if not found:
            return None
        cells = tuple(
            Cell(place, _fill(value, min(scores), max(scores)))
            if use
            else Cell(place, "number", plain(value))
            for place, value in sorted(found.items())
        )
        used = {cell.fill for cell in cells}
        fills: dict[Fill, str] = {}
        for option in sorted(item.options, key=lambda option: -(option.score or 0)):
            fill = _fill(option.score, min(scores), max(scores)) if use and option.score is not None else None
            if fill in used and fill is not None:
                fills.setdefault(fill, shortened(words_of(option.text, self.language), MOST_LABEL))
        return Row(self._label(item), cells, tuple(fills.items()))

    # ------------------------------------------------------------ words

    def _label(self, item: Item) -> str:
        label = label_of(item, self.language)
        unit = item.unit and item.unit.get(self.language)
        return shortened(f"{label} ({unit})" if unit else label, MOST_LABEL)

    def _number(self, item: Item, value: float) -> str:
        return number(self.language, value, item.decimals) if item.kind == "number" else plain(value)

    def caption(self, curves: Sequence[Curve]) -> str:
        """`P-001: Worst mouth pain 3 · 4 · – · 8`, so that the picture can be read out."""
        shown = []
        for curve in curves:
            values = {dot.day: dot.label for dot in curve.dots}
            places = range(max(0, min(values), max(values) - 6), max(values) + 1)
            line = SEPARATOR.join(values.get(place, "–") for place in places)
            shown.append(say(self.language, "picture.line", label=curve.label, line=line))
        code = visible(self.days.code)
        return "\n".join((say(self.language, "picture.caption", code=code, n=self.length), *shown))


_GAPS: Mapping[str, GapKind] = {
    "missed": "none",
    "declined": "none",
    "partial": "none",
    "complete": "none",  # answered, but not this item
    "not_delivered": "none",
    "paused": "paused",
    "outage": "outage",
    "open": "open",
}


def _fill(value: float, lowest: float, highest: float) -> Fill:
    if value >= highest:
        return "full"
    return "empty" if value <= lowest else "half"


def _range(item: Item, values: Mapping[int, float], thresholds: Sequence[Threshold]) -> tuple[float, float]:
    """A scale is shown whole; of a number only the part that is in use, else a fever would be a flat line."""
    if item.kind == "scale":
        return item.lowest, item.highest
    known = [*values.values(), *(each.value for each in thresholds)]
    low, high = min(known), max(known)
    room = max((high - low) * 0.25, 1.0)
    return max(item.lowest, float(int(low - room))), min(item.highest, float(int(high + room) + 1))


def _steps(item: Item, lowest: float, highest: float) -> list[float]:
    """Where the axis carries a number: both ends, and the middle of a scale."""
    middle = (lowest + highest) / 2
    return [lowest, middle, highest] if item.kind == "scale" and middle == int(middle) else [lowest, highest]


def _reached(item: Item, value: float, thresholds: Sequence[Threshold]) -> Tier | None:
    better = item.higher_is == "better"
    tiers = [each.tier for each in thresholds if (value <= each.value if better else value >= each.value)]
    return max(tiers, key=TIERS.index, default=None)


def thresholds_of(study: Study, item: Item, language: str) -> tuple[Threshold, ...]:
    """The values of this item that rules name, lowest first, each with the lowest tier that begins there."""
    found: dict[float, Tier] = {}
    for rule in study.rules.values():
        for value in _compared(item, rule.when):
            found[value] = min(found.get(value, rule.tier), rule.tier, key=TIERS.index)
    return tuple(
        Threshold(value, tier, say(language, f"picture.tier.{tier}")) for value, tier in sorted(found.items())
    )


def _compared(item: Item, condition: Condition | None) -> Iterator[float]:
    """The numbers from which on the item is bad enough, wherever the condition says `item >= number`."""
    bad = {"<", "<="} if item.higher_is == "better" else {">", ">="}
    match condition:
        case Compare(operator, Answer(name), Number(value)) if name == item.id and operator in bad:
            yield value
        case And(parts) | Or(parts):
            for part in parts:
                yield from _compared(item, part)
        case _:
            return


def _keys(
    curves: Sequence[Curve], rows: Sequence[Row], flags: Sequence[Flag], language: str
) -> tuple[Key, ...]:
    """A legend of what is there, and of nothing else."""
    tiers = {flag.tier for flag in flags}
    gaps = {gap.kind for curve in curves for gap in curve.gaps}
    fills = {f"fill.{fill}": label for row in reversed(rows) for fill, label in row.fills}
    signs = (
        *(tier for tier in reversed(TIERS) if tier in tiers),
        *(f"gap.{kind}" for kind in ("none", "paused", "outage", "open") if kind in gaps),
    )
    said = [Key(sign, say(language, f"picture.key.{sign}")) for sign in signs]
    order = ("fill.full", "fill.half", "fill.empty")
    return tuple(said) + tuple(Key(sign, fills[sign]) for sign in order if sign in fills)
