"""How does a trajectory become a picture? From top to bottom: who and when, alerts, curves, rows, the legend.

The rule: nothing is decided here but where things stand, and colour never tells anything alone. The same
description always gives the same picture.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from probot.alerts.picture import Curve, Dot, Flag, Picture, Row
from probot.pictures import signs
from probot.pictures.sheet import DIM, FAINT, INK, LINE, MUTED, SHADE, Colour, Sheet, cut_to, width_of

WIDTH = 1080
"""Points; a phone shows the picture about a third as wide."""
LEFT, RIGHT, EDGE = 80, 942, 36
"""Where the days begin and end, and the margin of the sheet."""
MOST_HEIGHT = 2400
CURVE_HEIGHT = {1: 500, 2: 380, 3: 300}
TITLE, LABEL, SMALL = 46, 36, 32
"""Sizes of letters; a third of each is what they measure on a phone."""


def png(picture: Picture) -> bytes:
    """The picture as a PNG, 1080 points wide."""
    return _Drawing(picture).png()


def _labelled(dots: tuple[Dot, ...], step: float) -> set[Dot]:
    """Which values are written out: the newest, the highest, and as many more as stand clear of each other."""
    highest = max(dots, key=lambda dot: (dot.value, dot.day))
    chosen: list[Dot] = []
    for dot in dict.fromkeys((dots[-1], highest, *reversed(dots))):
        half = width_of(dot.label, LABEL) / 2
        if all(
            abs(dot.day - each.day) * step > half + width_of(each.label, LABEL) / 2 + 4 for each in chosen
        ):
            chosen.append(dot)
    return set(chosen)


class _Drawing:
    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.sheet = Sheet(WIDTH, MOST_HEIGHT)
        self.y = 0.0
        self.step = (RIGHT - LEFT) / len(picture.ticks)

    def png(self) -> bytes:
        picture = self.picture
        self._head()
        if picture.flags:
            self._alerts(picture.flags)
        for curve in picture.curves:
            self._curve(curve, CURVE_HEIGHT[len(picture.curves)])
        self._axis()
        for row in picture.rows:
            self._row(row)
        self._legend()
        made = io.BytesIO()
        self.sheet.finished(self.y + 14).save(made, "PNG", optimize=True)
        return made.getvalue()

    def x(self, day: int) -> float:
        """The middle of a day."""
        return LEFT + (day + 0.5) * self.step

    # ------------------------------------------------------------ parts

    def _head(self) -> None:
        self.sheet.words((EDGE, 54), cut_to(self.picture.title, TITLE, WIDTH - 2 * EDGE), TITLE, bold=True)
        self.sheet.words((EDGE, 112), self.picture.span, SMALL, MUTED)
        self.y = 150

    def _alerts(self, flags: tuple[Flag, ...]) -> None:
        self._caption(self.picture.alerts_label)
        middle = self.y + 34
        self.sheet.box((LEFT, self.y, RIGHT, self.y + 68), SHADE)
        for flag in flags:
            shift = 0 if flag.count == 1 else -9
            signs.flag(self.sheet, (self.x(flag.day) + shift, middle), flag.tier)
            if flag.count > 1:
                at = (self.x(flag.day) + 14, middle)
                self.sheet.words(at, f"{flag.count}", 28, signs.TIER_COLOUR[flag.tier], bold=True)
        self.y += 84

    def _caption(self, label: str) -> None:
        self.sheet.words((EDGE, self.y + 24), cut_to(label, LABEL, WIDTH - 2 * EDGE), LABEL)
        self.y += 54

    def _curve(self, curve: Curve, height: float) -> None:
        self._caption(curve.label)
        top, bottom = self.y + 34, self.y + height

        def level(value: float) -> float:
            return bottom - (value - curve.lowest) / (curve.highest - curve.lowest) * (bottom - top)

        self._ground(curve, level, self.y, bottom + 26)
        gaps = {gap.day for gap in curve.gaps}
        for before, after in zip(curve.dots, curve.dots[1:], strict=False):
            if not any(before.day < day < after.day for day in gaps):
                points = [(self.x(each.day), level(each.value)) for each in (before, after)]
                self.sheet.line(points, LINE, 5)
        labelled = _labelled(curve.dots, self.step)
        for dot in curve.dots:
            self._dot(dot, level(dot.value), labelled=dot in labelled)
        self.y = bottom + 44

    def _ground(self, curve: Curve, level: Callable[[float], float], top: float, bottom: float) -> None:
        self.sheet.box((LEFT, top, RIGHT, bottom), SHADE)
        for gap in curve.gaps:
            x = self.x(gap.day)
            self.sheet.box((x - self.step / 2 + 2, top, x + self.step / 2 - 2, bottom), DIM)
        for value, label in curve.steps:
            y = level(value)
            self.sheet.line([(LEFT, y), (RIGHT, y)], FAINT, 2)
            self.sheet.words((LEFT - 12, y), label, SMALL, MUTED, anchor="rm")
        for gap in curve.gaps:
            signs.gap(self.sheet, (self.x(gap.day), (top + bottom) / 2), gap.kind)
        lowest = bottom
        for threshold in curve.thresholds:
            y, colour = level(threshold.value), signs.TIER_COLOUR[threshold.tier]
            self.sheet.dashes((LEFT, y), RIGHT, colour, 3)
            label = f"{threshold.value:g} {threshold.label}"
            fits = [size for size in (SMALL, 26) if width_of(label, size) <= WIDTH - RIGHT - 24]
            lowest = min(y, lowest - 34)  # two that lie close together are read one above the other
            place = (RIGHT + 10, lowest)
            self.sheet.words(
                place, label if fits else f"{threshold.value:g}", fits[0] if fits else SMALL, colour
            )

    def _dot(self, dot: Dot, y: float, *, labelled: bool) -> None:
        colour: Colour = LINE if dot.tier is None else signs.TIER_COLOUR[dot.tier]
        at = (self.x(dot.day), y)
        self.sheet.circle(at, 11, colour)
        if labelled:
            self.sheet.words((at[0], y - 34), dot.label, LABEL, colour, anchor="mm", bold=True, halo=True)

    def _axis(self) -> None:
        free = (
            WIDTH  # from the right to the left, so that today is always there; what would touch is left out
        )
        for day, tick in reversed(list(enumerate(self.picture.ticks))):
            half = width_of(tick.label, SMALL) / 2
            if self.x(day) + half + 6 > free:
                continue
            free = int(self.x(day) - half)
            if tick.today:
                half = max(self.step / 2 - 3, width_of(tick.label, SMALL) / 2 + 6)
                self.sheet.box((self.x(day) - half, self.y - 10, self.x(day) + half, self.y + 36), INK)
            colour = (255, 255, 255) if tick.today else INK
            self.sheet.words(
                (self.x(day), self.y + 13), tick.label, SMALL, colour, anchor="mm", bold=tick.today
            )
        self.y += 62

    def _row(self, row: Row) -> None:
        self._caption(row.label)
        middle = self.y + 32
        self.sheet.box((LEFT, self.y, RIGHT, self.y + 64), SHADE)
        for cell in row.cells:
            if cell.fill == "number":
                self.sheet.words((self.x(cell.day), middle), cell.label, LABEL, anchor="mm", bold=True)
            else:
                signs.use(self.sheet, (self.x(cell.day), middle), cell.fill)
        self.y += 80

    def _legend(self) -> None:
        x, self.y = float(EDGE), self.y + 26
        for key in self.picture.keys:
            width = 52 + width_of(key.label, SMALL)
            if x > EDGE and x + width > WIDTH - EDGE:
                x, self.y = float(EDGE), self.y + 50
            signs.sign(self.sheet, (x + 20, self.y), key.sign)
            self.sheet.words((x + 48, self.y), key.label, SMALL, MUTED)
            x += width + 34
        self.y += 24
