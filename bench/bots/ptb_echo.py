"""What does python-telegram-bot's own kind of bot do with a text? It says it again: its defaults, nothing else."""

from __future__ import annotations

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say the same."""
    message = update.message
    assert message is not None
    await message.reply_text(message.text or "")


def main(root: str, token: str) -> None:
    """Poll `root` until ended."""
    app = Application.builder().token(token).base_url(f"{root}/bot").build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    app.run_polling()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
