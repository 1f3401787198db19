"""What became of alerts that somebody in a chat asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from data.queries.alerts.outbox import alert_of
from data.tables import alerts, messages

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Alert


async def of_transaction(
    connection: AsyncConnection, chat_id: int, chains: Collection[str], tx_hash: bytes
) -> list[Alert]:
    """The chat's alerts about a transaction, whatever became of them, on any of the chains."""
    statement = select(alerts).where(
        alerts.c.chain.in_(chains), alerts.c.tx_hash == tx_hash, alerts.c.chat_id == chat_id
    )
    return [alert_of(row) for row in await connection.execute(statement.order_by(alerts.c.id))]


async def of_reply(connection: AsyncConnection, chat_id: int, telegram_id: int) -> list[Alert]:
    """The alerts in a message of the chat, by Telegram's id; none if it is none."""
    statement = (
        select(alerts)
        .join(messages, messages.c.id == alerts.c.message_id)
        .where(messages.c.chat_id == chat_id, messages.c.telegram_id == telegram_id)
    )
    return [alert_of(row) for row in await connection.execute(statement.order_by(alerts.c.id))]
