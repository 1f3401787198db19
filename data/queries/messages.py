"""Messages: what Telegram shows, and which of it is out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from data.model import Certainty, Message, Occasion
from data.queries import insert
from data.tables import messages

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


def message_of(row: Any) -> Message:
    """A row of the table as the noun."""
    occasion = None if row.occasion is None else Occasion(row.occasion)
    return Message(**row._asdict() | {"certainty": Certainty(row.certainty), "occasion": occasion})


async def record(
    connection: AsyncConnection,
    chat_id: int,
    topic_id: int,
    telegram_id: int,
    now: datetime,
    certainty: Certainty = Certainty.SEEN,
    *,
    occasion: Occasion | None = None,
    pictured: bool = False,
) -> int:
    """Note a message that Telegram has accepted; our id. Noting it again changes nothing."""
    statement = (
        insert(connection, messages)
        .values(
            chat_id=chat_id,
            topic_id=topic_id,
            telegram_id=telegram_id,
            revision=1,
            shown_revision=1,
            sent_at=now,
            certainty=certainty,
            occasion=occasion,
            pictured=pictured,
        )
        .on_conflict_do_update(
            index_elements=["chat_id", "telegram_id"], set_={"topic_id": topic_id}
        )
        .returning(messages.c.id)
    )
    return int((await connection.execute(statement)).scalar_one())


async def sent_after(
    connection: AsyncConnection, chat_id: int, moment: datetime, most: int
) -> list[datetime]:
    """When the chat was sent what it got after that moment; of many the latest, so many."""
    # the latest first and no others: the index has all that the chat was ever sent
    latest = (
        select(messages.c.sent_at)
        .where(messages.c.chat_id == chat_id)
        .order_by(messages.c.telegram_id.desc())
        .limit(most)
    )
    found = await connection.execute(latest)
    return [sent_at for sent_at in found.scalars() if sent_at > moment]


async def get(connection: AsyncConnection, message_id: int) -> Message | None:
    """The message with our id, if it is still remembered."""
    found = await connection.execute(select(messages).where(messages.c.id == message_id))
    row = found.one_or_none()
    return None if row is None else message_of(row)


async def of_telegram(
    connection: AsyncConnection, chat_id: int, telegram_id: int
) -> Message | None:
    """The chat's message with Telegram's id, if it is remembered and one of alerts."""
    found = await connection.execute(
        select(messages).where(messages.c.chat_id == chat_id, messages.c.telegram_id == telegram_id)
    )
    row = found.one_or_none()
    return None if row is None else message_of(row)


async def to_edit(connection: AsyncConnection, chat_id: int) -> list[Message]:
    """The chat's messages whose alerts have changed since they were shown, oldest first; none that
    was deleted."""
    statement = (
        select(messages)
        .where(
            messages.c.chat_id == chat_id,
            messages.c.revision > messages.c.shown_revision,
            ~messages.c.gone,
        )
        .order_by(messages.c.id)
    )
    return [message_of(row) for row in await connection.execute(statement)]


async def shown(
    connection: AsyncConnection,
    message_id: int,
    revision: int,
    certainty: Certainty = Certainty.SEEN,
) -> None:
    """Telegram shows that revision with that certainty, or refuses to."""
    await connection.execute(
        update(messages)
        .where(messages.c.id == message_id, messages.c.shown_revision <= revision)
        .values(shown_revision=revision, certainty=certainty)
    )


async def set_pictured(connection: AsyncConnection, message_id: int, *, pictured: bool) -> None:
    """It turned out to be a picture, or none."""
    await connection.execute(
        update(messages).where(messages.c.id == message_id).values(pictured=pictured)
    )


async def edit(connection: AsyncConnection, message_id: int) -> None:
    """What it tells has changed: it is to be shown anew, unless it was deleted."""
    await connection.execute(
        update(messages)
        .where(messages.c.id == message_id, ~messages.c.gone)
        .values(revision=messages.c.revision + 1)
    )


async def gone(connection: AsyncConnection, message_id: int) -> None:
    """It was deleted in the chat: nothing is shown in it, or told about it, any more."""
    await connection.execute(
        update(messages)
        .where(messages.c.id == message_id)
        .values(gone=True, shown_revision=messages.c.revision)
    )


async def count(connection: AsyncConnection) -> int:
    """How many messages were sent and are still remembered."""
    return int((await connection.execute(select(func.count()).select_from(messages))).scalar_one())
