"""A chat's feeds, found, made and changed; commands and buttons both come through here.

A feed is told by its chain, its topic and what it is about: a chat may have several of a chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.feeds.subjects import on_chain, scope_of, subject_of
from bot.watchlist import own_watch, room_for
from data.errors import InputError
from data.queries import watches, watchlists

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.feeds.subjects import Subject
    from data.model import Chain, Chat, Threshold, Watch


async def feeds_of(connection: AsyncConnection, chat: Chat) -> list[Watch]:
    """All feeds of the chat, in all topics."""
    return [watch for watch in await watches.of_chat(connection, chat.id) if watch.is_feed]


async def own_feed(connection: AsyncConnection, chat: Chat, feed_id: int) -> Watch:
    """The chat's feed of that id. Raises InputError when it is gone, or no feed of the chat's."""
    feed = await own_watch(connection, chat, feed_id)
    if not feed.is_feed:
        raise InputError("That is no feed any more: /whales shows which there are.")
    return feed


def alike(
    feeds: Sequence[Watch],
    chain: str | None,
    subject: Subject | None,
    chains: Sequence[Chain],
) -> list[Watch]:
    """Those of a chain, or of all chains together, that are about that; about anything if None."""
    return [
        feed
        for feed in feeds
        if feed.chain == chain and (subject is None or subject_of(feed, chains) == subject)
    ]


async def put_feed(
    connection: AsyncConnection,
    chat: Chat,
    chain: str | None,
    subject: Subject,
    threshold: Threshold,
    topic: int,
    now: datetime,
    chains: Sequence[Chain],
) -> tuple[Watch, Watch | None]:
    """Make a feed, or change the one in that topic that is about the same; the feed, and as it was
    before if it was there. Raises InputError when the list is full."""
    await watchlists.hold(connection, chat.id)
    subject = subject.about(threshold)
    mine = await feeds_of(connection, chat)
    here = [one for one in alike(mine, chain, subject, chains) if one.topic_id == topic]
    if here:
        await watches.set_threshold(connection, here[0].id, threshold)
        return await own_watch(connection, chat, here[0].id), here[0]
    await room_for(connection, chat)
    added = await watches.add(
        connection,
        chat.id,
        now=now,
        topic_id=topic,
        chain=chain,
        threshold=threshold,
        scope=scope_of(subject, on_chain(chain, chains)),
    )
    return added, None
