"""Deferred alerts: told later, together, and ended by whatever ends those that wait to be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database import Database
from data.model import (
    Alert,
    AlertState,
    Chat,
    DigestEvery,
    Occasion,
    Priority,
    Quiet,
    Timing,
)
from data.queries import alerts, chats, messages, movements, moving, queues, standing
from data.queries.alerts.flows import Flow, flows
from data.tables import alerts as table
from tests.contract.samples import NOW, a_chat, alerted, key, movement, stored

MORNING = NOW + timedelta(hours=8)
MINUTE = timedelta(minutes=1)


async def deferred(
    connection: AsyncConnection, chat_id: int = 1, tx: int = 1, until: datetime = MORNING
) -> Alert:
    await a_chat(connection, chat_id)
    (moved,) = await stored(connection, movement(tx))
    await alerted(connection, chat_id, moved, now=NOW)
    found = await alerts.pending(connection, chat_id, 100)
    await alerts.defer(connection, [found[-1].id], until)
    return found[-1]


async def states(connection: AsyncConnection) -> list[tuple[int, AlertState, str | None]]:
    rows = await connection.execute(table.select().order_by(table.c.id))
    return [(row.chat_id, AlertState(row.state), row.reason) for row in rows]


async def digest(
    connection: AsyncConnection, chat_id: int = 1, due: datetime = MORNING
) -> list[int]:
    return [one.id for one in await alerts.of_digest(connection, chat_id, due, 100)]


async def due_at(connection: AsyncConnection, chat_id: int = 1) -> datetime | None:
    chat = await chats.get(connection, chat_id)
    assert chat is not None
    return chat.digest_due


async def test_what_is_deferred_waits_for_its_time_and_for_nothing_else(
    database: Database,
) -> None:
    async with database.write() as connection:
        alert = await deferred(connection)
        later = await deferred(connection, tx=2, until=MORNING + MINUTE)

        assert await alerts.pending(connection, 1, 100) == []
        assert await alerts.next_digest(connection, 1) == MORNING
        assert await digest(connection) == [alert.id]
        assert await digest(connection, due=MORNING + MINUTE) == [later.id]
        assert await alerts.next_digest(connection, 2) is None


async def test_no_digest_waits_for_what_a_reorg_has_made_doubtful(database: Database) -> None:
    # given a chain that stands still in the middle of a reorg
    async with database.write() as connection:
        await deferred(connection)
        await movements.orphan_above(connection, "ethereum", 0, 10**9)
        later = await deferred(connection, tx=2, until=MORNING + MINUTE)

        # then the other digests come all the same
        assert await digest(connection) == []
        assert await alerts.next_digest(connection, 1) == MORNING + MINUTE
        assert await digest(connection, due=MORNING + MINUTE) == [later.id]
        await alerts.drop(connection, [later.id], "told")
        assert await alerts.next_digest(connection, 1) is None


async def test_it_is_no_part_of_what_waits_until_its_time_has_passed(database: Database) -> None:
    async with database.write() as connection:
        await deferred(connection)
        await deferred(connection, 2, tx=2, until=MORNING + timedelta(hours=1))
        before = await standing.queue(connection, NOW)
        after = await standing.queue(connection, MORNING + timedelta(minutes=7))
        to_leave = await standing.oldest_to_leave(connection, MINUTE, MORNING + MINUTE)

    assert (before.alerts, before.since, before.deferred) == (0, None, 2)
    assert (after.alerts, after.since, after.deferred) == (1, MORNING, 1)
    assert to_leave == MORNING


async def test_all_of_a_chat_can_be_put_off(database: Database) -> None:
    async with database.write() as connection:
        await deferred(connection)
        await deferred(connection, tx=2, until=MORNING + MINUTE)
        await deferred(connection, 2, tx=3)

        assert await alerts.put_off(connection, 1, NOW) == 2
        assert len(await digest(connection, due=NOW)) == 2
        assert len(await digest(connection, 2)) == 1


async def test_a_chat_is_looked_at_by_the_earliest_time_that_was_named(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        for at, expected in (
            (MORNING, MORNING),
            (MORNING + MINUTE, MORNING),
            (MORNING - MINUTE, MORNING - MINUTE),
        ):
            assert isinstance(await chats.look_at(connection, 1, at), Chat)
            assert await due_at(connection) == expected
        await chats.look_again(connection, 1, None)
        assert await due_at(connection) is None


async def test_a_chat_is_due_once(database: Database) -> None:
    async with database.write() as connection:
        for chat_id, at in ((1, NOW), (2, NOW - MINUTE), (3, MORNING)):
            await a_chat(connection, chat_id)
            await chats.look_at(connection, chat_id, at)
        await a_chat(connection, 4)

        assert await chats.any_due(connection, NOW)
        assert await chats.due(connection, NOW, 1) == [2]
        assert await chats.due(connection, NOW, 100) == [1]
        assert await chats.due(connection, NOW, 100) == []
        assert not await chats.any_due(connection, NOW)


async def test_a_chat_is_due_while_somebody_writes_for_it(migrated_postgres: str) -> None:
    # given a chat that is due, for which another transaction has just queued an edit
    database = Database(migrated_postgres)
    async with database.write() as connection:
        await a_chat(connection)
        await chats.look_at(connection, 1, NOW)
    async with database.write() as writing:
        await queues.enqueue(writing, [(1, Priority.EDIT)])

        # then it is found all the same, and neither waits for the other's hold on the chat
        async with database.write() as looking:
            assert await chats.due(looking, NOW, 100) == [1]
            await writing.execute(text("SELECT 1 FROM chats WHERE id = 1 FOR KEY SHARE NOWAIT"))
    await database.close()


async def test_settings_come_back_as_they_were_made(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await chats.set_quiet(connection, 1, Quiet(1380, 420, 10))
        await chats.set_digest(connection, 1, DigestEvery.DAY, 480, 100)
        await chats.set_time_zone(connection, 1, "Europe/Berlin")
        chat = await chats.get(connection, 1)
        assert chat is not None
        assert chat.quiet == Quiet(1380, 420, 10)
        assert (chat.digest, chat.digest_at, chat.digest_times) == (DigestEvery.DAY, 480, 100)
        assert chat.time_zone == "Europe/Berlin"
        await chats.set_quiet(connection, 1, None)
        chat = await chats.get(connection, 1)
        assert chat is not None
        assert chat.quiet is None


async def test_a_reorg_ends_it_unseen_and_what_comes_back_waits_anew(database: Database) -> None:
    async with database.write() as connection:
        alert = await deferred(connection)
        touched = await alerts.retract(connection, [alert.movement_id])
        assert not touched
        assert await states(connection) == [(1, AlertState.DROPPED, alerts.DROPPED_BY_REORG)]
        await alerts.bring_back(connection, [alert.movement_id])
        assert await states(connection) == [(1, AlertState.PENDING, None)]


async def test_what_a_reorg_makes_doubtful_is_in_no_digest(database: Database) -> None:
    async with database.write() as connection:
        alert = await deferred(connection)
        assert await digest(connection) == [alert.id]
        await connection.execute(text("UPDATE movements SET orphaned_until = 7"))
        assert await digest(connection) == []


async def test_it_is_sent_dropped_and_ended_as_what_waits_is(database: Database) -> None:
    async with database.write() as connection:
        sent, dropped = await deferred(connection), await deferred(connection, tx=2)
        await deferred(connection, 2, tx=3)
        ours = await messages.record(
            connection, 1, 0, 700, NOW, occasion=Occasion.DAY, pictured=True
        )
        await alerts.sent(connection, [sent.id], ours)
        await alerts.drop(connection, [dropped.id], "muted")
        await alerts.drop_all_of_chat(connection, 2, "gone")
        message = await messages.get(connection, ours)

        assert await states(connection) == [
            (1, AlertState.SENT, None),
            (1, AlertState.DROPPED, "muted"),
            (2, AlertState.DROPPED, "gone"),
        ]
        assert message is not None
        assert (message.occasion, message.pictured) == (Occasion.DAY, True)
        await messages.set_pictured(connection, ours, pictured=False)
        message = await messages.get(connection, ours)
        assert message is not None
        assert not message.pictured


async def test_it_moves_with_its_chat_which_is_looked_at_then(database: Database) -> None:
    async with database.write() as connection:
        await deferred(connection, -1)
        await chats.look_at(connection, -1, MORNING)
        await moving.move(connection, -1, -100)
        assert await due_at(connection, -100) == MORNING
        assert len(await digest(connection, -100)) == 1
        # and what somebody deferred there a moment before, when it had moved already
        await deferred(connection, -1, tx=2, until=NOW)
        await moving.move(connection, -1, -100)
        assert await due_at(connection, -100) == NOW


async def test_what_is_told_where_its_chat_moved_to_ends(database: Database) -> None:
    async with database.write() as connection:
        await deferred(connection, -1)
        await deferred(connection, -100)
        await moving.move(connection, -1, -100)

        assert [state for _, state, _ in await states(connection)] == [
            AlertState.DROPPED,
            AlertState.DEFERRED,
        ]


async def test_it_goes_to_the_general_topic_with_its_watch(database: Database) -> None:
    async with database.write() as connection:
        await deferred(connection)
        await connection.execute(table.update().values(topic_id=5))
        await moving.to_general_topic(connection, 1, 5)
        (one,) = await alerts.of_digest(connection, 1, MORNING, 10)
        assert one.topic_id == moving.GENERAL


async def test_a_chat_that_nobody_would_look_at_is_queued_at_the_start(database: Database) -> None:
    async with database.write() as connection:
        await deferred(connection)
        await deferred(connection, 2, tx=2)
        await connection.execute(text("DELETE FROM chat_queues"))
        await chats.look_at(connection, 2, MORNING)

        assert await queues.repair(connection) == 1
        (held,) = await queues.lease(connection, "a", MINUTE, 10)
        assert (held.chat_id, held.priority) == (1, Priority.DIGEST)


async def test_what_was_held_until_its_block_is_safe_is_deferred_then(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await chats.set_timing(connection, 1, Timing.SAFE)
        (moved,) = await stored(connection, movement(1))
        await alerted(connection, 1, moved, now=NOW)
        assert await alerts.pending(connection, 1, 10) == []
        await alerts.release_held(connection, "ethereum", moved.block.number)
        (alert,) = await alerts.pending(connection, 1, 10)
        await alerts.defer(connection, [alert.id], MORNING)
        # a reorg above forgets what is held alone
        await alerts.forget_held_above(connection, "ethereum", 0)
        assert await digest(connection) == [alert.id]


async def test_what_it_moved_is_read_without_the_movements(database: Database) -> None:
    async with database.write() as connection:
        alert = await deferred(connection)
        found = await flows(connection, [alert.id])
        moved = (await movements.load(connection, [alert.movement_id]))[alert.movement_id]

    assert key(moved) == alert.movement_id
    assert moved.usd is not None
    assert found == [Flow(moved.block.time, moved.usd, bool(moved.usd_in), bool(moved.usd_out))]
