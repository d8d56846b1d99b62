"""What is drawn on? A large sheet whose points are those of the finished picture, and one font for all words.

The rule: everything is drawn twice as large and made smaller once, so that lines and letters are smooth.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TIMES = 2
"""How much larger it is drawn than it will be."""
FONT = Path(__file__).parent / "fonts" / "NotoSansSC-probot.otf"
NO_GLYPH = "□"
"""Stands for a character that the font does not have; drawn as a box on purpose."""

Colour = tuple[int, int, int]
PAPER: Colour = (255, 255, 255)
INK: Colour = (28, 40, 46)
MUTED: Colour = (96, 112, 120)
FAINT: Colour = (226, 232, 235)
SHADE: Colour = (244, 247, 248)
DIM: Colour = (219, 226, 230)
LINE: Colour = (14, 116, 128)

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size * TIMES, layout_engine=ImageFont.Layout.BASIC)


@cache
def has_glyph(character: str) -> bool:
    """Whether the font can draw it: what it cannot draw looks like what no font can."""
    if character.isspace():
        return True
    font = _font(16)
    return bytes(font.getmask(character)) != bytes(font.getmask("\U0010fffe"))


def drawable(text: str) -> str:
    """The text with a box in place of each character that the font does not have."""
    return "".join(each if has_glyph(each) else NO_GLYPH for each in text)


def width_of(text: str, size: int) -> float:
    """How wide the text is, in points."""
    return _font(size).getlength(drawable(text)) / TIMES


def cut_to(text: str, size: int, room: float) -> str:
    """As much of the text as fits into `room` points, with `…` where something was cut."""
    if width_of(text, size) <= room:
        return text
    kept = text
    while kept and width_of(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


class Sheet:
    """A white sheet, `width` points wide and as high as what is drawn on it."""

    def __init__(self, width: int, most_height: int) -> None:
        self._image = Image.new("RGB", (width * TIMES, most_height * TIMES), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._width = width

    def finished(self, height: float) -> Image.Image:
        """The upper `height` points, in their final size and in few colours, which keeps the file small."""
        part = self._image.crop((0, 0, self._width * TIMES, round(height) * TIMES))
        small = part.resize((self._width, round(height)), Image.Resampling.LANCZOS)
        return small.quantize(192, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)

    def box(self, box: Box, fill: Colour | None, *, edge: Colour | None = None, width: float = 0) -> None:
        """A rectangle."""
        self._draw.rectangle([each * TIMES for each in box], fill, edge, round(width * TIMES))

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A line through all the points."""
        large = [(x * TIMES, y * TIMES) for x, y in points]
        self._draw.line(large, colour, round(width * TIMES), joint="curve")

    def dashes(self, start: Point, end_x: float, colour: Colour, width: float) -> None:
        """A dashed line to the right."""
        x, y = start
        while x < end_x:
            self.line([(x, y), (min(x + 14, end_x), y)], colour, width)
            x += 24

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * TIMES, y * TIMES) for x, y in points], fill)

    def circle(
        self,
        middle: Point,
        radius: float,
        fill: Colour | None,
        *,
        edge: Colour | None = None,
        width: float = 0,
    ) -> None:
        """A circle."""
        x, y = middle
        box = [(x - radius) * TIMES, (y - radius) * TIMES, (x + radius) * TIMES, (y + radius) * TIMES]
        self._draw.ellipse(box, fill, edge, round(width * TIMES))

    def half(self, middle: Point, radius: float, fill: Colour) -> None:
        """The left half of a circle."""
        x, y = middle
        box = [(x - radius) * TIMES, (y - radius) * TIMES, (x + radius) * TIMES, (y + radius) * TIMES]
        self._draw.pieslice(box, 90, 270, fill)

    def words(
        self, at: Point, text: str, size: int, colour: Colour = INK, *, anchor: str = "lm", bold: bool = False,
        halo: bool = False,
    ) -> None:  # fmt: skip
        """A line of text. `anchor` as Pillow names it (`lm`: left, middle); `halo`: a white edge around it."""
        x, y = at
        place, shown, font = (x * TIMES, y * TIMES), drawable(text), _font(size)
        if halo:
            self._draw.text(place, shown, PAPER, font, anchor, stroke_width=5 * TIMES)
        stroke = TIMES * 0.45 if bold else 0
        self._draw.text(place, shown, colour, font, anchor, stroke_width=stroke, stroke_fill=colour)
