"""A follower over any chain, with any faults, restarts and gaps, in virtual time: in the end chats
are told exactly of what the canonical chain holds. The database is real."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from itertools import count
from typing import Any, TypeVar

from hypothesis import Phase, settings
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
from data.model import AlertState, BlockRef, Transaction
from data.queries import cursors, gaps
from data.tables import alerts as alert_table
from data.tables import movements as movement_table
from tests.effort import examples
from watcher.rpc.errors import RpcError

from .examples import ALICE, BOB, CAROL
from .outbox import payment
from .world import Idle, World

T = TypeVar("T")
PHASES = (Phase.reuse, Phase.generate)  # to shrink runs with a database takes many minutes

_WAYS = st.sampled_from(
    [(ALICE, BOB, 2000), (BOB, CAROL, 500), (CAROL, BOB, 1200), (BOB, ALICE, 10)]
)
_STEPS = st.integers(0, 3)
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

    @rule(blocks=_BLOCKS, seconds=st.sampled_from([0, 1, 12, 100]), steps=_STEPS)
    def mine(self, blocks: Any, seconds: int, steps: int) -> None:
        self.world.time.seconds += seconds
        self.world.tree.mine(len(blocks), self.payments(blocks))
        self.follow(steps, 0)

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
        steps=_STEPS,
    )
    def reorg(self, depth: int, longer: int, blocks: Any, fates: list[str], steps: int) -> None:
        self.follow(steps, 0)
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
        self.follow(steps, 0)

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

    @rule(blocks=_BLOCKS, more=_BLOCKS, rounds=st.integers(2, 6))
    def get_stuck(self, blocks: Any, more: Any, rounds: int) -> None:
        """Before blocks that no node hands out, with others above them."""
        tree = self.world.tree
        first = tree.tip.number + 1
        tree.mine(len(blocks), self.payments(blocks))
        tree.poisoned |= {tree.canonical[n].ref.hash for n in range(first, tree.tip.number + 1)}
        tree.mine(len(more), self.payments(more))
        for _ in range(rounds):
            self.run(self.world.step())
            self.world.time.seconds += 60

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
    def keep_following(self, steps: int, seconds: int) -> None:
        self.follow(steps, seconds)

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
        settings=settings(
            max_examples=examples(6),
            stateful_step_count=25,
            deadline=None,
            phases=PHASES,
        ),
    )
