"""Labels and watches under the names that a chat gave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data.queries import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.labels import Labels
    from data.model import Chat, Watch


async def as_chat_sees(
    connection: AsyncConnection, chat: Chat, labels: Labels, address: bytes | None
) -> Labels:
    """The labels with what the chat itself calls an address."""
    if address is None:
        return labels
    return labels.for_chat(await names.of_addresses(connection, chat.id, [address]))


async def as_named(
    connection: AsyncConnection, chat: Chat, watches: Sequence[Watch]
) -> list[Watch]:
    """Watches to be listed: one without a label under what the chat calls its address."""
    bare = {watch.address for watch in watches if watch.address and watch.label is None}
    found = await names.of_addresses(connection, chat.id, bare)
    return [
        replace(watch, label=found.get((watch.chain or "", watch.address)))
        if watch.address in bare and watch.address is not None
        else watch
        for watch in watches
    ]
