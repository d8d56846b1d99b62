"""Which phrases mean yes, no, not sure, none, back or "I prefer not to answer"?

The rule: whole phrases only, in Chinese and English; a phrase with two meanings stands in no table. Tables are of
folded text (`probot.flows.folding.key`), so "I don't" is written `idont`.
"""

from __future__ import annotations

import re

from probot.flows.folding import key

YES = frozenset(
    """
    yes y yeah yea yep yup ya yesido yesidid yesihave yesiam yesihad yesitis yesitdid yesitwas yesthereis
    ido idid ihave ihad iam ofcourse definitely correct thatsright affirmative
    是 是的 对 对的 有 有的 有过 嗯 没错 当然 当然有 确实 确实有 的确 肯定 肯定有 是有 是有的 会 会的
    """.split()
)
NO = frozenset(
    """
    no n nope nah noidont noididnt noididnot noidonot noihavent noihavenot noimnot noiamnot noihadnt noitisnt noitdidnt
    notheresnt notatall nonotatall never none idont idonot ididnt ididnot ihavent ihavenot definitelynot ofcoursenot
    否 不 不是 不是的 没 没有 没有的 没有过 没过 无 不会 从没 从来没有 从没有 从没有过 从来没有过 完全没有 一点也没有 一点都没有 都没有
    """.split()
)
NOT_SURE = frozenset(
    """
    notsure imnotsure iamnotsure imnotreallysure notreallysure unsure imunsure dontknow donotknow idontknow idonotknow
    idk dunno idunno noidea ihavenoidea notcertain imnotcertain canttell icanttell
    不确定 不太确定 我不确定 不能确定 不知道 我不知道 不清楚 我不清楚 不太清楚 说不准 说不清 说不清楚 不好说 拿不准 不晓得 不太知道
    """.split()
)
"""What a yes-or-no item is answered with."""

NOTHING = frozenset(
    "no nope nah none noneofthese noneofthem noneofthose noneoftheabove 没有 没 无 都没有 以上都没有 没有的 一个都没有 一个也没有".split()
)
"""None of several options; and the option that says no where there is just one."""

ZERO_TIMES = frozenset(
    """
    none never notatall notonce notany nothing 没有 没 无 没有过 一次也没有 一次都没有 一次没有 没有一次 从没 从来没有
    """.split()
)
ONCE = frozenset({"once", "onlyonce", "justonce"})
TWICE = frozenset({"twice"})
"""Counts of 0, 1 and 2."""

DECLINE = frozenset(
    """
    prefernottoanswer iprefernottoanswer iwouldprefernottoanswer idprefernottoanswer prefernottosay iprefernottosay
    rathernotanswer idrathernotanswer iwouldrathernotanswer rathernotsay idrathernotsay dontwanttoanswer
    idontwanttoanswer idonotwanttoanswer idontwanttoanswerthis dontwanttosay idontwanttosay iwontanswer
    skip skipit skipthis skipthisone skipthisquestion
    不想回答 我不想回答 不愿回答 不愿意回答 我不愿意回答 不想答 不回答 我不回答 拒绝回答 不想说 我不想说 不方便回答 不便回答 不方便说
    跳过 跳过这题 跳过此题 跳过这个问题 跳过这一题 略过 这题跳过 这题不想回答 这个不想回答
    """.split()
)
BACK = frozenset(
    """
    back goback goingback previous previousquestion gotothepreviousquestion backtothepreviousquestion
    返回 返回上一题 返回上一步 上一题 上一步 上一个 上一个问题 回到上一题 回上一题 回上一步 后退 退回 退回上一题
    """.split()
)
WORDS_OF_TEXTS = frozenset({"back", "previous", "上一个"})
"""In an answer in own words these are words ("back" is where it hurts), not commands."""

SEEN = frozenset(
    """
    ok okay k yes next continue goon gotit understood iunderstand isee fine alright allright sure
    好 好的 好吧 行 可以 知道了 我知道了 明白 明白了 我明白了 了解 了解了 收到 继续 下一步 下一题 下一个 看完了 已读 嗯 是的
    """.split()
)
"""A statement was read."""

NOT_MEASURED = frozenset(
    """
    notmeasured didntmeasure didnotmeasure ididntmeasure ididnotmeasure ididntmeasureit ihaventmeasured
    nothermometer ihavenothermometer 没量 没有量 没测 没有测 没量过 没测过 没测量 没有测量 我没量 我没测 我没有量 我没有测量 未测 未测量
    没量体温 没测体温 没有量体温 没有体温计 没体温计
    """.split()
)

SEVERE = re.compile(
    r"severe|unbearabl|terribl|horribl|awful|agony|agoni[sz]|excruciat|worst|worse|intoler|extreme|very|really bad"
    r"|too much|a lot|so much|so bad|bad\b|dying|killing me|can(?:'?t|not) (?:stand|take|bear|breathe|sleep|eat|drink|swallow)|help|constant"
    r"|countless|many|(?<!no )fever|(?<![不没有])(?:发烧|高烧|发热)|all (?:day|night)"
    r"|死|受不了|忍不了|难以忍受|无法忍受|剧|极|最|很|非常|特别|太|厉害|严重|要命|撕心|钻心|难受|扛不住|顶不住|疯"
    r"|好[痛疼]|[痛疼]得|[痛疼]哭|救|十分|无数|不停|数不清|一直|整[天夜晚]|好多|[吃喝咽吞]不[下了进]"
)
"""Words of somebody who may be badly off, in a folded text. Too many rather than too few: they set no value."""

THANKS = frozenset(
    """
    thanks thankyou thx manythanks thanksalot thankyouverymuch thankyousomuch thankssomuch
    谢谢 谢谢你 谢谢您 谢谢你们 谢谢大家 谢谢医生 谢谢护士 多谢 感谢 非常感谢 十分感谢 太感谢了
    """.split()
)
"""Words that want nothing. Not "ok" or "yes": these may answer something that was said before."""

_TONE = re.compile(r"(?<=.)[啊呀哦噢啦哈嘛喔哟]+$")
_THANKS = re.compile(r"(?<=.)(?:please|thankyou|thanks|thx|谢谢您|谢谢你|谢谢)$")
_BREAKS = re.compile(r"[,.;!。、]+")


def means(folded: str, phrases: frozenset[str]) -> bool:
    """Whether the folded text is one of the phrases: once, or said again and again (`no, no`, `没有没有`)."""
    if _is_one(key(folded), phrases):
        return True
    parts = [key(part) for part in _BREAKS.split(folded)]
    return any(parts) and all(_is_one(part, phrases) for part in parts if part)


def _is_one(said: str, phrases: frozenset[str]) -> bool:
    plain = _TONE.sub("", _THANKS.sub("", said))
    return any(form in phrases or _once(form) in phrases for form in (said, plain))


def _once(said: str) -> str:
    """`没有` for `没有没有`; what is not one phrase again and again stays as it is."""
    for times in (2, 3, 4):
        part = said[: len(said) // times]
        if part * times == said:
            return part
    return said
