"""Open pursuits looked after, over a real database, with nodes whose words are given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from data.chains import known_chains
from data.database import Database
from data.errors import FencedOut
from data.model import BlockRef, Depth, Inclusion, Pursuit, PursuitState, Settled, Wish
from data.queries import cursors, leases, pursuits
from data.redis.connection import open_redis
from tests.contract.samples import NOW, a_chat, number
from watcher.pursuits.pursuer import LOOKED_FOR_AT_ONCE, PAGE, Pursuer
from watcher.pursuits.sighting import Sighting, Wanted
from watcher.rpc.errors import AllNodesFailed

WISH = Wish(number(1, 20), number(2, 20), 7, 10**18, 10**9, None, "")


class Said:
    """A chain's nodes, which say what is given here, and nothing of anything else."""

    def __init__(self) -> None:
        self.words: dict[bytes, Sighting] = {}
        self.asked: list[list[bytes]] = []
        self.silent = False

    async def look(self, wanted: Sequence[Wanted]) -> Mapping[bytes, Sighting]:
        self.asked.append([one.tx_hash for one in wanted])
        if self.silent:
            raise AllNodesFailed("bsc", "transactions", {})
        return {one.tx_hash: self.words.get(one.tx_hash, Sighting()) for one in wanted}


class Ground:
    """A chain that is followed up to a head, and its pursuer."""

    def __init__(self, database: Database, redis: Redis, chain: str = "bsc") -> None:
        self.database, self.chain, self.said = database, chain, Said()
        self.seconds, self.epoch = 0.0, 0
        self.pursuer = Pursuer(
            known_chains()[chain],
            self.said,
            database,
            redis,
            clock=lambda: self.seconds,
            now=lambda: NOW + timedelta(seconds=self.seconds),
        )

    def ref(self, height: int, fork: int = 0) -> BlockRef:
        block_hash = number(height * 10 + fork, 32)
        return BlockRef(self.chain, height, block_hash, number(height * 10 - 10, 32), NOW)

    async def follow(self, first: int, last: int, fork: int = 0) -> None:
        """The chain is followed from one height to another."""
        async with self.database.write() as connection:
            made = await leases.acquire(connection, self.chain, "us", timedelta(hours=1))
            assert made is not None
            self.epoch = made
            before = await cursors.get(connection, self.chain)
            if before is None:
                await cursors.begin(connection, self.ref(first))
                before = self.ref(first)
            refs = [self.ref(height, fork) for height in range(first, last + 1)]
            assert await cursors.move(connection, before, refs[-1], self.epoch)
            await cursors.remember(connection, refs, keep=100)

    async def settle(self, safe: int, finalized: int) -> None:
        async with self.database.write() as connection:
            await cursors.settle(connection, self.chain, Settled(safe, finalized))

    async def ask_for(self, *hashes: int, chain: str | None = None) -> None:
        async with self.database.write() as connection:
            await a_chat(connection)
            for tx in hashes:
                await pursuits.begin(
                    connection,
                    chat_id=1,
                    topic_id=0,
                    telegram_id=tx,
                    tx_hash=number(tx, 32),
                    chain=chain,
                    now=NOW,
                )

    async def look(self, after: float = 0.0) -> int:
        self.seconds += after
        return await self.pursuer.look(self.epoch)

    async def open(self) -> list[Pursuit]:
        async with self.database.read() as connection:
            return await pursuits.of_chat(connection, 1)

    def mined(self, height: int, fork: int = 0) -> Sighting:
        inclusion = Inclusion(height, self.ref(height, fork).hash, True, 21_000, 10**9)
        return Sighting(WISH, inclusion)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = open_redis(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def ground(database: Database, redis: Redis) -> Ground:
    made = Ground(database, redis)
    await made.follow(100, 110)
    return made


async def test_with_nothing_to_look_after_no_node_is_asked(ground: Ground) -> None:
    assert await ground.look() == 0
    assert ground.said.asked == []


async def test_no_node_is_asked_while_its_block_is_followed(ground: Ground) -> None:
    # given one that was found in a block
    await ground.ask_for(1)
    ground.said.words[number(1, 32)] = ground.mined(110)
    assert await ground.look() == 1
    assert len(ground.said.asked) == 1

    # when the chain goes on and settles
    for height, seconds in ((112, 6), (116, 6), (122, 6)):
        await ground.follow(height - 1, height)
        await ground.look(after=seconds)
    await ground.settle(safe=115, finalized=112)
    await ground.look(after=6)

    # then it is confirmed, and nobody was asked again
    assert len(ground.said.asked) == 1
    assert await ground.open() == []


async def test_a_reorg_makes_nodes_be_asked_again(ground: Ground) -> None:
    await ground.ask_for(1)
    ground.said.words[number(1, 32)] = ground.mined(110)
    await ground.look()

    # when another block takes its block's place, and the nodes say that it waits again
    await ground.follow(110, 111, fork=1)
    ground.said.words[number(1, 32)] = Sighting(WISH, next_nonce=7)
    assert await ground.look(after=6) == 1

    (one,) = await ground.open()
    assert (one.state, one.told.taken_back) == (PursuitState.PENDING, 1)


async def test_a_node_on_another_branch_is_not_believed(ground: Ground) -> None:
    await ground.ask_for(1)
    ground.said.words[number(1, 32)] = ground.mined(110, fork=1)

    assert await ground.look() == 0

    (one,) = await ground.open()
    assert one.state is PursuitState.SEARCHING


async def test_what_lies_in_blocks_that_were_left_out_is_final_by_its_height(
    ground: Ground,
) -> None:
    # given a chain that was followed on above a gap
    await ground.follow(200, 210)
    await ground.settle(safe=205, finalized=202)
    await ground.ask_for(1)
    ground.said.words[number(1, 32)] = ground.mined(150)

    await ground.look()

    assert await ground.open() == []


async def test_when_nobody_answers_it_stays_as_it_was(ground: Ground) -> None:
    await ground.ask_for(1)
    ground.said.silent = True
    assert await ground.look() == 0
    assert await ground.look(after=1200) == 0
    (one,) = await ground.open()
    assert one.state is PursuitState.SEARCHING


async def test_nodes_are_asked_about_the_same_one_ever_more_rarely(ground: Ground) -> None:
    await ground.ask_for(1)
    for _ in range(300):
        await ground.look(after=1.0)

    # 120 s every three seconds, then every fifteen
    assert 45 <= len(ground.said.asked) <= 55


async def test_thousands_are_looked_for_in_bounded_portions(ground: Ground) -> None:
    count = PAGE + LOOKED_FOR_AT_ONCE + 20
    await ground.ask_for(*range(1, count + 1))
    for tx in range(1, count + 1):
        ground.said.words[number(tx, 32)] = Sighting(WISH, next_nonce=7)

    looks = 0
    while any(one.state is PursuitState.SEARCHING for one in await ground.open()):
        await ground.look(after=1.0)
        looks += 1
        assert looks < 10

    assert max(map(len, ground.said.asked)) <= LOOKED_FOR_AT_ONCE
    assert {one.chain for one in await ground.open()} == {"bsc"}


async def test_the_same_one_for_two_chats_is_asked_for_once(ground: Ground) -> None:
    await ground.ask_for(1)
    await ground.ask_for(1)

    await ground.look()

    assert ground.said.asked == [[number(1, 32)]]


async def test_the_chain_that_has_it_takes_it_and_the_others_let_it_be(
    ground: Ground, database: Database, redis: Redis
) -> None:
    other = Ground(database, redis, "ethereum")
    await other.follow(100, 110)
    await ground.ask_for(1)
    other.said.words[number(1, 32)] = Sighting(WISH, next_nonce=7)

    await ground.look()
    await other.look()
    await ground.look(after=60)

    (one,) = await ground.open()
    assert (one.chain, one.state) == ("ethereum", PursuitState.PENDING)
    assert len(ground.said.asked) == 1


async def test_who_no_longer_follows_the_chain_writes_nothing(ground: Ground) -> None:
    await ground.ask_for(1)
    ground.said.words[number(1, 32)] = ground.mined(110)
    stale = ground.epoch
    async with ground.database.write() as connection:
        await leases.give_up(connection, "bsc", stale)
        assert await leases.acquire(connection, "bsc", "them", timedelta(hours=1))

    with pytest.raises(FencedOut):
        await ground.look()

    (one,) = await ground.open()
    assert one.state is PursuitState.SEARCHING


async def test_a_block_above_the_cursor_is_told_of_but_not_final(ground: Ground) -> None:
    await ground.settle(safe=110, finalized=110)
    await ground.ask_for(1)
    ground.said.words[number(1, 32)] = ground.mined(111)

    await ground.look()

    (one,) = await ground.open()
    assert (one.state, one.told.depth) == (PursuitState.MINED, Depth.FRESH)
    assert one.changed_at == datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
