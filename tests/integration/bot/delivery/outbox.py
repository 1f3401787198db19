"""What the watcher would have written: verbs that put alerts into the outbox."""

from __future__ import annotations

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
    Movement,
    MovementKind,
    Price,
    Priority,
    Watch,
)
from data.queries import alerts, chats, movements, queues, watches
from data.tables import alerts as alerts_table
from data.tables import chats as chats_table

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

    async def alert(self, watch: Watch, ether: int = 100) -> Alert:
        """One transaction that sends so much from an exchange to the watched wallet."""
        self._made += 1
        return await self.same_alert(watch, ether)

    async def same_alert(self, watch: Watch, ether: int = 100) -> Alert:
        """The last transaction once more, for another watch."""
        movement = _received(self._made, ether)
        async with self.database.write() as connection:
            (stored,) = await movements.store(connection, [movement])
            new = alerts.NewAlert(
                watch.chat_id, watch.topic_id, stored, watch.id, (), Priority.WATCH
            )
            await alerts.write(connection, [new], _now())
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

    async def retract(self, alert: Alert) -> None:
        """A reorg takes the transaction back."""
        async with self.database.write() as connection:
            touched = await alerts.retract(connection, [alert.movement_id])
            await alerts.enqueue(connection, touched)

    async def bring_back(self, alert: Alert) -> None:
        """The transaction reappears."""
        async with self.database.write() as connection:
            touched = await alerts.bring_back(connection, [alert.movement_id])
            await alerts.enqueue(connection, touched)


def _now() -> datetime:
    return datetime.now(UTC)


def _received(number: int, ether: int) -> Movement:
    block = BlockRef("ethereum", 20_000_000 + number, bytes(32), bytes(32), _now())
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
