"""A chat's own watches, found and changed; commands and buttons both come through here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.parse.reference import parse_reference, referred
from bot.texts.watches import GONE
from data.errors import InputError
from data.queries import watches

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Chat, Threshold, Watch


async def own_watch(connection: AsyncConnection, chat: Chat, watch_id: int) -> Watch:
    """The chat's watch of that id. Raises InputError when it is gone, or another chat's."""
    watch = (await watches.by_ids(connection, [watch_id])).get(watch_id)
    if watch is None or watch.chat_id != chat.id:
        raise InputError(GONE)
    return watch


async def meant_watch(connection: AsyncConnection, chat: Chat, text: str) -> Watch:
    """The chat's watch that a person means by a number, an address or a label.

    Raises InputError when there is none, or more than one.
    """
    return referred(parse_reference(text), await watches.of_chat(connection, chat.id))


async def watch_address(
    connection: AsyncConnection,
    chat: Chat,
    address: bytes,
    threshold: Threshold | None,
    label: str | None,
    now: datetime,
) -> tuple[Watch, bool]:
    """Watch an address on every chain; one that is watched already takes what was said anew.

    Returns the watch as it is now, and whether it is new.
    """
    for known in await watches.of_chat(connection, chat.id):
        if known.address == address:
            if threshold is not None:
                await watches.set_threshold(connection, known.id, threshold)
            if label is not None:
                await watches.set_label(connection, known.id, label)
            return await own_watch(connection, chat, known.id), False
    added = await watches.add(
        connection, chat.id, now=now, address=address, threshold=threshold, label=label
    )
    return added, True


async def feed_of(connection: AsyncConnection, chat: Chat, chain: str | None) -> Watch | None:
    """The chat's feed of a chain, or the one of all chains."""
    mine = await watches.of_chat(connection, chat.id)
    return next((watch for watch in mine if watch.is_feed and watch.chain == chain), None)


async def set_feed(
    connection: AsyncConnection, chat: Chat, chain: str | None, threshold: Threshold, now: datetime
) -> tuple[Watch, bool]:
    """Make the chat's feed of a chain, or change it. Returns it, and whether it is new."""
    feed = await feed_of(connection, chat, chain)
    if feed is None:
        added = await watches.add(connection, chat.id, now=now, chain=chain, threshold=threshold)
        return added, True
    await watches.set_threshold(connection, feed.id, threshold)
    return await own_watch(connection, chat, feed.id), False
