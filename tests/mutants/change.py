"""Which small faults can a file have? Each comparison, condition, number, word or result, changed once.

The rule: one change for each mutant, in what runs; never in a docstring, a type, the words of an error, or the name
under which something that was worked out is kept.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
NOT_RUN = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr)


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, what stood there and what stands there now, and the whole file with it."""

    path: str
    within: str
    line: int
    before: str
    after: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Stays the same while the code around it moves."""
        return f"{Path(self.path).name} {self.within}: {self.before} -> {self.after}"


def mutants(path: str, only: frozenset[str] = frozenset()) -> Iterator[Mutant]:
    """Every mutant of a file, or only of these functions of it."""
    whole = ast.parse(Path(path).read_text(encoding="utf-8"))
    for within, slot in _slots(whole, "module"):
        if only and within not in only:
            continue
        node = _get(slot)
        for after in _changes(node):
            _put(slot, after)
            line = node.iter.lineno if isinstance(node, ast.comprehension) else node.lineno
            yield Mutant(path, within, line, _shown(node), _shown(after), copy.deepcopy(whole))
            _put(slot, node)


def unchanged(path: str) -> Mutant:
    """The file as it is, in the shape of a mutant: no test may fail with it."""
    return Mutant(path, "module", 0, "", "", ast.parse(Path(path).read_text(encoding="utf-8")))


Slot = tuple[ast.AST, str, int | None]
"""A place for an expression: the node that has it, the field, and which of a list."""


def _slots(node: ast.AST, within: str) -> Iterator[tuple[str, Slot]]:
    """Every place with an expression that runs."""
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for index, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(each, ast.AST) or isinstance(each, NOT_RUN) or _is_still(each):
                continue
            if isinstance(each, ast.Constant) and _is_kept_under(node):
                continue
            named = isinstance(each, ast.FunctionDef | ast.ClassDef)
            if isinstance(each, ast.expr | ast.Return | ast.comprehension):
                yield within, (node, field, index)
            yield from _slots(each, each.name if named else within)


def _is_still(node: ast.AST) -> bool:
    """A docstring, or a type that is given a name."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Assign) and "Literal" in ast.unparse(node.value)


def _is_kept_under(node: ast.AST) -> bool:
    """The name in `study.once("what", "of", ...)`: whichever it is, the same is found under it."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "once"


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """What could stand there by mistake."""
    match node:
        case ast.Compare(ops=[op]):
            for other in COMPARED[type(op)]:
                yield _with(node, ops=[other()])
        case ast.BoolOp(op=op):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for left_out in range(len(node.values)):
                kept = [each for number, each in enumerate(node.values) if number != left_out]
                yield kept[0] if len(kept) == 1 else _with(node, values=kept)
        case ast.BinOp(op=op) if type(op) in COUNTED:
            yield _with(node, op=COUNTED[type(op)]())
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.IfExp(body=body, orelse=other):
            yield from (body, other)
        case _:
            yield from _other_changes(node)


def _other_changes(node: ast.AST) -> Iterator[ast.AST]:
    """Arguments left out, filters that let everything through, results and values."""
    match node:
        case ast.Call(func=ast.Name(id="replace")):
            for left_out in node.keywords:
                yield _with(node, keywords=[each for each in node.keywords if each is not left_out])
        case ast.Call(func=ast.Name(id="min" | "max" as function)):
            yield _with(node, func=ast.Name("max" if function == "min" else "min", ast.Load()))
        case ast.comprehension(ifs=[_, *_]):
            yield _with(node, ifs=[])
        case ast.Return(value=ast.expr() as value) if not _is_nothing(value):
            yield ast.Return(ast.Constant(None))
        case ast.Constant(value=value):
            yield ast.Constant(_other(value))


def _other(value: object) -> object:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}!"
        case _:
            return "!"


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _with(node: ast.AST, **changed: object) -> ast.AST:
    other = copy.copy(node)
    for field, value in changed.items():
        setattr(other, field, value)
    return other


def _get(slot: Slot) -> ast.AST:
    holder, field, index = slot
    found = getattr(holder, field)
    return found if index is None else found[index]


def _put(slot: Slot, node: ast.AST) -> None:
    holder, field, index = slot
    if index is None:
        setattr(holder, field, node)
    else:
        getattr(holder, field)[index] = node


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())
