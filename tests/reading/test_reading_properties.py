"""What is true of every reading, whatever is typed."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.flows.folding import fold
from probot.flows.reading import NotUnderstood, Understood, read
from tests.reading.items import ITEMS

PAIN, TEMPERATURE = ITEMS["pain"], ITEMS["temperature"]

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
"""Any characters at all: lone surrogates, NUL, bidi marks and emoji included."""
PIECES = """
0 1 2 7 8 10 八 十 两 〇 零 七八 eight ten ８ ٨ ⑧ 🔟 ² ½ - – ~ . , / 。 、 : ? ! + % _ 分 次 度 点 年 月 日 不 没 没有 有 是 到 或 和 一共
not no yes or to about maybe 大概 左右 吧 points times pain 痛 out of degrees f ℃ 半 \u200b \u202e \u0338 😭 🤔 back skip 起水疱 发痒
"""
SAID = st.lists(st.sampled_from([*PIECES.split(), " ", "  ", "\n"]), max_size=8).map("".join)


def ways_to_write(number: int) -> list[str]:
    """The number in all scripts that Unicode has digits of, and in Chinese and English words."""
    zeros = [chr(code) for code in range(0x110000) if unicodedata.decimal(chr(code), None) == 0]
    digits = ["".join(chr(ord(zero) + int(each)) for each in str(number)) for zero in zeros]
    words = "zero one two three four five six seven eight nine ten".split()[number]
    chinese = "零一二三四五六七八九十"[number]
    capital = "零壹贰叁肆伍陆柒捌玖拾"[number]
    keycaps = "".join(f"{each}\ufe0f\u20e3" for each in str(number))
    circled = "⓪①②③④⑤⑥⑦⑧⑨⑩"[number]
    return [*digits, words, chinese, capital, keycaps, circled]


@pytest.mark.parametrize("number", range(11))
def test_a_number_counts_in_every_script_that_has_digits(number):
    ways = ways_to_write(number)
    assert len(ways) > 60
    for way in ways:
        for said in (way, f" {way} ", f"{way}。", f"{way}分", f"{way}!", f"{way.upper()}/10"):
            assert read(PAIN, said) == Understood(number), said


@pytest.mark.parametrize("number", range(100))
def test_chinese_and_english_number_words_count_up_to_ninety_nine(number):
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    chinese = (
        (digits[tens] if tens > 1 else "")
        + ("十" if tens else "")
        + (digits[ones] if ones or not tens else "")
    )
    small = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    small += "sixteen seventeen eighteen nineteen".split()
    names = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
    english = small[number] if number < 20 else names[tens] + (f"-{small[ones]}" if ones else "")
    wanted = Understood(number) if number <= 40 else NotUnderstood("out_of_range", possibly_severe=True)
    assert read(ITEMS["vomiting"], f"{chinese}次") == wanted
    assert read(ITEMS["vomiting"], f"{english} times") == wanted


@given(
    st.integers(340, 430),
    st.sampled_from([".", "。", "．", "·", ",", "，", "点", "度"]),
    st.sampled_from(["", "度", "℃", " °C"]),
)
def test_a_temperature_counts_with_every_sign_for_the_decimal(tenths, sign, unit):
    written = f"{tenths // 10}{sign}{tenths % 10}" + ("" if sign == "度" else unit)
    assert read(TEMPERATURE, written) == Understood(tenths / 10)


@given(st.sampled_from(list(ITEMS.values())), ANYTHING | SAID)
def test_reading_never_raises_and_a_value_is_always_one_of_the_item(item, text):
    reading = read(item, text)
    if not isinstance(reading, Understood):
        return
    value = reading.value
    match item.kind:
        case "scale" | "count":
            assert type(value) is int
            assert item.lowest <= value <= item.highest
        case "number":
            assert type(value) is float
            assert item.lowest <= value <= item.highest
            assert round(value, item.decimals) == value
        case "choice" | "yes_no":
            assert value in {option.id for option in item.options}
        case "several":
            assert [option.id for option in item.options if option.id in value] == list(value)
        case "text":
            assert 0 < len(value) <= item.highest
            assert "\0" not in value
            value.encode()


@given(ANYTHING | SAID | st.text("0123456789一二三十七八. -/分不", max_size=8))
def test_nothing_becomes_a_number_unless_it_holds_exactly_that_number(text):
    reading = read(PAIN, text)
    if isinstance(reading, Understood):
        # Seen by other means than the reader's own: every number word of the text, one after the other.
        words = dict(
            zip(
                "零〇一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾",
                [0, 0, 1, 2, 2, *range(3, 11), *range(1, 11)],
                strict=True,
            )
        )
        english = dict(
            zip("zero one two three four five six seven eight nine ten".split(), range(11), strict=True)
        )
        plain = re.sub("|".join(english), lambda word: f" {english[word.group()]} ", fold(text))
        plain = plain.replace("一〇", "十").replace("一零", "十").replace("一十", "十")
        plain = re.sub(
            "[零〇一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾]", lambda one: f" {words[one.group()]} ", plain
        )
        numbers = re.findall(r"\d+", re.sub(r"\.0+|/ ?10\b|out of ?10| / +10 ", " ", plain))
        assert [int(number) for number in numbers] == [reading.value]


@given(
    st.integers(0, 10),
    st.integers(0, 10),
    st.sampled_from(["-", "到", "或", " or ", "、", ",", " ", "~", "至", "; ", " to ", "和"]),
)
def test_two_numbers_are_never_one(first, second, between):
    reading = read(PAIN, f"{first}{between}{second}分")
    assert isinstance(reading, NotUnderstood)
    assert reading.possibly_severe == (max(first, second) >= 7)


@given(
    st.integers(0, 10),
    st.sampled_from(
        "not,不是,不到,超过,大概,约,差不多,about,around,maybe,可能,昨天,less than,more than,over,almost,~,<,>,+,±,no,没有,不,除了,never,n't".split(
            ","
        )
    ),
)
def test_a_number_with_a_doubt_before_it_is_asked_again(number, doubt):
    for said in (f"{doubt}{number}", f"{doubt} {number}分"):
        reading = read(PAIN, said)
        assert isinstance(reading, NotUnderstood)
        assert reading.possibly_severe == (number >= 7)


@given(
    st.integers(0, 10),
    st.sampled_from(
        "左右,吧,?,？,+,多,以上,以下,ish, or so, maybe,吗,%,点,天,°,/5,/100,.5,点五,小时,\u0338,🤔,👎,_".split(
            ","
        )
    ),
)
def test_a_number_with_a_doubt_after_it_is_asked_again(number, doubt):
    assert isinstance(read(PAIN, f"{number}{doubt}"), NotUnderstood)


TANGLED = ("8", "嗯,", "起水疱,", "ok ", "a ", "no, ", "(", "一", "8 / ")


def steps(item, text):
    """How many calls reading the text takes: the same on every machine, whatever else runs on it."""
    counted = 0

    def count(_frame, event, _argument):
        nonlocal counted
        counted += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read(item, text)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_a_long_or_tangled_text_is_read_at_once(item):
    for piece in TANGLED:
        read(item, piece)  # what is kept for the next time is no part of the work
        short, double, long = (steps(item, (piece * 4096)[:size]) for size in (100, 200, 4096))
        assert double <= 3 * short, piece  # twice the text, and hardly more than twice the work
        assert double <= 20_000, piece
        assert long <= 41 * short, piece
