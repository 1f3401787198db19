"""How far a chain is settled, as nodes tell it and where they do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from data.chains import known_chains
from data.model import Settled
from sandbox.chain import ChainSandbox, ethereum_spec
from watcher.evm.abilities import Abilities, Ability
from watcher.evm.tags import Tags
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

from .picky_node import PickyNode, error

CHAIN = known_chains()["ethereum"]


class Teller:
    """What the node calls safe and finalized; None: it does not know the tags."""

    def __init__(self) -> None:
        self.safe: int | None = 900
        self.finalized: int | None = 800

    def __call__(self, method: str, params: list[Any], _: Any) -> dict[str, Any] | None:
        if method != "eth_getBlockByNumber" or params[0] not in ("safe", "finalized"):
            return None
        number = getattr(self, params[0])
        if number is None:
            return error(-32602, "invalid argument 0: hex string without 0x prefix")
        return {"result": {"number": hex(number), "hash": "0x" + "11" * 32}}


@pytest.fixture
def teller() -> Teller:
    return Teller()


@pytest.fixture
async def node(teller: Teller) -> AsyncIterator[PickyNode]:
    async with (
        ChainSandbox(ethereum_spec(), nodes=1, history=2) as sandbox,
        PickyNode(sandbox.rpc_urls[0]) as picky,
    ):
        picky.rules.append(teller)
        yield picky


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def tags(node: PickyNode, clock: Clock) -> AsyncIterator[Tags]:
    async with Pool("ethereum", 1, [node.url], PoolOptions(timeout=20)) as pool:
        yield Tags(CHAIN, pool, Abilities(clock=clock), clock=clock)


async def test_the_tags_count(tags: Tags) -> None:
    assert await tags.settled(1000) == Settled(900, 800)


async def test_they_are_asked_for_now_and_then(tags: Tags, node: PickyNode, clock: Clock) -> None:
    for _ in range(10):
        await tags.settled(1000)
        clock.now += 2.3
    # two block times are 24 seconds
    assert node.requests == [1, 2]  # the chain's id, and both tags at once


async def test_without_tags_depth_counts_and_they_are_not_asked_for_again(
    tags: Tags, teller: Teller, node: PickyNode, clock: Clock
) -> None:
    teller.safe = teller.finalized = None
    depths = CHAIN.finality
    for _ in range(3):
        told = await tags.settled(1000)
        assert told == Settled(1000 - depths.safe_depth, 1000 - depths.finalized_depth)
        clock.now += 60
    assert node.asked["eth_getBlockByNumber"] == 4  # at once, and each by itself
    assert await tags.settled(10) == Settled(0, 0)


async def test_one_tag_may_be_missing(tags: Tags, teller: Teller) -> None:
    teller.safe = None
    assert await tags.settled(1000) == Settled(1000 - CHAIN.finality.safe_depth, 800)


async def test_a_node_without_batches_is_asked_for_one_after_the_other(
    tags: Tags, node: PickyNode
) -> None:
    node.largest_batch = 1
    assert await tags.settled(1000) == Settled(900, 800)


async def test_safe_is_never_below_finalized(tags: Tags, teller: Teller) -> None:
    teller.safe, teller.finalized = None, 990
    assert await tags.settled(1000) == Settled(990, 990)


async def test_a_tag_above_the_head_is_not_believed(tags: Tags, teller: Teller) -> None:
    teller.safe, teller.finalized = 5000, 1001
    depths = CHAIN.finality
    assert await tags.settled(1000) == Settled(
        1000 - depths.safe_depth, 1000 - depths.finalized_depth
    )


async def test_a_tag_that_goes_back_changes_nothing(
    tags: Tags, teller: Teller, clock: Clock
) -> None:
    await tags.settled(1000)
    teller.safe, teller.finalized = 700, 600
    for _ in range(5):
        clock.now += 60
        assert await tags.settled(1000) == Settled(900, 800)


async def test_of_machines_that_differ_the_middle_one_says_what_is_safe(
    tags: Tags, teller: Teller, clock: Clock
) -> None:
    told = []
    for safe in (900, 990, 910, 995, 920, 915):
        clock.now += 60
        teller.safe = safe
        told.append((await tags.settled(1000)).safe)

    assert told == [900, 900, 910, 990, 990, 990]


async def test_of_machines_that_differ_the_lowest_says_what_is_final(
    tags: Tags, teller: Teller, clock: Clock
) -> None:
    told = []
    for finalized in (800, 890, 810, 895, 820, 899):
        clock.now += 60
        teller.finalized = finalized
        told.append((await tags.settled(1000)).finalized)

    assert told == [800, 800, 800, 810, 810, 820]


async def test_one_node_of_several_makes_nothing_final_by_itself(
    node: PickyNode, clock: Clock
) -> None:
    # given a node that tells the truth, and one that calls its head final
    liar = Teller()
    liar.finalized = 1000
    async with (
        PickyNode(node.url) as other,
        Pool("ethereum", 1, [other.url, node.url], PoolOptions(timeout=20)) as pool,
    ):
        other.rules.append(liar)
        tags = Tags(CHAIN, pool, Abilities(clock=clock), clock=clock)

        # when they are asked again and again
        told = []
        for _ in range(6):
            clock.now += 60
            told.append((await tags.settled(1000)).finalized)

    # then nothing is final until the other one was heard, and only what both say
    assert told == [None, 800, 800, 800, 800, 800]


async def test_when_nobody_answers_what_was_known_holds(
    tags: Tags, teller: Teller, node: PickyNode, clock: Clock
) -> None:
    await tags.settled(1000)
    node.rules.append(lambda method, *_: error(-32603, "internal error"))
    clock.now += 60
    assert await tags.settled(1100) == Settled(900, 800)


async def test_who_knows_no_tag_does_not_answer_for_one_that_takes_its_time(
    node: PickyNode, clock: Clock
) -> None:
    # given a node that tells the tags slowly, and one that does not know them
    async with PickyNode(node.upstream) as tagless:
        options = PoolOptions(timeout=20, hedge_first=0.05, hedge_shortest=0.05, hedge_longest=0.05)
        async with Pool("ethereum", 1, [node.url, tagless.url], options) as pool:
            abilities = Abilities()
            for ability in (Ability.SAFE, Ability.FINALIZED):
                abilities.cannot(tagless.url.rstrip("/"), ability)
            node.delay = 0.2

            tags = Tags(CHAIN, pool, abilities, clock=clock)
            first = await tags.settled(1000)
            clock.now += 60
            second = await tags.settled(1000)

        assert (first, second) == (Settled(None, None), Settled(900, 800))
        assert tagless.asked["eth_getBlockByNumber"] == 0


async def test_where_nobody_knows_a_tag_nobody_is_asked(node: PickyNode) -> None:
    async with Pool("ethereum", 1, [node.url], PoolOptions(timeout=20)) as pool:
        abilities = Abilities()
        for ability in (Ability.SAFE, Ability.FINALIZED):
            abilities.cannot(node.url.rstrip("/"), ability)

        await Tags(CHAIN, pool, abilities).settled(1000)

        assert node.requests == []
        assert pool.nodes[0].errors == 0
