"""Can each comparison come out both ways?

The rule: a comparison that decides nothing is a slip of the pen, most often a number outside the item's range.
"""

from __future__ import annotations

from probot.study.conditions import Answer, Compare, Operand, Previous
from probot.study.conditions_text import SORT_OF
from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.truth import always_true, can_be_true, mentions


def check(draft: Draft) -> None:
    """Comparisons that are never or always true, and plans that look at answers."""
    for route, written in draft.conditions.items():
        for spot in written.parsed.spots:
            _comparison(draft, route, spot.compare, spot.index)
        if route[-1] == "only_if":
            seen = mentions(written.condition)
            asked = sorted(seen.items | set(seen.earlier))
            if asked:
                draft.complain("PB509", route, f"`{asked[0]}` is not answered when the calendar is made")


def _comparison(draft: Draft, route: Route, compare: Compare, index: int) -> None:
    possible = _ranges(draft, compare)
    if can_be_true(compare, draft.names) is False:
        draft.complain("PB505", route, f"this can never be true{possible}", index=index)
    elif always_true(compare, draft.names) is True:
        draft.complain("PB506", route, f"this is always true{possible}", index=index)


def _ranges(draft: Draft, compare: Compare) -> str:
    said = [text for side in (compare.left, compare.right) if (text := _range(draft, side))]
    return f": {'; '.join(said)}" if said else ""


def _range(draft: Draft, operand: Operand) -> str:
    match operand:
        case Answer(name) | Previous(name) if SORT_OF[draft.names.items[name].kind] == "number":
            item = draft.names.items[name]
            return f"`{name}` is {item.lowest:g} to {item.highest:g}"
        case _:
            return ""
