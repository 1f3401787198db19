"""Chats that are alerted of safe blocks only: held, released, forgotten, and written anew."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database import Database
from data.model import AlertState, Movement, Priority, Timing, UsdThreshold
from data.queries import alerts, chats, messages, movements, queues, watches
from data.tables import alerts as table
from tests.contract.samples import (
    NOW,
    a_chat,
    alerted,
    forget,
    key,
    movement,
    number,
    queued,
    queued_for,
    ref,
    shown,
    stored,
)

HELD, PENDING = AlertState.HELD, AlertState.PENDING


async def a_safe_chat(connection: AsyncConnection, chat_id: int = 1) -> None:
    await a_chat(connection, chat_id)
    await chats.set_timing(connection, chat_id, Timing.SAFE)


async def at_block(
    connection: AsyncConnection, height: int, tx: int | None = None, chain: str = "ethereum"
) -> Movement:
    (kept,) = await stored(connection, movement(tx or height, block=ref(height, chain=chain)))
    return kept


async def states(connection: AsyncConnection) -> list[tuple[int, AlertState, int | None]]:
    rows = await connection.execute(table.select().order_by(table.c.id))
    return [(row.chat_id, AlertState(row.state), row.held_until) for row in rows]


async def a_feed(connection: AsyncConnection, chat_id: int) -> None:
    made = NOW - timedelta(minutes=1)
    await watches.add(connection, chat_id, now=made, threshold=UsdThreshold(Decimal(1)))


async def test_alerts_of_a_safe_chat_are_held_and_of_an_instant_one_pending(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection, 1)
        await a_chat(connection, 2)
        moved = await at_block(connection, 100)
        batch = [
            alerts.NewAlert(chat, topic, moved, 1, (), Priority.WATCH)
            for chat, topic in ((1, 0), (2, 0), (1, 7))
        ]
        await alerts.write(connection, batch, NOW)

        assert await states(connection) == [(1, HELD, 100), (2, PENDING, None), (1, HELD, 100)]
        assert await alerts.pending(connection, 1, 10) == []
        assert await queued_for(connection, [key(moved)]) == [(2, Priority.WATCH)]


async def test_feeds_of_a_safe_chat_are_held_too(database: Database) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection, 1)
        await a_chat(connection, 2)
        await a_feed(connection, 1)
        await a_feed(connection, 2)
        await alerts.write_for_feeds(connection, shown(await at_block(connection, 2**32)), NOW)

        assert sorted(await states(connection)) == [(1, HELD, 2**32), (2, PENDING, None)]


async def test_a_change_of_timing_counts_from_the_next_alert_on(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await alerted(connection, 1, await at_block(connection, 100))
        await chats.set_timing(connection, 1, Timing.SAFE)
        await alerted(connection, 1, await at_block(connection, 101))
        await chats.set_timing(connection, 1, Timing.INSTANT)
        await alerted(connection, 1, await at_block(connection, 102))

        assert await states(connection) == [(1, PENDING, None), (1, HELD, 101), (1, PENDING, None)]


async def test_a_safe_block_releases_what_is_held_of_its_chain_up_to_it(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection, 1)
        await a_safe_chat(connection, 2)
        for height in (99, 100, 101):
            await alerted(connection, 1, await at_block(connection, height))
        on_other = await at_block(connection, 1, chain="bsc")
        await alerted(connection, 2, on_other)
        feed = await at_block(connection, 100, tx=7)
        await alerted(connection, 1, feed, priority=Priority.FEED)
        await alerted(connection, 2, feed, priority=Priority.FEED)

        assert not await alerts.release_held(connection, "ethereum", 98)
        released = await queued(connection, await alerts.release_held(connection, "ethereum", 100))
        assert released == [(1, Priority.WATCH), (2, Priority.FEED)]
        assert not await alerts.release_held(connection, "ethereum", 100)
        waiting = await alerts.pending(connection, 1, 10)
        assert [alert.tx_hash for alert in waiting] == [number(n, 32) for n in (99, 100, 7)]
        assert [state for _, state, _ in await states(connection)].count(HELD) == 2


async def test_who_was_told_at_once_is_not_queued_again_when_the_block_is_safe(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_safe_chat(connection, 2)
        moved = await at_block(connection, 100)
        for chat in (1, 2):
            await alerted(connection, chat, moved)

        released = await alerts.release_held(connection, "ethereum", 100)

        assert await queued(connection, released) == [(2, Priority.WATCH)]


async def test_what_is_released_waits_for_delivery_from_that_moment_on(database: Database) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection)
        long_ago = NOW - timedelta(days=400)
        await alerted(connection, 1, await at_block(connection, 100), now=long_ago)
        assert await alerts.oldest_pending(connection) == (0, None)

        await alerts.release_held(connection, "ethereum", 100)
        waiting, since = await alerts.oldest_pending(connection)

    assert waiting == 1
    assert since is not None
    assert since > NOW - timedelta(days=300)


async def test_what_is_held_in_orphaned_blocks_is_forgotten_unseen(database: Database) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection, 1)
        await a_chat(connection, 2)
        for chat in (1, 2):
            await alerted(connection, chat, await at_block(connection, 100))
            await alerted(connection, chat, await at_block(connection, 101))
        await alerted(connection, 1, await at_block(connection, 500, chain="bsc"))

        await movements.orphan_above(connection, "ethereum", 100, until=110)
        await alerts.forget_held_above(connection, "ethereum", 100)

        assert sorted(await states(connection), key=str) == [
            (1, HELD, 100), (1, HELD, 500), (2, PENDING, None), (2, PENDING, None),
        ]  # fmt: skip


async def test_a_transaction_that_comes_back_is_held_anew_at_its_new_height(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection)
        await alerted(connection, 1, await at_block(connection, 101, tx=5))
        await movements.orphan_above(connection, "ethereum", 100, until=110)
        await alerts.forget_held_above(connection, "ethereum", 100)
        again = await at_block(connection, 103, tx=5)
        assert not await alerts.bring_back(connection, [key(again)])
        await alerted(connection, 1, again)

        assert await states(connection) == [(1, HELD, 103)]
        assert not await alerts.release_held(connection, "ethereum", 102)
        released = await alerts.release_held(connection, "ethereum", 103)
        assert await queued(connection, released) == [(1, Priority.WATCH)]


async def test_what_a_reorg_dropped_unsent_is_held_anew_for_a_chat_that_is_safe_now(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        moved = await at_block(connection, 101)
        await alerted(connection, 1, moved)
        await chats.set_timing(connection, 1, Timing.SAFE)
        await alerts.drop_unsent(connection, [key(moved)])
        await alerted(connection, 1, moved)
        assert await states(connection) == [(1, HELD, 101)]

        await chats.set_timing(connection, 1, Timing.INSTANT)
        await alerts.release_held_of_chat(connection, 1)
        await alerts.drop_unsent(connection, [key(moved)])
        await alerted(connection, 1, moved)
        assert await states(connection) == [(1, PENDING, None)]


async def test_neither_retracting_nor_bringing_back_touches_what_is_held(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection)
        moved = await at_block(connection, 101)
        await alerted(connection, 1, moved)

        assert not await alerts.retract(connection, [key(moved)])
        assert not await alerts.bring_back(connection, [key(moved)])
        assert not await alerts.restate(connection, [key(moved)])
        assert await states(connection) == [(1, HELD, 101)]


async def test_a_released_alert_is_taken_back_and_restored_like_any_other(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection)
        moved = await at_block(connection, 101)
        await alerted(connection, 1, moved)
        await alerts.release_held(connection, "ethereum", 101)
        (alert,) = await alerts.pending(connection, 1, 10)
        ours = await messages.record(connection, 1, 0, 10, NOW)
        await alerts.sent(connection, [alert.id], ours)

        await alerts.forget_held_above(connection, "ethereum", 100)
        touched = await alerts.retract(connection, [key(moved)])
        assert await queued(connection, touched) == [(1, Priority.EDIT)]
        touched = await alerts.bring_back(connection, [key(moved)])
        assert await queued(connection, touched) == [(1, Priority.EDIT)]
        assert await states(connection) == [(1, AlertState.SENT, 101)]


async def test_a_chat_that_waits_no_longer_gets_all_that_was_held_for_it(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection, 1)
        await a_safe_chat(connection, 2)
        moved = [await at_block(connection, 100), await at_block(connection, 9, chain="bsc")]
        for one, priority in zip(moved, (Priority.FEED, Priority.WATCH), strict=True):
            await alerted(connection, 1, one, priority=priority)
        await alerted(connection, 2, moved[0])

        released = await alerts.release_held_of_chat(connection, 1)
        await queues.enqueue(connection, released)

        assert released == [(1, Priority.WATCH)]
        assert await alerts.release_held_of_chat(connection, 1) == []
        assert len(await alerts.pending(connection, 1, 10)) == 2
        (lease,) = await queues.lease(connection, "worker", timedelta(seconds=10), 10)
        assert lease.chat_id == 1


async def test_a_chat_that_cannot_be_reached_has_nothing_held(database: Database) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection)
        await alerted(connection, 1, await at_block(connection, 100))
        await alerts.drop_all_of_chat(connection, 1, "blocked")

        assert await states(connection) == [(1, AlertState.DROPPED, None)]
        assert not await alerts.release_held(connection, "ethereum", 100)


async def test_a_held_alert_has_no_queue_and_outlives_retention(database: Database) -> None:
    async with database.write() as connection:
        await a_safe_chat(connection)
        await alerted(connection, 1, await at_block(connection, 100))
        late = NOW + timedelta(days=400)
        await forget(connection, late)

        assert await queues.repair(connection) == 0
        assert await states(connection) == [(1, HELD, 100)]


@pytest.mark.parametrize("of_chat", [False, True])
async def test_looking_for_held_alerts_reads_an_index_of_them_alone(
    database: Database, of_chat: bool
) -> None:
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object):
        asked.append((statement, values))

    async with database.write() as connection:
        if database.kind == "postgresql":  # an empty table is read whole, index or not
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        event.listen(connection.sync_connection, "before_cursor_execute", note)
        if of_chat:
            await alerts.release_held_of_chat(connection, 1)
        else:
            await alerts.release_held(connection, "ethereum", 100)
        ((statement, values),) = asked  # one query, if there are none
        explain = "EXPLAIN" if database.kind == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = await connection.exec_driver_sql(f"{explain} {statement}", values)

        assert "ix_alerts_held" in " ".join(str(row) for row in plan)


async def test_dropping_all_of_a_chat_reads_what_waits_alone(database: Database) -> None:
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object):
        asked.append((statement, values))

    async with database.write() as connection:
        if database.kind == "postgresql":  # an empty table is read whole, index or not
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        event.listen(connection.sync_connection, "before_cursor_execute", note)
        await alerts.drop_all_of_chat(connection, 1, "blocked")
        explain = "EXPLAIN" if database.kind == "postgresql" else "EXPLAIN QUERY PLAN"
        plans = [
            " ".join(map(str, await connection.exec_driver_sql(f"{explain} {statement}", values)))
            for statement, values in list(asked)
        ]

    indexes = ("ix_alerts_pending", "ix_alerts_held", "ix_alerts_deferred")
    for plan, index in zip(plans, indexes, strict=True):
        assert index in plan
