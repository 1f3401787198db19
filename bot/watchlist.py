"""A chat's own watches, found and changed; commands and buttons both come through here.

Whatever makes watches asks ``room_for`` first, in the transaction in which it makes them: until
that ends nobody else adds to the chat's list.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from bot.languages import N_
from bot.parse.reference import parse_reference, referred
from bot.texts.watches import GONE
from data.errors import InputError
from data.queries import removed, watches, watchlists
from data.redis import removed as lately
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat, Threshold, Watch

_FULL = N_(
    "That would be more than the {most} watches that a chat may have: remove some first, in /list"
    " or with /unwatch."
)
_NO_ROOM = N_(
    "There is no room for {count} more: of the {most} watches that a chat may have, {used} are"
    " taken. Remove some first, in /list or with /unwatch."
)
_TOO_LATE = N_(
    "What was removed can be brought back for ten minutes, and they are over: watch it anew."
)
_BACK_ALREADY = N_("It is back already: /list shows it.")
_WATCHED_AGAIN = N_("You watch it again already, as number {number}.")
_most: ContextVar[int] = ContextVar("watches_per_chat", default=1_000)


class WatchGone(InputError):
    """Somebody has removed the watch, or it is another chat's."""

    def __init__(self) -> None:
        super().__init__(GONE)


def allow(most: int) -> None:
    """A chat may have so many watches, from here on in this task."""
    _most.set(most)


def most_watches() -> int:
    """How many watches the chat that is spoken of may have."""
    return _most.get()


async def room_for(connection: AsyncConnection, chat: Chat, count: int = 1) -> None:
    """Make sure that so many watches more may be made in this transaction; 0: that those which were
    made in it may stay.

    Raises InputError when that would be more than a chat may have.
    """
    await watchlists.hold(connection, chat.id)
    used, most = await watchlists.count(connection, chat.id), _most.get()
    if used + count <= most:
        return
    if count <= 1:
        raise InputError(_FULL, most=most)
    raise InputError(_NO_ROOM, count=count, most=most, used=used)


async def own_watch(connection: AsyncConnection, chat: Chat, watch_id: int) -> Watch:
    """The chat's watch of that id. Raises WatchGone when it is gone, or another chat's."""
    watch = (await watches.by_ids(connection, [watch_id])).get(watch_id)
    if watch is None or watch.chat_id != chat.id:
        raise WatchGone
    return watch


async def meant_watch(connection: AsyncConnection, chat: Chat, text: str) -> Watch:
    """The chat's watch that a person means by a number, an address or a label.

    Raises InputError when there is none, or more than one.
    """
    return referred(parse_reference(text), await watches.of_chat(connection, chat.id))


async def on_address(
    connection: AsyncConnection, chat: Chat, address: bytes, topic: int | None = None
) -> list[Watch]:
    """The chat's watches on an address, by number; only those of a topic where one is given."""
    found = await in_order(connection, await watchlists.ids_on(connection, chat.id, address))
    return [watch for watch in found if topic in {None, watch.topic_id}]


async def in_order(connection: AsyncConnection, ids: Iterable[int]) -> list[Watch]:
    """Those of the watches that still exist, in the order of the ids."""
    ordered = list(ids)
    found = await watches.by_ids(connection, ordered)
    return [found[one] for one in ordered if one in found]


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

    Returns the watch as it is now, and whether it is new. Raises InputError when the list is full.
    """
    await watchlists.hold(connection, chat.id)
    for known in await on_address(connection, chat, address, topic):
        if threshold is not None:
            await watches.set_threshold(connection, known.id, threshold)
        if label is not None:
            await watches.set_label(connection, known.id, label)
        return await own_watch(connection, chat, known.id), False
    await room_for(connection, chat)
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


async def remove(context: Context, chat: Chat, watch: Watch) -> bool:
    """Remove a watch; whether it can be brought back for a while, which it cannot without Redis.

    Raises WatchGone when somebody else was faster.
    """
    async with context.database.write() as connection:
        record = await removed.take(connection, watch.id)
    if record is None:
        raise WatchGone
    try:
        await lately.keep(context.redis, chat.id, watch.id, record)
    except RedisAway:
        return False
    return True


async def bring_back(context: Context, chat: Chat, watch_id: int) -> Watch:
    """The watch as it was before it was removed.

    Raises InputError when that is too long ago, when it or its like is there already, and when the
    list is full.
    """
    record = await _kept(context, chat, watch_id)
    async with context.database.write() as connection:
        there = (await watches.by_ids(connection, [watch_id])).get(watch_id)
        if there is not None and there.chat_id == chat.id:
            raise InputError(_BACK_ALREADY)
        if record is None:
            raise InputError(_TOO_LATE)
        await room_for(connection, chat)
        watch = await removed.put_back(connection, record)
        if watch is None:
            raise InputError(_BACK_ALREADY)
        if watch.address is not None:
            for other in await on_address(connection, chat, watch.address, watch.topic_id):
                if other.id != watch.id and other.chain == watch.chain:
                    raise InputError(_WATCHED_AGAIN, number=other.number)
    return watch


async def _kept(context: Context, chat: Chat, watch_id: int) -> str | None:
    try:
        return await lately.kept(context.redis, chat.id, watch_id)
    except RedisAway:
        return None
