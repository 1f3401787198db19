"""What somebody new has chosen so far. It is read from what the chat watches, so nothing has to be
remembered between the steps, and a keyboard of last week tells the truth again at the first tap."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.feeds.own import alike, feeds_of, put_feed
from bot.feeds.subjects import Subject
from bot.first.known import WELL_KNOWN, wallets_of
from bot.watchlist import watch_address
from data.model import UsdThreshold
from data.queries import chats, removed, watches, watchlists
from data.queries.moving import GENERAL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat, Watch

CALM = UsdThreshold(Decimal(10_000_000))
"""For wallets of exchanges and for everything at once: from less on they move all the time."""


@dataclass(frozen=True, slots=True)
class Choices:
    """``exchanges`` of which a wallet is watched; the feed of all chains, if there is one; and how
    many other watches there are."""

    exchanges: frozenset[str]
    feed: Watch | None
    others: int
    calm: tuple[Watch, ...] = ()
    """The exchanges' watches."""

    @property
    def count(self) -> int:
        """How many watches there are in all."""
        return len(self.calm) + (self.feed is not None) + self.others

    @property
    def is_empty(self) -> bool:
        """Whether nothing is watched at all."""
        return not self.count


async def read_choices(connection: AsyncConnection, chat: Chat, context: Context) -> Choices:
    """What the chat has chosen so far."""
    names = _names(context)
    mine = await watches.of_chat(connection, chat.id)
    calm = tuple(one for one in mine if one.address in names)
    feed = _everything(mine, context)
    exchanges = frozenset(names[one.address] for one in calm if one.address is not None)
    others = len(mine) - len(calm) - (feed is not None)
    return Choices(exchanges, feed, others, calm)


def _everything(mine: Iterable[Watch], context: Context) -> Watch | None:
    """The feed of all chains among a chat's watches."""
    feeds = [one for one in mine if one.is_feed and one.topic_id == GENERAL]
    return next(iter(alike(feeds, None, Subject(), context.chains)), None)


def _names(context: Context) -> dict[bytes, str]:
    """The exchange of each well-known wallet."""
    return {
        address: exchange
        for exchange in WELL_KNOWN
        for address in wallets_of(exchange, context.labels, context.chains)
    }


async def watch_exchange(
    connection: AsyncConnection, chat: Chat, context: Context, exchange: str, now: datetime
) -> None:
    """Watch its wallets, but those that are watched already."""
    known = {one.address for one in await watches.of_chat(connection, chat.id)}
    for address, name in wallets_of(exchange, context.labels, context.chains).items():
        if address not in known:
            await watch_address(connection, chat, address, CALM, name, now, GENERAL)


async def leave_exchange(
    connection: AsyncConnection, chat: Chat, context: Context, exchange: str
) -> list[str]:
    """Watch its wallets no longer; one that the chat calls by a name of its own stays. All that the
    others had, to be put back."""
    wallets = wallets_of(exchange, context.labels, context.chains)
    taken = [
        await removed.take(connection, one.id)
        for one in await watches.of_chat(connection, chat.id)
        if one.address is not None and wallets.get(one.address, "") == one.label
    ]
    return [one for one in taken if one is not None]


async def watch_everything(
    connection: AsyncConnection, chat: Chat, context: Context, now: datetime
) -> None:
    """The feed of all chains; one that is there already stays as it is."""
    await watchlists.hold(connection, chat.id)
    if _everything(await feeds_of(connection, chat), context) is None:
        about, chains = Subject(), context.chains
        await put_feed(connection, chat, None, about, CALM, GENERAL, now, chains)


async def leave_everything(connection: AsyncConnection, chat: Chat, context: Context) -> list[str]:
    """No feed of all chains; all that it had, as above."""
    feed = _everything(await feeds_of(connection, chat), context)
    taken = None if feed is None else await removed.take(connection, feed.id)
    return [] if taken is None else [taken]


async def ask_for(connection: AsyncConnection, chat: Chat, context: Context, usd: Decimal) -> None:
    """From that value on, whatever is watched: the chat's default, and what was chosen here."""
    chosen = await read_choices(connection, chat, context)
    await chats.set_default_threshold(connection, chat.id, usd)
    for one in (*chosen.calm, *([chosen.feed] if chosen.feed else [])):
        await watches.set_threshold(connection, one.id, UsdThreshold(usd))
