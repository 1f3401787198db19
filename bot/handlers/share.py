"""``/share``: a link to a watch or to all of them; and what is behind such a link."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.utils.deep_linking import create_start_link

from bot.answers import add, answer, show
from bot.buttons.share import ShareAct, ShareButton, SharedButton
from bot.keyboards import share as keyboards
from bot.languages import _
from bot.middlewares.lateness import SPEAKS
from bot.middlewares.permission import OPEN
from bot.places import topic_of
from bot.sharing.link import PREFIX, NotOurs, link_to_list, link_to_watch, opened
from bot.sheet.lines import line_from
from bot.sheet.plan import fresh
from bot.texts import share as texts
from bot.texts.general import BUTTON_TOO_OLD
from bot.watchlist import meant_watch, most_watches, own_watch
from data.errors import InputError
from data.queries import shares, watchlists, whole_lists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiogram import Bot
    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

    from bot.context import Context
    from data.model import Chat, Watch

_OFF = "off"
MOST_SHARED = 1_000
"""Watches behind one link."""


def make_router() -> Router:
    """Its handlers; they come before those of a plain ``/start``."""
    router = Router(name="share")
    begins = F.args.startswith(PREFIX)
    router.message.register(open_link, CommandStart(deep_link=True, magic=begins), flags=OPEN)
    router.message.register(share, Command("share", ignore_case=True), flags=SPEAKS)
    router.callback_query.register(tap, ShareButton.filter())
    router.callback_query.register(take, SharedButton.filter())
    return router


async def share(
    message: Message, command: CommandObject, context: Context, chat: Chat, bot: Bot
) -> None:
    """A link to the watch that is meant, or to all; or the end of all links."""
    meant = (command.args or "").strip()
    if meant.casefold() == _OFF:
        async with context.database.write() as connection:
            count = await shares.end(connection, chat.id)
        await answer(message, texts.ended(count))
        return
    async with context.database.read() as connection:
        if meant:
            one = await meant_watch(connection, chat, meant)
            mine, watch = [one], one.id
        else:
            mine, watch = await whole_lists.read(connection, chat.id), 0
    text, keyboard = await _made(context, chat, bot, mine, watch, labels=False)
    await answer(message, text, keyboard)


async def tap(
    query: CallbackQuery, callback_data: ShareButton, context: Context, chat: Chat, bot: Bot
) -> None:
    """A link, one with labels, or the end of one."""
    if callback_data.act is ShareAct.END:
        share_id = bytes.fromhex(callback_data.share)
        async with context.database.write() as connection:
            await shares.end(connection, chat.id, share_id)
            if await shares.get(connection, share_id, context.clock()) is not None:
                # another chat's
                raise InputError(BUTTON_TOO_OLD)
        await show(query, _(texts.ENDED))
        return
    watch = callback_data.watch
    async with context.database.read() as connection:
        if watch:
            mine = [await own_watch(connection, chat, watch)]
        else:
            mine = await whole_lists.read(connection, chat.id)
    labels = callback_data.act is ShareAct.LABELS
    text, keyboard = await _made(context, chat, bot, mine, watch, labels=labels)
    # the list stays where it is; a link takes the place of the one before
    await (show if labels else add)(query, text, keyboard)


async def open_link(
    message: Message, command: CommandObject, context: Context, chat: Chat, bot: Bot
) -> None:
    """Show what is behind a link, and ask."""
    payload = command.args or ""
    shown = await _behind(payload, context, bot)
    text = texts.opened(shown, chat, context.chains, context.clock())
    keyboard = keyboards.opened(payload.removeprefix(PREFIX), len(shown))
    await answer(message, text, keyboard)


async def take(
    query: CallbackQuery, callback_data: SharedButton, context: Context, chat: Chat, bot: Bot
) -> None:
    """Watch what is behind a link; what is watched already stays as it is."""
    shown = await _behind(PREFIX + callback_data.sealed, context, bot)
    topic = topic_of(query)
    lines = [line_from(watch, topic) for watch in shown]
    most = most_watches()
    async with context.database.write() as connection:
        await watchlists.hold(connection, chat.id)
        mine = await whole_lists.read(connection, chat.id)
        new, known = await fresh(lines, mine, chat.id, context.clock())
        room = max(0, most - len(mine))
        await whole_lists.add(connection, new[:room])
    await show(query, texts.taken(len(new[:room]), known, len(new[room:]), most))


async def _behind(payload: str, context: Context, bot: Bot) -> list[Watch]:
    """Raises InputError for a link that leads nowhere (any more)."""
    try:
        found = opened(payload, context.chains, bot.token)
    except NotOurs:
        raise InputError(texts.NOT_OURS) from None
    if not isinstance(found, bytes):
        return [found]
    async with context.database.read() as connection:
        listed = await shares.get(connection, found, context.clock())
    if listed is None:
        raise InputError(texts.OVER)
    return listed


async def _made(
    context: Context, chat: Chat, bot: Bot, mine: Sequence[Watch], watch: int, *, labels: bool
) -> tuple[str, InlineKeyboardMarkup]:
    if not mine:
        raise InputError(texts.NOTHING_TO_SHARE)
    if len(mine) > MOST_SHARED:
        raise InputError(texts.TOO_LONG, count=MOST_SHARED)
    now = context.clock()
    named = any(one.label for one in mine)
    payload, share_id, until = None, None, None
    if watch and not (labels and named):
        payload = link_to_watch(mine[0], context.chains, bot.token)
    if payload is None:
        until = now + timedelta(days=context.settings.keep_shares_days)
        async with context.database.write() as connection:
            share_id = await shares.make(connection, chat.id, mine, now, until, labels=labels)
        if share_id is None:
            raise InputError(texts.TOO_MANY_LINKS, count=shares.MOST_PER_CHAT)
        payload = link_to_list(share_id, bot.token)
    link = await create_start_link(bot, payload)
    text = texts.link_made(link, len(mine), until, now, labels=labels and named)
    has_labels = named and not labels
    return text, keyboards.under_link(link, watch, share_id, has_labels=has_labels)
