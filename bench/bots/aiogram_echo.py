"""What does aiogram's own kind of bot do with a text? It says it again: its defaults, nothing else."""

from __future__ import annotations

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message


async def echo(message: Message) -> None:
    """Say the same."""
    await message.answer(message.text or "")


async def main(root: str, token: str) -> None:
    """Poll `root` until ended."""
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(root)))
    dispatcher = Dispatcher()
    dispatcher.message.register(echo)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
