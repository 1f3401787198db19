"""Followed transactions, by the real watcher over simulated nodes: real HTTP, a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from data.model import Depth, Pursuit, PursuitState, Replacement
from data.queries import pursuits
from data.redis.connection import open_redis
from data.redis.gas import gas_status
from data.redis.wake import PURSUITS, wake
from data.tables import pursuits as table
from tests.faults.lookout import ADDRESS_CHAT, CHAIN, DEADLINE, STRANGER, Lookout, opened_lookout
from watcher.pursuits import course

PAYER = "0x" + "c3" * 20
UNIT = 10**18


@pytest.fixture
async def lookout(
    migrated_sqlite: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Lookout]:
    async with opened_lookout(migrated_sqlite, redis_url, monkeypatch) as opened:
        yield opened


async def followed(lookout: Lookout, tx_hash: str, *, chain: str | None = None) -> int:
    """A chat asks for it."""
    async with lookout.database.write() as connection:
        made = await pursuits.begin(
            connection,
            chat_id=ADDRESS_CHAT,
            topic_id=0,
            telegram_id=1,
            tx_hash=bytes.fromhex(tx_hash[2:]),
            chain=chain,
            now=datetime.now(UTC),
        )
    redis = open_redis(lookout.settings.redis)
    await wake(redis, PURSUITS)
    await redis.aclose()
    return made


async def read(lookout: Lookout, pursuit_id: int) -> Pursuit:
    async with lookout.database.read() as connection:
        row = (await connection.execute(table.select().where(table.c.id == pursuit_id))).one()
    return pursuits._pursuit(row)


async def until(
    lookout: Lookout, pursuit_id: int, condition: Callable[[Pursuit], bool], *, mine: bool = False
) -> Pursuit:
    """Look until it is so; with ``mine``, the chain goes on meanwhile."""
    one = await read(lookout, pursuit_id)
    try:
        async with asyncio.timeout(DEADLINE):
            while not condition(one):
                if mine:
                    lookout.sandbox.chain.mine(3)
                await asyncio.sleep(0.1)
                one = await read(lookout, pursuit_id)
    except TimeoutError:
        pytest.fail(f"it stayed {one}", pytrace=False)
    return one


async def test_a_pending_transaction_is_followed_until_it_is_final(lookout: Lookout) -> None:
    chain = lookout.sandbox.chain
    async with lookout.watching():
        # given a payment that waits in the mempool
        waiting = chain.wait(PAYER, STRANGER, 3 * UNIT)
        chain.mine()
        one = await followed(lookout, waiting.tx_hash)

        # when the watcher finds it, then it is known who pays what
        found = await until(lookout, one, lambda it: it.state is PursuitState.PENDING)
        assert found.chain == CHAIN
        assert found.told.wish is not None
        assert (found.told.wish.sender.hex(), found.told.wish.value) == (PAYER[2:], 3 * UNIT)

        # when a block takes it
        mined = chain.include(waiting.tx_hash)
        found = await until(lookout, one, lambda it: it.state is PursuitState.MINED)
        assert found.told.inclusion is not None
        assert found.told.inclusion.number == mined.block_number
        assert found.told.inclusion.gas_used == 21_000
        assert found.told.inclusion.gas_price

        # then it becomes confirmed, and that is the end
        found = await until(lookout, one, lambda it: it.has_ended, mine=True)
        assert (found.state, found.told.depth) == (PursuitState.CONFIRMED, Depth.FINAL)


async def test_one_that_reverts_fails(lookout: Lookout) -> None:
    chain = lookout.sandbox.chain
    async with lookout.watching():
        waiting = chain.wait(PAYER, STRANGER, UNIT, status=0, data="0x12345678")
        chain.mine()
        one = await followed(lookout, waiting.tx_hash)
        await until(lookout, one, lambda it: it.state is PursuitState.PENDING)

        chain.include(waiting.tx_hash)

        found = await until(lookout, one, lambda it: it.state is PursuitState.FAILED)
        assert not found.has_ended
        found = await until(lookout, one, lambda it: it.has_ended, mine=True)
        assert (found.state, found.told.depth) == (PursuitState.FAILED, Depth.FINAL)


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        ("speed up", Replacement.SPEED_UP),
        ("cancel", Replacement.CANCEL),
        ("other", Replacement.OTHER),
    ],
)
async def test_one_that_is_replaced_names_what_took_its_place(
    lookout: Lookout, way: str, kind: Replacement
) -> None:
    chain = lookout.sandbox.chain
    async with lookout.watching():
        waiting = chain.wait(PAYER, STRANGER, UNIT)
        chain.mine()
        one = await followed(lookout, waiting.tx_hash)
        await until(lookout, one, lambda it: it.state is PursuitState.PENDING)

        rival = chain.replace(waiting.tx_hash, way)

        found = await until(lookout, one, lambda it: it.state is PursuitState.REPLACED)
        assert found.told.replaced_by == bytes.fromhex(rival.tx_hash[2:])
        assert found.told.replacement is kind
        assert found.told.replaced_at == rival.block_number
        found = await until(lookout, one, lambda it: it.has_ended, mine=True)
        assert found.state is PursuitState.REPLACED


async def test_one_that_no_node_knows_any_more_is_dropped(
    lookout: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "DROPPED_AFTER", timedelta(seconds=2))
    chain = lookout.sandbox.chain
    async with lookout.watching():
        waiting = chain.wait(PAYER, STRANGER, UNIT)
        chain.mine()
        one = await followed(lookout, waiting.tx_hash)
        await until(lookout, one, lambda it: it.state is PursuitState.PENDING)

        chain.drop(waiting.tx_hash)

        found = await until(lookout, one, lambda it: it.has_ended, mine=True)
        assert found.state is PursuitState.DROPPED


async def test_one_that_no_chain_ever_showed_is_unknown(
    lookout: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "UNKNOWN_AFTER", timedelta(seconds=2))
    async with lookout.watching():
        lookout.sandbox.chain.mine()
        one = await followed(lookout, "0x" + "77" * 32)

        found = await until(lookout, one, lambda it: it.has_ended, mine=True)

        assert (found.state, found.chain) == (PursuitState.UNKNOWN, None)


async def test_a_reorg_takes_it_back_and_another_block_brings_it_again(lookout: Lookout) -> None:
    chain = lookout.sandbox.chain
    async with lookout.watching():
        mined = chain.transfer(PAYER, STRANGER, UNIT)
        kept = chain.find(mined.tx_hash)
        assert kept is not None
        one = await followed(lookout, mined.tx_hash)
        await until(lookout, one, lambda it: it.state is PursuitState.MINED)

        # when the chain goes another way, without it
        orphan = chain.ledger.branch(1)[0]
        transaction = orphan.transactions[mined.index]
        chain.reorg(1, keep="none")
        found = await until(lookout, one, lambda it: it.state is PursuitState.PENDING)
        assert (found.told.inclusion, found.told.taken_back) == (None, 1)

        # and then takes it after all
        chain.mempool.hold(transaction)
        again = chain.include(mined.tx_hash)
        found = await until(lookout, one, lambda it: it.state is PursuitState.MINED)
        assert found.told.inclusion is not None
        assert found.told.inclusion.number == again.block_number
        found = await until(lookout, one, lambda it: it.has_ended, mine=True)
        assert found.state is PursuitState.CONFIRMED


async def test_another_watcher_goes_on_where_one_stopped(lookout: Lookout) -> None:
    chain = lookout.sandbox.chain
    async with lookout.watching():
        waiting = chain.wait(PAYER, STRANGER, UNIT)
        chain.mine()
        one = await followed(lookout, waiting.tx_hash)
        await until(lookout, one, lambda it: it.state is PursuitState.PENDING)

    chain.include(waiting.tx_hash)
    chain.mine(2)

    async with lookout.watching():
        found = await until(lookout, one, lambda it: it.has_ended, mine=True)
        assert found.state is PursuitState.CONFIRMED


async def test_nobody_is_asked_about_transactions_while_none_is_followed(lookout: Lookout) -> None:
    chain = lookout.sandbox.chain
    async with lookout.watching():
        for _ in range(5):
            chain.mine()
            await lookout.at_head()

    calls = {name for node in lookout.sandbox.nodes for name in node.tally.calls}
    assert not calls & {"eth_getTransactionByHash", "eth_getTransactionCount"}


async def test_what_gas_costs_is_published_with_the_newest_block(lookout: Lookout) -> None:
    chain = lookout.sandbox.chain
    redis = open_redis(lookout.settings.redis)
    try:
        async with lookout.watching():
            async with asyncio.timeout(DEADLINE):
                while (status := await gas_status(redis, CHAIN)) is None or not status.swaps:
                    chain.mine(transactions=60)
                    await asyncio.sleep(0.2)
    finally:
        await redis.aclose()

    assert status.prices is not None
    low, median, high = status.prices
    assert 0 < low <= median <= high
    assert status.swap_gas == 148_000
    assert status.native_usd is not None
    assert status.transactions >= 60
