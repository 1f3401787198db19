"""A chat's own watches, found and changed; commands and buttons both come through here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.parse.reference import parse_reference, referred
from bot.texts.watches import GONE
from data.errors import InputError
from data.model import EVERYTHING
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
    topic: int,
) -> tuple[Watch, bool]:
    """Watch an address on every chain; one that is watched already in that topic takes what was
    said anew.

    Returns the watch as it is now, and whether it is new.
    """
    for known in await watches.of_chat(connection, chat.id):
        if known.address == address and known.topic_id == topic:
            if threshold is not None:
                await watches.set_threshold(connection, known.id, threshold)
            if label is not None:
                await watches.set_label(connection, known.id, label)
            return await own_watch(connection, chat, known.id), False
    added = await watches.add(
        connection,
        chat.id,
        now=now,
        topic_id=topic,
        address=address,
        threshold=threshold,
        label=label,
    )
    return added, True


async def feed_of(
    connection: AsyncConnection, chat: Chat, chain: str | None, topic: int
) -> Watch | None:
    """The feed of everything on a chain, or on all of them, in a topic of the chat."""
    mine = await watches.of_chat(connection, chat.id)
    feeds = (one for one in mine if one.is_feed and one.topic_id == topic)
    return next((feed for feed in feeds if feed.chain == chain and feed.scope == EVERYTHING), None)


async def set_feed(
    connection: AsyncConnection,
    chat: Chat,
    chain: str | None,
    threshold: Threshold,
    now: datetime,
    topic: int,
) -> tuple[Watch, bool]:
    """Make the feed of a chain in a topic, or change it. Returns it, and whether it is new."""
    feed = await feed_of(connection, chat, chain, topic)
    if feed is None:
        added = await watches.add(
            connection, chat.id, now=now, topic_id=topic, chain=chain, threshold=threshold
        )
        return added, True
    await watches.set_threshold(connection, feed.id, threshold)
    return await own_watch(connection, chat, feed.id), False
