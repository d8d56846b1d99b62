"""What is there to draw? Days, curves with thresholds and gaps, rows of marks, flags of alerts, a legend.

The rule: values and words of one language, complete; nothing here knows colours, sizes or fonts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from probot.study.model import Tier

GapKind = Literal["none", "paused", "outage", "open"]
"""Nothing was answered; nothing was asked (a pause, an outage); it may still be answered."""
Fill = Literal["full", "half", "empty", "number"]


@dataclass(frozen=True, slots=True)
class Tick:
    """One day on the axis; days are counted from 0 at the left."""

    label: str
    today: bool = False


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value from which a rule asks for attention."""

    value: float
    tier: Tier
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """The worst value of one day. `tier`: of the highest threshold it has reached."""

    day: int
    value: float
    label: str
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A day on which something was expected and no value is there."""

    day: int
    kind: GapKind


@dataclass(frozen=True, slots=True)
class Curve:
    """One item over the days. `ends`: what the lowest and highest value mean."""

    label: str
    lowest: float
    highest: float
    steps: tuple[tuple[float, str], ...]
    thresholds: tuple[Threshold, ...]
    dots: tuple[Dot, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One mark in a row: a number, or a circle that is full, half full or empty."""

    day: int
    fill: Fill
    label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One item as a row of marks. `fills`: what a full, a half and an empty circle mean, where there are any."""

    label: str
    cells: tuple[Cell, ...]
    fills: tuple[tuple[Fill, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """The alerts raised on a day: how many, and the highest tier."""

    day: int
    tier: Tier
    count: int


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the legend."""

    sign: str
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole picture, in words of one language."""

    title: str
    span: str
    ticks: tuple[Tick, ...]
    alerts_label: str
    flags: tuple[Flag, ...]
    curves: tuple[Curve, ...]
    rows: tuple[Row, ...]
    keys: tuple[Key, ...]
    caption: str
    """One line to stand under it in the chat, and to be read out where pictures are not seen."""

    def words(self) -> Iterator[str]:
        """Every text that is drawn."""
        yield from (self.title, self.span, self.alerts_label)
        yield from (tick.label for tick in self.ticks)
        for curve in self.curves:
            yield curve.label
            yield from (label for _, label in curve.steps)
            yield from (each.label for each in curve.thresholds)
            yield from (each.label for each in curve.dots)
        for row in self.rows:
            yield from (row.label, *(cell.label for cell in row.cells))
        yield from (key.label for key in self.keys)
