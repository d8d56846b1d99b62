"""How does a bot learn what happened? getMe, getUpdates and the webhook's settings.

The rule: waiting is the HTTP door's business; here getUpdates answers at once.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from probot.sandbox.args import Args
from probot.sandbox.chats import user_json
from probot.sandbox.core import Core
from probot.sandbox.errors import WEBHOOK_ACTIVE, bad_request, conflict
from probot.sandbox.state import Bot, Json, Webhook
from probot.sandbox.updates import KNOWN_KINDS


def get_me(core: Core, bot: Bot, _args: Args) -> Json:
    """The bot's own account."""
    return {
        **user_json(core, bot.id),
        "can_join_groups": True,
        "can_read_all_group_messages": bot.reads_all_group_messages,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_updates(core: Core, bot: Bot, args: Args) -> list[Json]:
    """The waiting updates from `offset` on. 409 while a webhook is set."""
    if bot.webhook:
        raise conflict(WEBHOOK_ACTIVE)
    _remember_allowed(bot, args)
    return core.updates.fetch(
        bot, offset=args.number("offset"), limit=args.within("limit", 100, 1, 100), now=core.now()
    )


def _remember_allowed(bot: Bot, args: Args) -> None:
    """A list sets the kinds, an empty list means the default kinds, no list leaves them as they were."""
    wanted: Any = args.value("allowed_updates", "can't parse allowed updates JSON object")
    if isinstance(wanted, list):
        bot.allowed_updates = [each for each in wanted if each in KNOWN_KINDS] or None


def set_webhook(core: Core, bot: Bot, args: Args) -> bool:
    """Sets the address for updates; an empty one is deleteWebhook."""
    url = args.text("url")
    if not url:
        return delete_webhook(core, bot, args)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    secret = args.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    if args.flag("drop_pending_updates"):
        core.updates.drop_all(bot, core.now())
    _remember_allowed(bot, args)
    bot.webhook = Webhook(
        url,
        secret_token=secret,
        max_connections=args.within("max_connections", 40, 1, 100),
        ip_address=args.text("ip_address") or None,
    )
    core.changed()
    return True


def delete_webhook(core: Core, bot: Bot, args: Args) -> bool:
    """Back to getUpdates."""
    if args.flag("drop_pending_updates"):
        core.updates.drop_all(bot, core.now())
    bot.webhook = None
    core.changed()
    return True


def get_webhook_info(core: Core, bot: Bot, _args: Args) -> Json:
    """The webhook's settings, how many updates wait and what went wrong last."""
    core.updates.expire(bot, core.now())
    hook = bot.webhook
    found: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.queue),
    }
    if hook:
        found["max_connections"] = hook.max_connections
        if hook.ip_address:
            found["ip_address"] = hook.ip_address
        if hook.last_error_date:
            found |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error_message}
    if bot.allowed_updates:
        found["allowed_updates"] = bot.allowed_updates
    return found
