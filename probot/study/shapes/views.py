"""What can be written about what the care team is shown?

The rule: every key says in its docstring what it means; editors and the reference page show these words.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from probot.study.shapes.words import Names, Shape, number_schema, read_by, whole_between


class PictureShape(Shape):
    """The picture of a participant's last days, under each alert and with /patient."""

    days: Annotated[int, PlainValidator(read_by(whole_between(3, 28))), number_schema(3, 28)] = 14
    """How many days it shows, today included (3 to 28, default 14)."""
    show: Names
    """The items it shows, in order: scales, numbers and counts as curves, choices with scores as rows of marks."""


class ViewsShape(Shape):
    """What the care team is shown without asking."""

    picture: PictureShape | None = None
    """The picture of a participant's last days (default: none)."""
