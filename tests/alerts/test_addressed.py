"""Whose code do words begin with, however it is typed, and what is left of them?"""

from __future__ import annotations

import pytest

from probot.alerts.addressed import addressed

CODES = ("P-001", "P-0011", "P-002", "7", "ab", "aB")


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("P-001: are you shivering?", "P-001", "are you shivering?"),
        ("P-001：您发冷吗？", "P-001", "您发冷吗？"),
        ("p-001 are you shivering?", "P-001", "are you shivering?"),
        ("Ｐ－００１，发冷吗？", "P-001", "发冷吗？"),
        ("P-001您发冷吗？", "P-001", "您发冷吗？"),
        (" #P–001 - now?", "P-001", "now?"),
        ("【P-002】现在呢？", "P-002", "现在呢？"),
        ("P-001.\nNow?", "P-001", "Now?"),
        ("P-0011: now?", "P-0011", "now?"),
        ("7: now?", "7", "now?"),
        ("aB: now?", "aB", "now?"),
        ("AB: now?", "aB", "now?"),
        ("P-002", "P-002", ""),
    ],
)
def test_a_code_in_front_is_taken_off(typed: str, code: str, words: str) -> None:
    assert addressed(typed, CODES) == (code, words)


@pytest.mark.parametrize(
    "typed",
    [
        "7 times a day?",
        "ab initio",
        "P-00112: now?",
        "P-003: now?",
        "Is P-001 well?",
        "",
        "？",
        "- P",
        "发冷吗？P-001",
    ],
)
def test_words_that_begin_with_no_code_stay_as_they_are(typed: str) -> None:
    assert addressed(typed, CODES) == (None, typed)
