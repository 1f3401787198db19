from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database import Database
from data.model import (
    AlertState,
    ChatState,
    Interest,
    Movement,
    Priority,
    Scope,
    UnitThreshold,
    UsdThreshold,
)
from data.queries import alerts, chats, messages, movements, queues, watches
from data.queries.alerts import NewAlert
from data.queries.alerts.about import about
from data.tables import alerts as table
from data.tables import legs
from data.tables import movements as movements_table
from tests.contract.samples import (
    DEFAULT,
    NOW,
    a_chat,
    address,
    alerted,
    key,
    movement,
    number,
    queued,
    queued_for,
    ref,
    shown,
    stored,
)

BORN = NOW


async def one_stored(
    connection: AsyncConnection, tx: int = 1, usd: int | None = 50_000
) -> Movement:
    (kept,) = await stored(connection, movement(tx, usd=usd))
    return kept


async def a_feed(
    connection: AsyncConnection,
    usd: int | str | None,
    *,
    chat_id: int = 1,
    chain: str | None = "ethereum",
    topic: int = 0,
    age: int = 60,
) -> int:
    threshold = None if usd is None else UsdThreshold(Decimal(usd))
    made = await watches.add(
        connection, chat_id, now=BORN - timedelta(seconds=age), chain=chain, topic_id=topic,
        threshold=threshold,
    )  # fmt: skip
    return made.id


async def sent_in_message(connection: AsyncConnection, chat_id: int, telegram_id: int) -> int:
    """Everything pending of the chat is sent in one message; our id of it."""
    pending = await alerts.pending(connection, chat_id, 100_000)
    message = await messages.record(connection, chat_id, 0, telegram_id, NOW)
    await alerts.sent(connection, [alert.id for alert in pending], message)
    return message


async def states(connection: AsyncConnection) -> list[tuple[AlertState, str | None]]:
    rows = await connection.execute(table.select().order_by(table.c.id))
    return [(AlertState(row.state), row.reason) for row in rows]


async def test_an_alert_comes_back_as_it_was_written(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 2**40)
        moved = await one_stored(connection)
        others = ((8, key(moved)), (2**40, key(moved)))
        await alerted(connection, 2**40, moved, topic=7, watch=2**40, others=others)
    async with database.read() as connection:
        (alert,) = await alerts.pending(connection, 2**40, 10)

    assert (alert.chain, alert.tx_hash) == ("ethereum", number(1, 32))
    assert (alert.chat_id, alert.topic_id, alert.watch_id) == (2**40, 7, 2**40)
    assert (alert.movement_id, alert.others) == (moved.id, others)
    assert (alert.priority, alert.state) == (Priority.WATCH, AlertState.PENDING)
    assert (alert.reason, alert.message_id, alert.created_at) == (None, None, NOW)


async def test_a_chat_and_topic_is_told_once_of_a_transaction(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        first, second = await stored(connection, movement(1, of=1), movement(1, of=2))
        (elsewhere,) = await stored(connection, movement(1, block=ref(100, chain="bsc")))
        batch = [
            NewAlert(1, 0, first, 1, (), Priority.WATCH),
            NewAlert(1, 0, second, 2, (), Priority.WATCH),
            NewAlert(1, 5, second, 3, (), Priority.WATCH),
            NewAlert(2, 0, second, 4, (), Priority.WATCH),
            NewAlert(1, 0, elsewhere, 5, (), Priority.WATCH),
        ]
        await alerts.write(connection, batch, NOW)
        await alerts.write(connection, batch, NOW + timedelta(hours=1))
        await alerts.write(connection, [], NOW)
        told = [a for chat_id in (1, 2) for a in await alerts.pending(connection, chat_id, 100)]

    assert [alert.watch_id for alert in told] == [1, 3, 5, 4]
    assert {alert.created_at for alert in told} == {NOW}


async def test_the_database_itself_keeps_an_alert_from_being_written_twice(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        moved = await one_stored(connection)
        await alerted(connection, 1, moved)
    row = {
        "chain": "ethereum", "tx_hash": moved.tx_hash, "chat_id": 1, "topic_id": 0,
        "movement_id": moved.id, "watch_id": 2, "priority": 1, "state": "pending",
        "created_at": NOW,
    }  # fmt: skip

    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await connection.execute(table.insert(), row)


async def test_feeds_are_told_by_threshold_chain_and_age(database: Database) -> None:
    async with database.write() as connection:
        for chat_id in range(1, 9):
            await a_chat(connection, chat_id)
        moved = await one_stored(connection, usd=50_000)
        await a_feed(connection, 50_000, chat_id=1)
        await a_feed(connection, "50000.000001", chat_id=2)
        await a_feed(connection, 1, chat_id=3, chain=None)
        await a_feed(connection, 1, chat_id=4, chain="bsc")
        await a_feed(connection, 1, chat_id=5, age=0)
        await a_feed(connection, 1, chat_id=6, age=-1)  # made after the block came up
        await a_feed(connection, 1, chat_id=7)
        await chats.set_state(connection, 7, ChatState.BLOCKED, None)
        await watches.add(connection, 8, now=BORN - timedelta(1), address=address(1))
        units = UnitThreshold(Decimal(1), "USDC", {("ethereum", b""): 1})
        await watches.add(connection, 8, now=BORN - timedelta(1), threshold=units)

        await alerts.write_for_feeds(connection, shown(moved), NOW)

        told = await queued_for(connection, [key(moved)])
        (alert,) = await alerts.pending(connection, 1, 10)
    assert sorted(told) == [(1, Priority.FEED), (3, Priority.FEED), (5, Priority.FEED)]
    assert (alert.chain, alert.tx_hash, alert.movement_id) == ("ethereum", moved.tx_hash, moved.id)
    assert (alert.state, alert.created_at, alert.others) == (AlertState.PENDING, NOW, ())


async def test_several_feeds_of_a_chat_make_one_alert_for_each_topic(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        moved = await one_stored(connection)
        first = await a_feed(connection, 10)
        await a_feed(connection, 20, chain=None)
        third = await a_feed(connection, 30, topic=7)
        await alerts.write_for_feeds(connection, shown(moved), NOW)
        told = await alerts.pending(connection, 1, 10)

    assert sorted((alert.topic_id, alert.watch_id) for alert in told) == [(0, first), (7, third)]


async def test_a_feed_tells_of_what_it_is_about(database: Database) -> None:
    flows = Interest.EXCHANGE_IN | Interest.EXCHANGE_OUT
    async with database.write() as connection:
        for chat_id, chain, scope in (
            (1, "ethereum", Scope(Interest.MINT)),
            (2, None, Scope(Interest.EXCHANGE_OUT, not_on=frozenset({"bsc", "base"}))),
            (3, None, Scope(not_on=frozenset({"bsc", "ethereum"}))),
            (4, None, Scope(not_on=frozenset({"ethereum2"}))),
            (5, "ethereum", Scope(Interest(0))),
            (6, "ethereum", Scope(only=frozenset({("ethereum", None)}))),
        ):
            await a_chat(connection, chat_id)
            await watches.add(
                connection,
                chat_id,
                now=BORN - timedelta(1),
                chain=chain,
                threshold=UsdThreshold(Decimal(1)),
                scope=scope,
            )
        told = {}
        for tx, about in ((1, Interest.MINT), (2, flows), (3, Interest.SWAP)):
            moved = await one_stored(connection, tx)
            await alerts.write_for_feeds(connection, shown(moved, about), NOW)
            found = await queued_for(connection, [key(moved)])
            told[about] = sorted(chat_id for chat_id, _ in found)

    assert told == {Interest.MINT: [1, 4], flows: [2, 4], Interest.SWAP: [4]}


async def test_a_feeds_alert_names_a_feed_that_is_not_muted(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        muted = await a_feed(connection, 10)
        over = await a_feed(connection, 20, topic=7)
        heard = await a_feed(connection, 20, chain=None)
        await watches.mute(connection, muted, NOW + timedelta(hours=1))
        await watches.mute(connection, over, NOW)
        for tx in (1, 2):
            await alerts.write_for_feeds(connection, shown(await one_stored(connection, tx)), NOW)
            if tx == 1:
                await watches.remove(connection, heard)
        told = await alerts.pending(connection, 1, 10)

    # the muted one is named where no other hit, so that the history can say why nobody was told
    named = {(alert.tx_hash, alert.topic_id): alert.watch_id for alert in told}
    assert named == {
        (number(1, 32), 0): heard,
        (number(1, 32), 7): over,
        (number(2, 32), 0): muted,
        (number(2, 32), 7): over,
    }


async def test_a_feed_without_a_threshold_takes_the_chats_default(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await a_feed(connection, None)
        for tx, usd in ((1, int(DEFAULT) - 1), (2, int(DEFAULT)), (3, None)):
            moved = await one_stored(connection, tx, usd=usd)
            await alerts.write_for_feeds(connection, shown(moved), NOW)
        told = await alerts.pending(connection, 1, 10)

    assert [alert.tx_hash for alert in told] == [number(2, 32)]


async def test_a_feed_leaves_the_alert_of_a_watch_as_it_is(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await a_feed(connection, 10)
        moved = await one_stored(connection)
        await alerted(connection, 1, moved, watch=99)
        await alerts.write_for_feeds(connection, shown(moved), NOW + timedelta(seconds=1))
        (alert,) = await alerts.pending(connection, 1, 10)

    assert (alert.watch_id, alert.priority, alert.created_at) == (99, Priority.WATCH, NOW)


async def test_movements_have_ids_beyond_four_bytes(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await a_feed(connection, 10)
        moved = await one_stored(connection)
        await connection.execute(delete(legs))
        await connection.execute(update(movements_table).values(id=2**40))
        await alerts.write_for_feeds(connection, shown(replace(moved, id=2**40)), NOW)
        (alert,) = await alerts.pending(connection, 1, 10)

    assert moved.id != alert.movement_id == 2**40


async def test_chats_with_pending_are_told_with_their_best_priority(database: Database) -> None:
    async with database.write() as connection:
        for chat_id in (1, 2, 3):
            await a_chat(connection, chat_id)
        moved = await stored(connection, *(movement(tx) for tx in range(1_100)))
        await alerted(connection, 1, moved[0], priority=Priority.FEED)
        await alerted(connection, 1, moved[-1], priority=Priority.WATCH)
        await alerted(connection, 2, moved[-1], priority=Priority.FEED)
        await alerted(connection, 3, moved[1])
        await alerts.drop_all_of_chat(connection, 3, "blocked")
        told = await queued_for(connection, [key(one) for one in moved])

        assert sorted(told) == [(1, Priority.WATCH), (2, Priority.FEED)]
        assert await queued_for(connection, [key(moved[5])]) == []


async def test_pending_alerts_go_by_time_and_wait_a_reorg_out(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        kept = await stored(connection, *(movement(tx, block=ref(100 + tx)) for tx in range(4)))
        for one in kept:
            await alerted(connection, 1, one)
        two = await alerts.pending(connection, 1, 2)
        await movements.orphan_above(connection, "ethereum", 102, until=110)
        standing = await alerts.pending(connection, 1, 10)

    assert [alert.movement_id for alert in two] == [one.id for one in kept[:2]]
    assert [alert.movement_id for alert in standing] == [one.id for one in kept[:3]]


async def test_alerts_end_as_sent_or_dropped_with_a_reason(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        for tx in (1, 2, 3):
            await alerted(connection, 1, await one_stored(connection, tx))
        first, second, third = await alerts.pending(connection, 1, 10)
        ours = await messages.record(connection, 1, 0, 10, NOW)
        await alerts.sent(connection, [first.id, second.id], ours)
        await alerts.drop(connection, [first.id, third.id], "muted")  # the first has gone out
        shown = await alerts.of_message(connection, ours)

        assert await alerts.pending(connection, 1, 10) == []
        assert [(alert.id, alert.state) for alert in shown] == [
            (first.id, AlertState.SENT),
            (second.id, AlertState.SENT),
        ]
        assert await states(connection) == [
            (AlertState.SENT, None),
            (AlertState.SENT, None),
            (AlertState.DROPPED, "muted"),
        ]


async def test_a_chat_that_is_gone_drops_only_its_own(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        moved = await one_stored(connection)
        await alerted(connection, 1, moved)
        await alerted(connection, 2, moved)
        await alerts.drop_all_of_chat(connection, 1, "blocked")

        assert await alerts.pending(connection, 1, 10) == []
        assert len(await alerts.pending(connection, 2, 10)) == 1


async def test_a_reorg_drops_the_unsent_and_takes_back_the_sent(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        sent, unsent, muted, untouched = [await one_stored(connection, tx) for tx in range(4)]
        await alerted(connection, 1, sent)
        ours = await sent_in_message(connection, 1, 10)
        await alerted(connection, 2, muted)
        await alerts.drop_all_of_chat(connection, 2, "muted")
        await alerted(connection, 2, unsent)
        await alerted(connection, 1, untouched)
        gone = [key(sent), key(unsent), key(muted)]

        touched = await alerts.retract(connection, gone)
        assert await queued(connection, touched) == [(1, Priority.EDIT)]
        assert not await alerts.retract(connection, gone)  # taken back once
        taken = [
            (AlertState.RETRACTED, None),
            (AlertState.DROPPED, "muted"),
            (AlertState.DROPPED, alerts.DROPPED_BY_REORG),
            (AlertState.PENDING, None),
        ]
        assert await states(connection) == taken

        back = await queued(connection, await alerts.bring_back(connection, gone))
        assert back == [(1, Priority.EDIT), (2, Priority.WATCH)]
        assert not await alerts.bring_back(connection, gone)
        assert await states(connection) == [
            (AlertState.SENT, None),
            (AlertState.DROPPED, "muted"),  # nobody else's reason is undone
            (AlertState.PENDING, None),
            (AlertState.PENDING, None),
        ]
        (message,) = await messages.to_edit(connection, 1)
        assert (message.id, message.revision, message.shown_revision) == (ours, 3, 1)


async def test_what_a_reorg_dropped_while_it_was_being_sent_is_taken_back_after_all(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        moved = await one_stored(connection)
        await alerted(connection, 1, moved)
        (on_its_way,) = await alerts.pending(connection, 1, 10)
        await alerts.retract(connection, [key(moved)])
        ours = await messages.record(connection, 1, 0, 10, NOW)
        await alerts.sent(connection, [on_its_way.id], ours)

        assert await states(connection) == [(AlertState.RETRACTED, None)]
        (message,) = await messages.to_edit(connection, 1)
        assert message.id == ours
        (lease,) = await queues.lease(connection, "worker", timedelta(seconds=10), 10)
        assert lease.chat_id == 1


async def test_a_message_about_several_alerts_is_edited_once(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        moved = await stored(connection, *(movement(tx) for tx in range(1_100)))
        batch = [NewAlert(1, 0, one, 1, (), Priority.FEED) for one in moved]
        await alerts.write(connection, batch, NOW)
        ours = await sent_in_message(connection, 1, 10)

        touched = await alerts.restate(connection, [key(one) for one in moved])
        assert await queued(connection, touched) == [(1, Priority.EDIT)]
        (message,) = await messages.to_edit(connection, 1)
        assert (message.id, message.revision) == (ours, 2)
        assert len(await alerts.of_message(connection, ours)) == 1_100


async def test_a_deep_reorg_is_settled_at_once(database: Database) -> None:
    """More than either driver takes as parameters of one statement."""
    ids = range(1, 33_001)
    async with database.write() as connection:
        await a_chat(connection)
        moved = await one_stored(connection)
        await alerted(connection, 1, moved)

        assert await queued_for(connection, ids) == [(1, Priority.WATCH)]
        assert not await alerts.retract(connection, ids)
        assert await queued(connection, await alerts.bring_back(connection, ids)) == [
            (1, Priority.WATCH)
        ]
        assert not await alerts.restate(connection, ids)
        assert len(await movements.load(connection, ids)) == 1


async def test_only_what_was_sent_is_restated(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        moved = await one_stored(connection)
        await alerted(connection, 1, moved)
        assert not await alerts.restate(connection, [key(moved)])
        ours = await sent_in_message(connection, 1, 10)
        touched = await alerts.restate(connection, [key(moved)])
        assert await queued(connection, touched) == [(1, Priority.EDIT)]
        assert [message.id for message in await messages.to_edit(connection, 1)] == [ours]
        assert await states(connection) == [(AlertState.SENT, None)]


async def test_the_outbox_says_how_many_wait_and_since_when(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        assert await alerts.oldest_pending(connection) == (0, None)
        for tx in (3, 1, 2):
            moved = await one_stored(connection, tx)
            await alerted(connection, 1, moved, now=NOW + timedelta(seconds=tx))
        assert await alerts.oldest_pending(connection) == (3, NOW + timedelta(seconds=1))


async def test_the_alerts_of_a_movement_are_found_by_its_transaction(database: Database) -> None:
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object):
        asked.append((statement, values))

    async with database.write() as connection:
        await a_chat(connection)
        first, second = [await one_stored(connection, tx) for tx in (1, 2)]
        for moved in (first, second):
            await alerted(connection, 1, moved)
        if database.kind == "postgresql":  # a small table is read whole, index or not
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        event.listen(connection.sync_connection, "before_cursor_execute", note)
        of_first = select(table.c.tx_hash).where(about(database.kind, "ids"))
        found = await connection.execute(of_first, {"ids": [key(first)]})
        assert found.scalars().all() == [first.tx_hash]
        ((statement, values),) = asked
        explain = "EXPLAIN" if database.kind == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = str((await connection.exec_driver_sql(f"{explain} {statement}", values)).all())

    if database.kind == "postgresql":
        assert "uq_alerts_chain_tx_hash_chat_id_topic_id" in plan
    else:
        assert "(chain=? AND tx_hash=?)" in plan
