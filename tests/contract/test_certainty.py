"""Which messages may say that their blocks became safe or final."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database import Database
from data.model import Certainty, Priority, Settled
from data.queries import alerts, certainty, messages, movements
from tests.contract.samples import NOW, a_chat, alerted, key, movement, queued, stored

SINCE = NOW - timedelta(minutes=10)


async def told(connection: AsyncConnection, chat_id: int, *transactions: int) -> tuple[int, int]:
    """One message of the chat about some transactions; our id, and their highest block."""
    moved = await stored(connection, *(movement(tx) for tx in transactions))
    for one in moved:
        await alerted(connection, chat_id, one)
    pending = await alerts.pending(connection, chat_id, 100)
    ours = await messages.record(connection, chat_id, 0, transactions[0], NOW)
    await alerts.sent(connection, [alert.id for alert in pending], ours)
    return ours, max(one.block.number for one in moved)


async def newly(
    connection: AsyncConnection, block: int, level: Certainty = Certainty.CONFIRMED
) -> list[int]:
    blocks = range(block, block + 1)
    return await certainty.newly_settled(
        connection, "ethereum", blocks, level, sent_after=SINCE, limit=10
    )


async def due(connection: AsyncConnection, ours: int, safe: int) -> list[Certainty]:
    heights = {"ethereum": Settled(safe, None)}
    found = await certainty.due(connection, [ours], heights, sent_after=SINCE)
    of_chat = await certainty.due_in_chat(
        connection, found[0].message.chat_id if found else 1, heights, sent_after=SINCE
    )
    assert of_chat == found
    return [one.certainty for one in found]


async def test_a_message_is_due_until_it_says_what_it_may(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        ours, block = await told(connection, 1, 1)
        assert await newly(connection, block) == [ours]
        assert await newly(connection, block + 1) == []
        assert await due(connection, ours, block - 1) == []
        assert await due(connection, ours, block) == [Certainty.CONFIRMED]

        await messages.shown(connection, ours, 1, Certainty.CONFIRMED)

        assert await newly(connection, block) == []
        assert await newly(connection, block, Certainty.FINALIZED) == [ours]
        assert await due(connection, ours, block) == []


async def test_what_a_reorg_touches_is_not_sure(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        ours, block = await told(connection, 1, 1, 2)
        first, _ = await alerts.of_message(connection, ours)
        assert await due(connection, ours, block) == [Certainty.CONFIRMED]
        # taken back for good
        await alerts.retract(connection, [first.movement_id])
        assert await due(connection, ours, block) == []
        await alerts.bring_back(connection, [first.movement_id])
        assert await due(connection, ours, block) == [Certainty.CONFIRMED]
        # or not brought back yet
        await movements.orphan_above(connection, "ethereum", block - 1, block + 9)
        assert await due(connection, ours, block) == []
        assert await newly(connection, block) == []


@pytest.mark.parametrize("spoils", ["group", "old", "gone"])
async def test_groups_old_and_deleted_messages_are_never_due(
    database: Database, spoils: str
) -> None:
    async with database.write() as connection:
        chat = -1 if spoils == "group" else 1
        await a_chat(connection, chat)
        ours, block = await told(connection, chat, 1)
        if spoils == "gone":
            await messages.gone(connection, ours)
        since = NOW if spoils == "old" else SINCE
        found = await certainty.newly_settled(
            connection,
            "ethereum",
            range(block, block + 1),
            Certainty.CONFIRMED,
            sent_after=since,
            limit=10,
        )
        assert found == []


async def test_amounts_of_a_further_match_that_changed_are_edited_too(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        first, second = await stored(connection, movement(1), movement(1, of=2))
        await alerted(connection, 1, first, others=((9, key(second)),))
        (alert,) = await alerts.pending(connection, 1, 10)
        ours = await messages.record(connection, 1, 0, 10, NOW)
        await alerts.sent(connection, [alert.id], ours)

        touched = await alerts.restate(connection, [key(second)])
        assert await queued(connection, touched) == [(1, Priority.EDIT)]

        assert touched.edited == {key(first), key(second)}
        assert [message.id for message in await messages.to_edit(connection, 1)] == [ours]
