"""Where one node's word is not enough, the others are heard. Time is virtual."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.model import BlockRef
from watcher.rpc.errors import AllNodesFailed
from watcher.witnesses import ROUNDS_BEFORE_ACCUSED, Latched, Witnesses

from .block_tree import BlockTree, VirtualTime
from .examples import CHAIN


class Courtroom:
    """Our branch, and a liar's beside it from block 98 on."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.tree = BlockTree(self.time.now, self.time.sleep)
        self.theirs = self.tree.canonical[98].ref
        self.tree.reorg(3, 3)
        self.ours = self.tree.canonical[98].ref
        self.witnesses = Witnesses(CHAIN, self.tree, self.time.clock)

    def hear(self, **told: BlockRef | None) -> None:
        def say(ref: BlockRef | None) -> Callable[[int], bytes | None]:
            return lambda _: None if ref is None else ref.hash

        self.tree.witnesses = {name: say(ref) for name, ref in told.items()}


@pytest.fixture
def court() -> Courtroom:
    return Courtroom()


async def test_a_branch_that_more_nodes_hold_is_followed(court: Courtroom) -> None:
    court.hear(a=court.theirs, b=court.theirs, c=court.ours)
    assert await court.witnesses.prefer(court.theirs, court.ours)
    assert court.tree.accused == []


async def test_a_branch_that_a_single_node_can_be_asked_about_is_followed(
    court: Courtroom,
) -> None:
    court.hear(a=court.theirs)
    assert await court.witnesses.prefer(court.theirs, court.ours)


async def test_who_stays_alone_with_a_branch_is_accused(court: Courtroom) -> None:
    court.hear(liar=court.theirs, b=court.ours, c=court.ours)
    for _ in range(ROUNDS_BEFORE_ACCUSED):
        assert not await court.witnesses.prefer(court.theirs, court.ours)
    assert court.tree.accused == []
    assert not await court.witnesses.prefer(court.theirs, court.ours)
    assert court.tree.accused == ["liar"]


async def test_between_equals_ours_stays_as_long_as_it_may_still_grow(court: Courtroom) -> None:
    court.hear(a=court.theirs, b=court.ours)
    assert not await court.witnesses.prefer(court.theirs, court.ours)
    court.time.seconds += 200
    assert not await court.witnesses.prefer(court.theirs, court.ours)
    court.time.seconds += 200
    assert await court.witnesses.prefer(court.theirs, court.ours)
    assert court.tree.accused == []


async def test_a_branch_that_nobody_holds_any_more_is_not_followed(court: Courtroom) -> None:
    court.hear(a=court.ours, b=None)
    assert not await court.witnesses.prefer(court.theirs, court.ours)


async def test_what_was_final_stays_as_long_as_any_node_has_it(court: Courtroom) -> None:
    court.hear(a=court.theirs, b=court.theirs, c=court.ours)
    await court.witnesses.final(court.ours)
    assert court.tree.accused == ["a", "b"]


async def test_when_no_node_has_what_was_final_the_chain_is_latched(court: Courtroom) -> None:
    court.hear(a=court.theirs, b=court.theirs, c=None)
    with pytest.raises(Latched, match="Ethereum was rewritten at block 98, which was final"):
        await court.witnesses.final(court.ours)
    assert court.tree.accused == []


async def test_when_nobody_answers_nothing_is_decided(court: Courtroom) -> None:
    court.hear(a=None)
    with pytest.raises(AllNodesFailed, match="which block stands at 98"):
        await court.witnesses.final(court.ours)
    with pytest.raises(AllNodesFailed):
        await court.witnesses.know(court.ours)


async def test_a_block_that_only_a_minority_has_is_no_place_to_go_on(court: Courtroom) -> None:
    court.hear(liar=court.ours, b=None, c=None)
    assert await court.witnesses.agreed(98) is None
    court.hear(a=court.ours, b=court.ours, c=None)
    found = await court.witnesses.agreed(98)
    assert found is not None
    assert found.ref == court.ours
    assert await court.witnesses.agreed(10**9) is None
