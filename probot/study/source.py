"""How is a YAML file read? Event by event into nodes that remember their places.

The rule: every scalar stays the words that were written (`18:00`, `no`, `010`), and whatever is no YAML
becomes a problem with a place; nothing in a file can raise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from probot.study.nodes import Block, Entry, Leaf, Listing, Node
from probot.study.problems import Place, Problem, problem

MOST_BYTES = 2_000_000
"""A larger file is no study."""
DEEPEST = 40
MOST_NODES = 200_000
"""What a file may unfold to when its aliases are put in."""


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    event: Any
    parts: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    """Reads one file's events. (The C composer is faster, but deep nesting makes it crash the process.)"""

    file: str
    text: str
    lines: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    sizes: dict[int, tuple[Node, int]] = field(default_factory=dict)
    """How many nodes a node unfolds to, by its identity; the node is held so that no other can take its id."""
    pending: list[_Open] = field(default_factory=list)
    root: Node | None = None
    documents: int = 0

    def complain(self, code: str, place: Place, message: str, mend: str = "") -> None:
        line = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        self.problems.append(problem(code, place, message, line_text=line, mend=mend))

    def place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def read(self) -> None:
        try:
            for event in yaml.parse(self.text, Loader=yaml.CSafeLoader):
                self.take(event)
                if self.documents > 1:
                    self.complain(
                        "PB115", self.place(event.start_mark), "a second document begins here (`---`)"
                    )
                    return
        except _TooMuchError:
            return
        except yaml.reader.ReaderError:
            self.unreadable_character()
        except yaml.MarkedYAMLError as error:
            self.no_yaml(error)

    def take(self, event: Any) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self.check_tag(event)
                self.pending.append(_Open(event))
                if len(self.pending) > DEEPEST:
                    self.complain(
                        "PB110", self.place(event.start_mark), f"nested deeper than {DEEPEST} levels"
                    )
                    raise _TooMuchError
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                opened = self.pending.pop()
                self.put(self.close(opened), opened.event.anchor)
            case yaml.ScalarEvent():
                self.check_tag(event)
                self.put(self.leaf(event), event.anchor)
            case yaml.AliasEvent():
                self.put(self.alias(event), None)

    def leaf(self, event: Any) -> Leaf:
        raw = self.text[event.start_mark.index : event.end_mark.index]
        return Leaf(event.value, self.place(event.start_mark), raw)

    def alias(self, event: Any) -> Node:
        place = self.place(event.start_mark)
        known = self.anchors.get(event.anchor)
        if known is not None:
            return known
        inside = any(opened.event.anchor == event.anchor for opened in self.pending)
        what = "stands inside what it repeats" if inside else "repeats nothing that stands before it"
        self.complain("PB109", place, f"`*{event.anchor}` {what}")
        return Leaf("", place)

    def put(self, node: Node, anchor: str | None) -> None:
        size = self.size(node)
        if size > MOST_NODES:
            self.complain("PB110", node.place, "aliases make this far larger than any study")
            raise _TooMuchError
        if anchor is not None:
            self.anchors[anchor] = node
        if self.pending:
            self.pending[-1].parts.append(node)
        elif self.root is None:
            self.root = node

    def size(self, node: Node) -> int:
        if isinstance(node, Leaf):
            return 1
        known = self.sizes.get(id(node))
        if known is None:
            known = (node, 1 + sum(self.size(child) for child in node.children))
            self.sizes[id(node)] = known
        return known[1]

    def check_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag not in _HARMLESS_TAGS:
            self.complain("PB111", self.place(event.start_mark), f"`{_as_written(event.tag)}` is a YAML tag")

    def close(self, opened: _Open) -> Node:
        place = self.place(opened.event.start_mark)
        if isinstance(opened.event, yaml.SequenceStartEvent):
            return Listing(tuple(opened.parts), place)
        entries: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in zip(opened.parts[::2], opened.parts[1::2], strict=True):
            if not isinstance(key, Leaf):
                self.complain("PB112", key.place, "a list or mapping cannot be a key")
            elif key.text == "<<" and key.raw == "<<":
                for name, entry in self.merge(value).items():
                    merged.setdefault(name, entry)
            elif key.text in entries:
                first = entries[key.text].key.line
                self.complain(
                    "PB107", key.place, f"`{key.text}` stands here a second time (first in line {first})"
                )
            else:
                entries[key.text] = Entry(key.place, value)
        return Block({**merged, **entries} if merged else entries, place)

    def merge(self, value: Node) -> dict[str, Entry]:
        blocks = value.parts if isinstance(value, Listing) else (value,)
        merged: dict[str, Entry] = {}
        for block in blocks:
            if not isinstance(block, Block):
                self.complain("PB113", block.place, "`<<` takes over a mapping, and this is none")
                continue
            for name, entry in block.entries.items():
                merged.setdefault(name, entry)
        return merged

    def unreadable_character(self) -> None:
        bad = next((i for i, one in enumerate(self.text) if not _printable(one)), 0)
        before = self.text[:bad]
        place = Place(self.file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        character = f"U+{ord(self.text[bad]):04X}" if self.text else "nothing"
        self.complain("PB114", place, f"an invisible character ({character}) stands here")

    def no_yaml(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        opened = error.context_mark
        if opened is not None and mark is not None and opened.line < mark.line and _is_left_open(error):
            mark = opened
        place = self.place(mark) if mark is not None else Place(self.file, 1, 1)
        said = " ".join(part for part in (error.context, error.problem) if part)
        tab = _tab_in_indent(self.lines, place.line)
        if tab is not None and "token" in said:
            self.complain("PB106", Place(self.file, tab, 1), "a tab stands where blanks are needed")
            return
        message, mend = _in_plain_words(said)
        self.complain("PB105", place, message, mend)


class _TooMuchError(Exception):
    """Reading of this file stops; the problem is already noted."""


_STANDARD = "tag:yaml.org,2002:"
_HARMLESS_TAGS = frozenset(_STANDARD + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))


def _as_written(tag: str) -> str:
    return tag.replace(_STANDARD, "!!", 1)


_LINE_ENDS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def _is_left_open(error: yaml.MarkedYAMLError) -> bool:
    """Whether the place where it was opened helps more than the place where the reader gave up."""
    return any(word in str(error.context) for word in ("flow", "quoted"))


def _printable(character: str) -> bool:
    return (
        character in "\t\n\r\x85"
        or " " <= character <= "~"
        or (character >= "\xa0" and character not in "\ufeff\ufffe\uffff")
    )


def _tab_in_indent(lines: list[str], line: int) -> int | None:
    """The line (this one or the one before) whose indent holds a tab."""
    for number in (line, line - 1):
        if 0 < number <= len(lines):
            text = lines[number - 1]
            if "\t" in text[: len(text) - len(text.lstrip())]:
                return number
    return None


_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "a `:` stands where no key can be",
        "put a text that contains `: ` in quotes, and indent keys of one level alike.",
    ),
    (
        "did not find expected ',' or ']'",
        "a `[` list is not closed, or an entry lacks its comma",
        "write lists as [one, two, three] and close them with ].",
    ),
    (
        "did not find expected ',' or '}'",
        "a `{` mapping is not closed, or an entry lacks its comma",
        "write {key: value, key: value}, close it with }, and put a text with a comma or brace in quotes.",
    ),
    (
        "unexpected end of stream",
        "a quotation mark is opened and never closed",
        "close the text with the same quotation mark it began with.",
    ),
    (
        "could not find expected ':'",
        "a key has no `:` behind it",
        "write `key: value` with a blank behind the colon (the half-width one).",
    ),
    (
        "did not find expected key",
        "the lines do not line up here",
        "indent keys of one mapping alike, with blanks.",
    ),
    (
        "did not find expected '-' indicator",
        "the lines of this list do not line up",
        "begin each entry of the list with `- ` in the same column.",
    ),
    (
        "cannot start any token",
        "a text cannot begin with this character",
        "put the text in quotes.",
    ),
    (
        "unknown escape",
        "a backslash inside double quotes begins something unknown",
        "write two backslashes, or use single quotes.",
    ),
)


def _in_plain_words(said: str) -> tuple[str, str]:
    for part, message, mend in _WORDS:
        if part in said:
            return message, mend
    return "this is no YAML", ""


def read_text(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...], list[str]]:
    """One file's content as nodes (None if it holds nothing that can be read), its problems and its lines."""
    text = text.removeprefix("\ufeff")
    lines = _LINE_ENDS.split(text)
    reader = _Reader(file, text, lines)
    reader.read()
    broken = any(one.severity == "error" for one in reader.problems)
    return (None if broken and reader.pending else reader.root), tuple(reader.problems), lines
