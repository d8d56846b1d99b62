"""What does a participant read when the care team asks something? The team's words in a frame that says who asks.

The rule: it is the care team of the study that asks, never a person by name; and nobody is led to think that the chat
is watched.
"""

from __future__ import annotations

from probot.flows.text import message
from probot.messages import Message, units
from probot.study.model import Study
from probot.wording import say

MOST = 1500
"""Characters that the team may ask in; with the frame it stays one message."""


def enquiry(study: Study, language: str, words: str) -> Message:
    """The question as it is put to the participant. The frame is in their language, the words are the team's own.

    The first line may show on a locked screen, so it names nothing.
    """
    before = say(language, "enquiry.asks")
    how = say(language, "enquiry.how", study=study.title[language])
    after = f"{how}\n\n{study.texts['emergency'][language]}"
    quote = (units(before) + 1, units(words))
    return Message(f"{before}\n{words}\n\n{after}", quote=quote, wants_reply=True)


def enquiry_answered(study: Study, language: str) -> Message:
    """Thanks for the answer, and what to do in an emergency."""
    return message([say(language, "enquiry.thanks"), study.texts["emergency"][language]])
