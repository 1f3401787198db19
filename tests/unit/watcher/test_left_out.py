"""What the collector leaves out rather than stand still, and what it never follows."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from watcher.collect import Step
from watcher.holdup import LEAST_ROUNDS
from watcher.rpc.errors import AllNodesFailed, NoCapableNode
from watcher.witnesses import Latched

from .block_tree import TreeBlock
from .test_collect import Following, Idle

BOUND = 120.0
"""Ten block times of the example chain."""


@pytest.fixture
def following() -> Following:
    made = Following()
    made.follow()
    return made


def poison(following: Following, *numbers: int) -> None:
    tree = following.tree
    tree.poisoned |= {tree.canonical[number].ref.hash for number in numbers}


def after_a_while(following: Following) -> Step:
    """The next step, however often all nodes fail before it comes."""
    for _ in range(2 * LEAST_ROUNDS):
        try:
            return following.next()
        except (AllNodesFailed, Idle):
            following.time.seconds += BOUND / 2
    raise AssertionError("it stands still")


def test_after_a_long_stop_it_goes_on_near_the_head(following: Following) -> None:
    following.tree.mine(200)
    following.collector = following.begin(at_head=False, catch_up_within=60)
    asyncio.run(following.collector.survey())
    step = following.next()
    assert not step.is_reorg
    assert step.ancestor.number == 100
    assert [block.ref.number for block in step.blocks] == [299]
    assert step.missed == "nobody watched: it was 199 blocks behind the head"


def test_what_is_not_final_is_caught_up_with_in_order(following: Following) -> None:
    following.tree.mine(96)
    following.collector = following.begin(at_head=False, catch_up_within=60)
    asyncio.run(following.collector.survey())
    step = following.next()
    assert step.missed is None
    assert step.blocks[0].ref.number == 101


def test_a_head_that_one_node_made_up_is_not_gone_to(following: Following) -> None:
    following.tree.mine(200)
    following.tree.witnesses = {
        "liar": lambda number: following.tree.canonical[number].ref.hash,
        **{name: lambda _: None for name in "ab"},
    }
    following.collector = following.begin(at_head=False, catch_up_within=60)
    asyncio.run(following.collector.survey())
    assert following.next().missed is None


def test_after_a_long_stop_a_reorg_of_the_last_block_is_followed_first(
    following: Following,
) -> None:
    following.tree.reorg(1, 1)
    following.tree.mine(200)
    following.collector = following.begin(at_head=False, catch_up_within=60)
    asyncio.run(following.collector.survey())
    step = following.next()
    assert step.is_reorg
    assert step.missed is None
    assert step.after == following.tree.canonical[100].ref


def test_a_block_that_no_node_hands_out_is_left_out_after_a_while(following: Following) -> None:
    following.tree.mine(3)
    poison(following, 101)
    step = after_a_while(following)
    assert step.ancestor.number == 100
    assert [block.ref.number for block in step.blocks] == [102]
    assert step.missed is not None
    assert "eth_getBlockReceipts" in step.missed or "eth_getBlockByNumber" in step.missed
    following.collector.advance(step)
    assert following.next().blocks[0].ref.number == 103


def test_it_is_not_left_out_before(following: Following) -> None:
    following.tree.mine(3)
    poison(following, 101)
    for _ in range(2 * LEAST_ROUNDS):
        with pytest.raises(AllNodesFailed):
            following.next()
        assert following.collector.held_up is None
        following.time.seconds += 1


def test_the_newest_block_is_waited_for(following: Following) -> None:
    following.tree.mine(1)
    poison(following, 101)
    with pytest.raises(AssertionError, match="stands still"):
        after_a_while(following)


def test_a_reorg_over_a_block_that_was_left_out_finds_its_root(following: Following) -> None:
    following.tree.mine(3)
    poison(following, 101)
    following.collector.advance(after_a_while(following))
    following.collector.advance(following.next())
    following.tree.poisoned.clear()
    following.tree.reorg(4, 5)
    step = following.next()
    assert step.ancestor.number == 99
    assert [block.ref.number for block in step.blocks] == [100, 101, 102, 103, 104]


def test_a_hole_in_the_new_branch_is_left_out_with_the_reorg(following: Following) -> None:
    following.tree.mine(4)
    following.follow()
    following.tree.reorg(3, 4)
    poison(following, 103)
    step = after_a_while(following)
    assert step.is_reorg
    assert step.ancestor.number == 101
    assert step.blocks[0].ref.number == 104
    assert step.missed is not None


def test_a_branch_over_a_block_that_was_left_out_needs_more_than_one_nodes_word(
    following: Following,
) -> None:
    following.tree.mine(3)
    poison(following, 101)
    following.collector.advance(after_a_while(following))
    following.collector.advance(following.next())
    following.tree.poisoned.clear()
    ours = dict(following.tree.canonical)
    following.tree.reorg(3, 5)
    theirs = dict(following.tree.canonical)
    following.tree.witnesses = {
        "liar": lambda number: theirs[number].ref.hash,
        **{name: lambda n: ours[n].ref.hash if n in ours else None for name in "ab"},
    }
    with pytest.raises(Idle):
        following.next()


def test_a_hole_in_a_branch_that_one_node_made_up_is_not_leaped(following: Following) -> None:
    following.tree.mine(4)
    following.follow()
    ours = dict(following.tree.canonical)
    following.tree.reorg(3, 4)
    poison(following, 103)
    theirs = dict(following.tree.canonical)
    following.tree.witnesses = {
        "liar": lambda number: theirs[number].ref.hash,
        **{name: lambda n: ours[n].ref.hash if n in ours else None for name in "ab"},
    }
    with pytest.raises(AssertionError, match="stands still"):
        after_a_while(following)


def test_where_no_node_can_do_it_nothing_is_waited_for(following: Following) -> None:
    following.tree.mine(3)

    async def incapable(first: int, last: int) -> list[TreeBlock]:
        raise NoCapableNode("ethereum", ["a", "b"])

    async def incapable_block(number: int, *, exists: bool) -> TreeBlock | None:
        raise NoCapableNode("ethereum", ["a", "b"])

    following.tree.blocks = incapable  # type: ignore[method-assign,assignment]
    following.tree.block = incapable_block  # type: ignore[method-assign,assignment]
    with pytest.raises(NoCapableNode):
        following.next()
    assert following.collector.held_up is not None
    assert "heads only" in following.collector.held_up


def test_below_finality_nothing_is_followed(following: Following) -> None:
    following.tree.mine(5)
    following.follow()
    following.collector.finalized = 103
    following.tree.reorg(4, 6)
    for _ in range(2):
        with pytest.raises(Latched, match="at block 103"):
            following.next()
    assert following.cursor.number == 105


def test_when_the_old_branch_is_back_it_is_followed_on(following: Following) -> None:
    following.tree.mine(5)
    following.follow()
    ours = following.tree.tip
    following.collector.finalized = 103
    following.tree.reorg(4, 6)
    with pytest.raises(Latched):
        following.next()
    following.tree.go_back_to(ours)
    following.tree.mine(3)
    following.follow()
    assert following.cursor == following.tree.tip


def test_a_liar_below_finality_is_accused_and_nothing_changes(following: Following) -> None:
    following.tree.mine(5)
    following.follow()
    ours = following.tree.canonical[103].ref.hash
    following.collector.finalized = 103
    following.tree.reorg(4, 6)
    theirs = following.tree.canonical[103].ref.hash
    following.tree.witnesses = {"liar": lambda _: theirs, "b": lambda _: ours}
    with pytest.raises(Idle):
        following.next()
    assert set(following.tree.accused) == {"liar"}


def test_unlatched_by_an_operator_even_what_was_final_is_rewritten(following: Following) -> None:
    following.tree.mine(50)
    following.follow()
    following.collector.finalized = None
    following.tree.reorg(40, 42)
    with suppress(Idle):
        while True:
            following.collector.advance(following.next())
    assert following.collector.cursor == following.tree.tip
