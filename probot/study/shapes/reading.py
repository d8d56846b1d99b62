"""How does what was written become shapes, and what is said about what does not fit?

The rule: an error is told in the coordinator's words at her place; what is broken is taken out and remembered by
name, so that the rest is still checked and nobody is told that a broken thing does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from probot.study.folder import Route, Source
from probot.study.problems import Place, did_you_mean
from probot.study.scalars import halved, shown
from probot.study.shapes.whole import WholeShape
from probot.study.source import Block, Leaf, Listing, locate, plain


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
            _tell_all(details, source)
        _repair(data, details, broken)
    return None, broken


# ---------------------------------------------------------------- repairing


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


# ---------------------------------------------------------------- telling


def _tell_all(details: list[ErrorDetails], source: Source) -> None:
    """Whatever stands in a line that is no YAML to begin with has been told there."""
    unreadable = {(one.file, one.line) for one in source.problems if one.line}
    before = len(source.problems)
    for detail in details:
        _tell(detail, source)
    told = source.problems[before:]
    del source.problems[before:]
    source.problems += [one for one in told if (one.file, one.line) not in unreadable]


def _tell(detail: ErrorDetails, source: Source) -> None:
    route = tuple(step for step in detail["loc"] if step != "[key]")
    kind = detail["type"]
    key, node = locate(source.root, route)
    match kind:
        case "problem":
            said = detail["ctx"]
            at = key if detail["loc"][-1:] == ("[key]",) or said["code"] == "PB206" else node.place
            mend = said["mend"] or (_empty_mend(str(route[-1])) if said["code"] == "PB206" and route else "")
            source.complain(said["code"], at, said["message"], mend)
        case "missing":
            _tell_missing(route, source)
        case "extra_forbidden":
            place = source.key(route)
            source.complain(
                "PB201",
                place,
                f"`{route[-1]}` has no meaning {_inside(route[:-1])}",
                did_you_mean(str(route[-1]), keys_at(route[:-1])),
            )
        case _:
            _tell_form(kind, route, key, node, source)


def _empty_mend(key: str) -> str:
    """A key that reads like a text is the rest of one that lacks its quotation marks."""
    half = halved(key)
    if half is not None and ":" in half:
        return f"punctuation must be half-width here, with a blank behind the colon: `{half}`."
    return f"if `{key}` belongs to a text with a comma, put the whole text in quotes." if " " in key else ""


def _tell_missing(route: Route, source: Source) -> None:
    parent = route[:-1]
    if not parent and not source.whole:
        return  # it may stand in the file that could not be read
    if not parent:
        place = Place(source.folder, 0, 0)
        source.complain(
            "PB202", place, f"the section `{route[-1]}` is missing in all files of the folder", _add(route)
        )
        return
    place, node = locate(source.root, parent)
    written = {str(key) for key in node.entries} if isinstance(node, Block) else set()
    close = next((key for key in sorted(written) if key not in keys_at(parent)), None)
    if close is not None and f"`{route[-1]}`" in did_you_mean(close, keys_at(parent)):
        return  # the misspelt key has been told
    source.complain(
        "PB202",
        place,
        f"`{route[-1]}` is missing {_inside(parent)}",
        _add(route),
    )


def _add(route: Route) -> str:
    meaning = meaning_of(route)
    return f"add `{route[-1]}:`: {_lowered(meaning)}" if meaning else ""


def _tell_form(kind: str, route: Route, key: Place, node: Any, source: Source) -> None:
    what = f"`{route[-1]}`" if route and isinstance(route[-1], str) else "this"
    if isinstance(node, Leaf) and not node.text.strip():
        source.complain("PB206", key, f"nothing is written under {what}")
    elif kind in {"too_short", "list_too_short"}:
        source.complain("PB206", node.place, f"{what} is empty")
    elif kind == "list_type":
        source.complain("PB204", node.place, f"{what} is a list, and none stands here")
    elif schema_at(route).get("title") == "TextShape":
        source.complain("PB203", node.place, f"{what} has no languages", _text_mend(node))
    else:
        half = halved(node.text) if isinstance(node, Leaf) else None
        mend = (
            f"punctuation must be half-width here, with a blank behind the colon: `{half}`." if half else ""
        )
        source.complain(
            "PB203", node.place, f"{what} needs keys of its own, and {_form(node)} stands here", mend
        )


def _form(node: object) -> str:
    match node:
        case Listing():
            return "a list"
        case Leaf(text):
            return f"only {shown(text)}"
        case _:
            return "something else"


def _text_mend(node: object) -> str:
    if isinstance(node, Leaf):
        if (half := halved(node.text)) and ":" in half:
            return "punctuation must be half-width here, with a blank behind the colon: `zh: …`."
        return "write it in each language of the study: `{zh: …, en: …}`."
    return ""


def _inside(route: Route) -> str:
    names = [str(step + 1) if isinstance(step, int) else step for step in route]
    if not names:
        return "at the top of a file"
    return "in " + " > ".join(names)


def _lowered(meaning: str) -> str:
    return meaning[:1].lower() + meaning[1:]


# ---------------------------------------------------------------- what the schema says


@cache
def _schema() -> dict[str, Any]:
    return WholeShape.model_json_schema()


def schema_at(route: Route) -> dict[str, Any]:
    """The JSON Schema of what may stand at `route`; empty where nothing is known."""
    found = _schema()
    for step in route:
        steps = list(_steps(found, step))
        if not steps:
            return {}
        found = steps[0]
    return _resolved(found)


def _steps(schema: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    for one in [_resolved(schema), *map(_resolved, _resolved(schema).get("anyOf", []))]:
        if isinstance(step, int):
            if "items" in one:
                yield one["items"]
        elif step in one.get("properties", {}):
            yield one["properties"][step]
        elif isinstance(one.get("additionalProperties"), dict):
            yield one["additionalProperties"]
        elif isinstance(one.get("patternProperties"), dict):
            yield from one["patternProperties"].values()


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return {**_schema()["$defs"][name]}
    options = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return _resolved(options[0]) if len(options) == 1 else schema


def keys_at(route: Route) -> list[str]:
    """The keys that may stand at `route`."""
    return list(schema_at(route).get("properties", {}))


def meaning_of(route: Route) -> str:
    """What the key at the end of `route` means, from its docstring."""
    parent = schema_at(route[:-1]).get("properties", {})
    return str(parent.get(str(route[-1]), {}).get("description", ""))
