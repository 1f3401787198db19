"""A chain whose steps are committed to a real database, with chats that watch it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Self

from sqlalchemy import select

from data.database import Database
from data.model import AlertState, BlockRef, ChatKind, Direction, Price, Transaction, UnitThreshold
from data.model import UsdThreshold as Usd
from data.queries import alerts, chats, cursors, leases, messages, watches
from data.queries.tokens import TokenRow
from data.tables import alerts as alert_table
from watcher.collect import Collector, Step, first_cursor
from watcher.learned import Assets
from watcher.notify import commit
from watcher.progress import Progress
from watcher.weigh import weighed

from .block_tree import START, BlockTree, VirtualTime
from .examples import ALICE, BOB, CAROL, CHAIN, ETHER, NAMES, PRICES, transaction, transfer

LEASE = timedelta(hours=1)
KEEP_FROM = Decimal(10_000)


class Idle(Exception):
    """There was nothing more to follow."""


@dataclass(frozen=True, slots=True)
class Told:
    """One alert's row, as far as the tests look."""

    tx_hash: bytes
    chat: int
    state: AlertState
    reason: str | None


def payment(number: int, sender: bytes, recipient: bytes, milliether: int) -> Transaction:
    """A transaction of that number; at 3000 dollars an ether, three dollars a unit."""
    moved = transfer(sender, recipient, milliether * ETHER // 1000)
    return transaction(moved, signer=sender, target=recipient, tx_hash=number.to_bytes(32))


class KnownNames:
    at_hand = NAMES

    async def of(self, wanted: Collection[bytes]) -> dict[bytes, TokenRow]:
        return NAMES


class LongTail:
    """What tokens are worth that nobody curated; ``asked`` is for which, in which block."""

    def __init__(self) -> None:
        self.known: dict[bytes, Price] = {}
        self.by_block: dict[BlockRef, dict[bytes, Price | None]] = {}
        self.asked: list[tuple[int, set[bytes]]] = []

    def told(
        self, wanted: Mapping[BlockRef, Collection[bytes]]
    ) -> dict[BlockRef, dict[bytes, Price | None]]:
        return {
            ref: {one: price for one, price in self.by_block.get(ref, {}).items() if one in tokens}
            for ref, tokens in wanted.items()
        }

    async def of(
        self, wanted: Mapping[BlockRef, Collection[bytes]], _: object
    ) -> dict[BlockRef, dict[bytes, Price]]:
        for ref, tokens in wanted.items():
            self.by_block.setdefault(ref, {}).update({one: self.known.get(one) for one in tokens})
        self.asked += [(ref.number, set(tokens)) for ref, tokens in wanted.items()]
        return {
            ref: {token: self.known[token] for token in tokens if token in self.known}
            for ref, tokens in wanted.items()
        }


class Outbox:
    """``private`` watches Alice and Carol from $1000, ``group`` what Bob gets from 1 ETH on, and
    ``channel`` everything from $5000 on."""

    def __init__(self, url: str, number: int) -> None:
        self.chain = replace(CHAIN, name=f"chain{number}")
        self.private, self.group, self.channel = (10 * number + chat for chat in (1, 2, 3))
        self.database = Database(url)
        self.time = VirtualTime()
        self.tree = BlockTree(self.time.now, self.time.sleep, chain=self.chain.name)
        self.committed: dict[int, tuple[BlockRef, tuple[Transaction, ...]]] = {}
        self.epoch = 0
        self.names, self.long_tail = KnownNames(), LongTail()
        self.queued = 0
        self._telegram_id = 0
        self._rounds = 0

    async def __aenter__(self) -> Self:
        self.start = await first_cursor(self.chain, self.tree)
        long_ago = START - timedelta(days=1)
        async with self.database.write() as connection:
            for chat in (self.private, self.group, self.channel):
                await chats.meet(connection, chat, ChatKind.PRIVATE, Decimal(1000), long_ago)
            for address in (ALICE, CAROL):
                await watches.add(
                    connection,
                    self.private,
                    now=long_ago,
                    chain=self.chain.name,
                    address=address,
                )
            await watches.add(
                connection,
                self.group,
                now=long_ago,
                chain=self.chain.name,
                address=BOB,
                direction=Direction.IN,
                threshold=UnitThreshold(Decimal(1), "ETH", {(self.chain.name, None): ETHER}),
            )
            await watches.add(
                connection,
                self.channel,
                now=long_ago,
                chain=self.chain.name,
                threshold=Usd(Decimal(5000)),
            )
            await cursors.begin(connection, self.start)
        self.epoch = await self.take_lease("first")
        await self.restart()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()

    async def take_lease(self, owner: str) -> int:
        async with self.database.write() as connection:
            epoch = await leases.acquire(connection, self.chain.name, owner, LEASE)
        assert epoch is not None
        return epoch

    async def restart(self) -> None:
        """Begin again from what the database has."""
        async with self.database.read() as connection:
            recent = await cursors.recent(connection, self.chain.name)
        self.collector = Collector(
            self.chain,
            self.tree,
            recent,
            at_head=True,
            on_round=self._round,
            clock=self.time.clock,
            now=self.time.now,
        )

    async def _round(self) -> None:
        self._rounds += 1
        if self._rounds > 30:
            raise Idle

    async def next(self) -> Step:
        self._rounds = 0
        return await self.collector.next()

    async def commit(self, step: Step, *, epoch: int | None = None) -> int:
        blocks = []
        for block, born in zip(step.blocks, step.born, strict=True):
            glance = await block.glance()
            blocks.append(weighed(self.chain, block, glance, NAMES, PRICES, born))
        return await commit(
            self.database,
            self.chain,
            self.epoch if epoch is None else epoch,
            Progress(step.before, step.ancestor, tuple(blocks)),
            Assets(self.names, self.long_tail),
            now=self.time.now(),
            keep_from_usd=KEEP_FROM,
        )

    async def follow(self, seen: Callable[[Step], None] = lambda _: None) -> None:
        """Commit every step there is; ``seen`` is called after each."""
        with suppress(Idle):
            while True:
                step = await self.next()
                self.queued = await self.commit(step)
                self.collector.advance(step)
                for number in [n for n in self.committed if n > step.ancestor.number]:
                    del self.committed[number]
                for block in step.blocks:
                    self.committed[block.ref.number] = (block.ref, tuple(block.transactions()))
                seen(step)

    async def told(self) -> list[Told]:
        columns = alert_table.c
        statement = select(columns.tx_hash, columns.chat_id, columns.state, columns.reason).where(
            columns.chain == self.chain.name
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [Told(row[0], row[1], AlertState(row[2]), row[3]) for row in rows]

    async def deliverable(self, chat: int) -> list[bytes]:
        """Transactions that a delivery worker would tell the chat about now."""
        async with self.database.read() as connection:
            return [found.tx_hash for found in await alerts.pending(connection, chat, 1000)]

    async def deliver(self, chat: int) -> list[bytes]:
        """Tell the chat everything, one message each."""
        async with self.database.write() as connection:
            found = await alerts.pending(connection, chat, 1000)
            for alert in found:
                self._telegram_id += 1
                message = await messages.record(
                    connection, chat, 0, self._telegram_id, self.time.now()
                )
                await alerts.sent(connection, [alert.id], message)
        return [alert.tx_hash for alert in found]

    async def edits(self, chat: int) -> int:
        """How many messages of the chat are out of date; they are brought up to date."""
        async with self.database.write() as connection:
            found = await messages.to_edit(connection, chat)
            for message in found:
                await messages.shown(connection, message.id, message.revision)
        return len(found)

    def matches(self, transactions: Sequence[Transaction]) -> set[tuple[bytes, int]]:
        """Who is to be told of what, worked out from the payments themselves."""
        wanted = set()
        for found in transactions:
            for one in found.transfers:
                if one.sender == one.recipient:
                    continue
                parties = {one.sender, one.recipient}
                if parties & {ALICE, CAROL} and one.amount * 3000 >= 1000 * ETHER:
                    wanted.add((found.hash, self.private))
                if one.recipient == BOB and one.amount >= ETHER:
                    wanted.add((found.hash, self.group))
                if one.amount * 3000 >= 5000 * ETHER:
                    wanted.add((found.hash, self.channel))
        return wanted
