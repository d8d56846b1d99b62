from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probot.messages import units
from probot.telegram.parts import Part, parts_of


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_a_text_within_the_limit_is_one_part_with_its_quote():
    assert parts_of("hello world", (6, 5)) == (Part("hello world", (6, 5)),)


def test_the_limit_counts_an_emoji_as_two():
    assert len(parts_of("😀" * 2048, None)) == 1
    assert [units(part.text) for part in parts_of("😀" * 2049, None)] == [4096, 2]


def test_a_paragraph_is_a_better_place_to_cut_than_a_word():
    text = "first part of it\n\nsecond part of it"
    assert [part.text for part in parts_of(text, None, limit=24)] == [
        "first part of it\n\n",
        "second part of it",
    ]


def test_chinese_is_cut_behind_a_full_stop():
    text = "今天口腔很疼。吃饭的时候更疼一些"
    assert [part.text for part in parts_of(text, None, limit=10)] == ["今天口腔很疼。", "吃饭的时候更疼一些"]


def test_a_pause_near_the_beginning_does_not_waste_the_room():
    text = "a. " + "b" * 30 + " " + "c" * 30
    assert [part.text for part in parts_of(text, None, limit=40)] == ["a. " + "b" * 30 + " ", "c" * 30]


def test_a_joined_emoji_is_not_torn_apart():
    family = "👨‍👩‍👧"
    parts = parts_of("x" * 8 + family + "y", None, limit=12)
    assert [part.text for part in parts] == ["x" * 8, family + "y"]


def test_a_quote_is_continued_in_the_parts_it_reaches():
    parts = parts_of("aaaa bbbb cccc", (2, 10), limit=5)
    assert [(part.text, part.quote) for part in parts] == [
        ("aaaa ", (2, 3)),
        ("bbbb ", (0, 5)),
        ("cccc", (0, 2)),
    ]


def test_a_part_of_nothing_but_blank_lines_is_not_sent():
    parts = parts_of("start" + "\n" * 30 + "end", None, limit=10)
    assert [part.text.strip() for part in parts] == ["start", "end"]


def test_an_empty_text_is_one_empty_part():
    assert parts_of("", None) == (Part(""),)


def test_half_a_surrogate_and_a_null_become_marks_of_the_same_length():
    assert parts_of("a\ud83db\x00c", (1, 3)) == (Part("a\ufffdb\ufffdc", (1, 3)),)


@given(
    st.text(st.sampled_from("ab 。\n😀\u0301\u200d疼."), max_size=200),
    st.integers(2, 30),
    st.integers(0, 50),
    st.integers(1, 50),
)
def test_cutting_loses_nothing_and_never_passes_the_limit(text: str, limit: int, first: int, length: int):
    parts = parts_of(text, (first, length), limit)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(text.split())
    for part in parts:
        assert utf16(part.text) <= limit
        if part.quote is not None:
            assert 0 <= part.quote[0] < part.quote[0] + part.quote[1] <= utf16(part.text)
