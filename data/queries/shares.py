"""Shares: watches behind a link, as they were when it was made; what they are about, and nothing
of the chat that they are from."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from data.queries import watches
from data.tables import shares

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Watch

ID_LENGTH = 12
MOST_PER_CHAT = 20
_SHARED = (
    "chain", "direction", "unpriced", "threshold_units", "interests", "only_assets",
    "without_assets", "not_on",
)  # fmt: skip


async def make(
    connection: AsyncConnection,
    chat_id: int,
    shown: Sequence[Watch],
    now: datetime,
    until: datetime,
    *,
    labels: bool,
) -> bytes | None:
    """Keep watches for a link until then; its id, the same one for the same watches. None if the
    chat has as many links as it may have."""
    content = [_plain(one, labels=labels) for one in shown]
    rows = await connection.execute(select(shares).where(shares.c.chat_id == chat_id))
    found = rows.all()
    for row in found:
        if row.watches == content:
            renewed = update(shares).where(shares.c.id == row.id).values(expires_at=until)
            await connection.execute(renewed)
            return bytes(row.id)
    if sum(row.expires_at > now for row in found) >= MOST_PER_CHAT:
        return None
    new = secrets.token_bytes(ID_LENGTH)
    await connection.execute(
        shares.insert().values(
            id=new, chat_id=chat_id, watches=content, made_at=now, expires_at=until
        )
    )
    return new


async def get(connection: AsyncConnection, share: bytes, now: datetime) -> list[Watch] | None:
    """What is behind a link, as watches of nobody, numbered from 1; None if it was ended or has
    expired."""
    row = (await connection.execute(select(shares).where(shares.c.id == share))).one_or_none()
    if row is None or row.expires_at <= now:
        return None
    return [_watch(plain, number, row.made_at) for number, plain in enumerate(row.watches, 1)]


async def end(connection: AsyncConnection, chat_id: int, share: bytes | None = None) -> int:
    """Delete one of the chat's, or all of them; how many there were."""
    which = [shares.c.chat_id == chat_id]
    if share is not None:
        which.append(shares.c.id == share)
    return (await connection.execute(delete(shares).where(*which))).rowcount


def _plain(watch: Watch, *, labels: bool) -> dict[str, Any]:
    columns = watches.stored(watch)
    usd = columns["threshold_usd"]
    return {
        **{name: columns[name] for name in _SHARED},
        "address": watch.address.hex() if watch.address else None,
        "threshold_usd": None if usd is None else f"{usd:f}",
        "label": watch.label if labels else None,
    }


def _watch(plain: dict[str, Any], number: int, made_at: datetime) -> Watch:
    address, usd = plain["address"], plain["threshold_usd"]
    return watches.restored(
        {
            **plain,
            "id": 0,
            "chat_id": 0,
            "number": number,
            "topic_id": 0,
            "muted_until": None,
            "created_at": made_at,
            "address": None if address is None else bytes.fromhex(address),
            "threshold_usd": None if usd is None else Decimal(usd),
        }
    )
