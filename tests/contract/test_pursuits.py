from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database import Database
from data.model import Depth, Inclusion, Pursuit, PursuitState, Replacement, Told, Wish
from data.queries import pursuits
from data.tables import pursuits as table
from tests.contract.samples import NOW, a_chat, address, forget, number

TOLD = Told(
    Wish(address(1), None, 2**64 - 1, 2**256 - 1, 10**12, None, "ab"),
    Inclusion(2**40, number(5, 32), False, 21_000, 10**9, 10**14),
    confirmations=3,
    depth=Depth.SAFE,
    last_seen=NOW,
    replaced_at=7,
    replaced_by=number(6, 32),
    replacement=Replacement.CANCEL,
    taken_back=2,
)


async def asked(
    connection: AsyncConnection, tx: int = 1, *, chat: int = 1, chain: str | None = None
) -> Pursuit:
    made = await pursuits.begin(
        connection,
        chat_id=chat,
        topic_id=0,
        telegram_id=2**40 + tx,
        tx_hash=number(tx, 32),
        chain=chain,
        now=NOW,
    )
    return next(one for one in await pursuits.of_chat(connection, chat) if one.id == made)


def moved(one: Pursuit, state: PursuitState = PursuitState.PENDING) -> Pursuit:
    return replace(one, state=state, chain="bsc", revision=one.revision + 1)


async def test_everything_that_is_known_comes_back_as_it_was(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        one = await asked(connection)
        assert (one.state, one.told, one.chain) == (PursuitState.SEARCHING, Told(), None)

        after = replace(moved(one), told=TOLD, changed_at=NOW + timedelta(seconds=1))
        assert await pursuits.write(connection, one, after)

        assert await pursuits.of_chat(connection, 1) == [after]
        assert await pursuits.to_show(connection, 10) == [after]


async def test_each_chain_looks_after_its_own_and_after_those_nobody_found(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        ours, theirs, anywhere = [
            await asked(connection, tx, chain=chain)
            for tx, chain in enumerate(["bsc", "ethereum", None], 1)
        ]
        assert await pursuits.still_open(connection, "bsc", 10) == [ours, anywhere]
        assert await pursuits.still_open(connection, "ethereum", 10) == [theirs, anywhere]
        assert await pursuits.still_open(connection, "bsc", 1) == [ours]
        assert await pursuits.still_open(connection, "bsc", 1, after=ours.id) == [anywhere]


async def test_the_first_chain_that_finds_it_has_it(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        one = await asked(connection)

        assert await pursuits.write(connection, one, moved(one))
        late = replace(moved(one), chain="ethereum")
        assert not await pursuits.write(connection, one, late)

        (now,) = await pursuits.of_chat(connection, 1)
        assert now.chain == "bsc"
        assert await pursuits.still_open(connection, "ethereum", 10) == []


async def test_what_has_ended_is_not_written_again(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        one = await asked(connection, chain="bsc")
        over = replace(moved(one, PursuitState.CONFIRMED), ended_at=NOW)
        assert await pursuits.write(connection, one, over)

        assert not await pursuits.write(connection, over, moved(over))
        assert await pursuits.still_open(connection, "bsc", 10) == []
        assert await pursuits.of_chat(connection, 1) == []
        assert await pursuits.to_show(connection, 10) == [over]


async def test_a_message_is_out_of_date_until_its_revision_is_shown(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        one = await asked(connection)
        assert await pursuits.to_show(connection, 10) == []
        second = moved(one)
        third = moved(second, PursuitState.MINED)
        await pursuits.write(connection, one, second)
        await pursuits.write(connection, second, third)

        await pursuits.shown(connection, second)
        assert await pursuits.to_show(connection, 10) == [replace(third, shown_revision=2)]
        await pursuits.shown(connection, third)
        assert await pursuits.to_show(connection, 10) == []


async def test_chats_that_have_to_wait_keep_nobody_else_waiting(database: Database) -> None:
    async with database.write() as connection:
        for chat in (1, 2, 3):
            await a_chat(connection, chat)
            one = await asked(connection, chat, chat=chat)
            later = NOW + timedelta(seconds=chat)
            await pursuits.write(connection, one, replace(moved(one), changed_at=later))

        shown = [it.chat_id for it in await pursuits.to_show(connection, 2)]
        left = [it.chat_id for it in await pursuits.to_show(connection, 2, but={1, 2})]

        assert (shown, left) == ([1, 2], [3])


async def test_in_a_new_message_an_edit_of_the_old_one_does_not_count(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        one = await asked(connection)
        await pursuits.move(connection, one, 77)
        second = replace(moved(one), telegram_id=77)
        await pursuits.write(connection, one, second)

        await pursuits.shown(connection, replace(second, telegram_id=one.telegram_id))

        assert [it.telegram_id for it in await pursuits.to_show(connection, 10)] == [77]


async def test_what_nobody_can_be_told_of_is_let_go(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        ours = [await asked(connection, tx) for tx in (1, 2, 3)]
        theirs = await asked(connection, 4, chat=2)
        for one in ours:
            await pursuits.write(connection, one, moved(one))

        await pursuits.let_go(connection, [ours[0].id], NOW)
        assert [it.id for it in await pursuits.to_show(connection, 10)] == [
            it.id for it in ours[1:]
        ]
        await pursuits.let_go_of_chat(connection, 1, NOW)

        assert await pursuits.to_show(connection, 10) == []
        assert await pursuits.of_chat(connection, 1) == []
        ended = (
            (await connection.execute(select(table.c.ended_at).order_by(table.c.id)))
            .scalars()
            .all()
        )
        assert ended == [NOW, NOW, NOW, None]
        assert [it.id for it in await pursuits.still_open(connection, "bsc", 10)] == [theirs.id]


async def test_pursuits_are_forgotten_as_alerts_are(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await asked(connection)
        for limit, gone in ((NOW, 0), (NOW + timedelta(seconds=1), 1)):
            counts = await forget(connection, limit)
            assert counts["pursuits"] == gone
