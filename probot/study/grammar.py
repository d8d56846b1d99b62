"""How is a condition written? The grammar, and what is said about words that do not follow it.

The rule: the grammar knows no names; it gives a tree whose every token remembers its position.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

LONGEST = 1000
"""Characters a condition may have."""
DEEPEST = 20
"""How deep parentheses may be nested."""

_GRAMMAR = r"""
start: any_of
?any_of: all_of ("or" all_of)*
?all_of: opposite ("and" opposite)*
?opposite: "not" opposite -> not_
    | comparison
?comparison: sum (OPERATOR sum)*
    | sum "has" NAME -> has
?sum: part (SIGN part)*
?part: NUMBER -> number
    | SIGN NUMBER -> signed
    | NAME -> name
    | call
    | "(" any_of ")" -> group
call: NAME "(" NAME ["," "within" ":" DURATION] ")"

OPERATOR: "==" | "!=" | "<=" | ">=" | "<" | ">"
SIGN: "+" | "-"
DURATION.2: /[0-9]+[ ]*[a-z]+/
NUMBER: /[0-9]+(\.[0-9]+)?/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
%ignore /[ \t\r\n]+/
"""


@dataclass(eq=False)
class FaultError(Exception):
    """What is wrong with a condition: kind of problem, position in its text, words, and mend."""

    code: str
    index: int
    message: str
    mend: str = ""


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def tree_of(text: str) -> Tree[Token]:
    """The condition as a tree; FaultError where it cannot be understood."""
    if len(text) > LONGEST:
        raise FaultError("PB501", LONGEST, f"a condition has at most {LONGEST} characters")
    depth = 0
    for index, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth > DEEPEST:
            raise FaultError("PB501", index, f"parentheses are nested deeper than {DEEPEST} levels")
    _look_for_habits(text)
    try:
        return _parser().parse(text)
    except UnexpectedInput as error:
        raise _fault(text, error) from None


_HABITS: tuple[tuple[str, str], ...] = (
    (r"[，：（）＞＜＝！－＋。“”‘’]", "punctuation must be half-width here."),
    (r"[≥]", "write `>=`."),
    (r"[≤]", "write `<=`."),
    (r"[≠]", "write `!=`."),
    (r"&&?", "write `and`."),
    (r"\|\|?", "write `or`."),
    (r"!(?!=)", "write `not`."),
    (r"=>", "write `>=`."),
    (r"=<", "write `<=`."),
    (r"<>", "write `!=`."),
    (r"(?<![=<>!])=(?!=)", "write `==` to compare."),
    (r"\b(AND|OR|NOT|HAS|And|Or|Not|Has)\b", "write `and`, `or`, `not`, `has` in small letters."),
    (r"\b(is|equals)\b", "write `==` to compare."),
    (r"[\"'`]", "write option ids without quotation marks."),
    (r"[*/%^]", "only + and - are possible in a condition."),
)


def _look_for_habits(text: str) -> None:
    """What people are used to from elsewhere is told as such."""
    for pattern, mend in _HABITS:
        found = re.search(pattern, text)
        if found is not None:
            raise FaultError("PB501", found.start(), f"`{found[0]}` has no meaning in a condition", mend)


def _fault(text: str, error: UnexpectedInput) -> FaultError:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return FaultError("PB501", len(text.rstrip()), "the condition stops before it is complete")
    index = int(getattr(error, "pos_in_stream", None) or 0)
    if isinstance(error, UnexpectedToken):
        unit = text[index - 1 : index].isdigit()
        mend = "a number has no unit here; a duration only stands behind `within:`." if unit else ""
        return FaultError("PB501", index, f"`{error.token}` cannot stand here", mend)
    return FaultError("PB501", index, f"`{text[index : index + 1]}` has no meaning in a condition")
