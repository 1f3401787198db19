"""What is behind links: as it was, for as long as it was said, and moving with its chat."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from data.database import Database
from data.model import ChatKind
from data.queries import chats, moving, retention, shares
from tests.contract.samples import DEFAULT, NOW
from tests.contract.test_watchlists import a_watch

CHAT, NEW = -77, -1_001
UNTIL = NOW + timedelta(days=30)
LIST = [a_watch(number, CHAT) for number in (1, 2, 3, 5, 7, 14)]


@pytest.fixture(autouse=True)
async def meet(database: Database) -> None:
    async with database.write() as connection:
        await chats.meet(connection, CHAT, ChatKind.GROUP, DEFAULT, NOW)


async def made(database: Database, *, labels: bool = False) -> bytes:
    async with database.write() as connection:
        share = await shares.make(connection, CHAT, LIST, NOW, UNTIL, labels=labels)
    assert share is not None
    return share


@pytest.mark.parametrize("labels", [True, False])
async def test_watches_come_back_without_what_is_their_chats(
    database: Database, *, labels: bool
) -> None:
    share = await made(database, labels=labels)

    async with database.read() as connection:
        found = await shares.get(connection, share, NOW)

    assert found == [
        replace(
            one,
            chat_id=0,
            number=place,
            topic_id=0,
            muted_until=None,
            label=one.label if labels else None,
        )
        for place, one in enumerate(LIST, 1)
    ]


async def test_the_same_list_has_the_same_link(database: Database) -> None:
    assert await made(database) == await made(database)
    assert await made(database, labels=True) != await made(database)


async def test_a_link_ends_when_its_time_is_over_or_somebody_says_so(database: Database) -> None:
    one, two = await made(database), await made(database, labels=True)
    async with database.write() as connection:
        assert await shares.get(connection, one, UNTIL) is None
        assert await shares.end(connection, NEW, one) == 0
        assert await shares.end(connection, CHAT, one) == 1
        assert await shares.get(connection, one, NOW) is None
        assert await shares.get(connection, two, NOW) is not None
        assert await shares.end(connection, CHAT) == 1


async def test_a_chat_has_so_many_links(database: Database) -> None:
    async with database.write() as connection:
        for number in range(1, shares.MOST_PER_CHAT + 1):
            some = [a_watch(number)]
            assert await shares.make(connection, CHAT, some, NOW, UNTIL, labels=False)
        assert await shares.make(connection, CHAT, LIST, NOW, UNTIL, labels=False) is None


async def test_links_move_with_their_chat(database: Database) -> None:
    share = await made(database)
    async with database.write() as connection:
        await moving.move(connection, CHAT, NEW)
        assert await shares.get(connection, share, NOW) is not None
        assert await shares.end(connection, NEW, share) == 1


async def test_what_has_expired_is_deleted(database: Database) -> None:
    async with database.write() as connection:
        await shares.make(connection, CHAT, LIST, NOW, NOW - timedelta(days=900), labels=False)
        share = await shares.make(
            connection, CHAT, LIST[:1], NOW, NOW + timedelta(days=9_000), labels=False
        )
        assert share is not None
        assert await retention.clear_shares(connection) == 1
        assert await shares.get(connection, share, NOW) is not None
