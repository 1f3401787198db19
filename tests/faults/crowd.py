"""Many chats with alerts to come, and what became of each alert: lost, shown, repeated."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from redis.asyncio import Redis
from sqlalchemy import func, select

from data.database import DATABASE_AWAY, Database
from data.model import (
    AlertState,
    BlockRef,
    ChatKind,
    Leg,
    Movement,
    MovementKind,
    Price,
    Priority,
    Watch,
)
from data.queries import alerts, chats, movements, queues, watches
from data.tables import alerts as alert_table
from data.tables import send_claims
from sandbox.telegram import TelegramSandbox
from sandbox.telegram.messages import Message

EXCHANGE = bytes.fromhex("28c6c06298d514db089934071355e5743bf21d60")
WALLET = bytes(19) + b"\x07"
UNANSWERED = "(no answer in time)"
_TRANSACTION = re.compile(r"/tx/0x([0-9a-f]{64})")


@dataclass(slots=True)
class Kill:
    """A worker's death: its alerts that were on their way, of which it can have shown any."""

    point: str
    in_flight: frozenset[int]
    sends: int
    repeats: int = 0


@dataclass(slots=True)
class Crowd:
    """Private chats, each with one watch. Alerts are numbered from 1 in the order of writing."""

    telegram: TelegramSandbox
    database: Database
    watches: list[Watch] = field(default_factory=list)
    written: dict[int, int] = field(default_factory=dict)
    """Number of the alert → its chat."""
    _next: int = 0

    async def settle(self, size: int) -> None:
        """So many people start the bot."""
        now = datetime.now(UTC)
        async with self.database.write() as connection:
            for _ in range(size):
                chat_id = self.telegram.create_user("Ada").id
                self.telegram.create_private_chat(chat_id)
                await chats.meet(connection, chat_id, ChatKind.PRIVATE, Decimal(100_000), now)
                self.watches.append(
                    await watches.add(connection, chat_id, now=now, address=WALLET, label="Cold")
                )

    async def write(self, count: int) -> None:
        """Alerts for as many chats, in turn, in one transaction as the watcher's."""
        first = len(self.written) + 1
        numbers = range(first, first + count)
        some = [self.watches[(self._next + step) % len(self.watches)] for step in range(count)]
        self._next += count
        while True:
            try:
                await self._write(numbers, some)
                break
            except DATABASE_AWAY:
                await asyncio.sleep(0.1)  # whether it was written or not: once more changes nothing
        self.written |= {number: watch.chat_id for number, watch in zip(numbers, some, strict=True)}

    async def _write(self, numbers: range, some: Sequence[Watch]) -> None:
        async with self.database.write() as connection:
            stored = await movements.store(connection, [_received(one) for one in numbers])
            new = [
                alerts.NewAlert(watch.chat_id, 0, movement, watch.id, (), Priority.WATCH)
                for watch, movement in zip(some, stored, strict=True)
            ]
            await alerts.write(connection, new, datetime.now(UTC))
            await queues.enqueue(connection, [(one.chat_id, Priority.WATCH) for one in some])

    async def waiting(self) -> int:
        """Alerts that are not sent."""
        statement = select(func.count()).where(alert_table.c.state != AlertState.SENT)
        async with self.database.read() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def all_sent(self, within: float = 60) -> None:
        """Wait until everything that was written is on record as sent."""
        async with asyncio.timeout(within):
            while await self.waiting():  # noqa: ASYNC110 - a database has no event to wait for
                await asyncio.sleep(0.05)

    def shown(self) -> dict[int, list[Message]]:
        """The messages that tell of each alert, oldest first."""
        found: dict[int, list[Message]] = defaultdict(list)
        for chat_id in {watch.chat_id for watch in self.watches}:
            for message in self.telegram.bot_messages(chat_id):
                for number in numbers_in(message):
                    assert self.written[number] == chat_id
                    found[number].append(message)
        return found

    def lost(self) -> set[int]:
        """Alerts that no message tells of."""
        return self.written.keys() - self.shown().keys()

    def repeated(self) -> dict[int, list[Message]]:
        """By alert: the messages that told of it once more than they should."""
        return {number: told[1:] for number, told in self.shown().items() if len(told) > 1}

    def out_of_order(self, *, but_for: Iterable[int] = ()) -> list[str]:
        """Where a message tells of something older than the message before; repeats aside, and
        chats to which one of the alerts ``but_for`` goes."""
        found = []
        excused = {self.written[number] for number in but_for}
        for chat_id in {watch.chat_id for watch in self.watches} - excused:
            seen: set[int] = set()
            newest = 0
            for message in self.telegram.bot_messages(chat_id):
                fresh = numbers_in(message) - seen
                if fresh and min(fresh) < newest:
                    found.append(f"chat {chat_id}: {sorted(fresh)} after {newest}")
                seen |= fresh
                newest = max(fresh | {newest})
        return found


def numbers_in(message: Message) -> set[int]:
    """The alerts that a message tells of."""
    return {int(digits, 16) for digits in _TRANSACTION.findall(str(message.entities))}


async def in_flight(redis: Redis, owner: str) -> frozenset[int]:
    """The alerts that a worker claimed, of which Redis does not know how their sending ended."""
    keys = [key async for key in redis.scan_iter("notified:*", count=1_000)]
    values = await redis.mget(keys) if keys else []
    return frozenset(
        int(key.split(":")[2], 16)
        for key, value in zip(keys, values, strict=True)
        if value and value.startswith(f"lease:{owner}:")
    )


async def in_flight_without_redis(database: Database, owner: str) -> frozenset[int]:
    """The same of what it claimed in the database, because Redis was away."""
    of_owner = (send_claims.c.owner == owner) & send_claims.c.telegram_id.is_(None)
    async with database.read() as connection:
        keys = (await connection.execute(select(send_claims.c.key).where(of_owner))).scalars()
        return frozenset(int(key.split(":")[2], 16) for key in keys)


def charge(kills: list[Kill], crowd: Crowd, unknown: Counter[int]) -> list[str]:
    """Count each repeat at what explains it: a kill while the alert was on its way, or a send that
    was not answered in time (``unknown``, by chat). What nothing explains, or what does not say
    that it may be a repeat, is told."""
    unexplained = []
    unanswered = Kill(UNANSWERED, frozenset(), 0)
    left = Counter(unknown)
    for number, again in sorted(crowd.repeated().items()):
        reasons = [kill for kill in kills if number in kill.in_flight]
        for message in again:
            if reasons:
                reasons.pop(0).repeats += 1
            elif left[crowd.written[number]] > 0:
                left[crowd.written[number]] -= 1
                unanswered.repeats += 1
            else:
                unexplained.append(f"alert {number} is shown again for no reason")
            if "repeat" not in message.text:
                unexplained.append(f"alert {number} is shown again without a word")
    if unknown:
        unanswered.sends = unknown.total()
        kills.append(unanswered)
    return unexplained


def table(kills: Sequence[Kill], lost: int) -> str:
    """The figures by point."""
    points = list(dict.fromkeys(kill.point for kill in kills))
    rows = [f"{'killed at':<22}{'kills':>6}{'sends':>7}{'repeats':>9}{'bound':>7}"]
    totals: Counter[str] = Counter()
    for point in points:
        of_point = [kill for kill in kills if kill.point == point]
        figures = {
            "kills": sum(kill.point != UNANSWERED for kill in of_point),
            "sends": sum(kill.sends for kill in of_point),
            "repeats": sum(kill.repeats for kill in of_point),
            "bound": sum(
                len(kill.in_flight) if kill.point != UNANSWERED else kill.sends for kill in of_point
            ),
        }
        totals.update(figures)
        rows.append(_row(point, figures))
    rows.append(_row("all", totals) + f"   {lost} lost")
    return "\n".join(rows)


def _row(name: str, figures: dict[str, int] | Counter[str]) -> str:
    return (
        f"{name:<22}{figures['kills']:>6}{figures['sends']:>7}"
        f"{figures['repeats']:>9}{figures['bound']:>7}"
    )


def _received(number: int) -> Movement:
    now = datetime.now(UTC)
    block = BlockRef("ethereum", 20_000_000 + number, bytes(32), bytes(32), now)
    price = Price(Decimal("2500.5"), "chainlink", now - timedelta(minutes=1))
    return Movement(
        block=block,
        tx_hash=number.to_bytes(32, "big"),
        tx_index=0,
        address=WALLET,
        kind=MovementKind.RECEIVE,
        legs=(Leg(None, "ETH", 18, 100 * 10**18, price),),
        counterparty=EXCHANGE,
        signed=False,
    )
