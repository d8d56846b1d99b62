"""How does what was written become shapes, and what is said about what does not fit?

The rule: an error is told in the coordinator's words at her place; what is broken is taken out and remembered by
name, so that the rest is still checked and nobody is told that a broken thing does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from probot.study.folder import Route, Source
from probot.study.nodes import plain
from probot.study.shapes.telling import tell_all
from probot.study.shapes.whole import WholeShape


@dataclass(slots=True)
class Broken:
    """Names whose entries do not fit their shape: section -> names. Nothing is said about who uses them."""

    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    sections: set[str] = field(default_factory=set)

    def has(self, section: str, name: str) -> bool:
        """Whether the name stands there, if brokenly (or the whole section is broken)."""
        return section in self.sections or name in self.names[section]


NOBODY: dict[str, Any] = {"zh": "?", "en": "?"}
STAND_INS: dict[tuple[str, ...], Any] = {
    ("study",): {"id": "x", "title": NOBODY, "languages": ["zh", "en"], "zone": "UTC"},
    ("study", "id"): "x",
    ("study", "title"): NOBODY,
    ("study", "languages"): ["zh", "en"],
    ("study", "zone"): "UTC",
    ("study", "invitation_days"): "3",
    ("anchors",): {"x": {"label": NOBODY}},
    ("attributes",): {},
    ("phases",): {},
    ("plan",): {"x": {"label": NOBODY, "ask": "x", "on_demand": "true", "window": {"closes": "1h"}}},
    ("quiet_hours",): {},
    ("quiet_hours", "staff"): {},
    ("roles",): {"x": {"label": NOBODY, "may": ["acknowledge", "grade"]}},
    ("consent",): {
        "version": "0",
        "text": NOBODY,
        "parts": [{"id": "x", "text": NOBODY, "required": "true"}],
    },
    ("consent", "version"): "0",
    ("consent", "text"): NOBODY,
    ("consent", "parts"): [{"id": "x", "text": NOBODY, "required": "true"}],
    ("texts",): {},
    ("instruments",): {
        "x": {
            "version": "0",
            "title": NOBODY,
            "licence": "x",
            "items": [{"id": "x", "kind": "info", "text": NOBODY}],
        }
    },
    ("instruments", "*", "version"): "0",
    ("instruments", "*", "title"): NOBODY,
    ("instruments", "*", "licence"): "x",
    ("instruments", "*", "recall"): "x",
    ("instruments", "*", "by"): "participant",
    ("plan", "*", "label"): NOBODY,
    ("plan", "*", "window"): {"closes": "1h"},
    ("roles", "*", "label"): NOBODY,
    ("paths",): {},
    ("paths", "*", "label"): NOBODY,
    ("paths", "*", "by"): "mail",
    ("path_test", "at"): "12:00",
    ("roles", "*", "may"): ["acknowledge", "grade"],
    ("instruments", "*", "items", "*", "text"): NOBODY,
    ("instruments", "*", "items", "*", "label"): NOBODY,
    ("rules",): {},
    ("rules", "*", "title"): NOBODY,
    ("rules", "*", "tier"): "routine",
    ("ladder",): {
        "urgent": [{"notify": "care_team"}, {"after": "1h", "repeat": "1h"}],
        "soon": [{"notify": "care_team"}],
        "routine": [{"digest": "08:00"}],
    },
    ("ladder", "urgent"): [{"notify": "care_team"}, {"after": "1h", "repeat": "1h"}],
    ("ladder", "soon"): [{"notify": "care_team"}],
    ("ladder", "routine"): [{"digest": "08:00"}],
    ("views",): {},
    ("views", "picture"): None,
    ("events",): {},
    ("endpoint",): {
        "label": NOBODY,
        "sites": {"x": {"grade": "x", "pain": "x"}},
        "grade_at_most": "1",
        "pain_at_most": "2",
    },
    ("adverse_events",): {
        "terms": ["Fever"],
        "ladder": [{"notify": "care_team"}, {"after": "1h", "repeat": "1h"}],
    },
}
"""What stands in for a part that cannot be left out, while the rest is being checked."""
ENTRIES: tuple[tuple[str, ...], ...] = (
    ("instruments", "*", "items", "*"),
    ("consent", "parts", "*"),
    ("anchors", "*"),
    ("attributes", "*"),
    ("phases", "*"),
    ("plan", "*"),
    ("roles", "*"),
    ("texts", "*"),
    ("instruments", "*"),
    ("rules", "*"),
    ("paths", "*"),
    ("events", "*"),
)
"""The parts that can be taken out alone, the smallest first."""
BY_FIELD = ("plan", "rules")
"""Sections in whose entries a single broken key is taken out, so that the others are still looked at."""


def read_shape(source: Source) -> tuple[WholeShape | None, Broken]:
    """The shape of what was written, its broken parts replaced or left out; their problems go to `source`.

    None only if nothing sensible is left to check.
    """
    broken = Broken()
    data = plain(source.root)
    for attempt in range(12):
        try:
            return WholeShape.model_validate(data), broken
        except ValidationError as error:
            details = error.errors(include_url=False)
        if attempt == 0:
            tell_all(details, source)
        _repair(data, details, broken)
    return None, broken


def _repair(data: dict[str, Any], details: list[ErrorDetails], broken: Broken) -> None:
    doomed: dict[Route, None] = {}
    for detail in details:
        route = tuple(detail["loc"])
        if detail["type"] == "extra_forbidden":
            _remove(data, route)
            continue
        stand_in = _stand_in(route)
        if stand_in is not None and not _whole(stand_in):
            _set(data, stand_in, broken)
            continue
        entry = next((route[: len(one)] for one in ENTRIES if _fits(route[: len(one)], one)), None)
        if entry is not None and len(route) > 2 and route[0] in BY_FIELD and detail["type"] != "missing":
            broken.names[str(route[0])].add(str(route[1]))
            _remove(data, route[:3])
        elif entry is not None:
            doomed[entry] = None
        elif stand_in is not None:
            _set(data, stand_in, broken)
        else:
            _remove(data, route)
    for entry in sorted(doomed, key=lambda one: [str(step).zfill(9) for step in one], reverse=True):
        _note(data, entry, broken)
        _remove(data, entry)


def _whole(route: Route) -> bool:
    return len(route) == 1


def _stand_in(route: Route) -> Route | None:
    """The longest beginning of the route that has a stand-in."""
    for size in range(len(route), 0, -1):
        if any(_fits(route[:size], pattern) for pattern in STAND_INS):
            return route[:size]
    return None


def _fits(route: Route, pattern: tuple[str, ...]) -> bool:
    return len(route) == len(pattern) and all(
        want in ("*", step) for step, want in zip(route, pattern, strict=True)
    )


def _set(data: dict[str, Any], route: Route, broken: Broken) -> None:
    if len(route) == 1:
        broken.sections.add(str(route[0]))
    elif route[0] != "instruments":
        broken.names[str(route[0])].add(str(route[1]))
    value = next(value for pattern, value in STAND_INS.items() if _fits(route, pattern))
    node: Any = data
    for step in route[:-1]:
        node = node[step]
    node[route[-1]] = value


def _note(data: dict[str, Any], entry: Route, broken: Broken) -> None:
    section = str(entry[0])
    node: Any = data
    for step in entry:
        node = node[step] if _holds(node, step) else None
    if section == "instruments":
        items = [node] if len(entry) == 4 else node.get("items", []) if isinstance(node, dict) else []
        for item in items if isinstance(items, list) else []:
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                broken.names["items"] |= {item["id"], f"{item['id']}_route"}
    if len(entry) == 2:
        broken.names[section].add(str(entry[1]))


def _remove(data: dict[str, Any], route: Route) -> None:
    node: Any = data
    for step in route[:-1]:
        if _holds(node, step):
            node = node[step]
    if _holds(node, route[-1]):
        del node[route[-1]]


def _holds(node: object, step: str | int) -> bool:
    if isinstance(node, list):
        return isinstance(step, int) and step < len(node)
    return isinstance(node, dict) and step in node
