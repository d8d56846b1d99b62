"""Can every item be asked, shown whole and answered by a tap?

The rule: the limits are Telegram's, and those of a phone's screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from probot.messages import MOST_BUTTON_BYTES, MOST_CHARACTERS, units
from probot.study.conditions import items_in
from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.model import Item, Option
from probot.study.problems import cells
from probot.study.shapes.items import ALLOWED, NEEDED, ItemShape
from probot.study.shapes.meanings import meaning_of
from probot.study.truth import can_be_true, mentions

ASSESSMENT_ID = 22
"""Characters of an assessment's id."""
OWN_WORDS = 300
"""Characters of a message that the bot's own words around a question may take."""
WIDEST_OPTION = 40
"""Cells that a button shows on a narrow phone."""
MOST_OPTIONS = 12
MOST_STEPS = 20
"""A scale has at most this many steps from its lowest to its highest number."""

_COMMON = frozenset({"id", "kind", "text", "label", "ask_if", "safety"})


def check(draft: Draft) -> None:
    """Kinds and their keys, limits of a message, and whether each item is reached."""
    for route, shape in _shapes(draft):
        _kind(draft, route, shape)
        _scores(draft, route, shape)
    for _, item in draft.all_items():
        for one in _ITEM_CHECKS:
            one(draft, draft.routes[item.id], item)
    for name in draft.study.instruments:
        asked = any(name in timepoint.ask for timepoint in draft.study.plan.values())
        if not asked and draft.plan_is_whole:
            draft.complain("PB401", ("instruments", name), f"no timepoint asks `{name}`", key=True)


def _shapes(draft: Draft) -> Iterator[tuple[Route, ItemShape]]:
    for name, instrument in draft.shape.instruments.items():
        for number, item in enumerate(instrument.items):
            yield ("instruments", name, "items", number), item


def _kind(draft: Draft, route: Route, item: ItemShape) -> None:
    given = item.model_fields_set - _COMMON
    for key in sorted(given - ALLOWED[item.kind]):
        fitting = [kind for kind, keys in ALLOWED.items() if key in keys]
        mend = f"it belongs to {', '.join(fitting)}; take it away here."
        draft.complain(
            "PB219", (*route, key), f"`{key}` has no meaning for kind `{item.kind}`", mend, key=True
        )
    for key in sorted(NEEDED.get(item.kind, frozenset()) - given):
        draft.complain(
            "PB202",
            (*route, "id"),
            f"`{key}` is missing: kind `{item.kind}` needs it",
            f"add `{key}:`. {meaning_of((*route, key))}",
        )
    if item.route_text is not None and item.route is None:
        draft.complain(
            "PB219", (*route, "route_text"), "`route_text` has no meaning without `route`", key=True
        )
    if item.safety and item.kind == "info":
        draft.complain("PB219", (*route, "safety"), "`safety` has no meaning for kind `info`", key=True)


def _scores(draft: Draft, route: Route, item: ItemShape) -> None:
    options = item.options or {}
    scored = [name for name, option in options.items() if option.score is not None]
    if scored and len(scored) < len(options):
        without = next(name for name in options if name not in scored)
        draft.complain("PB413", (*route, "options", without), f"option `{without}` has no score", key=True)
    first: dict[int, str] = {}
    for name in scored:
        score = options[name].score
        assert score is not None
        if score in first:
            message = f"`{name}` has the same score as `{first[score]}`"
            draft.complain("PB414", (*route, "options", name), message, key=True)
        first.setdefault(score, name)


# ---------------------------------------------------------------- limits


def _range(draft: Draft, route: Route, item: Item) -> None:
    place = (*route, "range")
    if item.kind in {"scale", "count"} and (item.lowest % 1 or item.highest % 1):
        draft.complain("PB411", place, f"a {item.kind} has whole numbers only")
    elif item.kind == "scale" and item.highest - item.lowest > MOST_STEPS:
        steps = int(item.highest - item.lowest) + 1
        draft.complain("PB411", place, f"a scale of {steps} numbers needs {steps} buttons")
    elif item.kind == "count" and item.lowest < 0:
        draft.complain("PB411", place, "a count is never below 0")
    if item.kind == "number":
        for end in (item.lowest, item.highest):
            if round(end, item.decimals) != end:
                digits = "no decimals" if not item.decimals else f"{item.decimals} decimals"
                draft.complain("PB415", place, f"{end:g} cannot be answered with {digits}")
                break


def _options(draft: Draft, route: Route, item: Item) -> None:
    if item.kind not in {"choice", "several"}:
        return
    written = route if route[-1] == "route" else (*route, "options")
    if len(item.options) == 1:
        draft.complain("PB410", written, f"`{item.id}` has one option only", key=True)
    if len(item.options) > MOST_OPTIONS:
        message = f"`{item.id}` has {len(item.options)} options; at most {MOST_OPTIONS} fit on a screen"
        draft.complain("PB409", written, message, key=True)
    for language in draft.study.languages:
        seen: dict[str, str] = {}
        for option in item.options:
            _option(draft, (*written, option.id), option, language, seen)


def _option(draft: Draft, route: Route, option: Option, language: str, seen: dict[str, str]) -> None:
    words = option.text.get(language)
    if words is None:
        return
    same = " ".join(words.split()).lower()
    if same in seen:
        message = f"`{option.id}` reads the same as `{seen[same]}` in `{language}`"
        draft.complain("PB412", route, message, key=True)
    seen.setdefault(same, option.id)
    if cells(words) > WIDEST_OPTION:
        message = f"in `{language}` option `{option.id}` takes {cells(words)} cells; a button shows about {WIDEST_OPTION}"
        draft.complain("PB408", route, message, key=True)


def _buttons(draft: Draft, route: Route, item: Item) -> None:
    """`a:` assessment `:` item `:` choice; a several-of choice has a sign before it."""
    choices = [f"+{option.id}" if item.kind == "several" else option.id for option in item.options]
    if item.kind == "scale":
        choices = [f"{item.lowest:g}", f"{item.highest:g}"]
    longest = max([*choices, "~ok"], key=len)
    size = len(f"a::{item.id}:{longest}".encode()) + ASSESSMENT_ID
    if size > MOST_BUTTON_BYTES:
        over = size - MOST_BUTTON_BYTES
        where = (*route, "route") if item.id.endswith("_route") and route[-1] == "route" else (*route, "id")
        draft.complain(
            "PB406",
            where,
            f"the button `{longest.lstrip('+')}` of `{item.id}` takes {size} bytes",
            f"make the item's id or the option's id {over} characters shorter.",
        )


def _length(draft: Draft, route: Route, item: Item) -> None:
    for language in draft.study.languages:
        parts = [item.text.get(language, "")]
        parts += [anchor.get(language, "") for anchor in item.anchors or ()]
        parts += [part.get(language, "") for part in (item.unit, item.not_done) if part]
        size = sum(units(part) + 8 for part in parts) + OWN_WORDS
        if size > MOST_CHARACTERS:
            most = MOST_CHARACTERS - OWN_WORDS
            message = (
                f"in `{language}` the question takes {size - OWN_WORDS} characters; {most} fit into a message"
            )
            draft.complain("PB407", (*route, "text"), message, key=True)


# ---------------------------------------------------------------- being reached


def _reached(draft: Draft, route: Route, item: Item) -> None:
    written = (*route, "ask_if")
    if item.ask_if is None or written not in draft.conditions:
        return
    needed = items_in(item.ask_if)
    if item.safety and needed:
        draft.complain("PB405", written, f"an answer to {_listed(needed)} can hide `{item.id}`")
        return
    if can_be_true(item.ask_if, draft.names) is False:
        if not _comparison_is_to_blame(draft, written):
            draft.complain("PB402", written, f"`{item.id}` can never be asked: this cannot be true")
        return
    for timepoint in draft.study.plan.values():
        # Safety items are asked before all others.
        items = [each.id for each in sorted(draft.items_of(timepoint), key=lambda each: not each.safety)]
        if item.id not in items:
            continue
        before = frozenset(items[: items.index(item.id)])
        if can_be_true(item.ask_if, draft.names, before) is not False:
            continue
        later = sorted(needed & set(items) - before)
        if later:
            message = f"when `{item.id}` is asked, {_listed(later)} has no answer yet"
            draft.complain("PB403", written, message)
        else:
            missing = _listed(needed - set(items))
            draft.complain("PB404", written, f"timepoint `{timepoint.name}` does not ask {missing}")
        return


def _comparison_is_to_blame(draft: Draft, route: Route) -> bool:
    return any(
        can_be_true(spot.compare, draft.names) is False for spot in draft.conditions[route].parsed.spots
    )


def _listed(names: object) -> str:
    assert isinstance(names, frozenset | set | list)
    return ", ".join(f"`{name}`" for name in sorted(names))


def _watched(draft: Draft, route: Route, item: Item) -> None:
    if not item.safety or not draft.rules_are_whole or route[-1] == "route":
        return
    for rule in draft.study.rules.values():
        if rule.when is not None:
            seen = mentions(rule.when)
            if item.id in seen.items or item.id in seen.earlier:
                return
    draft.complain("PB416", (*route, "id"), f"no rule looks at `{item.id}`")


_ITEM_CHECKS: tuple[Callable[[Draft, Route, Item], None], ...] = (
    _range,
    _options,
    _buttons,
    _length,
    _reached,
    _watched,
)
