"""What stands in a YAML file, and where? Words, lists and mappings that remember their places.

The rule: every scalar is the words that were written; what they mean is for the shapes to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from probot.study.problems import Place


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar: its text, where it starts, and its characters as they stand in the file (with quotes)."""

    text: str
    place: Place
    raw: str = ""

    def at(self, index: int) -> Place:
        """The place of the text's character number `index`; the leaf's own where quoting hides it."""
        found = _raw_index(self.raw, self.text, index)
        if found is None:
            return self.place
        before = self.raw[:found]
        lines = before.count("\n")
        column = len(before) - before.rfind("\n") if lines else self.place.column + found
        return Place(self.place.file, self.place.line + lines, column)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    parts: tuple[Node, ...]
    place: Place

    @property
    def children(self) -> tuple[Node, ...]:
        """What stands in it."""
        return self.parts


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its place, and its value."""

    key: Place
    value: Node


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping."""

    entries: Mapping[str, Entry]
    place: Place

    @property
    def children(self) -> tuple[Node, ...]:
        """The values that stand in it."""
        return tuple(entry.value for entry in self.entries.values())


Node = Leaf | Listing | Block


def plain(node: Node) -> Any:
    """The node as str, list and dict."""
    match node:
        case Leaf(text):
            return text
        case Listing(parts):
            return [plain(part) for part in parts]
        case Block(entries):
            return {key: plain(entry.value) for key, entry in entries.items()}


def locate(root: Node, path: tuple[str | int, ...]) -> tuple[Place, Node]:
    """Where `path` stands: the key's (or list entry's) place and its value, as deep as the document goes."""
    place, node = root.place, root
    for step in path:
        match node:
            case Block(entries) if isinstance(step, str) and step in entries:
                place, node = entries[step].key, entries[step].value
            case Listing(parts) if isinstance(step, int) and step < len(parts):
                node = parts[step]
                place = node.place
            case _:
                break
    return place, node


def stands(root: Node, path: tuple[str | int, ...]) -> bool:
    """Whether every step of `path` is written in the document."""
    node = root
    for step in path:
        match node:
            case Block(entries) if isinstance(step, str) and step in entries:
                node = entries[step].value
            case Listing(parts) if isinstance(step, int) and step < len(parts):
                node = parts[step]
            case _:
                return False
    return True


def _raw_index(raw: str, text: str, index: int) -> int | None:
    """Where the text's character stands in the raw scalar; None where escapes make that unclear."""
    if raw[:1] == '"' and "\\" in raw:
        return None
    start = 1 if raw[:1] in {"'", '"'} else 0
    if raw[:1] in {"|", ">"}:
        start = raw.find("\n") + 1
    last = start
    for character in text[: index + 1].replace("\n", " "):
        if character == " ":
            continue
        found = raw.find(character, start)
        if found < 0:
            return None
        last, start = found, found + 1
        if raw[:1] == "'" and character == "'":
            start += 1
    target = text[index : index + 1]
    if target.strip():
        return last
    return start  # a blank, or the end of the text: right behind what came before
