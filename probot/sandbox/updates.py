"""Which updates wait for a bot, and when are they gone? Telegram's queue: offsets confirm, time expires, ids may jump.

The rule: an update leaves the queue only by being confirmed, by expiring, or by being dropped on request.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from probot.sandbox.faults import Faults
from probot.sandbox.state import Bot, Json
from probot.sandbox.transcript import Fate, Transcript, UpdateFate

MESSAGE_LIFE = 86_400.0
CALLBACK_LIFE = 150.0
QUIET_WEEK = 7 * 86_400.0
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KNOWN_KINDS = frozenset(
    {
        *(
            "message",
            "edited_message",
            "channel_post",
            "edited_channel_post",
            "callback_query",
            "my_chat_member",
        ),
        *(
            "chat_member",
            "chat_join_request",
            "message_reaction",
            "message_reaction_count",
            "poll",
            "poll_answer",
        ),
        *("inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query"),
    }
)


class UpdateQueues:
    """The queues of all bots."""

    def __init__(self, transcript: Transcript, faults: Faults) -> None:
        self._transcript = transcript
        self._faults = faults
        self._again: dict[int, list[Json]] = {}

    def add(
        self,
        bot: Bot,
        kind: str,
        body: Json,
        *,
        now: datetime,
        life: float,
        chat: int | None,
        person: int | None,
    ) -> int | None:
        """Queues an update; its id, or None when the bot did not ask for this kind or it is too old already."""
        wanted = bot.allowed_updates
        if (kind not in wanted) if wanted else (kind in NOT_BY_DEFAULT):
            return None
        at = now.timestamp()
        if life <= 0:
            return None
        self._number(bot, at)
        number = bot.next_update_id
        update: Json = {"update_id": number, kind: body}
        bot.next_update_id += 1
        bot.last_update_at = at
        bot.queue.append(
            {
                "update": update,
                "kind": kind,
                "expires_at": at + life,
                "chat": chat,
                "person": person,
                "fails": 0,
                "delay": 1.0,
                "wake_at": at,
            }
        )
        self._transcript.queued(UpdateFate(bot.id, update, kind, chat, person, now))
        return number

    @staticmethod
    def _number(bot: Bot, at: float) -> None:
        """Ids go up by one, and start from an arbitrary place after a week without updates."""
        idle = bot.last_update_at is not None and at - bot.last_update_at >= QUIET_WEEK
        if not bot.next_update_id or (idle and not bot.queue):
            seed = hashlib.sha256(f"{bot.id}/{bot.next_update_id}".encode()).digest()
            bot.next_update_id = 100_000_000 + int.from_bytes(seed[:4], "big") % 800_000_000

    def expire(self, bot: Bot, now: datetime) -> None:
        """Drops what has outlived its time."""
        at = now.timestamp()
        if any(each["expires_at"] <= at for each in bot.queue):
            self._remove(bot, [each for each in bot.queue if each["expires_at"] <= at], "expired", now)

    def fetch(self, bot: Bot, *, offset: int, limit: int, now: datetime) -> list[Json]:
        """What getUpdates gives. A positive offset confirms all before it; a negative one keeps only the last."""
        self.expire(bot, now)
        if offset < 0:
            self._remove(bot, bot.queue[: max(0, len(bot.queue) + offset)], "dropped", now)
        elif 0 < offset <= bot.next_update_id + 10:
            confirmed = [each for each in bot.queue if each["update"]["update_id"] < offset]
            if confirmed and self._faults.on_updates("duplicate"):
                self._again.setdefault(bot.id, []).extend(each["update"] for each in confirmed)
            self._remove(bot, confirmed, "confirmed", now)
        batch = [*self._again.pop(bot.id, []), *(each["update"] for each in bot.queue)][:limit]
        if len(batch) > 1 and self._faults.on_updates("reorder"):
            batch.reverse()
        for update in batch:
            self._transcript.delivered(bot.id, update["update_id"], now)
        return batch

    def drop_all(self, bot: Bot, now: datetime) -> None:
        """What drop_pending_updates does."""
        self._remove(bot, list(bot.queue), "dropped", now)

    def due(self, bot: Bot, now: datetime) -> list[Json]:
        """For webhooks: the first waiting update of each chat whose time has come. Entries of `bot.queue`."""
        self.expire(bot, now)
        heads: dict[int | None, Json] = {}
        for each in bot.queue:
            heads.setdefault(each["chat"], each)
        return [each for each in heads.values() if each["wake_at"] <= now.timestamp()]

    def accepted(self, bot: Bot, entry: Json, now: datetime) -> None:
        """A webhook answered 2xx."""
        if entry in bot.queue:
            self._remove(bot, [entry], "confirmed", now)

    def refused(self, entry: Json, now: datetime) -> None:
        """A webhook failed: at once again, then 2, 4, … up to 60 seconds apart, until the update expires."""
        if entry["fails"]:
            entry["delay"] = min(60.0, entry["delay"] * 2)
        entry["wake_at"] = now.timestamp() + (entry["delay"] if entry["fails"] else 0.0)
        entry["fails"] += 1

    def handed(self, bot: Bot, entry: Json, now: datetime) -> None:
        """A webhook is being given this update."""
        self._transcript.delivered(bot.id, entry["update"]["update_id"], now)

    def _remove(self, bot: Bot, entries: list[Json], fate: Fate, now: datetime) -> None:
        gone = {each["update"]["update_id"] for each in entries}
        for update_id in gone:
            self._transcript.ended(bot.id, update_id, fate, now)
        bot.queue = [each for each in bot.queue if each["update"]["update_id"] not in gone]
