"""What may an editor let a coordinator type? The shapes as a JSON Schema (draft 2020-12) for each file of a study.

The rule: written from the shapes alone; `config/study.schema.json` is this and nothing else.
"""

from __future__ import annotations

from typing import Any

from probot.study.shapes.items import ALLOWED, NEEDED
from probot.study.shapes.whole import WholeShape

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COMMON = ("id", "kind", "text", "label", "ask_if", "safety")


def json_schema() -> dict[str, Any]:
    """The schema of one file. Every section may stand in another file, so none is required."""
    schema: dict[str, Any] = _tidied(WholeShape.model_json_schema())
    schema.pop("required", None)
    definitions = schema["$defs"]
    _either_way(definitions["ItemShape"]["properties"]["options"])
    _attribute(definitions["AttributeShape"])
    definitions["ItemShape"]["allOf"] = [_kind(kind) for kind in ALLOWED]
    return {
        "$schema": DIALECT,
        "title": "A file of a probot study",
        "description": "All *.yaml files of a study's folder are read together.",
        **{key: value for key, value in schema.items() if key not in {"title", "description"}},
    }


def _tidied(node: Any) -> Any:
    """Without what is Python's: made-up titles, and null for a key that may be left out."""
    if isinstance(node, list):
        return [_tidied(part) for part in node]
    if not isinstance(node, dict):
        return node
    options = node.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        rest = [one for one in options if one != {"type": "null"}]
        beside = {key: value for key, value in node.items() if key not in {"anyOf", "default"}}
        node = {**beside, **rest[0]} if len(rest) == 1 else {**beside, "anyOf": rest}
    if "patternProperties" in node:
        node = {**node, "additionalProperties": False}
    return {
        key: _named(value) if key in {"properties", "$defs"} else _tidied(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and not _plain(value))
    }


def _named(properties: dict[str, Any]) -> dict[str, Any]:
    """Keys of the study, not of the schema: a key may be called `title`."""
    return {name: _tidied(value) for name, value in properties.items()}


def _plain(value: object) -> bool:
    return isinstance(value, str | int | bool)


def _either_way(options: dict[str, Any]) -> None:
    """An option is its words alone, or words and score."""
    for key in ("additionalProperties", "patternProperties"):
        if key not in options:
            continue
        both = {"anyOf": [{"$ref": "#/$defs/TextShape"}, {"$ref": "#/$defs/OptionShape"}]}
        options[key] = both if key == "additionalProperties" else dict.fromkeys(options[key], both)


def _attribute(attribute: dict[str, Any]) -> None:
    attribute["oneOf"] = [{"required": ["one_of"]}, {"required": ["many_of"]}]


def _kind(kind: str) -> dict[str, Any]:
    """What an item of this kind needs, and what has no meaning for it."""
    others = sorted({key for keys in ALLOWED.values() for key in keys} - ALLOWED[kind])
    return {
        "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
        "then": {
            "required": [*_COMMON[:3], *sorted(NEEDED.get(kind, ()))],
            "properties": dict.fromkeys(others, False),
        },
    }
