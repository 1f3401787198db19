"""The table of commands, as Telegram's menu shows it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter, TelegramUnauthorizedError
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

if TYPE_CHECKING:
    from aiogram import Bot

_log = structlog.get_logger(__name__)

COMMANDS = {
    "start": "Begin here",
    "watch": "Watch a wallet: address, threshold, label",
    "unwatch": "Stop watching: number, address or label",
    "list": "Your watches",
    "name": "Call an address as you like",
    "names": "The names you gave",
    "threshold": "How much is enough to tell you",
    "whales": "Everything big on a chain",
    "timing": "Alerts at once, or of safe blocks only",
    "noise": "What I keep from you: look-alikes, imitations, airdrops",
    "why": "Why you were told of something, or were not",
    "history": "What I told you, and what I kept to myself",
    "unpriced": "What a watch does without a price",
    "mute": "Be quiet for a while",
    "unmute": "Speak again",
    "tx": "Follow a transaction to its end",
    "gas": "What a transfer and a swap cost now",
    "status": "How far I am on each chain",
    "help": "What I understand",
}


async def register_commands(
    bot: Bot, stopping: asyncio.Event, *, first_wait: float = 1, longest_wait: float = 300
) -> None:
    """Tell Telegram the commands of private chats; ask again, ever less often, while it is away.

    Returns when it is done, when the bot stops, or when the token is refused.
    """
    commands = [
        BotCommand(command=command, description=description)
        for command, description in COMMANDS.items()
    ]
    wait = first_wait
    while not stopping.is_set():
        try:
            await bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats())
        except TelegramUnauthorizedError:
            return  # polling tells it
        except TelegramRetryAfter as error:
            wait = max(wait, error.retry_after)
        except TelegramAPIError as error:
            _log.warning("the menu of commands could not be set", why=type(error).__name__)
        else:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), wait)
        wait = min(wait * 2, longest_wait)
