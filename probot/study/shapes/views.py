"""What can be written about what the care team is shown: the picture, the morning digest, the hand-over?

The rule: every key says in its docstring what it means; editors and the reference page show these words.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator

from probot.study.shapes.words import (
    Clock,
    Names,
    Shape,
    listed,
    number_schema,
    one_or_more,
    read_by,
    whole_between,
)

Clocks = Annotated[
    list[Clock],
    Field(min_length=1),
    BeforeValidator(listed),
    one_or_more({"type": "string", "pattern": "^[0-2]?[0-9]:[0-5][0-9]$", "examples": ["08:00"]}),
]


class PictureShape(Shape):
    """The picture of a participant's last days, under each alert and with /patient."""

    days: Annotated[int, PlainValidator(read_by(whole_between(3, 28))), number_schema(3, 28)] = 14
    """How many days it shows, today included (3 to 28, default 14)."""
    show: Names
    """The items it shows, in order: scales, numbers and counts as curves, choices with scores as rows of marks."""


class ViewsShape(Shape):
    """What the care team is shown without asking. Hours are those of the study's zone."""

    picture: PictureShape | None = None
    """The picture of a participant's last days (default: none)."""
    digest: Clock | None = None
    """When the team's chat gets the morning digest, every day (default: never)."""
    hand_over: Clocks | None = None
    """When shifts change: the team's chat gets a hand-over summary at these hours (default: never)."""
