"""The table of commands, and which of them Telegram's menu shows to whom."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter, TelegramUnauthorizedError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from bot.languages import N_, _, speaking
from data.model import Language

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import BotCommandScopeUnion

_log = structlog.get_logger(__name__)

COMMANDS = {
    "start": N_("Begin here"),
    "watch": N_("Watch a wallet: address, threshold, label"),
    "unwatch": N_("Stop watching: number, address or label"),
    "list": N_("Your watches"),
    "share": N_("A link to your watches"),
    "export": N_("Your watches as a file"),
    "import": N_("Watches from a file"),
    "name": N_("Call an address as you like"),
    "names": N_("The names you gave"),
    "threshold": N_("How much is enough to tell you"),
    "whales": N_("Everything big on a chain"),
    "timing": N_("Alerts at once, or of safe blocks only"),
    "noise": N_("What I keep from you: look-alikes, imitations, airdrops"),
    "why": N_("Why you were told of something, or were not"),
    "history": N_("What I told you, and what I kept to myself"),
    "unpriced": N_("What a watch does without a price"),
    "mute": N_("Be quiet for a while"),
    "unmute": N_("Speak again"),
    "quiet": N_("Hours in which alerts wait for one message"),
    "digest": N_("One message a day or an hour, with a picture"),
    "tx": N_("Follow a transaction to its end"),
    "gas": N_("What a transfer and a swap cost now"),
    "status": N_("How far I am on each chain"),
    "language": N_("Which language I write in"),
    "channels": N_("Set up a group or channel from here"),
    "done": N_("Back to this chat"),
    "privacy": N_("What I keep about this chat"),
    "forget": N_("Forget everything about this chat"),
    "help": N_("What I understand"),
}
ONLY_PRIVATE = frozenset({"channels", "done"})
"""They mean nothing in a group, and are not answered there."""
OPEN_TO_ALL = frozenset(
    {"start", "list", "names", "why", "history", "gas", "status", "privacy", "help"}
)
"""What everybody in a group may use; everything else there is for its administrators."""
MENUS = (
    (BotCommandScopeAllPrivateChats(), tuple(COMMANDS)),
    (BotCommandScopeAllGroupChats(), tuple(one for one in COMMANDS if one in OPEN_TO_ALL)),
    # Telegram shows the narrowest menu alone: an administrator's has what is open to all as well
    (
        BotCommandScopeAllChatAdministrators(),
        tuple(one for one in COMMANDS if one not in ONLY_PRIVATE),
    ),
)
"""What is offered where."""


async def register_commands(
    bot: Bot, stopping: asyncio.Event, *, first_wait: float = 1, longest_wait: float = 300
) -> None:
    """Tell Telegram the commands of private chats, of groups and of their administrators, in every
    language; ask again, ever less often, while it is away.

    Returns when it is done, when the bot stops, or when the token is refused.
    """
    waiting = [(language, *menu) for language in Language for menu in MENUS]
    wait = first_wait
    while not stopping.is_set():
        try:
            while waiting:
                await _register(bot, *waiting[0])
                del waiting[0]
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


async def _register(
    bot: Bot, language: Language, scope: BotCommandScopeUnion, offered: tuple[str, ...]
) -> None:
    """English is for everybody whose language is not there."""
    with speaking(language):
        commands = [BotCommand(command=one, description=_(COMMANDS[one])) for one in offered]
    await bot.set_my_commands(
        commands,
        scope=scope,
        language_code=None if language is Language.ENGLISH else language,
    )
