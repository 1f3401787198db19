"""Gaps are filled beside the head, as far as it is safe. Time is virtual, the database is real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from data.errors import FencedOut
from data.model import CoverageGap
from data.queries import gaps, watches
from watcher.fill import FIRST_PAUSE
from watcher.poison import PATIENCE
from watcher.stages import Stages
from watcher.unlatch import unlatch
from watcher.weigh import WeighedBlock

from .block_tree import TreeBlock
from .examples import ALICE, BOB, CAROL
from .outbox import payment
from .world import World

_numbers = count(1)


@pytest.fixture
async def world(migrated_sqlite: str) -> AsyncIterator[World]:
    made = World(migrated_sqlite, next(_numbers))
    await made.open()
    yield made
    await made.outbox.database.close()


async def still_open(world: World) -> list[CoverageGap]:
    async with world.outbox.database.read() as connection:
        return await gaps.still_open(connection, world.outbox.chain.name)


async def follow(world: World) -> None:
    await world.settle()
    while await world.step():
        await world.settle()


async def sleep_through(world: World, *paid: int) -> None:
    """A stop that is too long to be caught up with; the payments come at its beginning."""
    world.tree.mine(len(paid), [(payment(number, ALICE, BOB, 2000),) for number in paid])
    world.tree.mine(40)
    world.time.seconds += 3600
    await world.restart()
    await follow(world)


async def become_safe(world: World) -> None:
    """So many blocks that everything before is safe, and known to be."""
    for _ in range(16):
        world.tree.mine(1)
        await follow(world)


async def test_what_a_long_stop_left_out_is_filled_in_once_it_is_safe(world: World) -> None:
    await sleep_through(world, 1, 2)
    (gap,) = await still_open(world)
    assert (gap.first, gap.partial) == (113, False)
    assert gap.reason.startswith("nobody watched")
    assert await world.live() == {chat: set() for chat in world.chats}

    await become_safe(world)
    while await world.fill():
        pass

    assert await still_open(world) == []
    assert await world.live() == world.wanted()
    assert len(world.wanted()[world.outbox.private]) == 2


async def test_nothing_is_filled_in_that_a_reorg_may_still_take(world: World) -> None:
    await sleep_through(world, 1)
    safe = world.follower._settling.known.safe
    while await world.fill():
        pass
    assert all(gap.next == max(gap.first, (safe or 0) + 1) for gap in await still_open(world))


async def test_the_head_goes_first(world: World) -> None:
    await sleep_through(world, 1)
    await become_safe(world)
    world.tree.mine(12)
    collector = world.follower._collector
    assert collector is not None
    await collector.survey()
    assert not await world.fill()
    await follow(world)
    assert await world.fill()


async def test_a_watch_is_not_told_of_what_is_older_than_itself(world: World) -> None:
    await sleep_through(world, 1)
    async with world.outbox.database.write() as connection:
        await watches.add(
            connection,
            world.outbox.group,
            now=world.time.now() - timedelta(minutes=1),
            chain=world.outbox.chain.name,
            address=ALICE,
        )
    world.tree.mine(1, [(payment(2, ALICE, CAROL, 900),)])
    await become_safe(world)
    while await world.fill():
        pass
    await become_safe(world)
    told = await world.live()
    one, two = (number.to_bytes(32) for number in (1, 2))
    assert told[world.outbox.group] == {one, two}  # of the first as what Bob got
    async with world.outbox.database.read() as connection:
        found = await watches.of_chat(connection, world.outbox.group)
    assert len(found) == 2


async def test_what_cannot_be_had_is_put_off_and_the_rest_filled_in(world: World) -> None:
    await sleep_through(world, 1, 2, 3)
    await become_safe(world)
    poisoned = world.tree.canonical[113].ref.hash
    world.tree.poisoned.add(poisoned)

    assert not await world.fill()
    assert not await world.fill()  # it is not asked for again at once
    world.time.seconds += FIRST_PAUSE
    assert not await world.fill()
    while await world.fill():
        pass

    assert [(gap.next, gap.last) for gap in await still_open(world)] == [(113, 113)]
    assert await world.live() != world.wanted()
    world.tree.poisoned.clear()
    world.time.seconds += 4 * FIRST_PAUSE
    assert await world.fill()
    assert await still_open(world) == []
    assert await world.live() == world.wanted()


async def test_what_is_filled_in_below_safe_is_not_held_for_the_next_safe_block(
    world: World,
) -> None:
    await sleep_through(world, 1, 2)
    await become_safe(world)
    while await world.fill():
        pass
    assert len(await world.outbox.deliverable(world.outbox.group)) == 2


async def test_a_block_that_cannot_be_worked_on_keeps_no_other_gap_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sleep_through(world, 1, 2, 3)
    await become_safe(world)
    decoded = Stages._weighed_block

    async def stumbles(self: Stages, block: TreeBlock, born: datetime) -> WeighedBlock:
        if block.ref.number == 113:
            raise ArithmeticError
        return await decoded(self, block, born)

    monkeypatch.setattr(Stages, "_weighed_block", stumbles)
    assert not await world.fill()
    world.time.seconds += FIRST_PAUSE
    assert not await world.fill()
    while await world.fill():
        pass
    assert [(gap.next, gap.last) for gap in await still_open(world)] == [(113, 113)]


@pytest.mark.parametrize("poisoned", [1, 2])
async def test_blocks_at_the_head_that_cannot_be_worked_on_are_left_out_after_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch, poisoned: int
) -> None:
    weighed_block = Stages._weighed_block
    first = world.tree.tip.number + 1

    async def stumbles(self: Stages, block: TreeBlock, born: datetime) -> WeighedBlock:
        if first < block.ref.number <= first + poisoned:
            raise ArithmeticError
        return await weighed_block(self, block, born)

    monkeypatch.setattr(Stages, "_weighed_block", stumbles)
    world.tree.mine(4, [(payment(number, ALICE, BOB, 2000),) for number in (1, 2, 3, 4)])
    stumbled = 0
    while not await still_open(world) and stumbled < 10:
        try:
            await world.step()
        except ArithmeticError as error:
            world.follower._note_poison(error)
            world.follower._collector = None
            stumbled += 1
            world.time.seconds += PATIENCE / 2
    await follow(world)

    (gap,) = await still_open(world)
    assert (gap.first, gap.last) == (first + 1, first + poisoned)
    assert gap.reason == "a fault in Spyhop itself: ArithmeticError"
    told = {number.to_bytes(32) for number in (1, 2, 3, 4) if not 1 < number <= 1 + poisoned}
    assert (await world.live())[world.outbox.private] == told


async def test_a_block_seen_in_part_is_read_again(world: World) -> None:
    world.tree.mine(1, [(payment(1, ALICE, BOB, 2000),)])
    seen = world.tree.tip
    world.tree.missing[seen.hash] = "filtered logs only"
    await follow(world)
    (gap,) = await still_open(world)
    assert (gap.first, gap.last, gap.partial) == (seen.number, seen.number, True)
    assert gap.reason == "filtered logs only"

    await become_safe(world)
    assert not await world.fill()
    world.tree.missing.clear()
    world.time.seconds += FIRST_PAUSE
    assert await world.fill()

    assert await still_open(world) == []
    assert await world.live() == world.wanted()


async def test_under_an_old_epoch_no_gap_is_filled(world: World) -> None:
    await sleep_through(world, 1)
    await become_safe(world)
    before = await still_open(world)
    await world.outbox.take_lease("first")
    with pytest.raises(FencedOut):
        await world.fill()
    assert await still_open(world) == before


async def test_blocks_that_nobody_hands_out_are_a_gap_that_grows_with_the_head(
    world: World,
) -> None:
    world.tree.mine(3, [(payment(1, ALICE, BOB, 2000),)])
    for grown in range(6):
        tree = world.tree
        tree.poisoned |= {tree.canonical[n].ref.hash for n in range(113, tree.tip.number + 1)}
        await world.step()
        world.time.seconds += 60
        if grown >= 4:
            (gap,) = await still_open(world)
            assert (gap.first, gap.last) == (113, tree.tip.number)
        tree.mine(1)
    world.tree.poisoned.clear()
    await follow(world)
    assert await still_open(world) == []
    await become_safe(world)
    assert await world.live() == world.wanted()


async def test_what_follows_is_fetched_while_a_step_is_committed(world: World) -> None:
    world.tree.mine(14)
    collector = world.follower._collector
    assert collector is not None
    await collector.survey()
    step = await collector.next()
    world.tree.mine(3)
    await collector.survey()
    asked: list[str] = []
    world.tree.before_call = lambda: asked.append("a block")
    await world.follower._take_and_look_ahead(collector, step, world.outbox.epoch)
    assert len(asked) == 3
    collector.advance(step)
    following = await collector.next()
    assert len(asked) == 3
    assert [block.ref.number for block in following.blocks] == [127, 128, 129]


async def test_a_fetch_ahead_that_fails_harms_nothing(world: World) -> None:
    world.tree.mine(14)
    collector = world.follower._collector
    assert collector is not None
    await collector.survey()
    step = await collector.next()
    world.tree.mine(1)
    await collector.survey()
    world.tree.failures = 1
    await world.follower._take_and_look_ahead(collector, step, world.outbox.epoch)
    collector.advance(step)
    assert (await collector.next()).after == world.tree.tip


async def test_a_commit_that_fails_ends_the_fetch_ahead(world: World) -> None:
    world.tree.mine(14)
    collector = world.follower._collector
    assert collector is not None
    await collector.survey()
    step = await collector.next()
    world.tree.mine(1)
    await collector.survey()
    asked = asyncio.Event()
    ended = False

    async def hang(first: int, last: int) -> list[object]:
        nonlocal ended
        asked.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended = True
        return []

    world.tree.blocks = hang  # type: ignore[method-assign,assignment]
    await world.outbox.take_lease("first")
    with pytest.raises(FencedOut):
        await world.follower._take_and_look_ahead(collector, step, world.outbox.epoch)
    assert asked.is_set() == ended


async def test_an_operator_ends_a_latch(world: World) -> None:
    await become_safe(world)
    known = world.follower._settling.known
    assert known.finalized is not None
    await unlatch(world.outbox.database, world.outbox.chain.name)
    await world.restart()
    world.tree.reorg(world.tree.tip.number - known.finalized + 2, 30)
    await follow(world)
    collector = world.follower._collector
    assert collector is not None
    assert collector.cursor == world.tree.tip


@pytest.mark.parametrize("number", [133, 151])
async def test_blocks_of_another_branch_do_not_fill_a_gap(world: World, number: int) -> None:
    await sleep_through(world, 1)
    await become_safe(world)
    honest = world.tree.canonical[number]
    foreign = replace(honest.ref, hash=b"\x98" * 32, parent_hash=b"\x99" * 32)
    assert await world.fill()
    world.tree.canonical[number] = replace(honest, ref=foreign)
    await world.fill()
    assert not await world.fill()
    assert all(gap.next <= number for gap in await still_open(world))
    world.tree.canonical[number] = honest
    world.time.seconds += FIRST_PAUSE
    while await world.fill():
        pass
    assert await still_open(world) == []


@pytest.mark.parametrize("comes_with_it", [FencedOut("lost"), OSError("away"), ArithmeticError()])
async def test_who_is_cancelled_while_something_fails_ends_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, comes_with_it: Exception
) -> None:
    begun = asyncio.Event()

    async def commits(*_: object, **__: object) -> int:
        begun.set()
        try:
            return await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise comes_with_it from None

    monkeypatch.setattr(Stages, "take", commits)
    world.tree.mine(60)  # what follows is fetched meanwhile
    running = asyncio.ensure_future(world.follower.run())
    async with asyncio.timeout(10):
        await begun.wait()
    running.cancel()
    await asyncio.wait([running], timeout=10)
    ended = running.cancelled()
    running.cancel()
    await asyncio.wait([running], timeout=10)
    assert ended


@pytest.mark.parametrize("error", [FencedOut("lost"), OSError("away"), ArithmeticError()])
async def test_who_failed_while_more_was_fetched_follows_on(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tries, again = count(), asyncio.Event()

    async def commits(*_: object, **__: object) -> int:
        await asyncio.sleep(0)  # the other part is waited for, too
        if next(tries) == 0:
            raise error
        again.set()
        return await asyncio.Event().wait()

    monkeypatch.setattr(Stages, "take", commits)
    world.tree.mine(60)
    running = asyncio.ensure_future(world.follower.run())
    try:
        async with asyncio.timeout(20):
            await again.wait()
    finally:
        running.cancel()
        await asyncio.wait([running], timeout=10)
