"""A chat's history page by page, and a message's alerts by value: on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from data.database import Database
from data.model import AlertState
from data.queries import alerts, messages
from data.queries.alerts import history, listed
from data.queries.alerts.history import NEWEST
from tests.contract.samples import NOW, a_chat, alerted, movement, ref, stored

LENGTH = 4


@pytest.fixture
async def eleven(database: Database) -> list[int]:
    """Ids of eleven alerts of chat 1, oldest first, between those of chat 2."""
    async with database.write() as connection:
        for chat in (1, 2):
            await a_chat(connection, chat)
        for tx in range(1, 12):
            usd = None if tx == 6 else tx % 5 * 1_000_000
            (one,) = await stored(connection, movement(tx, usd=usd, block=ref(100 + tx)))
            for chat in (1, 2):
                await alerted(connection, chat, one)
    async with database.read() as connection:
        return [one.id for one in await alerts.pending(connection, 1, 100)]


def ids(page: history.Page) -> list[int]:
    return [entry.alert.id for entry in page.entries]


async def test_pages_lead_to_the_oldest_and_back(database: Database, eleven: list[int]) -> None:
    newest_first = eleven[::-1]
    async with database.read() as connection:
        first = await history.page_below(connection, 1, NEWEST, LENGTH)
        second = await history.page_below(connection, 1, ids(first)[-1], LENGTH)
        third = await history.page_below(connection, 1, ids(second)[-1], LENGTH)
        back = await history.page_above(connection, 1, ids(third)[0], LENGTH)
        top = await history.page_above(connection, 1, ids(back)[0], LENGTH)
    assert ids(first) + ids(second) + ids(third) == newest_first
    assert [(page.has_newer, page.has_older) for page in (first, second, third)] == [
        (False, True), (True, True), (True, False),
    ]  # fmt: skip
    assert (ids(back), back.has_newer, back.has_older) == (ids(second), True, True)
    assert (ids(top), top.has_newer, top.has_older) == (ids(first), False, True)


async def test_a_page_that_the_newest_do_not_fill_is_the_newest(
    database: Database, eleven: list[int]
) -> None:
    async with database.read() as connection:
        page = await history.page_above(connection, 1, eleven[-3], LENGTH)
    assert ids(page) == eleven[::-1][:LENGTH]


async def test_a_number_is_found_in_its_own_chat_alone(
    database: Database, eleven: list[int]
) -> None:
    async with database.read() as connection:
        mine = await history.numbered(connection, 1, eleven[0])
        others = await history.numbered(connection, 2, eleven[0])
    assert mine is not None
    assert mine.told_at is None
    assert others is None


async def test_a_messages_alerts_come_by_value_in_the_order_that_it_was_sent_in(
    database: Database, eleven: list[int]
) -> None:
    # given
    async with database.write() as connection:
        told = await alerts.pending(connection, 1, 100)
        message = await messages.record(connection, 1, 0, 555, NOW)
        await alerts.sent(connection, eleven, message)
    # when
    async with database.read() as connection:
        gists = await listed.gists(connection, told)
        pages = [await listed.page_of_message(connection, message, at, 4) for at in (0, 4, 8)]
        summary = await listed.summary_of_message(connection, message)
        found = await messages.of_telegram(connection, 1, 555)
    # then
    expected = [one.id for one in listed.by_value(told, gists)]
    assert [one.id for page in pages for one in page] == expected
    assert expected[-1] == eleven[5]
    assert found is not None
    assert found.id == message
    assert summary is not None
    assert (summary.total, summary.chains, summary.taken_back) == (11, {"ethereum"}, False)
    assert (summary.first, summary.last) == (ref(101).time, ref(111).time)
    assert summary == listed.Summary.of(told, gists)


async def test_a_summary_knows_what_was_taken_back(database: Database, eleven: list[int]) -> None:
    async with database.write() as connection:
        told = await alerts.pending(connection, 1, 100)
        message = await messages.record(connection, 1, 0, 555, NOW)
        await alerts.sent(connection, eleven, message)
        await alerts.retract(connection, [told[0].movement_id])
    async with database.read() as connection:
        summary = await listed.summary_of_message(connection, message)
        entry = await history.numbered(connection, 1, eleven[0])
        nothing = await listed.summary_of_message(connection, 10**9)
        nobody = await messages.get(connection, 10**9)
    assert summary is not None
    assert summary.taken_back
    assert entry is not None
    assert (entry.alert.state, entry.told_at) == (AlertState.RETRACTED, NOW)
    assert nothing is None
    assert nobody is None


async def test_pending_since_a_time_leaves_older_blocks_out(
    database: Database, eleven: list[int]
) -> None:
    async with database.read() as connection:
        found = await alerts.pending(connection, 1, 100, since=ref(109).time)
        none = await alerts.pending(connection, 1, 100, since=NOW + timedelta(days=400))
    assert [one.id for one in found] == eleven[8:]
    assert none == []


async def test_a_page_is_read_by_the_chats_own_indexes(database: Database) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object):
        asked.append((statement, values))

    async with database.read() as connection:
        if database.kind == "postgresql":  # an empty table is read whole, index or not
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        event.listen(connection.sync_connection, "before_cursor_execute", note)
        await history.page_below(connection, 1, NEWEST, LENGTH)
        event.remove(connection.sync_connection, "before_cursor_execute", note)
        explain = "EXPLAIN" if database.kind == "postgresql" else "EXPLAIN QUERY PLAN"
        plans = [
            " ".join(map(str, await connection.exec_driver_sql(f"{explain} {statement}", values)))
            for statement, values in asked
            if statement.startswith("SELECT")
        ]

    assert len(plans) == 2
    for plan in plans:
        assert "ix_alerts_settled" in plan
        assert "ix_alerts_pending" in plan


async def test_what_waits_and_what_was_told_stand_in_one_order(
    database: Database, eleven: list[int]
) -> None:
    # given
    async with database.write() as connection:
        message = await messages.record(connection, 1, 0, 555, NOW)
        await alerts.sent(connection, eleven[::3], message)
        await alerts.drop(connection, eleven[1::3], "muted")
    # when
    async with database.read() as connection:
        page = await history.page_below(connection, 1, NEWEST, 20)
    # then
    assert ids(page) == eleven[::-1]
    assert [entry.told_at is not None for entry in page.entries[::-1]] == [
        at % 3 == 0 for at in range(len(eleven))
    ]
