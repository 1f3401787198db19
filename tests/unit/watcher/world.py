"""A follower over blocks in memory, in virtual time, with a real database and three chats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from data.model import AlertState, BlockRef, Finality, Timing
from data.queries import chats
from data.tables import alerts as alert_table
from watcher.collect import Step
from watcher.follow import Follower, FollowOptions
from watcher.rpc.errors import RpcError

from .examples import ALICE, BOB, CAROL, NAMES, PRICES
from .outbox import KEEP_FROM, Outbox

LIVE = (AlertState.PENDING, AlertState.HELD, AlertState.SENT)
MOST_SLEEPS = 12
LATER = 2 * 3600.0
"""Longer than anything that is put off."""


class Idle(Exception):
    """There was nothing more to follow."""


class Crash(Exception):
    """The process ended right after it had committed."""


class Assets:
    """Names and prices that are always there."""

    at_hand = NAMES

    async def of(self, *asked: object) -> object:
        return NAMES if len(asked) == 1 else {}

    def told(self, wanted: Mapping[BlockRef, object]) -> object:
        return {ref: {} for ref in wanted}

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
        self.tree.mine(12)  # no reorg reaches below the first block
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
        for _ in range(8):
            self.tree.mine(5)
            moved = True
            while moved:
                await self.settle()
                if self.follower._collector is not None:
                    await self.follower._collector.survey()
                moved = await self.step()
            self.time.seconds += LATER
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
