"""What can be written about who is on call?

The rule: every key says in its docstring what it means; editors and the reference page show these words.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from probot.study.scalars import WEEKDAYS
from probot.study.shapes.words import Names, Shape, Span, Word, listed, one_of, one_or_more, read_by

WeekdayWord = Annotated[
    str, PlainValidator(read_by(one_of(*WEEKDAYS))), WithJsonSchema({"enum": list(WEEKDAYS)})
]


class ShiftShape(Shape):
    """One line of the rota."""

    who: Names
    """Who is called: a role, or people by name; several are called together."""
    on: (
        Annotated[
            list[WeekdayWord],
            Field(min_length=1),
            BeforeValidator(listed),
            one_or_more({"enum": list(WEEKDAYS)}),
        ]
        | None
    ) = None
    """The days on which the shift begins: `mon`, `[sat, sun]` (default: every day)."""
    at: Span | None = None
    """From when until when in the study's zone; it may cross midnight (default: the whole day)."""


class RotaShape(Shape):
    """Who is on call, and when. The ladder calls them as `on_call`."""

    people: (
        Annotated[list[Word], Field(min_length=1), BeforeValidator(listed), one_or_more({"type": "string"})]
        | None
    ) = None
    """The people who stand in it by name, written as they are invited with `probot staff invite`."""
    shifts: list[ShiftShape] = Field(min_length=1)
    """The lines of the rota."""
