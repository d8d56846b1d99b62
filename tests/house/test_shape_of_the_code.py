"""Does the code keep the shape of the house, where ruff has no rule for it?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import tree

LONGEST_FILE = 420
LONGEST_FUNCTION = 70
BANNED_NAMES = ("util", "helper", "manager", "base", "common", "misc")
BANNED_KEYWORDS = {
    "drop_pending_updates": "answers that wait at Telegram would be thrown away",
    "parse_mode": "a participant's text would be read as markup",
}


def modules() -> tuple[Path, ...]:
    """All of them but migrations, which are generated, read once, and never edited."""
    found = (path for path in tree.named("probot/**/*.py") if "versions" not in path.parts)
    return tuple(path for path in found if path.read_bytes().strip())


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def long_functions(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{node.name} has {lines} lines"


def banned_keywords(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield from (key.arg for key in node.keywords if key.arg in BANNED_KEYWORDS)


def opens_with_a_question(docstring: str) -> bool:
    return "?" in docstring.split("\n", maxsplit=1)[0]


def test_a_long_function_is_found() -> None:
    body = "\n".join("    pass" for _ in range(LONGEST_FUNCTION + 1))
    assert list(long_functions(ast.parse(f"def story():\n{body}"))) == ["story has 72 lines"]


def test_a_banned_keyword_is_found() -> None:
    source = "bot.delete_webhook(drop_pending_updates=True); bot.send(text, parse_mode='HTML')"
    assert set(banned_keywords(ast.parse(source))) == set(BANNED_KEYWORDS)


@pytest.mark.parametrize(
    ("docstring", "answer"),
    [("When is it? Now.", True), ("Tells when.", False), ("When.\n\nWhy?", False), ("", False)],
)
def test_a_question_is_told_from_a_statement(docstring: str, answer: bool) -> None:
    assert opens_with_a_question(docstring) is answer


@pytest.mark.parametrize("path", modules(), ids=tree.short)
def test_a_module_opens_with_the_question_it_answers(path: Path) -> None:
    if path.name != "__init__.py" and "migrations/versions" not in tree.short(path):
        assert opens_with_a_question(ast.get_docstring(parsed(path)) or "")


def test_no_file_and_no_function_is_too_long_to_read() -> None:
    found = [
        f"{tree.short(path)} has {lines} lines"
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    found += [f"{tree.short(path)}: {fault}" for path in modules() for fault in long_functions(parsed(path))]
    assert found == []


def test_no_file_is_named_for_a_pattern_instead_of_a_thing() -> None:
    stems = {tree.short(path): path.stem.strip("_").lower() for path in tree.named("probot/**/*.py")}
    found = [
        name for name, stem in stems.items() if set(stem.removesuffix("s").split("_")) & set(BANNED_NAMES)
    ]
    assert found == []


def test_no_call_throws_updates_away_or_reads_texts_as_markup() -> None:
    found = [
        f"{tree.short(path)}: {key}: {BANNED_KEYWORDS[key]}"
        for path in modules()
        for key in banned_keywords(parsed(path))
    ]
    assert found == []


def test_only_the_switchboard_is_allowed_the_clock_and_the_dice() -> None:
    ignores = tree.pyproject()["tool"]["ruff"]["lint"]["per-file-ignores"]
    allowed = {pattern for pattern, rules in ignores.items() if "TID251" in rules}
    assert allowed == {"probot/app/build.py", "tests/**"}
    unmuted = [
        f"{tree.short(path)}:{number}"
        for path in modules()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "noqa" in line and "TID251" in line
    ]
    assert unmuted == []
