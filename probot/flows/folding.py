"""What do two ways of typing the same thing have in common? Text without width, case, digits' script and emoji.

The rule: only what a reader cannot see a difference of meaning in is taken away; what is not known stays, and
stands in the way of being understood.
"""

from __future__ import annotations

import re
import unicodedata

JUNK = "\N{REPLACEMENT CHARACTER}"
"""Stands for what no answer may contain: control characters, lone surrogates, bidi overrides, fractions."""

_INVISIBLE = frozenset(
    "\u200b\u200c\u200d\u2060\ufeff"  # zero width
    "\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069"  # direction marks; overrides stay junk
    "\ufe0e\ufe0f\u20e3"  # emoji presentation and keycaps
)
_SAME = str.maketrans(
    {
        "🔟": " 10 ",
        **dict.fromkeys("º˚∘", "°"),
        **dict.fromkeys("’‘`´ʼ", "'"),
        **dict.fromkeys("−–—‒‐‑⁻", "-"),
        **dict.fromkeys("〜∼", "~"),
        **dict.fromkeys("“”„«»「」『』《》", '"'),
        "\u066b": ".",  # the Arabic decimal sign
        "⁄": JUNK,
        # The commonest traditional characters that answers are made of.
        **dict(
            zip(
                "沒點兩壹貳參叄陸對嗎過會測體溫說確時間給選評數實",
                "没点两壹贰叁叁陆对吗过会测体温说确时间给选评数实",
                strict=True,
            )
        ),
    }
)
# Faces and hearts that add feeling and no meaning; not the thinking, winking, lying or gesturing ones.
_FEELINGS = "[\U0001f600-\U0001f608\U0001f60a-\U0001f60e\U0001f610-\U0001f614\U0001f616-\U0001f642\U0001f64f\u2764\U0001f494-\U0001f49f\U0001f912\U0001f915\U0001f922\U0001f92e\U0001f976\U0001f97a]"
_AROUND = re.compile(rf"^(?:{_FEELINGS}|\s)+|(?:{_FEELINGS}|\s)+$")
_BRACKETS = {"(": ")", "[": "]", "【": "】", '"': '"', "'": "'", "*": "*"}


def fold(text: str) -> str:
    """`text` as it is read: digits are 0-9, letters small and of usual width, spaces single, no emoji around."""
    if text.isascii() and text.isalnum():
        return text.lower()  # most answers: nothing in it has another form
    plain = "".join(_fold_character(character) for character in text.translate(_SAME))
    plain = unicodedata.normalize("NFKC", plain).translate(_SAME).casefold()
    return unwrap(_AROUND.sub("", re.sub(r"\s+", " ", plain)))


def _fold_character(character: str) -> str:
    if character in _INVISIBLE:
        return ""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "No" or (category == "Nl" and character != "〇"):
        # A circled or raised number stands for itself: spaces keep it from growing into its neighbours.
        number = unicodedata.numeric(character, 0.5) if category == "No" else 0.5
        return f" {int(number)} " if number.is_integer() else JUNK
    if category in {"Cs", "Cf", "Cn", "Co"} or (category == "Cc" and character not in "\t\n\r"):
        return JUNK
    return character


def unwrap(text: str) -> str:
    """Without quotes and brackets around the whole."""
    text = text.strip()
    while len(text) > 2 and _BRACKETS.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text


def key(folded: str) -> str:
    """A folded text for comparing phrases: without the spaces and sentence marks between words.

    Signs that make a difference (`<1`, `2-9`, `1/2`) and whatever stands between two digits are kept.
    """
    return _MARKS.sub(lambda run: run.group() if _between_digits(run) else "", folded)


_MARK = frozenset(" ,.;:!'\"()[]。、…·")
_MARKS = re.compile(r"[\s,.;:!'\"()\[\]。、…·]+")


def reach(folded: str, most: int) -> int:
    """How much of the folded text `most` characters of its key can take up at the most, marks between them included."""
    counted = 0
    for place, character in enumerate(folded):
        counted += character not in _MARK
        if counted > most:
            return place
    return len(folded)


def _between_digits(run: re.Match[str]) -> bool:
    before, after = run.string[: run.start()][-1:], run.string[run.end() :][:1]
    return before.isdecimal() and after.isdecimal()
