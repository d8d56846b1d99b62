"""Which bytes name a study? What was written, without what does not count: places, comments, order of keys.

The rule: order counts where people see it (options, plan, lists) and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from probot.study.folder import nodes_of
from probot.study.nodes import Block, Node, plain

FORMAT = 1
_ORDERED = frozenset({"options", "one_of", "many_of", "route"})
"""Mappings whose entries are shown in the order they are written in."""


def source_of(root: Node) -> str:
    """The canonical JSON of everything that was written."""
    data = plain(root)
    ordered = {key: _canonical(value, ordered=key == "plan") for key, value in sorted(data.items())}
    return json.dumps(
        {"format": FORMAT, "study": ordered}, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def hash_of(source: str) -> str:
    """SHA-256 of the canonical source, as hex."""
    return hashlib.sha256(source.encode()).hexdigest()


def root_of(source: str) -> Block:
    """What was written, without places. ValueError if this is no canonical source of this format."""
    stored = json.loads(source)
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f"this study is not stored in format {FORMAT}")
    root = nodes_of(stored.get("study"))
    if not isinstance(root, Block):
        raise ValueError("a stored study is a mapping of its sections")  # noqa: TRY004 (bad data, not a bug)
    return root


def _canonical(value: Any, *, ordered: bool = False) -> Any:
    match value:
        case dict():
            entries = value.items() if ordered else sorted(value.items())
            return {key: _canonical(inner, ordered=key in _ORDERED) for key, inner in entries}
        case list():
            return [_canonical(part) for part in value]
        case str():
            return value.strip()
        case _:
            return value
