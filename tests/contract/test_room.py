"""However many are watched at once, a chat's list does not grow beyond what it may have."""

import asyncio
from decimal import Decimal

from bot import watchlist
from bot.feeds.own import put_feed
from bot.feeds.subjects import Subject
from data.chains import known_chains
from data.database import Database
from data.errors import InputError
from data.model import UsdThreshold
from data.queries import chats, watchlists
from tests.contract.samples import NOW, a_chat, address

FEED = UsdThreshold(Decimal(5_000_000))


async def test_whoever_comes_at_once_does_not_overfill_a_list(database: Database) -> None:
    watchlist.allow(3)
    async with database.write() as connection:
        await a_chat(connection)
        chat = await chats.get(connection, 1)
    assert chat is not None

    async def watch(number: int) -> bool:
        try:
            async with database.write() as connection:
                _, new = await watchlist.watch_address(
                    connection, chat, address(number), None, None, NOW, 0
                )
        except InputError:
            return False
        return new

    async def feed(chain: str) -> bool:
        try:
            async with database.write() as connection:
                about, chains = Subject(), list(known_chains().values())
                _, before = await put_feed(connection, chat, chain, about, FEED, 0, NOW, chains)
        except InputError:
            return False
        return before is None

    made = await asyncio.gather(
        *(watch(number % 5) for number in range(10)), feed("ethereum"), feed("bsc")
    )

    assert sum(made) == 3
    async with database.read() as connection:
        assert await watchlists.count(connection, 1) == 3


async def test_one_address_watched_twice_at_once_is_one_watch(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        chat = await chats.get(connection, 1)
    assert chat is not None

    async def watch() -> bool:
        async with database.write() as connection:
            _, new = await watchlist.watch_address(connection, chat, address(1), None, None, NOW, 0)
        return new

    assert sorted(await asyncio.gather(*(watch() for _ in range(4)))) == [False, False, False, True]
