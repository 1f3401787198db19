"""A follower over any chain, with any faults, restarts and gaps, in virtual time: in the end chats
are told exactly of what the canonical chain holds. The database is real."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from data.errors import FencedOut
from data.model import AlertState, BlockRef, Finality, Timing, Transaction
from data.queries import chats, cursors, gaps
from data.tables import alerts as alert_table
from data.tables import movements as movement_table
from tests.effort import examples
from watcher.collect import Step
from watcher.follow import Follower, FollowOptions
from watcher.rpc.errors import RpcError

from .examples import ALICE, BOB, CAROL, NAMES, PRICES
from .outbox import KEEP_FROM, Outbox, payment

T = TypeVar("T")
LIVE = (AlertState.PENDING, AlertState.HELD, AlertState.SENT)
MOST_SLEEPS = 12
import os
from hypothesis import Phase
PHASES=[Phase.generate] if 'NOSHRINK' in os.environ else list(Phase)
LATER = 2 * 3600.0
"""Longer than anything that is put off."""


class Idle(Exception):
    """There was nothing more to follow."""


class Crash(Exception):
    """The process ended right after it had committed."""


class Assets:
    """Names and prices that are always there."""

    async def of(self, _: object) -> object:
        return NAMES

    async def at(self, *_: object) -> object:
        return PRICES


class Deaf:
    """Instead of a Redis: what is published and who is woken is not this test's matter."""

    async def set(self, *_: object) -> None:
        return

    async def publish(self, *_: object) -> None:
        return


class World:
    """One chain, its follower, and the chats: ``group`` wants safe blocks only."""

    def __init__(self, url: str, number: int) -> None:
        self.outbox = Outbox(url, number)
        finality = Finality(safe_depth=10, finalized_depth=16)
        self.outbox.chain = replace(self.outbox.chain, finality=finality)
        self.tree = self.outbox.tree
        self.tree.safe_depth = finality.safe_depth
        self.tree.finalized_depth = finality.finalized_depth
        self.tree.sleep = self.sleep
        self.time = self.outbox.time
        self.sleeps = 0
        self.crash_next = False
        self.told: Counter[tuple[int, bytes]] = Counter()
        self.follower = self.begin()

    async def open(self) -> None:
        await self.outbox.__aenter__()
        async with self.outbox.database.write() as connection:
            await chats.set_timing(connection, self.outbox.group, Timing.SAFE)
        self.tree.mine(20)  # no reorg reaches below the first block
        while await self.step():
            pass

    def begin(self) -> Follower:
        assets: Any = Assets()
        redis: Any = Deaf()
        return Follower(
            self.outbox.chain,
            self.tree,
            assets,
            assets,
            lambda: (),
            self.outbox.database,
            redis,
            FollowOptions("first", 3600, KEEP_FROM, catch_up_within=200),
            on_step=self.stepped,
            clock=self.time.clock,
            now=self.time.now,
        )

    def stepped(self, _: Step) -> None:
        if self.crash_next:
            self.crash_next = False
            raise Crash

    async def sleep(self, seconds: float) -> None:
        self.time.seconds += seconds
        self.sleeps += 1
        if self.sleeps > MOST_SLEEPS:
            raise Idle

    async def restart(self) -> None:
        self.outbox.epoch = await self.outbox.take_lease("first")
        self.follower = self.begin()

    async def step(self) -> bool:
        """One step as the follower's own loop takes it; False when there was none."""
        self.sleeps = 0
        try:
            await self.follower._go_on(self.outbox.epoch)
        except Idle:
            return False
        except RpcError:
            self.follower._is_well = False
            with suppress(RpcError):
                await self.follower._note_hold_up(self.outbox.epoch)
            self.time.seconds += 1
            return False
        except Crash:
            await self.restart()
        return True

    async def settle(self) -> None:
        if self.follower._collector is not None:
            await self.follower._settle_once(self.follower._collector)

    async def fill(self) -> bool:
        return await self.follower._fill_some(self.outbox.epoch)

    async def deliver(self, chat: int) -> None:
        for tx_hash in await self.outbox.deliver(chat):
            self.told[chat, tx_hash] += 1
            assert self.told[chat, tx_hash] == 1

    def heal(self) -> None:
        self.tree.failures = self.tree.lag = self.tree.claims_more = 0
        self.tree.before_call = None
        self.tree.poisoned.clear()
        self.tree.missing.clear()
        self.crash_next = False

    async def come_to_rest(self) -> None:
        """All nodes work, the chain grows on, and so much time passes that nothing is put off."""
        self.heal()
        # a step for what was told to ripen, and blocks above all that must become safe
        for _ in range(4):
            self.tree.mine(10)
            for _ in range(30):
                await self.settle()
                if not await self.step():
                    break
            self.time.seconds += LATER
            self.follower._collector and await self.follower._collector.survey()
            while await self.fill():
                pass

    async def live(self) -> dict[int, set[bytes]]:
        statement = select(alert_table.c.chat_id, alert_table.c.tx_hash).where(
            alert_table.c.chain == self.outbox.chain.name, alert_table.c.state.in_(LIVE)
        )
        found: dict[int, set[bytes]] = {chat: set() for chat in self.chats}
        async with self.outbox.database.read() as connection:
            for chat, tx_hash in await connection.execute(statement):
                found[chat].add(tx_hash)
        return found

    @property
    def chats(self) -> tuple[int, int, int]:
        return self.outbox.private, self.outbox.group, self.outbox.channel

    def wanted(self) -> dict[int, set[bytes]]:
        """What the canonical chain says that each chat is to be told."""
        found: dict[int, set[bytes]] = {chat: set() for chat in self.chats}
        for number, block in self.tree.canonical.items():
            if number <= self.outbox.start.number:
                continue
            for made in block.moved:
                moved = made.transfers[0]
                ether = moved.amount / 10**18
                if {moved.sender, moved.recipient} & {ALICE, CAROL} and ether * 3000 >= 1000:
                    found[self.outbox.private].add(made.hash)
                if moved.recipient == BOB and ether >= 1:
                    found[self.outbox.group].add(made.hash)
                if ether * 3000 >= 5000:
                    found[self.outbox.channel].add(made.hash)
        return found


_WAYS = st.sampled_from(
    [(ALICE, BOB, 2000), (BOB, CAROL, 500), (CAROL, BOB, 1200), (BOB, ALICE, 10)]
)
_BLOCKS = st.lists(st.lists(_WAYS, max_size=2), min_size=1, max_size=4)


class AnyChain(RuleBasedStateMachine):
    def __init__(self, url: str, number: int) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = World(url, number)
        self.run(self.world.open())
        self.numbers = count(1)
        self.tips: list[BlockRef] = []

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    def teardown(self) -> None:
        try:
            self.everything_comes_to_rest()
        finally:
            self.run(self.world.outbox.database.close())
            self.runner.close()

    def payments(self, blocks: list[list[tuple[bytes, bytes, int]]]) -> list[Any]:
        return [tuple(payment(next(self.numbers), *way) for way in ways) for ways in blocks]

    @rule(blocks=_BLOCKS, seconds=st.sampled_from([0, 1, 12, 100]))
    def mine(self, blocks: list[list[tuple[bytes, bytes, int]]], seconds: int) -> None:
        self.world.time.seconds += seconds
        self.world.tree.mine(len(blocks), self.payments(blocks))

    @rule(blocks=_BLOCKS, more=st.integers(15, 45))
    def much_time_passes(self, blocks: list[list[tuple[bytes, bytes, int]]], more: int) -> None:
        self.world.time.seconds += 12 * more
        self.world.tree.mine(len(blocks), self.payments(blocks))
        self.world.tree.mine(more)

    @rule(
        depth=st.integers(1, 6),
        longer=st.integers(0, 3),
        blocks=_BLOCKS,
        fates=st.lists(st.sampled_from(["keep", "late", "drop"]), min_size=1, max_size=6),
    )
    def reorg(self, depth: int, longer: int, blocks: Any, fates: list[str]) -> None:
        tree = self.world.tree
        length = depth + longer
        moved: list[tuple[Transaction, ...]] = [*self.payments(blocks), *[()] * length][:length]
        for position in range(depth):
            old = tree.canonical[tree.tip.number - depth + 1 + position]
            for at, made in enumerate(old.moved):
                fate = fates[(position + at) % len(fates)]
                if fate != "drop":
                    moved[position if fate == "keep" else -1] += (made,)
        self.tips.append(tree.tip)
        tree.reorg(depth, length, moved)

    @rule()
    @precondition(lambda self: self.tips and self.tips[-1].number >= self.world.tree.tip.number - 3)
    def go_back(self) -> None:
        tree = self.world.tree
        before = tree.tip
        tree.go_back_to(self.tips.pop())
        tree.mine(max(0, before.number - tree.tip.number))

    @rule(calls=st.integers(0, 25), depth=st.integers(1, 6))
    def reorg_while_asked(self, calls: int, depth: int) -> None:
        tree, left = self.world.tree, calls

        def spring() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                tree.before_call = None
                tree.reorg(depth, depth + 1)

        tree.before_call = spring

    @rule(calls=st.integers(1, 8))
    def fail(self, calls: int) -> None:
        self.world.tree.failures = calls

    @rule(blocks=st.integers(0, 3))
    def lag(self, blocks: int) -> None:
        self.world.tree.lag = blocks

    @rule(blocks=st.sampled_from([0, 1, 5, 10**9]))
    def lie_about_the_head(self, blocks: int) -> None:
        self.world.tree.claims_more = blocks

    @rule(below=st.integers(0, 3), blocks=st.integers(1, 2))
    def poison(self, below: int, blocks: int) -> None:
        """No node hands these out."""
        tree = self.world.tree
        for number in range(tree.tip.number - below, tree.tip.number - below + blocks):
            if number in tree.canonical:
                tree.poisoned.add(tree.canonical[number].ref.hash)

    @rule(below=st.integers(0, 3))
    def show_in_part(self, below: int) -> None:
        tree = self.world.tree
        tree.missing[tree.canonical[tree.tip.number - below].ref.hash] = "filtered logs only"

    @rule()
    def heal(self) -> None:
        self.world.heal()

    @rule()
    def restart(self) -> None:
        self.run(self.world.restart())

    @rule()
    def crash_after_the_next_commit(self) -> None:
        self.world.crash_next = True

    @rule()
    def freeze_with_a_step_in_hand(self) -> None:
        """Another takes over; what the frozen one then wants to write is void."""
        frozen, epoch, world = self.world.follower, self.world.outbox.epoch, self.world

        async def freeze() -> None:
            world.sleeps = 0
            try:
                if frozen._collector is None:
                    frozen._collector = await frozen._resume(epoch)
                step = await frozen._collector.next()
            except (Idle, RpcError):
                return
            await world.restart()
            await world.step()
            try:
                await frozen._take_and_look_ahead(frozen._collector, step, epoch)
            except FencedOut:
                return
            raise AssertionError("it was not fenced")

        self.run(freeze())

    @rule(steps=st.integers(1, 4), seconds=st.sampled_from([0, 30, 130]))
    def follow(self, steps: int, seconds: int) -> None:
        for _ in range(steps):
            self.run(self.world.step())
            self.world.time.seconds += seconds

    @rule()
    def settle(self) -> None:
        self.run(self.world.settle())

    @rule(seconds=st.sampled_from([0, 70, 4000]))
    def fill(self, seconds: int) -> None:
        self.world.time.seconds += seconds
        self.run(self.world.fill())

    @rule(chat=st.integers(0, 2))
    def deliver(self, chat: int) -> None:
        self.run(self.world.deliver(self.world.chats[chat]))

    @rule()
    def everything_comes_to_rest(self) -> None:
        async def compare() -> None:
            world = self.world
            await world.come_to_rest()
            async with world.outbox.database.read() as connection:
                assert await gaps.still_open(connection, world.outbox.chain.name) == []
                cursor = await cursors.get(connection, world.outbox.chain.name)
            assert cursor == world.tree.tip
            assert await world.live() == world.wanted()
            for chat in world.chats:
                await world.deliver(chat)

        self.run(compare())
        self.tips.clear()

    @invariant()
    def what_is_held_lies_above_what_is_safe(self) -> None:
        async def look() -> None:
            world = self.world
            statement = (
                select(movement_table.c.block_number)
                .join(alert_table, alert_table.c.movement_id == movement_table.c.id)
                .where(
                    alert_table.c.chain == world.outbox.chain.name,
                    alert_table.c.state == AlertState.HELD,
                )
            )
            async with world.outbox.database.read() as connection:
                held = (await connection.execute(statement)).scalars().all()
                safe = (await cursors.settled(connection, world.outbox.chain.name)).safe
            assert all(number > (safe or 0) for number in held)

        self.run(look())


_numbers: Iterator[int] = count(1000)


def test_in_the_end_chats_are_told_what_the_canonical_chain_holds(migrated_sqlite: str) -> None:
    run_state_machine_as_test(
        lambda: AnyChain(migrated_sqlite, next(_numbers)),
        settings=settings(max_examples=examples(60), stateful_step_count=25, deadline=None, phases=PHASES),
    )
