"""What may stand at a place, and what does a key mean? Looked up in the schema of the shapes.

The rule: a key's meaning is written once, as the docstring of its field.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from probot.study.folder import Route
from probot.study.shapes.whole import WholeShape


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
