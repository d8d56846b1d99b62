"""Which sign stands for what? A shape of its own for each tier, each kind of gap and each degree of use.

The rule: whoever sees no colours still tells them apart.
"""

from __future__ import annotations

from probot.pictures.sheet import INK, LINE, MUTED, PAPER, Colour, Point, Sheet
from probot.study.model import Tier

TIER_COLOUR: dict[Tier, Colour] = {"urgent": (190, 24, 40), "soon": (201, 96, 0), "routine": (84, 104, 132)}


def flag(sheet: Sheet, at: Point, tier: Tier, size: float = 18) -> None:
    """An alert: a triangle with a bar, a diamond, or a disc."""
    x, y = at
    colour = TIER_COLOUR[tier]
    if tier == "urgent":
        sheet.shape([(x, y - size * 1.1), (x + size * 1.2, y + size), (x - size * 1.2, y + size)], colour)
        sheet.line([(x, y - size * 0.35), (x, y + size * 0.35)], PAPER, 4)
        sheet.circle((x, y + size * 0.68), 2.4, PAPER)
    elif tier == "soon":
        sheet.shape(
            [(x, y - size * 1.1), (x + size * 1.1, y), (x, y + size * 1.1), (x - size * 1.1, y)], colour
        )
    else:
        sheet.circle(at, size * 0.8, colour)


def gap(sheet: Sheet, at: Point, kind: str) -> None:
    """A day without an answer: a cross, two bars, a bar that lies, or three points."""
    x, y = at
    if kind == "none":
        sheet.line([(x - 11, y - 11), (x + 11, y + 11)], MUTED, 4.5)
        sheet.line([(x - 11, y + 11), (x + 11, y - 11)], MUTED, 4.5)
    elif kind == "paused":
        sheet.line([(x - 6, y - 12), (x - 6, y + 12)], MUTED, 5.5)
        sheet.line([(x + 6, y - 12), (x + 6, y + 12)], MUTED, 5.5)
    elif kind == "outage":
        sheet.line([(x - 13, y), (x + 13, y)], MUTED, 5.5)
    else:
        for step in (-11, 0, 11):
            sheet.circle((x + step, y), 3.4, MUTED)


def use(sheet: Sheet, at: Point, fill: str) -> None:
    """How much of something was used: a full, a half or an empty circle."""
    sheet.circle(at, 15, PAPER, edge=LINE, width=3.5)
    if fill == "full":
        sheet.circle(at, 15, LINE)
    elif fill == "half":
        sheet.half(at, 14, LINE)


def sign(sheet: Sheet, at: Point, name: str) -> None:
    """The sign that an entry of the legend names."""
    kind, _, which = name.partition(".")
    if kind == "gap":
        gap(sheet, at, which)
    elif kind == "fill":
        use(sheet, at, which)
    else:
        flag(sheet, at, kind, 14)  # type: ignore[arg-type]  # a key's sign is a tier where it is neither


__all__ = ["INK", "TIER_COLOUR", "flag", "gap", "sign", "use"]
