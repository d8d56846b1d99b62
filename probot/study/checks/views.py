"""Can the picture be drawn, and does nothing ring in quiet hours?

The rule: a name is looked up among all items, whoever answers them.
"""

from __future__ import annotations

from datetime import time

from probot.study.checks.ladder import within
from probot.study.checks.names import unknown
from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.model import Item

CURVES = frozenset({"scale", "number", "count"})
MARKS = frozenset({"choice", "yes_no"})


def check(draft: Draft) -> None:
    """The items of the picture, and the hours of digest and hand-over."""
    shape = draft.shape.views
    if shape.picture is not None:
        for number, name in enumerate(shape.picture.show):
            _item(draft, ("views", "picture", "show", number), name, tuple(shape.picture.show[:number]))
    if shape.digest is not None:
        _hour(draft, ("views", "digest"), shape.digest)
    for number, hour in enumerate(shape.hand_over or ()):
        _hour(draft, ("views", "hand_over", number), hour)


def _item(draft: Draft, route: Route, name: str, before: tuple[str, ...]) -> None:
    items = draft.names.items
    if name not in items:
        if not draft.broken.names["instruments"] and "instruments" not in draft.broken.sections:
            unknown(draft, route, "item", name, items)
    elif name in before:
        draft.complain("PB952", route, f"`{name}` stands there already")
    elif not can_be_drawn(items[name]):
        draft.complain(
            "PB951", route, f"`{name}` is no scale, number or count, and its options have no scores"
        )
    elif draft.plan_is_whole and name not in draft.planned_items:
        draft.complain("PB954", route, f"no timepoint asks `{name}`")


def can_be_drawn(item: Item) -> bool:
    """Whether a picture can show the item: as a curve, or as marks by the scores of its options."""
    if item.kind in MARKS:
        return bool(item.options) and all(option.score is not None for option in item.options)
    return item.kind in CURVES


def _hour(draft: Draft, route: Route, hour: time) -> None:
    quiet = draft.study.staff_quiet.get("routine")
    if quiet is not None and within(hour, quiet.start, quiet.end):
        draft.complain("PB953", route, f"{hour:%H:%M} lies in the quiet hours of `routine`")
