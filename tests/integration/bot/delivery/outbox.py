"""What the watcher would have written: verbs that put alerts into the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from data.database import Database
from data.model import (
    Alert,
    BlockRef,
    Chat,
    ChatKind,
    Leg,
    Message,
    Movement,
    MovementKind,
    Price,
    Priority,
    Settled,
    Watch,
)
from data.queries import alerts, chats, cursors, messages, movements, queues, watches
from data.tables import alerts as alerts_table
from data.tables import chats as chats_table
from data.tables import messages as messages_table

EXCHANGE = bytes.fromhex("28c6c06298d514db089934071355e5743bf21d60")
WALLET = bytes(19) + b"\x07"


class Outbox:
    """Writes as the watcher does, and reads as a test wants it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._made = 0

    async def chat(self, chat_id: int, kind: ChatKind = ChatKind.PRIVATE) -> Chat:
        async with self.database.write() as connection:
            return await chats.meet(connection, chat_id, kind, Decimal(100_000), _now())

    async def watch(self, chat_id: int, label: str = "Cold wallet", topic_id: int = 0) -> Watch:
        async with self.database.write() as connection:
            return await watches.add(
                connection, chat_id, now=_now(), address=WALLET, label=label, topic_id=topic_id
            )

    async def alert(self, watch: Watch, ether: int = 100, age: timedelta = timedelta()) -> Alert:
        """One transaction that sends so much from an exchange to the watched wallet.

        With ``age`` it happened, and the alert was written, so long ago.
        """
        self._made += 1
        return await self.same_alert(watch, ether, age)

    async def many(self, watch: Watch, count: int) -> None:
        """So many transactions, in one go."""
        numbers = range(self._made + 1, self._made + count + 1)
        self._made += count
        async with self.database.write() as connection:
            stored = await movements.store(connection, [received(n, n) for n in numbers])
            new = [
                alerts.NewAlert(watch.chat_id, watch.topic_id, one, watch.id, (), Priority.WATCH)
                for one in stored
            ]
            await alerts.write(connection, new, _now())
            await queues.enqueue(connection, [(watch.chat_id, Priority.WATCH)])

    async def same_alert(
        self, watch: Watch, ether: int = 100, age: timedelta = timedelta()
    ) -> Alert:
        """The last transaction once more, for another watch."""
        movement = received(self._made, ether, age)
        async with self.database.write() as connection:
            (stored,) = await movements.store(connection, [movement])
            new = alerts.NewAlert(
                watch.chat_id, watch.topic_id, stored, watch.id, (), Priority.WATCH
            )
            await alerts.write(connection, [new], _now() - age)
            await queues.enqueue(connection, [(watch.chat_id, Priority.WATCH)])
        return (await self.alerts(watch.chat_id))[-1]

    async def alerts(self, chat_id: int) -> list[Alert]:
        """All of a chat's alerts, in whatever state, oldest first."""
        statement = select(alerts_table).where(alerts_table.c.chat_id == chat_id)
        async with self.database.read() as connection:
            rows = await connection.execute(statement.order_by(alerts_table.c.id))
            return [alerts.alert_of(row) for row in rows]

    async def states(self, chat_id: int) -> list[tuple[str, str | None]]:
        return [(alert.state.value, alert.reason) for alert in await self.alerts(chat_id)]

    async def chat_state(self, chat_id: int) -> tuple[str, str | None]:
        statement = select(chats_table.c.state, chats_table.c.state_reason)
        async with self.database.read() as connection:
            row = await connection.execute(statement.where(chats_table.c.id == chat_id))
            return tuple(row.one())

    async def retract(self, *taken: Alert) -> None:
        """A reorg takes transactions back."""
        async with self.database.write() as connection:
            touched = await alerts.retract(connection, [alert.movement_id for alert in taken])
            await alerts.enqueue(connection, touched)

    async def settle(self, safe: int | None, finalized: int | None = None) -> None:
        """The watcher learns how far the chain is safe, and final."""
        async with self.database.write() as connection:
            await cursors.begin(connection, BlockRef("ethereum", 1, bytes(32), bytes(32), _now()))
            await cursors.settle(connection, "ethereum", Settled(safe, finalized))

    async def message(self, alert: Alert) -> Message:
        """The message that shows an alert, as it is noted."""
        async with self.database.read() as connection:
            statement = select(alerts_table.c.message_id).where(alerts_table.c.id == alert.id)
            ours = (await connection.execute(statement)).scalar_one()
            rows = await connection.execute(
                select(messages_table).where(messages_table.c.id == ours)
            )
            return messages.message_of(rows.one())

    async def bring_back_as(self, alert: Alert, ether: int) -> None:
        """The transaction reappears in another block, and moves another amount there."""
        movement = received(int.from_bytes(alert.tx_hash), ether)
        block = replace(movement.block, hash=b"\x77" * 32)
        async with self.database.write() as connection:
            await movements.store(connection, [replace(movement, block=block)])
            ids = [alert.movement_id]
            touched = await alerts.bring_back(connection, ids)
            await alerts.enqueue(connection, touched | await alerts.restate(connection, ids))

    async def bring_back(self, alert: Alert) -> None:
        """The transaction reappears."""
        async with self.database.write() as connection:
            touched = await alerts.bring_back(connection, [alert.movement_id])
            await alerts.enqueue(connection, touched)


def _now() -> datetime:
    return datetime.now(UTC)


def received(number: int, ether: int, age: timedelta = timedelta()) -> Movement:
    """So much from an exchange to the watched wallet, in transaction ``number``."""
    block = BlockRef("ethereum", 20_000_000 + number, bytes(32), bytes(32), _now() - age)
    price = Price(Decimal("2500.5"), "chainlink", _now() - timedelta(minutes=1))
    return Movement(
        block=block,
        tx_hash=number.to_bytes(32, "big"),
        tx_index=0,
        address=WALLET,
        kind=MovementKind.RECEIVE,
        legs=(Leg(None, "ETH", 18, ether * 10**18, price),),
        counterparty=EXCHANGE,
        signed=False,
    )
