"""A follower over simulated nodes, a real database and a real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

import aiohttp
import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from data.chains import known_chains
from data.database import Database
from data.model import AlertState, ChatKind, PriceState, Settled, Unpriced
from data.queries import chats, cursors, gaps, leases, movements, watches
from data.redis.connection import open_redis
from data.redis.published import ChainStatus, NodeStatus, chain_status
from data.tables import alerts as alert_table
from data.tables import movements as movement_table
from sandbox.chain import ChainSandbox, bsc_spec
from sandbox.chain.contracts.aggregator import FeedFault
from watcher.assets.names import TokenNames
from watcher.assets.price_api import PriceApi
from watcher.assets.prices import Prices
from watcher.collect import Step
from watcher.evm.fetch import EvmBlocks
from watcher.evm.market import EvmMarket
from watcher.evm.metadata import read_tokens
from watcher.follow import Follower, FollowOptions
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool
from watcher.unlatch import unlatch

CHAIN = replace(known_chains()["bsc"], retract_after=2)
WHALE, FRIEND = "0x" + "a1" * 20, "0x" + "b0" * 20
CHAT = 7
DEADLINE = 20.0
BNB = 10**18


class Ground:
    """Two nodes, a database and a Redis, on which followers can be set."""

    def __init__(self, sandbox: ChainSandbox, database: Database, redis: Redis) -> None:
        self.sandbox = sandbox
        self.database = database
        self.redis = redis

    @asynccontextmanager
    async def follower(
        self,
        owner: str = "first",
        *,
        lease_for: float = 10.0,
        catch_up_within: float = 600.0,
        on_step: Callable[[Step], None] = lambda _: None,
    ) -> AsyncIterator[asyncio.Task[None]]:
        async with AsyncExitStack() as stack:
            options = PoolOptions(timeout=2, rounds=2, backoff_first=0.05, breaker_open_for=0.5)
            pool = await stack.enter_async_context(Pool("bsc", 56, self.sandbox.rpc_urls, options))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            follower = Follower(
                CHAIN,
                EvmBlocks(CHAIN, pool),
                TokenNames(
                    CHAIN,
                    self.database,
                    lambda tokens: read_tokens(pool, CHAIN.multicall3, tokens, within=5),
                ),
                Prices(CHAIN, EvmMarket(pool, CHAIN, within=5), PriceApi("", CHAIN, session)),
                lambda: tuple(_status(pool)),
                self.database,
                self.redis,
                FollowOptions(owner, lease_for, Decimal(10_000), catch_up_within),
                on_step=on_step,
            )
            task = asyncio.create_task(follower.run())
            try:
                yield task
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    def pay(self, amount: int = 1000 * BNB) -> bytes:
        """A payment of the whale's, in a block of its own."""
        return bytes.fromhex(self.sandbox.chain.transfer(WHALE, FRIEND, amount).tx_hash[2:])

    async def alerts(self) -> dict[bytes, AlertState]:
        statement = select(alert_table.c.tx_hash, alert_table.c.state)
        async with self.database.read() as connection:
            rows = (await connection.execute(statement)).all()
        assert len({row.tx_hash for row in rows}) == len(rows)
        return {row.tx_hash: AlertState(row.state) for row in rows}

    async def alerted(self, tx_hash: bytes) -> None:
        async def there() -> bool:
            return (await self.alerts()).get(tx_hash) is AlertState.PENDING

        await until(there)

    async def following(self) -> None:
        """Wait until a follower is at the head."""

        async def there() -> bool:
            status = await self.status()
            return status is not None and status.cursor == self.sandbox.chain.head.number

        await until(there)

    async def status(self) -> ChainStatus | None:
        return await chain_status(self.redis, "bsc")

    async def holder(self) -> tuple[str, int] | None:
        async with self.database.read() as connection:
            return await leases.holder(connection, "bsc")


def _status(pool: Pool) -> list[NodeStatus]:
    return [
        NodeStatus(
            name=node.name,
            state=node.state,
            head=node.head,
            latency_ms=None,
            calls=node.calls,
            faults=node.faults,
        )
        for node in pool.nodes
    ]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not await condition():  # noqa: ASYNC110 - what is awaited lies in a database
            await asyncio.sleep(0.05)


@pytest.fixture
def number_of_nodes() -> int:
    return 2


@pytest.fixture
async def ground(
    migrated_sqlite: str, redis_url: str, number_of_nodes: int
) -> AsyncIterator[Ground]:
    database, redis = Database(migrated_sqlite), open_redis(redis_url)
    long_ago = datetime.now(UTC) - timedelta(days=1)
    async with database.write() as connection:
        await chats.meet(connection, CHAT, ChatKind.PRIVATE, Decimal(100_000), long_ago)
        address = bytes.fromhex(WHALE[2:])
        await watches.add(connection, CHAT, now=long_ago, address=address)
    try:
        async with ChainSandbox(bsc_spec(block_time=0.2), nodes=number_of_nodes) as sandbox:
            yield Ground(sandbox, database, redis)
    finally:
        await redis.aclose()
        await database.close()


async def test_a_watched_payment_becomes_an_alert(ground: Ground) -> None:
    async with ground.follower():
        await ground.following()
        await ground.alerted(ground.pay())
        assert len(await ground.alerts()) == 1


async def test_below_the_threshold_there_is_none(ground: Ground) -> None:
    async with ground.follower():
        await ground.following()
        ground.pay(100 * BNB)
        await ground.alerted(ground.pay())
        assert len(await ground.alerts()) == 1


async def test_a_token_without_a_feed_is_told_for_what_its_pool_holds(ground: Ground) -> None:
    spec = ground.sandbox.chain.spec
    fed = {token.symbol for token in CHAIN.tokens.values() if token.feed is not None}
    token = next(one for one in spec.tokens if one.price_usd is not None and one.symbol not in fed)
    async with ground.follower():
        await ground.following()
        given = ground.sandbox.chain.transfer_erc20(token.address, FRIEND, WHALE, 10**60)
        await ground.alerted(bytes.fromhex(given.tx_hash[2:]))
    async with ground.database.read() as connection:
        whales = movement_table.c.address == bytes.fromhex(WHALE[2:])
        (row,) = await connection.execute(select(movement_table.c.id).where(whales))
        (movement,) = (await movements.load(connection, [row.id])).values()
    (leg,) = movement.legs
    assert leg.price is not None
    assert leg.price.source == "Uniswap v2 pool"
    assert movement.price_state is PriceState.THIN
    assert movement.usd is not None
    assert abs(movement.usd / 2_000_000 - 1) < Decimal("0.05")


@pytest.mark.parametrize("fault", ["zero", "minimum", "maximum"])
async def test_what_a_feed_tells_wrongly_is_no_value(ground: Ground, fault: FeedFault) -> None:
    ground.sandbox.chain.set_feed_fault("BNB / USD", fault)
    async with ground.follower():
        await ground.following()
        ground.pay()
        await ground.following()
        async with ground.database.write() as connection:
            await watches.set_unpriced(connection, CHAT, 1, Unpriced.TELL)
        second = ground.pay()
        await ground.alerted(second)
    assert len(await ground.alerts()) == 1


async def test_without_its_first_node_the_chain_is_followed_on(ground: Ground) -> None:
    async with ground.follower():
        await ground.following()
        await ground.sandbox.nodes[0].break_with("down")
        await ground.alerted(ground.pay())


async def test_a_node_that_stands_still_blinds_nobody(ground: Ground) -> None:
    async with ground.follower():
        await ground.following()
        await ground.sandbox.nodes[0].break_with("stuck_head")
        await ground.alerted(ground.pay())


async def test_while_nodes_hang_it_is_told_that_nothing_comes(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher.follow._SURVEY_EVERY", 0.5)
    async with ground.follower():
        await ground.following()
        for node in ground.sandbox.nodes:
            await node.break_with("hang")

        async def stuck() -> bool:
            status = await ground.status()
            return status is not None and status.state == "stuck"

        await until(stuck)
        paid = ground.pay()
        for node in ground.sandbox.nodes:
            await node.heal()
        await ground.alerted(paid)


async def test_blocks_that_came_while_all_nodes_were_away_are_caught_up_with(
    ground: Ground,
) -> None:
    async with ground.follower():
        await ground.following()
        for node in ground.sandbox.nodes:
            await node.break_with("status", code=503)

        async def blind() -> bool:
            status = await ground.status()
            return status is not None and status.state == "blind"

        await until(blind)
        paid = ground.pay()
        ground.sandbox.chain.mine(30)
        for node in ground.sandbox.nodes:
            await node.heal()
        await ground.alerted(paid)


async def test_a_fault_of_our_own_is_told_and_the_block_is_taken_again(ground: Ground) -> None:
    faults = [ValueError("nobody thought of it"), KeyError("nor of this")]

    def fail_twice(_: Step) -> None:
        if faults:
            raise faults.pop()

    async with ground.follower(on_step=fail_twice) as task:
        paid = ground.pay()

        async def failing() -> bool:
            status = await ground.status()
            return status is not None and status.state == "failing"

        await until(failing)
        await ground.alerted(paid)
        await ground.following()
        assert not task.done()


async def test_a_stop_is_caught_up_with(ground: Ground) -> None:
    async with ground.follower():
        await ground.following()
    missed = [ground.pay() for _ in range(3)]
    ground.sandbox.chain.mine(25)
    async with ground.follower("second"):
        for paid in missed:
            await ground.alerted(paid)
    assert len(await ground.alerts()) == 3


async def test_a_follower_that_stops_hands_the_chain_over_at_once(ground: Ground) -> None:
    async with ground.follower("first", lease_for=600):
        await ground.following()
        held = await ground.holder()
        assert held is not None
        assert held[0] == "first"
    assert await ground.holder() is None


async def test_one_that_was_frozen_is_taken_over_from_and_writes_nothing_more(
    ground: Ground,
) -> None:
    async with ground.follower("first", lease_for=600):
        await ground.following()
        async with ground.database.write() as connection:  # as if it had been frozen for long
            await leases.give_up(connection, "bsc", 1)
            epoch = await leases.acquire(connection, "bsc", "second", timedelta(seconds=1))
        assert epoch == 2
        paid = ground.pay()

        async def taken_back() -> bool:
            held = await ground.holder()
            return held is not None and held[0] == "third"

        async with ground.follower("third", lease_for=0.6):
            await until(taken_back)
            await ground.alerted(paid)
        assert list((await ground.alerts()).values()) == [AlertState.PENDING]


async def test_after_a_reorg_the_alerts_are_those_of_the_new_branch(ground: Ground) -> None:
    async with ground.follower():
        await ground.following()
        lost, kept = ground.pay(), ground.pay()
        await ground.alerted(lost)
        await ground.alerted(kept)
        ground.sandbox.chain.reorg(2, keep=["0x" + kept.hex()])
        ground.sandbox.chain.mine(CHAIN.retract_after)

        async def settled() -> bool:
            return (await ground.alerts()).get(lost) is AlertState.DROPPED

        async def caught_up() -> bool:
            async with ground.database.read() as connection:
                cursor = await cursors.get(connection, "bsc")
            return cursor is not None and cursor.hash == ground.sandbox.chain.head.hash

        await until(settled)
        await until(caught_up)
        assert (await ground.alerts())[kept] is AlertState.PENDING


async def test_after_a_long_stop_the_head_is_followed_and_the_gap_filled_beside_it(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher.follow._SETTLE_EVERY", 0.2)
    async with ground.follower():
        await ground.following()
    missed = [ground.pay() for _ in range(3)]
    ground.sandbox.chain.mine(60)
    async with ground.follower("second", catch_up_within=1):
        await ground.alerted(ground.pay())
        assert not set(missed) & set(await ground.alerts())
        status = await ground.status()
        assert status is not None

        looks = count()

        async def filled() -> bool:
            if next(looks) % 5 == 0:  # slowly: a busy machine must not fall behind anew
                ground.sandbox.chain.mine()
            async with ground.database.read() as connection:
                (gap,) = await gaps.latest(connection, "bsc")
            return gap.closed_at is not None

        await until(filled)
        for paid in missed:
            await ground.alerted(paid)
    assert len(await ground.alerts()) == 4


@pytest.mark.parametrize("number_of_nodes", [3])
async def test_a_node_on_a_fork_of_its_own_makes_no_alert_flap(ground: Ground) -> None:
    steps: list[Step] = []
    async with ground.follower(on_step=steps.append):
        await ground.following()
        await ground.alerted(ground.pay())
        await ground.sandbox.nodes[0].break_with("other_fork", depth=3, keep=0)
        for _ in range(10):
            await ground.alerted(ground.pay())
        await ground.following()
    assert not any(step.is_reorg for step in steps)
    assert set((await ground.alerts()).values()) == {AlertState.PENDING}


async def test_what_is_published_is_fresh_and_tells_of_every_node(ground: Ground) -> None:
    async with ground.follower():
        await ground.following()
        first = await ground.status()
        assert first is not None

        async def renewed() -> bool:
            status = await ground.status()
            return status is not None and status.written_at > first.written_at

        await until(renewed)
        status = await ground.status()
        assert status is not None
        assert status.state == "following"
        assert len(status.nodes) == 2
        assert abs(datetime.now(UTC) - status.written_at) < timedelta(seconds=DEADLINE)


async def test_alerts_come_without_redis(ground: Ground) -> None:
    away = open_redis("redis://127.0.0.1:1")
    lonely = Ground(ground.sandbox, ground.database, away)
    try:
        async with lonely.follower():

            async def begun() -> bool:
                async with ground.database.read() as connection:
                    return await cursors.get(connection, "bsc") is not None

            await until(begun)
            await lonely.alerted(lonely.pay())
    finally:
        await away.aclose()


async def test_a_chain_that_was_rewritten_below_finality_is_latched_and_says_so(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher.follow._PAUSE_LATCHED", 0.5)
    steps: list[Step] = []
    async with ground.follower(on_step=steps.append):
        await ground.following()
        paid = ground.pay()
        ground.sandbox.chain.mine(5)
        await ground.following()
        height = ground.sandbox.chain.head.number
        async with ground.database.write() as connection:
            await cursors.settle(connection, "bsc", Settled(height - 1, height - 2))
    async with ground.follower("second", on_step=steps.append):
        await ground.following()
        taken = len(steps)
        ground.sandbox.chain.reorg(6, keep=[])
        ground.sandbox.chain.mine(3)

        async def latched() -> bool:
            status = await ground.status()
            return status is not None and status.state == "latched"

        await until(latched)
        status = await ground.status()
        assert status is not None
        assert status.cursor == height
        assert f"at block {height - 2}, which was final" in (status.reason or "")
        assert len(steps) == taken
        assert await ground.alerts() == {paid: AlertState.PENDING}

        await unlatch(ground.database, "bsc")
        ground.sandbox.chain.mine(CHAIN.retract_after + 3)

        async def taken_back() -> bool:
            return (await ground.alerts())[paid] is AlertState.DROPPED

        await until(taken_back)
