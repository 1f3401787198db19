"""What an operator tells everybody: who is told, once, whoever does it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import event, text

from data.database import Database
from data.model import Broadcast, BroadcastState, ChatKind, ChatState, Language, Level, SendState
from data.queries import broadcasts, chats, levels, moving
from tests.contract.samples import DEFAULT, NOW, a_chat

OPERATOR, GROUP, CHANNEL = 1, -1001, -1002
FOR = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


async def a_draft(database: Database) -> Broadcast:
    """Three chats may hear it; one that is blocked, a guest and one that is gone may not."""
    async with database.write() as connection:
        for chat in (OPERATOR, 2, 3, 4):
            await a_chat(connection, chat)
        await chats.hear(connection, GROUP, ChatKind.GROUP, DEFAULT, NOW)
        await chats.hear(connection, CHANNEL, ChatKind.CHANNEL, DEFAULT, NOW, "ru-RU")
        await chats.set_state(connection, 2, ChatState.BLOCKED, "blocked")
        await levels.set_level(connection, 3, Level.BLOCKED)
        await levels.set_level(connection, 4, Level.GUEST)
        return await broadcasts.draft(connection, OPERATOR, "<b>Hello</b>", NOW)


async def test_it_goes_to_whoever_may_hear_it_and_begins_once(database: Database) -> None:
    draft = await a_draft(database)

    async with database.write() as connection:
        reach = await broadcasts.reach(connection)
        begun = [await broadcasts.begin(connection, draft.id, 70 + n, NOW) for n in range(2)]
        leased = await broadcasts.lease(connection, FOR, 2)
        rest = await broadcasts.lease(connection, FOR, 5)
        none = await broadcasts.lease(connection, FOR, 5)
        found = await broadcasts.get(connection, draft.id)

    assert (reach.total, reach.kinds) == (3, {"private": 1, "group": 1, "channel": 1})
    assert reach.languages == {Language.ENGLISH: 2, Language.RUSSIAN: 1}
    assert begun == [True, False]
    assert (len(leased), len(rest), none) == (2, 1, [])
    assert {chat for _, chat in [*leased, *rest]} == {OPERATOR, GROUP, CHANNEL}
    assert found is not None
    assert (found.state, found.shown_in, found.html) == (
        BroadcastState.SENDING,
        70,
        "<b>Hello</b>",
    )


async def test_a_few_chats_are_found_without_looking_at_all_that_wait(database: Database) -> None:
    draft = await a_draft(database)
    asked: list[tuple[str, Any]] = []

    def note(
        _connection: object, _cursor: object, statement: str, values: object, *_: object
    ) -> None:
        asked.append((statement, values))

    async with database.write() as connection:
        await broadcasts.begin(connection, draft.id, 70, NOW)
        if database.kind == "postgresql":  # a small table is read whole, index or not
            for way in ("seqscan", "bitmapscan"):
                await connection.execute(text(f"SET LOCAL enable_{way} = off"))
        event.listen(connection.sync_connection, "before_cursor_execute", note)
        await broadcasts.lease(connection, FOR, 1)
        statement, values = asked[-1]
        explain = "EXPLAIN" if database.kind == "postgresql" else "EXPLAIN QUERY PLAN"
        found = await connection.exec_driver_sql(f"{explain} {statement}", values)
        plan = " ".join(str(row) for row in found)

    assert "ix_broadcast_sends_waiting" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


async def test_a_killed_workers_chats_are_leased_again(database: Database) -> None:
    draft = await a_draft(database)
    async with database.write() as connection:
        await broadcasts.begin(connection, draft.id, 70, NOW)
        await broadcasts.lease(connection, -SECOND, 5)
    async with database.write() as connection:
        again = await broadcasts.lease(connection, FOR, 5)
        await broadcasts.put_off(connection, draft.id, GROUP, timedelta(hours=1))
        await broadcasts.put_off(connection, draft.id, CHANNEL, -SECOND)
        given_back = await broadcasts.lease(connection, FOR, 5)

    assert len(again) == 3
    assert [chat for _, chat in given_back] == [CHANNEL]


async def test_it_is_done_when_nobody_waits_and_summed_up_once(database: Database) -> None:
    draft = await a_draft(database)
    async with database.write() as connection:
        await broadcasts.begin(connection, draft.id, 70, NOW)
        await broadcasts.end_those_done(connection, NOW)
        assert await broadcasts.is_sending(connection, draft.id)
        await broadcasts.settle(connection, draft.id, OPERATOR, SendState.SENT)
        await broadcasts.settle(connection, draft.id, GROUP, SendState.LOST, "kicked")
        await broadcasts.settle(connection, draft.id, CHANNEL, SendState.UNKNOWN)
        # what has ended is not given back any more
        await broadcasts.put_off(connection, draft.id, GROUP, -SECOND)
        counts = await broadcasts.counts(connection, draft.id)
        await broadcasts.end_those_done(connection, NOW)
        shown = [
            [one.state for one in await broadcasts.to_show(connection, when, FOR, 3 * SECOND)]
            for when in (NOW, NOW + SECOND, NOW + 3 * SECOND)
        ]
        assert await broadcasts.are_any(connection)
        await broadcasts.summed_up(connection, draft.id)
        assert not await broadcasts.are_any(connection)
        assert await broadcasts.to_show(connection, NOW + FOR, SECOND, SECOND) == []

    assert counts == {SendState.SENT: 1, SendState.LOST: 1, SendState.UNKNOWN: 1}
    assert shown == [[BroadcastState.DONE], [], [BroadcastState.DONE]]


async def test_what_is_stopped_or_cancelled_goes_to_nobody_more(database: Database) -> None:
    draft, other = await a_draft(database), await a_draft(database)
    async with database.write() as connection:
        assert not await broadcasts.end(connection, draft.id, BroadcastState.STOPPED, NOW)
        await broadcasts.begin(connection, draft.id, 70, NOW)
        assert await broadcasts.end(connection, draft.id, BroadcastState.STOPPED, NOW)
        assert not await broadcasts.end(connection, draft.id, BroadcastState.STOPPED, NOW)
        assert await broadcasts.end(connection, other.id, BroadcastState.CANCELLED, NOW)
        assert not await broadcasts.begin(connection, other.id, 71, NOW)

        assert await broadcasts.lease(connection, FOR, 5) == []
        assert not await broadcasts.is_sending(connection, draft.id)


async def test_a_group_that_became_a_supergroup_is_told_there(database: Database) -> None:
    draft = await a_draft(database)
    async with database.write() as connection:
        await broadcasts.begin(connection, draft.id, 70, NOW)
        await moving.move(connection, GROUP, -1009)
        await moving.move(connection, GROUP, -1009)
        leased = await broadcasts.lease(connection, FOR, 5)

    assert {chat for _, chat in leased} == {OPERATOR, CHANNEL, -1009}
