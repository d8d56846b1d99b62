"""What is lost without an inbox? The same questions, asked by python-telegram-bot the way its examples do it.

Rule: its defaults and `run_polling`, and each answer committed in SQLite by its handler before the next question
is asked. It is no straw man: a restart finds the conversation in the database again.
"""

from __future__ import annotations

import os
import sqlite3

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.kills.words import CHOICES, ITEMS, TYPED

Context = ContextTypes.DEFAULT_TYPE


class Book:
    """Its records."""

    def __init__(self, path: str) -> None:
        self._open = sqlite3.connect(path, isolation_level=None)
        self._open.execute("PRAGMA journal_mode=WAL")
        self._open.execute("PRAGMA synchronous=FULL")
        self._open.execute("CREATE TABLE IF NOT EXISTS report (number INTEGER PRIMARY KEY, chat INTEGER)")
        self._open.execute("CREATE TABLE IF NOT EXISTS answer (report INTEGER, item TEXT, value TEXT)")

    def begin(self, chat: int) -> int:
        """A new report."""
        return int(self._open.execute("INSERT INTO report (chat) VALUES (?)", (chat,)).lastrowid or 0)

    def newest(self, chat: int) -> int:
        """The report that a typed answer belongs to."""
        (number,) = self._open.execute("SELECT max(number) FROM report WHERE chat = ?", (chat,)).fetchone()
        return int(number or 0)

    def note(self, report: int, item: str, value: str) -> None:
        """Keep one answer; a second copy of it changes nothing."""
        known = self._open.execute("SELECT 1 FROM answer WHERE report = ? AND item = ?", (report, item))
        if known.fetchone() is None:
            self._open.execute("INSERT INTO answer VALUES (?, ?, ?)", (report, item, value))


BOOK = Book(os.environ["STOCK_BOOK"]) if "STOCK_BOOK" in os.environ else None


async def report(update: Update, context: Context) -> None:
    """Begin."""
    assert BOOK is not None
    assert update.effective_chat is not None
    await ask(context, update.effective_chat.id, BOOK.begin(update.effective_chat.id), ITEMS[0])


async def tapped(update: Update, context: Context) -> None:
    """Keep it, then ask on."""
    query = update.callback_query
    assert BOOK is not None
    assert query is not None
    assert query.data is not None
    assert update.effective_chat is not None
    _, number, item, choice = query.data.split(":")
    BOOK.note(int(number), item, choice)
    await query.answer()
    await ask_on(context, update.effective_chat.id, int(number), item)


async def typed(update: Update, context: Context) -> None:
    """The only question that is answered by typing."""
    assert BOOK is not None
    assert update.message is not None
    assert update.message.text is not None
    number = BOOK.newest(update.message.chat.id)
    BOOK.note(number, TYPED, update.message.text)
    await ask_on(context, update.message.chat.id, number, TYPED)


async def ask_on(context: Context, chat: int, number: int, after: str) -> None:
    """The next question, or thanks."""
    place = ITEMS.index(after) + 1
    if place < len(ITEMS):
        await ask(context, chat, number, ITEMS[place])
    else:
        await context.bot.send_message(chat, "Thank you.")


async def ask(context: Context, chat: int, number: int, item: str) -> None:
    """One question with its buttons."""
    row = [InlineKeyboardButton(one, callback_data=f"a:{number}:{item}:{one}") for one in CHOICES[item]]
    await context.bot.send_message(chat, item, reply_markup=InlineKeyboardMarkup([row]))


def main() -> None:
    """Poll until ended."""
    root = os.environ["PROBOT_TELEGRAM_API"].rstrip("/")
    token = os.environ["PROBOT_TELEGRAM_TOKEN"]
    app = Application.builder().token(token).base_url(f"{root}/bot").build()
    app.add_handler(CommandHandler("report", report))
    app.add_handler(CallbackQueryHandler(tapped))
    app.add_handler(MessageHandler(filters.TEXT, typed))
    app.run_polling()


if __name__ == "__main__":
    main()
