"""Does the operator's guide say everything that can be set and typed? Compared with the program itself."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import typer.main

from probot.app.cli import EPILOG, app
from probot.app.desk import EXIT_CODES, Exit
from probot.app.settings import variables

GUIDE = (Path(__file__).parents[2] / "docs" / "operators-guide.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app)


def commands(group: object, before: str = "probot") -> dict[str, object]:
    """Every command by the words that are typed."""
    found: dict[str, object] = {}
    for name, command in group.commands.items():
        words = f"{before} {name}"
        found |= commands(command, words) if hasattr(command, "commands") else {words: command}
    return found


ALL = commands(COMMANDS)


def row_of(words: str) -> str:
    return next(line for line in GUIDE.splitlines() if line.startswith(f"| `{words}"))


def test_there_are_commands_to_compare() -> None:
    assert {"probot run", "probot staff invite", "probot team bind"} <= set(ALL)
    assert click is not None


@pytest.mark.parametrize("words", sorted(ALL))
def test_every_command_stands_in_the_guide(words: str) -> None:
    assert row_of(words)


@pytest.mark.parametrize("words", sorted(ALL))
def test_every_option_stands_in_the_guide_beside_its_command(words: str) -> None:
    options = {
        option for parameter in ALL[words].params for option in parameter.opts if option.startswith("--")
    }
    row = row_of(words)
    unsaid = {option for option in options - {"--json", "--help"} if f"`{option}" not in row}
    assert unsaid == set()
    assert ("--json" in options) == ("| J |" in row)


@pytest.mark.parametrize("words", sorted(ALL))
def test_every_command_and_option_explains_itself(words: str) -> None:
    assert ALL[words].help
    assert [parameter.name for parameter in ALL[words].params if not parameter.help] == []


def test_the_guide_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"`probot ([a-z]+(?: [a-z]+)?)", GUIDE))
    known = {words.removeprefix("probot ") for words in ALL} | {words.split()[1] for words in ALL}
    assert {name for name in named if name not in known and name.split()[0] not in known} == set()


def test_every_variable_stands_in_the_guide_and_no_other() -> None:
    table = set(re.findall(r"^\| `(PROBOT_[A-Z_]+)`", GUIDE, re.MULTILINE))
    assert table == set(variables())


def test_every_exit_code_stands_in_the_guide_and_in_the_help() -> None:
    assert set(re.findall(r"^\| (\d) \|", GUIDE, re.MULTILINE)) == {str(int(code)) for code in Exit}
    assert set(EXIT_CODES) == set(Exit)
    for code in Exit:
        assert f"{int(code)} {EXIT_CODES[code]}" in EPILOG


def test_every_problem_of_status_stands_in_the_guide() -> None:
    watch = (Path(__file__).parents[2] / "probot" / "services" / "watch.py").read_text(encoding="utf-8")
    problems = re.findall(r'found\.append\(\s*f?"(.+?)"', watch)
    assert len(problems) >= 8
    for problem in problems:
        words = re.split(r"[{:(]", problem.replace("{counted['parked']}", "").replace("{stuck}", ""))[0]
        fixed = max(re.split(r"\{.*?\}", words), key=len).strip()
        assert fixed[:30] in GUIDE, problem
