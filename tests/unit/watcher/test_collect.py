"""Blocks, once each and in order, whatever the chain and its nodes do. Time is virtual."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from data.model import BlockRef
from tests.effort import examples
from watcher.collect import Collector, Step, first_cursor
from watcher.rpc.errors import AllNodesFailed
from watcher.witnesses import Latched

from .block_tree import BlockTree, VirtualTime
from .examples import CHAIN

MOST_ROUNDS = 100
FOR_EVER = 1e9


class Idle(Exception):
    """There was nothing to hand out for many rounds."""


class Following:
    """A collector over a tree, with what it has handed out and was committed."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.tree = BlockTree(self.time.now, self.time.sleep)
        self.rounds = 0
        start = asyncio.run(first_cursor(CHAIN, self.tree))
        self.committed = {start.number: start}
        self.collector = self.begin(at_head=True)

    def begin(self, *, at_head: bool, catch_up_within: float = FOR_EVER) -> Collector:
        recent = sorted(self.committed.values(), key=lambda ref: ref.number, reverse=True)
        return Collector(
            CHAIN,
            self.tree,
            recent[: CHAIN.keep_hashes],
            at_head=at_head,
            on_round=self.count,
            catch_up_within=catch_up_within,
            clock=self.time.clock,
            now=self.time.now,
        )

    async def count(self) -> None:
        self.rounds += 1
        if self.rounds > MOST_ROUNDS:
            raise Idle

    def next(self) -> Step:
        self.rounds = 0
        return asyncio.run(self.collector.next())

    def take(self, step: Step) -> None:
        """Commit, as the database does: fenced by the cursor."""
        cursor = self.committed[max(self.committed)]
        assert step.before == cursor
        for number in range(step.ancestor.number + 1, cursor.number + 1):
            self.committed.pop(number, None)
        if self.committed:
            assert self.committed[max(self.committed)] == step.ancestor
        parent = step.ancestor.hash
        for block in step.blocks:
            assert block.ref.parent_hash == parent
            assert block.ref not in self.committed.values()
            self.committed[block.ref.number] = block.ref
            parent = block.ref.hash
        assert len(step.born) == len(step.blocks)
        self.collector.advance(step)

    def follow(self) -> list[Step]:
        """Take every step there is."""
        steps: list[Step] = []
        while True:
            try:
                step = self.next()
            except Idle:
                return steps
            self.take(step)
            steps.append(step)

    @property
    def cursor(self) -> BlockRef:
        return self.committed[max(self.committed)]


class AnyChain(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.following = Following()
        self.tips: list[BlockRef] = []

    @property
    def tree(self) -> BlockTree:
        return self.following.tree

    @rule(blocks=st.integers(1, 45), seconds=st.floats(0, 100))
    def mine(self, blocks: int, seconds: float) -> None:
        self.following.time.seconds += seconds
        self.tree.mine(blocks)

    @rule(depth=st.integers(1, 6), longer=st.integers(0, 3))
    def reorg(self, depth: int, longer: int) -> None:
        self.tips.append(self.tree.tip)
        self.tree.reorg(depth, depth + longer)

    @rule()
    @precondition(lambda self: self.tips and self.tips[-1].number >= self.tree.tip.number - 3)
    def go_back(self) -> None:
        before = self.tree.tip
        self.tree.go_back_to(self.tips.pop())
        self.tree.mine(max(0, before.number - self.tree.tip.number))

    @rule(calls=st.integers(0, 25), depth=st.integers(1, 6))
    def reorg_while_asked(self, calls: int, depth: int) -> None:
        left = calls

        def spring() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                self.tree.before_call = None
                self.tree.reorg(depth, depth + 1)

        self.tree.before_call = spring

    @rule(blocks=st.integers(0, 3))
    def lag(self, blocks: int) -> None:
        self.tree.lag = blocks

    @rule(blocks=st.sampled_from([0, 1, 5, 10**9]))
    def lie_about_the_head(self, blocks: int) -> None:
        self.tree.claims_more = blocks

    @rule(calls=st.integers(1, 5))
    def fail(self, calls: int) -> None:
        self.tree.failures = calls

    @rule()
    def survey(self) -> None:
        with suppress(AllNodesFailed):
            asyncio.run(self.following.collector.survey())

    @rule()
    def restart(self) -> None:
        self.following.collector = self.following.begin(at_head=False)

    @rule()
    def lose_a_step(self) -> None:
        """It was handed out and never committed."""
        try:
            self.following.next()
        except (Idle, AllNodesFailed):
            return

    @rule(steps=st.integers(1, 4))
    def step(self, steps: int) -> None:
        for _ in range(steps):
            try:
                self.following.take(self.following.next())
            except (Idle, AllNodesFailed):
                return

    @rule()
    def everything_heals(self) -> None:
        self.tree.failures = self.tree.lag = self.tree.claims_more = 0
        self.tree.before_call = None
        self.tree.mine(10)  # longer than any branch before
        self.following.follow()
        assert self.following.cursor == self.tree.tip
        for number, ref in self.following.committed.items():
            if number in self.tree.canonical and number >= 100:
                assert self.tree.canonical[number].ref == ref

    @invariant()
    def what_is_committed_is_one_chain(self) -> None:
        refs = [self.following.committed[n] for n in sorted(self.following.committed)]
        for below, above in pairwise(refs):
            assert above.number == below.number + 1
            assert above.parent_hash == below.hash


AnyChain.TestCase.settings = settings(
    max_examples=examples(60), stateful_step_count=30, deadline=None
)
TestAnyChain = AnyChain.TestCase


@pytest.fixture
def following() -> Following:
    return Following()


def test_the_first_start_is_at_the_head(following: Following) -> None:
    assert following.cursor.number == 99
    (step,) = following.follow()
    assert [block.ref.number for block in step.blocks] == [100]


def test_a_chain_of_one_block_is_begun_at_it() -> None:
    tree = BlockTree(VirtualTime().now, lowest=0, height=0)
    assert asyncio.run(first_cursor(CHAIN, tree)) == tree.tip


@pytest.mark.parametrize(("listening", "looks_after"), [(False, 0.5), (True, 5.0)])
def test_a_chain_whose_heads_are_announced_is_hardly_asked(
    following: Following, listening: bool, looks_after: float
) -> None:
    # given a chain of 12 s that is followed at its head
    following.follow()
    following.tree.listening = listening
    following.tree.waited.clear()

    # when nothing comes for a while
    following.follow()

    # then the time between two looks is longer while nodes announce their heads
    assert min(following.tree.waited) == looks_after


def test_after_a_stop_everything_missed_comes_in_batches(following: Following) -> None:
    following.follow()
    following.tree.mine(90)
    following.collector = following.begin(at_head=False)
    asyncio.run(following.collector.survey())
    assert [len(step.blocks) for step in following.follow()] == [50, 40]


def test_a_block_that_comes_while_the_head_is_watched_was_born_now(following: Following) -> None:
    following.follow()
    following.tree.mine()
    following.time.seconds += 3
    step = following.next()
    assert step.born == (following.time.now(),)
    assert step.born[0] - step.blocks[0].ref.time == timedelta(seconds=3)


def test_blocks_that_are_caught_up_with_were_born_in_their_time(following: Following) -> None:
    following.follow()
    following.tree.mine(3)
    following.time.seconds += 3600
    following.collector = following.begin(at_head=False)
    asyncio.run(following.collector.survey())
    step = following.next()
    late = timedelta(seconds=CHAIN.block_time + 1)  # a time stamp is cut to whole seconds
    assert step.born == tuple(block.ref.time + late for block in step.blocks)


def test_a_long_silence_of_all_nodes_does_not_make_old_blocks_new(following: Following) -> None:
    following.follow()
    following.tree.mine(3)
    following.time.seconds += 3600
    assert all(
        born < following.time.now() - timedelta(minutes=30) for born in following.next().born
    )


def test_a_reorg_is_one_step_over_the_common_ancestor(following: Following) -> None:
    following.tree.mine(5)
    following.follow()
    before = following.cursor
    following.tree.reorg(3, 4)
    step = following.next()
    assert step.is_reorg
    assert (step.before, step.ancestor.number) == (before, 102)
    assert [block.ref for block in step.blocks] == [
        following.tree.canonical[number].ref for number in (103, 104, 105, 106)
    ]


def test_a_branch_that_is_not_longer_is_waited_for(following: Following) -> None:
    following.tree.mine(5)
    following.follow()
    following.tree.reorg(3, 3)
    assert following.follow() == []
    following.tree.mine()
    (step,) = following.follow()
    assert len(step.blocks) == 4


def test_a_reorg_below_the_first_block_begins_below_it(following: Following) -> None:
    following.follow()
    following.tree.reorg(4, 5)
    following.follow()
    assert following.cursor == following.tree.tip


def test_a_reorg_below_all_memory_is_told(following: Following) -> None:
    following.tree.mine(CHAIN.keep_hashes + 10)
    following.follow()
    following.collector.finalized = 1
    following.tree.reorg(CHAIN.keep_hashes + 2, CHAIN.keep_hashes + 3)
    with pytest.raises(Latched, match="Ethereum was rewritten below block"):
        following.next()


def test_a_reorg_in_the_middle_of_a_batch_leaves_what_is_linked(following: Following) -> None:
    following.follow()
    following.tree.mine(10)
    asyncio.run(following.collector.survey())
    calls = 0

    def spring() -> None:
        nonlocal calls
        calls += 1
        if calls == 8:
            following.tree.reorg(6, 7)

    following.tree.before_call = spring
    first = following.next()
    assert [block.ref.number for block in first.blocks] == list(range(101, 108))
    following.take(first)
    following.follow()
    assert following.cursor == following.tree.tip


def test_a_lie_about_the_head_does_not_blind(following: Following) -> None:
    following.tree.claims_more = 10**9
    following.tree.mine(3)
    asyncio.run(following.collector.survey())
    following.follow()
    assert following.cursor == following.tree.tip


def test_the_loop_never_sleeps_long(following: Following) -> None:
    following.follow()
    slow = replace(CHAIN, block_time=3600.0)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        following.time.seconds += seconds

    following.tree.sleep = sleep
    collector = Collector(
        slow,
        following.tree,
        [following.cursor],
        at_head=True,
        on_round=following.count,
        clock=following.time.clock,
        now=following.time.now,
    )
    following.rounds = 0
    with pytest.raises(Idle):
        asyncio.run(collector.next())
    assert 0 < max(slept) <= 2
