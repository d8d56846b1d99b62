"""Does a problem point at the very character that is wrong, however the text is written?"""

from __future__ import annotations

import pytest

from probot.study.nodes import Block, Leaf, locate, stands
from probot.study.problems import Place, Problem, render
from probot.study.source import read_text


def leaf(text: str) -> Leaf:
    root, problems, _ = read_text(text, "a.yaml")
    assert problems == ()
    assert root is not None
    node = locate(root, ("when",))[1]
    assert isinstance(node, Leaf)
    return node


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("when: pain >= 7 and pian\n", 1, 21),
        ('when: "pain >= 7 and pian"\n', 1, 22),
        ("when: 'pain >= 7 and pian'\n", 1, 22),
        ('when: "pain >= 7\n  and pian"\n', 2, 7),
        ("when: >-\n  pain >= 7\n  and pian\n", 2 + 1, 7),
        ("when: |\n  pain >= 7 and pian\n", 2, 17),
        ("when: pain >= 7\n   and   pian\n", 2, 10),
        ("{a: '一', when: \"pain >= 7 and pian\"}\n", 1, 31),
        ("a: 😀 一\nwhen: pain >= 7 and pian\n", 2, 21),
    ],
)
def test_a_character_inside_a_text_is_found_in_the_file(text: str, line: int, column: int) -> None:
    node = leaf(text)
    assert node.at(node.text.index("pian")) == Place("a.yaml", line, column)
    assert text.split("\n")[line - 1][column - 1 :].startswith("pian")


def test_behind_escapes_the_text_as_a_whole_is_pointed_at() -> None:
    node = leaf('when: "pain \\u003e= 7 and pian"\n')
    assert node.at(node.text.index("pian")) == node.place == Place("a.yaml", 1, 7)


def test_the_end_of_a_text_has_a_place_too() -> None:
    node = leaf('when: "pain >="\n')
    assert node.at(len(node.text)) == Place("a.yaml", 1, 15)


def test_a_route_that_is_not_written_ends_at_its_last_written_key() -> None:
    root, _, _ = read_text("plan:\n  daily:\n    at: x\n", "a.yaml")
    assert isinstance(root, Block)
    place, _ = locate(root, ("plan", "daily", "window", "closes"))
    assert place == Place("a.yaml", 2, 3)
    assert not stands(root, ("plan", "daily", "window"))
    assert stands(root, ("plan", "daily", "at"))


def told(line: str, column: int) -> list[str]:
    one = Problem("PB105", "error", "a.yaml", 1, column, "this is no YAML", line, "mend it.")
    return render([one]).splitlines()


def test_the_caret_stands_under_its_character() -> None:
    _, shown, caret, mend = told("at: 9 o'clock", 5)
    assert shown[caret.index("^")] == "9"
    assert mend == "  help: mend it."


def test_the_caret_leaves_wide_characters_their_width() -> None:
    _, _, caret, _ = told("zh: 疼痛 x", 8)
    assert caret == "        \u3000\u3000 ^"


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "a" * 500 + "X" + "b" * 500
    _, shown, caret, _ = told(line, 501)
    assert len(shown) < 120
    assert shown[caret.index("^")] == "X"
    assert shown.strip().startswith("…")
    assert shown.endswith("…")


def test_problems_are_told_once_in_the_order_of_file_and_place() -> None:
    def one(file: str, line: int) -> Problem:
        return Problem("PB105", "error", file, line, 1, "this is no YAML", "", "mend it.")

    told_of = render([one("b.yaml", 1), one("a.yaml", 10), one("a.yaml", 9), one("a.yaml", 9)])
    assert [line.split(" ")[0] for line in told_of.splitlines() if "error" in line] == [
        "a.yaml:9:1",
        "a.yaml:10:1",
        "b.yaml:1:1",
    ]
