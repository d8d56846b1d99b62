"""Which entries of a long list may be meant by a few letters or characters?

The rule: the whole name counts alone; else every entry that holds all the words typed is offered, the nearest
first, and the person taps. Nothing is chosen for them.
"""

from __future__ import annotations

from functools import lru_cache

from probot.flows.folding import fold, key
from probot.study.model import Item, Option

SHORTEST = 2
"""Letters that have to be typed; one Chinese character is enough."""


def search(item: Item, folded: str) -> tuple[Option, ...]:
    """The options that the folded words may mean, the nearest first."""
    words = [_name(word) for word in folded.split() if key(word)]
    if not words or (len(key(folded)) < SHORTEST and key(folded).isascii()):
        return ()
    found = []
    for place, option in enumerate(item.options):
        names = [_name(words_of) for words_of in (*option.text.values(), *option.also)]
        nearness = [_nearness(name, words, _name(folded)) for name in names]
        best = min((each for each in nearness if each is not None), default=None)
        if best is not None:
            found.append((best, place, option))
    return tuple(option for _, _, option in sorted(found, key=lambda each: each[:2]))


def _nearness(name: str, words: list[str], whole: str) -> tuple[int, int] | None:
    """0: the name itself. 1: it begins so. 2: it holds every word. Shorter names are nearer."""
    if name == whole:
        return (0, 0)
    if name.startswith(whole):
        return (1, len(name))
    return (2, len(name)) if all(word in name for word in words) else None


@lru_cache(maxsize=4096)
def _name(words: str) -> str:
    # 黏膜 is as often written 粘膜.
    return key(fold(words)).replace("粘膜", "黏膜")
